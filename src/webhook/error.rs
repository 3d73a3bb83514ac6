//! Why a message was refused, or a verifier could not be built.

use std::fmt;
use std::time::Duration;

use crate::class::Class;
use crate::encoding::EncodingError;
use crate::headers::HeaderError;
use crate::javascript::JavascriptError;
use crate::key::KeyError;
use crate::secret::SecretError;

/// Why a message was refused, or could not be signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// More body than the limit; nothing was hashed.
    #[error("expected a body of at most {limit} bytes")]
    BodyTooLarge {
        /// The most bytes allowed.
        limit: usize,
    },
    /// A header field that stands twice, whatever its values.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// There is no signature where this scheme has it. It is never passed over.
    #[error("no signature in `{place}`")]
    SignatureMissing {
        /// The field, member or parameter that should hold it.
        place: &'static str,
    },
    /// The signature has not the form of this scheme.
    #[error("the signature has not its form: {0}")]
    SignatureMalformed(EncodingError),
    /// The signature has the form of another scheme that uses the same field.
    #[error("the signature has the form of {scheme}")]
    WrongScheme {
        /// The scheme whose form it has.
        scheme: &'static str,
    },
    /// The message names an algorithm that this scheme has given up.
    #[error("an algorithm that is not allowed")]
    AlgorithmNotAllowed,
    /// A list of signatures with none of the version that this scheme verifies.
    #[error("no signature of a known version")]
    NoKnownVersion,
    /// More signatures than any rotation needs.
    #[error("expected at most {limit} signatures")]
    TooManySignatures {
        /// The most signatures read.
        limit: usize,
    },
    /// There is no timestamp where this scheme has it.
    #[error("no timestamp in `{place}`")]
    TimestampMissing {
        /// The field or member that should hold it.
        place: &'static str,
    },
    /// The timestamp is not a plain count of seconds or milliseconds.
    #[error("expected a timestamp of digits alone")]
    TimestampMalformed,
    /// There is no id where this scheme has it.
    #[error("no id in `{place}`")]
    IdMissing {
        /// The field that should hold it.
        place: &'static str,
    },
    /// The id is not 1 to 128 visible ASCII characters without a dot.
    #[error("expected an id of 1 to 128 visible characters and no dot")]
    IdMalformed,
    /// A header field that is part of the signed text is missing.
    #[error("no `{name}` field")]
    FieldMissing {
        /// The field, member or parameter.
        name: &'static str,
    },
    /// The scheme signs the URL, and the host gave none.
    #[error("this scheme signs the URL, and none was given")]
    UrlMissing,
    /// The URL is not absolute, or longer than 8 KiB.
    #[error("expected an absolute URL of at most 8192 bytes")]
    UrlMalformed,
    /// A query or form body that is not what this scheme signs: a name twice, a broken escape, too
    /// many parameters.
    #[error("the query or form body has not its form")]
    FormMalformed,
    /// The body is not JSON, where the scheme signs what is in it.
    #[error("the body has no JavaScript text: {0}")]
    Body(#[from] JavascriptError),
    /// The body, or the member that is signed, is not a JSON object.
    #[error("expected a JSON object")]
    NotAnObject,
    /// There is nothing in what is signed: such a signature is one constant for ever.
    #[error("nothing is signed")]
    EmptyContent,
    /// A member has a type, or is nested, as this scheme does not sign it.
    #[error("`{name}` has a type that this scheme does not sign")]
    MemberType {
        /// The member, cut to 64 characters.
        name: Box<str>,
    },
    /// A value reads like the start of another member: the same signature would be good for other
    /// members.
    #[error("the value of `{name}` can be read as other members")]
    Ambiguous {
        /// The member, cut to 64 characters.
        name: Box<str>,
    },
    /// The body has not the digest that the signed URL states.
    #[error("the body has another digest than the signed URL states")]
    BodyDigestMismatch,
    /// The signature is not a key's over this message. Nothing more is said;
    /// [`diagnose`](super::Verifier::diagnose) looks for a reason.
    #[error("the signature does not match")]
    SignatureMismatch,
    /// The timestamp is in the other unit, seconds or milliseconds, than this scheme's.
    #[error("the timestamp is in the other unit, seconds or milliseconds")]
    TimestampUnit,
    /// The message is older than the tolerance.
    #[error("expected a message of at most {limit:?}, found {age:?}")]
    TooOld {
        /// Its age.
        age: Duration,
        /// The tolerance towards the past.
        limit: Duration,
    },
    /// The message is from later than the tolerance.
    #[error("expected a message at most {limit:?} ahead, found {ahead:?}")]
    FromFuture {
        /// How far ahead it is.
        ahead: Duration,
        /// The tolerance towards the future.
        limit: Duration,
    },
    /// The signature is good, but the fields are not those of the event: they were moved, renamed
    /// or invented.
    #[error("the field `{field}` of the event: {rule}")]
    SchemaViolation {
        /// The field, cut to 64 characters.
        field: Box<str>,
        /// What is wrong with it.
        rule: SchemaRule,
    },
    /// The scheme signs what can only be read with the body at hand, so that the body cannot be
    /// streamed.
    #[error("this scheme needs the whole body at once")]
    NotStreamable,
    /// A key that cannot sign for this scheme.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What is wrong with a field of an event whose signature is good.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaRule {
    /// It is not there.
    #[error("missing")]
    Missing,
    /// The event does not have it, and the host did not declare it.
    #[error("unknown")]
    Unknown,
    /// It stands twice.
    #[error("repeated")]
    Repeated,
    /// It has another JSON type.
    #[error("of another type")]
    Type,
    /// It is not the value, or not of the width and characters, that it must be.
    #[error("of another form")]
    Form,
}

