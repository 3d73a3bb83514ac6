//! Document `003`: biometric login of a Zalo Mini App, step by step.
//!
//! | step of the document | here |
//! |---|---|
//! | 1. the server makes `secretData` | [`Zalo::issue`] |
//! | 2. the SDK tells `bioState` | [`BioState::compare`](crate::biometric::BioState::compare) |
//! | 3. the SDK shows the form | [`UiTexts`](crate::biometric::UiTexts), [`SdkError`](crate::biometric::SdkError) |
//! | 4. Zalo's server sends the webhook | [`Zalo::webhook`] |
//! | 5. the Mini App logs in | [`Zalo::login`] |
//!
//! The backend mounts one [`Zalo`], a store, and three routes: `/biometric/start`, the registered webhook URL and
//! `/biometric/verify`. What it answers where it refuses is in [`LOGIN_ANSWERS`] and [`WEBHOOK_ANSWERS`].
//!
//! ```
//! use countersign::biometric::{BiometricFlow, Login, LoginRequest};
//! use countersign::guard::MemoryStore;
//! use countersign::headers::Headers;
//! use countersign::partner::zalo::{Webhook, Zalo};
//! use countersign::secret::{Secret, SecretSet};
//! use countersign::time::UnixTime;
//! use countersign::verified::Verified;
//! use countersign::webhook::zalo::MiniApp;
//!
//! let mini_app = MiniApp::builder("2646373759294038927").api_key("2026", "zalo-mini-app-api-key").build()?;
//! let secrets = SecretSet::builder().secret("2026", Secret::new("the server's own secret key")?).build()?;
//! let zalo = Zalo::new(mini_app, BiometricFlow::builder(secrets).build()?);
//! let now = UnixTime::from_secs(1_735_180_623);
//!
//! // A webhook that nobody signed.
//! let forged = zalo.webhook(&Headers::new(&[("X-ZEvent-Signature", b"00")]), b"{}", now).unwrap_err();
//! assert_eq!(forged.class(), countersign::class::Class::Malformed);
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # What the document leaves open, and what is done
//! - Single use is only implied (S3-C5): a used challenge leaves a tombstone that outlives every event.
//! - Neither an age nor a user is asked for (S3-C6): a challenge lives 5 minutes, a confirmation 120 seconds, and the access token of
//!   the login is the one of the issue, because `secretData` is computed from it.
//! - The event has no field borders in its signature (S3-C7): [`MiniApp`] takes exactly the documented shape.
//! - What an event cannot say, whose finger it was, is said at [`biometric`](crate::biometric#what-it-cannot-protect).

mod answers;

pub use answers::{LOGIN_ANSWERS, WEBHOOK_ANSWERS};

use crate::biometric::{
    BiometricError, BiometricFlow, Issue, Login, LoginRequest, PendingConfirmation,
};
use crate::class::Class;
use crate::headers::Headers;
use crate::time::UnixTime;
use crate::verified::Verified;
use crate::webhook::zalo::{MiniApp, MiniAppEvent};
use crate::webhook::{Fault, WebhookError};

/// The biometric login of one Mini App, as a backend mounts it.
#[derive(Clone, Debug)]
pub struct Zalo {
    mini_app: MiniApp,
    flow: BiometricFlow,
}

impl Zalo {
    /// Joins the verifier of webhooks with the flow of logins.
    ///
    /// A used challenge is then remembered for as long as this verifier takes an event that is sent again, and
    /// [`BiometricFlow::KEEP`]: six and a half minutes by default. A store has room for that many logins.
    #[must_use]
    pub const fn new(mini_app: MiniApp, flow: BiometricFlow) -> Self {
        let window = mini_app.past_tolerance().saturating_add(mini_app.future_tolerance());
        Self { mini_app, flow: flow.remember_for(window) }
    }

    /// Step 1: a challenge for the user of this access token.
    ///
    /// # Errors
    /// As [`BiometricFlow::issue`].
    pub fn issue(&self, access_token: &str, now: UnixTime) -> Result<Issue<'_>, BiometricError> {
        self.flow.issue(access_token, now)
    }

    /// Step 4: verifies an event that came to the webhook URL.
    ///
    /// # Errors
    /// [`ZaloError::Webhook`], and [`ZaloError::Biometric`] where the event's `secretData` is none.
    pub fn webhook<'m>(
        &self,
        headers: &Headers<'m>,
        body: &'m [u8],
        now: UnixTime,
    ) -> Result<Webhook<'m>, ZaloError> {
        let event = self.mini_app.verify_event(headers, body, now)?;
        match self.flow.confirm(&event, now)? {
            Some(pending) => Ok(Webhook::Confirms(pending)),
            None => Ok(Webhook::Other(event)),
        }
    }

    /// Looks for a fault that would explain why the signature of an event does not match, for a log and never for the
    /// sender: see [`MiniApp::diagnose`].
    #[must_use]
    pub fn diagnose(&self, headers: &Headers<'_>, body: &[u8], now: UnixTime) -> Option<Fault> {
        self.mini_app.diagnose(headers, body, now)
    }

    /// Step 5: verifies a login.
    ///
    /// # Errors
    /// As [`BiometricFlow::verify`].
    pub fn login<'t>(
        &self,
        request: &'t LoginRequest,
        now: UnixTime,
    ) -> Result<Login<'t>, BiometricError> {
        self.flow.verify(&request.secret_data, request.event_time, &request.access_token, now)
    }
}

/// A verified event of the Mini App.
#[derive(Debug)]
#[must_use]
pub enum Webhook<'m> {
    /// Somebody approved a challenge: the store has to write it down.
    Confirms(PendingConfirmation),
    /// Another event, such as a user who took back the consent: delete that user's data.
    Other(Verified<MiniAppEvent<'m>>),
}

/// Why a webhook was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ZaloError {
    /// The event.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// Its `secretData`.
    #[error(transparent)]
    Biometric(#[from] BiometricError),
}

impl ZaloError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Webhook(error) => error.code(),
            Self::Biometric(error) => error.code(),
        }
    }

    /// What a host branches on.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Webhook(error) => error.class(),
            Self::Biometric(error) => error.class(),
        }
    }
}

/// Whether `url` may be registered as a webhook URL (S3-1): `https`, on a public domain.
///
/// An address, a name without a dot, and the names that never leave a network are no public domain; whether a name
/// resolves to one is not looked at, because nothing is asked here.
///
/// ```
/// use countersign::partner::zalo::is_webhook_url;
///
/// assert!(is_webhook_url("https://api.example.vn/webhook/zalo"));
/// for url in ["http://api.example.vn/", "https://10.0.0.1/", "https://localhost/", "https://shop.internal/", "https://u@api.example.vn/"] {
///     assert!(!is_webhook_url(url), "{url}");
/// }
/// ```
#[cfg(feature = "url")]
#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
#[must_use]
pub fn is_webhook_url(url: &str) -> bool {
    let Ok(url) = ::url::Url::parse(url) else { return false };
    let public = url.domain().is_some_and(|domain| {
        let name = domain.trim_end_matches('.');
        name.contains('.') && !PRIVATE.iter().any(|suffix| name.ends_with(suffix))
    });
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    url.scheme() == "https" && public && plain
}

/// Names that stand for nothing outside a network: RFC 6761, RFC 6762, RFC 8375, and what routers make up.
#[cfg(feature = "url")]
const PRIVATE: [&str; 8] =
    [".localhost", ".local", ".internal", ".test", ".invalid", ".example", ".home.arpa", ".lan"];
