//! How often the accepting paths go to the heap: our own allocations, without those that the signature backend makes in
//! a bare verification or signature of the same bytes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use allocation_counter::measure;
use countersign::digest::Sha256;
use countersign::headers::Headers;
use countersign::httpsig::{self, DigestField, MessageSigner, Request, Scheme, Signatures};
use countersign::javascript::{self, Limits, Profile};
use countersign::jwt::{self, TokenSigner, UnverifiedToken};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;

/// How many allocations `whole` makes beyond those of `bare`.
fn ours(mut whole: impl FnMut(), mut bare: impl FnMut()) -> u64 {
    // What a backend allocates once and for all, it does here.
    bare();
    measure(&mut whole).count_total - measure(&mut bare).count_total
}

fn keys(algorithm: Algorithm) -> (SigningKey, VerifyingKey) {
    let secret = Secret::new("a secret of more than 32 bytes for HMAC-SHA-256").unwrap();
    let key = match algorithm {
        Algorithm::Hs256 => SigningKey::hmac(algorithm, &secret),
        Algorithm::Rs256 | Algorithm::Ps256 => {
            SigningKey::from_pem(include_str!("keys/rsa2048.pem"))
        }
        Algorithm::Es256 => SigningKey::from_pem(include_str!("keys/p256.pem")),
        _ => SigningKey::from_pem(include_str!("keys/ed25519.pem")),
    };
    let key = key.unwrap().with_algorithm(algorithm).unwrap().with_id("key-2025");
    let verifying = key.verifying_key();
    (key, verifying)
}

#[derive(serde::Deserialize)]
struct BorrowedClaims<'t> {
    sub: &'t str,
    jti: &'t str,
    order_id: &'t str,
}

#[test]
fn a_token_with_borrowed_claims_is_accepted_with_at_most_four_allocations() {
    let claims = r#"{"exp":1735180923,"iat":1735180623,"nbf":1735180623,"jti":"0d142c23-4731-4a5a-886e-757c378d5b62","iss":"https://bank.example.vn","aud":"invoice","sub":"fc3c3988-7563-4d26-8a75-8af65ed6204a","scope":"purchase","order_id":"ORD-2025-000000123","product_code":"INV-1000"}"#;
    let claims: serde_json::Value = serde_json::from_str(claims).unwrap();
    let now = UnixTime::from_secs(1_735_180_700);
    for algorithm in
        [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa]
    {
        let (signing, verifying) = keys(algorithm);
        let token = TokenSigner::new(signing, algorithm).unwrap().sign(&claims).unwrap();
        let policy = jwt::Policy::builder("https://bank.example.vn", "invoice", [algorithm])
            .max_lifetime(Duration::from_secs(300))
            .scope_any(["purchase"])
            .build()
            .unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = countersign::encoding::base64url::decode(signature).unwrap();
        let whole = || {
            let token = UnverifiedToken::parse(&token).unwrap();
            let claims = token.verify::<BorrowedClaims<'_>, _>(&verifying, &policy, now).unwrap();
            assert_eq!((claims.sub.len(), claims.jti.len()), (36, 36));
            assert_eq!(claims.order_id, "ORD-2025-000000123");
        };
        let bare = || verifying.verify(algorithm, input.as_bytes(), &signature).unwrap();
        let count = ours(whole, bare);
        assert!(count <= 4, "{algorithm}: {count}");
    }
}

const COMPONENTS: [&str; 6] =
    ["@method", "@authority", "@path", "@query", "content-digest", "content-type"];
const SIGNED_AT: UnixTime = UnixTime::from_secs(1_618_884_473);

#[test]
fn a_signed_message_is_accepted_with_at_most_three_allocations_and_signed_with_seven() {
    for algorithm in [Algorithm::Hs256, Algorithm::EdDsa, Algorithm::Es256] {
        let (signing, verifying) = keys(algorithm);
        let policy = httpsig::Policy::builder(Scheme::Rfc9421, COMPONENTS)
            .algorithms([algorithm])
            .build()
            .unwrap();
        let signer = MessageSigner::new(signing.clone(), &policy).unwrap();
        let body = [b'x'; 1024];
        let digest = DigestField::ContentDigest.value(&body);
        let mut fields: Vec<(&str, &[u8])> = vec![
            ("host", b"example.com"),
            ("content-type", b"application/json"),
            ("content-length", b"1024"),
            ("content-digest", digest.as_bytes()),
        ];
        let unsigned = fields.clone();
        let request = |fields| Request::new("POST", "/foo?a=b", Headers::new(fields));
        let signature = signer.sign(request(&unsigned), SIGNED_AT).unwrap();
        fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));

        let sign = || assert!(signer.sign(request(&unsigned), SIGNED_AT).is_ok());
        // ECDSA takes numbers as long as the key, whatever is signed.
        let bare = || assert!(signing.sign(algorithm, b"anything").is_ok());
        let count = ours(sign, bare);
        assert!(count <= 7, "signing, {algorithm}: {count}");

        let tag = signing.sign(algorithm, b"anything").unwrap();
        let bare = || verifying.verify(algorithm, b"anything", &tag).unwrap();
        let verify = || {
            let signatures = Signatures::parse(request(&fields)).unwrap();
            let selected = signatures.select(&policy).unwrap();
            let head = selected.verify_head(&verifying, &policy, SIGNED_AT).unwrap();
            assert_eq!(head.with_body(&body).unwrap().get("@path"), Some("/foo"));
        };
        let count = ours(verify, bare);
        assert!(count <= 3, "verifying, {algorithm}: {count}");
    }
}

#[test]
fn a_flat_event_of_sixteen_fields_is_printed_as_javascript_does_without_the_heap() {
    let members = |count| {
        let members = (0..count).map(|index| format!(r#""field{index}":"value \u0111 {index}""#));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    };
    let allocations = |body: String| {
        let count = measure(|| {
            let document = javascript::parse(body.as_bytes(), Profile::Node, Limits::EVENT);
            let mut digest = Sha256::new();
            document.unwrap().write_sorted_values(&mut digest).unwrap();
            assert_ne!(digest.finish(), [0; 32]);
        });
        count.count_total
    };
    assert_eq!(allocations(members(16)), 0);
    // A field more, and the lists of fields are kept on the heap.
    assert_ne!(allocations(members(17)), 0);
}
