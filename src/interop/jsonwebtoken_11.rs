//! For services that come from `jsonwebtoken` 11: its keys, sets, algorithms and errors beside ours.
//!
//! That crate verifies with a process-wide `CryptoProvider`, which only an application may choose. This crate
//! never installs one and needs none; [`RING_PROVIDER`] is here for applications that keep both for a while.
//!
//! ```
//! use countersign::interop::jsonwebtoken_11::{codes_for, verifying_key};
//! use countersign::key::{Algorithm, KeyError};
//! use jsonwebtoken::{DecodingKey, errors::ErrorKind};
//!
//! let theirs = DecodingKey::from_secret(b"a secret of at least thirty-two bytes");
//! let ours = verifying_key(&theirs, Algorithm::Hs256)?;
//! assert!(ours.allows(Algorithm::Hs256) && !ours.allows(Algorithm::Hs512));
//! // What was too short for HMAC-SHA-256 is refused here.
//! assert!(verifying_key(&DecodingKey::from_secret(b"hunter2"), Algorithm::Hs256).is_err());
//!
//! assert_eq!(codes_for(&ErrorKind::ExpiredSignature), ["jwt.expired", "jwt.too_old"]);
//! # Ok::<(), KeyError>(())
//! ```
//!
//! # What differs
//! `Validation` accepts a missing or wrongly typed `aud`, `iss` or `sub` unless it is listed in
//! `required_spec_claims`; a [`Policy`](crate::jwt::Policy) demands issuer and audience always. `nbf`, `iat`,
//! lifetime, `typ`, `crit`, and a JWK's `use` and `key_ops` are enforced here and not there. Its 60 s of leeway
//! are 0 here.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as TheirResult, new_error};
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};

use crate::digest;
use crate::encoding::base64url;
use crate::jwks::{JwkSet, JwksError};
use crate::key::{Algorithm, KeyError, SigningKey, VerifyingKey};
use crate::secret::Secret;

/// Fails for what a later `jsonwebtoken` may add.
impl TryFrom<jsonwebtoken::Algorithm> for Algorithm {
    type Error = jsonwebtoken::Algorithm;

    fn try_from(theirs: jsonwebtoken::Algorithm) -> Result<Self, jsonwebtoken::Algorithm> {
        Ok(match theirs {
            jsonwebtoken::Algorithm::HS256 => Self::Hs256,
            jsonwebtoken::Algorithm::HS384 => Self::Hs384,
            jsonwebtoken::Algorithm::HS512 => Self::Hs512,
            jsonwebtoken::Algorithm::ES256 => Self::Es256,
            jsonwebtoken::Algorithm::ES384 => Self::Es384,
            jsonwebtoken::Algorithm::RS256 => Self::Rs256,
            jsonwebtoken::Algorithm::RS384 => Self::Rs384,
            jsonwebtoken::Algorithm::RS512 => Self::Rs512,
            jsonwebtoken::Algorithm::PS256 => Self::Ps256,
            jsonwebtoken::Algorithm::PS384 => Self::Ps384,
            jsonwebtoken::Algorithm::PS512 => Self::Ps512,
            jsonwebtoken::Algorithm::EdDSA => Self::EdDsa,
            unknown => return Err(unknown),
        })
    }
}

/// Fails for what `jsonwebtoken` does not know: [`Algorithm::Es512`].
impl TryFrom<Algorithm> for jsonwebtoken::Algorithm {
    type Error = Algorithm;

    fn try_from(ours: Algorithm) -> Result<Self, Algorithm> {
        ours.name().parse().map_err(|_| ours)
    }
}

/// Reads the key as [`VerifyingKey::from_jwk`] does. Where `jsonwebtoken` did not know the key's `alg`, nor does
/// the key that comes out: an OKP key with `alg: "Ed25519"` is refused.
impl TryFrom<&jsonwebtoken::jwk::Jwk> for VerifyingKey {
    type Error = KeyError;

