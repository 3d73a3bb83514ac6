//! From a received message to a verified event.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::assurance::Assurance;
use super::builder::VerifierBuilder;
use super::claimed::Claimed;
use super::event::{Content, Event};
use super::keys::Key;
use super::scheme::{Part, Scheme};
use super::text::Text;
use super::{Message, WebhookError, port};
use crate::digest::{self, Sha256};
use crate::guard::{Reusable, Use};
use crate::time::UnixTime;
use crate::verified::{Evidence, ReplayKey, Verified};

/// Verifies the messages of one provider: a [`Scheme`], the keys that count, and how old a message
/// may be.
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::time::UnixTime;
/// use countersign::webhook::{Message, Signer, Verifier, WebhookError, providers};
///
/// // The secret as Stripe shows it; the old one counts for another day after the change.
/// let now = UnixTime::from_secs(1_735_180_623);
/// let stripe = Verifier::builder(providers::STRIPE)
///     .secret("2025", "whsec_of_the_new_endpoint")
///     .retired_secret("2024", "whsec_of_the_old_endpoint", now)
///     .build()?;
///
/// let body = br#"{"id": "evt_1", "type": "invoice.paid"}"#;
/// let signer = Signer::new(providers::STRIPE, "whsec_of_the_new_endpoint")?;
/// let signed = signer.sign(&Message::new(&Headers::new(&[]), body), now)?;
///
/// let fields = signed.fields();
/// let headers = Headers::new(&fields);
/// let event = stripe.verify(&Message::new(&headers, body), now)?;
/// assert_eq!(event.body(), Some(&body[..]));
/// assert_eq!(event.evidence().key_id.as_deref(), Some("2025"));
///
/// let reserialized = br#"{"id":"evt_1","type":"invoice.paid"}"#;
/// let refused = stripe.verify(&Message::new(&headers, reserialized), now).unwrap_err();
/// assert_eq!(refused, WebhookError::SignatureMismatch);
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// A verifier that takes each message once gives nothing to work with before a store has answered:
/// ```compile_fail,E0308
/// use countersign::guard::SingleUse;
/// use countersign::webhook::{Event, Message, Verifier};
/// use countersign::{time::UnixTime, verified::Verified};
/// fn skip_the_store<'m>(v: &Verifier<SingleUse>, m: &Message<'m>, now: UnixTime) -> Verified<Event<'m>> {
///     v.verify(m, now).unwrap() // a `Pending`, not a `Verified`
/// }
/// ```
/// With the store asked, it compiles:
/// ```
/// use countersign::guard::SingleUse;
/// use countersign::verified::{Step, StoreAnswer, Verified};
/// use countersign::webhook::{Event, Message, Verifier};
/// use countersign::time::UnixTime;
/// fn ask_the_store<'m>(
///     v: &Verifier<SingleUse>, m: &Message<'m>, store: impl Fn(&Step) -> StoreAnswer, now: UnixTime,
/// ) -> Result<Verified<Event<'m>>, countersign::Error> {
///     let pending = v.verify(m, now)?;
///     let answer = store(pending.step());
///     Ok(pending.finish(answer, now)?)
/// }
/// ```
#[derive(Clone)]
pub struct Verifier<U: Use = Reusable> {
    pub(super) rules: Rules,
    pub(super) keys: Vec<Key>,
    pub(super) assurance: Assurance,
    pub(super) fingerprint: [u8; 32],
    pub(super) r#use: PhantomData<U>,
}

/// What a verifier demands, as data.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) scheme: Scheme,
    pub(super) settings: Vec<(&'static str, Box<str>)>,
    pub(super) past: Duration,
    pub(super) future: Duration,
    pub(super) max_body: usize,
    pub(super) remember: Option<Duration>,
}

