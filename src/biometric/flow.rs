//! The settings of a flow, and its way in.

use std::time::Duration;

use super::confirm::PendingConfirmation;
use super::derive::{self, Derivation, SecretData};
use super::issue::{self, Challenge, Issue};
use super::login::{Login, PendingLogin};
use super::{BiometricError, FlowError, FlowProblem};
use crate::digest::Listing;
use crate::secret::{NamedSecret, SecretSet};
use crate::time::UnixTime;
use crate::verified::Verified;
use crate::webhook::zalo::MiniAppEvent;

/// The biometric login of document `003`: what is issued, confirmed and consumed.
#[derive(Clone, Debug)]
pub struct BiometricFlow {
    pub(super) settings: BiometricFlowBuilder,
}

impl BiometricFlow {
    /// S3-C6: how long a challenge lives from its issue, five minutes.
    pub const CHALLENGE_AGE: Duration = Duration::from_secs(300);
    /// S3-9: how long a confirmation counts from the webhook, the document's two minutes.
    pub const CONFIRMATION_AGE: Duration = Duration::from_secs(120);
    /// How long a used challenge is remembered beyond the webhook's tolerances: clocks of hosts differ.
    pub const KEEP: Duration = Duration::from_secs(60);
    /// How far ahead of the host's clock a challenge may be, for servers that share one secret.
    pub const CLOCK_SKEW: Duration = Duration::from_secs(60);

    /// Starts a flow with the server's secret keys; the first of them issues, all of them verify.
    pub fn builder(secrets: SecretSet) -> BiometricFlowBuilder {
        BiometricFlowBuilder {
            secrets,
            derivation: Derivation::HmacSha256,
            also: None,
            mode: Mode::Stateful,
            challenge_age: Self::CHALLENGE_AGE,
            confirmation_age: Self::CONFIRMATION_AGE,
            // The widest tolerances that a verifier of webhooks can be built with, until one is known.
            event_tolerance: crate::webhook::VerifierBuilder::MAX_TOLERANCE.saturating_mul(2),
        }
    }

    /// A challenge for this access token (document `003`, step 1).
    ///
    /// # Errors
    /// [`BiometricError::AccessTokenMalformed`], [`BiometricError::EventTimeOutOfRange`] for a `now` before 1973.
    pub fn issue(&self, access_token: &str, now: UnixTime) -> Result<Issue<'_>, BiometricError> {
        issue::issue(self, access_token, now.as_millis(), now)
    }

    /// Writes down that somebody approved a `secretData` (document `003`, step 4). Only a verified event can, and an
    /// event of another kind confirms nothing: `None`.
    ///
    /// # Errors
    /// [`BiometricError::SecretDataMalformed`].
    pub fn confirm(
        &self,
        event: &Verified<MiniAppEvent<'_>>,
        now: UnixTime,
    ) -> Result<Option<PendingConfirmation>, BiometricError> {
        let MiniAppEvent::BiometricVerified(approved) = &**event else { return Ok(None) };
        let secret_data = SecretData::parse(approved.secret_data())?;
        let (at, evidence) = (approved.timestamp(), event.evidence().clone());
        Ok(Some(PendingConfirmation::new(self, &secret_data, at, evidence, now)))
    }

    /// Verifies a login (document `003`, step 5): `secretData` is computed again and compared before the store
    /// is asked, so that nobody who merely knows one can use it up.
    ///
    /// # Errors
    /// [`BiometricError::AccessTokenMalformed`], [`BiometricError::SecretDataMalformed`],
    /// [`BiometricError::EventTimeOutOfRange`], [`BiometricError::SecretMismatch`] (also where Zalo refreshed the
    /// token meanwhile), [`BiometricError::ChallengeExpired`], [`BiometricError::ChallengeFromFuture`].
    pub fn verify<'t>(
        &self,
        secret_data: &str,
        event_time: i64,
        access_token: &'t str,
        now: UnixTime,
    ) -> Result<Login<'t>, BiometricError> {
        check_token(access_token)?;
        let secret_data = SecretData::parse(secret_data)?;
        let issued_at = derive::moment(event_time)?;
        let secret = self.secret_of(&secret_data, access_token, event_time, now);
        let (secret, derivation) = secret.ok_or(BiometricError::SecretMismatch)?;
        if issued_at > now.saturating_add(Self::CLOCK_SKEW) {
            return Err(BiometricError::ChallengeFromFuture);
        }
        if now.saturating_since(issued_at) > self.settings.challenge_age {
            return Err(BiometricError::ChallengeExpired);
        }
        Ok(Login::Owes(PendingLogin::new(
            self,
            &secret_data,
            issued_at,
            access_token,
            secret,
            derivation,
            now,
        )))
    }

    /// The same flow for events that may come again within this span and no longer.
    pub(crate) const fn remember_for(mut self, span: Duration) -> Self {
        self.settings.event_tolerance = span;
        self
    }

    /// The secret and recipe that give this `secretData`; all are tried, whichever fits.
    fn secret_of(
        &self,
        secret_data: &SecretData,
        access_token: &str,
        event_time: i64,
        now: UnixTime,
    ) -> Option<(&NamedSecret, Derivation)> {
        let mut found = None;
        for secret in self.settings.secrets.live(now) {
            for derivation in
                [Some(self.settings.derivation), self.settings.also].into_iter().flatten()
            {
                let computed = derivation.derive(secret.secret(), access_token, event_time);
                if computed.is(secret_data) {
                    found = found.or(Some((secret, derivation)));
                }
            }
        }
        found
    }

    pub(super) fn challenge(
        &self,
        access_token: &str,
        event_time: i64,
        now: UnixTime,
    ) -> Option<Challenge> {
        let secret = self.settings.secrets.live(now).next()?;
        let secret_data =
            self.settings.derivation.derive(secret.secret(), access_token, event_time);
        Some(Challenge { secret_data, event_time })
    }
}

