//! Messages to be signed and tampered with.
#![allow(dead_code, reason = "not every test file uses all of it")]

use countersign::encoding::base64;
use countersign::headers::Headers;
use countersign::httpsig::{HttpSigError, MessageSigner, Policy, Request, Signatures, explain};
use countersign::key::{SigningKey, VerifyingKey};
use countersign::time::UnixTime;

/// A field line of a test's own.
pub(crate) type Line<'a> = (&'a str, &'a [u8]);

/// A request of a test's own, to be signed and then tampered with.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        let (method, target) = (method.to_owned(), target.to_owned());
        Self { method, target, fields: Vec::new(), body: Vec::new() }
    }

    /// The same request with one more field line.
    pub(crate) fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.into(), value.as_ref().to_vec()));
        self
    }

    /// The same request with this body; its digest is the test's matter.
    pub(crate) fn body(self, body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..self }
    }

    /// The same request without a field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    /// The same request with a text replaced in the values of a field.
    pub(crate) fn replace(mut self, name: &str, from: &str, to: &str) -> Self {
        let mut replaced = false;
        for (found, value) in &mut self.fields {
            if found.eq_ignore_ascii_case(name) {
                let text = String::from_utf8(value.clone()).unwrap();
                replaced |= text.contains(from);
                *value = text.replacen(from, to, 1).into_bytes();
            }
        }
        assert!(replaced, "{name} has no {from}");
        self
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        std::str::from_utf8(&found.unwrap().1).unwrap()
    }

    pub(crate) fn with<T>(&self, test: impl FnOnce(Request<'_>) -> T) -> T {
        let fields: Vec<_> =
            self.fields.iter().map(|(name, value)| (&**name, value.as_slice())).collect();
        test(Request::new(&self.method, &self.target, Headers::new(&fields)))
    }

    /// The same request, signed.
    pub(crate) fn signed(mut self, signer: &MessageSigner, now: UnixTime) -> Self {
        let signature = self.with(|request| signer.sign(request, now)).unwrap();
        for (name, value) in signature.iter() {
            self = self.field(name, value);
        }
        self
    }

    /// The same request, signed under `label` with these very parameters of RFC 9421, sensible or not. The policy only
    /// says which types of fields are known.
    pub(crate) fn signed_as(
        self,
        label: &str,
        params: &str,
        key: &SigningKey,
        policy: &Policy,
    ) -> Self {
        let unsigned = self
            .clone()
            .without("signature-input")
            .without("signature")
            .field("Signature-Input", format!("{label}={params}"))
            .field("Signature", format!("{label}=:AAAA:"));
        let report = unsigned
            .with(|request| explain(request, &key.verifying_key(), policy, UnixTime::EPOCH));
        let base = report.base().unwrap_or_else(|| panic!("no base: {report}")).as_str().to_owned();
        let signature = key.sign(key.algorithms()[0], base.as_bytes()).unwrap();
        let signature = base64::encode(signature);
        self.field("Signature-Input", format!("{label}={params}"))
            .field("Signature", format!("{label}=:{signature}:"))
    }

    /// What a verification gives of it, component by component.
    pub(crate) fn verdict(
        &self,
        keys: &(impl AsRef<[VerifyingKey]> + ?Sized),
        policy: &Policy,
        now: UnixTime,
    ) -> Result<Vec<(String, String)>, HttpSigError> {
        self.with(|request| {
            let signatures = Signatures::parse(request)?;
            let head = signatures.select(policy)?.verify_head(keys, policy, now)?;
            let signed = head.with_body(&self.body)?;
            Ok(signed
                .components()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect())
        })
    }
}
