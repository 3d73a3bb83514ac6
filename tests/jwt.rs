//! Tokens under a policy: each rule beside its nearest refusal, and the attack classes of the field notes
//! (`A1` … `A67` are their numbers there, `J…` and `T…` the rows of the reliability notes).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use countersign::encoding::{base64url, hex};
use countersign::jwks::KeyRing;
use countersign::jwt::explain::Language;
use countersign::jwt::{Claims, TokenLimits, TokenSigner, TokenType, UnverifiedToken, explain};
use countersign::jwt::{JwtError, Lint, Policy, PolicyBuilder, PolicyProblem, Reusable, SingleUse};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use countersign::verified::{PendingError, StoreAnswer};
use serde_json::{Value, json};

type Any = serde_json::Map<String, Value>;

const IAT: i64 = 1_735_180_623;
const NOW: UnixTime = UnixTime::from_secs(IAT + 60);
const ISSUER: &str = "https://bank.example.vn";

fn rsa() -> SigningKey {
    SigningKey::from_pem(include_str!("keys/rsa2048.pem")).unwrap().with_id("k1")
}

fn keys() -> [VerifyingKey; 1] {
    [rsa().verifying_key()]
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": "invoice", "sub": "u1", "jti": "j1", "iat": IAT, "exp": IAT + 300, "scope": "purchase" })
}

fn with(claim: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[claim] = value;
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

fn sign(claims: &Value) -> String {
    TokenSigner::new(rsa(), Algorithm::Rs256).unwrap().sign(claims).unwrap()
}

/// A token over any header and payload text, well signed.
fn sign_raw(header: &str, payload: &[u8]) -> String {
    let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = rsa().sign(Algorithm::Rs256, input.as_bytes()).unwrap();
    format!("{input}.{}", base64url::encode(signature))
}

fn builder() -> PolicyBuilder {
    Policy::builder(ISSUER, "invoice", [Algorithm::Rs256])
}

fn policy() -> Policy {
    builder().max_lifetime(Duration::from_secs(300)).build().unwrap()
}

fn verify_at(token: &str, policy: &Policy, now: UnixTime) -> Result<Any, JwtError> {
    let verified = UnverifiedToken::parse(token)?.verify::<Any, _>(&keys(), policy, now)?;
    Ok(verified.into_parts().0)
}

fn refusal(token: &str) -> JwtError {
    verify_at(token, &policy(), NOW).unwrap_err()
}

fn refusal_of(claims: &Value) -> JwtError {
    refusal(&sign(claims))
}

fn missing(claim: &'static str) -> JwtError {
    JwtError::ClaimMissing { claim: claim.into() }
}

fn wrong_type(claim: &'static str) -> JwtError {
    JwtError::ClaimType { claim: claim.into() }
}

fn out_of_range(claim: &'static str) -> JwtError {
    JwtError::ClaimRange { claim: claim.into() }
}

#[test]
fn accepts_a_good_token_with_its_evidence() {
    let token = sign(&claims());
    let token = UnverifiedToken::parse(&token).unwrap();
    let policy = policy();
    let verified = token.verify::<Any, _>(&keys(), &policy, NOW).unwrap();
    assert_eq!(verified["sub"], "u1");
    let evidence = verified.evidence();
    assert_eq!(evidence.key_id.as_deref(), Some("k1"));
    assert_eq!((evidence.algorithm, evidence.verified_at), ("RS256", NOW));
    assert_eq!(&evidence.thumbprint, keys()[0].thumbprint());
    assert_eq!(&evidence.policy, policy.fingerprint());
}

#[test]
fn claims_borrow_from_the_token() {
    #[derive(serde::Deserialize)]
    struct Borrowed<'a> {
        sub: &'a str,
    }
    let text = sign(&claims());
    let token = UnverifiedToken::parse(&text).unwrap();
    let verified = token.verify::<Borrowed<'_>, _>(&keys(), &policy(), NOW).unwrap();
    assert_eq!(verified.sub, "u1");
}

// Algorithm

#[test]
fn a1_unsigned_tokens_have_their_own_refusal() {
    let payload = claims().to_string();
    for alg in ["none", "None", "NONE", "nOnE", "none ", " none"] {
        let token = sign_raw(&json!({ "alg": alg, "kid": "k1" }).to_string(), payload.as_bytes());
        assert_eq!(refusal(&token), JwtError::AlgorithmNone, "{alg:?}");
    }
    let header = |header: &str| refusal(&sign_raw(header, payload.as_bytes()));
    assert_eq!(header("{}"), JwtError::AlgorithmMissing);
    for value in ["null", "5", "[\"RS256\"]", "{}", "true"] {
        let expected = JwtError::HeaderType { member: "alg" };
        assert_eq!(header(&format!("{{\"alg\":{value}}}")), expected, "{value}");
    }
    assert_eq!(header("{\"alg\":\"\"}"), JwtError::AlgorithmUnknown);
    let (input, _) = payload_token(&payload);
    assert_eq!(refusal(&format!("{input}.")), JwtError::SignatureInvalid);
}

fn payload_token(payload: &str) -> (String, String) {
    let token = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\"}", payload.as_bytes());
    let (input, signature) = token.rsplit_once('.').unwrap();
    (input.to_owned(), signature.to_owned())
}

#[test]
fn a2_a_public_key_is_never_an_hmac_secret() {
    let pem = include_str!("keys/rsa2048.pub.pem");
    let jwk = rsa().public_jwk().unwrap();
    for text in [pem.to_owned(), format!("{pem}\n"), format!(" \n{pem}"), jwk] {
        let secret = Secret::new(text).unwrap();
        assert!(VerifyingKey::hmac(Algorithm::Hs256, &secret).is_err());
        assert!(SigningKey::hmac(Algorithm::Hs256, &secret).is_err());
    }
    // However the token was made, neither the policy nor the key takes HS256.
    let token = sign_raw("{\"alg\":\"HS256\",\"kid\":\"k1\"}", claims().to_string().as_bytes());
    assert_eq!(refusal(&token), JwtError::AlgorithmNotAllowed { found: Algorithm::Hs256 });
    let hs = Policy::builder(ISSUER, "invoice", [Algorithm::Hs256]).build().unwrap();
    let expected = JwtError::AlgorithmNotForKey { found: Algorithm::Hs256 };
    assert_eq!(verify_at(&token, &hs, NOW), Err(expected));
}