impl WebhookError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BodyTooLarge { .. } => "webhook.body_too_large",
            Self::Header(error) => error.code(),
            Self::SignatureMissing { .. } => "webhook.signature_missing",
            Self::SignatureMalformed(_) => "webhook.signature_malformed",
            Self::WrongScheme { .. } => "webhook.wrong_scheme",
            Self::AlgorithmNotAllowed => "webhook.algorithm_not_allowed",
            Self::NoKnownVersion => "webhook.no_known_version",
            Self::TooManySignatures { .. } => "webhook.too_many_signatures",
            Self::TimestampMissing { .. } => "webhook.timestamp_missing",
            Self::TimestampMalformed => "webhook.timestamp_malformed",
            Self::IdMissing { .. } => "webhook.id_missing",
            Self::IdMalformed => "webhook.id_malformed",
            Self::FieldMissing { .. } => "webhook.field_missing",
            Self::UrlMissing => "webhook.url_missing",
            Self::UrlMalformed => "webhook.url_malformed",
            Self::FormMalformed => "webhook.form_malformed",
            Self::Body(error) => error.code(),
            Self::NotAnObject => "webhook.not_an_object",
            Self::EmptyContent => "webhook.empty_content",
            Self::MemberType { .. } => "webhook.member_type",
            Self::Ambiguous { .. } => "webhook.ambiguous",
            Self::BodyDigestMismatch => "webhook.body_digest_mismatch",
            Self::SignatureMismatch => "webhook.signature_mismatch",
            Self::TimestampUnit => "webhook.timestamp_unit",
            Self::TooOld { .. } => "webhook.too_old",
            Self::FromFuture { .. } => "webhook.from_future",
            Self::SchemaViolation { .. } => "webhook.schema_violation",
            Self::NotStreamable => "webhook.not_streamable",
            Self::Key(error) => error.code(),
        }
    }

    /// What a host branches on.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Header(error) => error.class(),
            Self::Body(error) => error.class(),
            Self::Key(error) => error.class(),
            Self::WrongScheme { .. }
            | Self::AlgorithmNotAllowed
            | Self::NoKnownVersion
            | Self::Ambiguous { .. }
            | Self::BodyDigestMismatch
            | Self::SignatureMismatch
            | Self::SchemaViolation { .. } => Class::Forged,
            Self::TooOld { .. } => Class::Expired,
            Self::FromFuture { .. } => Class::NotReady,
            Self::UrlMissing | Self::NotStreamable => Class::Misconfigured,
            Self::BodyTooLarge { .. }
            | Self::SignatureMissing { .. }
            | Self::SignatureMalformed(_)
            | Self::TooManySignatures { .. }
            | Self::TimestampMissing { .. }
            | Self::TimestampMalformed
            | Self::IdMissing { .. }
            | Self::IdMalformed
            | Self::FieldMissing { .. }
            | Self::UrlMalformed
            | Self::FormMalformed
            | Self::NotAnObject
            | Self::EmptyContent
            | Self::MemberType { .. }
            | Self::TimestampUnit => Class::Malformed,
        }
    }

    pub(super) fn schema(field: &str, rule: SchemaRule) -> Self {
        Self::SchemaViolation { field: shown(field), rule }
    }

    pub(super) fn ambiguous(name: &str) -> Self {
        Self::Ambiguous { name: shown(name) }
    }

    pub(super) fn member_type(name: &str) -> Self {
        Self::MemberType { name: shown(name) }
    }
}

