//! Why a token was refused.

use std::borrow::Cow;
use std::time::Duration;

use crate::class::Class;
use crate::encoding::EncodingError;
use crate::json::JsonError;
use crate::key::{Algorithm, KeyError};
use crate::time::UnixTime;

/// Why a token was refused, or could not be made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// More bytes than the limit; nothing was decoded.
    #[error("expected a token of at most {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The encoded header is longer than its limit; nothing was decoded.
    #[error("expected a header of at most {limit} bytes")]
    HeaderTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Not three parts separated by dots (RFC 7515 §7.1).
    #[error("expected three parts separated by dots")]
    NotCompact,
    /// The JSON serialisation of a JWS (RFC 7515 §7.2), which this crate does not take.
    #[error("expected the compact form, found a JSON serialisation")]
    JsonSerialization,
    /// A JWE (RFC 7516): five parts, or an `enc` member.
    #[error("expected a signed token, found an encrypted one")]
    Encrypted,
    /// A part is not canonical base64url (RFC 7515 §2).
    #[error("the {part} is not base64url: {error}")]
    Encoding {
        /// `header`, `payload` or `signature`.
        part: &'static str,
        /// What is wrong with it.
        error: EncodingError,
    },
    /// The header is not one strict JSON object.
    #[error("the header is not a JSON object: {0}")]
    HeaderJson(JsonError),
    /// A header member has another type than RFC 7515 §4.1 gives it.
    #[error("the header member `{member}` has the wrong type")]
    HeaderType {
        /// The member.
        member: &'static str,
    },
    /// A header member that would let the sender choose the key or the processing: `jwk`, `jku`, `x5u`, `zip`.
    #[error("the header member `{member}` is not allowed")]
    HeaderForbidden {
        /// The member.
        member: &'static str,
    },
    /// There is no `alg` (RFC 7515 §4.1.1).
    #[error("the header has no `alg`")]
    AlgorithmMissing,
    /// An unsigned token: `alg` is `none` in any case (RFC 8725 §3.2).
    #[error("the token is unsigned")]
    AlgorithmNone,
    /// `crit` names an extension; this crate implements none, so it must refuse (RFC 7515 §4.1.11).
    #[error("the header has critical extensions")]
    CriticalUnknown,
    /// `b64` is false: an unencoded payload (RFC 7797).
    #[error("the payload is unencoded")]
    UnencodedPayload,
    /// A token inside a token: `cty` is `JWT` (RFC 7519 §5.2).
    #[error("the token is nested")]
    Nested,
    /// `kid` is empty, longer than 128 bytes or not visible ASCII.
    #[error("expected a `kid` of 1 to 128 bytes of visible ASCII")]
    KeyIdMalformed,

    /// An algorithm this crate does not know.
    #[error("unknown algorithm")]
    AlgorithmUnknown,
    /// An algorithm the policy does not list.
    #[error("the algorithm {found} is not allowed")]
    AlgorithmNotAllowed {
        /// The algorithm of the header.
        found: Algorithm,
    },
    /// The policy demands a `kid` and there is none.
    #[error("the header has no `kid`")]
    KeyIdMissing,
    /// None of the given keys has the token's `kid`.
    #[error("no key has this `kid`")]
    KeyUnknown,
    /// The key with this `kid` is not for the token's algorithm.
    #[error("the key is not for the algorithm {found}")]
    AlgorithmNotForKey {
        /// The algorithm of the header.
        found: Algorithm,
    },
    /// More keys fit than are tried.
    #[error("expected at most {limit} keys to fit, found more")]
    KeyAmbiguous {
        /// How many are tried.
        limit: usize,
    },
    /// The signature is not by the key over this token. Nothing more is to be known.
    #[error("the signature is not valid")]
    SignatureInvalid,

    /// The payload is not one strict JSON object.
    #[error("the claims are not a JSON object: {0}")]
    ClaimsJson(JsonError),
    /// The claims do not fit the caller's type.
    #[error("the claims do not fit the expected type: {0}")]
    ClaimsType(JsonError),
    /// A required claim is not there.
    #[error("the claim `{claim}` is missing")]
    ClaimMissing {
        /// The claim.
        claim: Cow<'static, str>,
    },
    /// A claim has the wrong JSON type, even where it is not required (CVE-2026-25537 is the class).
    #[error("the claim `{claim}` has the wrong type")]
    ClaimType {
        /// The claim.
        claim: Cow<'static, str>,
    },
    /// A claim's value lies outside what it may be.
    #[error("the claim `{claim}` is out of range")]
    ClaimRange {
        /// The claim.
        claim: Cow<'static, str>,
    },
    /// A claim has another value than the policy demands.
    #[error("the claim `{claim}` has another value than expected")]
    ClaimMismatch {
        /// The claim.
        claim: Cow<'static, str>,
    },

    /// `exp` is at or before now (RFC 7519 §4.1.4).
    #[error("expired at {}, now is {}", expired_at.to_rfc3339(), now.to_rfc3339())]
    Expired {
        /// The token's `exp`.
        expired_at: UnixTime,
        /// The `now` given.
        now: UnixTime,
    },
    /// `nbf` is after now (RFC 7519 §4.1.5).
    #[error("valid from {}, now is {}", valid_from.to_rfc3339(), now.to_rfc3339())]
    NotYetValid {
        /// The token's `nbf`.
        valid_from: UnixTime,
        /// The `now` given.
        now: UnixTime,
    },
    /// `iat` is after now.
    #[error("issued at {}, now is {}", issued_at.to_rfc3339(), now.to_rfc3339())]
    IssuedInFuture {
        /// The token's `iat`.
        issued_at: UnixTime,
        /// The `now` given.
        now: UnixTime,
    },
    /// `exp` lies further behind `iat`, `nbf` or now than the policy's cap.
    #[error("expected a lifetime of at most {} s, found {} s", limit.as_secs(), found.as_secs())]
    LifetimeTooLong {
        /// The cap.
        limit: Duration,
        /// The longest of the three spans.
        found: Duration,
    },
    /// `iat` lies longer ago than the policy's age.
    #[error("issued longer ago than {} s", limit.as_secs())]
    TooOld {
        /// The policy's age.
        limit: Duration,
    },

    /// `iss` is not one of the policy's issuers, byte for byte.
    #[error("the issuer is not the expected one")]
    IssuerMismatch,
    /// `aud` names none of the policy's audiences, byte for byte.
    #[error("the audience is not this service")]
    AudienceMismatch,
    /// `aud` names others too, and the policy demands a sole audience.
    #[error("the audience is not this service alone")]
    AudienceNotSole,
    /// `typ` is of another kind of token (RFC 8725 §3.11).
    #[error("the token is of another type")]
    TypeMismatch,
    /// `azp` or `client_id` is not one of the policy's parties.
    #[error("the claim `{claim}` is not an expected party")]
    PartyMismatch {
        /// `azp` or `client_id`.
        claim: &'static str,
    },
    /// The owner of the key is not whom the owner claim names.
    #[error("the key belongs to another party than the token names")]
    OwnerMismatch,
    /// The token's scope has not what the policy demands.
    #[error("the scope does not allow this")]
    ScopeMissing,

    /// The key could not sign.
    #[error(transparent)]
    Key(KeyError),
    /// The claims to sign do not serialise to a JSON object.
    #[error("the claims to sign are not a JSON object")]
    ClaimsNotAnObject,
}

