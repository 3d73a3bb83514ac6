//! Making tokens: with a key at hand, or in two steps with one in an HSM or KMS.

use std::fmt;

use serde::Serialize;

use super::JwtError;
use crate::encoding::base64url;
use crate::key::{Algorithm, SigningKey, VerifyingKey};

/// Signs claims as compact JWS with a key at hand: for issuers, gateways and tests.
///
/// The header holds `alg`, `typ` (`JWT`, or what [`with_token_type`](Self::with_token_type) says) and the
/// key's id as `kid`. The claims are written as they are: times and ids are the caller's.
#[derive(Debug)]
pub struct TokenSigner {
    key: SigningKey,
    form: Form,
}

impl TokenSigner {
    /// A signer with `key` under `algorithm`.
    ///
    /// # Errors
    /// [`JwtError::AlgorithmNotForKey`].
    pub fn new(key: SigningKey, algorithm: Algorithm) -> Result<Self, JwtError> {
        if !key.allows(algorithm) {
            return Err(JwtError::AlgorithmNotForKey { found: algorithm });
        }
        let form = Form::new(algorithm, key.id().map(|id| &**id));
        Ok(Self { key, form })
    }

    /// The same signer with another `typ`, such as `at+jwt` (RFC 9068).
    #[must_use]
    pub fn with_token_type(mut self, token_type: impl Into<String>) -> Self {
        self.form.token_type = token_type.into();
        self
    }

    /// The token over `claims`.
    ///
    /// # Errors
    /// [`JwtError::ClaimsNotAnObject`], and [`JwtError::Key`] where the key could not sign.
    pub fn sign<T: Serialize + ?Sized>(&self, claims: &T) -> Result<String, JwtError> {
        let mut token = self.form.signing_input(claims)?;
        let signature =
            self.key.sign(self.form.algorithm, token.as_bytes()).map_err(JwtError::Key)?;
        append(&mut token, &signature);
        Ok(token)
    }
}

/// Signs claims with a key that never leaves an HSM or KMS (S1-30): bytes out, signature in.
///
/// ```
/// use countersign::jwt::{JwtError, RemoteSigner};
/// use countersign::key::{Algorithm, SigningKey};
///
/// let hsm = SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?;
/// let signer = RemoteSigner::new(hsm.verifying_key().with_id("hsm-1"), Algorithm::EdDsa)?;
///
/// let request = signer.prepare(&serde_json::json!({ "iss": "bank" }))?;
/// let signature = hsm.sign(Algorithm::EdDsa, request.message())?; // in the HSM
/// let token = request.attach(&signature)?;
/// assert_eq!(token.split('.').count(), 3);
///
/// // A signature over anything else never becomes a token.
/// let request = signer.prepare(&serde_json::json!({ "iss": "other" }))?;
/// assert_eq!(request.attach(&signature), Err(JwtError::SignatureInvalid));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Debug)]
pub struct RemoteSigner {
    key: VerifyingKey,
    form: Form,
}

impl RemoteSigner {
    /// A signer for the private half of `key`, which checks what comes back.
    ///
    /// # Errors
    /// [`JwtError::AlgorithmNotForKey`].
    pub fn new(key: VerifyingKey, algorithm: Algorithm) -> Result<Self, JwtError> {
        if !key.allows(algorithm) {
            return Err(JwtError::AlgorithmNotForKey { found: algorithm });
        }
        let form = Form::new(algorithm, key.id().map(|id| &**id));
        Ok(Self { key, form })
    }

    /// The same signer with another `typ`, such as `at+jwt` (RFC 9068).
    #[must_use]
    pub fn with_token_type(mut self, token_type: impl Into<String>) -> Self {
        self.form.token_type = token_type.into();
        self
    }

    /// What is to be signed.
    ///
    /// # Errors
    /// [`JwtError::ClaimsNotAnObject`].
    pub fn prepare<T: Serialize + ?Sized>(
        &self,
        claims: &T,
    ) -> Result<SigningRequest<'_>, JwtError> {
        Ok(SigningRequest { signer: self, input: self.form.signing_input(claims)? })
    }
}

/// A token that waits for its signature.
#[must_use = "have the message signed and attach the signature"]
pub struct SigningRequest<'s> {
    signer: &'s RemoteSigner,
    input: String,
}

impl SigningRequest<'_> {
    /// The bytes to sign (RFC 7515 §5.1). An HSM that signs digests gets their hash.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.input.as_bytes()
    }

    /// The token with `signature`: `r ‖ s` for ECDSA (RFC 7518 §3.4), where many HSMs give DER.
    ///
    /// # Errors
    /// [`JwtError::SignatureInvalid`] where it is not the key's signature over [`message`](Self::message).
    pub fn attach(self, signature: &[u8]) -> Result<String, JwtError> {
        let Self { signer, input: mut token } = self;
        let verified = signer.key.verify(signer.form.algorithm, token.as_bytes(), signature);
        verified.map_err(|_| JwtError::SignatureInvalid)?;
        append(&mut token, signature);
        Ok(token)
    }
}

impl fmt::Debug for SigningRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the claims: they are personal data, and logs live long.
        f.debug_struct("SigningRequest").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// What all tokens of one signer share.
#[derive(Debug)]
struct Form {
    algorithm: Algorithm,
    token_type: String,
    key_id: Option<Box<str>>,
}

impl Form {
    fn new(algorithm: Algorithm, key_id: Option<&str>) -> Self {
        Self { algorithm, token_type: "JWT".into(), key_id: key_id.map(Into::into) }
    }

    /// The encoded header and claims with a dot between them (RFC 7515 §5.1).
    fn signing_input<T: Serialize + ?Sized>(&self, claims: &T) -> Result<String, JwtError> {
        #[derive(Serialize)]
        struct Header<'a> {
            alg: &'a str,
            typ: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            kid: Option<&'a str>,
        }
        let header = Header {
            alg: self.algorithm.name(),
            typ: &self.token_type,
            kid: self.key_id.as_deref(),
        };
        let header = serde_json::to_vec(&header).map_err(|_| JwtError::ClaimsNotAnObject)?;
        let claims = serde_json::to_vec(claims).map_err(|_| JwtError::ClaimsNotAnObject)?;
        if !claims.starts_with(b"{") {
            return Err(JwtError::ClaimsNotAnObject);
        }
        let mut input = base64url::encode(header);
        append(&mut input, &claims);
        Ok(input)
    }
}

fn append(text: &mut String, part: &[u8]) {
    text.push('.');
    base64url::encode_onto(part, text);
}
