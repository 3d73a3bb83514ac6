//! Mini App events, typed.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::MINI_APP;
use super::schema::{self, EventKind, Schemas};
use crate::guard::{Reusable, SingleUse, Use};
use crate::headers::Headers;
use crate::time::UnixTime;
use crate::verified::{ReplayKey, Verified};
use crate::webhook::claimed::Claimed;
use crate::webhook::{
    ConfigError, ConfigProblem, Content, Fault, Message, Unstructured, Verifier, VerifierBuilder,
    WebhookError,
};

/// Verifies the events that Zalo sends for a Mini App (document `003`, step 4).
///
/// The signature covers neither names nor types nor the borders between values, so that one genuine
/// event has the signature of many others. An event is therefore accepted in its documented shape
/// alone: these fields and no other, each once, with their types and widths. Among all ways to cut
/// the signed text into these fields there is exactly one.
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::time::UnixTime;
/// use countersign::webhook::WebhookError;
/// use countersign::webhook::zalo::{MiniApp, MiniAppEvent};
///
/// let zalo = MiniApp::builder("2646373759294038927").api_key("2025", "zalo-mini-app-api-key").build()?;
///
/// let body = br#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","event":"biometric.verify.success","timestamp":1670553442564}"#;
/// let signature = b"d9886e95ed07bb9f91b583cd4504a08c90fdc9a20390d538c514e77786c01ba2";
/// let fields = [("X-ZEvent-Signature", &signature[..])];
/// let headers = Headers::new(&fields);
/// let now = UnixTime::from_millis(1_670_553_443_000);
/// let event = zalo.verify_event(&headers, body, now)?;
/// let MiniAppEvent::BiometricVerified(biometric) = &*event else { panic!("another event") };
/// assert_eq!(biometric.secret_data(), "N3Idah8JJuGUOGNGiJpTsA==");
///
/// // The same signature, and a user that nobody signed.
/// let forged = br#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","event":"biometric.verify.success","timestamp":167055344,"userId":"2564"}"#;
/// let refused = zalo.verify_event(&headers, forged, now).unwrap_err();
/// assert_eq!(refused.code(), "webhook.schema_violation");
/// assert_eq!(refused.to_string(), "the field `userId` of the event: unknown");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MiniApp<U: Use = Reusable> {
    verifier: Verifier<U>,
    schemas: Schemas,
}

impl MiniApp {
    /// Starts a verifier for the Mini App whose Zalo app has this id. A revocation names it.
    pub fn builder(app_id: impl Into<Box<str>>) -> MiniAppBuilder {
        MiniAppBuilder {
            verifier: Verifier::builder(MINI_APP),
            schemas: Schemas::new(app_id.into()),
        }
    }

    /// Verifies the signature over the values of any JSON object, for events that are not known
    /// here.
    ///
    /// # Security
    /// It checks no time, and what comes out has no names, types or borders that anyone signed: see
    /// [`Unstructured`].
    ///
    /// Nothing in it says how long it would have to be remembered, so that a verifier which takes
    /// each event once does not have this:
    /// ```compile_fail,E0599
    /// use countersign::guard::SingleUse;
    /// use countersign::{headers::Headers, time::UnixTime, webhook::zalo::MiniApp};
    /// fn skip_the_store(zalo: &MiniApp<SingleUse>, headers: &Headers<'_>, now: UnixTime) -> bool {
    ///     zalo.verify_unstructured(headers, b"{}", now).is_ok()
    /// }
    /// ```
    /// One that takes them again and again does:
    /// ```
    /// use countersign::{headers::Headers, time::UnixTime, webhook::zalo::MiniApp};
    /// fn verify(zalo: &MiniApp, headers: &Headers<'_>, now: UnixTime) -> bool {
    ///     zalo.verify_unstructured(headers, b"{}", now).is_ok()
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`verify_event`](Self::verify_event), without the checks of shape and time.
    pub fn verify_unstructured<'m>(
        &self,
        headers: &Headers<'m>,
        body: &'m [u8],
        now: UnixTime,
    ) -> Result<Verified<Unstructured<'m>>, WebhookError> {
        let message = Message::new(headers, body);
        let mut claimed = Claimed::default();
        let key = self.verifier.check(&message, &mut claimed, now)?;
        match Content::of(&MINI_APP, &mut claimed, &message) {
            Content::Unstructured(values) => Ok(self.verifier.accept(values, key, None, now)),
            _ => Err(WebhookError::NotAnObject),
        }
    }
}

