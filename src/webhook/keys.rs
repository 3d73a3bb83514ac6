//! Keys of a verifier, prepared once.

use std::sync::Arc;

use super::error::{ConfigProblem, WebhookError};
use super::scheme::{Construction, KeyForm, Scheme};
use super::signature::Signatures;
use super::stream::Running;
use super::text::{Tag, Text};
use crate::digest::Sha256;
use crate::encoding::{EncodingError, base64, hex};
use crate::key::{Algorithm, MacAlgorithm, MacKey, VerifyingKey};
use crate::secret::{NamedSecret, Secret, SecretError};
use crate::time::UnixTime;

/// A key under its name.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) name: Arc<str>,
    pub(super) until: Option<UnixTime>,
    pub(super) thumbprint: [u8; 32],
    pub(super) material: Material,
}

#[derive(Clone)]
pub(super) enum Material {
    Shared(Box<Shared>),
    Public { key: VerifyingKey, algorithm: Algorithm },
}

/// A shared secret, prepared for its scheme.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) secret: Secret,
    /// None where the secret stands in the text, which is hashed.
    mac: Option<MacKey>,
}

impl Key {
    pub(super) fn shared(construction: Construction, named: &NamedSecret) -> Self {
        let shared = Shared::new(construction, named.secret().clone());
        // For a hash too: a name for the secret that gives away no more than a signature does.
        let name_of = || MacKey::new(MacAlgorithm::HmacSha256, &shared.secret);
        let thumbprint = *shared.mac.clone().unwrap_or_else(name_of).fingerprint();
        let material = Material::Shared(Box::new(shared));
        Self { name: Arc::clone(named.name()), until: named.until(), thumbprint, material }
    }

    pub(super) fn public(
        name: Arc<str>,
        until: Option<UnixTime>,
        key: VerifyingKey,
        algorithm: Algorithm,
    ) -> Self {
        let thumbprint = *key.thumbprint();
        Self { name, until, thumbprint, material: Material::Public { key, algorithm } }
    }

    pub(super) fn is_live(&self, now: UnixTime) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The shared secret, where the key is one.
    pub(super) fn secret(&self) -> Option<&Secret> {
        match &self.material {
            Material::Shared(shared) => Some(&shared.secret),
            Material::Public { .. } => None,
        }
    }

    /// Whether one of the signatures is this key's over the text.
    pub(super) fn made(
        &self,
        signatures: &Signatures,
        text: &Text<'_, '_>,
    ) -> Result<bool, WebhookError> {
        match &self.material {
            Material::Shared(shared) => Ok(signatures.contain(shared.tag(text)?.as_bytes())),
            Material::Public { key, algorithm } => {
                let mut message = Vec::new();
                text.write(b"", &mut message)?;
                let mut tried = signatures.iter().take(MAX_PUBLIC_TRIES);
                Ok(tried.any(|signature| key.verify(*algorithm, &message, signature).is_ok()))
            }
        }
    }
}

impl Shared {
    pub(super) fn new(construction: Construction, secret: Secret) -> Self {
        let mac = match construction {
            Construction::Mac(algorithm) => Some(MacKey::new(algorithm, &secret)),
            Construction::SuffixHash | Construction::Signature(_) => None,
        };
        Self { secret, mac }
    }

    /// What this secret makes of the text.
    pub(super) fn tag(&self, text: &Text<'_, '_>) -> Result<Tag, WebhookError> {
        let secret = self.secret.expose();
        match &self.mac {
            Some(key) => {
                let mut context = key.context();
                text.write(secret, &mut context)?;
                Ok(Tag::Mac(context.tag()))
            }
            None => {
                let mut hash = Sha256::new();
                text.write(secret, &mut hash)?;
                Ok(Tag::Hash(hash.finish()))
            }
        }
    }

    /// A MAC or hash that has seen nothing yet.
    pub(super) fn start(&self) -> Running {
        match &self.mac {
            Some(key) => Running::Mac(Box::new(key.context())),
            None => Running::Hash(Sha256::new()),
        }
    }
}

/// Whether a scheme can sign with this algorithm: those of the providers we know, whose signatures
/// have 64 bytes.
pub(super) const fn offers(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::EdDsa | Algorithm::Es256)
}

/// Reads a shared secret in the form in which the provider hands it out.
pub(super) fn secret(scheme: &Scheme, text: &str, short: bool) -> Result<Secret, ConfigProblem> {
    let bytes = match scheme.key {
        KeyForm::Text { prefix } => {
            if !text.starts_with(prefix) {
                return Err(ConfigProblem::KeyKind { scheme: scheme.name, prefix });
            }
            if text.len() == prefix.len() {
                return Err(ConfigProblem::Secret(SecretError::Empty));
            }
            text.as_bytes().to_vec()
        }
        KeyForm::Base64 { prefix } => {
            // `whpk_`, `whsk_` and `v1,whsec_` are other things, whatever they decode to.
            let text = text.strip_prefix(prefix).unwrap_or(text);
            if text.contains(['_', ',']) {
                return Err(ConfigProblem::KeyKind { scheme: scheme.name, prefix });
            }
            base64::decode(text).map_err(|error| encoding(scheme, error))?
        }
        KeyForm::Ed25519Base64 { prefix } => {
            return Err(ConfigProblem::KeyKind { scheme: scheme.name, prefix });
        }
        KeyForm::Ed25519Hex | KeyForm::Spki => {
            return Err(ConfigProblem::KeyKind { scheme: scheme.name, prefix: "" });
        }
    };
    let secret = if short { Secret::dangerous_short(bytes) } else { Secret::new(bytes) };
    secret.map_err(ConfigProblem::Secret)
}

/// Reads a public key in the form in which the provider hands it out.
pub(super) fn public(scheme: &Scheme, text: &str) -> Result<VerifyingKey, ConfigProblem> {
    let point: [u8; 32] = match scheme.key {
        KeyForm::Ed25519Base64 { prefix } => {
            let kind = ConfigProblem::KeyKind { scheme: scheme.name, prefix };
            let text = text.strip_prefix(prefix).ok_or(kind)?;
            let point = base64::decode(text).map_err(|error| encoding(scheme, error))?;
            point.try_into().map_err(|_| encoding(scheme, EncodingError::Length))?
        }
        KeyForm::Ed25519Hex => hex::decode_array(text).map_err(|error| encoding(scheme, error))?,
        KeyForm::Spki if text.trim_start().starts_with("-----") => {
            return VerifyingKey::from_pem(text).map_err(ConfigProblem::Key);
        }
        KeyForm::Spki => {
            let der = base64::decode(text).map_err(|error| encoding(scheme, error))?;
            return VerifyingKey::from_spki_der(&der).map_err(ConfigProblem::Key);
        }
        KeyForm::Text { prefix } | KeyForm::Base64 { prefix } => {
            return Err(ConfigProblem::KeyKind { scheme: scheme.name, prefix });
        }
    };
    VerifyingKey::from_spki_der(&[ED25519_SPKI, &point].concat()).map_err(ConfigProblem::Key)
}

fn encoding(scheme: &Scheme, error: EncodingError) -> ConfigProblem {
    ConfigProblem::SecretEncoding { scheme: scheme.name, error }
}

/// A public-key check costs many times a MAC: of a long list only so many are tried.
const MAX_PUBLIC_TRIES: usize = 4;

/// What stands before the point in a SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4).
const ED25519_SPKI: &[u8] =
    &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
