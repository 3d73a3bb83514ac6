//! Why a body has no JavaScript text.

use crate::class::Class;

/// Why JavaScript would not read a body, or why this room will not.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JavascriptError {
    /// The body is not JSON: a `SyntaxError` of `JSON.parse`.
    #[error("not JSON at byte {at}")]
    Syntax {
        /// Where the body stops being JSON, in bytes from its start.
        at: usize,
    },
    /// The body is `null`, of which `Object.keys` throws a `TypeError`.
    #[error("expected a body with keys, found null")]
    Null,
    /// Arrays and objects nested deeper than [`Limits`](super::Limits) allow.
    ///
    /// Node reads them, until `JSON.stringify` throws a `RangeError` at a depth that its version
    /// and its stack decide.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The most levels allowed.
        limit: u16,
    },
    /// A body longer than [`Limits`](super::Limits) allow.
    #[error("expected at most {limit} bytes, found {found}")]
    TooLarge {
        /// The most bytes allowed.
        limit: usize,
        /// How many there were.
        found: usize,
    },
}

impl JavascriptError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "javascript.syntax",
            Self::Null => "javascript.null",
            Self::TooDeep { .. } => "javascript.too_deep",
            Self::TooLarge { .. } => "javascript.too_large",
        }
    }

    /// What a host branches on: always [`Class::Malformed`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Malformed
    }
}