#[test]
fn a4_the_key_decides_the_algorithm() {
    let any =
        Policy::builder(ISSUER, "invoice", [Algorithm::Rs256, Algorithm::Ps256]).build().unwrap();
    let token = TokenSigner::new(rsa(), Algorithm::Ps256).unwrap().sign(&claims()).unwrap();
    assert!(verify_at(&token, &any, NOW).is_ok());
    let pinned = [rsa().verifying_key().with_algorithm(Algorithm::Rs256).unwrap()];
    let token = UnverifiedToken::parse(&token).unwrap();
    let refused = token.verify::<Any, _>(&pinned, &any, NOW).unwrap_err();
    assert_eq!(refused, JwtError::AlgorithmNotForKey { found: Algorithm::Ps256 });
}

#[test]
fn a5_an_algorithm_is_for_keys_of_its_type_and_curve() {
    let pems = [
        ("RSA", include_str!("keys/rsa2048.pub.pem")),
        ("P-256", include_str!("keys/p256.pub.pem")),
        ("P-384", include_str!("keys/p384.pub.pem")),
        ("Ed25519", include_str!("keys/ed25519.pub.pem")),
    ];
    let fits = |algorithm: Algorithm| match algorithm {
        Algorithm::Es256 => "P-256",
        Algorithm::Es384 => "P-384",
        Algorithm::EdDsa => "Ed25519",
        Algorithm::Es512 => "P-521",
        _ => "RSA",
    };
    let public = Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric());
    let any = Policy::builder(ISSUER, "invoice", public.clone()).build().unwrap();
    for algorithm in public {
        let header = json!({ "alg": algorithm.name(), "kid": "k1" }).to_string();
        let token = sign_raw(&header, claims().to_string().as_bytes());
        for (name, pem) in pems {
            let key = [VerifyingKey::from_pem(pem).unwrap().with_id("k1")];
            let token = UnverifiedToken::parse(&token).unwrap();
            let verdict = token.verify::<Any, _>(&key, &any, NOW).map(drop);
            // The signature is RS256's, whatever the header says.
            let expected = match fits(algorithm) == name {
                true if algorithm == Algorithm::Rs256 => Ok(()),
                true => Err(JwtError::SignatureInvalid),
                false => Err(JwtError::AlgorithmNotForKey { found: algorithm }),
            };
            assert_eq!(verdict, expected, "{algorithm} with {name}");
        }
    }
}

#[test]
fn a7_algorithm_names_are_compared_after_unescaping_and_byte_for_byte() {
    let payload = claims().to_string();
    let escaped = sign_raw("{\"alg\":\"\\u0052S256\",\"\\u006bid\":\"k1\"}", payload.as_bytes());
    assert!(verify_at(&escaped, &policy(), NOW).is_ok());
    for alg in ["rs256", "R\u{405}256", "RS256 ", "RS-256"] {
        let token = sign_raw(&json!({ "alg": alg, "kid": "k1" }).to_string(), payload.as_bytes());
        assert_eq!(refusal(&token), JwtError::AlgorithmUnknown, "{alg:?}");
    }
}

#[test]
fn a8_unknown_algorithms_are_not_malformed() {
    let payload = claims().to_string();
    for alg in ["RS257", "ML-DSA-44", "ES256K"] {
        let token = sign_raw(&json!({ "alg": alg, "kid": "k1" }).to_string(), payload.as_bytes());
        assert_eq!(refusal(&token), JwtError::AlgorithmUnknown, "{alg}");
    }
    let token = sign_raw("{\"alg\":\"ES512\",\"kid\":\"k1\"}", payload.as_bytes());
    assert_eq!(refusal(&token), JwtError::AlgorithmNotAllowed { found: Algorithm::Es512 });
}

// Header

#[test]
fn a9_a10_keys_and_addresses_in_the_header_are_refused() {
    let payload = claims().to_string();
    for (member, value) in [
        ("jwk", json!({ "kty": "RSA" })),
        ("jku", json!("http://169.254.169.254/")),
        ("x5u", json!("file:///etc/passwd")),
        ("zip", json!("DEF")),
    ] {
        let mut header = json!({ "alg": "RS256", "kid": "k1" });
        header[member] = value;
        let token = sign_raw(&header.to_string(), payload.as_bytes());
        assert_eq!(refusal(&token), JwtError::HeaderForbidden { member });
    }
}

#[test]
fn a12_a_key_id_is_a_short_visible_string() {
    let payload = claims().to_string();
    let kid = |kid: Value| {
        refusal(&sign_raw(&json!({ "alg": "RS256", "kid": kid }).to_string(), payload.as_bytes()))
    };
    for text in ["", "a\u{0}", "a b", "é", "k1\r\n", &"k".repeat(129)] {
        assert_eq!(kid(json!(text)), JwtError::KeyIdMalformed, "{text:?}");
    }
    for value in [json!(7), json!(null), json!({}), json!(["k1"])] {
        assert_eq!(kid(value), JwtError::HeaderType { member: "kid" });
    }
    for text in ["../../dev/null", "'OR1=1--", "|id", "K1", &"k".repeat(128)] {
        assert_eq!(kid(json!(text)), JwtError::KeyUnknown, "{text:?}");
    }
    let lone = sign_raw("{\"alg\":\"RS256\",\"kid\":\"\\ud800\"}", payload.as_bytes());
    assert!(matches!(refusal(&lone), JwtError::HeaderJson(_)));
}

#[test]
fn a15_up_to_four_keys_of_one_id_are_tried() {
    let other =
        || SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap().with_id("k1");
    let token = sign(&claims());
    let token = UnverifiedToken::parse(&token).unwrap();
    let mut keys: Vec<_> = (0..3).map(|_| other().verifying_key()).collect();
    assert_eq!(
        token.verify::<Any, _>(&keys, &policy(), NOW).unwrap_err(),
        JwtError::SignatureInvalid
    );
    keys.push(rsa().verifying_key());
    assert!(token.verify::<Any, _>(&keys, &policy(), NOW).is_ok());
    keys.push(other().verifying_key());
    let refused = token.verify::<Any, _>(&keys, &policy(), NOW).unwrap_err();
    assert_eq!(refused, JwtError::KeyAmbiguous { limit: 4 });
}

