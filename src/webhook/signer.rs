//! Signing as a provider does: for senders, for the MACs that a provider asks of its partners, and
//! for tests.

use std::fmt;

use super::builder::scheme_problems;
use super::claimed::{Claimed, Timestamp};
use super::error::{ConfigError, ConfigProblem, WebhookError};
use super::keys::{self, Shared};
use super::message::Message;
use super::scheme::{Construction, Place, Scheme};
use super::signature::written;
use super::text::Text;
use super::verifier::Rules;
use crate::key::{Algorithm, SigningKey};
use crate::time::UnixTime;

/// Signs messages under a [`Scheme`].
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::time::UnixTime;
/// use countersign::webhook::{Message, Signer, zalo};
///
/// // What a Mini App passes to `createOrder` as `mac`.
/// let signer = Signer::new(zalo::CHECKOUT_CREATE_ORDER, "d9592d2d60281c179434ae3310162839")?;
/// let order = br#"{"desc": "50.000", "amount": 50000, "item": [{"id": "1"}]}"#;
/// let signed = signer.sign(&Message::new(&Headers::new(&[]), order), UnixTime::EPOCH)?;
/// assert_eq!(signed.signature(), "18781f6d7a0a51385b2e5fab1a7ab105474fc8c7f6c6837fe9016e9fc23c020b");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    rules: Rules,
    key: Signing,
}

#[derive(Clone)]
enum Signing {
    Shared(Box<Shared>),
    Private(SigningKey, Algorithm),
}

impl Signer {
    /// A signer with a shared secret, in the form in which the provider hands it out.
    ///
    /// # Errors
    /// [`ConfigError`] with what is wrong with the secret or the scheme.
    pub fn new(scheme: Scheme, secret: &str) -> Result<Self, ConfigError> {
        let shared = keys::secret(&scheme, secret, false)
            .map(|secret| Signing::Shared(Box::new(Shared::new(scheme.construction, secret))));
        Self::with(scheme, shared)
    }

    /// A signer with a private key.
    ///
    /// # Errors
    /// [`ConfigError`] with what is wrong with the key or the scheme.
    pub fn asymmetric(scheme: Scheme, key: SigningKey) -> Result<Self, ConfigError> {
        let key = match scheme.construction {
            Construction::Signature(algorithm) => key
                .with_algorithm(algorithm)
                .map(|key| Signing::Private(key, algorithm))
                .map_err(ConfigProblem::Key),
            _ => Err(ConfigProblem::KeyKind { scheme: scheme.name, prefix: "" }),
        };
        Self::with(scheme, key)
    }

    /// The same signer with a value that the scheme signs.
    #[must_use]
    pub fn with_setting(mut self, name: &'static str, value: impl Into<Box<str>>) -> Self {
        self.rules.settings.push((name, value.into()));
        self
    }

    /// Signs a message. Its id is among the header fields of the message; its time is `now`, unless
    /// the scheme has it in the body.
    ///
    /// # Errors
    /// [`WebhookError`] where the message has not what the scheme signs, and
    /// [`WebhookError::FieldMissing`] for a setting that was not given.
    pub fn sign(&self, message: &Message<'_>, now: UnixTime) -> Result<Signed, WebhookError> {
        let scheme = &self.rules.scheme;
        let mut claimed = Claimed::default();
        claimed.read_content(scheme, message, self.rules.max_body)?;
        match scheme.timestamp {
            Some((Place::Header(_) | Place::SignatureField(_), unit)) => {
                claimed.timestamp = Some(Timestamp::now(unit, now));
            }
            _ => claimed.read_timestamp(scheme, message.headers)?,
        }
        for problem in scheme_problems(&self.rules) {
            if let ConfigProblem::SettingMissing { name } = problem {
                return Err(WebhookError::FieldMissing { name });
            }
        }
        let url = claimed.url.unwrap_or_default();
        let text = Text { rules: &self.rules, message, claimed: &claimed, url };
        let signature = written(scheme, &self.signature(&text)?);
        Ok(Signed::new(scheme, signature, claimed.timestamp))
    }

    fn signature(&self, text: &Text<'_, '_>) -> Result<Vec<u8>, WebhookError> {
        match &self.key {
            Signing::Shared(shared) => Ok(shared.tag(text)?.as_bytes().to_vec()),
            Signing::Private(key, algorithm) => {
                let mut message = Vec::new();
                text.write(b"", &mut message)?;
                Ok(key.sign(*algorithm, &message)?)
            }
        }
    }

    fn with(scheme: Scheme, key: Result<Signing, ConfigProblem>) -> Result<Self, ConfigError> {
        let rules = Rules::new(scheme);
        let mut problems = scheme_problems(&rules);
        problems.retain(|problem| !matches!(problem, ConfigProblem::SettingMissing { .. }));
        match key {
            Ok(key) if problems.is_empty() => Ok(Self { rules, key }),
            Ok(_) => Err(ConfigError::new(problems)),
            Err(problem) => {
                problems.push(problem);
                Err(ConfigError::new(problems))
            }
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("scheme", &self.rules.scheme.name).finish_non_exhaustive()
    }
}

/// A signature, as it is sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signed {
    signature: String,
    fields: Vec<(&'static str, String)>,
}

impl Signed {
    fn new(scheme: &Scheme, signature: String, timestamp: Option<Timestamp<'_>>) -> Self {
        let mut signed = Self { signature, fields: Vec::new() };
        let time = timestamp.map(|timestamp| timestamp.text.into_owned()).unwrap_or_default();
        match scheme.timestamp {
            Some((Place::Header(name), _)) => signed.fields.push((name, time)),
            Some((Place::SignatureField(item), _)) => {
                signed.signature = format!("{item}={time},{}", signed.signature);
            }
            _ => {}
        }
        if let Place::Header(name) = scheme.signature.place {
            signed.fields.push((name, signed.signature.clone()));
        }
        signed
    }

    /// The signature as its field, member or parameter holds it.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The header fields to send beside those of the message: signature and timestamp, where they
    /// stand in fields.
    #[must_use]
    pub fn fields(&self) -> Vec<(&str, &[u8])> {
        self.fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect()
    }
}
