//! What a message says of itself, read and not yet believed.

use std::borrow::Cow;

use super::form::{self, Parameters};
use super::scheme::{Part, Place, Scheme, Unit};
use super::signature::{self, Signatures};
use super::{Message, WebhookError};
use crate::headers::Headers;
use crate::javascript::{self, Document, Kind, Limits, Profile};
use crate::time::UnixTime;

/// Everything a scheme needs of a message beside the raw body.
#[derive(Default)]
pub(super) struct Claimed<'m> {
    pub(super) signatures: Option<Signatures>,
    pub(super) timestamp: Option<Timestamp<'m>>,
    pub(super) id: Option<&'m str>,
    pub(super) url: Option<&'m str>,
    pub(super) document: Option<Document<'m>>,
    /// Of the query, or of the body where that is a form.
    pub(super) parameters: Option<Parameters<'m>>,
    /// The digest of the body that the URL states.
    pub(super) body_digest: Option<&'m str>,
}

impl<'m> Claimed<'m> {
    /// Reads a message that is to be verified. It is filled where it stands, as it is too large to
    /// be handed around.
    pub(super) fn read_signed(
        &mut self,
        scheme: &Scheme,
        message: &Message<'m>,
        max_body: usize,
    ) -> Result<(), WebhookError> {
        if message.body.len() > max_body {
            return Err(WebhookError::BodyTooLarge { limit: max_body });
        }
        // Before the body is read, a missing signature should cost nothing.
        let in_head = matches!(scheme.signature.place, Place::Header(_));
        if in_head {
            self.read_signatures(scheme, message.headers)?;
        }
        self.read_content(scheme, message, max_body)?;
        if !in_head {
            self.read_signatures(scheme, message.headers)?;
        }
        self.read_timestamp(scheme, message.headers)
    }

    /// Reads what is to be signed; the signature and its time are not there yet.
    pub(super) fn read_content(
        &mut self,
        scheme: &Scheme,
        message: &Message<'m>,
        max_body: usize,
    ) -> Result<(), WebhookError> {
        self.id = scheme.id.map(|name| id(message.headers, name)).transpose()?;
        self.url = message.url.map(checked).transpose()?;
        if scheme.has(|part| matches!(part, Part::Url)) && self.url.is_none() {
            return Err(WebhookError::UrlMissing);
        }
        if scheme.reads_json() {
            let limits = Limits::EVENT.with_max_bytes(max_body);
            let document = javascript::parse(message.body, Profile::Node, limits)?;
            if document.root().kind() != Kind::Object {
                return Err(WebhookError::NotAnObject);
            }
            self.document = Some(document);
        }
        if scheme.has(|part| matches!(part, Part::TwilioForm)) {
            self.read_form(message.body)?;
        }
        if scheme.reads_query() {
            self.read_query(scheme.query_algorithm())?;
        }
        Ok(())
    }

    fn read_query(&mut self, algorithm: Option<(&str, &str)>) -> Result<(), WebhookError> {
        let query = form::query(self.url.ok_or(WebhookError::UrlMissing)?);
        let parameters = form::parse(query)?;
        if let Some((name, allowed)) = algorithm {
            let found = form::only(&parameters, name)?;
            if found.is_some_and(|found| !found.eq_ignore_ascii_case(allowed)) {
                return Err(WebhookError::AlgorithmNotAllowed);
            }
        }
        self.parameters = Some(parameters);
        Ok(())
    }

    /// A form body, or with `bodySHA256` in the URL a body of any kind.
    fn read_form(&mut self, body: &'m [u8]) -> Result<(), WebhookError> {
        let query = form::query(self.url.ok_or(WebhookError::UrlMissing)?);
        self.body_digest = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256="));
        if self.body_digest.is_none() {
            let text = std::str::from_utf8(body).map_err(|_| WebhookError::FormMalformed)?;
            self.parameters = Some(form::parse(text)?);
        }
        Ok(())
    }

    fn read_signatures(
        &mut self,
        scheme: &Scheme,
        headers: Headers<'m>,
    ) -> Result<(), WebhookError> {
        let value = match scheme.signature.place {
            Place::Header(name) => headers.only(name)?.map(Cow::Borrowed),
            Place::Member(name) => self.member(name, false)?.map(bytes),
            Place::Query(name) => self.parameter(name)?.map(|value| Cow::Owned(value.into())),
            Place::SignatureField(_) => None,
        };
        let place = scheme.signature.place.name();
        let value = value.filter(|value| !value.is_empty());
        let value = value.ok_or(WebhookError::SignatureMissing { place })?;
        self.signatures = Some(Signatures::read(scheme, &value)?);
        Ok(())
    }