#[test]
fn a16_j35_keys_are_of_one_issuer_whatever_their_ids() {
    let other =
        || SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap().with_id("k1");
    let theirs = [other().verifying_key()];
    let ours = sign(&claims());
    let ours = UnverifiedToken::parse(&ours).unwrap();
    // Our issuer's token under their keys, and under ours where their issuer is expected.
    let refused = ours.verify::<Any, _>(&theirs, &policy(), NOW).unwrap_err();
    assert_eq!(refused, JwtError::SignatureInvalid);
    let elsewhere = Policy::builder("https://other.example.vn", "invoice", [Algorithm::Rs256]);
    let refused = ours.verify::<Any, _>(&keys(), &elsewhere.build().unwrap(), NOW).unwrap_err();
    assert_eq!(refused, JwtError::IssuerMismatch);
}

#[test]
fn a17_s2_20_who_signs_must_be_whom_the_token_names() {
    let valid = KeyRing::ALWAYS;
    let ring = KeyRing::builder().key("partner-a", rsa().verifying_key(), valid).build().unwrap();
    let keys = ring.keys_for("k1", NOW).unwrap();
    let policy = builder().owner_claim("claim_id").build().unwrap();
    let check = |claims: &Value, policy: &Policy| {
        let token = sign(claims);
        let token = UnverifiedToken::parse(&token)?;
        token.verify_owned::<Any, _>(&keys, policy, NOW).map(drop)
    };
    assert_eq!(check(&with("claim_id", json!("partner-a")), &policy), Ok(()));
    for other in [json!("partner-b"), json!("partner-a "), json!("Partner-A"), json!(["partner-a"])]
    {
        let refused = check(&with("claim_id", other.clone()), &policy);
        assert_eq!(refused, Err(JwtError::OwnerMismatch), "{other}");
    }
    assert_eq!(check(&claims(), &policy), Err(missing("claim_id")));
    // A policy without the claim cannot take keys with owners, nor one with it keys without.
    let named = with("claim_id", json!("partner-a"));
    let unasked = builder().build().unwrap();
    assert_eq!(check(&named, &unasked), Err(JwtError::OwnerMismatch));
    assert_eq!(verify_at(&sign(&named), &policy, NOW), Err(JwtError::OwnerMismatch));
}

#[test]
fn tokens_without_a_key_id_are_for_policies_that_do_not_demand_one() {
    let key = SigningKey::from_pem(include_str!("keys/rsa2048.pem")).unwrap();
    let token = TokenSigner::new(key, Algorithm::Rs256).unwrap().sign(&claims()).unwrap();
    assert!(verify_at(&token, &policy(), NOW).is_ok());
    let strict = builder().require_key_id().build().unwrap();
    assert_eq!(verify_at(&token, &strict, NOW), Err(JwtError::KeyIdMissing));
}

#[test]
fn a44_a45_critical_extensions_and_unencoded_payloads_are_refused() {
    let payload = claims().to_string();
    let header = |members: &str| {
        refusal(&sign_raw(
            &format!("{{\"alg\":\"RS256\",\"kid\":\"k1\",{members}}}"),
            payload.as_bytes(),
        ))
    };
    for crit in ["[]", "[\"alg\"]", "[\"exp\"]", "[\"x\",\"x\"]", "\"b64\"", "[1]", "null"] {
        assert_eq!(header(&format!("\"crit\":{crit}")), JwtError::CriticalUnknown, "{crit}");
    }
    assert_eq!(header("\"b64\":false"), JwtError::UnencodedPayload);
    assert_eq!(header("\"crit\":[\"b64\"],\"b64\":false"), JwtError::UnencodedPayload);
    assert_eq!(header("\"b64\":0"), JwtError::HeaderType { member: "b64" });
    // RFC 7797 §4.2: the payload stands there as it is, and need not be base64url.
    let unencoded = base64url::encode("{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}");
    assert_eq!(refusal(&format!("{unencoded}.$02.AAAA")), JwtError::UnencodedPayload);
    let harmless = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\",\"b64\":true}", payload.as_bytes());
    assert!(verify_at(&harmless, &policy(), NOW).is_ok());
}

#[test]
fn a46_other_kinds_of_token_are_refused() {
    let typed = |typ: &str| {
        let header = json!({ "alg": "RS256", "kid": "k1", "typ": typ }).to_string();
        sign_raw(&header, claims().to_string().as_bytes())
    };
    for typ in ["JWT", "jwt", "application/jwt", "APPLICATION/JWT"] {
        assert!(verify_at(&typed(typ), &policy(), NOW).is_ok(), "{typ}");
    }
    for typ in ["dpop+jwt", "logout+jwt", "secevent+jwt", "at+jwt", "Bearer", "text/jwt", ""] {
        assert_eq!(refusal(&typed(typ)), JwtError::TypeMismatch, "{typ}");
    }
    let logout = builder().token_type(TokenType::Exactly("logout+jwt".into())).build().unwrap();
    assert!(verify_at(&typed("application/logout+jwt"), &logout, NOW).is_ok());
    assert_eq!(verify_at(&typed("JWT"), &logout, NOW), Err(JwtError::TypeMismatch));
    let untyped = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\"}", claims().to_string().as_bytes());
    assert!(verify_at(&untyped, &policy(), NOW).is_ok());
    assert_eq!(verify_at(&untyped, &logout, NOW), Err(JwtError::TypeMismatch));
}

#[test]
fn rfc_9068_access_tokens_carry_their_claims() {
    let policy = builder().token_type(TokenType::AccessToken).build().unwrap();
    let signer = TokenSigner::new(rsa(), Algorithm::Rs256).unwrap().with_token_type("at+jwt");
    let good = with("client_id", json!("c1"));
    assert!(verify_at(&signer.sign(&good).unwrap(), &policy, NOW).is_ok());
    for claim in ["iat", "jti", "sub", "client_id"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(claim);
        assert_eq!(
            verify_at(&signer.sign(&bad).unwrap(), &policy, NOW),
            Err(missing(claim)),
            "{claim}"
        );
    }
}

#[test]
fn a47_encrypted_and_nested_tokens_have_their_own_refusal() {
    let payload = claims().to_string();
    let nested = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\",\"cty\":\"JWT\"}", payload.as_bytes());
    assert_eq!(refusal(&nested), JwtError::Nested);
    let encrypted = sign_raw("{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}", payload.as_bytes());
    assert_eq!(refusal(&encrypted), JwtError::Encrypted);
    assert_eq!(refusal("e30.e30.e30.e30.e30"), JwtError::Encrypted);
}

