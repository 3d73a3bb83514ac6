//! Why a message of this integration was refused.

use super::Role;
use crate::class::Class;
use crate::httpsig::HttpSigError;
use crate::json::JsonError;
use crate::jwks::Refusal;
use crate::key::KeyError;

/// Why a message of this integration was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BioIdError {
    /// The signature (S0-3, S0-6).
    #[error(transparent)]
    HttpSig(#[from] HttpSigError),
    /// The key id: nobody's, or outside its time.
    #[error(transparent)]
    Keys(#[from] Refusal),
    /// A key that cannot be made of the credentials.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A key of another party: an app that signs as the service (S0-6).
    #[error("expected a key of {expected}, found another party's")]
    WrongRole {
        /// Whose key it should be.
        expected: Role,
    },
    /// An enrolled key that another party has, by its id or by its material.
    #[error("the key, or its id, belongs to {by}")]
    KeyTaken {
        /// Who has it.
        by: Role,
    },
    /// An enrolled key without an id: nothing could tell whose messages it signs.
    #[error("the key has no id")]
    KeyIdMissing,
    /// A shared secret as the key of an app, out of which anyone can take it (S0-5).
    #[error("an app has no secret")]
    SecretInApp,
    /// The model has no such message.
    #[error("the model has no such message from {from} to {to}")]
    NoSuchLeg {
        /// Who would send it.
        from: Role,
        /// Who would receive it.
        to: Role,
    },
    /// Genuine, and about another request than it is given for (S0-7).
    #[error("the message is about another request")]
    OtherRequest,
    /// The body of a result is not what it must be.
    #[error("the result is malformed: {0}")]
    Result(JsonError),
    /// The service says otherwise than whoever handed its result on (S0-7).
    #[error("the service says otherwise")]
    ResultDiffers,
}

impl BioIdError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HttpSig(error) => error.code(),
            Self::Keys(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::WrongRole { .. } => "vnpt_bioid.wrong_role",
            Self::KeyTaken { .. } => "vnpt_bioid.key_taken",
            Self::KeyIdMissing => "vnpt_bioid.key_id_missing",
            Self::SecretInApp => "vnpt_bioid.secret_in_app",
            Self::NoSuchLeg { .. } => "vnpt_bioid.no_such_leg",
            Self::OtherRequest => "vnpt_bioid.other_request",
            Self::Result(_) => "vnpt_bioid.result",
            Self::ResultDiffers => "vnpt_bioid.result_differs",
        }
    }

    /// What a host branches on.
    ///
    /// A key of another party is of the same class as one that is not there, and as a signature that is bad. That an id
    /// exists is no secret all the same: coverage and time are looked at once the key is found, and before the signature.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::HttpSig(error) => error.class(),
            Self::Keys(error) => error.class(),
            Self::Key(error) => error.class(),
            Self::WrongRole { .. } | Self::ResultDiffers => Class::Forged,
            Self::OtherRequest => Class::Forbidden,
            Self::KeyTaken { .. } => Class::Conflict,
            Self::Result(_) => Class::Malformed,
            Self::KeyIdMissing | Self::SecretInApp | Self::NoSuchLeg { .. } => Class::Misconfigured,
        }
    }
}
