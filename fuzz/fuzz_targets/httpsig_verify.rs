//! A signed message that was changed in any way verifies only as one that was signed: the same components with the same
//! values under the same key, and the same body. Unchanged it verifies.

#![no_main]

use std::sync::LazyLock;

use countersign::httpsig::{
    DigestField, HttpSigError, MessageSigner, Policy, Scheme, Signatures, explain,
};
use countersign::key::VerifyingKey;
use countersign_fuzz::http::{Owned, value};
use countersign_fuzz::keys::{NOW, SIGNING};
use countersign_fuzz::{below, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const DATE: &str = "Thu, 26 Dec 2024 02:38:03 GMT";

const PROFILES: [(Scheme, &[&str]); 5] = [
    (Scheme::Rfc9421, &["@method", "@authority", "@path", "@query", "x"]),
    (
        Scheme::Rfc9421,
        &["x;bs", "@target-uri", "@method", "content-digest;key=\"sha-256\"", "date"],
    ),
    (Scheme::Cavage07, &["(request-target)", "host", "date", "x"]),
    (Scheme::Lenient, &["x", "(created)", "(expires)", "(request-target)", "host"]),
    (Scheme::Kong, &["date", "x", "host", "request-line"]),
];

/// What one profile signs with one key.
struct Minted {
    policy: Policy,
    key: VerifyingKey,
    messages: [Owned; 2],
    /// What is covered of each.
    covered: [Vec<(String, String)>; 2],
}

static MINTED: LazyLock<Vec<Minted>> = LazyLock::new(|| {
    let keys = [0, 1, 2]; // HS256, Ed25519, ES256; RSA is slow and no different
    let pairs = PROFILES.iter().flat_map(|profile| keys.map(|key| (profile, key)));
    pairs.map(|((scheme, components), key)| mint(*scheme, components, key)).collect()
});

fn mint(scheme: Scheme, components: &[&str], which: usize) -> Minted {
    let (algorithm, key) = &SIGNING[which];
    let policy = Policy::builder(scheme, components).algorithms([*algorithm]).build().unwrap();
    let signer = MessageSigner::new(key.clone(), &policy).unwrap();
    let signer = signer.with_lifetime(std::time::Duration::from_secs(200));
    let digest =
        if scheme == Scheme::Rfc9421 { DigestField::ContentDigest } else { DigestField::Digest };
    let messages = [("POST", "/a?b=1", &b"two photographs"[..]), ("GET", "/a", b"")].map(
        |(method, target, body)| {
            let mut message = Owned::new(method, target)
                .field("Host", "example.com")
                .field("Date", DATE)
                .field("X", "one, two")
                .field("x", method)
                .field(digest.name(), digest.value(body));
            message.body = body.to_vec();
            let fields = message.with(|request| signer.sign(request, NOW)).unwrap();
            fields.iter().fold(message, |message, (name, value)| message.field(name, value))
        },
    );
    let public = key.verifying_key();
    let covered = messages.each_ref().map(|message| verdict(message, &public, &policy).unwrap());
    Minted { policy, key: public, messages, covered }
}

/// The covered components, where the message verifies with its body.
fn verdict(
    message: &Owned,
    key: &VerifyingKey,
    policy: &Policy,
) -> Result<Vec<(String, String)>, HttpSigError> {
    message.with(|request| {
        let signatures = Signatures::parse(request)?;
        let head = signatures.select(policy)?.verify_head(key, policy, NOW)?;
        let signed = head.with_body(&message.body)?;
        assert_eq!(signed.body(), Some(&message.body[..]));
        assert_eq!(signed.evidence().thumbprint, *key.thumbprint());
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(signed.components().map(owned).collect())
    })
}

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let minted = &MINTED[below(&mut input, MINTED.len())];
    let which = below(&mut input, 2);
    let mut message = minted.messages[which].clone();
    while !input.is_empty() {
        edit(&mut input, &mut message, &minted.messages[1 - which]);
    }
    let found = verdict(&message, &minted.key, &minted.policy);
    if let Some(place) = minted.messages.iter().position(|genuine| *genuine == message) {
        assert_eq!(found.as_ref(), Ok(&minted.covered[place]));
    }
    if let Ok(covered) = &found {
        let place = minted.covered.iter().position(|genuine| genuine == covered);
        let place = place.unwrap_or_else(|| panic!("forged: {message:?}"));
        assert_eq!(message.body, minted.messages[place].body);
    }
    // No other key, and no other algorithm, takes it.
    for other in [0, 1, 2].map(|key| &SIGNING[key]) {
        let key = other.1.verifying_key();
        if key.thumbprint() != minted.key.thumbprint() {
            assert!(verdict(&message, &key, &minted.policy).is_err());
            let renamed = key.with_id(minted.key.id().unwrap().clone());
            assert!(verdict(&message, &renamed, &minted.policy).is_err());
        }
    }
    // P8.
    let report = message.with(|request| explain(request, &minted.key, &minted.policy, NOW));
    match (&found, report.error()) {
        (Ok(_), error) => assert_eq!(error, None),
        // What the report of a head cannot know.
        (
            Err(
                HttpSigError::DigestMismatch
                | HttpSigError::DigestMissing
                | HttpSigError::DigestNotCovered,
            ),
            None,
        ) => {}
        (Err(error), found) => assert_eq!(found, Some(error)),
    }
});

