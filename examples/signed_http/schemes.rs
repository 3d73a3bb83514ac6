//! Every scheme, with every algorithm that it registers: a request signed and verified, and its answer.

use countersign::Error;
use countersign::httpsig::{DigestField, MessageSigner, Policy, Scheme, Signatures};
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::Secret;

use crate::message::{DATE, NOW, Sent};

/// What a scheme signs of a request and of an answer, and by which algorithms.
type Shape = (Scheme, &'static [&'static str], &'static [&'static str], &'static [Algorithm]);

const RFC_9421: Shape = (
    Scheme::Rfc9421,
    &["@method", "@authority", "@path", "@query", "content-digest"],
    &["@status", "content-digest", "@method;req", "@authority;req", "@path;req", "@query;req"],
    &[
        Algorithm::Rs256,
        Algorithm::Ps512,
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
        Algorithm::Hs256,
    ],
);

/// The drafts and the gateways after them. Of an answer they have names for its fields alone.
const DRAFTS: [Shape; 6] = [
    (Scheme::Cavage07, CAVAGE, DATED, SIGNS_CAVAGE),
    (Scheme::Cavage10, CAVAGE, DATED, SIGNS_CAVAGE),
    (
        Scheme::Cavage12,
        &["(request-target)", "host", "(created)", "digest"],
        &["(created)", "digest"],
        SIGNS_CAVAGE,
    ),
    (
        Scheme::Lenient,
        &["(request-target)", "host", "(created)", "date", "digest"],
        &["(created)", "digest"],
        SIGNS_CAVAGE,
    ),
    (Scheme::Kong, &["request-line", "host", "date", "digest"], DATED, &[Algorithm::Hs256]),
    (Scheme::Apisix, &["@request-target", "host", "date", "digest"], DATED, &[Algorithm::Hs256]),
];

const CAVAGE: &[&str] = &["(request-target)", "host", "date", "digest"];
const DATED: &[&str] = &["date", "digest"];
const SIGNS_CAVAGE: &[Algorithm] =
    &[Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Hs256];

pub(crate) fn show() -> Result<(), Error> {
    for (scheme, request, answer, algorithms) in std::iter::once(RFC_9421).chain(DRAFTS) {
        for algorithm in algorithms {
            let carriers = exchange(scheme, request, answer, *algorithm)?;
            println!("  {scheme:<14} {algorithm:<6} request and answer verified, in {carriers}");
        }
    }
    Ok(())
}

/// Signs and verifies a request and its answer; gives the fields that carry the signature.
fn exchange(
    scheme: Scheme,
    request: &[&str],
    answer: &[&str],
    algorithm: Algorithm,
) -> Result<String, Error> {
    let requests = Policy::builder(scheme, request).algorithms([algorithm]).build()?;
    let answers = Policy::response_builder(scheme, answer).algorithms([algorithm]).build()?;
    let key = key(algorithm)?;
    let public = key.verifying_key(); // or the same secret

    let sent = message(scheme, b"two photographs");
    let signature = {
        let lines = sent.lines();
        MessageSigner::new(key.clone(), &requests)?.sign(sent.request(&lines), NOW)?
    };
    let carriers: Vec<_> = signature.iter().map(|(name, _)| name).collect();
    let sent = sent.signed(&signature);

    let asked = sent.lines();
    let signatures = Signatures::parse(sent.request(&asked))?;
    let head = signatures.select(&requests)?.verify_head(&public, &requests, NOW)?;
    let verified = head.with_body(&sent.body)?;
    assert_eq!(verified.body(), Some(&b"two photographs"[..]));

    let reply = message(scheme, br#"{"passed":true}"#);
    let signature = {
        let lines = reply.lines();
        let response = reply.response(&lines).answering(&sent.request(&asked));
        MessageSigner::new(key, &answers)?.sign(response, NOW)?
    };
    let reply = reply.signed(&signature);
    let lines = reply.lines();
    let response = reply.response(&lines).answering(&sent.request(&asked));
    let signatures = Signatures::parse(response)?;
    let head = signatures.select(&answers)?.verify_head(&public, &answers, NOW)?;
    head.with_body(&reply.body)?;
    Ok(carriers.join(" and "))
}

fn message(scheme: Scheme, body: &[u8]) -> Sent {
    let digest = match scheme {
        Scheme::Rfc9421 => DigestField::ContentDigest,
        _ => DigestField::Digest,
    };
    let value = digest.value(body);
    Sent::new([("Host", "api.example.com"), ("Date", DATE), (digest.name(), &value)], body)
}

/// A key for the algorithm, pinned to it: the key decides, the message only confirms.
fn key(algorithm: Algorithm) -> Result<SigningKey, Error> {
    let pem = match algorithm {
        Algorithm::Hs256 => {
            let secret = Secret::new("a secret of more than 32 bytes for HMAC-SHA-256")?;
            return Ok(SigningKey::hmac(algorithm, &secret)?.with_id("shared"));
        }
        Algorithm::Es256 => include_str!("../../tests/keys/p256.pem"),
        Algorithm::Es384 => include_str!("../../tests/keys/p384.pem"),
        Algorithm::EdDsa => include_str!("../../tests/keys/ed25519.pem"),
        _ => include_str!("../../tests/keys/rsa2048.pem"),
    };
    Ok(SigningKey::from_pem(pem)?.with_algorithm(algorithm)?.with_id("key-2025"))
}