    fn try_from(theirs: &jsonwebtoken::jwk::Jwk) -> Result<Self, KeyError> {
        Self::from_jwk(&serde_json::to_vec(theirs).unwrap_or_default())
    }
}

/// Reads the set as [`JwkSet::parse`] does, with its report on every key that was left out.
impl TryFrom<&jsonwebtoken::jwk::JwkSet> for JwkSet {
    type Error = JwksError;

    fn try_from(theirs: &jsonwebtoken::jwk::JwkSet) -> Result<Self, JwksError> {
        Self::parse(&serde_json::to_vec(theirs).unwrap_or_default())
    }
}

/// The key for one algorithm: a `DecodingKey` knows its family alone, ours what it may be used for.
///
/// # Errors
/// Those of importing the key: too short, weak, off its curve, or not for `algorithm`.
pub fn verifying_key(theirs: &DecodingKey, algorithm: Algorithm) -> Result<VerifyingKey, KeyError> {
    let key = match (theirs.family(), theirs.kind()) {
        (AlgorithmFamily::Hmac, DecodingKeyKind::SecretOrDer(secret)) => {
            return VerifyingKey::hmac(algorithm, &secret_of(secret)?);
        }
        (AlgorithmFamily::Rsa, DecodingKeyKind::SecretOrDer(der)) => {
            VerifyingKey::from_pkcs1_der(der)
        }
        (_, DecodingKeyKind::RsaModulusExponent { n, e }) => public_key(&[
            ("kty", "RSA"),
            ("n", &base64url::encode(n)),
            ("e", &base64url::encode(e)),
        ]),
        (AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(point)) => ec_key(point),
        (AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(point)) => {
            public_key(&[("kty", "OKP"), ("crv", "Ed25519"), ("x", &base64url::encode(point))])
        }
    };
    key?.with_algorithm(algorithm)
}

/// An uncompressed point, `4 ‖ x ‖ y`; its length tells the curve.
fn ec_key(point: &[u8]) -> Result<VerifyingKey, KeyError> {
    let coordinates = point.get(1..).unwrap_or_default();
    let (x, y) = coordinates.split_at(coordinates.len() >> 1);
    let curve = match x.len() {
        32 => "P-256",
        48 => "P-384",
        _ => "P-521",
    };
    let (x, y) = (base64url::encode(x), base64url::encode(y));
    public_key(&[("kty", "EC"), ("crv", curve), ("x", &x), ("y", &y)])
}

/// All imports go one way, through the checks on a JWK.
fn public_key(members: &[(&str, &str)]) -> Result<VerifyingKey, KeyError> {
    let members: serde_json::Map<_, _> =
        members.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    VerifyingKey::from_jwk(serde_json::Value::Object(members).to_string().as_bytes())
}

fn signing_key(theirs: &EncodingKey, algorithm: Algorithm) -> Result<SigningKey, KeyError> {
    let bytes = theirs.as_bytes();
    match theirs.family() {
        AlgorithmFamily::Hmac => SigningKey::hmac(algorithm, &secret_of(bytes)?),
        AlgorithmFamily::Rsa => SigningKey::from_pkcs1_der(bytes)?.with_algorithm(algorithm),
        AlgorithmFamily::Ec | AlgorithmFamily::Ed => {
            SigningKey::from_pkcs8_der(bytes)?.with_algorithm(algorithm)
        }
    }
}

/// The length is judged by the algorithm the secret is for.
fn secret_of(bytes: &[u8]) -> Result<Secret, KeyError> {
    Secret::dangerous_short(bytes)
        .map_err(|_| KeyError::HmacTooShort { minimum: Secret::MIN_BYTES, found: 0 })
}

