//! Why a signed message was refused, or could not be signed.

use std::fmt;
use std::time::Duration;

use crate::class::Class;
use crate::encoding::EncodingError;
use crate::key::KeyError;
use crate::structured::StructuredError;
use crate::time::UnixTime;

/// Why a signed message was refused, or could not be signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpSigError {
    /// The method is not a token (RFC 9110 §9.1).
    #[error("the method is not a token")]
    MethodInvalid,
    /// The request target has none of the forms of RFC 9112 §3.2, or the scheme is none.
    #[error("the request target has none of its four forms")]
    TargetInvalid,
    /// The request target is longer than its limit.
    #[error("expected a request target of at most {limit} bytes")]
    TargetTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A host that is empty, has user information, a zone, or a port in another form than its own.
    #[error("the host in {place} is malformed")]
    AuthorityInvalid {
        /// `host` or `:authority`.
        place: &'static str,
    },
    /// Two places that must say the same, or may stand once, do not (RFC 9112 §3.2, RFC 9113 §8.3.1).
    #[error("{left} and {right} disagree")]
    AuthorityConflict {
        /// One place.
        left: &'static str,
        /// The other.
        right: &'static str,
    },
    /// The status has not three digits (RFC 9110 §15).
    #[error("expected a status of three digits")]
    StatusInvalid,
    /// The message has no signature, or none where its scheme has it.
    #[error("the message has no signature")]
    SignatureMissing,
    /// A field is longer than its limit.
    #[error("expected at most {limit} bytes in `{field}`")]
    FieldTooLong {
        /// The field.
        field: &'static str,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A field is not the structured field that it must be, or larger than its limits.
    #[error("malformed `{field}`: {error}")]
    Structured {
        /// The field.
        field: &'static str,
        /// What is wrong with it, and where.
        error: StructuredError,
    },
    /// A field, or a member of it, has not its form.
    #[error("malformed `{field}`")]
    Malformed {
        /// The field.
        field: &'static str,
    },
    /// A label of one of the two fields is not in the other (RFC 9421 §4.2).
    #[error("a signature is not in `{field}`")]
    LabelMissing {
        /// The field that lacks it.
        field: &'static str,
    },
    /// A label comes twice, in one line or several.
    #[error("a label comes twice")]
    LabelRepeated,
    /// More signatures than are read.
    #[error("expected at most {limit} signatures")]
    TooManySignatures {
        /// The limit.
        limit: usize,
    },
    /// More components than a signature may cover.
    #[error("expected at most {limit} components")]
    TooManyComponents {
        /// The limit.
        limit: usize,
    },
    /// More parameters than a signature may have.
    #[error("expected at most {limit} parameters")]
    TooManyParameters {
        /// The limit.
        limit: usize,
    },
    /// More than one field carries a signature of the drafts.
    #[error("more than one field carries a signature")]
    CarrierRepeated,
    /// A parameter that the scheme demands is not there.
    #[error("the parameter `{parameter}` is missing")]
    ParameterMissing {
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter comes twice: a proxy may have read the other one.
    #[error("the parameter `{parameter}` comes twice")]
    ParameterRepeated {
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter has another type than the scheme gives it, or lies outside its range.
    #[error("the parameter `{parameter}` has not its type or range")]
    ParameterType {
        /// The parameter.
        parameter: &'static str,
    },
    /// A text that is empty, too long or not printable ASCII.
    #[error("expected 1 to {limit} printable characters in `{parameter}`")]
    ParameterText {
        /// The parameter.
        parameter: &'static str,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Two things that the scheme does not allow together.
    #[error("{left} does not go with {right}")]
    ParameterConflict {
        /// One.
        left: &'static str,
        /// The other.
        right: &'static str,
    },
    /// The signature is not canonical base64.
    #[error("the signature is not base64: {0}")]
    SignatureEncoding(EncodingError),
    /// A component cannot be read, or not be had of this message.
    #[error("the component {component}: {fault}")]
    Component {
        /// The component, escaped and cut.
        component: Box<str>,
        /// What is wrong with it.
        fault: ComponentFault,
    },

    /// The message is signed in a scheme that the policy does not take.
    #[error("signed in a scheme that is not allowed")]
    SchemeNotAllowed,
    /// A response under a policy for requests, or the reverse.
    #[error("the policy is for the other kind of message")]
    MessageKind,
    /// No signature has the policy's tag and key id.
    #[error("no signature has the tag and key id asked for")]
    NoMatch,
    /// More than one signature has the policy's tag and key id.
    #[error("expected exactly one signature, found {found}")]
    Ambiguous {
        /// How many there are.
        found: usize,
    },

    /// None of the given keys has the signature's key id.
    #[error("no key has this id")]
    KeyUnknown,
    /// More keys fit than are tried.
    #[error("expected at most {limit} keys to fit, found more")]
    KeyAmbiguous {
        /// How many are tried.
        limit: usize,
    },
    /// An algorithm that the scheme's registry does not have.
    #[error("unknown algorithm")]
    AlgorithmUnknown,
    /// An algorithm that the policy does not list.
    #[error("the algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// The key is for another algorithm than the message names.
    #[error("the key is for another algorithm than the message names")]
    AlgorithmMismatch,
    /// The key serves several allowed algorithms and the message names none: the key must be pinned to one.
    #[error("the key serves several algorithms and the message names none")]
    AlgorithmAmbiguous,

    /// A component that the policy demands is not covered.
    #[error("the signature does not cover {component}")]
    NotCovered {
        /// The component.
        component: Box<str>,
    },
    /// The policy demands a nonce.
    #[error("the signature has no nonce")]
    NonceMissing,

    /// Nothing that is signed says when.
    #[error("no signed moment")]
    TimeAnchorMissing,
    /// The signed date is not one HTTP-date of today's form (RFC 9110 §5.6.7).
    #[error("the signed date is not an HTTP-date")]
    DateInvalid,
    /// The signed moment lies further ahead than clocks may differ.
    #[error("signed at {}, now is {}", signed_at.to_rfc3339(), now.to_rfc3339())]
    SignedInFuture {
        /// The signed moment.
        signed_at: UnixTime,
        /// The `now` given.
        now: UnixTime,
    },
    /// The signed moment lies longer ago than the policy's age.
    #[error("signed at {}, longer ago than {} s", signed_at.to_rfc3339(), limit.as_secs())]
    TooOld {
        /// The signed moment.
        signed_at: UnixTime,
        /// The policy's age.
        limit: Duration,
    },
    /// `expires` is at or before now.
    #[error("expired at {}, now is {}", expired_at.to_rfc3339(), now.to_rfc3339())]
    Expired {
        /// The signature's `expires`.
        expired_at: UnixTime,
        /// The `now` given.
        now: UnixTime,
    },
    /// The policy demands a signed `expires`.
    #[error("the signature has no signed `expires`")]
    ExpiresMissing,
    /// `expires` lies before the signed moment.
    #[error("`expires` lies before the moment of signing")]
    ExpiresBeforeCreated,
    /// `expires` lies further behind the signed moment than the policy allows.
    #[error("expected a lifetime of at most {} s", limit.as_secs())]
    LifetimeTooLong {
        /// The policy's cap.
        limit: Duration,
    },

    /// The signature is not by the key over this message. Nothing more is to be known.
    #[error("the signature is not valid")]
    SignatureInvalid,
    /// More signatures and keys than are tried for one message.
    #[error("more than {limit} signatures to verify")]
    TooManyTries {
        /// How many are tried.
        limit: usize,
    },

    /// There is a body, and no field with a digest of it.
    #[error("there is a body and no digest of it")]
    DigestMissing,
    /// There is a body, and its digest is not covered by the signature.
    #[error("the digest of the body is not covered by the signature")]
    DigestNotCovered,
    /// A digest field has not its form (RFC 9530 §2; RFC 3230 §4.3.2).
    #[error("malformed `{field}`")]
    DigestMalformed {
        /// The field.
        field: &'static str,
    },
    /// An algorithm comes twice in a digest field.
    #[error("an algorithm comes twice in `{field}`")]
    DigestRepeated {
        /// The field.
        field: &'static str,
    },
    /// A digest field has no algorithm that is safe and known: neither SHA-256 nor SHA-512.
    #[error("expected sha-256 or sha-512 in `{field}`")]
    DigestUnsupported {
        /// The field.
        field: &'static str,
    },
    /// A digest is not that of the body, or two digests contradict each other.
    #[error("the digest is not that of the body")]
    DigestMismatch,
    /// The body is longer than the policy's limit.
    #[error("expected a body of at most {limit} bytes")]
    BodyTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The host said that there is no body, and the message announces one.
    #[error("the message announces a body")]
    BodyExpected,

    /// What a proxy is configured with is no origin.
    #[error("not an origin: a scheme, a host and perhaps a path")]
    OriginInvalid,
    /// The key cannot sign as the policy demands.
    #[error(transparent)]
    Key(KeyError),
    /// The key to sign with has no id, and the scheme demands one.
    #[error("the key to sign with has no id")]
    KeyIdMissing,
    /// A label that is no key of a structured field, or that another signature of the message has.
    #[error("the label is malformed or taken")]
    Label,
    /// The message is not the one that was signed.
    #[error("the message changed while it was signed")]
    MessageChanged,
    /// A signature that is asked for and that this signer does not give.
    #[error("this signer does not give the signature asked for")]
    NotGiven,
}

/// What is wrong with a component.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentFault {
    /// Not an identifier: not a String, not in lower case, not a field name.
    #[error("not a component identifier")]
    Malformed,
    /// A derived component that the scheme does not have.
    #[error("no such component")]
    Unknown,
    /// A parameter that it does not take, of another type, or beside one that it contradicts.
    #[error("a parameter that it does not take")]
    Parameter,
    /// It is covered twice.
    #[error("covered twice")]
    Repeated,
    /// This kind of message, or of request target, does not have it.
    #[error("this message cannot have it")]
    Inapplicable,
    /// The message does not have it. It is never taken as empty.
    #[error("the message does not have it")]
    Missing,
    /// A control character, a bare line break or something beyond ASCII in its value.
    #[error("a character in its value that cannot be signed")]
    Value,
    /// A structured field of a type that is not known.
    #[error("the type of the field is not known")]
    TypeUnknown,
    /// The field is not the structured field that it must be.
    #[error("{0}")]
    Structured(StructuredError),
    /// A query parameter that comes twice.
    #[error("the parameter comes twice")]
    QueryAmbiguous,
    /// A query that is not UTF-8, or with a percent sign that starts no escape.
    #[error("the query is not in its encoding")]
    QueryEncoding,
}

/// Where in a verification a message was refused, in the order in which the checks are made.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Stage {
    /// The form of the message and of its signatures.
    Syntax,
    /// Which signature.
    Selection,
    /// Which key, by which algorithm.
    Key,
    /// What is covered.
    Coverage,
    /// When it was signed.
    Time,
    /// What was signed.
    Base,
    /// The signature.
    Crypto,
    /// The body.
    Digest,
    /// Not a verification: a signer, or configuration.
    Signing,
}

impl Stage {
    /// The stage as a stable word, for logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Selection => "selection",
            Self::Key => "key",
            Self::Coverage => "coverage",
            Self::Time => "time",
            Self::Base => "base",
            Self::Crypto => "crypto",
            Self::Digest => "digest",
            Self::Signing => "signing",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl ComponentFault {
    /// The stable code of this fault.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "httpsig.component_malformed",
            Self::Unknown => "httpsig.component_unknown",
            Self::Parameter => "httpsig.component_parameter",
            Self::Repeated => "httpsig.component_repeated",
            Self::Inapplicable => "httpsig.component_inapplicable",
            Self::Missing => "httpsig.component_missing",
            Self::Value => "httpsig.component_value",
            Self::TypeUnknown => "httpsig.component_type_unknown",
            Self::Structured(_) => "httpsig.component_structured",
            Self::QueryAmbiguous => "httpsig.query_ambiguous",
            Self::QueryEncoding => "httpsig.query_encoding",
        }
    }

    /// What a host branches on: always [`Class::Malformed`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Malformed
    }

    const fn stage(&self) -> Stage {
        match self {
            Self::Malformed | Self::Unknown | Self::Parameter | Self::Repeated => Stage::Syntax,
            Self::Inapplicable
            | Self::Missing
            | Self::Value
            | Self::TypeUnknown
            | Self::Structured(_)
            | Self::QueryAmbiguous
            | Self::QueryEncoding => Stage::Base,
        }
    }
}

