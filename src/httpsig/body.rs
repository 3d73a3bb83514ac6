//! A head that is verified and owes its body.

use std::fmt;
use std::marker::PhantomData;

use super::base::SignatureBase;
use super::message::View;
use super::policy::Policy;
use super::signed::{SignedBy, SignedMessage};
use super::verify::Window;
use super::{HttpSigError, digest_fields};
use crate::digest::{BodyDigests, BodyHasher};
use crate::guard::{Reusable, Use};
use crate::time::UnixTime;
use crate::verified::{Evidence, ReplayKey, Verified};

/// A signature that was accepted.
pub(super) struct Accepted {
    pub(super) by: SignedBy,
    pub(super) base: SignatureBase,
    pub(super) window: Window,
    pub(super) digests: BodyDigests,
    pub(super) nonce: Option<Box<str>>,
    pub(super) others: Vec<SignedBy>,
}

impl Accepted {
    /// Adds another signature over the same message: what is covered is what both cover.
    pub(super) fn join(&mut self, other: Self) -> Result<(), HttpSigError> {
        let covered = |name: &str| other.base.components().any(|(covered, _)| covered == name);
        self.base.retain(covered);
        self.window.deadline = self.window.deadline.min(other.window.deadline);
        self.digests.sha256 = common(self.digests.sha256, other.digests.sha256)?;
        self.digests.sha512 = common(self.digests.sha512, other.digests.sha512)?;
        self.others.push(other.by);
        Ok(())
    }

    /// The name of this use of the key: its nonce where there is one, else what was signed. Neither the label nor the
    /// bytes of the signature, which can be written in more ways than one.
    fn replay_key(&self) -> ReplayKey {
        let thumbprint = &self.by.thumbprint;
        match &self.nonce {
            Some(nonce) => {
                ReplayKey::new("countersign httpsig nonce 1", &[thumbprint, nonce.as_bytes()])
            }
            None => {
                let base = self.base.as_str().as_bytes();
                ReplayKey::new("countersign httpsig base 1", &[thumbprint, base])
            }
        }
    }
}

/// A digest that both signatures cover. A body is covered by all of them or not at all.
fn common<T: PartialEq>(first: Option<T>, second: Option<T>) -> Result<Option<T>, HttpSigError> {
    match (first, second) {
        (Some(first), Some(second)) if first != second => Err(HttpSigError::DigestMismatch),
        (Some(first), Some(_)) => Ok(Some(first)),
        _ => Ok(None),
    }
}

/// A message whose head is verified and whose body is owed. It shows nothing until it has it.
///
/// ```compile_fail,E0308
/// use countersign::httpsig::{NeedsBody, SignedMessage};
/// use countersign::verified::Verified;
/// fn skip_the_body(head: NeedsBody) -> Verified<SignedMessage<'static>> {
///     head // the body was not looked at
/// }
/// ```
/// With the body, it compiles:
/// ```
/// use countersign::httpsig::{HttpSigError, NeedsBody, SignedMessage};
/// use countersign::verified::Verified;
/// fn check_the_body(head: NeedsBody, body: &[u8]) -> Result<Verified<SignedMessage<'_>>, HttpSigError> {
///     head.with_body(body)
/// }
/// ```
#[must_use = "nothing is verified before the body is"]
pub struct NeedsBody<U: Use = Reusable> {
    accepted: Accepted,
    policy: [u8; 32],
    now: UnixTime,
    unsigned_body: bool,
    max_bytes: u64,
    announces_body: bool,
    has_digest_field: bool,
    r#use: PhantomData<U>,
}

impl<U: Use> NeedsBody<U> {
    pub(super) fn new(
        accepted: Accepted,
        view: &View<'_>,
        policy: &Policy<U>,
        now: UnixTime,
    ) -> Self {
        let uncovered = accepted.digests.is_empty();
        Self {
            accepted,
            policy: *policy.fingerprint(),
            now,
            unsigned_body: policy.rules.unsigned_body,
            max_bytes: policy.rules.max_body_bytes,
            announces_body: announces_body(view),
            has_digest_field: uncovered && digest_fields::present(view).next().is_some(),
            r#use: PhantomData,
        }
    }

    /// The message with its body, the bytes as they came: before any content coding is undone.
    ///
    /// # Errors
    /// [`HttpSigError::DigestMismatch`]; [`HttpSigError::DigestMissing`] and [`HttpSigError::DigestNotCovered`] for a body
    /// that no signed digest covers; [`HttpSigError::BodyTooLarge`].
    pub fn with_body(self, body: &[u8]) -> Result<U::Out<SignedMessage<'_>>, HttpSigError> {
        let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        if bytes > self.max_bytes {
            return Err(HttpSigError::BodyTooLarge { limit: self.max_bytes });
        }
        let found = BodyDigests::of(body, &self.accepted.digests);
        self.end(&found, bytes, Some(body))
    }

    /// Takes the body piece by piece, in constant memory.
    #[must_use = "nothing is verified before `finish`"]
    pub fn stream(self) -> BodyStream<U> {
        let hasher = BodyHasher::for_all_of(&self.accepted.digests);
        BodyStream { head: self, hasher }
    }

    /// The message, which has no body. A digest that is covered must be that of no bytes.
    ///
    /// # Errors
    /// [`HttpSigError::BodyExpected`] where `Content-Length` or `Transfer-Encoding` announces one;
    /// [`HttpSigError::DigestMismatch`].
    pub fn without_body(self) -> Result<U::Out<SignedMessage<'static>>, HttpSigError> {
        if self.announces_body {
            return Err(HttpSigError::BodyExpected);
        }
        self.stream().finish()
    }
}

