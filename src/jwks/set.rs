//! A JWK Set (RFC 7517 §5), read entry by entry.

use std::fmt;
use std::sync::Arc;

use super::{JwksError, SetReport, SkipReason};
use crate::json::{self, Kind, Limits};
use crate::key::{VerifyingKey, is_key_id};

/// The public keys of an issuer, as one document publishes them (RFC 7517 §5).
///
/// One bad entry never sinks the set: it is left out, and the [report](Self::report) says why. There is no
/// symmetric key among them, whatever the document holds. Clones share the keys.
///
/// # Examples
/// ```
/// use countersign::jwks::{JwkSet, JwksError};
///
/// // The public key of RFC 8037 A.2 beside a key type of the future.
/// let set = JwkSet::parse(
///     br#"{"keys":[
///         {"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///         {"kty":"NTRU","kid":"k2"}]}"#,
/// )?;
/// assert_eq!(set.keys_for("k1").map_or(0, |keys| keys.as_ref().len()), 1);
/// assert!(set.keys_for("k2").is_none());
/// assert_eq!(set.report().skipped()[0].reason.code(), "key.unknown_key_type");
///
/// assert_eq!(JwkSet::parse(br#"{"keys":[]}"#).unwrap_err(), JwksError::Empty);
/// # Ok::<(), JwksError>(())
/// ```
#[derive(Clone)]
pub struct JwkSet {
    /// By id; of one id in the order of the document.
    keys: Arc<[VerifyingKey]>,
    report: Arc<SetReport>,
}

impl JwkSet {
    /// The largest document: about a hundred times a real set, and read in a few milliseconds.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// The most entries, usable or not: each costs checks of big numbers when the set is read.
    pub const MAX_KEYS: usize = 256;

    /// Reads a document.
    ///
    /// # Errors
    /// [`JwksError::TooLarge`], [`JwksError::Json`] (one duplicate member name anywhere gives the whole text
    /// two meanings), [`JwksError::NotASet`], [`JwksError::TooManyKeys`], [`JwksError::Empty`], and
    /// [`JwksError::NoUsableKey`] with the report where every entry had to be left out.
    pub fn parse(document: &[u8]) -> Result<Self, JwksError> {
        if document.len() > Self::MAX_BYTES {
            let found = document.len();
            return Err(JwksError::TooLarge { maximum: Self::MAX_BYTES, found });
        }
        let document = json::parse_object(document, LIMITS)?;
        let entries = document.root().get("keys").filter(|keys| keys.kind() == Kind::Array);
        let entries = entries.ok_or(JwksError::NotASet)?;
        match entries.elements().count() {
            0 => Err(JwksError::Empty),
            1..=Self::MAX_KEYS => Self::of_entries(entries),
            found => Err(JwksError::TooManyKeys { maximum: Self::MAX_KEYS, found }),
        }
    }

    /// The keys of this id, in the order of the document; at most [`MAX_KEYS_PER_ID`].
    ///
    /// Ids are compared byte by byte. The empty id stands for the keys without `kid`, and so for tokens
    /// without one.
    ///
    /// [`MAX_KEYS_PER_ID`]: super::MAX_KEYS_PER_ID
    #[must_use]
    pub fn keys_for(&self, key_id: &str) -> Option<Keys> {
        let start = self.keys.partition_point(|key| id(key) < key_id);
        let of_id = self.keys.iter().skip(start).take_while(|key| id(key) == key_id).count();
        let end = start.saturating_add(of_id);
        (of_id > 0).then(|| Keys { set: Arc::clone(&self.keys), start, end })
    }

    /// All usable keys, sorted by id.
    #[must_use]
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// What was left out, and why.
    #[must_use]
    pub fn report(&self) -> &SetReport {
        &self.report
    }

    /// What a cache has before its first set.
    pub(super) fn empty() -> Self {
        Self { keys: Arc::default(), report: Arc::default() }
    }

    pub(super) const fn shared_report(&self) -> &Arc<SetReport> {
        &self.report
    }

    fn of_entries(entries: json::Value<'_, '_>) -> Result<Self, JwksError> {
        let mut keys: Vec<VerifyingKey> = Vec::new();
        let mut report = SetReport::default();
        for (index, entry) in entries.elements().enumerate() {
            let (key_id, key) = read(entry);
            let same_id = keys.iter().filter(|other| other.id() == key_id.as_ref()).count();
            match key {
                Ok(_) if same_id >= super::MAX_KEYS_PER_ID => {
                    report.skip(index, key_id, SkipReason::TooManyForKeyId);
                }
                Ok(key) => keys.push(key),
                Err(reason) => report.skip(index, key_id, reason),
            }
        }
        let report = Arc::new(report);
        if keys.is_empty() {
            return Err(JwksError::NoUsableKey(report));
        }
        keys.sort_by(|one, other| id(one).cmp(id(other)));
        Ok(Self { keys: keys.into(), report })
    }
}

impl fmt::Debug for JwkSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(id)).finish()
    }
}

/// The few keys that a token with a certain `kid` is tried against. Clones share them.
#[derive(Clone)]
pub struct Keys {
    set: Arc<[VerifyingKey]>,
    start: usize,
    end: usize,
}

impl AsRef<[VerifyingKey]> for Keys {
    fn as_ref(&self) -> &[VerifyingKey] {
        self.set.get(self.start..self.end).unwrap_or_default()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_ref().iter().map(id)).finish()
    }
}

/// The id a key is looked up by.
pub(super) fn id(key: &VerifyingKey) -> &str {
    key.id().map_or("", |id| id)
}

fn read(entry: json::Value<'_, '_>) -> (Option<Arc<str>>, Result<VerifyingKey, SkipReason>) {
    if entry.kind() != Kind::Object {
        return (None, Err(SkipReason::NotAnObject));
    }
    let key_id = entry.get("kid").and_then(json::Value::as_str).filter(|text| is_key_id(text));
    let key = VerifyingKey::from_jwk(entry.raw().as_bytes());
    (key_id.map(Arc::from), key.map_err(SkipReason::Key))
}

/// A set nests three deep, four with `x5c`; a member of the future may nest as deep as a JOSE header.
const LIMITS: Limits = Limits { max_bytes: JwkSet::MAX_BYTES, max_depth: 16 };
