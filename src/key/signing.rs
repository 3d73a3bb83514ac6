//! Keys that sign.

use std::fmt;
use std::sync::Arc;

use super::backend::Signer;
use super::mac::MacKey;
use super::private::PrivateKey;
use super::{Algorithm, KeyError, VerifyingKey, jwk, pem};
use crate::secret::Secret;

/// A key that signs, for banks, gateways and tests. Cheap to clone.
///
/// ```
/// use countersign::key::{Algorithm, KeyError, SigningKey};
///
/// let pem = "-----BEGIN PRIVATE KEY-----
/// MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
/// -----END PRIVATE KEY-----";
/// let key = SigningKey::from_pem(pem)?.with_id("k1"); // the key of RFC 8410 §10.3
/// let signature = key.sign(Algorithm::EdDsa, b"message")?;
/// key.verifying_key().verify(Algorithm::EdDsa, b"message", &signature)?;
/// assert_eq!(
///     key.public_jwk()?,
///     r#"{"crv":"Ed25519","kty":"OKP","x":"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE","alg":"EdDSA","kid":"k1","use":"sig"}"#,
/// );
/// let refused = key.sign(Algorithm::Es256, b"message");
/// assert_eq!(refused, Err(KeyError::AlgorithmNotForKey { algorithm: Algorithm::Es256 }));
/// # Ok::<(), KeyError>(())
/// ```
/// Neither a key nor a secret can be printed:
/// ```compile_fail,E0277
/// use countersign::{key::SigningKey, secret::Secret};
/// fn leak(key: SigningKey, secret: Secret) -> String {
///     format!("{key} {secret}") // no Display
/// }
/// ```
/// What Debug says of them can be:
/// ```
/// use countersign::{key::SigningKey, secret::Secret};
/// fn show(key: SigningKey, secret: Secret) -> String {
///     format!("{key:?} {secret:?}")
/// }
/// ```
#[derive(Clone)]
pub struct SigningKey {
    material: Arc<Material>,
    verifying: VerifyingKey,
}

enum Material {
    Private(Box<Signer>),
    Mac(Box<MacKey>),
}

