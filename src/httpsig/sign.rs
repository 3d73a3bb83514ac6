//! Signing, by the policy that the other side verifies with: with a key at hand, or in two steps with one in an HSM.

mod draft;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::message::{Message, View};
use super::policy::{Policy, Rules};
use super::{HttpSigError, WantedSignature, algorithm, params, signatures};
use crate::guard::Use;
use crate::key::{Algorithm, SigningKey, VerifyingKey};
use crate::time::UnixTime;
use draft::Draft;

/// Signs messages with a key at hand.
///
/// The components are those of the policy's first scheme, in its order; a digest field that the message has is covered
/// even where the policy does not list it.
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::httpsig::{DigestField, MessageSigner, Policy, Request, Scheme, Signatures};
/// use countersign::key::SigningKey;
/// use countersign::time::UnixTime;
///
/// let policy = Policy::builder(Scheme::Rfc9421, ["@method", "@authority", "@path", "@query"]).build()?;
/// let key = SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?.with_id("app-1");
/// let public = key.verifying_key();
/// let signer = MessageSigner::new(key, &policy)?;
///
/// let body = br#"{"hello": "world"}"#;
/// let digest = DigestField::ContentDigest.value(body);
/// let mut fields = vec![("host", &b"api.example.com"[..]), ("content-digest", digest.as_bytes())];
/// let now = UnixTime::from_secs(1_618_884_473);
/// let signature = signer.sign(Request::new("POST", "/kyc", Headers::new(&fields)), now)?;
/// fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));
///
/// let received = Request::new("POST", "/kyc", Headers::new(&fields));
/// let head = Signatures::parse(received)?.select(&policy)?.verify_head(&public, &policy, now)?;
/// let signed = head.with_body(body)?;
/// assert_eq!(signed.get("@path"), Some("/kyc"));
/// assert_eq!(signed.body(), Some(&body[..]));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Debug)]
pub struct MessageSigner {
    key: SigningKey,
    form: Form,
}

impl MessageSigner {
    /// A signer with `key`, by the policy that the other side has too.
    ///
    /// # Errors
    /// [`HttpSigError::AlgorithmNotAllowed`] and [`HttpSigError::AlgorithmAmbiguous`] where policy and key do not agree on
    /// one algorithm; [`HttpSigError::KeyIdMissing`] and [`HttpSigError::ParameterText`] for the key's id, which the drafts
    /// demand.
    pub fn new<U: Use>(key: SigningKey, policy: &Policy<U>) -> Result<Self, HttpSigError> {
        let form = Form::new(key.algorithms(), key.id(), policy)?;
        Ok(Self { key, form })
    }

    /// The same signer with an `expires` this far behind the moment of signing.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.form.lifetime = Some(lifetime);
        self
    }

    /// The same signer, not naming the algorithm where the scheme lets it.
    #[must_use]
    pub fn without_algorithm(mut self) -> Self {
        self.form.names_algorithm = false;
        self
    }

    /// The fields to add to the message.
    ///
    /// # Errors
    /// [`HttpSigError::Component`] for a component that the message does not have; the variants about the message
    /// itself; [`HttpSigError::Label`] and [`HttpSigError::CarrierRepeated`] where it has such a signature already.
    pub fn sign<'m>(
        &self,
        message: impl Into<Message<'m>>,
        now: UnixTime,
    ) -> Result<SignatureFields, HttpSigError> {
        self.sign_with(message, &SigningOptions::default(), now)
    }

    /// The fields to add to the message, with a nonce or another label.
    ///
    /// # Errors
    /// As [`sign`](Self::sign); [`HttpSigError::NonceMissing`] where the policy demands a nonce.
    pub fn sign_with<'m>(
        &self,
        message: impl Into<Message<'m>>,
        options: &SigningOptions<'_>,
        now: UnixTime,
    ) -> Result<SignatureFields, HttpSigError> {
        let draft = self.form.draft(&message.into(), options, now)?;
        let signature = self.key.sign(self.form.algorithm, draft.base().as_bytes());
        Ok(draft.fields(&signature.map_err(HttpSigError::Key)?, self.form.algorithm))
    }
}

/// Signs messages with a key that never leaves an HSM or KMS: bytes out, signature in.
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::httpsig::{HttpSigError, Policy, RemoteSigner, Request, Scheme, SigningOptions};
/// use countersign::key::{Algorithm, SigningKey};
/// use countersign::time::UnixTime;
///
/// let policy = Policy::builder(Scheme::Rfc9421, ["@method", "@authority", "@path", "@query"]).build()?;
/// let hsm = SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?;
/// let signer = RemoteSigner::new(hsm.verifying_key().with_id("hsm-1"), &policy)?;
///
/// let fields: [(&str, &[u8]); 1] = [("host", b"api.example.com")];
/// let message = Request::new("GET", "/kyc/1", Headers::new(&fields));
/// let request = signer.prepare(message, &SigningOptions::default(), UnixTime::from_secs(1_618_884_473))?;
/// let signature = hsm.sign(Algorithm::EdDsa, request.message())?; // in the HSM
/// assert_eq!(request.attach(message, &signature)?.iter().count(), 2);
///
/// // What changed in the meantime is not sent under the signature of what it was.
/// let request = signer.prepare(message, &SigningOptions::default(), UnixTime::from_secs(1_618_884_473))?;
/// let changed = Request::new("GET", "/kyc/2", Headers::new(&fields));
/// assert_eq!(request.attach(changed, &signature).unwrap_err(), HttpSigError::MessageChanged);
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
    /// As [`MessageSigner::new`].
    pub fn new<U: Use>(key: VerifyingKey, policy: &Policy<U>) -> Result<Self, HttpSigError> {
        let form = Form::new(key.algorithms(), key.id(), policy)?;
        Ok(Self { key, form })
    }

    /// The same signer with an `expires` this far behind the moment of signing.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.form.lifetime = Some(lifetime);
        self
    }

    /// What is to be signed.
    ///
    /// # Errors
    /// As [`MessageSigner::sign_with`].
    pub fn prepare<'m>(
        &self,
        message: impl Into<Message<'m>>,
        options: &SigningOptions<'_>,
        now: UnixTime,
    ) -> Result<SigningRequest<'_>, HttpSigError> {
        let draft = self.form.draft(&message.into(), options, now)?;
        Ok(SigningRequest { signer: self, draft })
    }
}