/// The longest access token: Zalo's have a few hundred characters.
const MAX_ACCESS_TOKEN_BYTES: usize = 4 * 1024;

pub(super) fn check_token(access_token: &str) -> Result<(), BiometricError> {
    match access_token.len() {
        1..=MAX_ACCESS_TOKEN_BYTES if !access_token.contains('\0') => Ok(()),
        _ => Err(BiometricError::AccessTokenMalformed),
    }
}

/// Whether the server remembers what it issued.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mode {
    /// What was not issued cannot be confirmed, and "not confirmed yet" differs from "unknown".
    #[default]
    Stateful,
    /// The document's literal behaviour: an issue writes nothing, a webhook for anything is written down.
    Stateless,
}

/// Collects the settings of a [`BiometricFlow`].
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct BiometricFlowBuilder {
    pub(super) secrets: SecretSet,
    pub(super) derivation: Derivation,
    pub(super) also: Option<Derivation>,
    pub(super) mode: Mode,
    pub(super) challenge_age: Duration,
    pub(super) confirmation_age: Duration,
    pub(super) event_tolerance: Duration,
}

impl BiometricFlowBuilder {
    /// Issues by this recipe; [`Derivation::HmacSha256`] by default.
    pub const fn derivation(mut self, derivation: Derivation) -> Self {
        self.derivation = derivation;
        self
    }

    /// Verifies challenges of this recipe too, while servers change from one to the other.
    pub const fn also_accept(mut self, derivation: Derivation) -> Self {
        self.also = Some(derivation);
        self
    }

    /// Whether the server remembers what it issued: [`Mode::Stateful`] by default.
    pub const fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// How long a challenge lives from its issue: 5 minutes by default, which is also the most.
    pub const fn challenge_age(mut self, age: Duration) -> Self {
        self.challenge_age = age;
        self
    }

    /// How long a confirmation counts from the webhook: 120 s by default, which is also the most (S3-9).
    pub const fn confirmation_age(mut self, age: Duration) -> Self {
        self.confirmation_age = age;
        self
    }

    /// The same for equal settings, whatever the secrets.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        // Taken apart by name, so that a setting that is added cannot be forgotten here.
        let Self {
            secrets: _,
            derivation,
            also,
            mode,
            challenge_age,
            confirmation_age,
            event_tolerance,
        } = self;
        let mut listing = Listing::default();
        listing
            .list([format!("{derivation:?}")])
            .list(also.map(|also| format!("{also:?}")))
            .list([format!("{mode:?}")])
            .duration(Some(*challenge_age))
            .duration(Some(*confirmation_age))
            .duration(Some(*event_tolerance));
        listing.fingerprint("countersign biometric settings 1")
    }

    /// The flow.
    ///
    /// # Errors
    /// [`FlowError`] with every problem found.
    pub fn build(self) -> Result<BiometricFlow, FlowError> {
        const SECOND: Duration = Duration::from_secs(1);
        let spans = [
            ("challenge_age", self.challenge_age, BiometricFlow::CHALLENGE_AGE),
            ("confirmation_age", self.confirmation_age, BiometricFlow::CONFIRMATION_AGE),
        ];
        let mut problems = Vec::new();
        for (setting, found, maximum) in spans {
            if found < SECOND || found > maximum {
                problems.push(FlowProblem::OutOfRange { setting, minimum: SECOND, maximum, found });
            }
        }
        let md5 = self.derivation == Derivation::ZaloMd5 || self.also == Some(Derivation::ZaloMd5);
        let dotted = |secret: &NamedSecret| secret.secret().expose().contains(&b'.');
        if md5 && self.secrets.as_slice().iter().any(dotted) {
            problems.push(FlowProblem::DotInMd5Secret);
        }
        if problems.is_empty() {
            Ok(BiometricFlow { settings: self })
        } else {
            Err(FlowError::new(problems))
        }
    }
}
