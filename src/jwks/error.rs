//! Why a set, a cache or a ring was refused, and why a lookup gave no key.

use std::sync::Arc;
use std::time::Duration;

use super::SetReport;
use crate::class::Class;
use crate::json::JsonError;
use crate::time::UnixTime;

/// Why a document, its answer, or a configuration was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// More bytes than [`JwkSet::MAX_BYTES`](super::JwkSet::MAX_BYTES); nothing was looked at.
    #[error("expected a document of at most {maximum} bytes, found {found}")]
    TooLarge {
        /// The limit, in bytes.
        maximum: usize,
        /// The size found, in bytes.
        found: usize,
    },
    /// Not strict JSON: an HTML page, a cut-off text, a member that is there twice.
    #[error("not a JSON object: {0}")]
    Json(#[from] JsonError),
    /// No member `keys` that is an array (RFC 7517 §5.1).
    #[error("expected a member `keys` that is an array")]
    NotASet,
    /// More entries than [`JwkSet::MAX_KEYS`](super::JwkSet::MAX_KEYS).
    #[error("expected at most {maximum} keys, found {found}")]
    TooManyKeys {
        /// The limit.
        maximum: usize,
        /// The count found.
        found: usize,
    },
    /// A set without entries.
    #[error("a set without keys")]
    Empty,
    /// A set of which every entry was skipped; the report says why, one by one.
    #[error("expected a usable key, found none among {}", .0.skipped().len())]
    NoUsableKey(Arc<SetReport>),
    /// An answer with another status than 200; its body is not looked at.
    #[error("expected status 200, found {found}")]
    Status {
        /// The status found.
        found: u16,
    },
    /// No answer at all: what the host told by `handle_failure`.
    #[error("the key set could not be fetched")]
    Transport,
    /// A restored document that is older than keys may be trusted for.
    #[error("a restored document older than {maximum:?}")]
    RestoredTooOld {
        /// The hard age.
        maximum: Duration,
    },
    /// A restored document from a moment that has not come yet: one of the two clocks was wrong.
    #[error("a restored document fetched at {}, after now", .fetched_at.to_rfc3339())]
    RestoredFromTheFuture {
        /// When it is said to have been fetched.
        fetched_at: UnixTime,
    },
    /// A document to restore where the cache has one already, which is younger or came from the issuer.
    #[error("the cache has a document already")]
    RestoredTooLate,
    /// A cache or ring that could not be built; every problem is named.
    #[error("{}", listed(.0))]
    Config(Vec<ConfigProblem>),
    /// A URL that keys must not be fetched from.
    #[error("the URL of the key set {0}")]
    Url(UrlProblem),
}

impl JwksError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "jwks.too_large",
            Self::Json(_) => "jwks.json",
            Self::NotASet => "jwks.not_a_set",
            Self::TooManyKeys { .. } => "jwks.too_many_keys",
            Self::Empty => "jwks.empty",
            Self::NoUsableKey(_) => "jwks.no_usable_key",
            Self::Status { .. } => "jwks.status",
            Self::Transport => "jwks.transport",
            Self::RestoredTooOld { .. } => "jwks.restored_too_old",
            Self::RestoredFromTheFuture { .. } => "jwks.restored_from_the_future",
            Self::RestoredTooLate => "jwks.restored_too_late",
            Self::Config(_) => "jwks.config",
            Self::Url(_) => "jwks.url",
        }
    }

    /// What a host branches on. It speaks of the document, never of a token that waits for it.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::TooLarge { .. }
            | Self::Json(_)
            | Self::NotASet
            | Self::TooManyKeys { .. }
            | Self::Empty
            | Self::NoUsableKey(_) => Class::Malformed,
            Self::Status { .. } | Self::Transport => Class::Unavailable,
            Self::RestoredTooOld { .. } => Class::Expired,
            Self::RestoredFromTheFuture { .. }
            | Self::RestoredTooLate
            | Self::Config(_)
            | Self::Url(_) => Class::Misconfigured,
        }
    }
}