impl Rules {
    pub(super) const fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            settings: Vec::new(),
            past: VerifierBuilder::PAST,
            future: VerifierBuilder::FUTURE,
            max_body: VerifierBuilder::MAX_BODY,
            remember: None,
        }
    }

    /// The same for equal rules, whatever the keys.
    pub(super) fn fingerprint(&self, single_use: bool) -> [u8; 32] {
        // Taken apart by name, so that a rule that is added cannot be forgotten here.
        let Self { scheme, settings, past, future, max_body, remember } = self;
        let mut settings = settings.clone();
        settings.sort_unstable();
        // A scheme is a constant; its debug form is a total listing of it.
        let listing = format!(
            "{scheme:?} {settings:?} {past:?} {future:?} {max_body} {remember:?} {single_use}"
        );
        digest::fingerprint("countersign webhook rules 1", &[listing.as_bytes()])
    }

    pub(super) fn setting(&self, name: &str) -> &str {
        let found = self.settings.iter().find(|(setting, _)| *setting == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Verifier {
    /// Starts a verifier for this scheme.
    pub const fn builder(scheme: Scheme) -> VerifierBuilder {
        VerifierBuilder::new(scheme)
    }
}

impl<U: Use> Verifier<U> {
    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> &Scheme {
        &self.rules.scheme
    }

    /// How old a message may be.
    #[must_use]
    pub const fn past_tolerance(&self) -> Duration {
        self.rules.past
    }

    /// How far ahead of `now` a message may be.
    #[must_use]
    pub const fn future_tolerance(&self) -> Duration {
        self.rules.future
    }

    /// Verifies a message: its size, its form, its signature by one of the keys, then its time.
    ///
    /// # Errors
    /// The first check that fails, as a [`WebhookError`].
    ///
    /// # Security
    /// A scheme without a signed time accepts what it has accepted before, for ever: demand
    /// [`single_use`](VerifierBuilder::single_use), or make what the event does harmless to repeat.
    pub fn verify<'m>(
        &self,
        message: &Message<'m>,
        now: UnixTime,
    ) -> Result<U::Out<Event<'m>>, WebhookError> {
        let mut claimed = Claimed::default();
        let key = self.check(message, &mut claimed, now)?;
        let replay = if U::SINGLE { Some(self.named(message, &claimed, now)?) } else { None };
        let event = self.event(&mut claimed, message);
        Ok(U::out(self.accept(event, key, replay.map(|(key, _)| key), now), replay))
    }

    /// All checks of a whole message.
    pub(super) fn check<'m>(
        &self,
        message: &Message<'m>,
        claimed: &mut Claimed<'m>,
        now: UnixTime,
    ) -> Result<&Key, WebhookError> {
        claimed.read_signed(&self.rules.scheme, message, self.rules.max_body)?;
        let key = self.signed_by(message, claimed, now)?;
        self.check_time(claimed, now)?;
        Ok(key)
    }

    pub(super) fn accept<T>(
        &self,
        value: T,
        key: &Key,
        replay_key: Option<ReplayKey>,
        now: UnixTime,
    ) -> Verified<T> {
        let evidence = Evidence {
            key_id: Some(key.name.clone()),
            thumbprint: key.thumbprint,
            algorithm: self.rules.scheme.construction.name(),
            policy: self.fingerprint,
            replay_key,
            verified_at: now,
        };
        Verified::new(value, evidence)
    }

    /// The first of the keys that count which made one of the signatures.
    fn signed_by(
        &self,
        message: &Message<'_>,
        claimed: &Claimed<'_>,
        now: UnixTime,
    ) -> Result<&Key, WebhookError> {
        let signatures = claimed.signatures.as_ref().ok_or(WebhookError::SignatureMismatch)?;
        for url in port::spellings(claimed.url).iter().flatten() {
            let text = Text { rules: &self.rules, message, claimed, url };
            for key in self.keys.iter().filter(|key| key.is_live(now)) {
                if key.made(signatures, &text)? {
                    return Ok(key);
                }
            }
        }
        Err(WebhookError::SignatureMismatch)
    }

    pub(super) fn check_time(
        &self,
        claimed: &Claimed<'_>,
        now: UnixTime,
    ) -> Result<(), WebhookError> {
        let Some(timestamp) = &claimed.timestamp else { return Ok(()) };
        if timestamp.other_unit {
            return Err(WebhookError::TimestampUnit);
        }
        self.check_moment(timestamp.at, now)
    }

    /// That a message signed at `at` is neither too old nor from the future.
    pub(super) fn check_moment(&self, at: UnixTime, now: UnixTime) -> Result<(), WebhookError> {
        let (age, ahead) = (now.saturating_since(at), at.saturating_since(now));
        if age > self.rules.past {
            return Err(WebhookError::TooOld { age, limit: self.rules.past });
        }
        if ahead > self.rules.future {
            return Err(WebhookError::FromFuture { ahead, limit: self.rules.future });
        }
        Ok(())
    }

    fn named(
        &self,
        message: &Message<'_>,
        claimed: &Claimed<'_>,
        now: UnixTime,
    ) -> Result<(ReplayKey, UnixTime), WebhookError> {
        let mut digest = Sha256::new();
        if !self.names_by_id() {
            let url = &port::shortest(claimed.url);
            let text = Text { rules: &self.rules, message, claimed, url };
            text.write(b"", &mut digest)?;
        }
        Ok(self.replay(claimed, &digest.finish(), now))
    }

    /// The name under which the message would be recognised, and the first moment at which it need
    /// not be: it is refused anyway, and the host asked for no longer memory.
    ///
    /// The name is its id, where that is signed, else the digest of the signed text without the
    /// secret. Signature bytes have no part in it: with two signatures in one field, either would
    /// do.
    pub(super) fn replay(
        &self,
        claimed: &Claimed<'_>,
        digest: &[u8],
        now: UnixTime,
    ) -> (ReplayKey, UnixTime) {
        let name = self.rules.scheme.name.as_bytes();
        let key = match claimed.id {
            Some(id) if self.names_by_id() => {
                ReplayKey::new("countersign webhook id 1", &[name, id.as_bytes()])
            }
            _ => ReplayKey::new("countersign webhook text 1", &[name, digest]),
        };
        let remembered = now.saturating_add(self.rules.remember.unwrap_or_default());
        let deadline = claimed
            .timestamp
            .as_ref()
            .map_or(remembered, |timestamp| self.refused_from(timestamp.at).max(remembered));
        (key, deadline)
    }

    pub(super) fn names_by_id(&self) -> bool {
        self.rules.scheme.has(|part| matches!(part, Part::Id))
    }

    /// What the message says, in the shape in which its scheme vouches for it.
    pub(super) fn event<'m>(&self, claimed: &mut Claimed<'m>, message: &Message<'m>) -> Event<'m> {
        Event {
            scheme: self.rules.scheme.name,
            assurance: self.assurance,
            timestamp: claimed.timestamp.as_ref().map(|timestamp| timestamp.at),
            id: claimed.id,
            content: Content::of(&self.rules.scheme, claimed, message),
        }
    }

    /// The first moment at which a message signed at `at` is refused for its age.
    pub(super) fn refused_from(&self, at: UnixTime) -> UnixTime {
        at.saturating_add(self.rules.past).saturating_add(Duration::from_millis(1))
    }
}

impl<U: Use> fmt::Debug for Verifier<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.keys.iter().map(|key| &key.name).collect();
        f.debug_struct("Verifier")
            .field("scheme", &self.rules.scheme.name)
            .field("keys", &names)
            .finish_non_exhaustive()
    }
}
