//! HMAC (RFC 2104) for webhooks, HTTP signatures and the HS family.

use std::fmt;

use super::backend::{HmacContext, HmacKey, HmacTag};
use super::{Algorithm, KeyError, secret_text};
use crate::digest::fingerprint;
use crate::secret::{Secret, constant_time_eq};

/// A MAC algorithm.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// HMAC-SHA-1: only for old providers who offer nothing else. Collisions of SHA-1 do not break it.
    HmacSha1Legacy,
    /// HMAC-SHA-256.
    HmacSha256,
    /// HMAC-SHA-384.
    HmacSha384,
    /// HMAC-SHA-512.
    HmacSha512,
}

impl MacAlgorithm {
    /// The name as RFC 2104 and FIPS 198-1 write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha1Legacy => "HMAC-SHA-1",
            Self::HmacSha256 => "HMAC-SHA-256",
            Self::HmacSha384 => "HMAC-SHA-384",
            Self::HmacSha512 => "HMAC-SHA-512",
        }
    }

    /// The length of a tag, in bytes.
    #[must_use]
    pub const fn tag_bytes(self) -> usize {
        match self {
            Self::HmacSha1Legacy => 20,
            Self::HmacSha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
        }
    }

    /// The MAC behind an algorithm of the HS family (RFC 7518 §3.2).
    const fn of(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Hs256 => Ok(Self::HmacSha256),
            Algorithm::Hs384 => Ok(Self::HmacSha384),
            Algorithm::Hs512 => Ok(Self::HmacSha512),
            _ => Err(KeyError::AlgorithmNotForKey { algorithm }),
        }
    }
}

/// A MAC key, prepared once. It takes a secret of any length: how short is too short is the caller's policy.
///
/// ```
/// use countersign::key::{KeyError, MacAlgorithm, MacKey};
/// use countersign::secret::Secret;
///
/// let key = MacKey::new(MacAlgorithm::HmacSha256, &Secret::new("0123456789abcdef")?);
/// let tag = key.tag(b"body");
/// assert_eq!(key.verify(b"body", tag.as_bytes()), Ok(()));
/// assert_eq!(key.verify(b"bodi", tag.as_bytes()), Err(KeyError::SignatureInvalid));
/// # Ok::<(), countersign::secret::SecretError>(())
/// ```
#[derive(Clone)]
pub struct MacKey {
    algorithm: MacAlgorithm,
    key: HmacKey,
    fingerprint: [u8; 32],
}

impl MacKey {
    /// Prepares `secret` for `algorithm`.
    #[must_use]
    pub fn new(algorithm: MacAlgorithm, secret: &Secret) -> Self {
        let key = HmacKey::new(algorithm, secret.expose());
        let tag = key.tag(FINGERPRINT_MESSAGE);
        let fingerprint =
            fingerprint("countersign/mac-key", &[algorithm.name().as_bytes(), tag.as_ref()]);
        Self { algorithm, key, fingerprint }
    }

    /// Prepares `secret` for an algorithm of the HS family, if it is long enough for it and indeed secret.
    pub(super) fn for_jws(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        let algorithm = MacAlgorithm::of(algorithm)?;
        secret_text::check(secret.expose(), algorithm.tag_bytes())?;
        Ok(Self::new(algorithm, secret))
    }

    /// The same, however short.
    pub(super) fn dangerous_short_for_jws(
        algorithm: Algorithm,
        secret: &Secret,
    ) -> Result<Self, KeyError> {
        let algorithm = MacAlgorithm::of(algorithm)?;
        secret_text::check(secret.expose(), 0)?;
        Ok(Self::new(algorithm, secret))
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    /// A name for this key that can be logged and compared: a SHA-256 over the key's MAC of a fixed text.
    ///
    /// # Security
    /// Whoever sees it can test guesses of the secret against it offline, as with any message and its MAC, and
    /// learns nothing else. It is no use as a MAC itself. A secret that can be guessed should not be one.
    #[must_use]
    pub const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// The tag of `message`.
    #[must_use]
    pub fn tag(&self, message: &[u8]) -> MacTag {
        MacTag(self.key.tag(message))
    }

    /// Compares `tag` with the tag of `message` in constant time.
    ///
    /// # Errors
    /// [`KeyError::SignatureInvalid`], for a tag of another length too.
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> Result<(), KeyError> {
        self.tag(message).verify(tag)
    }

    /// Starts a MAC over a message that comes in pieces.
    #[must_use]
    pub fn context(&self) -> MacContext {
        MacContext(self.key.context())
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// A MAC under way, fed piece by piece.
///
/// ```
/// use countersign::key::{MacAlgorithm, MacKey};
/// use countersign::secret::Secret;
///
/// let key = MacKey::new(MacAlgorithm::HmacSha512, &Secret::new("0123456789abcdef")?);
/// let mut context = key.context();
/// context.update(b"bo");
/// context.update(b"dy");
/// assert_eq!(context.verify(key.tag(b"body").as_bytes()), Ok(()));
/// # Ok::<(), countersign::secret::SecretError>(())
/// ```
#[derive(Clone)]
pub struct MacContext(HmacContext);

impl MacContext {
    /// Takes the next `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The tag of all that was taken.
    #[must_use]
    pub fn tag(self) -> MacTag {
        MacTag(self.0.tag())
    }

    /// Compares `tag` with the tag of all that was taken, in constant time.
    ///
    /// # Errors
    /// [`KeyError::SignatureInvalid`], for a tag of another length too.
    pub fn verify(self, tag: &[u8]) -> Result<(), KeyError> {
        self.tag().verify(tag)
    }
}

impl fmt::Debug for MacContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacContext(..)")
    }
}

/// A computed tag. It has no `PartialEq`: comparing is [`MacTag::verify`], in constant time.
#[derive(Clone, Copy)]
pub struct MacTag(HmacTag);

impl MacTag {
    /// The tag as bytes, to send.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// Compares it with the `tag` that was sent, in constant time.
    ///
    /// # Errors
    /// [`KeyError::SignatureInvalid`], for a tag of another length too.
    pub fn verify(&self, tag: &[u8]) -> Result<(), KeyError> {
        if constant_time_eq(self.as_bytes(), tag) {
            Ok(())
        } else {
            Err(KeyError::SignatureInvalid)
        }
    }
}

impl fmt::Debug for MacTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacTag(..)")
    }
}

const FINGERPRINT_MESSAGE: &[u8] = b"countersign: which key is this?";
