//! Signing, by either backend: their interfaces are the same here.

use super::provider::rand::SystemRandom;
use super::provider::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding,
    RsaKeyPair,
};
use crate::key::curve::Curve;
use crate::key::{Algorithm, KeyError};

/// A private key in the backend's form.
pub(in crate::key) enum Signer {
    Rsa { pair: RsaKeyPair, signature_bytes: usize },
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// From an RSAPrivateKey in DER; the backend checks that its numbers belong together.
    pub(in crate::key) fn rsa(der: &[u8], signature_bytes: usize) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_der(der).map_err(|_| KeyError::PrivateKey)?;
        Ok(Self::Rsa { pair, signature_bytes })
    }

    /// From a scalar and the point that must be its own.
    pub(in crate::key) fn ec(curve: Curve, scalar: &[u8], point: &[u8]) -> Result<Self, KeyError> {
        key_pair(ecdsa(curve)?, scalar, point).map(Self::Ec)
    }

    /// From a seed and, where it is known, the point that must be its own; gives the point too.
    pub(in crate::key) fn ed25519(
        seed: &[u8],
        point: Option<&[u8]>,
    ) -> Result<(Self, Vec<u8>), KeyError> {
        let pair = match point {
            Some(point) => Ed25519KeyPair::from_seed_and_public_key(seed, point),
            None => Ed25519KeyPair::from_seed_unchecked(seed),
        }
        .map_err(|_| KeyError::PrivateKey)?;
        let point = pair.public_key().as_ref().to_vec();
        Ok((Self::Ed25519(pair), point))
    }

    pub(in crate::key) fn sign(
        &self,
        algorithm: Algorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        // RSA blinds, PSS salts and ECDSA takes its nonce at random; nothing else here is random.
        let random = SystemRandom::new();
        match self {
            Self::Rsa { pair, signature_bytes } => {
                let encoding =
                    rsa_encoding(algorithm).ok_or(KeyError::AlgorithmNotForKey { algorithm })?;
                let mut signature = vec![0; *signature_bytes];
                pair.sign(encoding, &random, message, &mut signature)
                    .map_err(|_| KeyError::SigningFailed)?;
                Ok(signature)
            }
            Self::Ec(pair) => {
                let signature = pair.sign(&random, message);
                signature
                    .map(|signature| signature.as_ref().to_vec())
                    .map_err(|_| KeyError::SigningFailed)
            }
            Self::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

fn rsa_encoding(algorithm: Algorithm) -> Option<&'static dyn RsaEncoding> {
    Some(match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &signature::RSA_PSS_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_SHA512,
        _ => return None,
    })
}

fn ecdsa(curve: Curve) -> Result<&'static EcdsaSigningAlgorithm, KeyError> {
    match curve {
        Curve::P256 => Ok(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        Curve::P384 => Ok(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        #[cfg(feature = "aws-lc-rs")]
        Curve::P521 => Ok(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        #[cfg(not(feature = "aws-lc-rs"))]
        Curve::P521 => Err(KeyError::NotOffered { algorithm: curve.algorithm() }),
    }
}

fn key_pair(
    algorithm: &'static EcdsaSigningAlgorithm,
    scalar: &[u8],
    point: &[u8],
) -> Result<EcdsaKeyPair, KeyError> {
    #[cfg(feature = "aws-lc-rs")]
    let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point);
    #[cfg(not(feature = "aws-lc-rs"))]
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        algorithm,
        scalar,
        point,
        &SystemRandom::new(),
    );
    pair.map_err(|_| KeyError::PrivateKey)
}
