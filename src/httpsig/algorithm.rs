//! Names of algorithms, in the registries of RFC 9421 §6.2 and of the drafts, and which one a key uses.

use super::HttpSigError;
use crate::key::{Algorithm, VerifyingKey};

/// RFC 9421 §6.2.2.
const REGISTERED: [(&str, Algorithm); 6] = [
    ("rsa-pss-sha512", Algorithm::Ps512),
    ("rsa-v1_5-sha256", Algorithm::Rs256),
    ("hmac-sha256", Algorithm::Hs256),
    ("ecdsa-p256-sha256", Algorithm::Es256),
    ("ecdsa-p384-sha384", Algorithm::Es384),
    ("ed25519", Algorithm::EdDsa),
];

/// draft-cavage-http-signatures-12 §E.2, and what its implementations write beside it; of two names for one algorithm the
/// first is written. `rsa-sha1` is no algorithm.
const OF_DRAFTS: [(&str, Algorithm); 9] = [
    ("rsa-sha256", Algorithm::Rs256),
    ("rsa-sha512", Algorithm::Rs512),
    ("hmac-sha256", Algorithm::Hs256),
    ("hmac-sha384", Algorithm::Hs384),
    ("hmac-sha512", Algorithm::Hs512),
    ("ecdsa-sha256", Algorithm::Es256),
    ("ecdsa-sha384", Algorithm::Es384),
    // The drafts have no name for it. The most used reader (npm http-signature) takes this one alone; those that know the
    // other take the key's word for it.
    ("ed25519-sha512", Algorithm::EdDsa),
    ("ed25519", Algorithm::EdDsa),
];

/// Draft-11 §E.2: "derived from metadata associated with keyId".
pub(super) const HS2019: &str = "hs2019";

/// The asymmetric algorithms of RFC 9421 §6.2.2: what a policy takes that names none.
pub(super) const DEFAULT: [Algorithm; 5] =
    [Algorithm::Rs256, Algorithm::Ps512, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa];

/// What a message says of its algorithm.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Named {
    /// Nothing: the key decides alone.
    Nothing,
    /// This one, which the key must confirm.
    Algorithm(Algorithm),
}

impl Named {
    /// Reads `alg` of RFC 9421.
    pub(super) fn of_rfc9421(name: Option<&str>) -> Result<Self, HttpSigError> {
        name.map_or(Ok(Self::Nothing), |name| find(&REGISTERED, name))
    }

    /// Reads `algorithm` of the drafts.
    pub(super) fn of_drafts(name: Option<&str>) -> Result<Self, HttpSigError> {
        match name {
            None | Some(HS2019) => Ok(Self::Nothing),
            Some(name) => find(&OF_DRAFTS, name),
        }
    }

    /// The algorithm that policy, key and message agree on. A key that has several needs a message that names one.
    pub(super) fn agreed(
        self,
        allowed: &[Algorithm],
        key: &VerifyingKey,
    ) -> Result<Algorithm, HttpSigError> {
        match self {
            Self::Algorithm(named) if !allowed.contains(&named) => {
                Err(HttpSigError::AlgorithmNotAllowed)
            }
            Self::Algorithm(named) if key.allows(named) => Ok(named),
            Self::Algorithm(_) => Err(HttpSigError::AlgorithmMismatch),
            Self::Nothing => only(key.algorithms().iter().filter(|own| allowed.contains(own))),
        }
    }
}

/// The one algorithm there is. Trying several would let the sender choose.
pub(super) fn only<'a>(
    mut algorithms: impl Iterator<Item = &'a Algorithm>,
) -> Result<Algorithm, HttpSigError> {
    match (algorithms.next(), algorithms.next()) {
        (Some(algorithm), None) => Ok(*algorithm),
        (Some(_), Some(_)) => Err(HttpSigError::AlgorithmAmbiguous),
        (None, _) => Err(HttpSigError::AlgorithmNotAllowed),
    }
}

fn find(registry: &[(&str, Algorithm)], name: &str) -> Result<Named, HttpSigError> {
    let found = registry.iter().find(|(known, _)| *known == name);
    found.map(|(_, algorithm)| Named::Algorithm(*algorithm)).ok_or(HttpSigError::AlgorithmUnknown)
}

/// The name in the registry of RFC 9421, for the algorithms that it has. Those of JOSE are used without one (§3.3.7).
pub(super) fn registered_name(algorithm: Algorithm) -> Option<&'static str> {
    name_of(&REGISTERED, algorithm)
}

/// The name in the drafts, or `hs2019` for an algorithm that they have no name for.
pub(super) fn name_in_drafts(algorithm: Algorithm) -> &'static str {
    name_of(&OF_DRAFTS, algorithm).unwrap_or(HS2019)
}

/// Whether signatures are a pair of numbers, which have two forms.
pub(super) const fn is_ecdsa(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512)
}

fn name_of(registry: &[(&'static str, Algorithm)], algorithm: Algorithm) -> Option<&'static str> {
    registry.iter().find(|(_, known)| *known == algorithm).map(|(name, _)| *name)
}
