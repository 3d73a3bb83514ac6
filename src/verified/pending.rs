//! A verification that still owes one atomic write.

use std::fmt;

use super::{Step, StoreAnswer, Verified};
use crate::class::Class;
use crate::time::UnixTime;

/// Verified but for one thing: that it was never used before. It yields its value only against the
/// store's answer.
#[must_use = "apply `step` to a store and call `finish` with its answer"]
pub struct Pending<T> {
    verified: Verified<T>,
    step: Step,
    deadline: UnixTime,
}

impl<T> Pending<T> {
    /// `deadline` is the first moment at which the thing may no longer be used; the step outlives it.
    pub(crate) const fn new(verified: Verified<T>, step: Step, deadline: UnixTime) -> Self {
        Self { verified, step, deadline }
    }

    /// What is verified so far, for the rooms of this crate: nothing of it may reach the host yet.
    pub(crate) const fn verified(&self) -> &Verified<T> {
        &self.verified
    }

    /// The same debt for another form of what is verified, for the rooms of this crate.
    pub(crate) fn map<U>(self, into: impl FnOnce(T) -> U) -> Pending<U> {
        Pending { verified: self.verified.map(into), step: self.step, deadline: self.deadline }
    }

    /// What the store must do, atomically.
    pub const fn step(&self) -> &Step {
        &self.step
    }

    /// The end: the value, if the store applied the step and the deadline has not passed meanwhile.
    ///
    /// `now` is read again, after the store answered: two requests verified just before expiry and
    /// stored just after it would otherwise both pass.
    ///
    /// # Errors
    /// [`PendingError::Replayed`] where the store refused, [`PendingError::StoreUnavailable`] where it did
    /// not answer, [`PendingError::Expired`] where `now` is at or past the deadline.
    pub fn finish(self, answer: StoreAnswer, now: UnixTime) -> Result<Verified<T>, PendingError> {
        match answer {
            StoreAnswer::Unavailable => Err(PendingError::StoreUnavailable),
            StoreAnswer::Refused(_) => Err(PendingError::Replayed),
            StoreAnswer::Applied if now >= self.deadline => Err(PendingError::Expired),
            StoreAnswer::Applied => Ok(self.verified),
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("step", &self.step).finish_non_exhaustive()
    }
}

/// Why a [`Pending`] value was not handed out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PendingError {
    /// The store already holds it: it was used before.
    #[error("already used")]
    Replayed,
    /// It expired while the store was asked.
    #[error("expired while the store was asked")]
    Expired,
    /// The store did not answer, or was full. Nothing was decided about the input.
    #[error("the store did not answer")]
    StoreUnavailable,
}

impl PendingError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Replayed => "guard.replayed",
            Self::Expired => "guard.expired",
            Self::StoreUnavailable => "guard.store_unavailable",
        }
    }

    /// What a host branches on.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Replayed => Class::Replayed,
            Self::Expired => Class::Expired,
            Self::StoreUnavailable => Class::Unavailable,
        }
    }
}
