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
    /// From [`partner::bank_sso`](crate::partner::bank_sso).
    BankSso(crate::partner::bank_sso::BankSsoError),
    /// From building a [`BankSso`](crate::partner::bank_sso::BankSso).
    BankSsoConfig(crate::partner::bank_sso::ConfigError),
    /// From [`biometric`](crate::biometric).
    Biometric(crate::biometric::BiometricError),
    /// From building a [`biometric::BiometricFlow`](crate::biometric::BiometricFlow).
    BiometricFlow(crate::biometric::FlowError),
    /// From [`guard::store_conformance`](crate::guard::store_conformance).
    Conformance(crate::guard::ConformanceError),
    /// From [`encoding`](crate::encoding).
    Encoding(crate::encoding::EncodingError),
    /// From [`headers`](crate::headers).
    Header(crate::headers::HeaderError),
    /// From [`httpsig`](crate::httpsig).
    HttpSig(crate::httpsig::HttpSigError),
    /// From building a [`httpsig::Policy`](crate::httpsig::Policy).
    HttpSigPolicy(crate::httpsig::PolicyError),
    /// From [`javascript`](crate::javascript).
    Javascript(crate::javascript::JavascriptError),
    /// From [`jwks`](crate::jwks): a key set that was not taken.
    Jwks(crate::jwks::JwksError),
    /// From [`json`](crate::json).
    Json(crate::json::JsonError),
    /// From [`jwt`](crate::jwt).
    Jwt(crate::jwt::JwtError),
    /// From building a [`jwt::Policy`](crate::jwt::Policy).
    JwtPolicy(crate::jwt::PolicyError),
    /// From [`key`](crate::key).
    Key(crate::key::KeyError),
    /// From [`guard::OrderLedger`](crate::guard::OrderLedger).
    Order(crate::guard::OrderError),
    /// From a [`Pending`](crate::verified::Pending) value.
    Pending(crate::verified::PendingError),
    /// From [`jwks`](crate::jwks): no key for a token.
    Refusal(crate::jwks::Refusal),
    /// From [`secret`](crate::secret).
    Secret(crate::secret::SecretError),
    /// From [`structured`](crate::structured).
    Structured(crate::structured::StructuredError),
    /// From [`partner::vnpt_bioid`](crate::partner::vnpt_bioid).
    VnptBioId(crate::partner::vnpt_bioid::BioIdError),
    /// From building a [`VnptBioId`](crate::partner::vnpt_bioid::VnptBioId).
    VnptBioIdConfig(crate::partner::vnpt_bioid::ConfigError),
    /// From [`webhook`](crate::webhook).
    Webhook(crate::webhook::WebhookError),
    /// From building a [`webhook::Verifier`](crate::webhook::Verifier).
    WebhookConfig(crate::webhook::ConfigError),
    /// From [`partner::zalo`](crate::partner::zalo).
    Zalo(crate::partner::zalo::ZaloError),
}

impl From<crate::partner::bank_sso::Refused> for Error {
    fn from(refused: crate::partner::bank_sso::Refused) -> Self {
        Self::BankSso(refused.reason().clone())
    }
}