impl<U: Use> MiniApp<U> {
    /// Verifies an event: its size, its form, its signature, its shape, then its time.
    ///
    /// # Errors
    /// The first check that fails, as a [`WebhookError`]: [`WebhookError::SchemaViolation`] where
    /// the signature is good and the shape is not the event's.
    ///
    /// # Security
    /// Whether Zalo sends an event again, and with which time, is not documented: one that is older
    /// than the tolerance is refused.
    ///
    /// The event names neither user nor device: it says that some enrolled finger approved the
    /// string `secretData`. Its signature is no stronger than SHA-256 with the API key at the end,
    /// see [`MINI_APP`].
    pub fn verify_event<'m>(
        &self,
        headers: &Headers<'m>,
        body: &'m [u8],
        now: UnixTime,
    ) -> Result<U::Out<MiniAppEvent<'m>>, WebhookError> {
        let message = Message::new(headers, body);
        let mut claimed = Claimed::default();
        let key = self.verifier.check(&message, &mut claimed, now)?;
        let document = claimed.document.as_ref().ok_or(WebhookError::NotAnObject)?;
        let event = schema::read(document, &self.schemas)?;
        self.verifier.check_moment(event.timestamp(), now)?;
        let replay =
            U::SINGLE.then(|| (event.replay_key(), self.verifier.refused_from(event.timestamp())));
        let verified = self.verifier.accept(event, key, replay.map(|(key, _)| key), now);
        Ok(U::out(verified, replay))
    }

    /// Looks for a [`Fault`] that would explain why the signature of an event does not match: see
    /// [`Verifier::diagnose`], whose warnings hold here too.
    #[must_use]
    pub fn diagnose(&self, headers: &Headers<'_>, body: &[u8], now: UnixTime) -> Option<Fault> {
        self.verifier.diagnose(&Message::new(headers, body), now)
    }

    /// How old an event may be. Whoever remembers that a `secretData` was used must do so for
    /// longer than this.
    #[must_use]
    pub const fn past_tolerance(&self) -> Duration {
        self.verifier.past_tolerance()
    }

    /// How far ahead of `now` an event may be.
    #[must_use]
    pub const fn future_tolerance(&self) -> Duration {
        self.verifier.future_tolerance()
    }
}

/// Collects the keys and rules of a [`MiniApp`].
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct MiniAppBuilder<U: Use = Reusable> {
    verifier: VerifierBuilder<U>,
    schemas: Schemas,
}

impl MiniAppBuilder {
    /// Takes each event once: see [`VerifierBuilder::single_use`]. What is remembered outlives the
    /// tolerance towards the past.
    pub fn single_use(self) -> MiniAppBuilder<SingleUse> {
        // The time of an event stands in its body, where the verifier of the bare scheme does not
        // look.
        let verifier = self.verifier.single_use().remember_for(VerifierBuilder::MAX_TOLERANCE);
        MiniAppBuilder { verifier, schemas: self.schemas }
    }
}

impl<U: Use> MiniAppBuilder<U> {
    /// Adds an API key in use, which the Mini App team gives out.
    pub fn api_key(self, name: impl Into<Arc<str>>, key: impl Into<String>) -> Self {
        self.with(|verifier| verifier.secret(name, key))
    }

    /// Adds an API key that counts up to the moment `until`.
    pub fn retired_api_key(
        self,
        name: impl Into<Arc<str>>,
        key: impl Into<String>,
        until: UnixTime,
    ) -> Self {
        self.with(|verifier| verifier.retired_secret(name, key, until))
    }

    /// Adds an API key of any length but zero, for published vectors.
    pub fn dangerous_short_api_key(
        self,
        name: impl Into<Arc<str>>,
        key: impl Into<String>,
    ) -> Self {
        self.with(|verifier| verifier.dangerous_short_secret(name, key))
    }

