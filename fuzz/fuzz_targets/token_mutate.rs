//! A good token that was changed in any way is refused; unchanged it is accepted.

#![no_main]

use countersign::jwt::{Policy, UnverifiedToken};
use countersign::key::Algorithm;
use countersign_fuzz::keys::{AUDIENCE, IAT, ISSUER, NOW, SIGNING, VERIFYING, sign};
use countersign_fuzz::{below, pick, radix};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

fn mint(which: usize, jti: u8) -> String {
    let (algorithm, key) = &SIGNING[which];
    let header = format!(r#"{{"alg":"{algorithm}","kid":"{}"}}"#, key.id().unwrap());
    let payload = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","jti":"{jti}","iat":{IAT},"exp":{}}}"#,
        IAT + 300
    );
    sign(key, *algorithm, &header, payload.as_bytes())
}

fn accepted(text: &str, algorithm: Algorithm) -> bool {
    let policy = Policy::builder(ISSUER, AUDIENCE, [algorithm]).build().unwrap();
    let Ok(token) = UnverifiedToken::parse(text) else { return false };
    token.verify::<serde_json::Value, _>(&*VERIFYING, &policy, NOW).is_ok()
}

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let which = below(&mut input, 2); // HS256 and Ed25519: the quick ones
    let jti = input.arbitrary().unwrap_or(0);
    // The first is mutated; the others lend their parts.
    let minted = [mint(which, jti), mint(which, jti.wrapping_add(1)), mint(1 - which, jti)];
    let mut text = minted[0].clone();
    while !input.is_empty() {
        text = edit(&mut input, text, &minted);
    }
    let genuine = minted[..2].contains(&text);
    assert_eq!(accepted(&text, SIGNING[which].0), genuine, "{text}");
    assert_eq!(accepted(&text, SIGNING[1 - which].0), text == minted[2], "{text}");
});

/// One change, which may come to nothing.
fn edit(input: &mut Unstructured<'_>, text: String, minted: &[String; 3]) -> String {
    let mut bytes = text.clone().into_bytes();
    let at = below(input, bytes.len().max(1));
    match below(input, 8) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << below(input, 7),
        1 => {
            bytes.truncate(at);
        }
        2 => bytes.insert(
            at,
            *pick(input, &[b"A", b"=", b".", b"_", b"+", b" ", b"\n"]).first().unwrap(),
        ),
        3 if !bytes.is_empty() => {
            bytes.remove(at);
        }
        4 => {
            return with_part(&text, below(input, 3), |_| {
                part(&minted[below(input, 3)], below(input, 3)).to_owned()
            });
        }
        5 => return with_part(&text, below(input, 3), |part| respell(input, part)),
        6 => return with_part(&text, 0, |_| header(input)),
        _ => return with_part(&text, 2, add_group_order),
    }
    String::from_utf8(bytes).unwrap_or(text)
}

fn part(token: &str, index: usize) -> &str {
    token.split('.').nth(index).unwrap_or_default()
}

fn with_part(token: &str, index: usize, change: impl FnOnce(&str) -> String) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    if let Some(part) = parts.get_mut(index) {
        *part = change(part);
    }
    parts.join(".")
}

/// The same bytes in another spelling, for a decoder that is too kind.
fn respell(input: &mut Unstructured<'_>, part: &str) -> String {
    match below(input, 5) {
        0 => format!("{part}="),
        1 => format!("{part}=="),
        2 => part.replace('-', "+").replace('_', "/"),
        3 => part.replace('A', "%41"),
        _ => match (part.len() % 4, part.char_indices().last()) {
            // The last digit's unused bits.
            (2 | 3, Some((at, last))) if last.is_ascii() => {
                let next = char::from(u8::try_from(last).unwrap_or(b'A').wrapping_add(1) & 0x7f);
                format!("{}{next}", &part[..at])
            }
            _ => format!("{part}A"),
        },
    }
}

/// A header that says something else, under the old signature.
fn header(input: &mut Unstructured<'_>) -> String {
    let text = pick(
        input,
        &[
            r#"{"alg":"none"}"#,
            r#"{"alg":"None"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"EdDSA"}"#,
            r#"{"alg":"Ed25519","kid":"e1"}"#,
            r#"{"alg":"HS256","kid":"e1"}"#,
            r#"{"alg":"HS256","kid":"h1","kid":"h1"}"#,
            r#"{"kid":"h1","alg":"HS256"}"#,
            r#"{"alg":"HS256","kid":"h1" }"#,
        ],
    );
    countersign::encoding::base64url::encode(text)
}

/// Ed25519 signatures are malleable for verifiers that take `S + L` (RFC 8032 §8.4).
fn add_group_order(part: &str) -> String {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let Some(mut signature) = radix::base64url(part.as_bytes()) else { return part.to_owned() };
    let mut carry = 0;
    for (byte, l) in signature.iter_mut().skip(32).zip(L) {
        carry += u16::from(*byte) + u16::from(l);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    countersign::encoding::base64url::encode(signature)
}