// Form

#[test]
fn a37_a39_only_three_parts_are_a_token() {
    for text in ["", ".", "..", "a", "a.b", ".e30.AA", "e30.e30.e30.e30", "e30.e30.e30.e30.e30.e30"]
    {
        let error = UnverifiedToken::parse(text).unwrap_err();
        assert_eq!(error, JwtError::NotCompact, "{text:?}");
    }
    for text in ["{\"payload\":\"\",\"signatures\":[]}", " {}"] {
        assert_eq!(UnverifiedToken::parse(text).unwrap_err(), JwtError::JsonSerialization);
    }
}

#[test]
fn a38_sizes_are_limited_before_anything_is_decoded() {
    let too_long = JwtError::TooLong { limit: 16 * 1024 };
    assert_eq!(UnverifiedToken::parse(&".".repeat(10 << 20)).unwrap_err(), too_long);
    assert_eq!(UnverifiedToken::parse(&"x".repeat(16 * 1024 + 1)).unwrap_err(), too_long);
    let header = "A".repeat(4 * 1024 + 1);
    let error = UnverifiedToken::parse(&format!("{header}.e30.AA")).map(|_| ()).unwrap_err();
    assert_eq!(error, JwtError::HeaderTooLong { limit: 4 * 1024 });
    let token = sign(&claims());
    let limits = |bytes| TokenLimits { max_token_bytes: bytes, max_header_bytes: 2048 };
    assert!(UnverifiedToken::parse_within(&token, limits(token.len())).is_ok());
    let error = UnverifiedToken::parse_within(&token, limits(token.len() - 1)).unwrap_err();
    assert_eq!(error, JwtError::TooLong { limit: token.len() - 1 });
}

#[test]
fn a34_a35_a36_there_is_one_spelling_of_each_part() {
    let token = sign(&claims());
    let parts: Vec<&str> = token.split('.').collect();
    for (index, name) in ["header", "payload", "signature"].into_iter().enumerate() {
        let part = parts[index];
        for spoilt in
            [format!("{part}="), format!("{part}\n"), format!(" {part}"), format!("{part}+")]
        {
            let mut parts = parts.clone();
            parts[index] = &spoilt;
            let error = refusal(&parts.join("."));
            assert!(matches!(error, JwtError::Encoding { part, .. } if part == name), "{error:?}");
        }
    }
    // The last character of 256 bytes carries two bits of them; with the other four it could be spelt in
    // sixteen ways, of which one is the right one.
    let (rest, last) = token.split_at(token.len() - 1);
    let alphabet = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']);
    let errors = alphabet.filter(|other| *other != last.chars().next().unwrap());
    let errors: Vec<_> = errors.map(|other| refusal(&format!("{rest}{other}"))).collect();
    let spelt = |error: &&JwtError| matches!(error, JwtError::Encoding { part: "signature", .. });
    assert_eq!(errors.iter().filter(spelt).count(), 60);
    assert_eq!(errors.iter().filter(|error| **error == JwtError::SignatureInvalid).count(), 3);
}

#[test]
fn every_bit_of_a_valid_token_matters() {
    let token = sign(&claims());
    let (policy, keys) = (policy(), keys());
    let mut flipped = 0;
    for position in 0..token.len() {
        for bit in 0..8 {
            let mut bytes = token.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            let Ok(text) = std::str::from_utf8(&bytes) else { continue };
            flipped += 1;
            let result = UnverifiedToken::parse(text)
                .and_then(|token| token.verify::<Any, _>(&keys, &policy, NOW).map(drop));
            assert!(result.is_err(), "bit {bit} of byte {position}");
        }
    }
    assert!(flipped >= token.len() * 7);
}

#[test]
fn dropped_doubled_and_swapped_bytes_are_refused() {
    let token = sign(&claims());
    let (policy, keys) = (policy(), keys());
    let refused = |text: &str| {
        let verified = UnverifiedToken::parse(text)
            .and_then(|token| token.verify::<Any, _>(&keys, &policy, NOW).map(drop));
        assert!(text == token || verified.is_err(), "{text}");
    };
    for at in 0..token.len() - 1 {
        let (head, tail) = token.split_at(at);
        refused(&format!("{head}{}", &tail[1..]));
        refused(&format!("{head}{}{tail}", &tail[..1]));
        refused(&format!("{head}{}{}{}", &tail[1..2], &tail[..1], &tail[2..]));
    }
}

// JSON

#[test]
fn j07_header_and_claims_are_utf8() {
    let claims = claims().to_string();
    for bytes in [
        &b"\xff"[..],
        b"\xc0\xaf",         // "/" in two bytes
        b"\xe0\x80\xaf",     // and in three
        b"\xed\xa0\x80",     // half of a surrogate pair
        b"\xf4\x90\x80\x80", // beyond the last code point
        b"\xe9",             // Latin-1
    ] {
        let spoilt = |text: &str, at: &str| {
            let (front, back) = text.split_once(at).unwrap();
            [front.as_bytes(), bytes, back.as_bytes()].concat()
        };
        let token = sign_raw("{\"alg\":\"RS256\"}", &spoilt(&claims, "u1"));
        assert!(matches!(refusal(&token), JwtError::ClaimsJson(_)), "{bytes:x?}");
        let header = base64url::encode(spoilt("{\"alg\":\"RS256\",\"x\":\"y\"}", "y"));
        let refused = refusal(&format!("{header}.e30.AAAA"));
        assert!(matches!(refused, JwtError::HeaderJson(_)), "{bytes:x?}");
    }
    let utf16: Vec<u8> = claims.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let token = sign_raw("{\"alg\":\"RS256\"}", &utf16);
    assert!(matches!(refusal(&token), JwtError::ClaimsJson(_)));
}

