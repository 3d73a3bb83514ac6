//! Asking the other side for a signature (RFC 9421 §5), in the words of the policy that will verify it.

use super::algorithm::registered_name;
use super::canonical::{self, List};
use super::params::check_nonce;
use super::policy::Policy;
use super::rfc9421::LIMITS;
use super::scheme::{Carrier, Scheme};
use super::{HttpSigError, MAX_FIELD_BYTES};
use crate::guard::Use;
use crate::headers::Headers;
use crate::structured::{BareItem, Dictionary, Key, SfString};

impl<U: Use> Policy<U> {
    /// The value of an `Accept-Signature` field that asks for what this policy demands: in a request for a signed
    /// response, in a response for a signed next request.
    ///
    /// Answers that depend on it should say `Vary: Accept-Signature`, or not be cached.
    ///
    /// ```
    /// use countersign::httpsig::{Policy, Scheme};
    ///
    /// let policy = Policy::response_builder(Scheme::Rfc9421, ["@status", "content-digest", "@path;req"])
    ///     .tag("app-123")
    ///     .build()?;
    /// assert_eq!(
    ///     policy.accept_signature("sig1", Some("n-1"))?,
    ///     r#"sig1=("@status" "content-digest" "@path";req);created;nonce="n-1";tag="app-123""#,
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`HttpSigError::SchemeNotAllowed`] for a policy without RFC 9421, [`HttpSigError::Label`],
    /// [`HttpSigError::NonceMissing`] where the policy demands a nonce and none is given,
    /// [`HttpSigError::ParameterText`] for a nonce that is too long.
    pub fn accept_signature(
        &self,
        label: &str,
        nonce: Option<&str>,
    ) -> Result<String, HttpSigError> {
        let rules = &self.rules;
        let rule = rules.rule_for(Scheme::Rfc9421).ok_or(HttpSigError::SchemeNotAllowed)?;
        Key::new(label).map_err(|_| HttpSigError::Label)?;
        if nonce.is_none() && rules.nonce_required {
            return Err(HttpSigError::NonceMissing);
        }
        nonce.map_or(Ok(()), check_nonce)?;
        let mut value = format!("{label}=({});created", rule.required.listed());
        if rules.expires_within.is_some() {
            value.push_str(";expires");
        }
        push_text(&mut value, "keyid", only(&rules.key_ids).map(|key_id| &**key_id))?;
        let algorithm = only(&rules.algorithms).and_then(|algorithm| registered_name(*algorithm));
        push_text(&mut value, "alg", algorithm)?;
        push_text(&mut value, "nonce", nonce)?;
        push_text(&mut value, "tag", rules.tag.as_deref())?;
        Ok(value)
    }

    /// The value of a `WWW-Authenticate` field that asks for what this policy demands in the drafts (-07 §3.1.1), if its
    /// first scheme is one that uses `Authorization`.
    ///
    /// ```
    /// use countersign::httpsig::{Policy, Scheme};
    ///
    /// let policy = Policy::builder(Scheme::Cavage07, ["(request-target)", "host", "date"]).build()?;
    /// let challenge = policy.challenge("eKYC");
    /// assert_eq!(challenge.as_deref(), Some(r#"Signature realm="eKYC",headers="(request-target) host date""#));
    /// # Ok::<(), countersign::httpsig::PolicyError>(())
    /// ```
    #[must_use]
    pub fn challenge(&self, realm: &str) -> Option<String> {
        let rule = self.rules.schemes.first()?;
        let word = rule.scheme.dialect()?.carriers.iter().find_map(|carrier| match carrier {
            Carrier::Authorization(word) => Some(*word),
            _ => None,
        })?;
        let realm = SfString::new(realm).ok()?.as_str().replace('\\', "\\\\").replace('"', "\\\"");
        Some(format!("{word} realm=\"{realm}\",headers=\"{}\"", rule.required.listed()))
    }
}

fn only<T>(values: &[T]) -> Option<&T> {
    match values {
        [only] => Some(only),
        _ => None,
    }
}

