//! Signed messages of RFC 9421 with 1 KiB of body: countersign and httpsig.
//!
//! The peer takes components as lines of text and knows neither messages nor digests, so each iteration does what its
//! host has to: digest the body, write the lines, find the signature. countersign reads the message, and checks times,
//! required components and its limits too, because it always does.

use std::hint::black_box;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::headers::Headers;
use countersign::httpsig::{DigestField, MessageSigner, Policy, Request, Scheme, Signatures};
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use criterion::{Criterion, criterion_group, criterion_main};
use httpsig::prelude::message_component::{HttpMessageComponent, HttpMessageComponentId};
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, HttpSignatureParams, PublicKey,
    SecretKey, SharedKey, SigningKey as PeerSigning, VerifyingKey as PeerVerifying,
};
use sha2::{Digest, Sha256};

const SECRET: &[u8] = b"a secret of more than 32 bytes for HMAC-SHA-256";
const TARGET: &str = "/foo?param=Value&Pet=dog";
const COMPONENTS: [&str; 6] =
    ["@method", "@authority", "@path", "@query", "content-digest", "content-type"];

fn messages(c: &mut Criterion) {
    let hmac =
        SharedKey::from_base64(&AlgorithmName::HmacSha256, &STANDARD.encode(SECRET)).unwrap();
    message(c, Algorithm::Hs256, &hmac, &hmac);
    for (algorithm, name, private, public) in [
        (
            Algorithm::EdDsa,
            AlgorithmName::Ed25519,
            include_str!("../../../tests/keys/ed25519.pem"),
            include_str!("../../../tests/keys/ed25519.pub.pem"),
        ),
        (
            Algorithm::Es256,
            AlgorithmName::EcdsaP256Sha256,
            include_str!("../../../tests/keys/p256.pem"),
            include_str!("../../../tests/keys/p256.pub.pem"),
        ),
    ] {
        let private = SecretKey::from_pem(&name, private).unwrap();
        let public = PublicKey::from_pem(&name, public).unwrap();
        message(c, algorithm, &private, &public);
    }
}

fn ours(algorithm: Algorithm) -> SigningKey {
    let key = match algorithm {
        Algorithm::Hs256 => SigningKey::hmac(algorithm, &Secret::new(SECRET).unwrap()).unwrap(),
        Algorithm::Es256 => {
            SigningKey::from_pem(include_str!("../../../tests/keys/p256.pem")).unwrap()
        }
        _ => SigningKey::from_pem(include_str!("../../../tests/keys/ed25519.pem")).unwrap(),
    };
    key.with_algorithm(algorithm).unwrap().with_id("key-2025")
}

fn message(
    c: &mut Criterion,
    algorithm: Algorithm,
    peer_private: &impl PeerSigning,
    peer_public: &impl PeerVerifying,
) {
    // The peer reads the machine's clock.
    let now = UnixTime::from(SystemTime::now());
    let signing = ours(algorithm);
    let verifying = signing.verifying_key();
    let policy =
        Policy::builder(Scheme::Rfc9421, COMPONENTS).algorithms([algorithm]).build().unwrap();
    let signer = MessageSigner::new(signing, &policy).unwrap();
    let body = vec![b'x'; 1024];
    let digest = DigestField::ContentDigest;
    let value = digest.value(&body);
    let unsigned: [(&str, &[u8]); 5] = [
        ("host", b"example.com"),
        ("user-agent", b"bench"),
        ("content-type", b"application/json"),
        ("content-length", b"1024"),
        (digest.name(), value.as_bytes()),
    ];
    let mut fields = unsigned.to_vec();
    let signed = signer.sign(Request::new("POST", TARGET, Headers::new(&fields)), now).unwrap();
    fields.extend(signed.iter().map(|(name, value)| (name, value.as_bytes())));
    // The peer writes the parameters in an order of its own, so each verifies what it signed.
    let (peer_input, peer_signature) = peer_sign(&value, peer_private);

    let mut group = c.benchmark_group(algorithm.name());
    group.bench_function("verify/countersign", |b| {
        b.iter(|| {
            let message = Request::new("POST", TARGET, Headers::new(black_box(&fields)));
            let signatures = Signatures::parse(message).unwrap();
            let selected = signatures.select(&policy).unwrap();
            let head = selected.verify_head(&verifying, &policy, now).unwrap();
            black_box(head.with_body(black_box(&body)).unwrap());
        });
    });
    group.bench_function("verify/httpsig", |b| {
        b.iter(|| {
            assert_eq!(content_digest(black_box(&body)), value);
            let parsed = HttpSignatureHeaders::try_parse(&peer_signature, &peer_input).unwrap();
            let (_, headers) = parsed.iter().next().unwrap();
            let base = HttpSignatureBase::try_new(&lines(&value), headers.signature_params());
            base.unwrap().verify_signature_headers(peer_public, headers).unwrap();
        });
    });
    group.bench_function("sign/countersign", |b| {
        b.iter(|| {
            let value = digest.value(black_box(&body));
            let mut fields = unsigned;
            fields[4].1 = value.as_bytes();
            signer.sign(Request::new("POST", TARGET, Headers::new(&fields)), now).unwrap()
        });
    });
    group.bench_function("sign/httpsig", |b| {
        b.iter(|| peer_sign(&content_digest(black_box(&body)), peer_private));
    });
    group.finish();
}

/// The two fields that the peer adds to a message.
fn peer_sign(digest: &str, key: &impl PeerSigning) -> (String, String) {
    let id =
        |name: &&str| HttpMessageComponentId::try_from(format!("\"{name}\"").as_str()).unwrap();
    let ids: Vec<_> = COMPONENTS.iter().map(id).collect();
    let mut params = HttpSignatureParams::try_new(&ids).unwrap();
    params.set_keyid("key-2025").set_alg(&key.alg());
    let base = HttpSignatureBase::try_new(&lines(digest), &params).unwrap();
    let headers = base.build_signature_headers(key, Some("sig")).unwrap();
    (headers.signature_input_header_value(), headers.signature_header_value())
}

/// The components as the peer takes them.
fn lines(digest: &str) -> Vec<HttpMessageComponent> {
    let values =
        ["POST", "example.com", "/foo", "?param=Value&Pet=dog", digest, "application/json"];
    COMPONENTS
        .iter()
        .zip(values)
        .map(|(name, value)| {
            HttpMessageComponent::try_from(format!("\"{name}\": {value}").as_str()).unwrap()
        })
        .collect()
}

fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

criterion_group!(benches, messages);
criterion_main!(benches);
