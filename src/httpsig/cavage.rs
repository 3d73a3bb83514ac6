//! Signatures of draft-cavage-http-signatures, and of the gateways that follow it.

use std::borrow::Cow;

use super::base::SignatureBase;
use super::component::{Component, Part};
use super::coverage::{Coverage, Required};
use super::encoded::Encoded;
use super::message::View;
use super::params::{self, Params};
use super::scheme::{Carrier, DefaultCovered, Dialect, Pseudo, Times};
use super::text::{is_token_character, trim_whitespace};
use super::values::Source;
use super::{HttpSigError, MAX_FIELD_BYTES, MAX_PARAMETERS};
/// A signature of the drafts whose form was read.
#[derive(Clone, Debug)]
pub(super) struct CavageSignature<'m> {
    pub(super) dialect: &'static Dialect,
    pub(super) params: Params<'m>,
    names: Cow<'m, str>,
    pub(super) signature: Encoded<'m>,
}

impl<'m> CavageSignature<'m> {
    /// Reads the one signature that `dialect` finds in the message.
    pub(super) fn read(view: &View<'m>, dialect: &'static Dialect) -> Result<Self, HttpSigError> {
        let parameters = Parameters::read(carried(view, dialect)?, dialect)?;
        let missing = |parameter| HttpSigError::ParameterMissing { parameter };
        let key_id = parameters.key_id.ok_or(missing(dialect.key_id_parameter))?.text;
        params::check_key_id(&key_id)?;
        let algorithm = parameters.algorithm.map(|value| value.text);
        if algorithm.is_none() && dialect.algorithm_required {
            return Err(missing("algorithm"));
        }
        let signature = parameters.signature.ok_or(missing("signature"))?;
        let signature = Encoded::Text(signature.text);
        let created = moment("created", parameters.created, dialect)?;
        let expires = moment("expires", parameters.expires, dialect)?;
        let names = match parameters.names {
            Some(value) => value.text,
            None => default_names(dialect, algorithm.as_deref(), created.is_some()).into(),
        };
        let key_id = Some(key_id);
        let params = Params { key_id, algorithm, created, expires, ..Params::default() };
        Ok(Self { dialect, params, names, signature })
    }

    /// What it covers, each name once.
    pub(super) fn covered<'s>(
        &'s self,
        required: &'s Required,
    ) -> Result<Coverage<'s>, HttpSigError> {
        let covered = covered(&self.names, required, self.dialect)?;
        self.check_times(&covered)?;
        Ok(covered)
    }

    /// What was signed.
    pub(super) fn base(
        &self,
        covered: &Coverage<'_>,
        source: &Source<'_, '_>,
    ) -> Result<SignatureBase, HttpSigError> {
        let key_id_line = self.params.key_id.as_deref().filter(|_| self.dialect.key_id_line);
        SignatureBase::of_names(covered, key_id_line, source)
    }

    /// Draft-12 §2.3: `(created)` and `(expires)` are errors with the algorithms of the drafts before.
    fn check_times(&self, covered: &Coverage<'_>) -> Result<(), HttpSigError> {
        let dated = covered.iter().any(|covered| {
            matches!(covered.component.part, Part::Pseudo(Pseudo::Created | Pseudo::Expires))
        });
        let of_old = self.params.algorithm.as_deref().is_some_and(is_of_old);
        if dated && of_old && self.dialect.times == Times::Strict {
            return Err(HttpSigError::ParameterConflict { left: "(created)", right: "algorithm" });
        }
        Ok(())
    }
}

/// The signing string over `names`, for a signer.
pub(super) fn base_of_names(
    names: &str,
    required: &Required,
    dialect: &Dialect,
    key_id: &str,
    source: &Source<'_, '_>,
) -> Result<SignatureBase, HttpSigError> {
    let key_id_line = dialect.key_id_line.then_some(key_id);
    SignatureBase::of_names(&covered(names, required, dialect)?, key_id_line, source)
}