    /// How old an event may be, and how far ahead: see [`VerifierBuilder::tolerance`].
    pub fn tolerance(self, past: Duration, future: Duration) -> Self {
        self.with(|verifier| verifier.tolerance(past, future))
    }

    /// Lets an event have this field too, should Zalo add one. It is not handed on, and its value
    /// may hold neither digits nor `=`: with these it could stand for a part of the fields beside
    /// it.
    pub fn allow_field(mut self, event: EventKind, name: impl Into<Box<str>>) -> Self {
        self.schemas.declare(event, name.into());
        self
    }

    /// The verifier.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem found.
    pub fn build(self) -> Result<MiniApp<U>, ConfigError> {
        let mut problems: Vec<ConfigProblem> = self.schemas.problems();
        match self.verifier.build() {
            Ok(verifier) if problems.is_empty() => Ok(MiniApp { verifier, schemas: self.schemas }),
            Ok(_) => Err(ConfigError::new(problems)),
            Err(error) => {
                problems.extend(error.problems().iter().cloned());
                Err(ConfigError::new(problems))
            }
        }
    }

    fn with(self, change: impl FnOnce(VerifierBuilder<U>) -> VerifierBuilder<U>) -> Self {
        Self { verifier: change(self.verifier), ..self }
    }
}

/// An event of a Mini App in its documented shape.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub enum MiniAppEvent<'m> {
    /// `biometric.verify.success`: somebody passed the biometric check for a `secretData`.
    BiometricVerified(BiometricVerified<'m>),
    /// `user.revoke.consent`: a user took back the consent to share data.
    ConsentRevoked(ConsentRevoked<'m>),
}

impl MiniAppEvent<'_> {
    /// Which event it is.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::BiometricVerified(_) => EventKind::BiometricVerified,
            Self::ConsentRevoked(_) => EventKind::ConsentRevoked,
        }
    }

    /// When it happened, by Zalo's clock.
    #[must_use]
    pub const fn timestamp(&self) -> UnixTime {
        match self {
            Self::BiometricVerified(event) => event.timestamp,
            Self::ConsentRevoked(event) => event.timestamp,
        }
    }

    /// Its fields, in one spelling: what the signature is over, cut in the one way there is.
    fn replay_key(&self) -> ReplayKey {
        let subject = match self {
            Self::BiometricVerified(event) => &event.secret_data,
            Self::ConsentRevoked(event) => &event.user_id,
        };
        let moment = self.timestamp().as_millis().to_be_bytes();
        let parts = [self.kind().name().as_bytes(), subject.as_bytes(), &moment];
        ReplayKey::new("countersign zalo mini app 1", &parts)
    }
}

impl fmt::Debug for MiniAppEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the user nor `secretData`, which logs a user in.
        write!(f, "{} at {}", self.kind().name(), self.timestamp().to_rfc3339())
    }
}

/// Somebody passed the biometric check for a `secretData` (S3-7).
#[derive(Clone, Eq, PartialEq)]
pub struct BiometricVerified<'m> {
    pub(super) secret_data: Cow<'m, str>,
    pub(super) timestamp: UnixTime,
}

impl BiometricVerified<'_> {
    /// The `secretData` that was approved: 16 bytes in base64, 24 characters.
    #[must_use]
    pub fn secret_data(&self) -> &str {
        &self.secret_data
    }

    /// When it happened, by Zalo's clock.
    #[must_use]
    pub const fn timestamp(&self) -> UnixTime {
        self.timestamp
    }
}

impl fmt::Debug for BiometricVerified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BiometricVerified at {}", self.timestamp.to_rfc3339())
    }
}

/// A user took back the consent to share data with the app.
#[derive(Clone, Eq, PartialEq)]
pub struct ConsentRevoked<'m> {
    pub(super) user_id: Cow<'m, str>,
    pub(super) timestamp: UnixTime,
}

impl ConsentRevoked<'_> {
    /// The user's id: digits, up to twenty, more than an integer of 64 bits may hold.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// When it happened, by Zalo's clock.
    #[must_use]
    pub const fn timestamp(&self) -> UnixTime {
        self.timestamp
    }
}

impl fmt::Debug for ConsentRevoked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsentRevoked at {}", self.timestamp.to_rfc3339())
    }
}
