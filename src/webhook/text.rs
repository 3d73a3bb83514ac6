//! The signed text, written part by part into a digest, a MAC or a buffer.

use super::claimed::Claimed;
use super::fields::{Object, field_is_unambiguous, pair_is_unambiguous, text_of};
use super::form;
use super::scheme::Part;
use super::verifier::Rules;
use super::{Message, WebhookError};
use crate::digest::sha256;
use crate::encoding::hex;
use crate::javascript::{Concatenation, Kind, Sink};
use crate::key::{MacContext, MacTag};
use crate::secret::constant_time_eq;

impl Sink for MacContext {
    fn write(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

/// What a shared secret makes of a text.
pub(super) enum Tag {
    Mac(MacTag),
    Hash([u8; 32]),
}

impl Tag {
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Mac(tag) => tag.as_bytes(),
            Self::Hash(hash) => hash,
        }
    }
}

/// The text of one message under one scheme.
#[derive(Clone, Copy)]
pub(super) struct Text<'a, 'm> {
    pub(super) rules: &'a Rules,
    pub(super) message: &'a Message<'m>,
    pub(super) claimed: &'a Claimed<'m>,
    /// The URL in one of its spellings, empty for schemes that do not sign it.
    pub(super) url: &'a str,
}

impl Text<'_, '_> {
    /// Writes all parts.
    pub(super) fn write(&self, secret: &[u8], sink: &mut dyn Sink) -> Result<(), WebhookError> {
        self.rules.scheme.parts.iter().try_for_each(|part| self.write_part(part, secret, sink))
    }

    pub(super) fn write_part(
        &self,
        part: &Part,
        secret: &[u8],
        sink: &mut dyn Sink,
    ) -> Result<(), WebhookError> {
        match *part {
            Part::Literal(text) => sink.write(text.as_bytes()),
            Part::Setting(name) => sink.write(self.rules.setting(name).as_bytes()),
            Part::Secret => sink.write(secret),
            Part::Header(name) => {
                let value = self.message.headers.only(name)?;
                sink.write(value.ok_or(WebhookError::FieldMissing { name })?);
            }
            Part::Id => sink.write(self.claimed.id.unwrap_or_default().as_bytes()),
            Part::Timestamp => {
                let timestamp = self.claimed.timestamp.as_ref();
                sink.write(timestamp.map_or(b"", |timestamp| timestamp.text.as_bytes()));
            }
            Part::Url => sink.write(self.url.as_bytes()),
            Part::Body => {
                self.not_empty(self.message.body.is_empty())?;
                sink.write(self.message.body);
            }
            Part::SortedValues => self.sorted_values(sink)?,
            Part::SortedPairs { null } => self.sorted_pairs(null, sink)?,
            Part::Fields(names) => self.fields(names, sink)?,
            Part::Text => {
                let text = self.signed_string()?;
                self.not_empty(text.is_empty())?;
                sink.write(text.as_bytes());
            }
            Part::TwilioForm => self.twilio_form(sink)?,
            Part::SortedQuery { .. } => self.sorted_query(sink)?,
        }
        Ok(())
    }

    /// Without a time, the signature of nothing is one constant that can be replayed for ever.
    fn not_empty(&self, empty: bool) -> Result<(), WebhookError> {
        if empty && self.rules.scheme.timestamp.is_none() {
            return Err(WebhookError::EmptyContent);
        }
        Ok(())
    }

    fn sorted_values(&self, sink: &mut dyn Sink) -> Result<(), WebhookError> {
        let document = self.claimed.document.as_ref().ok_or(WebhookError::NotAnObject)?;
        let object = self.object().of(document)?;
        let mut text = Concatenation::new(sink);
        text.push_sorted_values(object);
        let is_empty = text.is_empty();
        text.finish();
        self.not_empty(is_empty)
    }

    fn sorted_pairs(&self, null: &'static str, sink: &mut dyn Sink) -> Result<(), WebhookError> {
        let document = self.claimed.document.as_ref().ok_or(WebhookError::NotAnObject)?;
        let object = self.object();
        let mut separator: &[u8] = b"";
        for (key, value) in object.of(document)?.sorted_members() {
            let name = key.as_str().unwrap_or_default();
            if !object.signs(&name) {
                continue;
            }
            // payOS sorts what is in an array in its own way; none of its documented events has
            // one.
            if null.is_empty() && matches!(value.kind(), Kind::Array | Kind::Object) {
                return Err(WebhookError::member_type(&name));
            }
            let text = text_of(value, null);
            pair_is_unambiguous(&name, &text)?;
            for piece in [separator, name.as_bytes(), b"=", text.as_bytes()] {
                sink.write(piece);
            }
            separator = b"&";
        }
        self.not_empty(separator.is_empty())
    }

    fn fields(&self, names: &[&'static str], sink: &mut dyn Sink) -> Result<(), WebhookError> {
        let document = self.claimed.document.as_ref().ok_or(WebhookError::NotAnObject)?;
        let object = self.object().of(document)?;
        let mut separator: &[u8] = b"";
        let mut following = names.iter();
        while let Some(name) = following.next() {
            let value = object.member(name).ok_or(WebhookError::FieldMissing { name })?;
            let text = text_of(value, "null");
            field_is_unambiguous(name, &text, following.as_slice().first())?;
            for piece in [separator, name.as_bytes(), b"=", text.as_bytes()] {
                sink.write(piece);
            }
            separator = b"&";
        }
        Ok(())
    }

    /// The string that [`Part::Text`] signs.
    pub(super) fn signed_string(&self) -> Result<std::borrow::Cow<'_, str>, WebhookError> {
        let document = self.claimed.document.as_ref().ok_or(WebhookError::NotAnObject)?;
        let name = self.rules.scheme.object.unwrap_or_default();
        let value = document.root().member(name).ok_or(WebhookError::FieldMissing { name })?;
        value.as_str().ok_or_else(|| WebhookError::member_type(name))
    }

    fn twilio_form(&self, sink: &mut dyn Sink) -> Result<(), WebhookError> {
        if let Some(stated) = self.claimed.body_digest {
            let stated = hex::decode_array::<32>(stated);
            let found = sha256(&[self.message.body]);
            let same = stated.is_ok_and(|stated| constant_time_eq(&stated, &found));
            return if same { Ok(()) } else { Err(WebhookError::BodyDigestMismatch) };
        }
        let mut previous = None;
        // Sorted by name and value: what is repeated stands side by side, and counts once.
        for pair @ (name, value) in self.claimed.parameters.iter().flatten() {
            if previous.replace(pair) != Some(pair) {
                sink.write(name.as_bytes());
                sink.write(value.as_bytes());
            }
        }
        Ok(())
    }

    fn sorted_query(&self, sink: &mut dyn Sink) -> Result<(), WebhookError> {
        let parameters = self.claimed.parameters.as_ref().ok_or(WebhookError::UrlMissing)?;
        let mut separator: &[u8] = b"";
        for (name, value) in
            parameters.iter().filter(|(name, value)| self.rules.scheme.signs_parameter(name, value))
        {
            // Given twice it has two values, and each side would take its own.
            form::only(parameters, name)?;
            sink.write(separator);
            form::encode(name, |bytes| sink.write(bytes));
            sink.write(b"=");
            form::encode(value, |bytes| sink.write(bytes));
            separator = b"&";
        }
        self.not_empty(separator.is_empty())
    }

    fn object(&self) -> Object {
        Object::signed_by(&self.rules.scheme)
    }
}
