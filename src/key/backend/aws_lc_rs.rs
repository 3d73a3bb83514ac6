//! Verification by `aws-lc-rs`, with public keys parsed once.

use ::aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, VerificationAlgorithm};

use crate::key::curve::Curve;
use crate::key::der::sequence_of_integers;
use crate::key::public::PublicKey;
use crate::key::{Algorithm, KeyError, rsa};

pub(in crate::key) const OFFERS_P521: bool = true;

/// A public key parsed for each algorithm that it serves.
pub(in crate::key) struct Verifier(Vec<(Algorithm, ParsedPublicKey)>);

impl Verifier {
    pub(in crate::key) fn new(
        key: &PublicKey,
        algorithms: &'static [Algorithm],
    ) -> Result<Self, KeyError> {
        let parse = |algorithm: &Algorithm| Ok((*algorithm, parse(key, *algorithm)?));
        algorithms.iter().map(parse).collect::<Result<_, KeyError>>().map(Self)
    }

    /// Whether the signature is good; `algorithm` is one of the key's.
    pub(in crate::key) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let parsed = self.0.iter().find(|(known, _)| *known == algorithm);
        parsed.is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }
}

fn parse(key: &PublicKey, algorithm: Algorithm) -> Result<ParsedPublicKey, KeyError> {
    match key {
        PublicKey::Rsa { modulus, exponent, .. } => {
            let parameters = rsa_parameters(algorithm, rsa::bits(modulus) < rsa::MIN_BITS)
                .ok_or(KeyError::AlgorithmNotForKey { algorithm })?;
            let der = sequence_of_integers(&[modulus, exponent]);
            ParsedPublicKey::new(parameters, der.as_slice()).map_err(|_| KeyError::Der)
        }
        PublicKey::Ec { curve, point } => {
            ParsedPublicKey::new(ecdsa(*curve), point).map_err(|_| KeyError::PointOffCurve)
        }
        PublicKey::Ed25519(point) => {
            ParsedPublicKey::new(&signature::ED25519, point).map_err(|_| KeyError::PointOffCurve)
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

const fn ecdsa(curve: Curve) -> &'static dyn VerificationAlgorithm {
    match curve {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
    }
}