/// Whether the message carries a signature of this dialect.
pub(super) fn is_signed(view: &View<'_>, dialect: &Dialect) -> Result<bool, HttpSigError> {
    match carried(view, dialect) {
        Err(HttpSigError::SignatureMissing) => Ok(false),
        found => found.map(|_| true),
    }
}

fn covered<'n>(
    names: &'n str,
    required: &'n Required,
    dialect: &Dialect,
) -> Result<Coverage<'n>, HttpSigError> {
    let (demanded, rest) = required.split_from(names, &[' ']);
    let others = if demanded.is_empty() { Some(names) } else { rest.strip_prefix(' ') };
    let others = others.into_iter().flat_map(|others| others.split(' '));
    Coverage::read(demanded, others, |name| Component::of_dialect(name, dialect))
}

fn is_of_old(algorithm: &str) -> bool {
    ["rsa", "hmac", "ecdsa"].iter().any(|family| algorithm.starts_with(family))
}

/// Draft-12 §2.1.6 says `(created)`, which its §2.3 forbids with most algorithms and its own example does not follow.
fn default_names(dialect: &Dialect, algorithm: Option<&str>, created: bool) -> &'static str {
    let by_algorithm = dialect.default_covered == DefaultCovered::ByAlgorithm;
    let undated = match dialect.times {
        Times::Lenient => !created,
        _ => algorithm.is_some_and(is_of_old),
    };
    if by_algorithm && !undated { "(created)" } else { "date" }
}

/// The parameters in the one carrier that the message uses.
fn carried<'m>(view: &View<'m>, dialect: &Dialect) -> Result<&'m str, HttpSigError> {
    let mut found = None;
    for carrier in dialect.carriers {
        for line in view.headers().all(carrier.field()) {
            let Some(parameters) = parameters_in(*carrier, line, dialect)? else { continue };
            if found.replace(parameters).is_some() {
                return Err(HttpSigError::CarrierRepeated);
            }
        }
    }
    found.ok_or(HttpSigError::SignatureMissing)
}

/// The parameters of a field, unless it carries something else.
fn parameters_in<'m>(
    carrier: Carrier,
    line: &'m [u8],
    dialect: &Dialect,
) -> Result<Option<&'m str>, HttpSigError> {
    let field = carrier.field();
    let line = trim_whitespace(line);
    let behind_word = |word: &str| {
        let (found, rest) = line.split_at_checked(word.len())?;
        (found.eq_ignore_ascii_case(word.as_bytes()) && rest.starts_with(b" ")).then_some(rest)
    };
    let parameters = match carrier.word() {
        Some(word) => behind_word(word),
        None if dialect.word_in_field => behind_word("Signature").or(Some(line)),
        None => Some(line),
    };
    let Some(parameters) = parameters else { return Ok(None) };
    if parameters.len() > MAX_FIELD_BYTES {
        return Err(HttpSigError::FieldTooLong { field, limit: MAX_FIELD_BYTES });
    }
    let text = super::text::as_field_text(trim_whitespace(parameters));
    text.map(Some).ok_or(HttpSigError::Malformed { field })
}

/// Draft-12 §2.1.4 and §2.1.5, as far as the dialect knows them.
fn moment(
    parameter: &'static str,
    value: Option<Value<'_>>,
    dialect: &Dialect,
) -> Result<Option<i64>, HttpSigError> {
    let Some(value) = value.filter(|_| dialect.times != Times::Unknown) else { return Ok(None) };
    let wrong = HttpSigError::ParameterType { parameter };
    if value.quoted && dialect.times == Times::Strict {
        return Err(wrong);
    }
    // §2.1.5 lets `expires` have a fraction, which counts against the sender here; what is signed is the whole number.
    let whole = match value.text.split_once('.') {
        Some((whole, fraction)) if parameter == "expires" && is_digits(fraction) => whole,
        _ => &value.text,
    };
    let number = is_digits(whole).then(|| whole.parse().ok()).flatten();
    number.filter(|moment| *moment <= params::MAX_MOMENT).map(Some).ok_or(wrong)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The value of a parameter, without its quotes.
struct Value<'m> {
    text: Cow<'m, str>,
    quoted: bool,
}

