//! Bodies and their signed digests: RFC 9530, and `Digest` before it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

#[path = "common/httpsig.rs"]
mod support;

use countersign::headers::Headers;
use countersign::httpsig::{
    DigestField, HttpSigError, MessageSigner, NeedsBody, Policy, PolicyBuilder, Request, Response,
    Scheme, Signatures,
};
use countersign::key::SigningKey;
use countersign::time::UnixTime;
use support::Line;

const NOW: UnixTime = UnixTime::from_secs(1_618_884_480);
const PARTS: [&str; 4] = ["@method", "@authority", "@path", "@query"];

fn key() -> SigningKey {
    SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().with_id("app")
}

fn policy() -> PolicyBuilder {
    Policy::builder(Scheme::Rfc9421, PARTS)
}

/// The head of a request with these fields, signed and verified; digests among them are covered.
fn head(policy: PolicyBuilder, fields: &[Line<'_>]) -> Result<NeedsBody, HttpSigError> {
    let policy = policy.build().unwrap();
    let mut fields = [&[("Host", &b"example.com"[..])], fields].concat();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let signed = signer.sign(Request::new("POST", "/foo", Headers::new(&fields)), NOW)?;
    fields.extend(signed.iter().map(|(name, value)| (name, value.as_bytes())));
    let message = Request::new("POST", "/foo", Headers::new(&fields));
    let signatures = Signatures::parse(message)?;
    signatures.select(&policy)?.verify_head(&key().verifying_key(), &policy, NOW)
}

fn verdict(fields: &[Line<'_>], body: &[u8]) -> Result<(), HttpSigError> {
    head(policy(), fields)?.with_body(body).map(|_| ())
}

#[test]
fn a_body_without_a_signed_digest_is_refused() {
    // reliability D01; SIF-2023-002 (Misskey), mastodon#4963.
    assert_eq!(verdict(&[], b"body"), Err(HttpSigError::DigestMissing));
    assert_eq!(verdict(&[], b""), Ok(()));
    let unsigned =
        head(policy().dangerous_unsigned_body(), &[]).unwrap().with_body(b"body").unwrap();
    assert_eq!(unsigned.body(), None); // nobody vouches for it

    // The field is there and not covered.
    let policy = policy().build().unwrap();
    let digest = DigestField::ContentDigest.value(b"body");
    let mut fields: Vec<Line<'_>> = vec![("Host", b"example.com")];
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let signed = signer.sign(Request::new("POST", "/foo", Headers::new(&fields)), NOW).unwrap();
    fields.extend(signed.iter().map(|(name, value)| (name, value.as_bytes())));
    fields.push(("Content-Digest", digest.as_bytes()));
    let message = Request::new("POST", "/foo", Headers::new(&fields));
    let signatures = Signatures::parse(message).unwrap();
    let selected = signatures.select(&policy).unwrap();
    let head = selected.verify_head(&key().verifying_key(), &policy, NOW).unwrap();
    assert_eq!(head.with_body(b"body").map(|_| ()), Err(HttpSigError::DigestNotCovered));
}

#[test]
fn digests_that_nobody_can_read_are_told_from_those_that_nobody_can_check() {
    let field = "content-digest";
    for (value, expected) in [
        ("sha-256=:2fQxXRmaqk2MTtJiCTmVTkfzGaKVDyvlNkkHz+QXX+U=:", HttpSigError::DigestMismatch),
        ("sha-256=:AAAA:", HttpSigError::DigestMalformed { field }),
        ("sha-256=1", HttpSigError::DigestMalformed { field }),
        ("md5=:AAAAAAAAAAAAAAAAAAAAAA==:", HttpSigError::DigestUnsupported { field }),
    ] {
        assert_eq!(
            verdict(&[("Content-Digest", value.as_bytes())], b"body"),
            Err(expected),
            "{value}"
        );
    }
}

#[test]
fn a_status_has_three_digits() {
    let signatures =
        |status| Signatures::parse(Response::new(status, Headers::new(&[]))).map(|_| ());
    for status in [0, 99, 1000, u16::MAX] {
        assert_eq!(signatures(status), Err(HttpSigError::StatusInvalid), "{status}");
    }
    for status in [100, 999] {
        assert_eq!(signatures(status), Err(HttpSigError::SignatureMissing), "{status}");
    }
}

#[test]
fn every_change_of_a_body_is_refused() {
    // reliability D02.
    let body = b"{\"hello\": \"world\"}";
    for field in [DigestField::ContentDigest, DigestField::ReprDigest, DigestField::Digest] {
        let digest = field.value(body);
        let fields: [Line<'_>; 1] = [(field.name(), digest.as_bytes())];
        assert_eq!(verdict(&fields, body), Ok(()));
        let mut changed = body.to_vec();
        for place in 0..body.len() {
            changed[place] ^= 1;
            assert_eq!(verdict(&fields, &changed), Err(HttpSigError::DigestMismatch));
            changed[place] ^= 1;
        }
        for other in [&body[..17], b"{\"hello\": \"world\"} ", b""] {
            assert_eq!(verdict(&fields, other), Err(HttpSigError::DigestMismatch));
        }
    }
}

#[test]
fn fields_that_contradict_each_other_are_refused() {
    // reliability D04: two lines, or two fields, one of them wrong.
    let (right, wrong) =
        (DigestField::ContentDigest.value(b"body"), DigestField::ContentDigest.value(b"other"));
    let legacy = DigestField::Digest.value(b"other");
    let two_lines: [Line<'_>; 2] =
        [("Content-Digest", right.as_bytes()), ("Content-Digest", wrong.as_bytes())];
    let repeated = HttpSigError::DigestRepeated { field: "content-digest" };
    assert_eq!(verdict(&two_lines, b"body"), Err(repeated));
    let two_fields: [Line<'_>; 2] =
        [("Content-Digest", right.as_bytes()), ("Digest", legacy.as_bytes())];
    assert_eq!(verdict(&two_fields, b"body"), Err(HttpSigError::DigestMismatch));
}

#[test]
fn a_covered_member_is_enough_and_alone_what_is_checked() {
    let body = b"body";
    let sha256 = DigestField::ContentDigest.value(body);
    let both = format!("{sha256}, sha-512=:{}:", "A".repeat(86) + "==");
    let fields: [Line<'_>; 1] = [("Content-Digest", both.as_bytes())];
    let parts =
        |component: &str| Policy::builder(Scheme::Rfc9421, PARTS.into_iter().chain([component]));
    let member = head(parts("content-digest;key=\"sha-256\""), &fields).unwrap();
    assert_eq!(member.with_body(body).map(|_| ()), Ok(()));
    let strict = head(parts("content-digest;sf"), &fields).unwrap();
    assert_eq!(strict.with_body(body).map(|_| ()), Err(HttpSigError::DigestMismatch));
    // As bytes its members cannot be told apart, so they cover nothing.
    let bytes = head(parts("content-digest;bs"), &fields).unwrap();
    assert_eq!(bytes.with_body(body).map(|_| ()), Err(HttpSigError::DigestNotCovered));
}

#[test]
fn the_digest_of_a_whole_says_nothing_about_a_part() {
    let digest = DigestField::ReprDigest.value(b"body");
    let fields: [Line<'_>; 2] =
        [("Repr-Digest", digest.as_bytes()), ("Content-Range", b"bytes 0-3/8")];
    assert_eq!(verdict(&fields, b"body"), Err(HttpSigError::DigestNotCovered));
    assert_eq!(verdict(&fields[..1], b"body"), Ok(()));
}

#[test]
fn pieces_give_the_verdict_of_the_whole() {
    // reliability D08.
    let body: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let digest = DigestField::ContentDigest.value(&body);
    let fields: [Line<'_>; 1] = [("Content-Digest", digest.as_bytes())];
    for size in [1, 7, 64, 4096, 10_000] {
        let mut stream = head(policy(), &fields).unwrap().stream();
        body.chunks(size).for_each(|piece| stream.update(piece).unwrap());
        assert!(stream.finish().is_ok(), "{size}");
    }
    let mut short = head(policy(), &fields).unwrap().stream();
    short.update(&body[..9_999]).unwrap();
    assert_eq!(short.finish().map(|_| ()), Err(HttpSigError::DigestMismatch));
}

#[test]
fn a_body_beyond_the_limit_is_refused_at_the_piece_that_goes_beyond() {
    let digest = DigestField::ContentDigest.value(b"12345678");
    let fields: [Line<'_>; 1] = [("Content-Digest", digest.as_bytes())];
    let limited = |bytes| head(policy().max_body_bytes(bytes), &fields).unwrap();
    let too_large = HttpSigError::BodyTooLarge { limit: 7 };
    assert!(limited(8).with_body(b"12345678").is_ok());
    assert_eq!(limited(7).with_body(b"12345678").map(|_| ()), Err(too_large.clone()));
    let mut stream = limited(7).stream();
    assert_eq!(stream.update(b"1234567"), Ok(()));
    assert_eq!(stream.update(b"8"), Err(too_large.clone()));
    // A host that goes on regardless gets nothing.
    assert_eq!(stream.finish().map(|_| ()), Err(too_large));
}

#[test]
fn what_announces_a_body_has_one() {
    let expected = Err(HttpSigError::BodyExpected);
    let without = |fields: &[Line<'_>]| head(policy(), fields)?.without_body().map(|_| ());
    assert_eq!(without(&[]), Ok(()));
    assert_eq!(without(&[("Content-Length", b"0")]), Ok(()));
    assert_eq!(without(&[("Content-Length", b"18")]), expected);
    assert_eq!(without(&[("Transfer-Encoding", b"chunked")]), expected);
    let of_nothing = DigestField::ContentDigest.value(b"");
    assert_eq!(without(&[("Content-Digest", of_nothing.as_bytes())]), Ok(()));
    let of_something = DigestField::ContentDigest.value(b"x");
    let mismatch = Err(HttpSigError::DigestMismatch);
    assert_eq!(without(&[("Content-Digest", of_something.as_bytes())]), mismatch);
}

#[test]
fn answers_to_head_announce_what_they_do_not_have() {
    // RFC 9110 §8.6.
    let policy = Policy::response_builder(Scheme::Rfc9421, ["@status"]).build().unwrap();
    let verdict = |status: u16, method: &str| {
        let request = Request::new(method, "/", Headers::new(&[]));
        let mut fields: Vec<Line<'_>> = vec![("Content-Length", b"18")];
        let signer = MessageSigner::new(key(), &policy).unwrap();
        let response = Response::new(status, Headers::new(&fields)).answering(&request);
        let signed = signer.sign(response, NOW).unwrap();
        fields.extend(signed.iter().map(|(name, value)| (name, value.as_bytes())));
        let response = Response::new(status, Headers::new(&fields)).answering(&request);
        let signatures = Signatures::parse(response).unwrap();
        let selected = signatures.select(&policy).unwrap();
        let head = selected.verify_head(&key().verifying_key(), &policy, NOW).unwrap();
        head.without_body().map(|_| ())
    };
    assert_eq!(verdict(200, "GET"), Err(HttpSigError::BodyExpected));
    assert_eq!(verdict(200, "HEAD"), Ok(()));
    assert_eq!(verdict(304, "GET"), Ok(()));
}
