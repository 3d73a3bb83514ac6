//! Why a JSON text was refused.

use std::fmt;

use crate::class::Class;

/// A fault in a JSON text, or between it and the type it was to become.
///
/// It says what kind and where, and never quotes the text: claims are personal data.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct JsonError {
    kind: JsonErrorKind,
    offset: usize,
}

impl JsonError {
    pub(super) const fn new(kind: JsonErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// The kind of the fault.
    #[must_use]
    pub const fn kind(&self) -> JsonErrorKind {
        self.kind
    }

    /// Where in the input it was noticed, in bytes.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// What a host branches on: always [`Class::Malformed`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Malformed
    }

    /// The same fault, placed at `offset` where serde could not know the place.
    pub(super) fn at(self, offset: usize) -> Self {
        if self.offset == Self::NOWHERE { Self { offset, ..self } } else { self }
    }

    pub(super) const NOWHERE: usize = 0;
}

/// The kind of a fault in a JSON text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// More bytes than the limit; nothing was looked at.
    TooLong,
    /// More containers inside each other than the limit.
    TooDeep,
    /// Bytes that are not UTF-8 (RFC 8259 §8.1).
    Utf8,
    /// The text ends too early.
    UnexpectedEnd,
    /// A byte that cannot stand there (RFC 8259 §2).
    UnexpectedByte,
    /// A number not of the form of RFC 8259 §6.
    Number,
    /// An escape that RFC 8259 §7 does not know, or an unescaped control character.
    Escape,
    /// Half of a surrogate pair: no text has it (RFC 8259 §8.2).
    LoneSurrogate,
    /// A second member of the same name in one object (RFC 8259 §4 leaves its meaning open).
    DuplicateMember,
    /// Bytes behind the value.
    TrailingBytes,
    /// A value that is not an object where an object is due.
    NotAnObject,
    /// A value of another type than the one due.
    WrongType,
    /// A value of the right type that the target does not take.
    WrongValue,
    /// The target demands a member that is not there.
    MissingMember(&'static str),
    /// The target does not know a member that is there.
    UnknownMember,
}

impl JsonErrorKind {
    /// The stable code of this kind.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "json.too_long",
            Self::TooDeep => "json.too_deep",
            Self::Utf8 => "json.utf8",
            Self::UnexpectedEnd => "json.unexpected_end",
            Self::UnexpectedByte => "json.unexpected_byte",
            Self::Number => "json.number",
            Self::Escape => "json.escape",
            Self::LoneSurrogate => "json.lone_surrogate",
            Self::DuplicateMember => "json.duplicate_member",
            Self::TrailingBytes => "json.trailing_bytes",
            Self::NotAnObject => "json.not_an_object",
            Self::WrongType => "json.wrong_type",
            Self::WrongValue => "json.wrong_value",
            Self::MissingMember(_) => "json.missing_member",
            Self::UnknownMember => "json.unknown_member",
        }
    }
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong => "more bytes than the limit",
            Self::TooDeep => "deeper nesting than the limit",
            Self::Utf8 => "invalid UTF-8",
            Self::UnexpectedEnd => "unexpected end",
            Self::UnexpectedByte => "unexpected byte",
            Self::Number => "malformed number",
            Self::Escape => "invalid escape or control character in a string",
            Self::LoneSurrogate => "lone surrogate in a string",
            Self::DuplicateMember => "duplicate member name",
            Self::TrailingBytes => "bytes behind the value",
            Self::NotAnObject => "expected an object",
            Self::WrongType => "value of another type than expected",
            Self::WrongValue => "value that was not expected",
            Self::MissingMember(name) => return write!(f, "missing member `{name}`"),
            Self::UnknownMember => "unknown member",
        };
        f.write_str(text)
    }
}

/// Serde reports by these constructors; whatever text it composes may quote the input and is dropped.
impl serde::de::Error for JsonError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(JsonErrorKind::WrongValue, Self::NOWHERE)
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self::new(JsonErrorKind::WrongType, Self::NOWHERE)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(JsonErrorKind::UnknownMember, Self::NOWHERE)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(JsonErrorKind::MissingMember(field), Self::NOWHERE)
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::new(JsonErrorKind::DuplicateMember, Self::NOWHERE)
    }
}