/// The parameters that mean something.
#[derive(Default)]
struct Parameters<'m> {
    key_id: Option<Value<'m>>,
    algorithm: Option<Value<'m>>,
    names: Option<Value<'m>>,
    created: Option<Value<'m>>,
    expires: Option<Value<'m>>,
    signature: Option<Value<'m>>,
}

impl<'m> Parameters<'m> {
    /// Reads a list of `auth-param` (RFC 9110 §11.2). Unknown ones are ignored (-07 §2.2).
    fn read(text: &'m str, dialect: &Dialect) -> Result<Self, HttpSigError> {
        let mut parameters = Self::default();
        let mut rest = text;
        for _ in 0..MAX_PARAMETERS {
            let (name, value, behind) = parameter(rest)?;
            parameters.put(name, value, dialect)?;
            match behind.strip_prefix(',') {
                Some(next) => rest = trim_start(next),
                None if behind.is_empty() => return Ok(parameters),
                None => return Err(malformed()),
            }
        }
        Err(HttpSigError::TooManyParameters { limit: MAX_PARAMETERS })
    }

    fn put(&mut self, name: &str, value: Value<'m>, dialect: &Dialect) -> Result<(), HttpSigError> {
        let (parameter, place) = match name {
            _ if name == dialect.key_id_parameter => (dialect.key_id_parameter, &mut self.key_id),
            "algorithm" => ("algorithm", &mut self.algorithm),
            "headers" => ("headers", &mut self.names),
            "created" => ("created", &mut self.created),
            "expires" => ("expires", &mut self.expires),
            "signature" => ("signature", &mut self.signature),
            _ => return Ok(()),
        };
        match place.replace(value) {
            Some(_) if !dialect.last_parameter_counts => {
                Err(HttpSigError::ParameterRepeated { parameter })
            }
            _ => Ok(()),
        }
    }
}

/// One `name=value`, and what comes behind it.
fn parameter(text: &str) -> Result<(&str, Value<'_>, &str), HttpSigError> {
    let name = text.bytes().take_while(|byte| is_token_character(*byte)).count();
    let (name, rest) = text.split_at_checked(name).ok_or_else(malformed)?;
    let value = trim_start(rest).strip_prefix('=').map(trim_start).ok_or_else(malformed)?;
    let (value, rest) = match value.strip_prefix('"') {
        Some(quoted) => quoted_string(quoted)?,
        None => {
            let token = value.bytes().take_while(|byte| is_token_character(*byte)).count();
            let (token, rest) = value.split_at_checked(token).ok_or_else(malformed)?;
            (Value { text: Cow::Borrowed(token), quoted: false }, rest)
        }
    };
    if name.is_empty() || (value.text.is_empty() && !value.quoted) {
        return Err(malformed());
    }
    Ok((name, value, trim_start(rest)))
}

/// What stands before the closing quote, and what behind it (RFC 9110 §5.6.4).
fn quoted_string(text: &str) -> Result<(Value<'_>, &str), HttpSigError> {
    let end = text.find(['"', '\\']).ok_or_else(malformed)?;
    let (plain, rest) = text.split_at_checked(end).ok_or_else(malformed)?;
    if let Some(rest) = rest.strip_prefix('"') {
        return Ok((Value { text: Cow::Borrowed(plain), quoted: true }, rest));
    }
    let mut unescaped = String::from(plain);
    let mut characters = rest.chars();
    loop {
        match characters.next().ok_or_else(malformed)? {
            '"' => break,
            '\\' => unescaped.push(characters.next().ok_or_else(malformed)?),
            character => unescaped.push(character),
        }
    }
    Ok((Value { text: Cow::Owned(unescaped), quoted: true }, characters.as_str()))
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

const fn malformed() -> HttpSigError {
    HttpSigError::Malformed { field: "signature parameters" }
}
