//! What a signature says of itself, in either scheme, and the limits on it.

use std::borrow::Cow;

use super::HttpSigError;
use super::canonical::{self, List};
use super::text::is_printable;

/// The parameters of a signature (RFC 9421 §2.3). Nothing in them is trusted yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Params<'s> {
    pub(super) key_id: Option<Cow<'s, str>>,
    pub(super) algorithm: Option<Cow<'s, str>>,
    pub(super) created: Option<i64>,
    pub(super) expires: Option<i64>,
    pub(super) nonce: Option<Cow<'s, str>>,
    pub(super) tag: Option<Cow<'s, str>>,
}

impl<'s> Params<'s> {
    /// Reads the parameters of a canonical member of `Signature-Input`. Unknown ones are covered like all others, and
    /// mean nothing here.
    pub(super) fn of(list: &'s List<'_>) -> Result<Self, HttpSigError> {
        let mut params = Self::default();
        for (name, value) in list.parameters() {
            params.put(name, Value::of(value)).unwrap_or(Ok(()))?;
        }
        Ok(params)
    }

    /// Takes a parameter where it is known and was not there.
    pub(super) fn put(&mut self, name: &str, value: Value<'s>) -> Option<Result<(), HttpSigError>> {
        let taken = match name {
            "created" => put(&mut self.created, || moment("created", value)),
            "keyid" => put(&mut self.key_id, || text("keyid", value, MAX_KEY_ID_BYTES)),
            "alg" => put(&mut self.algorithm, || text("alg", value, MAX_NAME_BYTES)),
            "expires" => put(&mut self.expires, || moment("expires", value)),
            "nonce" => put(&mut self.nonce, || text("nonce", value, MAX_NONCE_BYTES)),
            "tag" => put(&mut self.tag, || text("tag", value, MAX_NAME_BYTES)),
            _ => return None,
        };
        taken.transpose()
    }

    pub(super) fn into_owned(self) -> Params<'static> {
        let owned = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        Params {
            key_id: owned(self.key_id),
            algorithm: owned(self.algorithm),
            created: self.created,
            expires: self.expires,
            nonce: owned(self.nonce),
            tag: owned(self.tag),
        }
    }
}

/// The value of a parameter, as far as it means something here.
pub(super) enum Value<'s> {
    /// A String, without its quotes and escapes.
    Text(Cow<'s, str>),
    /// An Integer that is not negative.
    Natural(i64),
    Other,
}

impl<'s> Value<'s> {
    /// The value by its canonical text; those of other types have other characters in them.
    fn of(canonical: &'s str) -> Self {
        let is_natural = canonical.bytes().all(|byte| byte.is_ascii_digit());
        match canonical::string(canonical) {
            Some(text) => Self::Text(text),
            None if is_natural => canonical.parse().map_or(Self::Other, Self::Natural),
            None => Self::Other,
        }
    }
}

/// Fills an empty place.
fn put<T>(
    place: &mut Option<T>,
    value: impl FnOnce() -> Result<T, HttpSigError>,
) -> Result<Option<()>, HttpSigError> {
    if place.is_some() {
        return Ok(None);
    }
    *place = Some(value()?);
    Ok(Some(()))
}

fn moment(parameter: &'static str, value: Value<'_>) -> Result<i64, HttpSigError> {
    match value {
        Value::Natural(moment) if moment <= MAX_MOMENT => Ok(moment),
        _ => Err(HttpSigError::ParameterType { parameter }),
    }
}

fn text<'s>(
    parameter: &'static str,
    value: Value<'s>,
    limit: usize,
) -> Result<Cow<'s, str>, HttpSigError> {
    let Value::Text(text) = value else {
        return Err(HttpSigError::ParameterType { parameter });
    };
    check(parameter, &text, limit)?;
    Ok(text)
}

pub(super) fn check_key_id(key_id: &str) -> Result<(), HttpSigError> {
    check("keyid", key_id, MAX_KEY_ID_BYTES)
}

pub(super) fn check_nonce(nonce: &str) -> Result<(), HttpSigError> {
    check("nonce", nonce, MAX_NONCE_BYTES)
}

fn check(parameter: &'static str, value: &str, limit: usize) -> Result<(), HttpSigError> {
    if value.is_empty() || value.len() > limit || !is_printable(value) {
        return Err(HttpSigError::ParameterText { parameter, limit });
    }
    Ok(())
}

/// The last moment of four-digit years, 9999-12-31T23:59:59Z: beyond it milliseconds were sent for seconds.
pub(super) const MAX_MOMENT: i64 = 253_402_300_799;

/// The key ids of PSD2 banks name a certificate's serial number and its issuer, some 150 bytes; those of the fediverse
/// are URLs.
const MAX_KEY_ID_BYTES: usize = 256;

/// 64 random bytes in base64 have 88 characters.
const MAX_NONCE_BYTES: usize = 128;

/// The longest registered algorithm has 17 characters; tags are names of applications, URLs at most.
const MAX_NAME_BYTES: usize = 128;