/// A name that a sender chose, as it may stand in a log.
fn shown(name: &str) -> Box<str> {
    crate::audit::shown(name, MAX_NAME_CHARS).into()
}

/// The longest name of a documented field has 24 characters.
const MAX_NAME_CHARS: usize = 64;

/// A verifier or signer could not be built; it names every problem, not the first.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

impl ConfigError {
    pub(super) const fn new(problems: Vec<ConfigProblem>) -> Self {
        Self { problems }
    }

    /// Every problem found.
    #[must_use]
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }

    /// The stable code of the first problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problems.first().map_or("webhook_config.unsafe", ConfigProblem::code)
    }

    /// What a host branches on: always [`Class::Misconfigured`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Misconfigured
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the webhook cannot be verified")?;
        self.problems.iter().enumerate().try_for_each(|(index, problem)| {
            write!(f, "{} {problem}", if index == 0 { ":" } else { ";" })
        })
    }
}

/// Why a verifier or signer could not be safe, or could not work.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// A secret, or the set of them.
    #[error(transparent)]
    Secret(SecretError),
    /// A public key.
    #[error(transparent)]
    Key(KeyError),
    /// A secret that is not encoded as this provider encodes them.
    #[error("a secret that is not encoded as {scheme} encodes them: {error}")]
    SecretEncoding {
        /// The scheme.
        scheme: &'static str,
        /// What is wrong with it.
        error: EncodingError,
    },
    /// Not the kind of key that this provider signs with: it begins otherwise, or like another
    /// kind.
    #[error("expected the kind of key that {scheme} signs with, which begins with `{prefix}`")]
    KeyKind {
        /// The scheme.
        scheme: &'static str,
        /// What such keys begin with.
        prefix: &'static str,
    },
    /// The scheme signs nothing of what the provider has to say.
    #[error("the scheme signs neither body nor fields")]
    NothingSigned,
    /// The scheme reads a timestamp that is not part of the signed text: anyone can set it to now.
    #[error("the timestamp is not signed")]
    TimestampUnsigned,
    /// The scheme signs a timestamp or id and does not say where it stands.
    #[error("a part of the signed text has no place")]
    PartWithoutPlace,
    /// The secret of a plain hash is not at the very end of the text, once: in front, anyone could
    /// append to what is signed.
    #[error("a plain hash needs the secret at its end")]
    SecretNotLast,
    /// A setting that the scheme signs was not given, or is empty.
    #[error("no setting `{name}`")]
    SettingMissing {
        /// The setting.
        name: &'static str,
    },
    /// A tolerance of more than a day is none.
    #[error("a tolerance above a day")]
    ToleranceTooLarge,
    /// Single use of messages without a signed time, and nothing says how long they are remembered.
    #[error("nothing says how long messages are remembered")]
    RetentionMissing,
    /// A field was declared for no known event, or is one of its own.
    #[error("a declared field without an event to carry it")]
    FieldDeclared,
}

impl ConfigProblem {
    /// The stable code of this problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Secret(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::SecretEncoding { .. } => "webhook_config.secret_encoding",
            Self::KeyKind { .. } => "webhook_config.key_kind",
            Self::NothingSigned => "webhook_config.nothing_signed",
            Self::TimestampUnsigned => "webhook_config.timestamp_unsigned",
            Self::PartWithoutPlace => "webhook_config.part_without_place",
            Self::SecretNotLast => "webhook_config.secret_not_last",
            Self::SettingMissing { .. } => "webhook_config.setting_missing",
            Self::ToleranceTooLarge => "webhook_config.tolerance_too_large",
            Self::RetentionMissing => "webhook_config.retention_missing",
            Self::FieldDeclared => "webhook_config.field_declared",
        }
    }
}
