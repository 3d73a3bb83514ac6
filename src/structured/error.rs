//! Why a structured field, or a part of one, was refused.

use crate::class::Class;
use crate::encoding::EncodingError;

/// A refusal: what was wrong, and at which byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct StructuredError {
    kind: StructuredErrorKind,
    offset: usize,
}

impl StructuredError {
    pub(super) const fn new(kind: StructuredErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> StructuredErrorKind {
        self.kind
    }

    /// Where: a byte of the input, or of the text a value was to be made of.
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
}

/// What was wrong with a structured field.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StructuredErrorKind {
    /// More bytes than [`Limits`](super::Limits) allow, all lines together.
    #[error("expected at most {limit} bytes, found more")]
    TooLong {
        /// The bytes allowed.
        limit: usize,
    },
    /// A List or Dictionary with more members than the limits allow.
    #[error("expected at most {limit} members, found another")]
    TooManyMembers {
        /// The members allowed.
        limit: usize,
    },
    /// An Inner List with more items than the limits allow.
    #[error("expected at most {limit} items in an inner list, found another")]
    TooManyItems {
        /// The items allowed.
        limit: usize,
    },
    /// An Item or Inner List with more parameters than the limits allow.
    #[error("expected at most {limit} parameters, found another")]
    TooManyParameters {
        /// The parameters allowed.
        limit: usize,
    },
    /// A byte that is not ASCII (RFC 9651 §4.2).
    #[error("expected ASCII, found another byte")]
    NotAscii,
    /// Something behind the end of an Item (RFC 9651 §4.2).
    #[error("expected the end of the field, found more")]
    EndExpected,
    /// Neither a comma nor the end behind a member (RFC 9651 §4.2.1).
    #[error("expected a comma or the end of the field")]
    CommaExpected,
    /// A comma with no member behind it (RFC 9651 §4.2.1).
    #[error("expected a member behind the comma, found the end")]
    TrailingComma,
    /// Neither a space nor a closing parenthesis behind an item of an Inner List (RFC 9651 §4.2.1.2).
    #[error("expected a space or a closing parenthesis")]
    SpaceExpected,
    /// The input ended inside an Inner List, String, Display String or Byte Sequence.
    #[error("expected a closing delimiter, found the end")]
    Unclosed,
    /// No value starts like this (RFC 9651 §4.2.3.1).
    #[error("expected a value")]
    ValueExpected,
    /// A key that does not begin with `a`-`z` or `*`, or has a character outside `a`-`z 0`-`9 _ - . *`
    /// (RFC 9651 §4.1.1.3, §4.2.3.3).
    #[error("expected a key of lower-case letters, digits and _-.*")]
    Key,
    /// A Token that does not begin with a letter or `*`, or has a foreign character (RFC 9651 §4.1.7).
    #[error("expected a token")]
    Token,
    /// A character that a String or Display String cannot hold as it is (RFC 9651 §4.1.6, §4.2.5, §4.2.10).
    #[error("expected a printable ASCII character")]
    Character,
    /// A backslash not before a quote or backslash, or a percent sign not before two lower-case
    /// hexadecimal digits (RFC 9651 §4.2.5, §4.2.10).
    #[error("expected an escape")]
    Escape,
    /// A Display String that is not UTF-8 (RFC 9651 §4.2.10).
    #[error("expected UTF-8 in a display string")]
    Utf8,
    /// No digit where a number needs one (RFC 9651 §4.2.4).
    #[error("expected a digit")]
    DigitExpected,
    /// More digits than an Integer or Decimal has (RFC 9651 §3.3.1, §3.3.2).
    #[error("expected at most 15 digits, or 12 and 3 around a point")]
    OutOfRange,
    /// A Date with a fraction (RFC 9651 §4.2.9).
    #[error("expected a date of whole seconds")]
    FractionalDate,
    /// A question mark not before `0` or `1` (RFC 9651 §4.2.8).
    #[error("expected ?0 or ?1")]
    Boolean,
    /// A Byte Sequence that is not canonical base64 (RFC 9651 §4.2.7).
    #[error("expected base64, found {0}")]
    Base64(EncodingError),
    /// A key that came more than once, where that was to be refused.
    #[error("expected distinct keys, found one again")]
    DuplicateKey,
}

impl StructuredErrorKind {
    /// The stable code of this kind.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong { .. } => "structured.too_long",
            Self::TooManyMembers { .. } => "structured.too_many_members",
            Self::TooManyItems { .. } => "structured.too_many_items",
            Self::TooManyParameters { .. } => "structured.too_many_parameters",
            Self::NotAscii => "structured.not_ascii",
            Self::EndExpected => "structured.end_expected",
            Self::CommaExpected => "structured.comma_expected",
            Self::TrailingComma => "structured.trailing_comma",
            Self::SpaceExpected => "structured.space_expected",
            Self::Unclosed => "structured.unclosed",
            Self::ValueExpected => "structured.value_expected",
            Self::Key => "structured.key",
            Self::Token => "structured.token",
            Self::Character => "structured.character",
            Self::Escape => "structured.escape",
            Self::Utf8 => "structured.utf8",
            Self::DigitExpected => "structured.digit_expected",
            Self::OutOfRange => "structured.out_of_range",
            Self::FractionalDate => "structured.fractional_date",
            Self::Boolean => "structured.boolean",
            Self::Base64(_) => "structured.base64",
            Self::DuplicateKey => "structured.duplicate_key",
        }
    }
}
