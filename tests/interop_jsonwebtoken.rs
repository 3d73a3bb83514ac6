//! jsonwebtoken 11 as an independent oracle: what we accept it accepts too, and every disagreement in the
//! other direction is listed here with its reason.

#![cfg(feature = "jsonwebtoken")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign::encoding::base64url;
use countersign::interop::jsonwebtoken_11::{RING_PROVIDER, codes_for, verifying_key};
use countersign::jwks::JwkSet;
use countersign::jwt::{JwtError, Policy, TokenSigner, UnverifiedToken};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};

type Any = serde_json::Map<String, Value>;

/// Their clock is the machine's, so the tokens are of today.
fn now() -> UnixTime {
    std::time::SystemTime::now().into()
}

fn claims() -> Value {
    let now = now().as_secs();
    json!({ "iss": "https://a", "aud": "b", "sub": "u", "iat": now, "nbf": now, "exp": now + 300 })
}

struct Pair {
    algorithm: Algorithm,
    ours: SigningKey,
    theirs: EncodingKey,
    their_public: DecodingKey,
}

/// The private part of a PKCS#8 document is what their encoding keys are made of.
fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    countersign::encoding::base64::decode(body).unwrap()
}

fn member(jwk: &str, name: &str) -> String {
    serde_json::from_str::<Value>(jwk).unwrap()[name].as_str().unwrap().to_owned()
}

fn pairs() -> Vec<Pair> {
    let _ = RING_PROVIDER.install_default(); // once a process; the other tests find it there
    let secret = b"a secret of more than sixty-four bytes, which is enough for HMAC with SHA-512";
    let mut pairs = Vec::new();
    for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
        let ours = SigningKey::hmac(algorithm, &Secret::new(*secret).unwrap()).unwrap();
        let (theirs, their_public) =
            (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
        pairs.push(Pair { algorithm, ours, theirs, their_public });
    }
    let rsa = include_str!("keys/rsa2048.pem");
    for algorithm in
        Algorithm::ALL.into_iter().filter(|name| matches!(&name.name()[..2], "RS" | "PS"))
    {
        let ours = SigningKey::from_pem(rsa).unwrap();
        let jwk = ours.public_jwk().unwrap();
        let their_public =
            DecodingKey::from_rsa_components(&member(&jwk, "n"), &member(&jwk, "e")).unwrap();
        let theirs = EncodingKey::from_rsa_der(&der(include_str!("keys/rsa2048_pkcs1.pem")));
        pairs.push(Pair { algorithm, ours, theirs, their_public });
    }
    for (algorithm, pem) in [
        (Algorithm::Es256, include_str!("keys/p256.pem")),
        (Algorithm::Es384, include_str!("keys/p384.pem")),
    ] {
        let ours = SigningKey::from_pem(pem).unwrap();
        let jwk = ours.public_jwk().unwrap();
        let their_public =
            DecodingKey::from_ec_components(&member(&jwk, "x"), &member(&jwk, "y")).unwrap();
        pairs.push(Pair {
            algorithm,
            ours,
            theirs: EncodingKey::from_ec_der(&der(pem)),
            their_public,
        });
    }
    let pem = include_str!("keys/ed25519.pem");
    let ours = SigningKey::from_pem(pem).unwrap();
    let their_public =
        DecodingKey::from_ed_components(&member(&ours.public_jwk().unwrap(), "x")).unwrap();
    pairs.push(Pair {
        algorithm: Algorithm::EdDsa,
        ours,
        theirs: EncodingKey::from_ed_der(&der(pem)),
        their_public,
    });
    pairs
}

impl Pair {
    fn public(&self) -> VerifyingKey {
        verifying_key(&self.their_public, self.algorithm).unwrap()
    }

    fn ours(&self, token: &str) -> Result<Any, JwtError> {
        let policy = Policy::builder("https://a", "b", [self.algorithm]).build().unwrap();
        let token = UnverifiedToken::parse(token)?;
        Ok(token.verify::<Any, _>(&[self.public()], &policy, now())?.into_parts().0)
    }

