//! Signatures of RFC 9421 §4: `Signature-Input` and `Signature`, and what their labels tie together.

use std::borrow::Cow;

use super::base::SignatureBase;
use super::canonical::{self, List};
use super::component::Component;
use super::coverage::{Coverage, Required};
use super::encoded::Encoded;
use super::params::Params;
use super::text::{cut, trim_whitespace};
use super::values::Source;
use super::{HttpSigError, MAX_COMPONENTS, MAX_FIELD_BYTES, MAX_PARAMETERS, MAX_SIGNATURES};
use crate::headers::Headers;
use crate::structured::{Dictionary, Key, Limits};

/// Both fields of a message, read and matched.
#[derive(Clone, Debug)]
pub(super) struct LabelledSignatures<'m> {
    members: Vec<Labelled<'m>>,
}

/// One signature of a message, by its label.
#[derive(Clone, Debug)]
pub(super) struct Labelled<'m> {
    pub(super) label: &'m str,
    /// The list, and what its parameters say.
    pub(super) content: Result<(List<'m>, Params<'m>), HttpSigError>,
    signature: Option<Encoded<'m>>,
}

impl<'m> LabelledSignatures<'m> {
    /// Reads both fields, or nothing where there is no `Signature-Input`.
    pub(super) fn read(sections: [Headers<'m>; 2]) -> Result<Option<Self>, HttpSigError> {
        let mut found = Self { members: Vec::new() };
        let mut is_there = false;
        for line in lines(sections, SIGNATURE_INPUT) {
            is_there = true;
            found.read_inputs(line?)?;
        }
        if !is_there {
            return Ok(None);
        }
        for line in lines(sections, SIGNATURE) {
            found.read_signatures(line?)?;
        }
        match found.members.iter().all(|member| member.signature.is_some()) {
            true => Ok(Some(found)),
            false => Err(HttpSigError::LabelMissing { field: SIGNATURE }),
        }
    }

    fn read_inputs(&mut self, line: &'m [u8]) -> Result<(), HttpSigError> {
        let malformed = |error| HttpSigError::Structured { field: SIGNATURE_INPUT, error };
        let mut members = canonical::members(line, &LIMITS).map_err(malformed)?;
        if members.iter().any(|member| self.has_label(member.label)) {
            return Err(HttpSigError::LabelRepeated);
        }
        match self.members.is_empty() {
            true => self.members = members,
            false => self.members.append(&mut members),
        }
        match self.members.len() {
            0..=MAX_SIGNATURES => Ok(()),
            _ => Err(HttpSigError::TooManySignatures { limit: MAX_SIGNATURES }),
        }
    }

    fn read_signatures(&mut self, line: &'m [u8]) -> Result<(), HttpSigError> {
        if let Some((label, text)) = only_signature(line) {
            return self.attach(label, Encoded::Text(Cow::Borrowed(text)));
        }
        let malformed = |error| HttpSigError::Structured { field: SIGNATURE, error };
        let dictionary = Dictionary::parse(line, &LIMITS).map_err(malformed)?;
        dictionary.refuse_duplicates().map_err(malformed)?;
        for entry in dictionary.entries() {
            let bytes = entry.value.as_item().and_then(|item| item.value.as_bytes());
            let signature = bytes.map_or(Encoded::Other, |bytes| Encoded::Bytes(bytes.into()));
            self.attach(entry.key.as_str(), signature)?;
        }
        Ok(())
    }

    /// RFC 9421 §4.2: the same labels in both fields, and each once. A structured field takes the last of two members
    /// with one name, and a proxy in front may have taken the first.
    fn attach(&mut self, label: &str, signature: Encoded<'m>) -> Result<(), HttpSigError> {
        let member = self.members.iter_mut().find(|member| member.label == label);
        let member = member.ok_or(HttpSigError::LabelMissing { field: SIGNATURE_INPUT })?;
        match member.signature.replace(signature) {
            None => Ok(()),
            Some(_) => Err(HttpSigError::LabelRepeated),
        }
    }

    /// Every signature of the message.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Labelled<'m>> {
        self.members.iter()
    }

    /// Whether a signature has this label.
    pub(super) fn has_label(&self, label: &str) -> bool {
        self.members.iter().any(|member| member.label == label)
    }
}

impl<'m> Labelled<'m> {
    /// A member of `Signature-Input`, before `Signature` is read.
    pub(super) const fn unsigned(
        label: &'m str,
        content: Result<(List<'m>, Params<'m>), HttpSigError>,
    ) -> Self {
        Self { label, content, signature: None }
    }

    /// Whether it can be told to be of the kind that `wanted` says, however broken the rest of it is.
    pub(super) fn is(&self, wanted: impl Fn(&Params<'m>) -> bool) -> bool {
        self.content.as_ref().is_ok_and(|(_, params)| wanted(params))
    }

    /// Its list and parameters, and its signature, where they have the form that RFC 9421 §4 gives them.
    pub(super) fn parts(&self) -> Result<(&List<'m>, &Params<'m>, &Encoded<'m>), HttpSigError> {
        let (list, params) = self.content.as_ref().map_err(Clone::clone)?;
        let signature = self.signature.as_ref().filter(|found| !matches!(found, Encoded::Other));
        Ok((list, params, signature.ok_or(HttpSigError::Malformed { field: SIGNATURE })?))
    }
}

/// What a list covers, each component once.
pub(super) fn covered<'s>(
    list: &'s List<'_>,
    required: &'s Required,
) -> Result<Coverage<'s>, HttpSigError> {
    let (demanded, items) = list.items_behind(required);
    Coverage::read(demanded, items, Component::of_identifier)
}

/// The base over a member of `Signature-Input`, for a signer: it is read as the other side will read it.
pub(super) fn base_of_input(
    input: &str,
    required: &Required,
    source: &Source<'_, '_>,
) -> Result<SignatureBase, HttpSigError> {
    let list = List::of(input);
    SignatureBase::of_list(&list, &covered(&list, required)?, source)
}

/// The lines of a field in these sections. Each is a Dictionary of its own: a member that is cut in two by a line
/// break is refused.
fn lines<'m>(
    sections: [Headers<'m>; 2],
    field: &'static str,
) -> impl Iterator<Item = Result<&'m [u8], HttpSigError>> {
    let mut room = MAX_FIELD_BYTES;
    sections.into_iter().flat_map(move |section| section.all(field)).map(move |line| {
        let line = trim_whitespace(line);
        let left = room.checked_sub(line.len());
        room = left.ok_or(HttpSigError::FieldTooLong { field, limit: MAX_FIELD_BYTES })?;
        Ok(line)
    })
}

/// `label=:base64:` and nothing else, which needs no parser: what does not decode is refused when it is selected.
fn only_signature(line: &[u8]) -> Option<(&str, &str)> {
    let (label, value) = cut(std::str::from_utf8(line).ok()?, b'=')?;
    let text = value.strip_prefix(':')?.strip_suffix(':')?;
    let is_one = text.bytes().fold(true, |one, byte| one & (byte != b':'));
    (is_one && Key::new(label).is_ok()).then_some((label, text))
}

pub(super) const LIMITS: Limits = Limits::DEFAULT
    .with_bytes(MAX_FIELD_BYTES)
    .with_members(MAX_SIGNATURES)
    .with_items(MAX_COMPONENTS)
    .with_parameters(MAX_PARAMETERS);

pub(super) const SIGNATURE_INPUT: &str = "signature-input";
pub(super) const SIGNATURE: &str = "signature";