impl JwtError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "jwt.too_long",
            Self::HeaderTooLong { .. } => "jwt.header_too_long",
            Self::NotCompact => "jwt.not_compact",
            Self::JsonSerialization => "jwt.json_serialization",
            Self::Encrypted => "jwt.encrypted",
            Self::Encoding { .. } => "jwt.encoding",
            Self::HeaderJson(_) => "jwt.header_json",
            Self::HeaderType { .. } => "jwt.header_type",
            Self::HeaderForbidden { .. } => "jwt.header_forbidden",
            Self::AlgorithmMissing => "jwt.algorithm_missing",
            Self::AlgorithmNone => "jwt.algorithm_none",
            Self::CriticalUnknown => "jwt.critical_unknown",
            Self::UnencodedPayload => "jwt.unencoded_payload",
            Self::Nested => "jwt.nested",
            Self::KeyIdMalformed => "jwt.key_id_malformed",
            Self::AlgorithmUnknown => "jwt.algorithm_unknown",
            Self::AlgorithmNotAllowed { .. } => "jwt.algorithm_not_allowed",
            Self::KeyIdMissing => "jwt.key_id_missing",
            Self::KeyUnknown => "jwt.key_unknown",
            Self::AlgorithmNotForKey { .. } => "jwt.algorithm_not_for_key",
            Self::KeyAmbiguous { .. } => "jwt.key_ambiguous",
            Self::SignatureInvalid => "jwt.signature_invalid",
            Self::ClaimsJson(_) => "jwt.claims_json",
            Self::ClaimsType(_) => "jwt.claims_type",
            Self::ClaimMissing { .. } => "jwt.claim_missing",
            Self::ClaimType { .. } => "jwt.claim_type",
            Self::ClaimRange { .. } => "jwt.claim_range",
            Self::ClaimMismatch { .. } => "jwt.claim_mismatch",
            Self::Expired { .. } => "jwt.expired",
            Self::NotYetValid { .. } => "jwt.not_yet_valid",
            Self::IssuedInFuture { .. } => "jwt.issued_in_future",
            Self::LifetimeTooLong { .. } => "jwt.lifetime_too_long",
            Self::TooOld { .. } => "jwt.too_old",
            Self::IssuerMismatch => "jwt.issuer_mismatch",
            Self::AudienceMismatch => "jwt.audience_mismatch",
            Self::AudienceNotSole => "jwt.audience_not_sole",
            Self::TypeMismatch => "jwt.type_mismatch",
            Self::PartyMismatch { .. } => "jwt.party_mismatch",
            Self::OwnerMismatch => "jwt.owner_mismatch",
            Self::ScopeMissing => "jwt.scope_missing",
            Self::Key(error) => error.code(),
            Self::ClaimsNotAnObject => "jwt.claims_not_an_object",
        }
    }

    /// What a host branches on.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::TooLong { .. }
            | Self::HeaderTooLong { .. }
            | Self::NotCompact
            | Self::JsonSerialization
            | Self::Encrypted
            | Self::Encoding { .. }
            | Self::HeaderJson(_)
            | Self::HeaderType { .. }
            | Self::HeaderForbidden { .. }
            | Self::AlgorithmMissing
            | Self::CriticalUnknown
            | Self::UnencodedPayload
            | Self::Nested
            | Self::KeyIdMalformed
            | Self::KeyIdMissing
            | Self::ClaimsJson(_)
            | Self::ClaimsType(_)
            | Self::ClaimMissing { .. }
            | Self::ClaimType { .. }
            | Self::ClaimRange { .. } => Class::Malformed,
            Self::AlgorithmNone
            | Self::AlgorithmUnknown
            | Self::AlgorithmNotAllowed { .. }
            | Self::AlgorithmNotForKey { .. }
            | Self::KeyUnknown
            | Self::KeyAmbiguous { .. }
            | Self::SignatureInvalid => Class::Forged,
            Self::Expired { .. } | Self::TooOld { .. } => Class::Expired,
            Self::NotYetValid { .. } | Self::IssuedInFuture { .. } => Class::NotReady,
            Self::LifetimeTooLong { .. }
            | Self::ClaimMismatch { .. }
            | Self::IssuerMismatch
            | Self::AudienceMismatch
            | Self::AudienceNotSole
            | Self::TypeMismatch
            | Self::PartyMismatch { .. }
            | Self::OwnerMismatch
            | Self::ScopeMissing => Class::Forbidden,
            Self::Key(error) => error.class(),
            Self::ClaimsNotAnObject => Class::Misconfigured,
        }
    }
}
