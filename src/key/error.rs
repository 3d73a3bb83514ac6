//! Why a key was refused, or a signature.

use super::Algorithm;
use crate::class::Class;
use crate::json::JsonError;

/// Why a key was refused at import, or a signature by a key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// More bytes than any key has.
    #[error("expected a key of at most {maximum} bytes, found {found}")]
    TooLarge {
        /// The limit, in bytes.
        maximum: usize,
        /// The size found, in bytes.
        found: usize,
    },
    /// Not exactly one PEM block of RFC 7468, with nothing around it.
    #[error("expected one PEM block and nothing else")]
    Pem,
    /// A PEM block with another label: a certificate, or a public key where a private one is due.
    #[error("expected a PEM block labelled {expected}")]
    PemLabel {
        /// The labels that can be read here.
        expected: &'static str,
    },
    /// Not the DER of the structure that is due (RFC 5280, RFC 5958, RFC 8017, RFC 5915).
    #[error("expected the DER of a key structure")]
    Der,
    /// A JWK that is not one strict JSON object.
    #[error("expected one JSON object: {0}")]
    Json(#[from] JsonError),
    /// A JWK without a member that its type demands (RFC 7518 §6).
    #[error("expected the member `{member}`")]
    MemberMissing {
        /// The member's name.
        member: &'static str,
    },
    /// A member of a JWK with a value of another type, or not in strict base64url.
    #[error("the member `{member}` has not the form it must have")]
    Member {
        /// The member's name.
        member: &'static str,
    },
    /// A `kid` that is empty, above 128 bytes, or not visible ASCII.
    #[error("expected a `kid` of 1 to 128 visible ASCII characters")]
    KeyId,
    /// Not a key type of this crate: an unknown `kty` or algorithm identifier.
    #[error("unknown key type")]
    UnknownKeyType,
    /// Not a curve of this crate: an unknown `crv` or curve identifier, or explicit curve parameters.
    #[error("unknown curve")]
    UnknownCurve,
    /// A JWK whose `alg` names no algorithm of this crate; others may well know it.
    #[error("unknown algorithm `{name}`")]
    UnknownAlgorithm {
        /// The name, cut to 32 characters, each outside visible ASCII replaced by `?`.
        name: Box<str>,
    },
    /// A JWK whose `alg` contradicts its `kty` or `crv` (RFC 7518 §6).
    #[error("{algorithm} contradicts the type or curve of the key")]
    AlgorithmMismatch {
        /// What `alg` names.
        algorithm: Algorithm,
    },
    /// A JWK whose `use` or `key_ops` does not include this use, or that contradict each other (RFC 7517 §4.3).
    #[error("a key that is not meant for this use")]
    Use,
    /// A key for an algorithm that this build's backend does not offer.
    #[error("a key for {algorithm}, which this build does not offer")]
    NotOffered {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// A symmetric key where public ones are due (RFC 7517 §9.2: not to be disclosed).
    #[error("a symmetric key where a public key is due")]
    Symmetric,
    /// A private key where a public one is due: whoever published it must replace it.
    #[error("a private key where a public key is due")]
    PrivateMaterial,
    /// An RSA modulus that can be factored.
    #[error("expected an RSA modulus of at least {minimum} bits, found {found}")]
    RsaTooShort {
        /// The least length, in bits.
        minimum: usize,
        /// The length found, in bits.
        found: usize,
    },
    /// An RSA modulus that makes every verification slow.
    #[error("expected an RSA modulus of at most {maximum} bits, found {found}")]
    RsaTooLong {
        /// The greatest length, in bits.
        maximum: usize,
        /// The length found, in bits.
        found: usize,
    },
    /// An even RSA modulus.
    #[error("an even RSA modulus")]
    RsaModulusEven,
    /// A public exponent that is even, below 3 or above 33 bits; for signing, below 65537.
    #[error("an RSA public exponent outside the range that is safe")]
    RsaExponent,
    /// A private key with primes that are not half as long as the modulus, or no multiple of 512 bits.
    #[error("expected two primes of a multiple of 512 bits, each half as long as the modulus")]
    RsaPrimes,
    /// A modulus with the fingerprint of CVE-2017-15361 (ROCA): the private key can be computed.
    #[error("an RSA modulus made by a broken generator (ROCA)")]
    RsaRoca,
    /// A public point that is compressed, infinite, of the wrong length or not canonical.
    #[error("a public point in another form than its curve demands")]
    PointEncoding,
    /// A public point that does not lie on its curve.
    #[error("a public point off its curve")]
    PointOffCurve,
    /// An Ed25519 point of low order: one signature would pass for many messages.
    #[error("a public point of low order")]
    PointLowOrder,
    /// An HMAC secret shorter than the hash (RFC 7518 §3.2).
    #[error("expected an HMAC secret of at least {minimum} bytes, found {found}")]
    HmacTooShort {
        /// The least length, in bytes.
        minimum: usize,
        /// The length found, in bytes.
        found: usize,
    },
    /// An HMAC secret that is the text of a PEM, DER or JWK key: a public key, which everyone has.
    #[error("an HMAC secret that is the text of an asymmetric key")]
    HmacSecretIsKey,
    /// A private key whose parts do not belong together, or that the backend refuses.
    #[error("a private key whose parts do not belong together")]
    PrivateKey,
    /// An elliptic curve private key without its public point, which is not recomputed here.
    #[error("a private key without its public key")]
    PublicKeyMissing,
    /// An algorithm that is not one of the key's (the key decides).
    #[error("{algorithm} is not an algorithm of this key")]
    AlgorithmNotForKey {
        /// The algorithm asked for.
        algorithm: Algorithm,
    },
    /// The signature is not the key's over this message. Nothing more is said.
    #[error("the signature does not match")]
    SignatureInvalid,
    /// The backend could not sign, for lack of randomness.
    #[error("signing failed")]
    SigningFailed,
}

impl KeyError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "key.too_large",
            Self::Pem => "key.pem",
            Self::PemLabel { .. } => "key.pem_label",
            Self::Der => "key.der",
            Self::Json(_) => "key.json",
            Self::MemberMissing { .. } => "key.member_missing",
            Self::Member { .. } => "key.member",
            Self::KeyId => "key.key_id",
            Self::UnknownKeyType => "key.unknown_key_type",
            Self::UnknownCurve => "key.unknown_curve",
            Self::UnknownAlgorithm { .. } => "key.unknown_algorithm",
            Self::AlgorithmMismatch { .. } => "key.algorithm_mismatch",
            Self::Use => "key.use",
            Self::NotOffered { .. } => "key.not_offered",
            Self::Symmetric => "key.symmetric",
            Self::PrivateMaterial => "key.private_material",
            Self::RsaTooShort { .. } => "key.rsa_too_short",
            Self::RsaTooLong { .. } => "key.rsa_too_long",
            Self::RsaModulusEven => "key.rsa_modulus_even",
            Self::RsaExponent => "key.rsa_exponent",
            Self::RsaPrimes => "key.rsa_primes",
            Self::RsaRoca => "key.rsa_roca",
            Self::PointEncoding => "key.point_encoding",
            Self::PointOffCurve => "key.point_off_curve",
            Self::PointLowOrder => "key.point_low_order",
            Self::HmacTooShort { .. } => "key.hmac_too_short",
            Self::HmacSecretIsKey => "key.hmac_secret_is_key",
            Self::PrivateKey => "key.private_key",
            Self::PublicKeyMissing => "key.public_key_missing",
            Self::AlgorithmNotForKey { .. } => "key.algorithm_not_for_key",
            Self::SignatureInvalid => "key.signature_invalid",
            Self::SigningFailed => "key.signing_failed",
        }
    }

    /// What a host branches on: a key that was refused is malformed, whoever sent it; what only the host itself
    /// can have brought is misconfigured.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::TooLarge { .. }
            | Self::Pem
            | Self::PemLabel { .. }
            | Self::Der
            | Self::Json(_)
            | Self::MemberMissing { .. }
            | Self::Member { .. }
            | Self::KeyId
            | Self::UnknownKeyType
            | Self::UnknownCurve
            | Self::UnknownAlgorithm { .. }
            | Self::AlgorithmMismatch { .. }
            | Self::Use
            | Self::NotOffered { .. }
            | Self::Symmetric
            | Self::PrivateMaterial
            | Self::RsaTooShort { .. }
            | Self::RsaTooLong { .. }
            | Self::RsaModulusEven
            | Self::RsaExponent
            | Self::RsaRoca
            | Self::PointEncoding
            | Self::PointOffCurve
            | Self::PointLowOrder => Class::Malformed,
            Self::HmacTooShort { .. }
            | Self::HmacSecretIsKey
            | Self::RsaPrimes
            | Self::PrivateKey
            | Self::PublicKeyMissing => Class::Misconfigured,
            Self::AlgorithmNotForKey { .. } | Self::SignatureInvalid => Class::Forged,
            Self::SigningFailed => Class::Unavailable,
        }
    }

    pub(super) fn unknown_algorithm(name: &str) -> Self {
        let visible = |c: char| if c.is_ascii_graphic() { c } else { '?' };
        Self::UnknownAlgorithm { name: name.chars().take(MAX_NAME_CHARS).map(visible).collect() }
    }
}

/// The longest name in the registry of RFC 7518 §7.1 has 18 characters.
const MAX_NAME_CHARS: usize = 32;