#[test]
fn a40_a41_a42_claims_are_one_strict_object() {
    let payload = |payload: &str| {
        refusal(&sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\"}", payload.as_bytes()))
    };
    let good = claims().to_string();
    for text in [
        "[]".to_owned(),
        "null".to_owned(),
        "\"a\"".to_owned(),
        String::new(),
        format!("{good}x"),
        format!("\u{feff}{good}"),
        good.replace("\"sub\"", "\"aud\":\"invoice\",\"sub\""),
        good.replace("\"sub\"", "\"\\u0061ud\":\"invoice\",\"sub\""),
        good.replace("\"u1\"", "{\"a\":1,\"a\":2}"),
        good.replace("\"u1\"", &format!("{}1{}", "[".repeat(40), "]".repeat(40))),
        good.replace("\"u1\"", "NaN"),
    ] {
        assert!(matches!(payload(&text), JwtError::ClaimsJson(_)), "{text}");
    }
    let header = sign_raw("{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"k1\"}", good.as_bytes());
    assert!(matches!(refusal(&header), JwtError::HeaderJson(_)));
}

// Times

#[test]
fn a48_dates_are_numbers_in_range() {
    for claim in ["exp", "nbf", "iat"] {
        for value in
            [json!("1735180923"), json!("never"), json!(null), json!(true), json!([1]), json!({})]
        {
            assert_eq!(
                refusal_of(&with(claim, value.clone())),
                wrong_type(claim),
                "{claim} {value}"
            );
        }
        for value in [json!(-1), json!(-0.5), json!(1e300), json!(253_402_300_800_i64), json!(1e18)]
        {
            assert_eq!(
                refusal_of(&with(claim, value.clone())),
                out_of_range(claim),
                "{claim} {value}"
            );
        }
    }
    assert_eq!(refusal_of(&without("exp")), missing("exp"));
    let huge = claims().to_string().replace(&(IAT + 300).to_string(), "1e400");
    let token = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\"}", huge.as_bytes());
    assert_eq!(refusal(&token), out_of_range("exp"));
}

#[test]
fn a48_minus_zero_is_zero_however_it_is_written() {
    // Found by the fuzz target `claims`: `-0` was read and `-0.0` was out of range.
    for zero in ["-0", "-0.0", "-0e5", "0.0"] {
        let payload =
            format!(r#"{{"iss":"{ISSUER}","aud":"invoice","iat":{zero},"exp":{}}}"#, IAT + 300);
        let token = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\"}", payload.as_bytes());
        let policy = builder().build().unwrap();
        assert!(verify_at(&token, &policy, NOW).is_ok(), "{zero}");
        let payload = payload.replace(&(IAT + 300).to_string(), zero).replace("iat", "x");
        let token = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\"}", payload.as_bytes());
        let expired = JwtError::Expired { expired_at: UnixTime::EPOCH, now: NOW };
        assert_eq!(verify_at(&token, &policy, NOW).unwrap_err(), expired, "{zero}");
    }
}

#[test]
fn a48_fractions_are_rounded_against_the_bearer() {
    let at =
        |claims: &Value, seconds| verify_at(&sign(claims), &policy(), UnixTime::from_secs(seconds));
    let expires = with("exp", json!(1_735_180_900.9));
    assert!(at(&expires, 1_735_180_899).is_ok());
    assert!(matches!(at(&expires, 1_735_180_900), Err(JwtError::Expired { .. })));
    let begins = with("nbf", json!(1_735_180_700.1));
    assert!(matches!(at(&begins, 1_735_180_700), Err(JwtError::NotYetValid { .. })));
    assert!(at(&begins, 1_735_180_701).is_ok());
}

#[test]
fn a50_t03_the_edges_of_time_are_exact() {
    let at = |claims: &Value, leeway, seconds| {
        let policy = builder().leeway(Duration::from_secs(leeway)).build().unwrap();
        verify_at(&sign(claims), &policy, UnixTime::from_secs(seconds)).map(drop)
    };
    let (expired_at, valid) = (UnixTime::from_secs(IAT + 300), claims());
    for leeway in [0, 30, 60] {
        let edge = IAT + 300 + leeway as i64;
        assert_eq!(at(&valid, leeway, edge - 1), Ok(()));
        let now = UnixTime::from_secs(edge);
        assert_eq!(at(&valid, leeway, edge), Err(JwtError::Expired { expired_at, now }));
        let begins = with("nbf", json!(IAT + 10));
        let edge = IAT + 10 - leeway as i64;
        assert_eq!(at(&begins, leeway, edge.max(IAT - leeway as i64 + 10)), Ok(()));
        let now = UnixTime::from_secs(edge - 1);
        let valid_from = UnixTime::from_secs(IAT + 10);
        let early = at(&begins, leeway, edge - 1);
        assert_eq!(early, Err(JwtError::NotYetValid { valid_from, now }));
    }
    let now = UnixTime::from_secs(IAT - 1);
    let issued_at = UnixTime::from_secs(IAT);
    assert_eq!(at(&valid, 0, IAT - 1), Err(JwtError::IssuedInFuture { issued_at, now }));
    assert_eq!(at(&valid, 0, IAT), Ok(()));
}

#[test]
fn a51_a52_lifetimes_are_capped_and_leeway_does_not_stretch_them() {
    let policy = builder()
        .max_lifetime(Duration::from_secs(300))
        .leeway(Duration::from_secs(30))
        .build()
        .unwrap();
    let check =
        |claims: &Value, now| verify_at(&sign(claims), &policy, UnixTime::from_secs(now)).map(drop);
    let too_long = |found| {
        Err(JwtError::LifetimeTooLong {
            limit: Duration::from_secs(300),
            found: Duration::from_secs(found),
        })
    };
    // S1-C3: exactly 300 is allowed, 301 is not, whatever the leeway.
    assert_eq!(check(&claims(), IAT), Ok(()));
    assert_eq!(check(&with("exp", json!(IAT + 301)), IAT + 60), too_long(301));
    // exp − nbf, where there is no iat.
    let mut late = without("iat");
    late["nbf"] = json!(IAT - 1);
    assert_eq!(check(&late, IAT + 60), too_long(301));
    // exp − now, where iat itself lies in the future as far as the leeway allows.
    assert_eq!(check(&claims(), IAT - 30), Ok(()));
    let mut bare = without("iat");
    assert_eq!(check(&bare, IAT), Err(missing("iat")));
    bare["nbf"] = json!(IAT);
    assert_eq!(check(&bare, IAT), Ok(()));
    // Milliseconds are out of range or too long a life, never a token for 50,000 years.
    assert_eq!(check(&with("exp", json!((IAT + 300) * 1000)), IAT), Err(out_of_range("exp")));
    for (claim, value) in [("nbf", IAT + 300), ("nbf", IAT + 301), ("iat", IAT + 300)] {
        assert_eq!(
            check(&with(claim, json!(value)), IAT + 60),
            Err(out_of_range(claim)),
            "{claim}"
        );
    }
}

