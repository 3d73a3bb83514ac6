//! Why a request of the bank was refused.

use std::fmt;

use crate::audit::Trace;
use crate::class::Class;
use crate::guard::OrderError;
use crate::headers::HeaderError;
use crate::jwks::Refusal;
use crate::jwt::JwtError;
use crate::time::UnixTime;
use crate::verified::PendingError;

/// Why a request of the bank was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BankSsoError {
    /// No route of the table has this method and path. The host answers 404 or 405.
    #[error("no such route")]
    RouteUnknown,
    /// The `Authorization` field (S1-15).
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The token (S1-16 … S1-20, S1-29).
    #[error(transparent)]
    Jwt(#[from] JwtError),
    /// The keys (S1-25 … S1-27).
    #[error(transparent)]
    Keys(#[from] Refusal),
    /// `active` is not true: the token says of itself that it is not valid (S1-C2).
    #[error("the token says that it is not active")]
    Inactive,
    /// The scope holds several of the three flows (S1-C10).
    #[error("the scope holds more than one flow")]
    ScopeAmbiguous,
    /// The OUID has not the configured format (S1-C5).
    #[error("the OUID has not the expected format")]
    OuidFormat,
    /// The body is not a JSON object, and a field of it is needed or must be compared.
    #[error("the body is not a JSON object")]
    BodyMalformed,
    /// A field that is read from the body is missing or not an identifier.
    #[error("the body's field `{field}` is missing or malformed")]
    BodyField {
        /// `order_id`, `product_code` or `link_account`.
        field: &'static str,
    },
    /// The body says something else than the signed claim (S1-3a).
    #[error("the body contradicts the signed `{field}`")]
    BodyContradicts {
        /// `order_id`, `product_code` or `link_account`.
        field: &'static str,
    },
    /// The token was used before, in a request without an order.
    #[error("the token was used before")]
    TokenReplayed,
    /// The token was used before, in a request with an order (S1-C7).
    #[error("the token was used before, with an order")]
    OrderTokenReplayed,
    /// The token expired while the store was asked.
    #[error("the token expired while the store was asked")]
    Expired,
    /// The store did not answer, or was full.
    #[error("the store did not answer")]
    StoreUnavailable,
    /// The order (S1-35).
    #[error(transparent)]
    Order(#[from] OrderError),
}

impl BankSsoError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RouteUnknown => "bank_sso.route_unknown",
            Self::Header(error) => error.code(),
            Self::Jwt(error) => error.code(),
            Self::Keys(error) => error.code(),
            Self::Inactive => "bank_sso.inactive",
            Self::ScopeAmbiguous => "bank_sso.scope_ambiguous",
            Self::OuidFormat => "bank_sso.ouid_format",
            Self::BodyMalformed => "bank_sso.body_malformed",
            Self::BodyField { .. } => "bank_sso.body_field",
            Self::BodyContradicts { .. } => "bank_sso.body_contradicts",
            Self::TokenReplayed => "bank_sso.token_replayed",
            Self::OrderTokenReplayed => "bank_sso.order_token_replayed",
            Self::Expired => "bank_sso.expired",
            Self::StoreUnavailable => "bank_sso.store_unavailable",
            Self::Order(error) => error.code(),
        }
    }

    /// What a host branches on.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Header(error) => error.class(),
            Self::Jwt(error) => error.class(),
            Self::Keys(error) => error.class(),
            Self::Order(error) => error.class(),
            Self::OuidFormat | Self::BodyMalformed | Self::BodyField { .. } => Class::Malformed,
            Self::RouteUnknown
            | Self::Inactive
            | Self::ScopeAmbiguous
            | Self::BodyContradicts { .. } => Class::Forbidden,
            Self::TokenReplayed | Self::OrderTokenReplayed => Class::Replayed,
            Self::Expired => Class::Expired,
            Self::StoreUnavailable => Class::Unavailable,
        }
    }

    /// What became of the token's single use.
    pub(super) const fn of_replay(error: PendingError, has_order: bool) -> Self {
        match error {
            PendingError::Replayed if has_order => Self::OrderTokenReplayed,
            PendingError::Replayed => Self::TokenReplayed,
            PendingError::Expired => Self::Expired,
            PendingError::StoreUnavailable => Self::StoreUnavailable,
        }
    }
}

/// A refused request: the reason, and by what it can be traced.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused(Box<(BankSsoError, Trace)>);

impl Refused {
    pub(super) fn new(reason: impl Into<BankSsoError>, trace: &Trace) -> Self {
        Self(Box::new((reason.into(), trace.clone())))
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &BankSsoError {
        &self.0.0
    }

    /// The ids by which the refusal can be found again.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.0.1
    }

    /// The stable code of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.reason().code()
    }

    /// What a host branches on.
    #[must_use]
    pub fn class(&self) -> Class {
        self.reason().class()
    }

    /// The result of the first attempt at the same order, where it was carried out before (S1-35).
    #[must_use]
    pub fn first_result(&self) -> Option<&str> {
        match self.reason() {
            BankSsoError::Order(OrderError::Duplicate { reference }) => Some(reference),
            _ => None,
        }
    }

    /// From when on the same request may fare better, where that is known: for a `Retry-After` field.
    ///
    /// Of a key that is not there it says nothing, so that nobody can tell key ids apart by it.
    #[must_use]
    pub fn retry_at(&self) -> Option<UnixTime> {
        match self.reason() {
            BankSsoError::Keys(Refusal::Unavailable { retry_at }) => Some(*retry_at),
            BankSsoError::Order(OrderError::InFlight { until }) => Some(*until),
            _ => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl std::error::Error for Refused {}
