//! RFC 9421 by its own examples, and by what other implementations signed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

mod common;
#[path = "common/httpsig.rs"]
mod support;

use std::time::Duration;

use countersign::encoding::base64;
use countersign::httpsig::{
    FieldType, HttpSigError, MessageSigner, Policy, PolicyBuilder, RemoteSigner, Scheme,
    Signatures, SigningOptions, explain, explain::Report,
};
use countersign::key::{Algorithm, VerifyingKey};
use countersign::time::UnixTime;
use serde_json::Value;
use support::{Stored, algorithm, rfc9421_key, rfc9421_signing_key, string, vectors};

/// The identifiers in the parentheses of `@signature-params`.
fn components(params: &str) -> Vec<&str> {
    let (list, _) = params.strip_prefix('(').unwrap().split_once(')').unwrap();
    list.split(' ').filter(|id| !id.is_empty()).collect()
}

fn parameter<'p>(params: &'p str, name: &str) -> Option<&'p str> {
    let (_, rest) = params.split_once(&format!(";{name}="))?;
    Some(rest.split(';').next().unwrap().trim_matches('"'))
}

fn created(params: &str) -> UnixTime {
    UnixTime::from_secs(parameter(params, "created").unwrap().parse().unwrap())
}

/// A policy that demands what this signature covers, so that every component's identity is compared.
fn policy(case: &Value, kind: &Stored) -> PolicyBuilder {
    let params = case["signature_params"].as_str().unwrap();
    let ids = match components(params) {
        ids if ids.is_empty() => vec!["@method"],
        ids => ids,
    };
    let builder = match kind.method {
        Some(_) => Policy::builder(Scheme::Rfc9421, ids),
        None => Policy::response_builder(Scheme::Rfc9421, ids),
    };
    let builder = builder
        .algorithms([algorithm(case["alg"].as_str().unwrap())])
        .key_id(case["keyid"].as_str().unwrap())
        .dangerous_partial_coverage()
        .dangerous_unsigned_body();
    match parameter(params, "tag") {
        Some(tag) => builder.tag(tag),
        None => builder,
    }
}

fn report(case: &Value, message: &Stored, answered: Option<&Stored>) -> Report {
    let key =
        rfc9421_key(case["keyid"].as_str().unwrap(), algorithm(case["alg"].as_str().unwrap()));
    let policy = policy(case, message).build().unwrap();
    let now = created(case["signature_params"].as_str().unwrap());
    message.with_message(answered, |message| explain(message, &key, &policy, now))
}

fn verdict(case: &Value, message: &Stored, answered: Option<&Stored>) -> Result<(), HttpSigError> {
    let key =
        rfc9421_key(case["keyid"].as_str().unwrap(), algorithm(case["alg"].as_str().unwrap()));
    let policy = policy(case, message).build().unwrap();
    let now = created(case["signature_params"].as_str().unwrap());
    message.with_message(answered, |found| {
        let signatures = Signatures::parse(found)?;
        let head = signatures.select(&policy)?.verify_head(&key, &policy, now)?;
        head.with_body(message.body.as_bytes()).map(|_| ())
    })
}

#[test]
fn every_example_of_the_rfc_has_its_base_and_its_verdict() {
    let Some(vectors) = vectors("rfc9421.json") else { return };
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 20);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let message = Stored::read(&case["message"]);
        let answered = case.get("request").map(Stored::read);
        let report = report(case, &message, answered.as_ref());
        let expected = match (id, case["expect_valid"].as_bool().unwrap()) {
            // §B.2.1 covers nothing of the message; no policy takes that.
            ("sig-b21", _) => Err(HttpSigError::NotCovered { component: "\"@method\"".into() }),
            (_, true) => Ok(()),
            (_, false) => Err(HttpSigError::SignatureInvalid),
        };
        assert_eq!(verdict(case, &message, answered.as_ref()), expected, "{id}");
        assert_eq!(report.error(), expected.as_ref().err(), "{id}");
        let base = report.base().unwrap().as_str();
        assert_eq!(base, case["signature_base"].as_str().unwrap(), "{id}");
        if id == "sig-b21" {
            // The signature is good all the same.
            let key = rfc9421_key("test-key-rsa-pss", Algorithm::Ps512);
            let signature = base64::decode(case["signature_base64"].as_str().unwrap()).unwrap();
            assert_eq!(key.verify(Algorithm::Ps512, base.as_bytes(), &signature), Ok(()));
        }
    }
}

