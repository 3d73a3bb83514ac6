//! Serialising (RFC 9651 §4.1): the one canonical text, at the end of the caller's buffer.
//!
//! What the RFC refuses to serialise cannot be held by these types, so nothing here fails.

use std::fmt::Write as _;

use super::item::{BareItem, InnerList, Item, List, Member};
use super::map::{Dictionary, Parameters};
use super::number::Decimal;
use super::text::is_printable;
use crate::encoding::base64;

impl List<'_> {
    /// Writes the List (RFC 9651 §4.1.1); an empty one is nothing, and its field is not to be sent.
    pub fn write_onto(&self, text: &mut String) {
        write_separated(&self.members, ", ", text, Member::write_onto);
    }
}

impl Dictionary<'_> {
    /// Writes the Dictionary (RFC 9651 §4.1.2); an empty one is nothing, and its field is not to be sent.
    pub fn write_onto(&self, text: &mut String) {
        write_separated(self.entries(), ", ", text, |entry, text| {
            text.push_str(entry.key.as_str());
            match &entry.value {
                Member::Item(Item { value: BareItem::Boolean(true), parameters, .. }) => {
                    parameters.write_onto(text);
                }
                member => {
                    text.push('=');
                    member.write_onto(text);
                }
            }
        });
    }
}

impl Member<'_> {
    /// Writes the Item or Inner List.
    pub fn write_onto(&self, text: &mut String) {
        match self {
            Self::Item(item) => item.write_onto(text),
            Self::InnerList(list) => list.write_onto(text),
        }
    }
}

impl InnerList<'_> {
    /// Writes the Inner List with its parameters (RFC 9651 §4.1.1.1).
    pub fn write_onto(&self, text: &mut String) {
        text.push('(');
        write_separated(&self.items, " ", text, Item::write_onto);
        text.push(')');
        self.parameters.write_onto(text);
    }
}

impl Item<'_> {
    /// Writes the Item with its parameters (RFC 9651 §4.1.3).
    pub fn write_onto(&self, text: &mut String) {
        self.value.write_onto(text);
        self.parameters.write_onto(text);
    }
}

impl Parameters<'_> {
    /// Writes the parameters, each with its semicolon (RFC 9651 §4.1.1.2).
    pub fn write_onto(&self, text: &mut String) {
        for parameter in self.entries() {
            text.push(';');
            text.push_str(parameter.key.as_str());
            if parameter.value != BareItem::Boolean(true) {
                text.push('=');
                parameter.value.write_onto(text);
            }
        }
    }
}

impl BareItem<'_> {
    /// Writes the value alone (RFC 9651 §4.1.3.1).
    pub fn write_onto(&self, text: &mut String) {
        match self {
            Self::Integer(value) => write_number(value.get(), text),
            Self::Decimal(value) => write_decimal(*value, text),
            Self::String(value) => write_string(value.as_str(), text),
            Self::Token(value) => text.push_str(value.as_str()),
            Self::ByteSequence(value) => {
                text.push(':');
                base64::encode_onto(value, text);
                text.push(':');
            }
            Self::Boolean(value) => text.push_str(if *value { "?1" } else { "?0" }),
            Self::Date(value) => {
                text.push('@');
                write_number(value.get(), text);
            }
            Self::DisplayString(value) => write_display_string(value, text),
        }
    }
}

fn write_separated<T>(
    parts: &[T],
    separator: &str,
    text: &mut String,
    write: impl Fn(&T, &mut String),
) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        write(part, text);
    }
}

fn write_number(value: i64, text: &mut String) {
    write_formatted(text, format_args!("{value}"));
}

/// RFC 9651 §4.1.5: zeros at the end of the fraction go, but the first.
fn write_decimal(value: Decimal, text: &mut String) {
    let sign = if value.thousandths() < 0 { "-" } else { "" };
    let thousandths = value.thousandths().unsigned_abs();
    let (whole, fraction) = (thousandths / 1000, thousandths % 1000);
    let (fraction, digits) = match fraction {
        _ if fraction % 100 == 0 => (fraction / 100, 1),
        _ if fraction % 10 == 0 => (fraction / 10, 2),
        _ => (fraction, 3),
    };
    write_formatted(text, format_args!("{sign}{whole}.{fraction:0digits$}"));
}

/// RFC 9651 §4.1.6.
fn write_string(value: &str, text: &mut String) {
    text.push('"');
    if value.bytes().any(needs_escape) {
        for byte in value.bytes() {
            if needs_escape(byte) {
                text.push('\\');
            }
            text.push(char::from(byte));
        }
    } else {
        text.push_str(value);
    }
    text.push('"');
}

const fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

/// RFC 9651 §4.1.11.
fn write_display_string(value: &str, text: &mut String) {
    text.push_str("%\"");
    for byte in value.bytes() {
        if is_printable(byte) && !matches!(byte, b'"' | b'%') {
            text.push(char::from(byte));
        } else {
            write_formatted(text, format_args!("%{byte:02x}"));
        }
    }
    text.push('"');
}

fn write_formatted(text: &mut String, formatted: std::fmt::Arguments<'_>) {
    // `fmt::Write` for `String` has no way to fail (it may only run out of memory).
    let _ = text.write_fmt(formatted);
}
