//! Digests of a body in fields: `Content-Digest` and `Repr-Digest` (RFC 9530), and `Digest` before them (RFC 3230).

use super::HttpSigError;
use super::component::{Component, Field, FieldForm};
use super::message::View;
use crate::digest::{BodyDigests, sha256};
use crate::encoding::base64;
use crate::structured::{BareItem, Dictionary, Item, Limits};

/// A field that holds digests of a body.
///
/// ```
/// use countersign::httpsig::DigestField;
///
/// let body = br#"{"hello": "world"}"#;
/// assert_eq!(
///     DigestField::ContentDigest.value(body),
///     "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", // RFC 9530 §B.1
/// );
/// assert_eq!(DigestField::Digest.value(body), "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DigestField {
    /// `Content-Digest`: of the bytes that are sent (RFC 9530 §2).
    ContentDigest,
    /// `Repr-Digest`: of the whole representation (RFC 9530 §3). It is the body's where no range of it is sent.
    ReprDigest,
    /// `Digest`: what the drafts sign (RFC 3230 §4.3.2).
    Digest,
}

impl DigestField {
    const ALL: [Self; 3] = [Self::ContentDigest, Self::ReprDigest, Self::Digest];

    /// The name of the field, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContentDigest => "content-digest",
            Self::ReprDigest => "repr-digest",
            Self::Digest => "digest",
        }
    }

    /// The field's value for `body`, by SHA-256.
    #[must_use]
    pub fn value(self, body: &[u8]) -> String {
        self.value_of(&sha256(&[body]))
    }

    /// The field's value for a body of this SHA-256, such as one that was hashed piece by piece.
    #[must_use]
    pub fn value_of(self, sha256: &[u8; 32]) -> String {
        let (before, behind) = match self {
            Self::ContentDigest | Self::ReprDigest => ("sha-256=:", ":"),
            Self::Digest => ("SHA-256=", ""),
        };
        let mut value = String::with_capacity(VALUE_BYTES);
        value.push_str(before);
        base64::encode_onto(sha256, &mut value);
        value.push_str(behind);
        value
    }

    /// The digest field that a component is, in a form in which its members can be read.
    pub(super) fn of<S: AsRef<str>>(component: &Component<S>) -> Option<Self> {
        let own =
            |field: &&Field<S>| !component.of_request && !matches!(field.form, FieldForm::Bytes);
        let name = component.field().filter(own)?.name.as_ref();
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// The longest value of a field with one SHA-256.
const VALUE_BYTES: usize = 54;

/// The digest fields in the message's headers, covered or not.
pub(super) fn present(view: &View<'_>) -> impl Iterator<Item = DigestField> {
    DigestField::ALL.into_iter().filter(|field| view.headers().all(field.name()).next().is_some())
}

/// Adds the digests that a covered digest field announces. Those that are there already must be the same.
pub(super) fn add(
    field: DigestField,
    component: &Component<&str>,
    value: &str,
    view: &View<'_>,
    digests: &mut BodyDigests,
) -> Result<(), HttpSigError> {
    if field == DigestField::ReprDigest && is_partial(view) {
        return Ok(());
    }
    let found = match (field, component.field().map(|field| field.form)) {
        (DigestField::Digest, Some(FieldForm::Joined)) => legacy(value)?,
        (DigestField::Digest, _) => return Ok(()),
        (_, Some(FieldForm::Member { key, .. })) => member(key, value, field)?,
        _ => dictionary(value, field)?,
    };
    if found.is_empty() {
        return Err(HttpSigError::DigestUnsupported { field: field.name() });
    }
    merge(&mut digests.sha256, found.sha256)?;
    merge(&mut digests.sha512, found.sha512)
}

fn merge<T: PartialEq>(first: &mut Option<T>, second: Option<T>) -> Result<(), HttpSigError> {
    match (&first, second) {
        (Some(first), Some(second)) if *first != second => Err(HttpSigError::DigestMismatch),
        (None, Some(second)) => {
            *first = Some(second);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// RFC 9530 §3.1: of a part, of nothing, or of what was not changed, the body is not the representation.
fn is_partial(view: &View<'_>) -> bool {
    let ranged = view.headers().all("content-range").next().is_some();
    match view {
        View::Request(_) => ranged,
        View::Response(response) => ranged || matches!(response.status, 206 | 304),
    }
}

/// RFC 9530 §2: a Dictionary of Byte Sequences. Algorithms that are unknown or not safe are passed over.
fn dictionary(value: &str, field: DigestField) -> Result<BodyDigests, HttpSigError> {
    if let Some(sha256) = only_sha256(value) {
        return Ok(BodyDigests { sha256: Some(sha256), sha512: None });
    }
    let field = field.name();
    let malformed = HttpSigError::DigestMalformed { field };
    let members = Dictionary::parse(value, &Limits::DEFAULT).map_err(|_| malformed.clone())?;
    members.refuse_duplicates().map_err(|_| HttpSigError::DigestRepeated { field })?;
    let mut digests = BodyDigests::default();
    for entry in members.entries() {
        let item = entry.value.as_item().ok_or(malformed.clone())?;
        let bytes = item.value.as_bytes().ok_or(malformed.clone())?;
        put(entry.key.as_str(), bytes, &mut digests).ok_or(malformed.clone())?;
    }
    Ok(digests)
}

/// What nearly all senders write, which needs no parser: `sha-256=:base64:`.
fn only_sha256(value: &str) -> Option<[u8; 32]> {
    let encoded = value.strip_prefix("sha-256=:")?.strip_suffix(':')?;
    let mut digest = [0; 32];
    let length = base64::decode_into(encoded.as_bytes(), &mut digest).ok()?;
    (length == 32).then_some(digest)
}

/// The same, of one member that is covered alone.
fn member(key: &str, value: &str, field: DigestField) -> Result<BodyDigests, HttpSigError> {
    let malformed = HttpSigError::DigestMalformed { field: field.name() };
    let item = Item::parse(value, &Limits::DEFAULT).map_err(|_| malformed.clone())?;
    let BareItem::ByteSequence(bytes) = &item.value else { return Err(malformed) };
    let mut digests = BodyDigests::default();
    put(key, bytes, &mut digests).ok_or(malformed)?;
    Ok(digests)
}

/// RFC 3230 §4.3.2: `SHA-256=base64`, separated by commas, names in any case.
fn legacy(value: &str) -> Result<BodyDigests, HttpSigError> {
    let field = DigestField::Digest.name();
    let malformed = HttpSigError::DigestMalformed { field };
    let mut digests = BodyDigests::default();
    for part in value.split(',') {
        let (name, encoded) =
            part.trim_matches([' ', '\t']).split_once('=').ok_or(malformed.clone())?;
        let name = name.to_ascii_lowercase();
        let taken = match &*name {
            "sha-256" => digests.sha256.is_some(),
            "sha-512" => digests.sha512.is_some(),
            _ => continue,
        };
        if taken {
            return Err(HttpSigError::DigestRepeated { field });
        }
        let bytes = base64::decode(encoded).map_err(|_| malformed.clone())?;
        put(&name, &bytes, &mut digests).ok_or(malformed.clone())?;
    }
    Ok(digests)
}

/// Takes a digest of a known algorithm; `None` where it is not as long as one.
fn put(name: &str, bytes: &[u8], digests: &mut BodyDigests) -> Option<()> {
    match name {
        "sha-256" => digests.sha256 = Some(bytes.try_into().ok()?),
        "sha-512" => digests.sha512 = Some(bytes.try_into().ok()?),
        _ => {}
    }
    Some(())
}
