//! Keys that were synced beforehand, each with its owner (document `002`, machine to machine).

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::set::id;
use super::{ConfigProblem, JwkSet, JwksError, MAX_KEYS_PER_ID, Refusal};
use crate::key::{OwnedKeys, Owner, VerifyingKey, is_key_id};
use crate::time::UnixTime;

/// The keys of many partners, synced beforehand, each with its owner and its time (S2-17, S2-20).
///
/// A partner's signature proves that the partner signed, not that what it says of itself is true. So keys
/// leave a ring only bound to their owner, as [`OwnedKeys`], and whoever verifies with them must find that owner
/// in a claim: else partner A could sign as partner B.
///
/// A key id belongs to one owner. Where partners choose the same ids and cannot be told apart before
/// their token is read, that cannot be; give each partner a ring, and choose it by route or client certificate.
///
/// # Examples
/// ```
/// use countersign::jwks::{JwkSet, KeyRing, Refusal};
/// use countersign::time::UnixTime;
///
/// let synced = JwkSet::parse(
///     br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
/// )?;
/// let (start, end) = (UnixTime::from_secs(1_735_000_000), UnixTime::from_secs(1_766_000_000));
/// let ring = KeyRing::builder().set("partner-a", &synced, start..end).build()?;
///
/// let keys = ring.keys_for("a1", start).unwrap();
/// assert!(keys.owner().matches("partner-a"));
/// assert!(!keys.owner().matches("partner-b")); // a good signature of A, in the name of B
/// assert_eq!(ring.keys_for("a1", end).unwrap_err(), Refusal::KeyExpired { not_after: end });
/// # Ok::<(), countersign::jwks::JwksError>(())
/// ```
pub struct KeyRing {
    /// By id.
    entries: Box<[Entry]>,
}

#[derive(Clone)]
struct Entry {
    owner: Owner,
    key: VerifyingKey,
    valid: Range<UnixTime>,
}

impl KeyRing {
    /// The validity of a key that nobody limited.
    pub const ALWAYS: Range<UnixTime> = UnixTime::MIN..UnixTime::MAX;

    /// A ring in the making.
    pub fn builder() -> KeyRingBuilder {
        KeyRingBuilder { entries: Vec::new() }
    }

    /// The keys of this id that are valid now, with their owner.
    ///
    /// # Errors
    /// [`Refusal::KeyIdForm`], [`Refusal::UnknownKey`], and [`Refusal::KeyNotYetValid`] or
    /// [`Refusal::KeyExpired`] where there are keys of this id at other times alone.
    pub fn keys_for(&self, key_id: &str, now: UnixTime) -> Result<OwnedKeys, Refusal> {
        if !is_key_id(key_id) {
            return Err(Refusal::KeyIdForm);
        }
        let start = self.entries.partition_point(|entry| entry.id() < key_id);
        let of_id = || self.entries.iter().skip(start).take_while(|entry| entry.id() == key_id);
        let first = of_id().next().ok_or(Refusal::UnknownKey { retry_at: None })?;
        let keys: Arc<[_]> = of_id()
            .filter(|entry| entry.valid.contains(&now))
            .map(|entry| entry.key.clone())
            .collect();
        if !keys.is_empty() {
            return Ok(OwnedKeys::new(keys, first.owner.clone()));
        }
        let next = of_id().map(|entry| entry.valid.start).filter(|start| now < *start).min();
        let last = of_id().map(|entry| entry.valid.end).max().unwrap_or(UnixTime::MIN);
        Err(next.map_or(Refusal::KeyExpired { not_after: last }, |not_before| {
            Refusal::KeyNotYetValid { not_before }
        }))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter().map(|entry| (entry.id(), &entry.owner))).finish()
    }
}

impl Entry {
    fn id(&self) -> &str {
        id(&self.key)
    }
}

/// A [`KeyRing`] in the making.
#[derive(Clone)]
#[must_use = "nothing is made before `build`"]
pub struct KeyRingBuilder {
    entries: Vec<Entry>,
}

impl KeyRingBuilder {
    /// Adds a key, which must have an id, for as long as `valid` says.
    pub fn key(mut self, owner: &str, key: VerifyingKey, valid: Range<UnixTime>) -> Self {
        self.entries.push(Entry { owner: Owner::new(owner), key, valid });
        self
    }

    /// Adds all keys of a set, such as one partner publishes.
    pub fn set(self, owner: &str, set: &JwkSet, valid: Range<UnixTime>) -> Self {
        let keys = set.keys().iter().cloned();
        keys.fold(self, |ring, key| ring.key(owner, key, valid.clone()))
    }

    /// The ring.
    ///
    /// # Errors
    /// [`JwksError::Config`] with everything that is wrong; a host that syncs keeps the ring it has.
    pub fn build(self) -> Result<KeyRing, JwksError> {
        let mut entries = self.entries;
        entries.sort_by(|one, other| one.id().cmp(other.id()));
        let problems = problems(&entries);
        if problems.is_empty() {
            Ok(KeyRing { entries: entries.into() })
        } else {
            Err(JwksError::Config(problems))
        }
    }
}

impl fmt::Debug for KeyRingBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRingBuilder").field("keys", &self.entries.len()).finish()
    }
}

/// What is wrong with these entries, which are sorted by id.
fn problems(entries: &[Entry]) -> Vec<ConfigProblem> {
    let mut problems = Vec::new();
    if entries.is_empty() {
        problems.push(ConfigProblem::NoKeys);
    }
    for entry in entries {
        if !is_key_id(entry.owner.as_str()) {
            problems.push(ConfigProblem::OwnerForm);
        }
        if !is_key_id(entry.id()) {
            problems.push(ConfigProblem::KeyIdForm { owner: entry.owner.as_str().into() });
        }
        if entry.valid.is_empty() {
            problems.push(ConfigProblem::NeverValid { key_id: entry.id().into() });
        }
    }
    for of_id in entries.chunk_by(|one, other| one.id() == other.id()) {
        let Some(first) = of_id.first() else { continue };
        if of_id.iter().any(|entry| entry.owner != first.owner) {
            problems.push(ConfigProblem::KeyIdOfTwoOwners { key_id: first.id().into() });
        }
        if of_id.len() > MAX_KEYS_PER_ID {
            problems.push(ConfigProblem::TooManyForKeyId { key_id: first.id().into() });
        }
    }
    problems.extend(keys_of_two_owners(entries));
    problems
}

fn keys_of_two_owners(entries: &[Entry]) -> impl Iterator<Item = ConfigProblem> {
    let mut by_key: Vec<&Entry> = entries.iter().collect();
    by_key.sort_by_key(|entry| entry.key.thumbprint());
    let same_key = |one: &&Entry, other: &&Entry| one.key.thumbprint() == other.key.thumbprint();
    let shared: Vec<_> = by_key
        .chunk_by(same_key)
        .filter_map(|of_key| {
            let first = of_key.first()?;
            let shared = of_key.iter().any(|entry| entry.owner != first.owner);
            shared.then(|| ConfigProblem::KeyOfTwoOwners { key_id: first.id().into() })
        })
        .collect();
    shared.into_iter()
}