#[test]
fn every_deterministic_example_is_signed_bit_for_bit() {
    let Some(vectors) = vectors("rfc9421.json") else { return };
    let mut signed = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let name = case["alg"].as_str().unwrap();
        let again = case["deterministic"] == true && !name.starts_with("rsa");
        // Those of §B.4 that are shown again with another message are signed once.
        if !again || case["verified_with_python_cryptography"]["listed_base"].is_null() {
            continue;
        }
        let message = Stored::read(&case["message"]);
        let (label, params) = (string(&case["label"]), string(&case["signature_params"]));
        // What a proxy or a digest would add is not in these examples.
        let unsigned =
            message.without("signature").without("signature-input").without("content-digest");
        let key = rfc9421_signing_key(case["keyid"].as_str().unwrap(), algorithm(name));
        let policy = policy(case, &unsigned).build().unwrap();
        let signer = MessageSigner::new(key, &policy).unwrap().without_algorithm();
        let options = SigningOptions::default().with_label(&label);
        let fields = unsigned
            .with_message(None, |message| signer.sign_with(message, &options, created(&params)))
            .unwrap();
        let fields: Vec<_> = fields.iter().collect();
        let signature = case["signature_base64"].as_str().unwrap();
        assert_eq!(fields[0], ("Signature-Input", &*format!("{label}={params}")), "{label}");
        assert_eq!(fields[1], ("Signature", &*format!("{label}=:{signature}:")), "{label}");
        signed += 1;
    }
    assert_eq!(signed, 3);
}

/// The first line of the base over one component, or why there is none.
fn line(case: &Value) -> Result<String, String> {
    let message = Stored::read(&case["message"]);
    let answered = case.get("request").map(Stored::read);
    let component = case["component"].as_str().unwrap();
    let builder = match message.method {
        Some(_) => Policy::builder(Scheme::Rfc9421, [component]),
        None => Policy::response_builder(Scheme::Rfc9421, [component]),
    };
    let mut builder = builder.dangerous_partial_coverage();
    for (name, found) in case["sf_types"].as_object().into_iter().flatten() {
        let field_type = match found.as_str().unwrap() {
            "dictionary" => FieldType::Dictionary,
            "list" => FieldType::List,
            other => panic!("{other}"),
        };
        builder = builder.field_type(name, field_type);
    }
    let policy = builder.build().map_err(|error| error.code().to_owned())?;
    let key = VerifyingKey::from_pem(include_str!("keys/ed25519.pub.pem")).unwrap();
    let signer = RemoteSigner::new(key, &policy).unwrap();
    message.with_message(answered.as_ref(), |message| {
        let draft = signer.prepare(message, &SigningOptions::default(), UnixTime::EPOCH);
        let draft = draft.map_err(|error| error.code().to_owned())?;
        let base = std::str::from_utf8(draft.message()).unwrap();
        Ok(base.split('\n').next().unwrap().to_owned())
    })
}

#[test]
fn every_component_case_has_its_line_or_its_error() {
    let Some(vectors) = vectors("rfc9421-components.json") else { return };
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 67);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        if let Some(expected) = case["expected_line"].as_str() {
            assert_eq!(line(case).as_deref(), Ok(expected), "{id}");
            continue;
        }
        let code = match id {
            "sf-unknown-type" => "httpsig.component_type_unknown",
            "key-absent" | "tr-missing-flag" | "qp-absent" | "absent-field" => {
                "httpsig.component_missing"
            }
            "qp-twice" => "httpsig.query_ambiguous",
            "qp-invalid-utf8" => "httpsig.query_encoding",
            "non-ascii-value" => "httpsig.component_value",
            // What no message of this kind can have, no policy can ask for.
            "bs-and-sf"
            | "bs-and-key"
            | "qp-no-name"
            | "status-in-request"
            | "method-in-response"
            | "req-in-request"
            | "unknown-derived"
            | "unknown-param"
            | "signature-params-covered"
            | "uppercase-name" => "httpsig_policy.component",
            other => panic!("{other}"),
        };
        assert_eq!(line(case), Err(code.to_owned()), "{id}");
    }
}

#[test]
fn p384_signatures_are_raw_and_have_a_twin() {
    let Some(vectors) = vectors("rfc9421-p384.json") else { return };
    let pem = vectors["keys"]["test-key-ecc-p384"]["public_pem"].as_str().unwrap();
    let key = VerifyingKey::from_pem(pem).unwrap().with_id("test-key-ecc-p384");
    let cases = vectors["cases"].as_array().unwrap();
    let message = Stored::read(&cases[0]["message"]);
    for case in cases {
        let (params, signature) = (&case["signature_params"], &case["signature_base64"]);
        let params = params.as_str().unwrap();
        let signed = message
            .clone()
            .without("signature")
            .without("signature-input")
            .with("Signature-Input", &format!("any={params}"))
            .with("Signature", &format!("any=:{}:", signature.as_str().unwrap()));
        let policy = Policy::builder(Scheme::Rfc9421, components(params))
            .dangerous_partial_coverage()
            .dangerous_unsigned_body()
            .build()
            .unwrap();
        let verdict = signed.with_message(None, |message| {
            let signatures = Signatures::parse(message)?;
            let head = signatures.select(&policy)?.verify_head(&key, &policy, created(params))?;
            head.with_body(signed.body.as_bytes()).map(|_| ())
        });
        let expected = match case["expect_valid"].as_bool().unwrap() {
            true => Ok(()),
            false => Err(HttpSigError::SignatureInvalid),
        };
        assert_eq!(verdict, expected, "{}", case["id"]);
    }
}

