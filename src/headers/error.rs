//! Why a header field was refused.

use crate::class::Class;

/// A header field is missing, repeated or not of its form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The field is not there.
    #[error("no `{name}` field")]
    Missing {
        /// The field's name in lower case.
        name: &'static str,
    },
    /// The field stands more than once, and choosing one would be a guess.
    #[error("more than one `{name}` field")]
    Repeated {
        /// The field's name in lower case.
        name: &'static str,
    },
    /// `Authorization` holds another scheme than `Bearer`.
    #[error("expected the authorization scheme Bearer")]
    NotBearer,
    /// The field's value has not its form.
    #[error("malformed `{name}` field")]
    Malformed {
        /// The field's name in lower case.
        name: &'static str,
    },
}

impl HeaderError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "header.missing",
            Self::Repeated { .. } => "header.repeated",
            Self::NotBearer => "header.not_bearer",
            Self::Malformed { .. } => "header.malformed",
        }
    }

    /// What a host branches on: always [`Class::Malformed`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Malformed
    }
}
