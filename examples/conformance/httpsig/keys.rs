//! Keys of the vectors, those of RFC 9421 §B.1 among them.

use std::error::Error;
use std::path::Path;

use countersign::encoding::base64;
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use serde_json::{Map, Value};

use super::{read, text};

/// The keys of a file, and those of the RFC, which stand in a file beside it.
pub(super) struct Keys(Map<String, Value>);

impl Keys {
    pub(super) fn of(path: &Path) -> Result<Self, Box<dyn Error>> {
        let of_rfc = path.ancestors().map(|folder| folder.join("rfc9421.json"));
        let of_rfc =
            of_rfc.into_iter().find(|file| file.is_file()).ok_or("expected rfc9421.json")?;
        let mut keys = Map::new();
        for file in [&*of_rfc, path] {
            keys.extend(read(file)?["keys"].as_object().cloned().unwrap_or_default());
        }
        Ok(Self(keys))
    }

    /// A public key or a secret, pinned to the algorithm that it is used with. It fits any key id.
    pub(super) fn verifying(
        &self,
        id: &str,
        algorithm: Algorithm,
    ) -> Result<VerifyingKey, Box<dyn Error>> {
        let key = self.key(id)?;
        if let Ok(secret) = text(key, "secret_base64") {
            return Ok(VerifyingKey::hmac(algorithm, &secret_of(secret)?)?);
        }
        let pem = text(key, "public_pem")?;
        // The key of the drafts is half as long as they say, and must come in by the dangerous door.
        match key["bits"].as_u64() {
            Some(1024) => Ok(VerifyingKey::dangerous_short_rsa_from_pem(pem)?.with_id(id)),
            _ => Ok(VerifyingKey::from_pem(pem)?.with_algorithm(algorithm)?),
        }
    }

    pub(super) fn signing(
        &self,
        id: &str,
        algorithm: Algorithm,
    ) -> Result<SigningKey, Box<dyn Error>> {
        let key = self.key(id)?;
        let signing = match text(key, "secret_base64") {
            Ok(secret) => SigningKey::hmac(algorithm, &secret_of(secret)?)?,
            Err(_) => SigningKey::from_pem(text(key, "private_pem")?)?,
        };
        Ok(signing.with_algorithm(algorithm)?.with_id(id))
    }

    fn key(&self, id: &str) -> Result<&Value, String> {
        self.0.get(id).ok_or_else(|| format!("no key {id}"))
    }
}

fn secret_of(encoded: &str) -> Result<Secret, Box<dyn Error>> {
    Ok(Secret::new(base64::decode(encoded)?)?)
}

/// The algorithm that the vectors call so, in either registry.
pub(super) fn algorithm(name: &str) -> Result<Algorithm, String> {
    Ok(match name {
        "rsa-pss-sha512" => Algorithm::Ps512,
        "rsa-v1_5-sha256" | "rsa-sha256" => Algorithm::Rs256,
        "rsa-v1_5-sha512" | "rsa-sha512" => Algorithm::Rs512,
        "hmac-sha256" => Algorithm::Hs256,
        "hmac-sha512" => Algorithm::Hs512,
        "ecdsa-p256-sha256" | "ecdsa-sha256" => Algorithm::Es256,
        "ecdsa-p384-sha384" => Algorithm::Es384,
        "ed25519" | "ed25519-sha512" => Algorithm::EdDsa,
        other => return Err(format!("no algorithm {other}")),
    })
}
