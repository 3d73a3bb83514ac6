//! Digests of a body that comes in pieces and is never kept.

use super::{Sha256, Sha512, sha256, sha512};

/// Which digests of a body there are, and what they are.
///
/// ```
/// use countersign::digest::{BodyDigests, BodyHasher};
///
/// let announced = BodyDigests { sha256: Some(countersign::digest::sha256(&[b"two photographs"])), sha512: None };
/// let mut hasher = BodyHasher::for_all_of(&announced);
/// hasher.update(b"two ");
/// hasher.update(b"photographs");
/// assert_eq!(hasher.bytes(), 15);
/// assert_eq!(hasher.finish(), announced);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BodyDigests {
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
    /// SHA-512.
    pub sha512: Option<[u8; 64]>,
}

impl BodyDigests {
    /// Those of `body` that `wanted` has.
    #[must_use]
    pub fn of(body: &[u8], wanted: &Self) -> Self {
        Self {
            sha256: wanted.sha256.map(|_| sha256(&[body])),
            sha512: wanted.sha512.map(|_| sha512(&[body])),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sha256.is_none() && self.sha512.is_none()
    }
}

/// The digests of one body under way, in constant memory.
#[derive(Clone, Debug)]
pub struct BodyHasher {
    sha256: Option<Sha256>,
    sha512: Option<Sha512>,
    bytes: u64,
}

impl BodyHasher {
    /// A hasher for the digests that `wanted` has.
    #[must_use]
    pub fn for_all_of(wanted: &BodyDigests) -> Self {
        Self {
            sha256: wanted.sha256.map(|_| Sha256::new()),
            sha512: wanted.sha512.map(|_| Sha512::new()),
            bytes: 0,
        }
    }

    /// Takes the next piece of the body.
    pub fn update(&mut self, piece: &[u8]) {
        self.bytes = self.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(piece);
        }
        if let Some(hasher) = &mut self.sha512 {
            hasher.update(piece);
        }
    }

    /// How many bytes were taken.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The digests of all that was taken.
    #[must_use]
    pub fn finish(self) -> BodyDigests {
        BodyDigests {
            sha256: self.sha256.map(Sha256::finish),
            sha512: self.sha512.map(Sha512::finish),
        }
    }
}
