//! A body that comes in pieces.

use std::fmt;

use super::WebhookError;
use super::claimed::Claimed;
use super::event::{Content, Event};
use super::keys::{Key, Material};
use super::message::Message;
use super::scheme::{Construction, Part, Scheme};
use super::text::{Tag, Text};
use super::verifier::Verifier;
use crate::digest::Sha256;
use crate::guard::{Reusable, Use};
use crate::headers::Headers;
use crate::javascript::Sink;
use crate::key::MacContext;
use crate::time::UnixTime;

/// A message of which the header fields are read, and the body is still to come.
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::time::UnixTime;
/// use countersign::webhook::{Content, Message, Signer, Verifier, WebhookError, providers};
///
/// let secret = "a secret of sixteen bytes or more";
/// let github = Verifier::builder(providers::GITHUB).secret("2025", secret).build()?;
/// let body = b"{\"action\": \"opened\"}";
/// let signed = Signer::new(providers::GITHUB, secret)?.sign(&Message::new(&Headers::new(&[]), body), UnixTime::EPOCH)?;
/// let fields = signed.fields();
/// let headers = Headers::new(&fields);
///
/// let mut upload = github.stream(&headers, 1_000_000)?;
/// for chunk in body.chunks(7) {
///     upload.update(chunk)?;
/// }
/// let event = upload.finish(UnixTime::EPOCH)?;
/// assert!(matches!(event.content(), Content::Streamed(20)));
///
/// let mut cut = github.stream(&headers, 1_000_000)?;
/// cut.update(&body[..19])?;
/// assert_eq!(cut.finish(UnixTime::EPOCH).unwrap_err(), WebhookError::SignatureMismatch);
/// # Ok::<(), countersign::Error>(())
/// ```
#[must_use = "nothing is verified before `finish`"]
pub struct NeedsBody<'v, 'm, U: Use = Reusable> {
    verifier: &'v Verifier<U>,
    head: Message<'m>,
    claimed: Claimed<'m>,
    running: Vec<(&'v Key, Running)>,
    /// The text without its secret, for the name of a message that is taken once.
    digest: Option<Running>,
    limit: u64,
    received: u64,
}

impl<U: Use> Verifier<U> {
    /// Reads the header fields of a message whose body is too large to be held, of at most
    /// `max_bytes`.
    ///
    /// What is done with the body before [`finish`](NeedsBody::finish) is done for whoever sent it.
    ///
    /// # Errors
    /// As [`verify`](Self::verify) about size and form of header fields, and
    /// [`WebhookError::NotStreamable`] where the scheme signs what stands inside the body, or signs
    /// with a public key.
    pub fn stream<'v, 'm>(
        &'v self,
        headers: &Headers<'m>,
        max_bytes: u64,
    ) -> Result<NeedsBody<'v, 'm, U>, WebhookError> {
        let scheme = &self.rules.scheme;
        if !scheme.is_streamable() {
            return Err(WebhookError::NotStreamable);
        }
        let head = Message::new(headers, b"");
        let mut claimed = Claimed::default();
        claimed.read_signed(scheme, &head, 0)?;
        let shared = self.keys.iter().filter_map(|key| match &key.material {
            Material::Shared(shared) => Some((key, shared.start())),
            Material::Public { .. } => None,
        });
        let mut needs_body = NeedsBody {
            verifier: self,
            head,
            running: shared.collect(),
            digest: (U::SINGLE && !self.names_by_id()).then(|| Running::Hash(Sha256::new())),
            claimed,
            limit: max_bytes,
            received: 0,
        };
        needs_body.write(scheme.parts.iter().take_while(|part| **part != Part::Body))?;
        Ok(needs_body)
    }
}

/// A hash or MAC under way.
pub(super) enum Running {
    Mac(Box<MacContext>),
    Hash(Sha256),
}

impl Running {
    fn finish(self) -> Tag {
        match self {
            Self::Mac(context) => Tag::Mac(context.tag()),
            Self::Hash(hash) => Tag::Hash(hash.finish()),
        }
    }
}

impl Sink for Running {
    fn write(&mut self, bytes: &[u8]) {
        match self {
            Self::Mac(context) => context.update(bytes),
            Self::Hash(hash) => hash.update(bytes),
        }
    }
}

impl Scheme {
    /// Whether nothing but the bytes of the body is still unknown once the header fields are read.
    fn is_streamable(&self) -> bool {
        let bodies = self.parts.iter().filter(|part| part.is_content()).count();
        bodies == 1
            && self.has(|part| matches!(part, Part::Body))
            && !self.has(|part| matches!(part, Part::Url))
            && !self.reads_json()
            && !self.reads_query()
            && !matches!(self.construction, Construction::Signature(_))
    }
}

impl<'m, U: Use> NeedsBody<'_, 'm, U> {
    /// Takes the next piece of the body.
    ///
    /// # Errors
    /// [`WebhookError::BodyTooLarge`]; the message is then refused whatever follows.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), WebhookError> {
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.received = self.received.saturating_add(length);
        self.within_limit()?;
        self.running.iter_mut().for_each(|(_, running)| running.write(chunk));
        self.digest.iter_mut().for_each(|digest| digest.write(chunk));
        Ok(())
    }

    /// Verifies the signature over all that was taken, then the time.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn finish(mut self, now: UnixTime) -> Result<U::Out<Event<'m>>, WebhookError> {
        self.within_limit()?;
        let (verifier, scheme) = (self.verifier, self.verifier.rules.scheme);
        if self.received == 0 && scheme.timestamp.is_none() {
            return Err(WebhookError::EmptyContent);
        }
        self.write(scheme.parts.iter().skip_while(|part| **part != Part::Body).skip(1))?;
        let signatures = self.claimed.signatures.as_ref().ok_or(WebhookError::SignatureMismatch)?;
        let mut good = self.running.into_iter().filter(|(key, _)| key.is_live(now));
        let key = good.find_map(|(key, running)| {
            signatures.contain(running.finish().as_bytes()).then_some(key)
        });
        let key = key.ok_or(WebhookError::SignatureMismatch)?;
        verifier.check_time(&self.claimed, now)?;
        let digest = self.digest.map(Running::finish);
        let text = digest.as_ref().map_or(&b""[..], |digest| digest.as_bytes());
        let replay = U::SINGLE.then(|| verifier.replay(&self.claimed, text, now));
        let event = Event {
            scheme: scheme.name,
            assurance: verifier.assurance,
            content: Content::Streamed(self.received),
            timestamp: self.claimed.timestamp.as_ref().map(|timestamp| timestamp.at),
            id: self.claimed.id,
        };
        Ok(U::out(verifier.accept(event, key, replay.map(|(key, _)| key), now), replay))
    }

    fn within_limit(&self) -> Result<(), WebhookError> {
        if self.received > self.limit {
            let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
            return Err(WebhookError::BodyTooLarge { limit });
        }
        Ok(())
    }

    /// Writes parts that stand before or behind the body.
    fn write<'p>(
        &mut self,
        parts: impl Iterator<Item = &'p Part> + Clone,
    ) -> Result<(), WebhookError> {
        let Self { verifier, head, claimed, running, digest, .. } = self;
        let text = Text { rules: &verifier.rules, message: head, claimed, url: "" };
        for (key, running) in running {
            let secret = key.secret().map_or(&b""[..], |secret| secret.expose());
            parts.clone().try_for_each(|part| text.write_part(part, secret, running))?;
        }
        digest.iter_mut().try_for_each(|digest| {
            parts.clone().try_for_each(|part| text.write_part(part, b"", digest))
        })
    }
}

impl<U: Use> fmt::Debug for NeedsBody<'_, '_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NeedsBody({} bytes so far)", self.received)
    }
}