/// A message that waits for its signature.
#[derive(Debug)]
#[must_use = "have the message signed and attach the signature"]
pub struct SigningRequest<'s> {
    signer: &'s RemoteSigner,
    draft: Draft,
}

impl SigningRequest<'_> {
    /// The bytes to sign: the signature base. An HSM that signs digests gets their hash.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.draft.base().as_bytes()
    }

    /// The fields to add to `message`, which must still be what it was. ECDSA signatures are `r || s` here, where many
    /// HSMs give DER: see [`ecdsa_signature_from_der`](crate::key::ecdsa_signature_from_der).
    ///
    /// # Errors
    /// [`HttpSigError::MessageChanged`]; [`HttpSigError::SignatureInvalid`] where it is not the key's signature over
    /// [`message`](Self::message).
    pub fn attach<'m>(
        self,
        message: impl Into<Message<'m>>,
        signature: &[u8],
    ) -> Result<SignatureFields, HttpSigError> {
        let RemoteSigner { key, form } = self.signer;
        let view = View::new(&message.into())?;
        if !self.draft.is_of(&view, &form.rules) {
            return Err(HttpSigError::MessageChanged);
        }
        let verified = key.verify(form.algorithm, self.message(), signature);
        verified.map_err(|_| HttpSigError::SignatureInvalid)?;
        Ok(self.draft.fields(signature, form.algorithm))
    }
}

/// What may differ from one signature to the next.
#[derive(Clone, Copy, Debug, Default)]
pub struct SigningOptions<'o> {
    nonce: Option<&'o str>,
    label: Option<&'o str>,
    wanted: Option<&'o WantedSignature>,
}

impl<'o> SigningOptions<'o> {
    /// Options for a signature that the other side asked for: with its label, components and parameters, given whole or
    /// not at all, and never covering less than the signer's own policy.
    #[must_use]
    pub fn for_wanted(wanted: &'o WantedSignature) -> Self {
        let (nonce, label) = (wanted.nonce(), Some(wanted.label()));
        Self { nonce, label, wanted: Some(wanted) }
    }

    /// The same options with a nonce, which the host makes: this crate has no randomness.
    #[must_use]
    pub const fn with_nonce(self, nonce: &'o str) -> Self {
        Self { nonce: Some(nonce), ..self }
    }

    /// The same options with another label than `sig1`: for a proxy that adds its signature to those that are there.
    #[must_use]
    pub const fn with_label(self, label: &'o str) -> Self {
        Self { label: Some(label), ..self }
    }
}

/// Fields that make a message signed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "add the fields to the message"]
pub struct SignatureFields {
    fields: Vec<(&'static str, String)>,
}

impl SignatureFields {
    /// Each field's name and value, to be added as lines of their own.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, &**value))
    }
}

/// What all signatures of one signer share.
struct Form {
    rules: Rules,
    algorithm: Algorithm,
    key_id: Option<Arc<str>>,
    lifetime: Option<Duration>,
    names_algorithm: bool,
}

impl Form {
    fn new<U: Use>(
        algorithms: &[Algorithm],
        key_id: Option<&Arc<str>>,
        policy: &Policy<U>,
    ) -> Result<Self, HttpSigError> {
        let rules = policy.rules.clone();
        let allowed = algorithms.iter().filter(|algorithm| rules.algorithms.contains(algorithm));
        let algorithm = algorithm::only(allowed)?;
        key_id.map_or(Ok(()), |key_id| params::check_key_id(key_id))?;
        let of_drafts = rules.schemes.first().is_some_and(|rule| rule.scheme.dialect().is_some());
        if of_drafts && key_id.is_none() {
            return Err(HttpSigError::KeyIdMissing);
        }
        let lifetime = rules.expires_within;
        Ok(Self { rules, algorithm, key_id: key_id.cloned(), lifetime, names_algorithm: true })
    }

    fn draft(
        &self,
        message: &Message<'_>,
        options: &SigningOptions<'_>,
        now: UnixTime,
    ) -> Result<Draft, HttpSigError> {
        let view = View::new(message)?;
        signatures::check_kind(&view, &self.rules)?;
        if options.nonce.is_none() && self.rules.nonce_required {
            return Err(HttpSigError::NonceMissing);
        }
        options.nonce.map_or(Ok(()), params::check_nonce)?;
        Draft::new(self, &view, options, now)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
