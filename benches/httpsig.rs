//! Whole verifications and signatures of messages beside the bare digest and the bare primitive of the same backend.
//!
//! Each group prints the floor first: SHA-256 of the body, and the key alone over the same signature base. The README's
//! ratios come from here: `cargo bench --bench httpsig`.

use std::hint::black_box;

use countersign::digest::sha256;
use countersign::headers::Headers;
use countersign::httpsig::{
    DigestField, MessageSigner, Policy, Request, Scheme, Signatures, explain,
};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const NOW: UnixTime = UnixTime::from_secs(1_618_884_473);
const TARGET: &str = "/foo?param=Value&Pet=dog";

/// Keys for both directions, under the id `key-2025`.
fn keys(algorithm: Algorithm) -> (SigningKey, VerifyingKey) {
    let secret = Secret::new("a secret of more than 32 bytes for HMAC-SHA-256").unwrap();
    let key = match algorithm {
        Algorithm::Hs256 => SigningKey::hmac(algorithm, &secret).unwrap(),
        Algorithm::Rs256 => {
            SigningKey::from_pem(include_str!("../tests/keys/rsa2048.pem")).unwrap()
        }
        Algorithm::Es256 => SigningKey::from_pem(include_str!("../tests/keys/p256.pem")).unwrap(),
        _ => SigningKey::from_pem(include_str!("../tests/keys/ed25519.pem")).unwrap(),
    };
    let key = key.with_algorithm(algorithm).unwrap().with_id("key-2025");
    let verifying = key.verifying_key();
    (key, verifying)
}

fn messages(c: &mut Criterion) {
    let rfc9421 = ["@method", "@authority", "@path", "@query", "content-digest", "content-type"];
    let cavage = ["(request-target)", "host", "date", "digest", "content-type"];
    for (scheme, components, digest, algorithm) in [
        (Scheme::Cavage07, &cavage[..], DigestField::Digest, Algorithm::Hs256),
        (Scheme::Cavage07, &cavage[..], DigestField::Digest, Algorithm::Rs256),
        (Scheme::Rfc9421, &rfc9421[..], DigestField::ContentDigest, Algorithm::Hs256),
        (Scheme::Rfc9421, &rfc9421[..], DigestField::ContentDigest, Algorithm::EdDsa),
        (Scheme::Rfc9421, &rfc9421[..], DigestField::ContentDigest, Algorithm::Es256),
    ] {
        let (signing, verifying) = keys(algorithm);
        let policy = Policy::builder(scheme, components).algorithms([algorithm]).build().unwrap();
        let signer = MessageSigner::new(signing.clone(), &policy).unwrap();
        let body = vec![b'x'; 1024];
        let value = digest.value(&body);
        let mut fields: Vec<(&str, &[u8])> = vec![
            ("host", b"example.com"),
            ("user-agent", b"bench"),
            ("accept", b"*/*"),
            ("date", b"Tue, 20 Apr 2021 02:07:53 GMT"),
            ("content-type", b"application/json"),
            ("content-length", b"1024"),
            (digest.name(), value.as_bytes()),
        ];
        let unsigned = fields.clone();
        let signed = signer.sign(Request::new("POST", TARGET, Headers::new(&fields)), NOW).unwrap();
        fields.extend(signed.iter().map(|(name, value)| (name, value.as_bytes())));
        let message = Request::new("POST", TARGET, Headers::new(&fields));
        let report = explain(message, &verifying, &policy, NOW);
        let base = report.base().unwrap().as_str().to_owned();
        let signature = signing.sign(algorithm, base.as_bytes()).unwrap();

        let mut group = c.benchmark_group(format!("{scheme}/{algorithm}"));
        group.bench_function("verify/floor", |b| {
            b.iter(|| {
                black_box(sha256(&[black_box(&body)]));
                verifying.verify(algorithm, black_box(base.as_bytes()), &signature).unwrap();
            });
        });
        group.bench_function("verify/whole", |b| {
            b.iter(|| {
                let message = Request::new("POST", TARGET, Headers::new(black_box(&fields)));
                let signatures = Signatures::parse(message).unwrap();
                let selected = signatures.select(&policy).unwrap();
                let head = selected.verify_head(&verifying, &policy, NOW).unwrap();
                black_box(head.with_body(black_box(&body)).unwrap());
            });
        });
        group.bench_function("sign/floor", |b| {
            b.iter(|| {
                black_box(sha256(&[black_box(&body)]));
                signing.sign(algorithm, black_box(base.as_bytes())).unwrap()
            });
        });
        group.bench_function("sign/whole", |b| {
            b.iter_batched(
                || (),
                |()| {
                    let value = digest.value(black_box(&body));
                    let mut fields: [(&str, &[u8]); 7] = unsigned[..].try_into().unwrap();
                    fields[6].1 = value.as_bytes();
                    let message = Request::new("POST", TARGET, Headers::new(&fields));
                    signer.sign(message, NOW).unwrap()
                },
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

/// What an unauthenticated sender can make this service do.
fn refusals(c: &mut Criterion) {
    let (_, verifying) = keys(Algorithm::EdDsa);
    let policy =
        Policy::builder(Scheme::Rfc9421, ["@method", "@authority", "@path", "@query"]).build();
    let policy = policy.unwrap();
    let refused = |input: &str, signature: &str| {
        let fields: [(&str, &[u8]); 3] = [
            ("host", b"example.com"),
            ("signature-input", input.as_bytes()),
            ("signature", signature.as_bytes()),
        ];
        let message = Request::new("POST", TARGET, Headers::new(&fields));
        let signatures = Signatures::parse(message)?;
        signatures.select(&policy)?.verify_head(&verifying, &policy, NOW)
    };
    let old = "s=(\"@method\" \"@authority\" \"@path\" \"@query\");created=1618880000";
    let list = (0..63).map(|n| format!("\"x-{n:03}\"")).collect::<Vec<_>>().join(" ");
    let largest = (0..7).map(|n| format!("l{n}=({list})")).collect::<Vec<_>>().join(", ");
    let signatures = (0..7).map(|n| format!("l{n}=:AAAA:")).collect::<Vec<_>>().join(", ");
    let mut group = c.benchmark_group("refuse");
    group.bench_function("stale", |b| b.iter(|| refused(black_box(old), "s=:AAAA:").unwrap_err()));
    group.bench_function("largest", |b| {
        b.iter(|| refused(black_box(&largest), &signatures).unwrap_err());
    });
    group.finish();
}

criterion_group!(benches, messages, refusals);
criterion_main!(benches);
