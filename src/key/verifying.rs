//! Keys that verify.

use std::fmt;
use std::sync::Arc;

use super::backend::Verifier;
use super::mac::MacKey;
use super::public::PublicKey;
use super::{Algorithm, KeyError, jwk, pem, rsa};
use crate::secret::Secret;

/// A key that verifies: parsed, judged and prepared once, cheap to clone.
///
/// The key decides which algorithms it serves ([`VerifyingKey::allows`]); a message can only confirm one.
///
/// ```
/// use countersign::key::{Algorithm, KeyError, VerifyingKey};
///
/// let pem = "-----BEGIN PUBLIC KEY-----
/// MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
/// -----END PUBLIC KEY-----";
/// let key = VerifyingKey::from_pem(pem)?.with_id("2025-01"); // the key of RFC 8037 A.2
/// assert!(key.allows(Algorithm::EdDsa));
/// let refused = key.verify(Algorithm::Hs256, b"message", b"signature");
/// assert_eq!(refused, Err(KeyError::AlgorithmNotForKey { algorithm: Algorithm::Hs256 }));
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    prepared: Arc<Prepared>,
    id: Option<Arc<str>>,
    algorithms: &'static [Algorithm],
}

struct Prepared {
    material: Material,
    thumbprint: [u8; 32],
}

enum Material {
    Public { key: PublicKey, verifier: Verifier },
    Mac(Box<MacKey>),
}