/// One change, which may come to nothing.
fn edit(input: &mut Unstructured<'_>, message: &mut Owned, other: &Owned) {
    let count = message.fields.len().max(1);
    let at = below(input, count);
    match below(input, 14) {
        0 => message.method = pick(input, &["POST", "GET", "post", "PUT"]).to_owned(),
        1 => {
            message.target = pick(
                input,
                &[
                    "/a?b=1",
                    "/a",
                    "/a?",
                    "/A",
                    "/a?b=%31",
                    "//a",
                    "/a?b=1&c",
                    "https://example.com/a?b=1",
                ],
            )
            .to_owned()
        }
        2 => flip(input, &mut message.body),
        3 => message.body.push(b'x'),
        4 => message.body = other.body.clone(),
        5 => message.fields.truncate(at),
        6 => message.fields.insert(at, (pick(input, NAMES).to_owned(), value(input))),
        7 if at < message.fields.len() => message.fields.swap(at, 0),
        8 if at < message.fields.len() => {
            message.fields.remove(at);
        }
        9 if at < message.fields.len() => flip(input, &mut message.fields[at].1),
        10 if at < message.fields.len() => {
            let lent = &other.fields[at.min(other.fields.len() - 1)];
            message.fields[at].1.clone_from(&lent.1);
        }
        11 if at < message.fields.len() => {
            let copy = message.fields[at].clone();
            message.fields.push(copy);
        }
        12 if at < message.fields.len() => {
            message.fields[at].0 = message.fields[at].0.to_ascii_uppercase();
        }
        _ if at < message.fields.len() => respell(input, &mut message.fields[at].1),
        _ => {}
    }
}

fn flip(input: &mut Unstructured<'_>, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = below(input, bytes.len());
        bytes[at] ^= 1 << below(input, 8);
    }
}

/// Another spelling, of the same thing or nearly.
fn respell(input: &mut Unstructured<'_>, value: &mut Vec<u8>) {
    let Ok(text) = String::from_utf8(value.clone()) else { return };
    let (from, to) = *pick(
        input,
        &[
            &("sig1", "sig2"),
            &("(\"", "( \""),
            &(";created", "; created"),
            &("created=", "created=0"),
            &("=:", "=::"),
            &("==", ""),
            &(",", ", "),
            &(", ", ","),
            &("keyId", "keyid"),
            &("headers=\"", "headers=\"x "),
            &("(\"", "(\"x\" \""),
            &("\"date\"", "\"date\";sf"),
            &("alg=\"", "alg=\"none"),
            &("algorithm=\"", "algorithm=\"hs2019\",x=\""),
            &("Signature ", "signature  "),
            &("created=", "created=\""),
            &("expires=", "expires=9"),
            &("+", "-"),
            &("\"@method\"", "\"@method\";req"),
            &("host", "Host"),
        ],
    );
    *value = text.replacen(from, to, 1).into_bytes();
}

const NAMES: &[&str] = &[
    "x",
    "X",
    "y",
    "host",
    "date",
    "digest",
    "content-digest",
    "signature",
    "signature-input",
    "authorization",
    "@method",
    "proxy-authorization",
];
