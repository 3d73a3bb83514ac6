//! What `String` and `JSON.stringify` print, from the tape.

use super::number::NumberText;
use super::order::{OwnMembers, index_text_order};
use super::sink::Concatenation;
use super::sort::Sorted;
use super::tape::{Elements, Keys, Place, Span};
use super::text::{self, Piece, Pieces};
use super::value::{Kind, Value};

/// The values of `root`, which is not null, in the order of `Object.keys(root).sort()`.
pub(super) fn sorted_values(root: Value<'_, '_>, text: &mut Concatenation<'_>) {
    match root.kind() {
        Kind::Object => text.push_sorted_values(root),
        Kind::Array => {
            let elements: Vec<Place> = root.view.elements(root.place).collect();
            in_index_order(&elements, |element| text.push(root.at(element)));
        }
        Kind::String => {
            let units: Vec<u16> = text::units(root.view.quoted(root.span())).collect();
            in_index_order(&units, |unit| text.push_unit(unit));
        }
        Kind::Number | Kind::Boolean | Kind::Null => {}
    }
}

fn in_index_order<T: Copy>(items: &[T], push: impl FnMut(T)) {
    index_text_order(items.len()).filter_map(|index| items.get(index).copied()).for_each(push);
}

impl Concatenation<'_> {
    /// Appends the values of an object in the order of `Object.keys(object).sort()`.
    pub(crate) fn push_sorted_values(&mut self, object: Value<'_, '_>) {
        let keys = Sorted::new(object.view, object.place);
        keys.places(0).for_each(|(_, key)| self.push(object.at(key.saturating_add(1))));
    }

    /// Appends a value as document `003` does: `JSON.stringify(value)` where `typeof value` is
    /// `"object"`, `String(value)` else.
    pub fn push(&mut self, value: Value<'_, '_>) {
        let span = value.span();
        match value.view.bytes(span) {
            [b'"', quoted @ .., b'"'] if span.is(Span::ENCODED) => {
                Pieces::new(quoted).for_each(|piece| match piece {
                    Piece::Run(run) => self.push_str(run),
                    Piece::Unit(unit) => self.push_unit(unit),
                });
            }
            [b'"', quoted @ .., b'"'] => self.push_bytes(quoted),
            [b'{' | b'[' | b'n', ..] => stringify(value, self),
            scalar if span.is(Span::VERBATIM) => self.push_bytes(scalar),
            _ => {
                let number = value.as_f64().unwrap_or_default();
                self.push_bytes(NumberText::of(number).as_bytes());
            }
        }
    }

    /// Appends `JSON.stringify(value)`, or of an array or object that is not printed as it stands
    /// the opening bracket.
    fn push_json_or_open<'d, 'b>(&mut self, value: Value<'d, 'b>) -> Option<HalfPrinted<'d, 'b>> {
        if value.span().is(Span::VERBATIM) {
            self.write(value.bytes());
            return None;
        }
        let (view, place) = (value.view, value.place);
        let rest = match value.kind() {
            Kind::Array => Rest::Elements(view.elements(place)),
            Kind::Object if value.span().is(Span::REORDERED) => {
                Rest::OwnMembers(OwnMembers::new(view, place))
            }
            Kind::Object => Rest::Keys(view.keys(place)),
            Kind::String => {
                self.push_json_string(value);
                return None;
            }
            Kind::Number | Kind::Boolean | Kind::Null => {
                self.push_json_number(value);
                return None;
            }
        };
        self.write_byte(if value.kind() == Kind::Array { b'[' } else { b'{' });
        Some(HalfPrinted::new(value, rest))
    }

    /// ECMA-262 §25.5.2.2: what is not finite is `null`.
    fn push_json_number(&mut self, value: Value<'_, '_>) {
        match value.as_f64() {
            Some(number) if number.is_finite() => self.write(NumberText::of(number).as_bytes()),
            _ => self.write(b"null"),
        }
    }

    fn push_json_string(&mut self, value: Value<'_, '_>) {
        self.write_byte(b'"');
        let mut high_surrogate = None;
        for piece in Pieces::new(value.view.quoted(value.span())) {
            match (piece, high_surrogate.take()) {
                (Piece::Unit(low @ 0xdc00..=0xdfff), Some(high)) => self.push_units(&[high, low]),
                (piece, alone) => {
                    alone.into_iter().for_each(|high| self.push_escape(high));
                    match piece {
                        Piece::Run(run) => self.write(run.as_bytes()),
                        Piece::Unit(high @ 0xd800..=0xdbff) => high_surrogate = Some(high),
                        Piece::Unit(unit) => self.push_json_unit(unit),
                    }
                }
            }
        }
        high_surrogate.into_iter().for_each(|high| self.push_escape(high));
        self.write_byte(b'"');
    }

    /// ECMA-262 §25.5.2.3, `QuoteJSONString`.
    fn push_json_unit(&mut self, unit: u16) {
        match unit {
            0x08 => self.write(b"\\b"),
            0x09 => self.write(b"\\t"),
            0x0a => self.write(b"\\n"),
            0x0c => self.write(b"\\f"),
            0x0d => self.write(b"\\r"),
            0x22 => self.write(b"\\\""),
            0x5c => self.write(b"\\\\"),
            0..0x20 | 0xd800..=0xdfff => self.push_escape(unit),
            _ => self.push_units(&[unit]),
        }
    }

    fn push_escape(&mut self, unit: u16) {
        let digits = [unit >> 12, unit >> 8 & 15, unit >> 4 & 15, unit & 15];
        self.write(b"\\u");
        for digit in digits.into_iter().filter_map(|digit| char::from_digit(u32::from(digit), 16)) {
            self.write(digit.encode_utf8(&mut [0]).as_bytes());
        }
    }
}

