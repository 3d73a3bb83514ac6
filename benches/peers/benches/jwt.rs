//! Whole token verifications: countersign, jsonwebtoken 11 (AWS-LC) and jsonwebtoken 9.3 (ring).
//!
//! The same token, the same checks (signature, `exp`, `nbf`, `iss`, `aud`), the same typed claims, keys
//! prepared once for each. countersign checks more (`iat`, lifetime, `typ`, `crit`, duplicates, the key's own
//! algorithm), because it always does. `cargo bench` runs it on `ring`, `cargo bench --features aws-lc-rs` on
//! AWS-LC: compare with the peer on the same backend.

use std::hint::black_box;
use std::time::Duration;

use countersign::jwt::{Policy, TokenSigner, UnverifiedToken};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

const SECRET: &[u8] = b"a secret of more than 32 bytes for HMAC-SHA-256";

#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "deserialising the fields is what is measured")]
struct Owned {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: String,
    scope: String,
    azp: String,
    order_id: String,
    product_code: String,
}

/// The peers' claims must own; ours may borrow, which is part of what is compared.
#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "deserialising the fields is what is measured")]
struct Borrowed<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: &'a str,
    scope: &'a str,
    azp: &'a str,
    order_id: &'a str,
    product_code: &'a str,
}

/// The peers read the machine's clock, so the token is of today.
fn claims(now: i64) -> Value {
    json!({
        "exp": now + 3_000, "iat": now, "nbf": now, "jti": "0d142c23-4731-4a5a-886e-757c378d5b62",
        "iss": "https://bank.example.vn", "aud": "invoice", "sub": "fc3c3988-7563-4d26-8a75-8af65ed6204a",
        "azp": "atom", "sid": "ceaf4605-18c1-428b-bee3-9a62b555a696", "scope": "purchase",
        "order_id": "ORD-2025-000000123", "product_code": "INV-1000", "client_id": "client_id", "email_verified": false,
    })
}

fn verifications(c: &mut Criterion) {
    let now = UnixTime::from(std::time::SystemTime::now());
    let secret = Secret::new(SECRET).unwrap();
    let pem = |pem| SigningKey::from_pem(pem).unwrap();
    for (algorithm, key) in [
        (Algorithm::Rs256, pem(include_str!("../../../tests/keys/rsa2048.pem"))),
        (Algorithm::Es256, pem(include_str!("../../../tests/keys/p256.pem"))),
        (Algorithm::EdDsa, pem(include_str!("../../../tests/keys/ed25519.pem"))),
        (Algorithm::Hs256, SigningKey::hmac(Algorithm::Hs256, &secret).unwrap()),
    ] {
        let jwk = key.public_jwk().map(|jwk| serde_json::from_str::<Value>(&jwk).unwrap());
        let member = |name: &str| jwk.as_ref().unwrap()[name].as_str().unwrap().to_owned();
        let keys: [VerifyingKey; 1] = [key.verifying_key().with_id("key-2025")];
        let signer = TokenSigner::new(key.with_id("key-2025"), algorithm).unwrap();
        let token = signer.sign(&claims(now.as_secs())).unwrap();

        let mut group = c.benchmark_group(algorithm.name());
        let policy = Policy::builder("https://bank.example.vn", "invoice", [algorithm])
            .max_lifetime(Duration::from_secs(3_600))
            .build()
            .unwrap();
        group.bench_function("countersign", |b| {
            b.iter(|| {
                let token = UnverifiedToken::parse(black_box(&token)).unwrap();
                black_box(token.verify::<Borrowed<'_>, _>(&keys, &policy, now).unwrap());
            });
        });
        group.bench_function("countersign, owned claims", |b| {
            b.iter(|| {
                let token = UnverifiedToken::parse(black_box(&token)).unwrap();
                black_box(token.verify::<Owned, _>(&keys, &policy, now).unwrap());
            });
        });

        macro_rules! peer {
            ($name:literal, $peer:ident) => {
                let algorithm = algorithm.name().parse::<$peer::Algorithm>().unwrap();
                let key = match algorithm {
                    $peer::Algorithm::RS256 => {
                        $peer::DecodingKey::from_rsa_components(&member("n"), &member("e")).unwrap()
                    }
                    $peer::Algorithm::ES256 => {
                        $peer::DecodingKey::from_ec_components(&member("x"), &member("y")).unwrap()
                    }
                    $peer::Algorithm::EdDSA => {
                        $peer::DecodingKey::from_ed_components(&member("x")).unwrap()
                    }
                    _ => $peer::DecodingKey::from_secret(SECRET),
                };
                let mut validation = $peer::Validation::new(algorithm);
                validation.set_issuer(&["https://bank.example.vn"]);
                validation.set_audience(&["invoice"]);
                validation.validate_nbf = true;
                group.bench_function($name, |b| {
                    b.iter(|| {
                        black_box(
                            $peer::decode::<Owned>(black_box(&token), &key, &validation).unwrap(),
                        )
                    });
                });
            };
        }
        peer!("jsonwebtoken 11 (aws_lc_rs)", jsonwebtoken);
        peer!("jsonwebtoken 9.3 (ring)", jsonwebtoken_9);
        group.finish();
    }
}

criterion_group!(benches, verifications);
criterion_main!(benches);
