//! A value of a document, and what JavaScript's types say of it.

use std::borrow::Cow;
use std::fmt;

use super::number::NumberText;
use super::sink::{Concatenation, Sink};
use super::sort::Sorted;
use super::tape::{self, Keys, Place, Span, View};
use super::{text, write};

/// A value of a [`Document`](super::Document).
#[derive(Clone, Copy)]
pub struct Value<'d, 'b> {
    pub(super) view: View<'d, 'b>,
    pub(super) place: Place,
}

/// The type of a [`Value`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number; overflow makes it infinite.
    Number,
    /// A string of UTF-16 code units.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl<'d, 'b> Value<'d, 'b> {
    /// Its type.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.view.first_byte(self.place) {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The member of an object by its name, the last one where there are several, as `value[name]`
    /// has it.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Self> {
        let same = |(key, _): &(Self, Self)| text::equals(self.view, key.span(), name);
        self.members().filter(same).last().map(|(_, value)| value)
    }

    /// Keys and values of an object as they stand in the body, each occurrence of a repeated key;
    /// of other values, nothing.
    pub fn members(self) -> Members<'d, 'b> {
        Members {
            view: self.view,
            keys: (self.kind() == Kind::Object).then(|| self.view.keys(self.place)),
        }
    }

    /// Keys and values of an object in the order of `Object.keys(…).sort()`, the last of a repeated
    /// key; of other values, nothing.
    pub fn sorted_members(self) -> SortedMembers<'d, 'b> {
        let keys = (self.kind() == Kind::Object).then(|| Sorted::new(self.view, self.place));
        SortedMembers { view: self.view, keys, next: 0 }
    }

    /// The elements of an array; of other values, nothing.
    pub fn elements(self) -> Elements<'d, 'b> {
        Elements {
            view: self.view,
            places: (self.kind() == Kind::Array).then(|| self.view.elements(self.place)),
        }
    }

    /// A string's value. Half of a surrogate pair becomes U+FFFD, as it does where the string is
    /// signed.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'b, str>> {
        if self.kind() != Kind::String {
            return None;
        }
        let quoted = self.view.quoted(self.span());
        if self.span().is(Span::ENCODED) {
            let characters = char::decode_utf16(text::units(quoted));
            return Some(
                characters.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            );
        }
        std::str::from_utf8(quoted).ok().map(Cow::Borrowed)
    }

    /// A number's value, infinite where it overflows.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        match self.kind() {
            Kind::Number => std::str::from_utf8(self.bytes()).ok()?.parse().ok(),
            _ => None,
        }
    }

    /// A whole number that is written as one, without fraction or exponent, and that a double holds
    /// exactly (2^53 - 1 at most).
    #[must_use]
    pub fn as_integer(self) -> Option<i64> {
        match self.kind() {
            Kind::Number => std::str::from_utf8(self.bytes()).ok()?.parse().ok().filter(is_safe),
            _ => None,
        }
    }

    /// The text that JavaScript gives a number.
    #[must_use]
    pub fn number_text(self) -> Option<Cow<'b, str>> {
        if self.kind() != Kind::Number {
            return None;
        }
        if self.span().is(Span::VERBATIM) {
            return std::str::from_utf8(self.bytes()).ok().map(Cow::Borrowed);
        }
        let text = NumberText::of(self.as_f64()?);
        Some(Cow::Owned(text.as_str().to_owned()))
    }

    /// Whether it is `true`.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.bytes() == b"true")
    }

    /// Writes what `JSON.stringify(value)` gives.
    pub fn write_json(self, sink: &mut dyn Sink) {
        let mut text = Concatenation::new(sink);
        write::stringify(self, &mut text);
        text.finish();
    }

    pub(super) fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    pub(super) fn span(self) -> Span {
        self.view.span(self.place)
    }

    pub(super) fn bytes(self) -> &'b [u8] {
        self.view.bytes(self.span())
    }
}

fn is_safe(integer: &i64) -> bool {
    integer.unsigned_abs() < 1 << f64::MANTISSA_DIGITS
}

impl fmt::Debug for Value<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:?})", self.kind())
    }
}

/// See [`Value::members`].
#[derive(Clone)]
pub struct Members<'d, 'b> {
    view: View<'d, 'b>,
    keys: Option<Keys<'d, 'b>>,
}

impl<'d, 'b> Iterator for Members<'d, 'b> {
    type Item = (Value<'d, 'b>, Value<'d, 'b>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.keys.as_mut()?.next()?;
        Some(member(self.view, key))
    }
}

/// See [`Value::sorted_members`].
#[derive(Clone)]
pub struct SortedMembers<'d, 'b> {
    view: View<'d, 'b>,
    keys: Option<Sorted>,
    next: usize,
}

impl<'d, 'b> Iterator for SortedMembers<'d, 'b> {
    type Item = (Value<'d, 'b>, Value<'d, 'b>);

    fn next(&mut self) -> Option<Self::Item> {
        let (index, key) = self.keys.as_ref()?.places(self.next).next()?;
        self.next = index.saturating_add(1);
        Some(member(self.view, key))
    }
}

/// See [`Value::elements`].
#[derive(Clone)]
pub struct Elements<'d, 'b> {
    view: View<'d, 'b>,
    places: Option<tape::Elements<'d, 'b>>,
}

impl<'d, 'b> Iterator for Elements<'d, 'b> {
    type Item = Value<'d, 'b>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.as_mut()?.next()?;
        Some(Value { view: self.view, place })
    }
}

fn member<'d, 'b>(view: View<'d, 'b>, key: Place) -> (Value<'d, 'b>, Value<'d, 'b>) {
    let key = Value { view, place: key };
    (key, key.at(key.place.saturating_add(1)))
}
