//! The union of all errors of this crate, for `?`.

use crate::class::Class;

macro_rules! union {
    ($($(#[$doc:meta])* $variant:ident($error:ty),)*) => {
        /// Any error of this crate: what each room's own error says, behind one type.
        #[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$doc])* #[error(transparent)] $variant(#[from] $error),)*
        }

        impl Error {
            /// The stable code of the error inside.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant(error) => error.code(),)*
                }
            }

            /// What a host branches on.
            #[must_use]
            pub fn class(&self) -> Class {
                match self {
                    $(Self::$variant(error) => error.class(),)*
                }
            }
        }
    };
}

union! {
    /// From [`encoding`](crate::encoding).
    Encoding(crate::encoding::EncodingError),
    /// From [`headers`](crate::headers).
    Header(crate::headers::HeaderError),
    /// From [`json`](crate::json).
    Json(crate::json::JsonError),
    /// From [`jwt`](crate::jwt).
    Jwt(crate::jwt::JwtError),
    /// From building a [`jwt::Policy`](crate::jwt::Policy).
    JwtPolicy(crate::jwt::PolicyError),
    /// From [`key`](crate::key).
    Key(crate::key::KeyError),
    /// From a [`Pending`](crate::verified::Pending) value.
    Pending(crate::verified::PendingError),
    /// From [`secret`](crate::secret).
    Secret(crate::secret::SecretError),
    /// From [`structured`](crate::structured).
    Structured(crate::structured::StructuredError),
}