/// Appends `JSON.stringify(value)`. It does not recurse: what is half printed is on a stack of its
/// own.
pub(super) fn stringify(value: Value<'_, '_>, text: &mut Concatenation<'_>) {
    text.end_surrogate();
    let mut half_printed: Vec<HalfPrinted<'_, '_>> = Vec::new();
    let mut due = Some(value);
    loop {
        if let Some(value) = due.take() {
            half_printed.extend(text.push_json_or_open(value));
        }
        let Some(innermost) = half_printed.last_mut() else { return };
        due = innermost.print_up_to_next(text);
        if due.is_none() {
            half_printed.pop();
        }
    }
}

/// An array or object of which some is printed.
struct HalfPrinted<'d, 'b> {
    value: Value<'d, 'b>,
    rest: Rest<'d, 'b>,
    is_first: bool,
}

/// The places of what is still to print.
enum Rest<'d, 'b> {
    Elements(Elements<'d, 'b>),
    Keys(Keys<'d, 'b>),
    OwnMembers(OwnMembers),
}

impl<'d, 'b> HalfPrinted<'d, 'b> {
    fn new(value: Value<'d, 'b>, rest: Rest<'d, 'b>) -> Self {
        Self { value, rest, is_first: true }
    }

    /// Prints what stands before the next value and returns that value, or prints the closing
    /// bracket.
    fn print_up_to_next(&mut self, text: &mut Concatenation<'_>) -> Option<Value<'d, 'b>> {
        let (place, closing, is_object) = match &mut self.rest {
            Rest::Elements(elements) => (elements.next(), b']', false),
            Rest::Keys(keys) => (keys.next(), b'}', true),
            Rest::OwnMembers(keys) => (keys.next(), b'}', true),
        };
        let Some(place) = place else {
            text.write_byte(closing);
            return None;
        };
        if !std::mem::take(&mut self.is_first) {
            text.write_byte(b',');
        }
        if !is_object {
            return Some(self.value.at(place));
        }
        let _ = text.push_json_or_open(self.value.at(place));
        text.write_byte(b':');
        Some(self.value.at(place.saturating_add(1)))
    }
}