#[test]
fn a_maximal_age_ends_tokens_before_they_expire() {
    let policy = builder().max_age(Duration::from_secs(120)).build().unwrap();
    let check =
        |claims: &Value, now| verify_at(&sign(claims), &policy, UnixTime::from_secs(now)).map(drop);
    assert_eq!(check(&claims(), IAT + 120), Ok(()));
    assert_eq!(
        check(&claims(), IAT + 121),
        Err(JwtError::TooOld { limit: Duration::from_secs(120) })
    );
    assert_eq!(check(&without("iat"), IAT), Err(missing("iat")));
}

#[test]
fn t01_every_combination_of_moments_is_judged_as_wide_integers_judge_it() {
    const LAST: i64 = 253_402_300_799; // the end of the year 9999
    let claimed = [i64::MIN, -1, 0, IAT, IAT + 300, LAST, LAST + 1, i64::MAX];
    let nows = [i64::MIN, -1, 0, IAT - 60, IAT, IAT + 300, LAST, i64::MAX];
    for leeway in [0, 60] {
        let policy = builder().leeway(Duration::from_secs(leeway)).build().unwrap();
        let judge = |exp: i64, begins: i64, now: i64, early: &'static str| {
            let wide = i128::from;
            let (exp, begins, now, leeway) =
                (wide(exp), wide(begins), wide(now), i128::from(leeway));
            let in_range = |date: i128| (0..=wide(LAST)).contains(&date);
            match () {
                () if !in_range(exp) => "jwt.claim_range",
                () if now >= exp + leeway => "jwt.expired",
                () if !in_range(begins) || begins >= exp => "jwt.claim_range",
                () if begins > now + leeway => early,
                () => "accepted",
            }
        };
        for (claim, early) in [("nbf", "jwt.not_yet_valid"), ("iat", "jwt.issued_in_future")] {
            for (exp, begins) in
                claimed.into_iter().flat_map(|exp| claimed.map(|begins| (exp, begins)))
            {
                let mut claims = without("iat");
                claims["exp"] = json!(exp);
                claims[claim] = json!(begins);
                let token = sign(&claims);
                for now in nows {
                    let verdict = verify_at(&token, &policy, UnixTime::from_secs(now));
                    let found = verdict.err().map_or("accepted", |error| error.code());
                    let expected = judge(exp, begins, now, early);
                    assert_eq!(
                        found, expected,
                        "exp {exp}, {claim} {begins}, now {now}, leeway {leeway}"
                    );
                }
            }
        }
    }
}

// Identity

#[test]
fn a53_audiences_are_compared_whole() {
    for value in ["Invoice", "invoice ", "invoices", "invoice,other", "", "account"] {
        assert_eq!(refusal_of(&with("aud", json!(value))), JwtError::AudienceMismatch, "{value}");
    }
    for value in [json!(5), json!(null), json!({}), json!(["invoice", 5]), json!([["invoice"]])] {
        assert_eq!(refusal_of(&with("aud", value.clone())), wrong_type("aud"), "{value}");
    }
    assert_eq!(refusal_of(&with("aud", json!([]))), JwtError::AudienceMismatch);
    assert_eq!(refusal_of(&without("aud")), missing("aud"));
    let both = sign(&with("aud", json!(["other", "invoice"])));
    assert!(verify_at(&both, &policy(), NOW).is_ok());
    let sole = builder().sole_audience().build().unwrap();
    assert_eq!(verify_at(&both, &sole, NOW), Err(JwtError::AudienceNotSole));
    assert!(verify_at(&sign(&with("aud", json!(["invoice"]))), &sole, NOW).is_ok());
}

#[test]
fn a54_issuers_are_compared_whole() {
    for value in
        ["https://bank.example.vn.evil", "https://bank.example.vn/", "https://BANK.example.vn", ""]
    {
        assert_eq!(refusal_of(&with("iss", json!(value))), JwtError::IssuerMismatch, "{value}");
    }
    for value in [json!(7), json!(null), json!([ISSUER, "https://evil"])] {
        assert_eq!(refusal_of(&with("iss", value)), wrong_type("iss"));
    }
    assert_eq!(refusal_of(&without("iss")), missing("iss"));
    let escaped = claims().to_string().replace("https://", "https:\\/\\/");
    let token = sign_raw("{\"alg\":\"RS256\",\"kid\":\"k1\"}", escaped.as_bytes());
    assert!(verify_at(&token, &policy(), NOW).is_ok()); // PHP writes it so
}

#[test]
fn a55_scopes_are_sets_of_whole_tokens() {
    let policy = builder().scope_any(["purchase", "pay"]).build().unwrap();
    let check = |claims: &Value| verify_at(&sign(claims), &policy, NOW).map(drop);
    for good in ["purchase", "pay", "read purchase", "pay purchase"] {
        assert_eq!(check(&with("scope", json!(good))), Ok(()), "{good}");
    }
    for bad in ["purchases", "xpurchase", "purchase-all", "Purchase", "read"] {
        assert_eq!(check(&with("scope", json!(bad))), Err(JwtError::ScopeMissing), "{bad}");
    }
    for malformed in ["", "read  purchase", "read\tpurchase", " purchase", "read\u{a0}purchase"] {
        assert_eq!(
            check(&with("scope", json!(malformed))),
            Err(out_of_range("scope")),
            "{malformed:?}"
        );
    }
    assert_eq!(check(&with("scope", json!(["purchase"]))), Err(wrong_type("scope")));
    assert_eq!(check(&without("scope")), Err(missing("scope")));
    let mut scp = without("scope");
    scp["scp"] = json!(["read", "pay"]);
    assert_eq!(check(&scp), Ok(()));
    scp["scp"] = json!(["read", 5]);
    assert_eq!(check(&scp), Err(wrong_type("scp")));
    // Both, and they differ: each must allow it.
    let mut both = with("scope", json!("purchase"));
    both["scp"] = json!(["read"]);
    assert_eq!(check(&both), Err(JwtError::ScopeMissing));
    let all = builder().scope_all(["a", "b"]).build().unwrap();
    assert!(verify_at(&sign(&with("scope", json!("b c a"))), &all, NOW).is_ok());
    assert_eq!(
        verify_at(&sign(&with("scope", json!("a"))), &all, NOW),
        Err(JwtError::ScopeMissing)
    );
}