/// The codes of ours that stand for an error of theirs, for those who match on its kind.
///
/// The list is empty for kinds that have no counterpart: of keys, signing, and providers.
#[must_use]
pub const fn codes_for(theirs: &ErrorKind) -> &'static [&'static str] {
    match theirs {
        ErrorKind::InvalidToken => &[
            "jwt.not_compact",
            "jwt.too_long",
            "jwt.header_too_long",
            "jwt.json_serialization",
            "jwt.encrypted",
        ],
        ErrorKind::InvalidSignature => &["jwt.signature_invalid"],
        ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => {
            &["jwt.algorithm_unknown"]
        }
        ErrorKind::InvalidAlgorithm => &["jwt.algorithm_not_allowed", "jwt.algorithm_not_for_key"],
        ErrorKind::MissingAlgorithm => &["jwt_policy.no_algorithm"],
        // A claim of the wrong type counts as missing there.
        ErrorKind::MissingRequiredClaim(_) => &["jwt.claim_missing", "jwt.claim_type"],
        ErrorKind::InvalidClaimFormat(_) => &["jwt.claim_type", "jwt.claim_range"],
        ErrorKind::ExpiredSignature => &["jwt.expired", "jwt.too_old"],
        ErrorKind::ImmatureSignature => &["jwt.not_yet_valid", "jwt.issued_in_future"],
        ErrorKind::InvalidIssuer => &["jwt.issuer_mismatch"],
        ErrorKind::InvalidAudience => &["jwt.audience_mismatch", "jwt.audience_not_sole"],
        ErrorKind::InvalidSubject => &["jwt.claim_mismatch"],
        ErrorKind::Base64(_) => &["jwt.encoding"],
        // Theirs are `none`, unknown algorithms and broken JSON alike.
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => &[
            "jwt.header_json",
            "jwt.header_type",
            "jwt.claims_json",
            "jwt.claims_type",
            "jwt.algorithm_none",
            "jwt.algorithm_unknown",
        ],
        _ => &[],
    }
}

/// A provider over [`key`](crate::key) for applications that keep `jsonwebtoken`: they may install it once
/// with `RING_PROVIDER.install_default()`. This crate never does.
///
/// It is as strict about keys as the rest of the crate: HMAC secrets at least as long as the hash, RSA from
/// 2048 bits. It does not derive JWKs from private keys.
pub static RING_PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        let ours = ours(*algorithm)?;
        let key = signing_key(key, ours).map_err(provider)?;
        Ok(Box::new(KeyFor { key, ours, theirs: *algorithm }))
    },
    verifier_factory: |algorithm, key| {
        let ours = ours(*algorithm)?;
        let key = verifying_key(key, ours).map_err(provider)?;
        Ok(Box::new(KeyFor { key, ours, theirs: *algorithm }))
    },
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| not_offered(),
        rsa_pub_components_from_public_key: |_| not_offered(),
        ec_pub_components_from_private_key: |_, _| not_offered(),
        ed_pub_components_from_private_key: |_, _| not_offered(),
        compute_digest: |data, hash| match hash {
            ThumbprintHash::SHA256 => Ok(digest::sha256(&[data]).into()),
            ThumbprintHash::SHA512 => Ok(digest::sha512(&[data]).into()),
            _ => not_offered(),
        },
    },
};

fn ours(theirs: jsonwebtoken::Algorithm) -> TheirResult<Algorithm> {
    theirs.try_into().map_err(|_| new_error(ErrorKind::UnsupportedAlgorithm))
}

fn provider(error: KeyError) -> jsonwebtoken::errors::Error {
    new_error(ErrorKind::Provider(error.code().into()))
}

fn not_offered<T>() -> TheirResult<T> {
    Err(new_error(ErrorKind::Provider("not offered by countersign's provider".into())))
}

/// A key of ours behind a trait of theirs.
struct KeyFor<K> {
    key: K,
    ours: Algorithm,
    theirs: jsonwebtoken::Algorithm,
}

impl Signer<Vec<u8>> for KeyFor<SigningKey> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        self.key.sign(self.ours, message).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for KeyFor<SigningKey> {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.theirs
    }
}

impl Verifier<Vec<u8>> for KeyFor<VerifyingKey> {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        self.key.verify(self.ours, message, signature).map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for KeyFor<VerifyingKey> {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.theirs
    }
}
