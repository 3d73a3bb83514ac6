//! Keys of Wycheproof and of three JavaScript runtimes, read in place (`tests/common`). The signatures of
//! Wycheproof are among the kinds of `tests/conformance.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use countersign::encoding::hex;
use countersign::key::{Algorithm, KeyError, SigningKey, VerifyingKey};
use serde_json::Value;

fn read(folder: &Path, file: &str) -> Value {
    let path = folder.join("jwt").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// Every (group, test) of a Wycheproof file.
fn cases(file: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let groups = file["testGroups"].as_array().unwrap();
    groups
        .iter()
        .flat_map(|group| group["tests"].as_array().unwrap().iter().map(move |test| (group, test)))
}

fn import(group: &Value) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::from_spki_der(&bytes(&group["publicKeyDer"]))
}

#[test]
fn each_form_of_a_wycheproof_key_is_the_same_key() {
    let Some(folder) = common::vectors() else { return };
    let mut count = 0;
    for name in [
        "rsa_signature_2048_sha256",
        "rsa_pss_4096_sha512_mgf1_64",
        "ecdsa_secp256r1_sha256_p1363",
        "ecdsa_secp384r1_sha384_p1363",
        "ed25519",
    ] {
        for group in
            read(&folder, &format!("wycheproof/{name}_test.json"))["testGroups"].as_array().unwrap()
        {
            let key = import(group).unwrap();
            let pem = VerifyingKey::from_pem(group["publicKeyPem"].as_str().unwrap()).unwrap();
            assert_eq!(key.thumbprint(), pem.thumbprint());
            let jwk =
                [&group["publicKeyJwk"], &group["keyJwk"]].into_iter().find(|jwk| jwk.is_object());
            if let Some(jwk) = jwk {
                let jwk = VerifyingKey::from_jwk(jwk.to_string().as_bytes()).unwrap();
                assert_eq!(key.thumbprint(), jwk.thumbprint());
            }
            if let Some(pkcs1) = group["publicKeyAsn"].as_str() {
                let pkcs1 = VerifyingKey::from_pkcs1_der(&hex::decode(pkcs1).unwrap()).unwrap();
                assert_eq!(key.thumbprint(), pkcs1.thumbprint());
            }
            count += 1;
        }
    }
    assert!(count >= 290, "{count}");
}

#[test]
fn wycheproof_key_sets_are_refused_with_their_reasons() {
    let Some(folder) = common::vectors() else { return };
    let file = read(&folder, "wycheproof/json_web_key_test.json");
    let reason = |id: u64| match id {
        5 => None,
        6 | 21 => Some("key.use"),
        7 => Some("key.rsa_roca"),
        8 => Some("key.rsa_too_short"),
        9 => Some("key.rsa_exponent"),
        19 | 20 => Some("key.unknown_algorithm"), // "ES521" and "ES224"
        22 => Some("key.point_off_curve"),
        23 => Some("key.point_encoding"),
        24 => Some("key.member_missing"), // kty RSA with the members of an EC key
        other => panic!("a new case {other}"),
    };
    let mut count = 0;
    for (group, test) in cases(&file).filter(|(group, _)| group["public"].is_object()) {
        let jwk = group["public"]["keys"][0].to_string();
        let found = VerifyingKey::from_jwk(jwk.as_bytes()).err();
        assert_eq!(
            found.map(|error| error.code()),
            reason(test["tcId"].as_u64().unwrap()),
            "{test}"
        );
        count += 1;
    }
    assert_eq!(count, 11);
}

#[test]
fn published_key_sets_of_paypal_and_yahoo() {
    let Some(folder) = common::vectors() else { return };
    let verdicts = |file: &str| -> Vec<_> {
        let set = read(&folder, &format!("jwt-simple-runtimes/{file}"));
        let keys = set["keys"].as_array().unwrap();
        let verdict = |jwk: &Value| match VerifyingKey::from_jwk(jwk.to_string().as_bytes()) {
            Ok(key) => key.algorithms()[0].name(),
            Err(error) => error.code(),
        };
        keys.iter().map(verdict).collect()
    };
    let paypal = ["RS256", "RS256", "ES256", "key.unknown_curve", "PS256"];
    assert_eq!(verdicts("paypal_jwks.json")[..], paypal[..]);
    assert_eq!(verdicts("yahoo_jwks.json")[..], ["key.rsa_too_short", "ES256"]);
}

#[test]
fn keys_of_rfc_9421_are_the_same_in_each_form() {
    let Some(folder) = common::vectors() else { return };
    let file = std::fs::read(folder.join("httpsig/rfc9421.json")).unwrap();
    let keys: Value = serde_json::from_slice(&file).unwrap();
    for (name, algorithm) in [
        ("test-key-rsa-pss", Algorithm::Ps512),
        ("test-key-ecc-p256", Algorithm::Es256),
        ("test-key-ed25519", Algorithm::EdDsa),
    ] {
        let key = &keys["keys"][name];
        let public = VerifyingKey::from_pem(key["public_pem"].as_str().unwrap()).unwrap();
        let private = SigningKey::from_pem(key["private_pem"].as_str().unwrap()).unwrap();
        let jwk = SigningKey::from_jwk(key["jwk"].to_string().as_bytes()).unwrap();
        assert_eq!(jwk.id().map(|id| &**id), Some(name));
        for signing in [private, jwk] {
            assert_eq!(signing.verifying_key().thumbprint(), public.thumbprint());
            let signature = signing.sign(algorithm, b"message").unwrap();
            assert_eq!(public.verify(algorithm, b"message", &signature), Ok(()));
        }
    }
    // Primes of 1088 and 960 bits: ring does not sign with them, so neither backend does.
    let unbalanced = &keys["keys"]["test-key-rsa"];
    assert!(VerifyingKey::from_pem(unbalanced["public_pem"].as_str().unwrap()).is_ok());
    let refused = SigningKey::from_pem(unbalanced["private_pem"].as_str().unwrap()).unwrap_err();
    assert_eq!(refused, KeyError::RsaPrimes);
}

#[test]
fn tokens_of_three_javascript_runtimes() {
    let Some(folder) = common::vectors() else { return };
    let (mut verified, mut refused) = (0, BTreeSet::new());
    for file in ["node", "deno", "bun"] {
        let keys = read(&folder, &format!("jwt-simple-runtimes/{file}.json"))["keys"].take();
        for (name, entry) in keys.as_object().unwrap() {
            let jwk = entry["public"].to_string();
            let key = match VerifyingKey::from_jwk(jwk.as_bytes()) {
                Ok(key) => key,
                Err(error) => {
                    refused.insert((name.clone(), error.code()));
                    continue;
                }
            };
            let token = entry["jwt"].as_str().unwrap();
            let (message, signature) = token.rsplit_once('.').unwrap();
            let signature = countersign::encoding::base64url::decode(signature).unwrap();
            let [algorithm] = key.algorithms() else { panic!("{file} {name}") };
            assert_eq!(
                key.verify(*algorithm, message.as_bytes(), &signature),
                Ok(()),
                "{file} {name}"
            );
            verified += 1;
        }
    }
    assert_eq!(verified, 15);
    let not_for_signatures = [
        ("ECDH-P256", "key.use"),
        ("ML-DSA-44", "key.unknown_key_type"),
        ("ML-DSA-65", "key.unknown_key_type"),
        ("ML-DSA-87", "key.unknown_key_type"),
        ("RSA-OAEP", "key.use"),
        ("X25519", "key.use"),
    ];
    assert!(
        refused.iter().map(|(name, code)| (&**name, *code)).eq(not_for_signatures),
        "{refused:?}"
    );
}