    fn theirs(&self, token: &str) -> Result<Any, jsonwebtoken::errors::Error> {
        let mut validation = Validation::new(self.algorithm.try_into().unwrap());
        validation.set_issuer(&["https://a"]);
        validation.set_audience(&["b"]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Ok(jsonwebtoken::decode::<Any>(token, &self.their_public, &validation)?.claims)
    }
}

#[test]
fn every_algorithm_is_signed_and_verified_across() {
    let pairs = pairs();
    assert_eq!(pairs.len(), 12);
    for pair in pairs {
        let header = Header::new(pair.algorithm.try_into().unwrap());
        let theirs = jsonwebtoken::encode(&header, &claims(), &pair.theirs).unwrap();
        let ours_of_theirs = pair.ours(&theirs).unwrap();
        assert_eq!(Some(&ours_of_theirs), claims().as_object());
        let algorithm = pair.algorithm;
        let signer = TokenSigner::new(
            SigningKey::with_algorithm(pair.ours.clone(), algorithm).unwrap(),
            algorithm,
        );
        let ours = signer.unwrap().sign(&claims()).unwrap();
        assert_eq!(pair.theirs(&ours).unwrap(), pair.ours(&ours).unwrap(), "{algorithm}");
        let forged = format!("{}AAAA", &ours[..ours.len() - 4]);
        assert!(pair.theirs(&forged).is_err() && pair.ours(&forged).is_err());
    }
}

/// What they accept and we refuse, each for its reason.
const STRICTER: [(&str, &str, &str); 9] = [
    (
        r#""crit":["x"]"#,
        "jwt.critical_unknown",
        "RFC 7515 §4.1.11: what is critical and unknown must be refused",
    ),
    (r#""crit":[]"#, "jwt.critical_unknown", "RFC 7515 §4.1.11: the list must not be empty"),
    (r#""b64":false"#, "jwt.unencoded_payload", "RFC 7797: then the signature is over other bytes"),
    (r#""typ":"logout+jwt""#, "jwt.type_mismatch", "RFC 8725 §3.11: tokens of another kind"),
    (r#""cty":"JWT""#, "jwt.nested", "RFC 7519 §5.2: the payload would be another token"),
    (r#""enc":"A256GCM""#, "jwt.encrypted", "RFC 7516 §4.1.2: `enc` belongs to a JWE"),
    (r#""jku":"https://evil""#, "jwt.header_forbidden", "RFC 8725 §3.10: the sender names the key"),
    (r#""zip":"DEF""#, "jwt.header_forbidden", "RFC 7516 §4.1.3: compression belongs to a JWE"),
    (
        r#""x":1,"\u0078":2"#,
        "jwt.header_json",
        "RFC 7515 §4: header parameter names must be unique",
    ),
];

#[test]
fn what_they_accept_and_we_refuse_is_listed_with_its_reason() {
    let pair = pairs().swap_remove(0);
    for (member, code, reason) in STRICTER {
        let header = format!("{{\"alg\":\"HS256\",{member}}}");
        let token = signed(&pair, &header, &claims().to_string());
        assert!(pair.theirs(&token).is_ok(), "they refuse it now: {member}");
        assert_eq!(pair.ours(&token).unwrap_err().code(), code, "{reason}");
    }
    let now = now().as_secs();
    for (claim, value, code) in [
        ("iat", json!(now + 100), "jwt.issued_in_future"),
        ("iat", json!("today"), "jwt.claim_type"),
        ("exp", json!(1e18), "jwt.claim_range"),
        ("sub", json!(7), "jwt.claim_type"),
        ("aud", json!(["b", 5]), "jwt.claim_type"),
        ("iss", json!(["https://evil", "https://a"]), "jwt.claim_type"),
    ] {
        let mut claims = claims();
        claims[claim] = value;
        let token = signed(&pair, "{\"alg\":\"HS256\"}", &claims.to_string());
        let accepted = pair.theirs(&token).is_ok();
        let expected = claim != "aud"; // theirs takes it only where `aud` is not required
        assert_eq!(accepted, expected, "{claim}: theirs changed its mind");
        assert_eq!(pair.ours(&token).unwrap_err().code(), code);
    }
}

fn signed(pair: &Pair, header: &str, payload: &str) -> String {
    let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = pair.ours.sign(pair.algorithm, input.as_bytes()).unwrap();
    format!("{input}.{}", base64url::encode(signature))
}

#[test]
fn random_claims_that_we_accept_they_accept_with_equal_values() {
    use proptest::prelude::*;
    let pair = pairs().swap_remove(0);
    let now = now().as_secs();
    let date = || {
        prop_oneof![
            12 => (now - 600..now + 600).prop_map(Value::from),
            1 => any::<f64>().prop_map(Value::from),
            1 => Just(json!("x")),
            1 => Just(Value::Null),
            2 => (0.0..2_000.0_f64).prop_map(move |offset| json!(now as f64 + offset - 1_000.0)),
        ]
    };
    let audience = prop_oneof![
        4 => Just(json!("b")),
        2 => Just(json!(["b", "c"])),
        1 => Just(json!([])),
        1 => Just(json!(7)),
        1 => Just(json!("c"))
    ];
    let issuer = prop_oneof![9 => Just(json!("https://a")), 1 => Just(json!("https://b"))];
    let (accepted, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(2_000));
    let strategy = (date(), date(), proptest::option::of(date()), audience, issuer, ".{0,8}");
    let result = runner.run(&strategy, |(exp, nbf, iat, aud, iss, text)| {
        let mut claims = json!({ "exp": exp, "nbf": nbf, "aud": aud, "iss": iss, "text": text });
        if let Some(iat) = iat {
            claims["iat"] = iat;
        }
        let token = signed(&pair, "{\"alg\":\"HS256\"}", &claims.to_string());
        match pair.ours(&token) {
            Ok(ours) => {
                accepted.set(accepted.get() + 1);
                let theirs = pair.theirs(&token).unwrap();
                // serde_json reads fractions to within a last bit; ours are read exactly.
                let exact = |claims: Any| {
                    claims.into_iter().filter(|(_, value)| !value.is_f64()).collect::<Any>()
                };
                prop_assert_eq!(exact(ours), exact(theirs));
            }
            Err(_) => refused.set(refused.get() + 1),
        }
        Ok(())
    });
    result.unwrap();
    assert!(
        accepted.get() > 20 && refused.get() > 200,
        "{accepted:?} accepted, {refused:?} refused"
    );
}

#[test]
fn sets_and_keys_convert_through_the_checks_of_ours() {
    let jwk = SigningKey::from_pem(include_str!("keys/p256.pem"))
        .unwrap()
        .with_id("k")
        .public_jwk()
        .unwrap();
    let weak = r#"{"kty":"RSA","kid":"weak","n":"AQAB","e":"AQAB"}"#;
    let theirs: jsonwebtoken::jwk::JwkSet =
        serde_json::from_str(&format!("{{\"keys\":[{jwk},{weak}]}}")).unwrap();
    let ours = JwkSet::try_from(&theirs).unwrap();
    assert_eq!((ours.keys().len(), ours.report().skipped().len()), (1, 1));
    let key = VerifyingKey::try_from(&theirs.keys[0]).unwrap();
    assert_eq!(key.thumbprint(), ours.keys()[0].thumbprint());
    assert!(VerifyingKey::try_from(&theirs.keys[1]).is_err());
}

#[test]
fn their_errors_lead_to_codes_of_ours() {
    let pair = pairs().swap_remove(0);
    for (claims, header) in [
        (json!({ "exp": 1, "iss": "https://a", "aud": "b" }), "{\"alg\":\"HS256\"}"),
        (
            json!({ "exp": 9_999_999_999_i64, "iss": "https://b", "aud": "b" }),
            "{\"alg\":\"HS256\"}",
        ),
        (
            json!({ "exp": 9_999_999_999_i64, "iss": "https://a", "aud": "c" }),
            "{\"alg\":\"HS256\"}",
        ),
        (json!({ "iss": "https://a", "aud": "b" }), "{\"alg\":\"HS256\"}"),
        (json!({ "exp": "soon", "iss": "https://a", "aud": "b" }), "{\"alg\":\"HS256\"}"),
        (json!({ "exp": 9_999_999_999_i64 }), "{\"alg\":\"none\"}"),
        (json!({ "exp": 9_999_999_999_i64 }), "{\"alg\":\"HS384\"}"),
    ] {
        let token = signed(&pair, header, &claims.to_string());
        let (theirs, ours) = (pair.theirs(&token).unwrap_err(), pair.ours(&token).unwrap_err());
        assert!(
            codes_for(theirs.kind()).contains(&ours.code()),
            "{theirs:?} against {}",
            ours.code()
        );
    }
}
