//! Messages and keys of the HTTP signature vectors.
#![allow(dead_code, reason = "not every test file uses all of it")]

use countersign::encoding::base64;
use countersign::headers::Headers;
use countersign::httpsig::{
    HttpSigError, Message, MessageSigner, Policy, Request, Response, Signatures, explain,
};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use serde_json::Value;

/// One file of vectors, if there are any.
pub(crate) fn vectors(file: &str) -> Option<Value> {
    let folder = crate::common::vectors()?;
    let text = std::fs::read(folder.join("httpsig").join(file)).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}

/// A field line of a test's own.
pub(crate) type Line<'a> = (&'a str, &'a [u8]);

/// A message of the vectors, owned so that tests can change it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) method: Option<String>,
    pub(crate) target: String,
    pub(crate) scheme: Option<String>,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) trailers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Stored {
    /// Reads `{type, method, target, scheme, status, headers, trailers, body}`.
    pub(crate) fn read(message: &Value) -> Self {
        let text = |name: &str| message[name].as_str().map(str::to_owned);
        let lines = |name: &str| -> Vec<(String, String)> {
            let lines = message[name].as_array();
            lines.into_iter().flatten().map(|line| (string(&line[0]), string(&line[1]))).collect()
        };
        Self {
            method: text("method"),
            target: text("target").unwrap_or_default(),
            scheme: text("scheme"),
            status: message["status"].as_u64().unwrap_or_default().try_into().unwrap(),
            headers: lines("headers"),
            trailers: lines("trailers"),
            body: text("body").unwrap_or_default(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    /// Calls `test` with the message, and with the request that it answers.
    pub(crate) fn with_message<T>(
        &self,
        answered: Option<&Self>,
        test: impl FnOnce(Message<'_>) -> T,
    ) -> T {
        let (headers, trailers) = (lines(&self.headers), lines(&self.trailers));
        let (headers, trailers) = (Headers::new(&headers), Headers::new(&trailers));
        if self.method.is_some() {
            return test(self.request(headers).with_trailers(trailers).into());
        }
        let response = Response::new(self.status, headers).with_trailers(trailers);
        let Some(answered) = answered else { return test(response.into()) };
        let headers = lines(&answered.headers);
        test(response.answering(&answered.request(Headers::new(&headers))).into())
    }

    fn request<'a>(&'a self, headers: Headers<'a>) -> Request<'a> {
        let request = Request::new(self.method.as_deref().unwrap(), &self.target, headers);
        match &self.scheme {
            Some(scheme) => request.with_scheme(scheme),
            None => request,
        }
    }
}

fn lines(fields: &[(String, String)]) -> Vec<Line<'_>> {
    fields.iter().map(|(name, value)| (&**name, value.as_bytes())).collect()
}

pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A key of RFC 9421 §B.1, pinned to the algorithm that it is used with. It fits any key id.
pub(crate) fn rfc9421_key(id: &str, algorithm: Algorithm) -> VerifyingKey {
    let keys = &vectors("rfc9421.json").unwrap()["keys"];
    match keys[id]["secret_base64"].as_str() {
        Some(secret) => VerifyingKey::hmac(algorithm, &shared_secret(secret)).unwrap(),
        None => {
            let pem = keys[id]["public_pem"].as_str().unwrap();
            VerifyingKey::from_pem(pem).unwrap().with_algorithm(algorithm).unwrap()
        }
    }
}

/// A private key of RFC 9421 §B.1.
pub(crate) fn rfc9421_signing_key(id: &str, algorithm: Algorithm) -> SigningKey {
    let keys = &vectors("rfc9421.json").unwrap()["keys"];
    let key = match keys[id]["secret_base64"].as_str() {
        Some(secret) => SigningKey::hmac(algorithm, &shared_secret(secret)).unwrap(),
        None => SigningKey::from_pem(keys[id]["private_pem"].as_str().unwrap()).unwrap(),
    };
    key.with_algorithm(algorithm).unwrap().with_id(id)
}

fn shared_secret(text: &str) -> Secret {
    Secret::new(base64::decode(text).unwrap()).unwrap()
}

/// The algorithm that the vectors call so, in either registry.
pub(crate) fn algorithm(name: &str) -> Algorithm {
    match name {
        "rsa-pss-sha512" => Algorithm::Ps512,
        "rsa-v1_5-sha256" | "rsa-sha256" => Algorithm::Rs256,
        "rsa-v1_5-sha512" | "rsa-sha512" => Algorithm::Rs512,
        "hmac-sha256" => Algorithm::Hs256,
        "hmac-sha512" => Algorithm::Hs512,
        "ecdsa-p256-sha256" | "ecdsa-sha256" => Algorithm::Es256,
        "ecdsa-p384-sha384" => Algorithm::Es384,
        "ed25519" | "ed25519-sha512" => Algorithm::EdDsa,
        other => panic!("no algorithm {other}"),
    }
}

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