#[test]
fn a56_parties_are_compared_where_the_policy_names_them() {
    let policy = builder().authorized_party("atom").client_id("c1").build().unwrap();
    let check = |claims: &Value| verify_at(&sign(claims), &policy, NOW).map(drop);
    let mut good = with("azp", json!("atom"));
    good["client_id"] = json!("c1");
    assert_eq!(check(&good), Ok(()));
    for claim in ["azp", "client_id"] {
        let mut bad = good.clone();
        bad[claim] = json!("other");
        assert_eq!(check(&bad), Err(JwtError::PartyMismatch { claim }));
        bad.as_object_mut().unwrap().remove(claim);
        assert_eq!(check(&bad), Err(missing(claim)));
        // Of the wrong type it is refused even where no policy asks for it.
        assert_eq!(refusal_of(&with(claim, json!(7))), wrong_type(claim));
    }
}

#[test]
fn required_claims_must_be_there_and_equal() {
    let policy = builder().require("order_id").require_equal("tenant", "t1").build().unwrap();
    let check = |claims: &Value| verify_at(&sign(claims), &policy, NOW).map(drop);
    let mut good = with("order_id", json!(7));
    good["tenant"] = json!("t1");
    assert_eq!(check(&good), Ok(()));
    good["tenant"] = json!("t2");
    assert_eq!(check(&good), Err(JwtError::ClaimMismatch { claim: "tenant".into() }));
    good["order_id"] = json!(null);
    assert_eq!(check(&good), Err(missing("order_id")));
    for claim in ["sub", "jti"] {
        assert_eq!(refusal_of(&with(claim, json!(7))), wrong_type(claim));
    }
}

#[test]
fn a64_j33_a_forgery_learns_nothing_of_claims() {
    let mut forged = sign(&with("aud", json!("other")));
    forged.truncate(forged.len() - 4);
    assert!(matches!(refusal(&forged), JwtError::SignatureInvalid | JwtError::Encoding { .. }));
    let other = SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap().with_id("k1");
    let expired =
        TokenSigner::new(other, Algorithm::Rs256).unwrap().sign(&with("exp", json!(1))).unwrap();
    assert_eq!(refusal(&expired), JwtError::SignatureInvalid);
}

// Single use

#[test]
fn a57_a_single_use_token_waits_for_the_store() {
    let policy: Policy<SingleUse> =
        builder().leeway(Duration::from_secs(30)).single_use().build().unwrap();
    let token = sign(&claims());
    let token = UnverifiedToken::parse(&token).unwrap();
    let pending = || token.verify::<Any, _>(&keys(), &policy, NOW).unwrap();
    assert!(pending().finish(StoreAnswer::Applied, NOW).is_ok());
    let replayed = pending().finish(StoreAnswer::Refused(None), NOW);
    assert_eq!(replayed.unwrap_err(), PendingError::Replayed);
    let down = pending().finish(StoreAnswer::Unavailable, NOW);
    assert_eq!(down.unwrap_err(), PendingError::StoreUnavailable);
    // Retention: as long as the token is accepted, and a minute more.
    let deadline = UnixTime::from_secs(IAT + 300 + 30);
    assert_eq!(pending().step().until(), deadline.saturating_add(Duration::from_secs(60)));
    assert_eq!(
        pending().finish(StoreAnswer::Applied, deadline).unwrap_err(),
        PendingError::Expired
    );
    let last = UnixTime::from_millis(deadline.as_millis() - 1);
    assert!(pending().finish(StoreAnswer::Applied, last).is_ok());
}

#[test]
fn a27_a57_the_replay_key_is_issuer_and_id_and_nothing_else() {
    let policy = Policy::builder(ISSUER, "invoice", [Algorithm::Rs256])
        .issuer("https://other")
        .single_use()
        .build()
        .unwrap();
    let key = |claims: &Value| {
        let token = sign(claims);
        let token = UnverifiedToken::parse(&token).unwrap();
        *token.verify::<Any, _>(&keys(), &policy, NOW).unwrap().step().key()
    };
    let first = key(&claims());
    assert_eq!(first, key(&with("sub", json!("another"))));
    assert_ne!(first, key(&with("jti", json!("j2"))));
    assert_ne!(first, key(&with("iss", json!("https://other"))));
    let refused = |claims: &Value| {
        let token = sign(claims);
        UnverifiedToken::parse(&token).unwrap().verify::<Any, _>(&keys(), &policy, NOW).unwrap_err()
    };
    assert_eq!(refused(&without("jti")), missing("jti"));
    for jti in ["", "a b", "a\r\n", &"j".repeat(129)] {
        assert_eq!(refused(&with("jti", json!(jti))), out_of_range("jti"), "{jti:?}");
    }
}

#[test]
fn a18_names_that_run_together_are_told_apart() {
    let policy = Policy::builder("a", "invoice", [Algorithm::Rs256]).issuer("ab").single_use();
    let policy = policy.build().unwrap();
    let key = |iss: &str, jti: &str| {
        let mut claims = with("iss", json!(iss));
        claims["jti"] = json!(jti);
        let token = sign(&claims);
        let token = UnverifiedToken::parse(&token).unwrap();
        *token.verify::<Any, _>(&keys(), &policy, NOW).unwrap().step().key()
    };
    assert_ne!(key("a", "bc"), key("ab", "c"));
    assert_ne!(key("a", "b|c"), key("ab", "|c"));
}

/// RFC 7518 §3.4 takes s and n − s alike, so whoever sees a token can write it otherwise.
#[test]
fn a27_a_token_and_its_twin_with_the_other_s_are_one_token() {
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"; // of P-256
    let order = hex::decode(order).unwrap();
    let key = SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap();
    let keys = [key.verifying_key()];
    let policy =
        Policy::builder(ISSUER, "invoice", [Algorithm::Es256]).single_use().build().unwrap();
    let token = TokenSigner::new(key, Algorithm::Es256).unwrap().sign(&claims()).unwrap();
    let (input, signature) = token.rsplit_once('.').unwrap();
    let mut signature = base64url::decode(signature).unwrap();
    let mut borrow = 0;
    for (digit, minuend) in signature[32..].iter_mut().zip(&order).rev() {
        let difference = i16::from(*minuend) - i16::from(*digit) - borrow;
        borrow = i16::from(difference < 0);
        *digit = difference.rem_euclid(256) as u8;
    }
    let twin = format!("{input}.{}", base64url::encode(signature));
    assert_ne!(twin, token);
    let step_key = |token: &str| {
        let token = UnverifiedToken::parse(token).unwrap();
        *token.verify::<Any, _>(&keys, &policy, NOW).unwrap().step().key()
    };
    assert_eq!(step_key(&twin), step_key(&token));
}

