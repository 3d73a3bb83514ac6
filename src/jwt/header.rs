//! The JOSE header (RFC 7515 §4): what it says, and what it may not say.

use std::borrow::Cow;
use std::ops::Range;

use super::JwtError;
use crate::json::{self, Kind, Limits, Value};
use crate::key::{Algorithm, is_key_id};

/// The members of a JOSE header that this crate reads.
///
/// Nothing in it is trusted: it chooses neither the algorithm nor the key.
#[derive(Clone)]
pub(super) struct Header {
    /// `None` where the algorithm is unknown here: that is data, not a malformed header.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) key_id: Option<Text>,
    pub(super) token_type: Option<Text>,
}

/// A string of the header: where it stands in the decoded header, or itself where it held an escape.
#[derive(Clone)]
pub(super) enum Text {
    Decoded(Range<usize>),
    Unescaped(Box<str>),
}

impl Text {
    fn of(value: Value<'_, '_>) -> Self {
        match value.as_str().unwrap_or_default() {
            Cow::Borrowed(text) => {
                let start = value.offset().saturating_add(1);
                Self::Decoded(start..start.saturating_add(text.len()))
            }
            Cow::Owned(text) => Self::Unescaped(text.into()),
        }
    }

    /// The string, out of the bytes that begin with the decoded header.
    pub(super) fn read<'a>(&'a self, decoded: &'a [u8]) -> &'a str {
        match self {
            Self::Decoded(range) => {
                let bytes = decoded.get(range.clone()).unwrap_or_default();
                std::str::from_utf8(bytes).unwrap_or_default()
            }
            Self::Unescaped(text) => text,
        }
    }
}

/// A header holds three short members; no depth is needed, and some producers nest a little.
const MAX_DEPTH: usize = 16;

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, JwtError> {
        let limits = Limits { max_bytes: bytes.len(), max_depth: MAX_DEPTH };
        let document = json::parse_object(bytes, limits).map_err(JwtError::HeaderJson)?;
        let mut algorithm = Err(JwtError::AlgorithmMissing);
        let (mut key_id, mut token_type) = (None, None);
        for (name, value) in document.root().members() {
            match name.as_str().as_deref() {
                Some("alg") => algorithm = read_algorithm(value),
                Some("kid") => key_id = Some(read_key_id(value)?),
                Some("typ") => {
                    string(value, "typ")?;
                    token_type = Some(Text::of(value));
                }
                Some("cty") => refuse_nesting(&string(value, "cty")?)?,
                // RFC 7515 §4.1.11: what is critical must be understood, and nothing beyond the RFC is.
                Some("crit") => return Err(critical(document.root())),
                Some("b64") => refuse_unencoded(value)?,
                Some("enc") => return Err(JwtError::Encrypted),
                Some("jwk") => return Err(JwtError::HeaderForbidden { member: "jwk" }),
                Some("jku") => return Err(JwtError::HeaderForbidden { member: "jku" }),
                Some("x5u") => return Err(JwtError::HeaderForbidden { member: "x5u" }),
                Some("zip") => return Err(JwtError::HeaderForbidden { member: "zip" }),
                _ => {}
            }
        }
        Ok(Self { algorithm: algorithm?, key_id, token_type })
    }
}

fn read_algorithm(value: Value<'_, '_>) -> Result<Option<Algorithm>, JwtError> {
    let name = string(value, "alg")?;
    // RFC 8725 §3.2, and every spelling that a lenient peer was seen to take.
    if name.trim().eq_ignore_ascii_case("none") {
        return Err(JwtError::AlgorithmNone);
    }
    Ok(Algorithm::from_name(&name))
}

fn read_key_id(value: Value<'_, '_>) -> Result<Text, JwtError> {
    let key_id = string(value, "kid")?;
    if is_key_id(&key_id) { Ok(Text::of(value)) } else { Err(JwtError::KeyIdMalformed) }
}

fn refuse_nesting(content_type: &str) -> Result<(), JwtError> {
    let nested = super::policy::media_type(content_type).eq_ignore_ascii_case("JWT");
    if nested { Err(JwtError::Nested) } else { Ok(()) }
}

fn refuse_unencoded(value: Value<'_, '_>) -> Result<(), JwtError> {
    match value.as_bool() {
        // RFC 7797 §3: true is the default, and then the member changes nothing.
        Some(true) => Ok(()),
        Some(false) => Err(JwtError::UnencodedPayload),
        None => Err(JwtError::HeaderType { member: "b64" }),
    }
}

/// The unencoded payload has a code of its own, though it comes with `crit` (RFC 7797 §6).
fn critical(header: Value<'_, '_>) -> JwtError {
    match header.get("b64").map(refuse_unencoded) {
        Some(Err(error)) => error,
        _ => JwtError::CriticalUnknown,
    }
}

fn string<'a>(value: Value<'_, 'a>, member: &'static str) -> Result<Cow<'a, str>, JwtError> {
    match value.kind() {
        Kind::String => Ok(value.as_str().unwrap_or_default()),
        _ => Err(JwtError::HeaderType { member }),
    }
}
