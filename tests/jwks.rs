//! Key sets, rings and URLs; the cache is in `jwks_cache.rs`. `Knn` are the rows of the threat table
//! that `JwkSet` and `JwksCache` answer, one test each.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

mod common;
#[path = "common/key_sets.rs"]
mod key_sets;

use std::sync::Arc;
use std::time::Duration;

use countersign::class::Class;
use countersign::encoding::base64url;
use countersign::json::JsonErrorKind;
use countersign::jwks::{
    ConfigProblem, JwkSet, JwksError, KeyRing, Refusal, SkipReason, UrlProblem, diff,
};
use countersign::key::{Algorithm, KeyError, VerifyingKey};
use countersign::time::UnixTime;
use key_sets::{ED25519, P256, P384, RSA, RSA_OTHER, document, jwk, key};

fn set(entries: &[impl AsRef<str>]) -> JwkSet {
    JwkSet::parse(&document(entries)).unwrap()
}

/// The reason why `entry` is left out of a set that has one good key beside it.
fn reason(entry: &str) -> SkipReason {
    let set = set(&[jwk(ED25519, "good"), entry.to_owned()]);
    assert_eq!(set.keys_for("good").unwrap().as_ref().len(), 1, "one bad entry sank the set");
    assert_eq!(set.report().skipped().len(), 1, "{entry}");
    let skipped = &set.report().skipped()[0];
    assert_eq!(skipped.index, 1);
    skipped.reason.clone()
}

fn refused(document: &[u8]) -> JwksError {
    JwkSet::parse(document).unwrap_err()
}

/// The JWK with one member replaced or added.
fn with(jwk: &str, member: &str, value: serde_json::Value) -> String {
    let mut jwk: serde_json::Value = serde_json::from_str(jwk).unwrap();
    jwk[member] = value;
    jwk.to_string()
}

#[test]
fn k01_a_document_above_the_limit_is_not_read() {
    let mut padded = document(&[jwk(ED25519, "k")]);
    padded.resize(JwkSet::MAX_BYTES, b' ');
    assert!(JwkSet::parse(&padded).is_ok());
    padded.push(b' ');
    let (maximum, found) = (JwkSet::MAX_BYTES, JwkSet::MAX_BYTES + 1);
    assert_eq!(refused(&padded), JwksError::TooLarge { maximum, found });
}

#[test]
fn k02_more_entries_than_the_limit_are_refused() {
    let entries: Vec<String> = (0..257).map(|n| jwk(ED25519, &format!("k{n}"))).collect();
    assert_eq!(set(&entries[..256]).keys().len(), 256);
    assert_eq!(refused(&document(&entries)), JwksError::TooManyKeys { maximum: 256, found: 257 });
    let junk = document(&["0"; 100_000]);
    assert_eq!(refused(&junk), JwksError::TooManyKeys { maximum: 256, found: 100_000 });
}