/// Adds a parameter with this text.
pub(super) fn push_text(
    input: &mut String,
    parameter: &'static str,
    value: Option<&str>,
) -> Result<(), HttpSigError> {
    let Some(value) = value else { return Ok(()) };
    let value = SfString::new(value).map_err(|_| HttpSigError::ParameterType { parameter })?;
    input.push(';');
    input.push_str(parameter);
    input.push('=');
    BareItem::String(value).write_onto(input);
    Ok(())
}

/// A signature that the other side asks for (RFC 9421 §5.1), to be given by
/// [`SigningOptions::for_wanted`](super::SigningOptions::for_wanted).
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::httpsig::WantedSignature;
///
/// let value = br#"sig1=("@method" "@target-uri" "content-digest");created;keyid="app-1";tag="app-123""#;
/// let fields: [(&str, &[u8]); 1] = [("accept-signature", value)];
/// let wanted = WantedSignature::read(Headers::new(&fields))?;
/// assert_eq!((wanted[0].label(), wanted[0].key_id(), wanted[0].nonce()), ("sig1", Some("app-1"), None));
/// # Ok::<(), countersign::httpsig::HttpSigError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WantedSignature {
    pub(super) label: Box<str>,
    /// The items in their parentheses.
    pub(super) items: Box<str>,
    pub(super) expires: bool,
    pub(super) key_id: Option<Box<str>>,
    pub(super) algorithm: Option<Box<str>>,
    pub(super) nonce: Option<Box<str>>,
    pub(super) tag: Option<Box<str>>,
}

impl WantedSignature {
    /// Reads `Accept-Signature`. A message without the field asks for nothing.
    ///
    /// # Errors
    /// [`HttpSigError::FieldTooLong`], [`HttpSigError::Structured`] and [`HttpSigError::Malformed`];
    /// [`HttpSigError::ParameterType`] and [`HttpSigError::ParameterText`].
    pub fn read(headers: Headers<'_>) -> Result<Vec<Self>, HttpSigError> {
        let mut wanted = Vec::new();
        let mut room = MAX_FIELD_BYTES;
        for line in headers.all(FIELD) {
            let left = room.checked_sub(line.len());
            room =
                left.ok_or(HttpSigError::FieldTooLong { field: FIELD, limit: MAX_FIELD_BYTES })?;
            let malformed = |error| HttpSigError::Structured { field: FIELD, error };
            let dictionary = Dictionary::parse(line, &LIMITS).map_err(malformed)?;
            dictionary.refuse_duplicates().map_err(malformed)?;
            for entry in dictionary.entries() {
                let list = entry.value.as_inner_list().map(canonical::written);
                let list = list.ok_or(HttpSigError::Malformed { field: FIELD })?;
                wanted.push(Self::of(entry.key.as_str(), &list)?);
            }
        }
        Ok(wanted)
    }

    fn of(label: &str, list: &List<'_>) -> Result<Self, HttpSigError> {
        let items: Vec<_> = list.items().collect();
        let mut wanted = Self {
            label: label.into(),
            items: format!("({})", items.join(" ")).into(),
            expires: false,
            key_id: None,
            algorithm: None,
            nonce: None,
            tag: None,
        };
        for (name, value) in list.parameters() {
            match (name, value) {
                ("created", "") => {} // it is always given
                ("expires", "") => wanted.expires = true,
                ("created", _) => return Err(HttpSigError::ParameterType { parameter: "created" }),
                ("expires", _) => return Err(HttpSigError::ParameterType { parameter: "expires" }),
                ("keyid", value) => wanted.key_id = text("keyid", value)?,
                ("alg", value) => wanted.algorithm = text("alg", value)?,
                ("nonce", value) => wanted.nonce = text("nonce", value)?,
                ("tag", value) => wanted.tag = text("tag", value)?,
                // RFC 9421 §5.2: what is not understood cannot be given.
                _ => return Err(HttpSigError::NotGiven),
            }
        }
        wanted.nonce.as_deref().map_or(Ok(()), check_nonce)?;
        Ok(wanted)
    }

    /// The label that the signature must have.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The key that is asked for.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The nonce that the signature must have.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// The tag that the signature must have.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }
}

fn text(parameter: &'static str, value: &str) -> Result<Option<Box<str>>, HttpSigError> {
    match canonical::string(value) {
        Some(text) => Ok(Some(text.into())),
        None => Err(HttpSigError::ParameterType { parameter }),
    }
}

const FIELD: &str = "accept-signature";