impl VerifyingKey {
    /// Reads a PEM block: `PUBLIC KEY` (RFC 7468 §13) or `RSA PUBLIC KEY` (PKCS#1).
    ///
    /// # Errors
    /// [`KeyError::TooLarge`], [`KeyError::Pem`], [`KeyError::PemLabel`], [`KeyError::PrivateMaterial`] for a private key,
    /// and all of [`VerifyingKey::from_spki_der`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_public(pem_of(pem, rsa::MIN_BITS)?, None)
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): what `openssl pkey -pubout -outform DER` writes.
    ///
    /// An `id-RSASSA-PSS` key without parameters serves the PS family alone (RFC 4055 §1.2).
    ///
    /// # Errors
    /// [`KeyError::TooLarge`], [`KeyError::Der`], [`KeyError::UnknownKeyType`], [`KeyError::UnknownCurve`],
    /// [`KeyError::NotOffered`], and what is wrong with the key itself: the `Rsa…` and `Point…` variants.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_public(PublicKey::from_spki(der, rsa::MIN_BITS)?, None)
    }

    /// Reads an RSAPublicKey (RFC 8017 §A.1.1).
    ///
    /// # Errors
    /// [`KeyError::TooLarge`], [`KeyError::Der`] and the `Rsa…` variants.
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_public(PublicKey::from_pkcs1(der, rsa::MIN_BITS)?, None)
    }

    /// Reads one JWK object (RFC 7517) with public members only, and takes its `kid` as the id.
    ///
    /// `use`, `key_ops`, `alg` and `crv` are obeyed. Numbers may carry zeros in front, as PayPal and Yahoo publish
    /// them; unknown members are ignored, `x5c` and `x5t` among them.
    ///
    /// ```
    /// use countersign::key::{Algorithm, KeyError, VerifyingKey};
    ///
    /// let key = VerifyingKey::from_jwk(
    ///     br#"{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// assert_eq!(key.id().map(|id| &**id), Some("k1"));
    /// assert_eq!(key.algorithms(), [Algorithm::EdDsa]);
    /// let published_secret = VerifyingKey::from_jwk(br#"{"kty":"oct","k":"AAAA"}"#);
    /// assert_eq!(published_secret.unwrap_err(), KeyError::Symmetric);
    /// # Ok::<(), KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::Json`], [`KeyError::MemberMissing`], [`KeyError::Member`], [`KeyError::KeyId`] for the form;
    /// [`KeyError::UnknownKeyType`], [`KeyError::UnknownCurve`], [`KeyError::UnknownAlgorithm`],
    /// [`KeyError::NotOffered`], [`KeyError::Use`] for a key that is simply not for us; [`KeyError::Symmetric`] and
    /// [`KeyError::PrivateMaterial`] for a key that should never have been shown; [`KeyError::AlgorithmMismatch`] and the
    /// `Rsa…` and `Point…` variants for a bad one.
    pub fn from_jwk(json: &[u8]) -> Result<Self, KeyError> {
        let jwk = jwk::public(json)?;
        Self::from_public(jwk.key, jwk.algorithm).map(|key| key.with_key_id(jwk.id))
    }

    /// Takes a shared secret for one algorithm of the HS family.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotForKey`] for another family, [`KeyError::HmacTooShort`] below the hash's length
    /// (RFC 7518 §3.2), [`KeyError::HmacSecretIsKey`] for the text of an asymmetric key.
    pub fn hmac(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        Ok(Self::from_mac(algorithm, MacKey::for_jws(algorithm, secret)?))
    }

    /// Takes a shared secret of any length for one algorithm of the HS family.
    ///
    /// # Security
    /// A secret shorter than the hash can be guessed offline by whoever has one signed message. This is for partners
    /// and gateways who issue short ones, and for published examples.
    ///
    /// # Errors
    /// As [`VerifyingKey::hmac`], without [`KeyError::HmacTooShort`].
    pub fn dangerous_short_hmac(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        Ok(Self::from_mac(algorithm, MacKey::dangerous_short_for_jws(algorithm, secret)?))
    }

    /// Reads a PEM block with an RSA key of 1024 bits or more, for [`Algorithm::Rs256`] alone.
    ///
    /// # Security
    /// Moduli below 2048 bits can be factored by those who care enough. This is for published examples, such as
    /// the key of draft-cavage-http-signatures.
    ///
    /// # Errors
    /// As [`VerifyingKey::from_pem`]; [`KeyError::AlgorithmMismatch`] for a key that is not RSA.
    pub fn dangerous_short_rsa_from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_public(pem_of(pem, rsa::DANGEROUS_MIN_BITS)?, Some(Algorithm::Rs256))
    }

    /// The same key under this id (`kid`).
    #[must_use]
    pub fn with_id(self, id: impl Into<Arc<str>>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The same key for this algorithm alone: a key pinned to RS256 never verifies PS256.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotForKey`] for an algorithm that the key does not allow now.
    pub fn with_algorithm(self, algorithm: Algorithm) -> Result<Self, KeyError> {
        self.require(algorithm)?;
        Ok(Self { algorithms: algorithm.alone(), ..self })
    }

    /// The key's id (`kid`), where it has one.
    #[must_use]
    pub const fn id(&self) -> Option<&Arc<str>> {
        self.id.as_ref()
    }

    /// The algorithms that the key serves, at least one.
    #[must_use]
    pub const fn algorithms(&self) -> &'static [Algorithm] {
        self.algorithms
    }

    /// Whether the key serves this algorithm.
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether whoever can verify with it can also sign: an HMAC key.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        matches!(self.prepared.material, Material::Mac(_))
    }

    /// The SHA-256 thumbprint of the public key (RFC 7638); for an HMAC key [`MacKey::fingerprint`].
    #[must_use]
    pub fn thumbprint(&self) -> &[u8; 32] {
        &self.prepared.thumbprint
    }

    /// Verifies `signature` over `message`. ECDSA signatures are `r || s` (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotForKey`], [`KeyError::SignatureInvalid`].
    pub fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), KeyError> {
        self.require(algorithm)?;
        match &self.prepared.material {
            Material::Public { verifier, .. } => verifier
                .verify(algorithm, message, signature)
                .then_some(())
                .ok_or(KeyError::SignatureInvalid),
            Material::Mac(key) => key.verify(message, signature),
        }
    }

    /// The public key as a JWK (RFC 7517), for publishing: with its `kid`, `use` "sig", and `alg` if it serves but one.
    ///
    /// A JWK cannot say that an RSA key is for all of PSS and nothing else: choose one of them with
    /// [`with_algorithm`](Self::with_algorithm) before an `id-RSASSA-PSS` key is published.
    ///
    /// # Errors
    /// [`KeyError::Symmetric`]: an HMAC key is never published.
    pub fn public_jwk(&self) -> Result<String, KeyError> {
        let Material::Public { key, .. } = &self.prepared.material else {
            return Err(KeyError::Symmetric);
        };
        let mut jwk = key.jwk_members();
        if let [algorithm] = self.algorithms {
            jwk.push_str(&format!(r#","alg":"{algorithm}""#));
        }
        if let Some(id) = &self.id {
            jwk.push_str(&format!(r#","kid":{}"#, serde_json::Value::from(&**id)));
        }
        jwk.push_str(r#","use":"sig"}"#);
        Ok(jwk)
    }

    /// Prepares a key that was judged, for the one algorithm that was named for it or for all of its own.
    pub(super) fn from_public(key: PublicKey, named: Option<Algorithm>) -> Result<Self, KeyError> {
        let algorithms = match named {
            None => key.algorithms(),
            Some(named) if key.algorithms().contains(&named) => named.alone(),
            Some(algorithm) => return Err(KeyError::AlgorithmMismatch { algorithm }),
        };
        let (verifier, thumbprint) = (Verifier::new(&key, algorithms)?, key.thumbprint());
        let prepared =
            Arc::new(Prepared { material: Material::Public { key, verifier }, thumbprint });
        Ok(Self { prepared, id: None, algorithms })
    }

    /// An HMAC key for this one algorithm, which is the MAC's.
    pub(super) fn from_mac(algorithm: Algorithm, key: MacKey) -> Self {
        let thumbprint = *key.fingerprint();
        let prepared = Arc::new(Prepared { material: Material::Mac(Box::new(key)), thumbprint });
        Self { prepared, id: None, algorithms: algorithm.alone() }
    }

    pub(super) fn with_key_id(self, id: Option<Arc<str>>) -> Self {
        Self { id, ..self }
    }

    pub(super) fn require(&self, algorithm: Algorithm) -> Result<(), KeyError> {
        if self.allows(algorithm) {
            Ok(())
        } else {
            Err(KeyError::AlgorithmNotForKey { algorithm })
        }
    }
}

/// One key where several may be given.
impl AsRef<[Self]> for VerifyingKey {
    fn as_ref(&self) -> &[Self] {
        std::slice::from_ref(self)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("id", &self.id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

fn pem_of(text: &str, minimum_bits: usize) -> Result<PublicKey, KeyError> {
    let (label, der) = pem::decode(text)?;
    match label {
        "PUBLIC KEY" => PublicKey::from_spki(&der, minimum_bits),
        "RSA PUBLIC KEY" => PublicKey::from_pkcs1(&der, minimum_bits),
        label if label.ends_with("PRIVATE KEY") => Err(KeyError::PrivateMaterial),
        _ => Err(KeyError::PemLabel { expected: "PUBLIC KEY or RSA PUBLIC KEY" }),
    }
}
