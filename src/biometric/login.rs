//! Step 5: the login.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use super::BiometricError;
use super::derive::{Derivation, SecretData};
use super::flow::{BiometricFlow, Mode};
use super::record::State;
use crate::json::{self, Limits};
use crate::key::{MacAlgorithm, MacKey};
use crate::secret::NamedSecret;
use crate::time::UnixTime;
use crate::verified::{Evidence, Expect, ReplayKey, Step, StoreAnswer, Verified};

/// The body of `POST /biometric/verify` (S3-10).
///
/// ```
/// use countersign::biometric::LoginRequest;
///
/// let body = br#"{"secretData":"TS/Smq2OGr45Jlo267NYDg==","eventTime":1670553442564,"accessToken":"t"}"#;
/// assert_eq!(LoginRequest::parse(body)?.event_time, 1_670_553_442_564);
/// assert!(LoginRequest::parse(br#"{"secretData":"x","eventTime":"1","accessToken":"t"}"#).is_err());
/// # Ok::<(), countersign::biometric::BiometricError>(())
/// ```
#[derive(Clone, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginRequest {
    /// What the user approved.
    pub secret_data: String,
    /// When it was issued, in milliseconds.
    pub event_time: i64,
    /// The user's Zalo access token.
    pub access_token: String,
}

impl LoginRequest {
    /// Reads a body of at most 8 KiB.
    ///
    /// # Errors
    /// [`BiometricError::RequestMalformed`].
    pub fn parse(body: &[u8]) -> Result<Self, BiometricError> {
        let limits = Limits { max_bytes: 8 * 1024, max_depth: 1 };
        json::from_slice(body, limits).map_err(BiometricError::RequestMalformed)
    }
}

impl fmt::Debug for LoginRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRequest").field("event_time", &self.event_time).finish_non_exhaustive()
    }
}

/// An access token that somebody's finger or face approved, once. Whose it is, Zalo says: the host asks Zalo's
/// API with it and logs that user in, and no other.
#[derive(Clone, Eq, PartialEq)]
pub struct ApprovedToken<'t> {
    access_token: &'t str,
    issued_at: UnixTime,
    derivation: Derivation,
}

impl<'t> ApprovedToken<'t> {
    /// The access token, to ask Zalo whose it is.
    #[must_use]
    pub const fn access_token(&self) -> &'t str {
        self.access_token
    }

    /// When the challenge was issued.
    #[must_use]
    pub const fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// By which recipe: to see when the last of the old ones is gone.
    #[must_use]
    pub const fn derivation(&self) -> Derivation {
        self.derivation
    }
}

impl fmt::Debug for ApprovedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovedToken").field("issued_at", &self.issued_at).finish_non_exhaustive()
    }
}

/// A login, or the store has to be asked (again): loop as for a bank's
/// [`Admission`](crate::partner::bank_sso::Admission).
#[derive(Debug)]
#[must_use = "nobody is logged in while a step is owed"]
pub enum Login<'t> {
    /// Ask Zalo whose token it is, and log that user in.
    Approved(Verified<ApprovedToken<'t>>),
    /// The store has to be asked first: once to look, once to use the challenge up.
    Owes(PendingLogin<'t>),
}

/// A login whose `secretData` is right and whose state the store knows.
#[derive(Debug)]
#[must_use = "apply `step` to a store and call `finish` with its answer"]
pub struct PendingLogin<'t> {
    approved: Verified<ApprovedToken<'t>>,
    step: Step,
    /// The moment of the confirmation that the step uses up; none while it only looks.
    confirmed: Option<UnixTime>,
    rules: Rules,
}

/// What of the settings a login needs.
#[derive(Clone, Copy, Debug)]
struct Rules {
    mode: Mode,
    challenge_age: std::time::Duration,
    confirmation_age: std::time::Duration,
    tombstone: std::time::Duration,
}