impl HttpSigError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MethodInvalid => "httpsig.method_invalid",
            Self::TargetInvalid => "httpsig.target_invalid",
            Self::TargetTooLong { .. } => "httpsig.target_too_long",
            Self::AuthorityInvalid { .. } => "httpsig.authority_invalid",
            Self::AuthorityConflict { .. } => "httpsig.authority_conflict",
            Self::StatusInvalid => "httpsig.status_invalid",
            Self::SignatureMissing => "httpsig.signature_missing",
            Self::FieldTooLong { .. } => "httpsig.field_too_long",
            Self::Structured { .. } => "httpsig.structured",
            Self::Malformed { .. } => "httpsig.malformed",
            Self::LabelMissing { .. } => "httpsig.label_missing",
            Self::LabelRepeated => "httpsig.label_repeated",
            Self::TooManySignatures { .. } => "httpsig.too_many_signatures",
            Self::TooManyComponents { .. } => "httpsig.too_many_components",
            Self::TooManyParameters { .. } => "httpsig.too_many_parameters",
            Self::CarrierRepeated => "httpsig.carrier_repeated",
            Self::ParameterMissing { .. } => "httpsig.parameter_missing",
            Self::ParameterRepeated { .. } => "httpsig.parameter_repeated",
            Self::ParameterType { .. } => "httpsig.parameter_type",
            Self::ParameterText { .. } => "httpsig.parameter_text",
            Self::ParameterConflict { .. } => "httpsig.parameter_conflict",
            Self::SignatureEncoding(_) => "httpsig.signature_encoding",
            Self::Component { fault, .. } => fault.code(),
            Self::SchemeNotAllowed => "httpsig.scheme_not_allowed",
            Self::MessageKind => "httpsig.message_kind",
            Self::NoMatch => "httpsig.no_match",
            Self::Ambiguous { .. } => "httpsig.ambiguous",
            Self::KeyUnknown => "httpsig.key_unknown",
            Self::KeyAmbiguous { .. } => "httpsig.key_ambiguous",
            Self::AlgorithmUnknown => "httpsig.algorithm_unknown",
            Self::AlgorithmNotAllowed => "httpsig.algorithm_not_allowed",
            Self::AlgorithmMismatch => "httpsig.algorithm_mismatch",
            Self::AlgorithmAmbiguous => "httpsig.algorithm_ambiguous",
            Self::NotCovered { .. } => "httpsig.not_covered",
            Self::NonceMissing => "httpsig.nonce_missing",
            Self::TimeAnchorMissing => "httpsig.time_anchor_missing",
            Self::DateInvalid => "httpsig.date_invalid",
            Self::SignedInFuture { .. } => "httpsig.signed_in_future",
            Self::TooOld { .. } => "httpsig.too_old",
            Self::Expired { .. } => "httpsig.expired",
            Self::ExpiresMissing => "httpsig.expires_missing",
            Self::ExpiresBeforeCreated => "httpsig.expires_before_created",
            Self::LifetimeTooLong { .. } => "httpsig.lifetime_too_long",
            Self::SignatureInvalid => "httpsig.signature_invalid",
            Self::TooManyTries { .. } => "httpsig.too_many_tries",
            Self::DigestMissing => "httpsig.digest_missing",
            Self::DigestNotCovered => "httpsig.digest_not_covered",
            Self::DigestMalformed { .. } => "httpsig.digest_malformed",
            Self::DigestRepeated { .. } => "httpsig.digest_repeated",
            Self::DigestUnsupported { .. } => "httpsig.digest_unsupported",
            Self::DigestMismatch => "httpsig.digest_mismatch",
            Self::BodyTooLarge { .. } => "httpsig.body_too_large",
            Self::BodyExpected => "httpsig.body_expected",
            Self::OriginInvalid => "httpsig.origin_invalid",
            Self::Key(error) => error.code(),
            Self::KeyIdMissing => "httpsig.key_id_missing",
            Self::Label => "httpsig.label",
            Self::MessageChanged => "httpsig.message_changed",
            Self::NotGiven => "httpsig.not_given",
        }
    }

    /// Where the message was refused.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match self {
            Self::MethodInvalid
            | Self::TargetInvalid
            | Self::TargetTooLong { .. }
            | Self::AuthorityInvalid { .. }
            | Self::AuthorityConflict { .. }
            | Self::StatusInvalid
            | Self::SignatureMissing
            | Self::FieldTooLong { .. }
            | Self::Structured { .. }
            | Self::Malformed { .. }
            | Self::LabelMissing { .. }
            | Self::LabelRepeated
            | Self::TooManySignatures { .. }
            | Self::TooManyComponents { .. }
            | Self::TooManyParameters { .. }
            | Self::CarrierRepeated
            | Self::ParameterMissing { .. }
            | Self::ParameterRepeated { .. }
            | Self::ParameterType { .. }
            | Self::ParameterText { .. }
            | Self::ParameterConflict { .. }
            | Self::SignatureEncoding(_) => Stage::Syntax,
            Self::Component { fault, .. } => fault.stage(),
            Self::SchemeNotAllowed | Self::MessageKind | Self::NoMatch | Self::Ambiguous { .. } => {
                Stage::Selection
            }
            Self::KeyUnknown
            | Self::KeyAmbiguous { .. }
            | Self::AlgorithmUnknown
            | Self::AlgorithmNotAllowed
            | Self::AlgorithmMismatch
            | Self::AlgorithmAmbiguous => Stage::Key,
            Self::NotCovered { .. } | Self::NonceMissing => Stage::Coverage,
            Self::TimeAnchorMissing
            | Self::DateInvalid
            | Self::SignedInFuture { .. }
            | Self::TooOld { .. }
            | Self::Expired { .. }
            | Self::ExpiresMissing
            | Self::ExpiresBeforeCreated
            | Self::LifetimeTooLong { .. } => Stage::Time,
            Self::SignatureInvalid | Self::TooManyTries { .. } => Stage::Crypto,
            Self::DigestMissing
            | Self::DigestNotCovered
            | Self::DigestMalformed { .. }
            | Self::DigestRepeated { .. }
            | Self::DigestUnsupported { .. }
            | Self::DigestMismatch
            | Self::BodyTooLarge { .. }
            | Self::BodyExpected => Stage::Digest,
            Self::OriginInvalid
            | Self::Key(_)
            | Self::KeyIdMissing
            | Self::Label
            | Self::MessageChanged
            | Self::NotGiven => Stage::Signing,
        }
    }

    /// What a host branches on.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::MethodInvalid
            | Self::TargetInvalid
            | Self::TargetTooLong { .. }
            | Self::AuthorityInvalid { .. }
            | Self::AuthorityConflict { .. }
            | Self::StatusInvalid
            | Self::SignatureMissing
            | Self::FieldTooLong { .. }
            | Self::Structured { .. }
            | Self::Malformed { .. }
            | Self::LabelMissing { .. }
            | Self::LabelRepeated
            | Self::TooManySignatures { .. }
            | Self::TooManyComponents { .. }
            | Self::TooManyParameters { .. }
            | Self::CarrierRepeated
            | Self::ParameterMissing { .. }
            | Self::ParameterRepeated { .. }
            | Self::ParameterType { .. }
            | Self::ParameterText { .. }
            | Self::ParameterConflict { .. }
            | Self::SignatureEncoding(_)
            | Self::DateInvalid
            | Self::ExpiresBeforeCreated
            | Self::DigestMalformed { .. }
            | Self::DigestRepeated { .. }
            | Self::DigestUnsupported { .. }
            | Self::BodyTooLarge { .. } => Class::Malformed,
            Self::KeyUnknown
            | Self::KeyAmbiguous { .. }
            | Self::AlgorithmUnknown
            | Self::AlgorithmNotAllowed
            | Self::AlgorithmMismatch
            | Self::AlgorithmAmbiguous
            | Self::SignatureInvalid
            | Self::TooManyTries { .. }
            | Self::DigestMismatch => Class::Forged,
            Self::SchemeNotAllowed
            | Self::NoMatch
            | Self::Ambiguous { .. }
            | Self::NotCovered { .. }
            | Self::NonceMissing
            | Self::TimeAnchorMissing
            | Self::ExpiresMissing
            | Self::LifetimeTooLong { .. }
            | Self::DigestMissing
            | Self::DigestNotCovered => Class::Forbidden,
            Self::SignedInFuture { .. } => Class::NotReady,
            Self::TooOld { .. } | Self::Expired { .. } => Class::Expired,
            Self::MessageKind
            | Self::BodyExpected
            | Self::OriginInvalid
            | Self::KeyIdMissing
            | Self::Label
            | Self::MessageChanged
            | Self::NotGiven => Class::Misconfigured,
            Self::Component { fault, .. } => fault.class(),
            Self::Key(error) => error.class(),
        }
    }
}
