//! The types that a decision is made of: [`Verified`], [`Pending`], [`Step`] and [`Evidence`].
//!
//! A verification gives `Verified<T>`, or a remainder that still owes something and says what. Where the
//! remainder needs the host's storage it is a [`Pending`]: [`Pending::step`] names one atomic change, the
//! host applies it, and [`Pending::finish`] takes the store's answer. There is no second call to forget,
//! because there is no `Verified<T>` before it.

mod pending;
mod step;

pub use pending::{Pending, PendingError};
pub use step::{Expect, Record, RecordError, Step, StoreAnswer};

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::encoding::hex;
use crate::time::UnixTime;

/// A value that was verified, with the evidence for it. Only a verifier of this crate can make one.
///
/// It can be read and taken apart, but neither made, changed nor mapped: whoever is handed a
/// `Verified<T>` knows that this very `T` passed.
///
/// ```compile_fail,E0451
/// use countersign::verified::{Evidence, Verified};
/// fn forge(evidence: Evidence) -> Verified<&'static str> {
///     Verified { value: "admin", evidence } // private fields
/// }
/// ```
/// ```compile_fail,E0594
/// use countersign::verified::Verified;
/// fn change(mut verified: Verified<(u8,)>) {
///     verified.0 = 7; // no DerefMut
/// }
/// ```
/// The same function, reading instead of changing, compiles:
/// ```
/// use countersign::verified::Verified;
/// fn read(verified: Verified<(u8,)>) -> u8 {
///     verified.0
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Verified<T> {
    value: T,
    evidence: Evidence,
}

impl<T> Verified<T> {
    pub(crate) const fn new(value: T, evidence: Evidence) -> Self {
        Self { value, evidence }
    }

    /// What was verified.
    #[must_use]
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// By which key, algorithm and policy, and when.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What was verified, as the room that knows what it means says it.
    pub(crate) fn map<U>(self, into: impl FnOnce(T) -> U) -> Verified<U> {
        Verified { value: into(self.value), evidence: self.evidence }
    }

    /// Takes it apart; what comes out is no longer marked as verified.
    #[must_use]
    pub fn into_parts(self) -> (T, Evidence) {
        (self.value, self.evidence)
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the value: claims are personal data, and logs live long.
        f.debug_struct("Verified").field("evidence", &self.evidence).finish_non_exhaustive()
    }
}

/// What a [`Verified`] value rests on. It holds no secret, no token and no claim.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// The key's id, where it has one.
    pub key_id: Option<Arc<str>>,
    /// The key's RFC 7638 thumbprint (SHA-256); for a MAC key the fingerprint its room documents.
    pub thumbprint: [u8; 32],
    /// The algorithm, as its registry names it.
    pub algorithm: &'static str,
    /// The fingerprint of the policy that allowed it.
    pub policy: [u8; 32],
    /// The name under which a second presentation of the same thing would be recognised.
    pub replay_key: Option<ReplayKey>,
    /// The `now` that the verification was given.
    pub verified_at: UnixTime,
}

/// The name of one thing that may be used once: a SHA-256 over what its signer named it.
///
/// It is made from signed identifiers, such as (`iss`, `jti`), never from the text of a token or from signature bytes,
/// which can be spelt in more than one way.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    pub(crate) fn new(domain: &str, parts: &[&[u8]]) -> Self {
        Self(crate::digest::fingerprint(domain, parts))
    }

    /// The key as bytes, for a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({})", hex::encode(self.0))
    }
}
