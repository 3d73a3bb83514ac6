//! What became of each entry of a key set.

use std::sync::Arc;

use crate::key::KeyError;

/// What was left out of a [`JwkSet`](super::JwkSet), and why. Most real sets leave out nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SetReport {
    skipped: Vec<SkippedEntry>,
}

impl SetReport {
    /// The entries that were left out, in the order of the document.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedEntry] {
        &self.skipped
    }

    /// Those among them that somebody must be told of: a private or symmetric key was published.
    pub fn alarms(&self) -> impl Iterator<Item = &SkippedEntry> {
        self.skipped.iter().filter(|entry| entry.reason.is_alarming())
    }

    pub(super) fn skip(&mut self, index: usize, key_id: Option<Arc<str>>, reason: SkipReason) {
        self.skipped.push(SkippedEntry { index, key_id, reason });
    }
}

/// An entry that was left out of a set.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SkippedEntry {
    /// Its place in the array `keys`, from zero.
    pub index: usize,
    /// Its `kid`, where that is one a key can have.
    pub key_id: Option<Arc<str>>,
    /// Why.
    pub reason: SkipReason,
}

/// Why an entry was left out of a set.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// Not a JSON object.
    #[error("expected a JSON object")]
    NotAnObject,
    /// A fifth key of one id: each token of that id would have to be tried against all of them.
    #[error("more than {} keys of one id", super::MAX_KEYS_PER_ID)]
    TooManyForKeyId,
    /// Not a key that can verify signatures: weak, broken, unknown, for another use.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl SkipReason {
    /// The stable code of this reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "jwks.entry_not_an_object",
            Self::TooManyForKeyId => "jwks.entry_too_many_for_key_id",
            Self::Key(error) => error.code(),
        }
    }

    /// Whether the entry shows a secret that is one no longer.
    #[must_use]
    pub const fn is_alarming(&self) -> bool {
        matches!(self, Self::Key(KeyError::PrivateMaterial | KeyError::Symmetric))
    }
}
