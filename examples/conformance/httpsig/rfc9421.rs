//! The signed messages of RFC 9421, and P-384, of which it has none.

use std::path::Path;

use countersign::encoding::base64;
use countersign::httpsig::{MessageSigner, Policy, PolicyError, Scheme, SigningOptions};
use countersign::key::Algorithm;
use countersign::time::UnixTime;
use serde_json::Value;

use super::super::{Report, Run, compare};
use super::keys::{Keys, algorithm};
use super::message::Stored;
use super::{Outcome, base, list, policy_for, read, text, verdict};

/// Runs a file: each case verified, and those that give the same signature every time signed.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    let keys = Keys::of(path)?;
    let file = read(path)?;
    let mut first = Value::Null;
    for case in list(&file, "cases") {
        // In the file of P-384 a case says what differs from the first.
        let case = filled(case, &first);
        let id = text(&case, "id")?;
        report.case(id, Example::read(&case).map_err(Into::into).and_then(|it| it.verify(&keys)));
        if is_signed_again(&case) {
            let again = Example::read(&case).map_err(Into::into).and_then(|it| it.sign(&keys));
            report.case(format!("{id} signed"), again);
        }
        if first.is_null() {
            first = case;
        }
    }
    Ok(())
}

/// The case with what it lacks of the first.
fn filled(case: &Value, first: &Value) -> Value {
    let mut filled = first.as_object().cloned().unwrap_or_default();
    filled.extend(case.as_object().cloned().unwrap_or_default());
    Value::Object(filled)
}

/// Not RSA: the backend refuses the RFC's key for signing, because its primes differ in length. Those of §B.4 that are
/// shown again with another message are signed once.
fn is_signed_again(case: &Value) -> bool {
    let rsa = case["alg"].as_str().is_some_and(|name| name.starts_with("rsa"));
    let listed = &case["verified_with_python_cryptography"]["listed_base"];
    case["deterministic"] == true && !rsa && !listed.is_null()
}

struct Example<'c> {
    id: &'c str,
    message: Stored,
    answered: Option<Stored>,
    label: &'c str,
    params: Params<'c>,
    key_id: &'c str,
    algorithm: Algorithm,
    base: &'c str,
    signature: &'c str,
    valid: bool,
}

impl<'c> Example<'c> {
    fn read(case: &'c Value) -> Result<Self, String> {
        let (label, params) = (text(case, "label")?, text(case, "signature_params")?);
        let signature = text(case, "signature_base64")?;
        let mut message = Stored::read(&case["message"]);
        if message.value("signature").is_none() {
            message = message
                .with("Signature-Input", &format!("{label}={params}"))
                .with("Signature", &format!("{label}=:{signature}:"));
        }
        Ok(Self {
            id: text(case, "id")?,
            message,
            answered: case.get("request").map(Stored::read),
            label,
            params: Params(params),
            key_id: text(case, "keyid")?,
            algorithm: algorithm(text(case, "alg")?)?,
            base: text(case, "signature_base")?,
            signature,
            valid: case["expect_valid"] == true,
        })
    }

    /// A policy that demands what this signature covers, so that every component's identity is compared.
    fn policy(&self) -> Result<Policy, PolicyError> {
        let components = match self.params.components() {
            components if components.is_empty() => vec!["@method"],
            components => components,
        };
        let builder = policy_for(&self.message, Scheme::Rfc9421, components)
            .algorithms([self.algorithm])
            .key_id(self.key_id)
            .dangerous_unsigned_body();
        match self.params.get("tag") {
            Some(tag) => builder.tag(tag).build(),
            None => builder.build(),
        }
    }

    fn verify(&self, keys: &Keys) -> Outcome {
        let key = keys.verifying(self.key_id, self.algorithm)?;
        let (policy, now) = (self.policy()?, self.params.created()?);
        let answered = self.answered.as_ref();
        let found = self.message.answering(answered, |message| base(message, &key, &policy, now));
        compare(&*found, self.base)?;
        let expected = match (self.id, self.valid) {
            // §B.2.1 covers nothing of the message, and no policy takes that; its signature is good all the same.
            ("sig-b21", true) => {
                let signature = base64::decode(self.signature)?;
                key.verify(self.algorithm, found.as_bytes(), &signature)?;
                "httpsig.not_covered"
            }
            (_, true) => "accepted",
            (_, false) => "httpsig.signature_invalid",
        };
        let body = &self.message.body;
        let found =
            self.message.answering(answered, |message| verdict(message, body, &key, &policy, now));
        Ok(compare(found?, expected)?)
    }

    fn sign(&self, keys: &Keys) -> Outcome {
        // What a digest would add is not in these examples.
        let unsigned = self.message.without(&["signature", "signature-input", "content-digest"]);
        let key = keys.signing(self.key_id, self.algorithm)?;
        let signer = MessageSigner::new(key, &self.policy()?)?.without_algorithm();
        let options = SigningOptions::default().with_label(self.label);
        let now = self.params.created()?;
        let fields =
            unsigned.answering(None, |message| signer.sign_with(message, &options, now))?;
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let (label, params, signature) = (self.label, self.params.0, self.signature);
        let expected =
            format!("Signature-Input: {label}={params}\nSignature: {label}=:{signature}:");
        Ok(compare(fields.join("\n"), expected)?)
    }
}

/// The value of `@signature-params`, read as loosely as good examples allow.
pub(super) struct Params<'p>(pub(super) &'p str);

impl<'p> Params<'p> {
    /// The identifiers in the parentheses.
    pub(super) fn components(&self) -> Vec<&'p str> {
        let list = self.0.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        list.map_or("", |(list, _)| list).split(' ').filter(|id| !id.is_empty()).collect()
    }

    fn get(&self, name: &str) -> Option<&'p str> {
        let (_, rest) = self.0.split_once(&format!(";{name}="))?;
        rest.split(';').next().map(|value| value.trim_matches('"'))
    }

    pub(super) fn created(&self) -> Result<UnixTime, String> {
        let created = self.get("created").and_then(|created| created.parse().ok());
        created.map(UnixTime::from_secs).ok_or_else(|| "expected `created`".into())
    }
}
