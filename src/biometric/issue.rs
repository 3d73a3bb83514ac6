//! Step 1: a challenge.

use std::fmt;
use std::time::Duration;

use super::BiometricError;
use super::derive::{self, SecretData};
use super::flow::{BiometricFlow, Mode, check_token};
use super::record::State;
use crate::time::UnixTime;
use crate::verified::{Expect, Step, StoreAnswer};

/// What the Mini App gets: `secretData` for the SDK, and `eventTime` to send back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    pub(super) secret_data: SecretData,
    pub(super) event_time: i64,
}

impl Challenge {
    /// What the user approves on the device.
    #[must_use]
    pub const fn secret_data(&self) -> &SecretData {
        &self.secret_data
    }

    /// When it was issued, in milliseconds.
    #[must_use]
    pub const fn event_time(&self) -> i64 {
        self.event_time
    }
}

/// A challenge, or the store has to be asked first.
#[derive(Debug)]
#[must_use = "a challenge that the store does not know is refused later"]
pub enum Issue<'f> {
    /// Send it to the Mini App.
    Issued(Challenge),
    /// The store has to write it down.
    Owes(PendingIssue<'f>),
}

/// A challenge that waits for the store.
#[must_use = "apply `step` to a store and call `finish` with its answer"]
pub struct PendingIssue<'f> {
    flow: &'f BiometricFlow,
    access_token: String,
    challenge: Challenge,
    step: Step,
}

impl<'f> PendingIssue<'f> {
    /// What the store must do, atomically.
    pub const fn step(&self) -> &Step {
        &self.step
    }

    /// The challenge, or one more step where the same token had one in the same millisecond.
    ///
    /// # Errors
    /// [`BiometricError::StoreUnavailable`]; [`BiometricError::TooManyChallenges`] where it had one in each of the
    /// next sixteen milliseconds, too.
    pub fn finish(self, answer: StoreAnswer, now: UnixTime) -> Result<Issue<'f>, BiometricError> {
        match answer {
            StoreAnswer::Applied => Ok(Issue::Issued(self.challenge)),
            StoreAnswer::Refused(_) => {
                let next = self.challenge.event_time.saturating_add(1).max(now.as_millis());
                issue(self.flow, &self.access_token, next, now)
            }
            StoreAnswer::Unavailable => Err(BiometricError::StoreUnavailable),
        }
    }
}

impl fmt::Debug for PendingIssue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the access token, with which anyone is the user at Zalo.
        f.debug_struct("PendingIssue").field("step", &self.step).finish_non_exhaustive()
    }
}

pub(super) fn issue<'f>(
    flow: &'f BiometricFlow,
    access_token: &str,
    event_time: i64,
    now: UnixTime,
) -> Result<Issue<'f>, BiometricError> {
    check_token(access_token)?;
    let issued_at = derive::moment(event_time)?;
    if issued_at > now.saturating_add(MOST_AHEAD) {
        return Err(BiometricError::TooManyChallenges);
    }
    // A set of secrets has one in use, or every challenge is refused anyway.
    let challenge =
        flow.challenge(access_token, event_time, now).ok_or(BiometricError::SecretMismatch)?;
    if flow.settings.mode == Mode::Stateless {
        return Ok(Issue::Issued(challenge));
    }
    let until =
        issued_at.saturating_add(flow.settings.challenge_age).saturating_add(BiometricFlow::KEEP);
    let step =
        Step::new(challenge.secret_data.key(), Expect::Absent, State::Issued.encode(), until);
    Ok(Issue::Owes(PendingIssue { flow, access_token: access_token.to_owned(), challenge, step }))
}

/// How far ahead of `now` a challenge is issued because the milliseconds before are taken. Each costs a step of the
/// store, and whoever asks may have made the access token up.
const MOST_AHEAD: Duration = Duration::from_millis(16);