/// Why there is no key for a token now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A key id that no key can have: longer than 128 bytes, or not visible ASCII.
    #[error("a key id that no key can have")]
    KeyIdForm,
    /// The keys are known and none has this id.
    #[error("no key has this id")]
    UnknownKey {
        /// From when on another lookup may fetch the set again; a [`KeyRing`](super::KeyRing) never does.
        retry_at: Option<UnixTime>,
    },
    /// A key of a ring before its time.
    #[error("the key is not valid before {}", .not_before.to_rfc3339())]
    KeyNotYetValid {
        /// The first moment of its validity.
        not_before: UnixTime,
    },
    /// A key of a ring after its time.
    #[error("the key was valid until {}", .not_after.to_rfc3339())]
    KeyExpired {
        /// The first moment after its validity.
        not_after: UnixTime,
    },
    /// No keys are trusted: none were fetched yet, or the last ones are too old. The token is not judged.
    #[error("no trusted keys; the next fetch may start at {}", .retry_at.to_rfc3339())]
    Unavailable {
        /// From when on another lookup may fetch the set.
        retry_at: UnixTime,
    },
}

impl Refusal {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyIdForm => "jwks.key_id_form",
            Self::UnknownKey { .. } => "jwks.unknown_key",
            Self::KeyNotYetValid { .. } => "jwks.key_not_yet_valid",
            Self::KeyExpired { .. } => "jwks.key_expired",
            Self::Unavailable { .. } => "jwks.unavailable",
        }
    }

    /// What a host branches on.
    ///
    /// A key outside its time is of the same class as one that is not there: nobody who cannot sign may
    /// learn which key ids exist.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::KeyIdForm => Class::Malformed,
            Self::UnknownKey { .. } | Self::KeyNotYetValid { .. } | Self::KeyExpired { .. } => {
                Class::Forged
            }
            Self::Unavailable { .. } => Class::Unavailable,
        }
    }
}

/// One thing wrong with the configuration of a cache or a ring.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// A duration of a cache outside its limits.
    #[error("expected {setting} from {minimum:?} to {maximum:?}, found {found:?}")]
    OutOfRange {
        /// The name of the builder's method.
        setting: &'static str,
        /// The least that is allowed, given the other settings.
        minimum: Duration,
        /// The most that is allowed, given the other settings.
        maximum: Duration,
        /// What was set.
        found: Duration,
    },
    /// A ring without keys.
    #[error("a ring without keys")]
    NoKeys,
    /// An owner's label that is empty, longer than 128 bytes or not visible ASCII.
    #[error("an owner's label that is empty, too long or not visible ASCII")]
    OwnerForm,
    /// A key in a ring that no token can name.
    #[error("a key of {owner} without an id that tokens can name")]
    KeyIdForm {
        /// Whose key.
        owner: Arc<str>,
    },
    /// A validity that ends before it begins.
    #[error("key {key_id} is never valid")]
    NeverValid {
        /// The key's id.
        key_id: Arc<str>,
    },
    /// More keys of one id than are tried for a token.
    #[error("more than {} keys of the id {key_id}", super::MAX_KEYS_PER_ID)]
    TooManyForKeyId {
        /// The keys' id.
        key_id: Arc<str>,
    },
    /// One id for keys of two owners: the id alone could not tell whose token it is.
    #[error("key id {key_id} belongs to two owners")]
    KeyIdOfTwoOwners {
        /// The keys' id.
        key_id: Arc<str>,
    },
    /// One key for two owners: either could sign as the other.
    #[error("key {key_id} belongs to two owners")]
    KeyOfTwoOwners {
        /// An id of the key.
        key_id: Arc<str>,
    },
}

/// What is wrong with the URL of a key set.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlProblem {
    /// No URL, or one with characters that parsers read differently.
    #[error("cannot be parsed")]
    Form,
    /// Another scheme than `https` (S1-28).
    #[error("is not https")]
    Scheme,
    /// A user name or password before the host: `https://bank.example@evil.example/`.
    #[error("has a user name or password")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("has a fragment")]
    Fragment,
    /// Another host or port than the issuer's.
    #[error("is not on the issuer's host")]
    Host,
}

fn listed(problems: &[ConfigProblem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}
