//! What changed between two sets.

use std::sync::Arc;

use super::JwkSet;
use super::set::id;
use crate::key::VerifyingKey;

/// The key ids under which two sets differ, each list sorted.
///
/// Keys without an id are named by the empty one.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SetDiff {
    /// Ids that only the new set has.
    pub added: Vec<Arc<str>>,
    /// Ids that only the old set has.
    pub removed: Vec<Arc<str>>,
    /// Ids of both under which the keys, by their RFC 7638 thumbprints, are not the same.
    ///
    /// An issuer that rotates takes a new id. The same id with another key is a mistake, or an attack.
    pub rekeyed: Vec<Arc<str>>,
}

impl SetDiff {
    /// Whether both sets have the same keys under the same ids.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.rekeyed.is_empty()
    }
}

/// Names what changed from the set `old` to the set `new`.
#[must_use]
pub fn diff(old: &JwkSet, new: &JwkSet) -> SetDiff {
    let mut diff = SetDiff::default();
    for (name, keys) in groups(new) {
        match old.keys_for(name) {
            None => diff.added.push(name.into()),
            Some(before) if thumbprints(before.as_ref()) != thumbprints(keys) => {
                diff.rekeyed.push(name.into());
            }
            Some(_) => {}
        }
    }
    let removed = groups(old).filter(|(name, _)| new.keys_for(name).is_none());
    diff.removed.extend(removed.map(|(name, _)| Arc::from(name)));
    diff
}

/// The ids of a set, each with its keys.
fn groups(set: &JwkSet) -> impl Iterator<Item = (&str, &[VerifyingKey])> {
    let groups = set.keys().chunk_by(|one, other| id(one) == id(other));
    groups.filter_map(|keys| Some((id(keys.first()?), keys)))
}

/// The keys by what they are, in an order that does not depend on the document.
fn thumbprints(keys: &[VerifyingKey]) -> Vec<&[u8; 32]> {
    let mut thumbprints: Vec<_> = keys.iter().map(VerifyingKey::thumbprint).collect();
    thumbprints.sort_unstable();
    thumbprints
}