impl<U: Use> fmt::Debug for NeedsBody<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeedsBody")
            .field("key_id", &self.accepted.by.key_id)
            .finish_non_exhaustive()
    }
}

/// A body under way. What was handed on of it is not verified before [`finish`](Self::finish) says so.
///
/// ```
/// use countersign::httpsig::{BodyStream, HttpSigError, SignedMessage};
/// use countersign::verified::Verified;
/// fn store(mut body: BodyStream, pieces: &[&[u8]]) -> Result<Verified<SignedMessage<'static>>, HttpSigError> {
///     for piece in pieces {
///         body.update(piece)?; // and write the piece to a temporary file
///     }
///     body.finish() // and only now give the file its name
/// }
/// ```
#[must_use = "nothing is verified before `finish`"]
pub struct BodyStream<U: Use = Reusable> {
    head: NeedsBody<U>,
    hasher: BodyHasher,
}

impl<U: Use> BodyStream<U> {
    /// Takes the next piece.
    ///
    /// # Errors
    /// [`HttpSigError::BodyTooLarge`], at the first piece that goes beyond the policy's limit.
    pub fn update(&mut self, piece: &[u8]) -> Result<(), HttpSigError> {
        self.hasher.update(piece);
        let limit = self.head.max_bytes;
        if self.hasher.bytes() > limit { Err(HttpSigError::BodyTooLarge { limit }) } else { Ok(()) }
    }

    /// The message, if all that was taken is the body that was signed.
    ///
    /// # Errors
    /// As [`NeedsBody::with_body`].
    pub fn finish(self) -> Result<U::Out<SignedMessage<'static>>, HttpSigError> {
        let Self { head, hasher } = self;
        let (bytes, limit) = (hasher.bytes(), head.max_bytes);
        if bytes > limit {
            return Err(HttpSigError::BodyTooLarge { limit });
        }
        head.end(&hasher.finish(), bytes, None)
    }
}

impl<U: Use> fmt::Debug for BodyStream<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyStream").field("bytes", &self.hasher.bytes()).finish_non_exhaustive()
    }
}

impl<U: Use> NeedsBody<U> {
    /// The verdict on a body of so many bytes with these digests.
    fn end<'b>(
        self,
        found: &BodyDigests,
        bytes: u64,
        body: Option<&'b [u8]>,
    ) -> Result<U::Out<SignedMessage<'b>>, HttpSigError> {
        let covered = !self.accepted.digests.is_empty();
        if covered && *found != self.accepted.digests {
            return Err(HttpSigError::DigestMismatch);
        }
        if !covered && bytes > 0 && !self.unsigned_body {
            return Err(match self.has_digest_field {
                true => HttpSigError::DigestNotCovered,
                false => HttpSigError::DigestMissing,
            });
        }
        Ok(self.accept(body.filter(|_| covered)))
    }

    fn accept<'b>(self, body: Option<&'b [u8]>) -> U::Out<SignedMessage<'b>> {
        let Self { accepted, policy, now, .. } = self;
        let replay = U::SINGLE.then(|| (accepted.replay_key(), accepted.window.deadline));
        let evidence = Evidence {
            key_id: accepted.by.key_id,
            thumbprint: accepted.by.thumbprint,
            algorithm: accepted.by.algorithm.name(),
            policy,
            replay_key: replay.map(|(key, _)| key),
            verified_at: now,
        };
        let signed = SignedMessage {
            base: accepted.base,
            signed_at: accepted.window.signed_at,
            nonce: accepted.nonce,
            others: accepted.others,
            body,
        };
        U::out(Verified::new(signed, evidence), replay)
    }
}

/// Whether the framing announces a body (RFC 9112 §6). Responses to HEAD, and those without content, announce what they
/// do not have (RFC 9110 §8.6).
fn announces_body(view: &View<'_>) -> bool {
    if let View::Response(response) = view {
        let to_head = response.request.is_some_and(|request| request.method == "HEAD");
        if to_head || matches!(response.status, 204 | 304) {
            return false;
        }
    }
    let is_zero = |value: &[u8]| value.iter().all(|byte| matches!(byte, b'0' | b' ' | b'\t'));
    view.headers().iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("transfer-encoding")
            || name.eq_ignore_ascii_case("content-length") && !is_zero(value)
    })
}