#[test]
fn k03_what_is_no_set_is_refused_as_what_it_is() {
    for (document, error) in [
        (r#"{"keys":[]}"#, JwksError::Empty),
        (r#"{"keys":{}}"#, JwksError::NotASet),
        (r#"{"keys":null}"#, JwksError::NotASet),
        (r#"{"Keys":[]}"#, JwksError::NotASet),
        ("{}", JwksError::NotASet),
    ] {
        assert_eq!(refused(document.as_bytes()), error, "{document}");
    }
    for (document, kind) in [
        ("null", JsonErrorKind::NotAnObject),
        ("[]", JsonErrorKind::NotAnObject),
        (r#"{"keys":[],"keys":[]}"#, JsonErrorKind::DuplicateMember),
        (r#"{"keys":[{"kid":"a","kid":"b"}]}"#, JsonErrorKind::DuplicateMember),
    ] {
        let JwksError::Json(error) = refused(document.as_bytes()) else { panic!("{document}") };
        assert_eq!(error.kind(), kind, "{document}");
    }
}

#[test]
fn k04_bytes_that_are_no_json_are_refused() {
    let good = document(&[jwk(ED25519, "k")]);
    let with_bom = [b"\xef\xbb\xbf".as_slice(), &good].concat();
    for (document, kind) in [
        (b"<!DOCTYPE html><title>Sign in</title>".as_slice(), JsonErrorKind::UnexpectedByte),
        (&good[..good.len() - 1], JsonErrorKind::UnexpectedEnd),
        (&with_bom, JsonErrorKind::UnexpectedByte),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", JsonErrorKind::Utf8),
        (b"", JsonErrorKind::UnexpectedEnd),
    ] {
        let JwksError::Json(error) = refused(document) else { panic!("{document:?}") };
        assert_eq!(error.kind(), kind, "{document:?}");
    }
}

#[test]
fn a_set_of_bad_entries_alone_is_refused_with_its_report() {
    let JwksError::NoUsableKey(report) = refused(br#"{"keys":[7,{"kty":"oct","k":"AA"}]}"#) else {
        panic!()
    };
    let reasons: Vec<_> = report.skipped().iter().map(|entry| entry.reason.code()).collect();
    assert_eq!(reasons, ["jwks.entry_not_an_object", "key.symmetric"]);
    assert_eq!(report.alarms().count(), 1);
}

#[test]
fn k06_keys_of_one_id_are_kept_in_their_order_up_to_four() {
    let pems = [RSA, P256, ED25519, P384, RSA_OTHER];
    let entries = pems.map(|pem| jwk(pem, "same"));
    let set = set(&[&entries[..], &[jwk(RSA, "other")]].concat());
    let expected = pems.map(|pem| *key(pem, "same").thumbprint());
    let keys = set.keys_for("same").unwrap();
    let found: Vec<_> = keys.as_ref().iter().map(|key| *key.thumbprint()).collect();
    assert_eq!(found, expected[..4]);
    let skipped = &set.report().skipped()[0];
    assert_eq!((skipped.index, &skipped.reason), (4, &SkipReason::TooManyForKeyId));
    assert_eq!(skipped.key_id.as_deref(), Some("same"));
    assert_eq!(set.keys_for("other").unwrap().as_ref().len(), 1);
}

#[test]
fn k07_moduli_that_are_too_long_are_left_out() {
    let rsa = jwk(RSA, "k");
    let modulus = |bytes: usize| serde_json::Value::from("_".repeat(bytes.div_ceil(3) * 4));
    assert_eq!(
        reason(&with(&rsa, "n", modulus(2049))),
        SkipReason::Key(KeyError::RsaTooLong { maximum: 8192, found: 2049 * 8 })
    );
    let SkipReason::Key(KeyError::Json(error)) = reason(&with(&rsa, "n", modulus(60_000))) else {
        panic!()
    };
    assert_eq!(error.kind(), JsonErrorKind::TooLong);
    let megabyte = document(&[with(&rsa, "n", modulus(1_000_000))]);
    assert!(matches!(refused(&megabyte), JwksError::TooLarge { .. }));
}

#[test]
fn k08_exponents_outside_the_safe_range_are_left_out() {
    let rsa = jwk(RSA, "k");
    for exponent in ["AA", "AQ", "Ag", "BA", "AQAAAAAAAAAA"] {
        let entry = with(&rsa, "e", exponent.into());
        assert_eq!(reason(&entry), SkipReason::Key(KeyError::RsaExponent), "{exponent}");
    }
    assert_eq!(set(&[with(&rsa, "e", "Aw".into())]).keys().len(), 1); // 3
}

#[test]
fn k09_points_that_are_none_are_left_out() {
    let (p256, ed25519) = (jwk(P256, "k"), jwk(ED25519, "k"));
    let zeros = "A".repeat(43);
    for (entry, error) in [
        (with(&p256, "x", zeros.clone().into()), KeyError::PointOffCurve),
        (with(&with(&p256, "x", "AA".into()), "y", "AA".into()), KeyError::PointEncoding),
        (with(&p256, "x", "".into()), KeyError::PointEncoding),
        (with(&ed25519, "x", zeros.into()), KeyError::PointLowOrder),
        (with(&ed25519, "x", "AA".into()), KeyError::PointEncoding),
    ] {
        assert_eq!(reason(&entry), SkipReason::Key(error), "{entry}");
    }
}

#[test]
fn k10_an_algorithm_that_is_not_the_keys_leaves_it_out() {
    for (pem, name, algorithm) in [
        (P256, "ES384", Algorithm::Es384),
        (RSA, "ES256", Algorithm::Es256),
        (P256, "HS256", Algorithm::Hs256),
        (RSA, "HS256", Algorithm::Hs256),
    ] {
        let entry = with(&jwk(pem, "k"), "alg", name.into());
        assert_eq!(reason(&entry), SkipReason::Key(KeyError::AlgorithmMismatch { algorithm }));
    }
    let entry = with(&jwk(RSA, "k"), "alg", "RSA-OAEP".into());
    let unknown = KeyError::UnknownAlgorithm { name: "RSA-OAEP".into() };
    assert_eq!(reason(&entry), SkipReason::Key(unknown));
}

#[test]
fn k11_published_secrets_are_left_out_with_an_alarm() {
    let symmetric = r#"{"kty":"oct","kid":"s","alg":"HS256","k":"AAECAwQFBgcICQoLDA0ODw"}"#;
    assert_eq!(reason(symmetric), SkipReason::Key(KeyError::Symmetric));
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
        let entry = with(&jwk(RSA, "private"), member, "AA".into());
        assert_eq!(reason(&entry), SkipReason::Key(KeyError::PrivateMaterial), "{member}");
    }
    let private = with(&jwk(P256, "private"), "d", "AA".into());
    let weak = with(&jwk(RSA, "weak"), "e", "AQ".into());
    let set = set(&[symmetric.to_owned(), jwk(P256, "good"), weak, private]);
    let alarms: Vec<_> = set.report().alarms().map(|entry| entry.key_id.as_deref()).collect();
    assert_eq!(alarms, [Some("s"), Some("private")]);
    assert!(set.keys().iter().all(|key| !key.is_symmetric()));
    assert_eq!(set.report().skipped().len(), 3);
}

#[test]
fn k12_keys_for_other_uses_are_left_out() {
    let rsa = jwk(RSA, "k");
    let enc = with(&rsa, "use", "enc".into());
    let sign = with(&rsa, "key_ops", ["sign"].as_slice().into());
    let none = with(&rsa, "key_ops", serde_json::Value::Array(Vec::new()));
    let conflict = with(&rsa, "key_ops", ["verify", "encrypt"].as_slice().into());
    for entry in [enc, sign, none, conflict] {
        assert_eq!(reason(&entry), SkipReason::Key(KeyError::Use), "{entry}");
    }
    assert_eq!(set(&[with(&rsa, "key_ops", ["verify"].as_slice().into())]).keys().len(), 1);
}

#[test]
fn k13_a_key_without_alg_serves_its_own_family_and_no_other() {
    let keys = set(&[jwk(RSA, "k")]).keys_for("k").unwrap();
    let key = &keys.as_ref()[0];
    assert!(key.allows(Algorithm::Rs256) && key.allows(Algorithm::Ps512));
    assert!(!key.allows(Algorithm::Hs256) && !key.allows(Algorithm::Es256));
}

#[test]
fn k14_types_and_members_of_the_future_do_not_sink_the_set() {
    for (entry, error) in [
        (r#"{"kty":"NTRU","kid":"f"}"#, KeyError::UnknownKeyType),
        (r#"{"kty":"AKP","kid":"f","pub":"AA"}"#, KeyError::UnknownKeyType),
        (r#"{"kty":"OKP","crv":"X25519","x":"AA"}"#, KeyError::UnknownCurve),
        (r#"{"kty":"EC","crv":"P-999","x":"AA","y":"AA"}"#, KeyError::UnknownCurve),
        (r#"{"kid":"f"}"#, KeyError::MemberMissing { member: "kty" }),
        (r#"{"kty":5}"#, KeyError::Member { member: "kty" }),
    ] {
        assert_eq!(reason(entry), SkipReason::Key(error), "{entry}");
    }
    for entry in ["null", "[]", "7", "\"text\""] {
        assert_eq!(reason(entry), SkipReason::NotAnObject, "{entry}");
    }
    let known = with(&jwk(RSA, "k"), "future", serde_json::json!({"nested": [1, 2]}));
    assert_eq!(set(&[known]).keys().len(), 1);
}

#[test]
fn k15_zeros_in_front_of_a_modulus_are_taken_off_and_padding_is_refused() {
    let plain: serde_json::Value = serde_json::from_str(&jwk(RSA, "k")).unwrap();
    let modulus = base64url::decode(plain["n"].as_str().unwrap()).unwrap();
    let with_zero = base64url::encode([&[0], modulus.as_slice()].concat());
    let set = set(&[with(&jwk(RSA, "k"), "n", with_zero.into())]);
    assert_eq!(set.keys()[0].thumbprint(), key(RSA, "k").thumbprint());

    let padded = format!("{}==", plain["n"].as_str().unwrap());
    let error = KeyError::Member { member: "n" };
    assert_eq!(reason(&with(&jwk(RSA, "k"), "n", padded.into())), SkipReason::Key(error));
}

#[test]
fn k17_the_diff_names_what_came_went_and_changed() {
    let old = set(&[jwk(RSA, "stays"), jwk(P256, "goes"), jwk(ED25519, "changes")]);
    let new = set(&[jwk(RSA_OTHER, "changes"), jwk(P384, "comes"), jwk(RSA, "stays")]);
    let found = diff(&old, &new);
    let ids = |ids: &[Arc<str>]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&found.added), ["comes"]);
    assert_eq!(ids(&found.removed), ["goes"]);
    assert_eq!(ids(&found.rekeyed), ["changes"]);
    assert!(diff(&old, &old).is_empty());

    // The order of the document is no change; one key more under an id is.
    let (one, two) = (jwk(RSA, "k"), jwk(RSA_OTHER, "k"));
    let both = set(&[&one, &two]);
    assert!(diff(&both, &set(&[&two, &one])).is_empty());
    assert_eq!(ids(&diff(&set(&[&one]), &both).rekeyed), ["k"]);
}

#[test]
fn k27_ids_are_told_apart_to_the_last_byte() {
    let prefix = "x".repeat(127);
    let entries: Vec<String> =
        ('!'..='~').map(|last| jwk(ED25519, &format!("{prefix}{last}"))).collect();
    let set = set(&entries);
    for last in '!'..='~' {
        let id = format!("{prefix}{last}");
        let keys = set.keys_for(&id).unwrap();
        assert_eq!(keys.as_ref().len(), 1);
        assert_eq!(keys.as_ref()[0].id().map(|id| &**id), Some(id.as_str()));
    }
    assert!(set.keys_for(&prefix).is_none());
}

#[test]
fn ids_are_compared_byte_by_byte() {
    let set = set(&[jwk(ED25519, "Key-1")]);
    for other in ["key-1", "Key-1 ", "Key-", "Key-11", ""] {
        assert!(set.keys_for(other).is_none(), "{other:?}");
    }
    assert!(set.keys_for("Key-1").is_some());
}

#[test]
fn ids_that_no_key_can_have_leave_the_entry_out() {
    let entry = |id: serde_json::Value| with(&jwk(ED25519, "k"), "kid", id);
    for id in ["", "a b", "a\n", "é", &"x".repeat(129)] {
        assert_eq!(reason(&entry(id.into())), SkipReason::Key(KeyError::KeyId), "{id:?}");
    }
    for id in [serde_json::json!(5), serde_json::json!({}), serde_json::Value::Null] {
        assert_eq!(reason(&entry(id)), SkipReason::Key(KeyError::Member { member: "kid" }));
    }
    assert_eq!(set(&[jwk(ED25519, &"x".repeat(128))]).keys().len(), 1);
}

#[test]
fn keys_without_an_id_are_for_tokens_without_one() {
    let mut nameless: serde_json::Value = serde_json::from_str(&jwk(ED25519, "k")).unwrap();
    nameless.as_object_mut().unwrap().remove("kid");
    let set = set(&[jwk(P256, "named"), nameless.to_string()]);
    let keys = set.keys_for("").unwrap();
    assert_eq!(keys.as_ref()[0].thumbprint(), key(ED25519, "k").thumbprint());
    assert_eq!(keys.as_ref().len(), 1);
}

#[cfg(feature = "url")]
#[test]
fn k28_keys_are_fetched_by_https_from_the_issuers_host_alone() {
    use countersign::jwks::JwksUrl;

    let issuer = "https://bank.example.vn";
    for url in [
        "https://bank.example.vn/.well-known/jwks.json",
        "https://bank.example.vn:443/keys?p=signing",
        "https://BANK.example.vn/keys",
    ] {
        assert!(JwksUrl::of_issuer(url, issuer).is_ok(), "{url}");
    }
    for (url, problem) in [
        ("http://bank.example.vn/keys", UrlProblem::Scheme),
        ("file:///etc/passwd", UrlProblem::Scheme),
        ("https://user@bank.example.vn/keys", UrlProblem::UserInfo),
        ("https://:secret@bank.example.vn/keys", UrlProblem::UserInfo),
        ("https://bank.example.vn@evil.example/keys", UrlProblem::UserInfo),
        ("https://bank.example.vn/keys#part", UrlProblem::Fragment),
        ("https://evil.example/keys", UrlProblem::Host),
        ("https://bank.example.vn.evil.example/keys", UrlProblem::Host),
        ("https://bank.example.vn:8443/keys", UrlProblem::Host),
        ("https://bank.example.vn\\@evil.example/keys", UrlProblem::Form),
        ("https://bank.example.vn/ke\tys", UrlProblem::Form),
        (" https://bank.example.vn/keys", UrlProblem::Form),
        ("/keys", UrlProblem::Form),
        ("", UrlProblem::Form),
    ] {
        assert_eq!(JwksUrl::of_issuer(url, issuer), Err(JwksError::Url(problem)), "{url}");
    }
    let long = format!("https://bank.example.vn/{}", "x".repeat(2048));
    assert_eq!(JwksUrl::pinned(&long), Err(JwksError::Url(UrlProblem::Form)));
    let elsewhere = "https://keys.example.net/bank";
    assert_eq!(JwksUrl::pinned(elsewhere).unwrap().as_str(), elsewhere);
    let plain = JwksUrl::pinned("http://keys.example.net/bank");
    assert_eq!(plain, Err(JwksError::Url(UrlProblem::Scheme)));
}

#[cfg(feature = "url")]
#[test]
fn plain_http_is_for_loopback_addresses_and_has_to_be_asked_for() {
    use countersign::jwks::JwksUrl;

    for url in
        ["http://127.0.0.1:8081/keys", "http://[::1]:8081/keys", "https://bank.example.vn/keys"]
    {
        assert_eq!(JwksUrl::dangerous_loopback(url).unwrap().as_str(), url);
    }
    assert_eq!(
        JwksUrl::pinned("http://127.0.0.1:8081/keys"),
        Err(JwksError::Url(UrlProblem::Scheme))
    );
    for (url, problem) in [
        ("http://localhost:8081/keys", UrlProblem::Scheme),
        ("http://127.0.0.1.evil.example/keys", UrlProblem::Scheme),
        ("http://192.0.2.1/keys", UrlProblem::Scheme),
        ("http://0.0.0.0/keys", UrlProblem::Scheme),
        ("http://[::ffff:192.0.2.1]/keys", UrlProblem::Scheme),
        ("ftp://127.0.0.1/keys", UrlProblem::Scheme),
        ("http://user@127.0.0.1/keys", UrlProblem::UserInfo),
        ("http://127.0.0.1/keys#part", UrlProblem::Fragment),
        ("http://127.0.0.1\\@evil.example/keys", UrlProblem::Form),
    ] {
        assert_eq!(JwksUrl::dangerous_loopback(url), Err(JwksError::Url(problem)), "{url}");
    }
}

fn vector(name: &str) -> Option<serde_json::Value> {
    let path = common::vectors()?.join("jwt").join(name);
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

/// Whether a key of the set that the token names verifies it: what the jwt room does, and no more.
fn verifies(set: &JwkSet, token: &str) -> bool {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { return false };
    let Ok(signature) = base64url::decode(signature) else { return false };
    let header = base64url::decode(header).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    let Some(algorithm) = header["alg"].as_str().and_then(Algorithm::from_name) else {
        return false;
    };
    let keys = set.keys_for(header["kid"].as_str().unwrap_or_default());
    let message = format!("{}.{payload}", parts[0]);
    let verifies =
        |key: &VerifyingKey| key.verify(algorithm, message.as_bytes(), &signature).is_ok();
    keys.is_some_and(|keys| keys.as_ref().iter().any(verifies))
}

#[test]
fn real_sets_are_read_but_for_what_cannot_verify() {
    let Some(paypal) = vector("jwt-simple-runtimes/paypal_jwks.json") else { return };
    let paypal = JwkSet::parse(paypal.to_string().as_bytes()).unwrap();
    assert_eq!(paypal.keys().len(), 4); // two of them with a zero in front of the modulus
    let reasons: Vec<_> = paypal.report().skipped().iter().map(|s| (s.index, &s.reason)).collect();
    assert_eq!(reasons, [(3, &SkipReason::Key(KeyError::UnknownCurve))]); // X25519

    let yahoo = vector("jwt-simple-runtimes/yahoo_jwks.json").unwrap();
    let yahoo = JwkSet::parse(yahoo.to_string().as_bytes()).unwrap();
    assert_eq!(yahoo.keys().len(), 1);
    let weak = SkipReason::Key(KeyError::RsaTooShort { minimum: 2048, found: 1024 });
    assert_eq!(yahoo.report().skipped()[0].reason, weak);
}

#[test]
fn sets_of_three_runtimes_verify_what_the_runtimes_signed() {
    for file in ["node", "deno", "bun"] {
        let Some(runtime) = vector(&format!("jwt-simple-runtimes/{file}.json")) else { return };
        for (name, pair) in runtime["keys"].as_object().unwrap() {
            let set = set(&[jwk(RSA, "other"), pair["public"].to_string()]);
            let verifies = pair["jwt"].as_str().is_some_and(|token| verifies(&set, token));
            let expected = ["Ed25519", "ES256", "ES384", "RS256", "PS256"].contains(&&**name);
            assert_eq!(verifies, expected, "{file} {name}");
            assert_eq!(set.keys().len(), if expected { 2 } else { 1 }, "{file} {name}");
            assert_eq!(set.report().alarms().count(), 0);

            let private = refused(&document(&[pair["private"].to_string()]));
            let JwksError::NoUsableKey(report) = private else { panic!("{file} {name}") };
            assert_eq!(report.alarms().count(), 1, "{file} {name}");
        }
    }
}

#[test]
fn post_quantum_keys_do_not_sink_the_set() {
    let Some(examples) = vector("jwt-simple-runtimes/rfc9964_jose.json") else { return };
    for example in examples.as_array().unwrap() {
        let mut public = example["jwk"].clone();
        assert_eq!(reason(&public.to_string()), SkipReason::Key(KeyError::PrivateMaterial));
        public.as_object_mut().unwrap().remove("priv");
        assert_eq!(reason(&public.to_string()).code(), "key.unknown_key_type");
    }
}

/// Wycheproof `json_web_key_test.json`: what each of its 26 cases comes to here. Symmetric sets are all
/// refused, the four valid ones too: a `JwkSet` never yields an HMAC key. Rows K07, K10 and K16 are among them.
#[test]
fn wycheproof_sets_are_read_or_refused_for_the_right_reason() {
    let Some(suite) = vector("wycheproof/json_web_key_test.json") else { return };
    let mut cases = 0;
    for group in suite["testGroups"].as_array().unwrap() {
        let published =
            if group["public"].is_null() { &group["private"] } else { &group["public"] };
        let read = JwkSet::parse(published.to_string().as_bytes());
        for case in group["tests"].as_array().unwrap() {
            cases += 1;
            let id = case["tcId"].as_u64().unwrap();
            let outcome = match &read {
                Ok(set) if verifies(set, case["jws"].as_str().unwrap()) => "verifies",
                Ok(_) => "does not verify",
                Err(JwksError::NoUsableKey(report)) => report.skipped()[0].reason.code(),
                Err(error) => error.code(),
            };
            let expected = match id {
                5 => "verifies",
                // "Ambiguous": a symmetric key beside a public one, which signed nothing.
                1 => "does not verify",
                2..=4 | 10..=18 | 25 | 26 => "key.symmetric",
                6 => "key.use",
                7 => "key.rsa_roca",
                8 => "key.rsa_too_short",
                9 => "key.rsa_exponent",
                19 | 20 => "key.unknown_algorithm",
                21 => "key.use",
                22 => "key.point_off_curve",
                23 => "key.point_encoding",
                24 => "key.member_missing",
                _ => "no such case",
            };
            assert_eq!(outcome, expected, "tc{id}");
        }
    }
    assert_eq!(cases, 26);
}

const START: UnixTime = UnixTime::from_secs(1_735_180_623);

fn after(seconds: u64) -> UnixTime {
    START.saturating_add(Duration::from_secs(seconds))
}

#[test]
fn s2_17_s2_20_a_ring_gives_keys_with_their_owner_alone() {
    let ring = KeyRing::builder()
        .key("partner-a", key(RSA, "a1"), KeyRing::ALWAYS)
        .set("partner-b", &set(&[jwk(P256, "b1"), jwk(P384, "b2")]), KeyRing::ALWAYS)
        .build()
        .unwrap();
    for (id, owner) in [("a1", "partner-a"), ("b1", "partner-b"), ("b2", "partner-b")] {
        let keys = ring.keys_for(id, START).unwrap();
        assert_eq!(keys.owner().as_str(), owner);
        assert_eq!(keys.dangerous_without_owner().len(), 1);
        for (claim, matches) in [("partner-a", owner == "partner-a"), ("partner-", false)] {
            assert_eq!(keys.owner().matches(claim), matches);
        }
    }
    let unknown = ring.keys_for("c1", START).unwrap_err();
    assert_eq!(unknown, Refusal::UnknownKey { retry_at: None });
    assert_eq!(ring.keys_for("", START).unwrap_err(), Refusal::KeyIdForm);
    assert_eq!(ring.keys_for(&"x".repeat(129), START).unwrap_err(), Refusal::KeyIdForm);
}

#[test]
fn a_ring_gives_keys_in_their_time_alone() {
    let ring = KeyRing::builder()
        .key("a", key(RSA, "k"), after(100)..after(300))
        .key("a", key(RSA_OTHER, "k"), after(200)..after(400))
        .key("a", key(P256, "k"), after(500)..after(600))
        .build()
        .unwrap();
    let early = |at| Refusal::KeyNotYetValid { not_before: after(at) };
    let late = Refusal::KeyExpired { not_after: after(600) };
    for (seconds, expected) in [
        (99, Err(early(100))),
        (100, Ok(1)),
        (200, Ok(2)),
        (299, Ok(2)),
        (300, Ok(1)),
        (400, Err(early(500))),
        (500, Ok(1)),
        (600, Err(late)),
    ] {
        let found = ring.keys_for("k", after(seconds));
        let found = found.map(|keys| keys.dangerous_without_owner().len());
        assert_eq!(found, expected, "after {seconds} s");
    }
}

#[test]
fn a_ring_cannot_be_built_with_keys_that_two_could_claim() {
    let entry = |owner: &str, pem, id: &str| (owner.to_owned(), key(pem, id));
    let built = |entries: Vec<(String, _)>| {
        let add = |ring: countersign::jwks::KeyRingBuilder, (owner, key): (String, _)| {
            ring.key(&owner, key, KeyRing::ALWAYS)
        };
        entries.into_iter().fold(KeyRing::builder(), add).build().map(|_| ())
    };
    let (k, k2): (Arc<str>, Arc<str>) = ("k".into(), "k2".into());
    assert_eq!(built(vec![entry("a", RSA, "k"), entry("a", RSA_OTHER, "k")]), Ok(()));
    for (entries, problems) in [
        (vec![], vec![ConfigProblem::NoKeys]),
        (
            vec![entry("a", RSA, "k"), entry("b", RSA_OTHER, "k")],
            vec![ConfigProblem::KeyIdOfTwoOwners { key_id: k.clone() }],
        ),
        (
            vec![entry("a", RSA, "k"), entry("b", RSA, "k2")],
            vec![ConfigProblem::KeyOfTwoOwners { key_id: k.clone() }],
        ),
        (
            [RSA, RSA_OTHER, P256, P384, ED25519].map(|pem| entry("a", pem, "k")).into(),
            vec![ConfigProblem::TooManyForKeyId { key_id: k.clone() }],
        ),
        (
            vec![entry("", RSA, "k"), entry("", P256, "a b"), entry("b", P384, "k2")],
            vec![
                ConfigProblem::OwnerForm,
                ConfigProblem::KeyIdForm { owner: "".into() },
                ConfigProblem::OwnerForm,
            ],
        ),
    ] {
        assert_eq!(built(entries), Err(JwksError::Config(problems)));
    }
    let never = KeyRing::builder().key("a", key(RSA, "k2"), after(5)..after(5)).build();
    let problem = ConfigProblem::NeverValid { key_id: k2 };
    assert_eq!(never.map(|_| ()), Err(JwksError::Config(vec![problem])));
}

#[test]
fn codes_and_classes_stay_as_they_are() {
    let at = START;
    for (error, code, class) in [
        (JwksError::TooLarge { maximum: 1, found: 2 }, "jwks.too_large", Class::Malformed),
        (refused(b""), "jwks.json", Class::Malformed),
        (JwksError::NotASet, "jwks.not_a_set", Class::Malformed),
        (JwksError::TooManyKeys { maximum: 1, found: 2 }, "jwks.too_many_keys", Class::Malformed),
        (JwksError::Empty, "jwks.empty", Class::Malformed),
        (JwksError::NoUsableKey(Arc::default()), "jwks.no_usable_key", Class::Malformed),
        (JwksError::Status { found: 404 }, "jwks.status", Class::Unavailable),
        (JwksError::Transport, "jwks.transport", Class::Unavailable),
        (
            JwksError::RestoredTooOld { maximum: Duration::ZERO },
            "jwks.restored_too_old",
            Class::Expired,
        ),
        (
            JwksError::RestoredFromTheFuture { fetched_at: at },
            "jwks.restored_from_the_future",
            Class::Misconfigured,
        ),
        (JwksError::RestoredTooLate, "jwks.restored_too_late", Class::Misconfigured),
        (JwksError::Config(vec![ConfigProblem::NoKeys]), "jwks.config", Class::Misconfigured),
        (JwksError::Url(UrlProblem::Scheme), "jwks.url", Class::Misconfigured),
    ] {
        assert_eq!((error.code(), error.class()), (code, class), "{error}");
    }
    assert_eq!(SkipReason::NotAnObject.code(), "jwks.entry_not_an_object");
    assert_eq!(SkipReason::TooManyForKeyId.code(), "jwks.entry_too_many_for_key_id");
    assert_eq!(SkipReason::Key(KeyError::Use).code(), KeyError::Use.code());
    for (refusal, code, class) in [
        (Refusal::KeyIdForm, "jwks.key_id_form", Class::Malformed),
        (Refusal::UnknownKey { retry_at: None }, "jwks.unknown_key", Class::Forged),
        (Refusal::KeyNotYetValid { not_before: at }, "jwks.key_not_yet_valid", Class::Forged),
        (Refusal::KeyExpired { not_after: at }, "jwks.key_expired", Class::Forged),
        (Refusal::Unavailable { retry_at: at }, "jwks.unavailable", Class::Unavailable),
    ] {
        assert_eq!((refusal.code(), refusal.class()), (code, class), "{refusal}");
    }
}