/// A message that a peer signed; its headers are a map, its target a URL.
fn peer_message(case: &Value) -> (Stored, Option<Stored>) {
    let headers = |of: &Value| -> Vec<(String, String)> {
        let map = of["headers"].as_object().unwrap();
        map.iter().map(|(name, value)| (name.clone(), string(value))).collect()
    };
    let read = |of: &Value| Stored {
        method: of["method"].as_str().map(str::to_owned),
        target: of["url"].as_str().unwrap_or_default().replacen("https://example.com", "", 1),
        scheme: None,
        status: of["status"].as_u64().unwrap_or_default().try_into().unwrap(),
        headers: headers(of),
        trailers: Vec::new(),
        body: of["body"].as_str().unwrap_or_default().to_owned(),
    };
    let message = read(case);
    let message = match case["kind"].as_str() {
        Some("response") => Stored { method: None, ..message },
        _ => message,
    };
    (message, case.get("request").map(read))
}

/// Every message that a peer signed, and why the few that are refused are.
#[test]
fn what_peers_signed_is_verified_or_refused_with_its_reason() {
    let Some(vectors) = vectors("peers/peer-signed.json") else { return };
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 51);
    let mut refused = Vec::new();
    for case in cases {
        let peer = case["peer"].as_str().unwrap();
        let (message, answered) = peer_message(case);
        let (verdict, base) = peer_verdict(case, &message, answered.as_ref());
        let verified_as: Vec<_> = case["verified_as"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        let expected = match &verified_as[..] {
            // It leaves out the query, so the target that it signed is not that of its request.
            [] => Err("httpsig.signature_invalid"),
            // RFC 9421 §3.3.1: 64 bytes of salt. This peer salts as much as the key takes.
            ["rsa-pss-sha512-saltmax"] => Err("httpsig.signature_invalid"),
            _ => Ok(()),
        };
        assert_eq!(
            verdict.as_ref().map_err(HttpSigError::code).copied(),
            expected,
            "{peer} {}",
            case["alg"]
        );
        assert_eq!(base.as_deref(), case["signature_base"].as_str(), "{peer}");
        if expected.is_err() {
            refused.push(peer);
        }
    }
    assert_eq!(refused.len(), 4);
}

fn peer_verdict(
    case: &Value,
    message: &Stored,
    answered: Option<&Stored>,
) -> (Result<(), HttpSigError>, Option<String>) {
    let field = |name: &str| {
        let found = message.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let base = case["signature_base"].as_str().unwrap();
    let (scheme, names, now) = match field("signature-input") {
        Some(input) => {
            let params = input.split_once('=').unwrap().1;
            (Scheme::Rfc9421, components(params), created(params))
        }
        None => {
            let names = base.lines().map(|line| line.split_once(": ").unwrap().0).collect();
            (Scheme::Lenient, names, UnixTime::from_secs(1_618_884_476))
        }
    };
    let id = match case["keyid"].as_str().unwrap() {
        "(jwk thumbprint)" => case["key"].as_str().unwrap(),
        id => id,
    };
    let name = match case["alg"].as_str().unwrap() {
        "hs2019" => "ed25519",
        name => name,
    };
    let key = rfc9421_key(id, algorithm(name));
    let builder = match message.method {
        Some(_) => Policy::builder(scheme, &names),
        None => Policy::response_builder(scheme, &names),
    };
    let policy = builder
        .algorithms([algorithm(name)])
        .max_age(Duration::from_secs(600))
        .dangerous_partial_coverage()
        .build()
        .unwrap();
    message.with_message(answered, |found| {
        let report = explain(found, &key, &policy, now);
        let verdict = (|| {
            let signatures = Signatures::parse(found)?;
            let head = signatures.select(&policy)?.verify_head(&key, &policy, now)?;
            head.with_body(message.body.as_bytes()).map(|_| ())
        })();
        (verdict, report.base().map(|base| base.as_str().to_owned()))
    })
}
