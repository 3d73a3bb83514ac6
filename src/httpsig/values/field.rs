//! The values of fields (RFC 9421 §2.1; draft-cavage-http-signatures-07 §2.3).

use std::borrow::Cow;

use crate::encoding::base64;
use crate::headers::Headers;
use crate::httpsig::ComponentFault;
use crate::httpsig::component::{Field, FieldForm};
use crate::httpsig::field_types::{FieldType, FieldTypes, type_of};
use crate::httpsig::message::RequestView;
use crate::httpsig::text::{as_field_text, trim_whitespace};
use crate::structured::{Dictionary, Item, Limits, List, StructuredError, combine};

/// Writes a field of a request, which a proxy in front may have had to rename.
pub(super) fn write_of_request(
    request: &RequestView<'_>,
    field: &Field<&str>,
    types: &FieldTypes,
    text: &mut String,
) -> Result<(), ComponentFault> {
    if let (Some(origin), "host", false) = (request.origin, field.name, field.in_trailers) {
        let line = [("host", origin.host().as_bytes())];
        return write(Headers::new(&line), field, types, text);
    }
    let lines = if field.in_trailers { request.trailers } else { request.headers };
    write(lines, field, types, text)
}

/// Writes a field in the form that the component asks for.
pub(super) fn write(
    lines: Headers<'_>,
    field: &Field<&str>,
    types: &FieldTypes,
    text: &mut String,
) -> Result<(), ComponentFault> {
    let lines = lines.all(field.name);
    match field.form {
        FieldForm::Joined => write_joined(lines, text),
        FieldForm::Bytes => write_bytes(lines, text),
        FieldForm::Strict => {
            let field_type = type_of(field.name, types).ok_or(ComponentFault::TypeUnknown)?;
            write_strict(&combined(lines)?, field_type, text)
        }
        FieldForm::Member { key, .. } => match type_of(field.name, types) {
            Some(FieldType::Dictionary) => write_member(&combined(lines)?, key, text),
            Some(_) => Err(ComponentFault::Parameter),
            None => Err(ComponentFault::TypeUnknown),
        },
    }
}

/// RFC 9421 §2.1: every line without the space around it, joined with a comma and a space. A field that is there and
/// empty has an empty value; a field that is not there has none.
fn write_joined<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    text: &mut String,
) -> Result<(), ComponentFault> {
    let mut first = true;
    for line in lines {
        if !std::mem::take(&mut first) {
            text.push_str(", ");
        }
        match as_field_text(trim_whitespace(line)) {
            Some(line) => text.push_str(line),
            None => {
                let line = unfolded(line)?;
                text.push_str(as_field_text(&line).ok_or(ComponentFault::Value)?);
            }
        }
    }
    if first { Err(ComponentFault::Missing) } else { Ok(()) }
}

/// RFC 9421 §2.1.3: every line as a Byte Sequence, so that commas inside and between them differ.
fn write_bytes<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    text: &mut String,
) -> Result<(), ComponentFault> {
    let mut first = true;
    for line in lines {
        text.push_str(if std::mem::take(&mut first) { ":" } else { ", :" });
        base64::encode_onto(&unfolded(line)?, text);
        text.push(':');
    }
    if first { Err(ComponentFault::Missing) } else { Ok(()) }
}

/// RFC 9421 §2.1.1. Of a key that came twice other readers may take the first, so it is refused.
fn write_strict(
    field: &[u8],
    field_type: FieldType,
    text: &mut String,
) -> Result<(), ComponentFault> {
    let limits = &Limits::DEFAULT;
    match field_type {
        FieldType::Item => {
            let item = Item::parse(field, limits)?;
            item.refuse_duplicates()?;
            item.write_onto(text);
        }
        FieldType::List => {
            let list = List::parse(field, limits)?;
            list.refuse_duplicates()?;
            list.write_onto(text);
        }
        FieldType::Dictionary => {
            let dictionary = Dictionary::parse(field, limits)?;
            dictionary.refuse_duplicates()?;
            dictionary.write_onto(text);
        }
    }
    Ok(())
}

/// RFC 9421 §2.1.2.
fn write_member(field: &[u8], key: &str, text: &mut String) -> Result<(), ComponentFault> {
    let dictionary = Dictionary::parse(field, &Limits::DEFAULT)?;
    dictionary.refuse_duplicates()?;
    dictionary.get(key).ok_or(ComponentFault::Missing)?.write_onto(text);
    Ok(())
}

/// The lines of a structured field as one, if there are any.
fn combined<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<Cow<'a, [u8]>, ComponentFault> {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Err(ComponentFault::Missing);
    }
    Ok(combine(lines, &Limits::DEFAULT)?)
}

/// A line with each obsolete fold made one space (RFC 9112 §5.2). Any other control character is refused: a bare line
/// feed would begin a line of the signature base.
fn unfolded(line: &[u8]) -> Result<Cow<'_, [u8]>, ComponentFault> {
    let mut rest = trim_whitespace(line);
    let mut unfolded = Vec::new();
    while let Some(fold) = rest.iter().position(|byte| *byte == b'\r') {
        let (before, after) = rest.split_at_checked(fold).ok_or(ComponentFault::Value)?;
        let [b'\r', b'\n', b' ' | b'\t', after @ ..] = after else {
            return Err(ComponentFault::Value);
        };
        unfolded.extend_from_slice(trim_whitespace(before));
        unfolded.push(b' ');
        rest = trim_whitespace(after);
    }
    if unfolded.is_empty() {
        return checked(Cow::Borrowed(rest));
    }
    unfolded.extend_from_slice(rest);
    checked(Cow::Owned(unfolded))
}

fn checked(line: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, ComponentFault> {
    match line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        true => Err(ComponentFault::Value),
        false => Ok(line),
    }
}

impl From<StructuredError> for ComponentFault {
    fn from(error: StructuredError) -> Self {
        Self::Structured(error)
    }
}
