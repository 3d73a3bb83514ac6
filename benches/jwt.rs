//! Whole verifications beside the bare primitive of the same backend, on the same token.
//!
//! Each group prints the floor first: the key alone over the same signing input. The README's ratios come
//! from here: `cargo bench --bench jwt`.

use std::hint::black_box;
use std::time::Duration;

use countersign::json::{self, Limits};
use countersign::jwt::{Policy, TokenSigner, UnverifiedToken};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use criterion::{Criterion, criterion_group, criterion_main};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_700);

/// What a host of the bank's tokens reads, borrowed from the token.
#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "deserialising the fields is what is measured")]
struct BankClaims<'a> {
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

/// 375 bytes; an RS256 token of it has about 900 bytes.
const CLAIMS: &str = r#"{"exp":1735180923,"iat":1735180623,"nbf":1735180623,"jti":"0d142c23-4731-4a5a-886e-757c378d5b62","iss":"https://bank.example.vn","aud":"invoice","sub":"fc3c3988-7563-4d26-8a75-8af65ed6204a","azp":"atom","sid":"ceaf4605-18c1-428b-bee3-9a62b555a696","scope":"purchase","order_id":"ORD-2025-000000123","product_code":"INV-1000","client_id":"client_id","email_verified":false}"#;

fn whole_verifications(c: &mut Criterion) {
    let secret = Secret::new("a secret of more than 32 bytes for HMAC-SHA-256").unwrap();
    let pem = |pem| SigningKey::from_pem(pem).unwrap();
    let keys = [
        (Algorithm::Rs256, pem(include_str!("../tests/keys/rsa2048.pem"))),
        (Algorithm::Ps256, pem(include_str!("../tests/keys/rsa2048.pem"))),
        (Algorithm::Es256, pem(include_str!("../tests/keys/p256.pem"))),
        (Algorithm::EdDsa, pem(include_str!("../tests/keys/ed25519.pem"))),
        (Algorithm::Hs256, SigningKey::hmac(Algorithm::Hs256, &secret).unwrap()),
    ];
    for (algorithm, key) in keys {
        let public = if algorithm.is_symmetric() {
            VerifyingKey::hmac(algorithm, &secret).unwrap()
        } else {
            key.verifying_key()
        };
        let keys = [public.with_id("key-2025")];
        let signer = TokenSigner::new(key.with_id("key-2025"), algorithm).unwrap();
        let claims: serde_json::Value = serde_json::from_str(CLAIMS).unwrap();
        let token = signer.sign(&claims).unwrap();
        let policy = Policy::builder("https://bank.example.vn", "invoice", [algorithm])
            .max_lifetime(Duration::from_secs(300))
            .scope_any(["purchase"])
            .build()
            .unwrap();

        let mut group = c.benchmark_group(algorithm.name());
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = countersign::encoding::base64url::decode(signature).unwrap();
        group.bench_function("floor", |b| {
            b.iter(|| keys[0].verify(algorithm, black_box(input.as_bytes()), &signature).unwrap());
        });
        group.bench_function("parse", |b| {
            b.iter(|| UnverifiedToken::parse(black_box(&token)).unwrap());
        });
        group.bench_function("whole", |b| {
            b.iter(|| {
                let token = UnverifiedToken::parse(black_box(&token)).unwrap();
                let claims = token.verify::<BankClaims<'_>, _>(&keys, &policy, NOW).unwrap();
                black_box(&claims);
            });
        });
        group.finish();
    }
}

/// What an unauthenticated sender can make this service do, and what a token costs that has expired.
fn refusals(c: &mut Criterion) {
    let key = SigningKey::from_pem(include_str!("../tests/keys/rsa2048.pem")).unwrap();
    let keys = [key.verifying_key().with_id("key-2025")];
    let policy = Policy::builder("https://bank.example.vn", "invoice", [Algorithm::Rs256]);
    let policy = policy.max_lifetime(Duration::from_secs(300)).build().unwrap();
    let claims: serde_json::Value = serde_json::from_str(CLAIMS).unwrap();
    let signed = |key: &SigningKey, id: &str, algorithm| {
        let signer = TokenSigner::new(key.clone().with_id(id), algorithm).unwrap();
        signer.sign(&claims).unwrap()
    };
    let later = NOW.saturating_add(Duration::from_secs(600));
    let mut group = c.benchmark_group("refuse");
    for (name, token, now) in [
        ("wrong alg", signed(&key, "key-2025", Algorithm::Ps256), NOW),
        ("unknown kid", signed(&key, "key-2024", Algorithm::Rs256), NOW),
        ("expired, well signed", signed(&key, "key-2025", Algorithm::Rs256), later),
        ("oversize", "e".repeat(16 * 1024 + 1), NOW),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                UnverifiedToken::parse(black_box(&token))
                    .and_then(|token| {
                        token.verify::<BankClaims<'_>, _>(&keys, &policy, now).map(|_| ())
                    })
                    .unwrap_err()
            });
        });
    }
    group.finish();
}

/// The strict reader beside the reader that most use, which lets duplicates pass.
fn strict_json(c: &mut Criterion) {
    let limits = Limits { max_bytes: CLAIMS.len(), max_depth: 32 };
    let mut group = c.benchmark_group("json");
    group.bench_function("strict, checked", |b| {
        b.iter(|| json::parse_object(black_box(CLAIMS.as_bytes()), limits).unwrap().root().kind());
    });
    group.bench_function("strict, typed", |b| {
        b.iter(|| {
            let claims = black_box(CLAIMS.as_bytes());
            black_box(json::from_slice::<BankClaims<'_>>(claims, limits).unwrap());
        });
    });
    group.bench_function("serde_json, typed", |b| {
        b.iter(|| {
            let claims = black_box(CLAIMS.as_bytes());
            black_box(serde_json::from_slice::<BankClaims<'_>>(claims).unwrap());
        });
    });
    group.finish();
}

criterion_group!(benches, whole_verifications, refusals, strict_json);
criterion_main!(benches);