impl SigningKey {
    /// Reads a PEM block: `PRIVATE KEY` (PKCS#8), `RSA PRIVATE KEY` (PKCS#1) or `EC PRIVATE KEY` (SEC1), not encrypted.
    ///
    /// # Errors
    /// [`KeyError::Pem`], [`KeyError::PemLabel`], and those of the three forms.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, der) = pem::decode(pem)?;
        match label {
            "PRIVATE KEY" => Self::from_pkcs8_der(&der),
            "RSA PRIVATE KEY" => Self::from_pkcs1_der(&der),
            "EC PRIVATE KEY" => Self::from_sec1_der(&der),
            _ => Err(KeyError::PemLabel {
                expected: "PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY",
            }),
        }
    }

    /// Reads PKCS#8 (RFC 5958), version 1 or 2.
    ///
    /// # Errors
    /// [`KeyError::TooLarge`], [`KeyError::Der`], [`KeyError::UnknownKeyType`], [`KeyError::UnknownCurve`],
    /// [`KeyError::NotOffered`], [`KeyError::PublicKeyMissing`], [`KeyError::PrivateKey`], and the `Rsa…` and `Point…` variants.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_private(PrivateKey::from_pkcs8(der)?, None)
    }

    /// Reads an RSAPrivateKey (RFC 8017 §A.1.2) of 2048, 3072 or 4096 bits, and makes one trial signature.
    ///
    /// # Errors
    /// [`KeyError::TooLarge`], [`KeyError::Der`], [`KeyError::PrivateKey`] and the `Rsa…` variants.
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_private(PrivateKey::from_pkcs1(der)?, None)
    }

    /// Reads an ECPrivateKey (RFC 5915) that holds its curve and its public key, as OpenSSL writes it.
    ///
    /// # Errors
    /// As [`SigningKey::from_pkcs8_der`].
    pub fn from_sec1_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_private(PrivateKey::from_sec1(der)?, None)
    }

    /// Reads one private JWK object (RFC 7517), and takes its `kid` as the id. RSA keys need all of `p`, `q`, `dp`,
    /// `dq` and `qi`; EC and Ed25519 keys their public half.
    ///
    /// # Errors
    /// As [`VerifyingKey::from_jwk`], without [`KeyError::PrivateMaterial`]; [`KeyError::PrivateKey`]. A symmetric key
    /// is [`KeyError::Symmetric`]: give its bytes to [`SigningKey::hmac`].
    pub fn from_jwk(json: &[u8]) -> Result<Self, KeyError> {
        let jwk = jwk::private(json)?;
        let key = Self::from_private(jwk.key, jwk.algorithm)?;
        Ok(Self { verifying: key.verifying.with_key_id(jwk.id), ..key })
    }

    /// Takes a shared secret for one algorithm of the HS family.
    ///
    /// # Errors
    /// As [`VerifyingKey::hmac`].
    pub fn hmac(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        Ok(Self::from_mac(algorithm, MacKey::for_jws(algorithm, secret)?))
    }

    /// Takes a shared secret of any length; see [`VerifyingKey::dangerous_short_hmac`].
    ///
    /// # Errors
    /// As [`VerifyingKey::dangerous_short_hmac`].
    pub fn dangerous_short_hmac(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        Ok(Self::from_mac(algorithm, MacKey::dangerous_short_for_jws(algorithm, secret)?))
    }

    /// The same key under this id (`kid`).
    #[must_use]
    pub fn with_id(self, id: impl Into<Arc<str>>) -> Self {
        Self { verifying: self.verifying.with_id(id), ..self }
    }

    /// The same key for this algorithm alone.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotForKey`] for an algorithm that the key does not allow now.
    pub fn with_algorithm(self, algorithm: Algorithm) -> Result<Self, KeyError> {
        Ok(Self { verifying: self.verifying.with_algorithm(algorithm)?, ..self })
    }

    /// The key's id (`kid`), where it has one.
    #[must_use]
    pub const fn id(&self) -> Option<&Arc<str>> {
        self.verifying.id()
    }

    /// The algorithms that the key serves, at least one.
    #[must_use]
    pub const fn algorithms(&self) -> &'static [Algorithm] {
        self.verifying.algorithms()
    }

    /// Whether the key serves this algorithm.
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        self.verifying.allows(algorithm)
    }

    /// The key that verifies what this one signs, with the same id and algorithms. For an HMAC key it is as
    /// secret as this one.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying.clone()
    }

    /// The public half as a JWK, for publishing; see [`VerifyingKey::public_jwk`].
    ///
    /// # Errors
    /// [`KeyError::Symmetric`]: an HMAC key is never published.
    pub fn public_jwk(&self) -> Result<String, KeyError> {
        self.verifying.public_jwk()
    }

    /// Signs `message`. ECDSA signatures are `r || s` (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotForKey`]; [`KeyError::SigningFailed`] where the system gives no randomness.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.verifying.require(algorithm)?;
        match &*self.material {
            Material::Private(signer) => signer.sign(algorithm, message),
            Material::Mac(key) => Ok(key.tag(message).as_bytes().to_vec()),
        }
    }

    fn from_mac(algorithm: Algorithm, key: MacKey) -> Self {
        let verifying = VerifyingKey::from_mac(algorithm, key.clone());
        Self { material: Arc::new(Material::Mac(Box::new(key))), verifying }
    }

    fn from_private(key: PrivateKey, algorithm: Option<Algorithm>) -> Result<Self, KeyError> {
        let verifying = VerifyingKey::from_public(key.public, algorithm)?;
        Ok(Self { material: Arc::new(Material::Private(Box::new(key.signer))), verifying })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id())
            .field("algorithms", &self.algorithms())
            .finish_non_exhaustive()
    }
}
