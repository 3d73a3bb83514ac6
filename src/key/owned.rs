//! Keys that speak for one party (document `002`, machine to machine).

use std::sync::Arc;

use super::VerifyingKey;

/// Keys that may verify only what names their owner.
///
/// They are no list of keys, so that what verifies with any keys cannot take them:
/// ```compile_fail,E0277
/// use countersign::key::{OwnedKeys, VerifyingKey};
/// fn verify(keys: &impl AsRef<[VerifyingKey]>) {}
/// fn forget_the_owner(keys: &OwnedKeys) {
///     verify(keys);
/// }
/// ```
/// Keys without an owner are:
/// ```
/// use countersign::jwks::Keys;
/// use countersign::key::VerifyingKey;
/// fn verify(keys: &impl AsRef<[VerifyingKey]>) {}
/// fn there_is_no_owner(keys: &Keys) {
///     verify(keys);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct OwnedKeys {
    keys: Arc<[VerifyingKey]>,
    owner: Owner,
}

impl OwnedKeys {
    pub(crate) const fn new(keys: Arc<[VerifyingKey]>, owner: Owner) -> Self {
        Self { keys, owner }
    }

    /// Whom a claim must name, in what these keys signed.
    #[must_use]
    pub const fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The keys alone, for a format that this crate does not verify.
    ///
    /// # Security
    /// Whoever calls this must compare the [owner](Self::owner) with what the signed message says.
    #[must_use]
    pub fn dangerous_without_owner(&self) -> &[VerifyingKey] {
        &self.keys
    }
}

/// Who answers for a key: the value that a claim must have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Owner(Arc<str>);

impl Owner {
    pub(crate) fn new(label: &str) -> Self {
        Self(label.into())
    }

    /// Whether `claim` names this owner, byte for byte.
    #[must_use]
    pub fn matches(&self, claim: &str) -> bool {
        *self.0 == *claim
    }

    /// The owner's label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