impl<'t> PendingLogin<'t> {
    pub(super) fn new(
        flow: &BiometricFlow,
        secret_data: &SecretData,
        issued_at: UnixTime,
        access_token: &'t str,
        secret: &NamedSecret,
        derivation: Derivation,
        now: UnixTime,
    ) -> Self {
        let settings = &flow.settings;
        let rules = Rules {
            mode: settings.mode,
            challenge_age: settings.challenge_age,
            confirmation_age: settings.confirmation_age,
            tombstone: settings.event_tolerance.saturating_add(BiometricFlow::KEEP),
        };
        let evidence = Evidence {
            key_id: Some(Arc::clone(secret.name())),
            thumbprint: *MacKey::new(MacAlgorithm::HmacSha256, secret.secret()).fingerprint(),
            algorithm: match derivation {
                Derivation::HmacSha256 => "HMAC-SHA-256",
                Derivation::ZaloMd5 => "MD5",
            },
            policy: flow.settings.fingerprint(),
            replay_key: Some(ReplayKey::new(
                "countersign biometric login 1",
                &[&secret_data.key()],
            )),
            verified_at: now,
        };
        let approved =
            Verified::new(ApprovedToken { access_token, issued_at, derivation }, evidence);
        let look = Expect::State(State::nothing());
        let step = Step::new(
            secret_data.key(),
            look,
            State::Consumed.encode(),
            now.saturating_add(rules.tombstone),
        );
        Self { approved, step, confirmed: None, rules }
    }

    /// What the store must do, atomically.
    pub const fn step(&self) -> &Step {
        &self.step
    }

    /// Goes on with the store's answer. `now` is read again, after the store answered.
    ///
    /// # Errors
    /// [`BiometricError::NotConfirmedYet`] (try again in a moment), [`BiometricError::UnknownChallenge`],
    /// [`BiometricError::ChallengeExpired`], [`BiometricError::ConfirmationExpired`], [`BiometricError::ConfirmedBeforeIssue`],
    /// [`BiometricError::AlreadyConsumed`], [`BiometricError::ForeignRecord`], [`BiometricError::StoreUnavailable`].
    pub fn finish(self, answer: StoreAnswer, now: UnixTime) -> Result<Login<'t>, BiometricError> {
        match (answer, self.confirmed) {
            (StoreAnswer::Unavailable, _) => Err(BiometricError::StoreUnavailable),
            (StoreAnswer::Applied, Some(received)) => {
                self.in_time(received, now)?;
                Ok(Login::Approved(self.approved))
            }
            // A store that says it held a state which nobody writes cannot be trusted.
            (StoreAnswer::Applied, None) => Err(BiometricError::ForeignRecord),
            (StoreAnswer::Refused(None), _) => Err(match self.rules.mode {
                Mode::Stateful => BiometricError::UnknownChallenge,
                Mode::Stateless => BiometricError::NotConfirmedYet,
            }),
            (StoreAnswer::Refused(Some(held)), _) => match State::decode(&held)? {
                State::Issued => Err(BiometricError::NotConfirmedYet),
                State::Consumed => Err(BiometricError::AlreadyConsumed),
                State::Confirmed { event, received } => self.consume(event, received, now),
            },
        }
    }

    /// The challenge is confirmed: on to using it up, as exactly this confirmation.
    fn consume(
        self,
        event: UnixTime,
        received: UnixTime,
        now: UnixTime,
    ) -> Result<Login<'t>, BiometricError> {
        self.in_time(received, now)?;
        if event < self.approved.issued_at.saturating_sub(BiometricFlow::CLOCK_SKEW) {
            return Err(BiometricError::ConfirmedBeforeIssue);
        }
        let confirmed = State::Confirmed { event, received }.encode();
        let until = now.saturating_add(self.rules.tombstone);
        let step =
            Step::new(*self.step.key(), Expect::State(confirmed), State::Consumed.encode(), until);
        Ok(Login::Owes(Self { step, confirmed: Some(received), ..self }))
    }

    /// Judged again at every step: a login that is held back must not outlive the memory of its challenge's use.
    fn in_time(&self, received: UnixTime, now: UnixTime) -> Result<(), BiometricError> {
        if now.saturating_since(self.approved.issued_at) > self.rules.challenge_age {
            return Err(BiometricError::ChallengeExpired);
        }
        let in_time = now.saturating_since(received) <= self.rules.confirmation_age
            && received <= now.saturating_add(BiometricFlow::CLOCK_SKEW);
        if in_time { Ok(()) } else { Err(BiometricError::ConfirmationExpired) }
    }
}
