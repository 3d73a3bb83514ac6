//! Verification by `ring`, which has no parsed form of a public key: the bytes are kept as it wants them.

use ::ring::signature::{
    self, EcdsaVerificationAlgorithm, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::key::curve::Curve;
use crate::key::public::PublicKey;
use crate::key::{Algorithm, KeyError, rsa};

pub(in crate::key) const OFFERS_P521: bool = false;

/// A public key, ready to verify with.
pub(in crate::key) enum Verifier {
    Rsa(RsaPublicKeyComponents<Box<[u8]>>),
    Ec(UnparsedPublicKey<Box<[u8]>>),
    Ed25519(UnparsedPublicKey<[u8; 32]>),
}

impl Verifier {
    /// Nothing here depends on the algorithms; the other backend prepares one key for each.
    pub(in crate::key) fn new(
        key: &PublicKey,
        _algorithms: &'static [Algorithm],
    ) -> Result<Self, KeyError> {
        Ok(match key {
            PublicKey::Rsa { modulus, exponent, .. } => {
                Self::Rsa(RsaPublicKeyComponents { n: modulus.clone(), e: exponent.clone() })
            }
            PublicKey::Ec { curve, point } => {
                Self::Ec(UnparsedPublicKey::new(ecdsa(*curve)?, point.clone()))
            }
            PublicKey::Ed25519(point) => {
                Self::Ed25519(UnparsedPublicKey::new(&signature::ED25519, *point))
            }
        })
    }

    /// Whether the signature is good; `algorithm` is one of the key's.
    pub(in crate::key) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        match self {
            Self::Rsa(key) => rsa_parameters(algorithm, rsa::bits(&key.n) < rsa::MIN_BITS)
                .is_some_and(|parameters| key.verify(parameters, message, signature).is_ok()),
            Self::Ec(key) => key.verify(message, signature).is_ok(),
            Self::Ed25519(key) => key.verify(message, signature).is_ok(),
        }
    }
}

fn rsa_parameters(algorithm: Algorithm, short: bool) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 if short => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn ecdsa(curve: Curve) -> Result<&'static EcdsaVerificationAlgorithm, KeyError> {
    match curve {
        Curve::P256 => Ok(&signature::ECDSA_P256_SHA256_FIXED),
        Curve::P384 => Ok(&signature::ECDSA_P384_SHA384_FIXED),
        Curve::P521 => Err(KeyError::NotOffered { algorithm: curve.algorithm() }),
    }
}