    /// Reads the timestamp of a message from where the scheme has it.
    pub(super) fn read_timestamp(
        &mut self,
        scheme: &Scheme,
        headers: Headers<'m>,
    ) -> Result<(), WebhookError> {
        let Some((place, unit)) = scheme.timestamp else { return Ok(()) };
        let found = match place {
            Place::Header(name) => headers.only(name)?.map(text).transpose()?,
            Place::Member(name) => self.member(name, true)?,
            Place::Query(name) => self.parameter(name)?.map(|value| Cow::Owned(value.into())),
            Place::SignatureField(item) => match scheme.signature.place {
                Place::Header(name) => {
                    let value = headers.only(name)?.unwrap_or_default();
                    signature::item(value, item)?.map(text).transpose()?
                }
                _ => None,
            },
        };
        let found = found.ok_or(WebhookError::TimestampMissing { place: place.name() })?;
        self.timestamp = Some(Timestamp::read(found, unit)?);
        Ok(())
    }

    /// A string member of the body, or where `numbers` count too a whole number.
    fn member(&self, name: &str, numbers: bool) -> Result<Option<Cow<'m, str>>, WebhookError> {
        let Some(value) = self.document.as_ref().and_then(|body| body.root().member(name)) else {
            return Ok(None);
        };
        let text = match value.kind() {
            Kind::String => value.as_str(),
            Kind::Number if numbers => value.as_integer().and_then(|_| value.number_text()),
            _ => None,
        };
        text.map(Some).ok_or_else(|| WebhookError::member_type(name))
    }

    fn parameter(&self, name: &str) -> Result<Option<&str>, WebhookError> {
        let none = Ok(None);
        self.parameters.as_ref().map_or(none, |parameters| form::only(parameters, name))
    }
}

impl Place {
    /// The name of the field, member or parameter.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Header(name)
            | Self::SignatureField(name)
            | Self::Member(name)
            | Self::Query(name) => name,
        }
    }
}

/// A timestamp as it is written, which is what is signed, and the moment it names.
#[derive(Clone)]
pub(super) struct Timestamp<'m> {
    pub(super) text: Cow<'m, str>,
    pub(super) at: UnixTime,
    pub(super) other_unit: bool,
}

impl<'m> Timestamp<'m> {
    /// Digits alone: `+1`, ` 1`, `1e9`, `1.5`, `0x1`, `NaN` and negative counts are no timestamps.
    fn read(text: Cow<'m, str>, unit: Unit) -> Result<Self, WebhookError> {
        let digits = text.bytes().fold(true, |all, byte| all & byte.is_ascii_digit());
        if !digits || !matches!(text.len(), 1..=MAX_DIGITS) {
            return Err(WebhookError::TimestampMalformed);
        }
        let count: i64 = text.parse().map_err(|_| WebhookError::TimestampMalformed)?;
        let (at, other_unit) = match unit {
            Unit::Seconds => (UnixTime::from_secs(count), count >= FIRST_MILLISECOND),
            Unit::Milliseconds => (UnixTime::from_millis(count), count < FIRST_MILLISECOND),
        };
        Ok(Self { text, at, other_unit })
    }

    pub(super) fn now(unit: Unit, now: UnixTime) -> Self {
        let count = match unit {
            Unit::Seconds => now.as_secs(),
            Unit::Milliseconds => now.as_millis(),
        };
        Self { text: Cow::Owned(count.to_string()), at: now, other_unit: false }
    }
}

/// The value of an id field. With a dot in it `a.1` and `2` would be signed as `a` and `1.2`.
fn id<'m>(headers: Headers<'m>, name: &'static str) -> Result<&'m str, WebhookError> {
    let value = headers.only(name)?.ok_or(WebhookError::IdMissing { place: name })?;
    if !matches!(value.len(), 1..=MAX_ID_BYTES) {
        return Err(WebhookError::IdMalformed);
    }
    let visible = |all, byte: &u8| all & byte.is_ascii_graphic() & (*byte != b'.');
    let id = std::str::from_utf8(value).ok().filter(|_| value.iter().fold(true, visible));
    id.ok_or(WebhookError::IdMalformed)
}

fn checked(url: &str) -> Result<&str, WebhookError> {
    let absolute = url
        .split_once("://")
        .is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && !rest.is_empty());
    let printable = |byte: u8| !byte.is_ascii_control() && byte != b' ';
    if absolute && url.len() <= MAX_URL_BYTES && url.bytes().all(printable) {
        Ok(url)
    } else {
        Err(WebhookError::UrlMalformed)
    }
}

fn text(value: &[u8]) -> Result<Cow<'_, str>, WebhookError> {
    std::str::from_utf8(value).map(Cow::Borrowed).map_err(|_| WebhookError::TimestampMalformed)
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// 1973 in milliseconds, the year 5138 in seconds: what lies beyond it is in the other unit.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

/// Milliseconds have 13 digits until the year 2286.
const MAX_DIGITS: usize = 15;

/// As for `kid` and `jti`; the ids of Standard Webhooks have about thirty.
const MAX_ID_BYTES: usize = 128;

/// What servers take.
const MAX_URL_BYTES: usize = 8 * 1024;
