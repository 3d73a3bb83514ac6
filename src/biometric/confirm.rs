//! Step 4: the webhook's word is written down.

use super::BiometricError;
use super::derive::SecretData;
use super::flow::{BiometricFlow, Mode};
use super::record::State;
use crate::time::UnixTime;
use crate::verified::{Evidence, Expect, Step, StoreAnswer};

/// What became of a webhook. Answer 200 to both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Confirmation {
    /// The challenge is confirmed, and can be used from now on.
    Confirmed,
    /// It was before: Zalo sent the event again.
    Duplicate,
}

/// A confirmation that waits for the store.
#[derive(Debug)]
#[must_use = "apply `step` to a store and call `finish` with its answer"]
pub struct PendingConfirmation {
    step: Step,
    evidence: Evidence,
}

impl PendingConfirmation {
    pub(super) fn new(
        flow: &BiometricFlow,
        secret_data: &SecretData,
        event: UnixTime,
        evidence: Evidence,
        now: UnixTime,
    ) -> Self {
        let settings = &flow.settings;
        let (expect, span) = match settings.mode {
            Mode::Stateful => (Expect::State(State::Issued.encode()), settings.confirmation_age),
            // Nothing else stops the same event from confirming again, for as long as it is taken.
            Mode::Stateless => {
                (Expect::Absent, settings.confirmation_age.max(settings.event_tolerance))
            }
        };
        let put = State::Confirmed { event, received: now }.encode();
        let until = now.saturating_add(span).saturating_add(BiometricFlow::KEEP);
        Self { step: Step::new(secret_data.key(), expect, put, until), evidence }
    }

    /// By which API key the event was verified: to see when the last of an old key's is gone.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What the store must do, atomically.
    pub const fn step(&self) -> &Step {
        &self.step
    }

    /// What became of it.
    ///
    /// # Errors
    /// [`BiometricError::UnknownChallenge`] (answer 200 and log), [`BiometricError::ReplayAfterUse`] (answer 200 and raise
    /// an alarm), [`BiometricError::StoreUnavailable`] (answer 503, so that Zalo sends it again).
    pub fn finish(self, answer: StoreAnswer) -> Result<Confirmation, BiometricError> {
        let held = match answer {
            StoreAnswer::Applied => return Ok(Confirmation::Confirmed),
            StoreAnswer::Refused(None) => return Err(BiometricError::UnknownChallenge),
            StoreAnswer::Unavailable => return Err(BiometricError::StoreUnavailable),
            StoreAnswer::Refused(Some(held)) => held,
        };
        match State::decode(&held)? {
            State::Confirmed { .. } => Ok(Confirmation::Duplicate),
            State::Consumed => Err(BiometricError::ReplayAfterUse),
            // Only under `Stateless`, where another server of the same store issues.
            State::Issued => Err(BiometricError::ForeignRecord),
        }
    }
}
