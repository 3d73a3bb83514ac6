//! No error, and nothing that is meant for a log, repeats what it was given.

#![no_main]

use std::fmt::{Debug, Display};
use std::sync::LazyLock;

use countersign::encoding::{base64, base64url, hex};
use countersign::headers::Headers;
use countersign::jwks::JwkSet;
use countersign::jwt::{Claims, Policy, SingleUse, UnverifiedToken, explain};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::structured::{Dictionary, Item, List};
use countersign::{Error, javascript, json, structured};
use countersign_fuzz::keys::{AUDIENCE, IAT, ISSUER, NOW, SIGNING, VERIFYING, sign};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

/// No message of the library has it by chance, and it is a word in every grammar.
const MARKER: &str = "tOpsEcrEt77";

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let before: Vec<u8> = input.arbitrary().unwrap_or_default();
    let planted = [&before, MARKER.as_bytes(), input.take_rest()].concat();
    raw(&planted);
    if let Ok(text) = std::str::from_utf8(&planted) {
        texts(text);
    }
    claims(&planted);
});

/// The bytes as they are, for everyone who reads bytes.
fn raw(bytes: &[u8]) {
    const LIMITS: json::Limits = json::Limits { max_bytes: 8192, max_depth: 8 };
    const FIELD: structured::Limits = structured::Limits::DEFAULT;
    silent(&json::parse(bytes, LIMITS));
    silent(&json::parse_object(bytes, LIMITS));
    silent(&json::from_slice::<Typed<'_>>(bytes, LIMITS).map(|_| ()));
    silent(&javascript::parse(bytes, javascript::Profile::Node, javascript::Limits::EVENT));
    silent(&base64::decode(bytes).map(|_| ()));
    silent(&base64url::decode(bytes).map(|_| ()));
    silent(&hex::decode(bytes).map(|_| ()));
    silent(&Item::parse(bytes, &FIELD).map(|_| ()));
    silent(&List::parse(bytes, &FIELD).map(|_| ()));
    silent(&Dictionary::parse(bytes, &FIELD).map(|_| ()));
    silent(&Headers::new(&[("authorization", bytes)]).bearer().map(|_| ()));
    silent(&Secret::new(bytes));
    silent(&SigningKey::from_pkcs8_der(bytes));
    silent(&SigningKey::from_pkcs1_der(bytes));
    silent(&SigningKey::from_sec1_der(bytes));
    silent(&SigningKey::from_jwk(bytes));
    silent(&VerifyingKey::from_spki_der(bytes));
    silent(&VerifyingKey::from_jwk(bytes).map(|_| ())); // a key shows its id
    if let Ok(secret) = Secret::new(bytes) {
        silent(&SigningKey::hmac(Algorithm::Hs256, &secret));
        silent(&VerifyingKey::hmac(Algorithm::Hs256, &secret));
    }
}

fn texts(text: &str) {
    silent(&SigningKey::from_pem(text));
    silent(&VerifyingKey::from_pem(text));
    silent(&UnverifiedToken::parse(text).map(|_| ())); // a token shows its key id
    // Private members of a published set.
    let quoted = serde_json::Value::from(text);
    for member in ["k", "d", "n", "x", "y", "alg", "use", "kty"] {
        let document = format!(
            r#"{{"keys":[{{"kty":"oct","k":"AA","{member}":{quoted}}},{{"kty":"EC","crv":"P-256","d":"AA","{member}":{quoted}}}]}}"#
        );
        silent(&JwkSet::parse(document.as_bytes()));
        let jwk = format!(r#"{{"{member}":{quoted},"crv":"Ed25519"}}"#);
        silent(&SigningKey::from_jwk(jwk.as_bytes()));
    }
    // A header says nothing but its key id.
    for member in ["alg", "typ", "cty", "crit", "jku", "other"] {
        let header = format!(r#"{{"{member}":{quoted},"kid":"h1"}}"#);
        let token = sign(&SIGNING[0].1, Algorithm::Hs256, &header, b"{}");
        silent(&UnverifiedToken::parse(&token));
        let report = explain(&token, &*VERIFYING, &*POLICY, NOW);
        report.errors().for_each(shows_nothing);
    }
}

/// Claims under a good signature: the whole payload, or the value or name of a claim.
fn claims(planted: &[u8]) {
    let text = serde_json::Value::from(String::from_utf8_lossy(planted));
    let exp = IAT + 300;
    let mut payloads = vec![planted.to_owned()];
    for claim in ["sub", "name", "iss", "aud", "jti", "exp", "scope", "azp"] {
        let object = serde_json::json!({ "iss": ISSUER, "aud": AUDIENCE, "jti": "1", "exp": exp, "scope": "r" });
        let mut object = object;
        object[claim] = text.clone();
        payloads.push(object.to_string().into_bytes());
    }
    payloads.push(
        format!(
            r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","jti":"1","exp":{exp},{text}:1,{text}:2}}"#
        )
        .into(),
    );
    for payload in payloads {
        let token = sign(&SIGNING[0].1, Algorithm::Hs256, r#"{"alg":"HS256"}"#, &payload);
        let parsed = UnverifiedToken::parse(&token).unwrap();
        shows_none_of_it(&format!("{parsed:?}"));
        silent(&parsed.verify::<Claims, _>(&*VERIFYING, &*POLICY, NOW));
        silent(&parsed.verify::<Typed<'_>, _>(&*VERIFYING, &*POLICY, NOW));
        // The report shows some claims to the support desk; its reasons do not.
        let report = explain(&token, &*VERIFYING, &*POLICY, NOW);
        report.errors().for_each(shows_nothing);
    }
}

/// A host's type, strict about what it takes.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read to fail")]
struct Typed<'a> {
    sub: &'a str,
    exp: i64,
    kind: Kind,
}

#[derive(serde::Deserialize)]
enum Kind {
    Person,
    Machine(()),
}

static POLICY: LazyLock<Policy<SingleUse>> = LazyLock::new(|| {
    let builder = Policy::builder(ISSUER, AUDIENCE, [Algorithm::Hs256]);
    builder.scope_any(["r"]).authorized_party("p").single_use().build().unwrap()
});

/// Neither what an error says nor what a value shows to a log.
fn silent<T: Debug, E: Debug + Display + Clone + Into<Error>>(result: &Result<T, E>) {
    match result {
        Ok(value) => shows_none_of_it(&format!("{value:?} {value:#?}")),
        Err(error) => shows_nothing(error),
    }
}

fn shows_nothing(error: &(impl Debug + Display + Clone + Into<Error>)) {
    let all: Error = error.clone().into();
    shows_none_of_it(&format!(
        "{error} {error:?} {error:#?} {all} {all:?} {} {:?}",
        all.code(),
        all.class()
    ));
}

fn shows_none_of_it(shown: &str) {
    assert!(!shown.contains(MARKER), "{shown}");
    let bytes = format!("{:?}", MARKER.as_bytes());
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}