// Policy

#[test]
fn unsafe_policies_cannot_be_built_and_name_all_their_problems() {
    use PolicyProblem as P;
    let problems = |builder: PolicyBuilder| builder.build().unwrap_err().problems().to_vec();
    assert_eq!(
        problems(Policy::builder(" ", "", [])),
        [P::IssuerEmpty, P::AudienceEmpty, P::NoAlgorithm]
    );
    let mixed = Policy::builder(ISSUER, "a", [Algorithm::Hs256, Algorithm::Rs256]);
    assert_eq!(problems(mixed), [P::SecretAndPublicKeys]);
    assert_eq!(problems(builder().leeway(Duration::from_secs(61))), [P::LeewayTooLarge]);
    let stretched = builder().leeway(Duration::from_secs(60)).max_lifetime(Duration::from_secs(60));
    assert_eq!(problems(stretched), [P::LeewayBeyondLifetime]);
    assert_eq!(problems(builder().leeway(Duration::MAX)), [P::LeewayTooLarge]);
    assert_eq!(problems(builder().max_age(Duration::ZERO)), [P::AgeZero]);
    assert_eq!(
        problems(builder().require("").authorized_party(" ")),
        [P::ClaimEmpty, P::PartyEmpty]
    );
    for scope in [vec![], vec!["a b"], vec![""]] {
        assert_eq!(problems(builder().scope_any(scope)), [P::ScopeNotTokens]);
    }
}

#[test]
fn fingerprints_tell_policies_apart_and_equal_ones_together() {
    let base = || builder().max_lifetime(Duration::from_secs(300));
    let of = |builder: PolicyBuilder<Reusable>| *builder.build().unwrap().fingerprint();
    assert_eq!(of(base()), of(base()));
    // The same on every machine and in every release: logs of years are compared by it.
    assert_eq!(
        hex::encode(of(base())),
        "d161d1ca4bb5b91043f3685e0d830df5e66ba7f2ee04501e5e6489f1a2c46dbd"
    );
    let two = |one, other| of(base().audience(one).audience(other));
    assert_eq!(two("a", "b"), two("b", "a"));
    let once = *base().single_use().build().unwrap().fingerprint();
    let others = [
        of(base().sole_audience()),
        of(base().leeway(Duration::from_secs(1))),
        of(base().scope_any(["a"])),
        of(base().scope_all(["a"])),
        once,
    ];
    for (index, fingerprint) in others.iter().enumerate() {
        assert_ne!(*fingerprint, of(base()));
        assert!(!others[index + 1..].contains(fingerprint));
    }
}

#[test]
fn lint_names_what_is_questionable() {
    let codes = |policy: Policy| policy.lint().iter().map(Lint::code).collect::<Vec<_>>();
    assert_eq!(
        codes(builder().build().unwrap()),
        [
            "jwt_lint.no_lifetime_cap",
            "jwt_lint.any_token_type",
            "jwt_lint.no_authority",
            "jwt_lint.no_key_id"
        ]
    );
    let careful = builder()
        .max_lifetime(Duration::from_secs(300))
        .token_type(TokenType::AccessToken)
        .scope_any(["purchase"])
        .require_key_id();
    assert_eq!(codes(careful.build().unwrap()), [""; 0]);
}

// Explain

#[test]
fn explain_agrees_with_verify_and_shows_all_claim_failures_at_once() {
    let policy =
        builder().max_lifetime(Duration::from_secs(300)).scope_any(["pay"]).build().unwrap();
    let mut bad = with("aud", json!("other"));
    bad["exp"] = json!(IAT + 10);
    let token = sign(&bad);
    let report = explain(&token, &keys(), &policy, NOW);
    let codes: Vec<_> = report.errors().map(JwtError::code).collect();
    assert_eq!(codes, ["jwt.expired", "jwt.audience_mismatch", "jwt.scope_missing"]);
    assert_eq!(report.error(), verify_at(&token, &policy, NOW).err().as_ref());
    let english = report.to_string();
    assert!(
        english.contains("FAIL  audience (aud): expected invoice; found \"other\""),
        "{english}"
    );
    let vietnamese = report.to_text(Language::Vietnamese);
    assert!(vietnamese.contains("bên nhận (aud): cần invoice; có \"other\""), "{vietnamese}");
    // Neither the token nor who it is about.
    assert!(!english.contains("u1") && !english.contains(&token[token.len() - 20..]));
}

#[test]
fn explain_reaches_no_claim_of_a_forgery() {
    let other = SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap().with_id("k1");
    let forged = TokenSigner::new(other, Algorithm::Rs256).unwrap().sign(&claims()).unwrap();
    let report = explain(&forged, &keys(), &policy(), NOW);
    assert_eq!(report.errors().collect::<Vec<_>>(), [&JwtError::SignatureInvalid]);
    assert!(!report.to_string().contains(ISSUER));
    assert!(explain(&sign(&claims()), &keys(), &policy(), NOW).is_good());
}

#[test]
fn shown_for_debugging_claims_do_not_say_whom_they_are_about() {
    let mut claims = with("sub", json!("fc3c3988"));
    claims["email"] = json!("an@example.vn");
    claims["scope"] = json!("scope-of-an");
    let token = sign(&claims);
    let token = UnverifiedToken::parse(&token).unwrap();
    let verified = token.verify::<Claims, _>(&keys(), &policy(), NOW).unwrap();
    let shown = format!("{verified:?} {:?} {:#?}", *verified, *verified);
    assert!(shown.contains(ISSUER) && shown.contains("j1"), "{shown}");
    for personal in ["fc3c3988", "an@example", "scope-of-an"] {
        assert!(!shown.contains(personal), "{shown}");
    }
}
