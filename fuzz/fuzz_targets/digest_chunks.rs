//! The verdict on a body does not depend on how it is cut; and a body is accepted if and only if every digest of it that is
//! known and signed is right.

#![no_main]

use std::sync::LazyLock;

use countersign::digest::{sha256, sha512};
use countersign::httpsig::{HttpSigError, MessageSigner, NeedsBody, Policy, Scheme, Signatures};
use countersign::key::{Algorithm, VerifyingKey};
use countersign_fuzz::http::Owned;
use countersign_fuzz::keys::{NOW, SIGNING};
use countersign_fuzz::{below, coin, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const LIMIT: u64 = 200;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    Policy::builder(Scheme::Rfc9421, ["@method", "@authority", "@path", "@query"])
        .algorithms([Algorithm::Hs256])
        .max_body_bytes(LIMIT)
        .build()
        .unwrap()
});
static SIGNER: LazyLock<(MessageSigner, VerifyingKey)> = LazyLock::new(|| {
    let key = SIGNING[0].1.clone();
    let public = key.verifying_key();
    (MessageSigner::new(key, &POLICY).unwrap(), public)
});

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let length = below(&mut input, 260);
    let byte: u8 = input.arbitrary().unwrap_or(0);
    let body: Vec<u8> = (0..length).map(|at| byte.wrapping_mul(at.to_le_bytes()[0])).collect();
    let (message, expected) = signed(&mut input, &body);
    let Some(head) = head(&message) else {
        // A digest that is wrong in itself, or says two things, is refused with the head.
        assert_eq!(expected, Expected::HeadRefused);
        return;
    };
    assert_ne!(expected, Expected::HeadRefused);
    let whole = head.with_body(&body).map(|signed| signed.body() == Some(&body[..]));
    match expected {
        Expected::Refused(error) => assert_eq!(whole, Err(error)),
        // A body that is not covered is not given.
        _ => assert_eq!(whole, Ok(expected == Expected::Right)),
    }

    let mut stream = self::head(&message).unwrap().stream();
    let mut rest = &body[..];
    let mut refused = None;
    while !rest.is_empty() {
        // The last piece once the choices are used up.
        let end = if input.is_empty() { rest.len() } else { below(&mut input, rest.len() + 1) };
        let (piece, behind) = rest.split_at(end);
        if let Err(error) = stream.update(piece) {
            refused.get_or_insert(error);
        }
        rest = behind;
    }
    let streamed = stream.finish().map(|signed| assert_eq!(signed.body(), None));
    assert!(refused.is_none() || refused.as_ref() == streamed.as_ref().err());
    assert_eq!(streamed.err(), whole.err());
});

#[derive(Debug, PartialEq)]
enum Expected {
    Right,
    /// No bytes, and no digest of them.
    Nothing,
    Refused(HttpSigError),
    HeadRefused,
}

fn head(message: &Owned) -> Option<NeedsBody> {
    message.with(|request| {
        let signatures = Signatures::parse(request).unwrap();
        signatures.select(&POLICY).unwrap().verify_head(&SIGNER.1, &POLICY, NOW).ok()
    })
}

/// A request with some digests, signed, and what must become of it.
fn signed(input: &mut Unstructured<'_>, body: &[u8]) -> (Owned, Expected) {
    let mut message = Owned::new("POST", "/a").field("Host", "example.com");
    let mut digests = Digests::default();
    for name in ["content-digest", "Repr-Digest", "DIGEST"] {
        let legacy = name == "DIGEST";
        let members: Vec<_> =
            (0..below(input, 4)).map(|_| member(input, body, legacy, &mut digests)).collect();
        if members.is_empty() {
            continue;
        }
        let algorithms: Vec<_> = members.iter().map(|(algorithm, _)| *algorithm).collect();
        let repeated = |name: &str| algorithms.iter().filter(|found| **found == name).count() > 1;
        // Of unknown algorithms `Digest` says nothing; as keys of a Dictionary they may not come twice either.
        digests.malformed |=
            repeated("sha-256") || repeated("sha-512") || (repeated("md5") && !legacy);
        digests.malformed |= algorithms.iter().all(|name| *name == "md5");
        let values: Vec<_> = members.into_iter().map(|(_, value)| value).collect();
        message = match coin(input) {
            true => values.iter().fold(message, |message, value| message.field(name, value)),
            false => message.field(name, values.join(pick(input, &[",", ", ", " ,"]))),
        };
    }
    let fields = message.with(|request| SIGNER.0.sign(request, NOW)).unwrap();
    for (name, value) in fields.iter() {
        message = message.field(name, value);
    }
    let too_large = u64::try_from(body.len()).unwrap() > LIMIT;
    let expected = match digests {
        _ if digests.malformed || digests.contradictory() => Expected::HeadRefused,
        _ if too_large => Expected::Refused(HttpSigError::BodyTooLarge { limit: LIMIT }),
        _ if digests.wrong => Expected::Refused(HttpSigError::DigestMismatch),
        _ if !digests.known.is_empty() => Expected::Right,
        _ if body.is_empty() => Expected::Nothing,
        _ => Expected::Refused(HttpSigError::DigestMissing),
    };
    (message, expected)
}

#[derive(Default)]
struct Digests {
    known: Vec<(&'static str, Vec<u8>)>,
    wrong: bool,
    malformed: bool,
}

impl Digests {
    /// Whether two digests of one algorithm differ.
    fn contradictory(&self) -> bool {
        let differs = |(name, bytes): &(&str, Vec<u8>)| {
            self.known.iter().any(|(other, found)| other == name && found != bytes)
        };
        self.known.iter().any(differs)
    }
}

/// An algorithm, and the member with its digest.
fn member(
    input: &mut Unstructured<'_>,
    body: &[u8],
    legacy: bool,
    digests: &mut Digests,
) -> (&'static str, String) {
    let (name, mut bytes) = match below(input, 5) {
        0 | 1 => ("sha-256", sha256(&[body]).to_vec()),
        2 | 3 => ("sha-512", sha512(&[body]).to_vec()),
        _ => ("md5", vec![0; 16]),
    };
    let known = name != "md5";
    match below(input, 12) {
        0 => {
            let at = below(input, bytes.len());
            bytes[at] ^= 1 << below(input, 8);
            digests.wrong |= known;
        }
        1 => {
            bytes.pop();
            digests.malformed |= known;
        }
        _ => {}
    }
    let encoded = countersign::encoding::base64::encode(&bytes);
    if known {
        digests.known.push((name, bytes));
    }
    let value = match (legacy, coin(input)) {
        (true, true) => format!("{}={encoded}", name.to_uppercase()),
        (true, false) => format!("{name}={encoded}"),
        (false, true) => format!("{name}=:{encoded}:;a=1"),
        (false, false) => format!("{name}=:{encoded}:"),
    };
    (name, value)
}
