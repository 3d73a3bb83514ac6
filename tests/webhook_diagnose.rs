//! What a support desk hears of a signature that does not match.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use countersign::encoding::{base64, hex};
use countersign::headers::Headers;
use countersign::key::MacAlgorithm;
use countersign::time::UnixTime;
use countersign::webhook::providers::{GITHUB, SHOPIFY, STANDARD_WEBHOOKS, STRIPE, SVIX};
use countersign::webhook::{
    Fault, KeyReading, Message, Part, Place, Scheme, Serializer, Signer, Unit, Verifier, zalo,
};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);
const SECRET: &str = "a secret of sixteen bytes or more";
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// What `verifier` finds where `scheme` and `secret` signed `sent`, and `received` arrived.
fn found(
    verifier: &Verifier,
    (scheme, secret): (Scheme, &str),
    sent: &[u8],
    received: &[u8],
) -> Option<Fault> {
    let id: [(&str, &[u8]); 2] = [("webhook-id", b"msg_1"), ("svix-id", b"msg_1")];
    let signer = Signer::new(scheme, secret).unwrap();
    let signed = signer.sign(&Message::new(&Headers::new(&id), sent), NOW).unwrap();
    let mut fields = signed.fields();
    fields.extend(id);
    let headers = Headers::new(&fields);
    let message = Message::new(&headers, received);
    let fault = verifier.diagnose(&message, NOW);
    // A fault is never a reason to accept.
    assert!(fault.is_none() || verifier.verify(&message, NOW).is_err());
    fault
}

fn github() -> Verifier {
    Verifier::builder(GITHUB).secret("2025", SECRET).build().unwrap()
}

#[test]
fn a_body_that_was_changed_on_its_way_is_named() {
    let body = |sent: &str, received: &str| {
        found(&github(), (GITHUB, SECRET), sent.as_bytes(), received.as_bytes())
    };
    let re = |serializer| Some(Fault::BodyReserialized(serializer));
    let text = "{\"a\": \"\u{111}/\", \"n\": [1, 1.5]}";
    assert_eq!(body("{\"a\":\"\u{111}/\",\"n\":[1,1.5]}", text), re(Serializer::JavaScript));
    assert_eq!(body(r#"{"a": "\u0111/", "n": [1, 1.5]}"#, text), re(Serializer::Python));
    assert_eq!(body(r#"{"a":"\u0111\/","n":[1,1.5]}"#, text), re(Serializer::Php));
    let end = Some(Fault::TrailingLineBreak);
    assert_eq!(body("{}\n", "{}"), end);
    assert_eq!(body("{}\r\n", "{}"), end);
    assert_eq!(body("{}", "{}\n"), end);
    assert_eq!(body("{}", "{}\r\n"), end);
    let mark = Some(Fault::ByteOrderMark);
    assert_eq!(body("\u{feff}{}", "{}"), mark);
    assert_eq!(body("{}", "\u{feff}{}"), mark);
    let lines = Some(Fault::LineBreaks);
    assert_eq!(body("{\r\n\"a\":1\r\n}", "{\n\"a\":1\n}"), lines);
    assert_eq!(body("{\n\"a\":1\n}", "{\r\n\"a\":1\r\n}"), lines);

    assert_eq!(body("{\"a\":1}", "{\"a\":2}"), None);
    assert_eq!(body("{}", "{}"), None);
}

#[test]
fn a_secret_that_was_read_in_the_wrong_way_is_named() {
    const BY_TEXT: Scheme = STRIPE;
    const BY_BASE64: Scheme = BY_TEXT.with_key(STANDARD_WEBHOOKS_KEY);
    const STANDARD_WEBHOOKS_KEY: countersign::webhook::KeyForm =
        countersign::webhook::KeyForm::Base64 { prefix: "whsec_" };
    let verifier = |scheme| Verifier::builder(scheme).secret("2025", WHSEC).build().unwrap();
    let reading = |reading| Some(Fault::KeyForm(reading));
    let body = b"{}";
    let base64 = found(&verifier(BY_TEXT), (BY_BASE64, WHSEC), body, body);
    assert_eq!(base64, reading(KeyReading::Base64));
    let text = found(&verifier(BY_BASE64), (BY_TEXT, WHSEC), body, body);
    assert_eq!(text, reading(KeyReading::Text));
    let plain = BY_TEXT.with_key(countersign::webhook::KeyForm::Text { prefix: "" });
    let bare = found(&verifier(BY_TEXT), (plain, &WHSEC[6..]), body, body);
    assert_eq!(bare, reading(KeyReading::TextWithoutPrefix));
    let digits = hex::encode(SECRET);
    let by_digits = Verifier::builder(GITHUB).secret("2025", digits).build().unwrap();
    assert_eq!(found(&by_digits, (GITHUB, SECRET), body, body), reading(KeyReading::Hex));
    let other = base64::encode([7; 24]);
    assert_eq!(found(&verifier(BY_BASE64), (BY_BASE64, &other), body, body), None);
}

#[test]
fn a_timestamp_in_the_other_unit_is_named() {
    // Sent in seconds, signed in milliseconds, and the other way round.
    const SIGNED: Scheme =
        Scheme::mac("x", MacAlgorithm::HmacSha256, &[Part::Timestamp, Part::Body])
            .with_timestamp(Place::Header("x-time"), Unit::Seconds);
    let signer = Signer::new(SIGNED, SECRET).unwrap();
    for (signed, unit, now) in [
        (NOW, Unit::Milliseconds, UnixTime::from_millis(NOW.as_secs())),
        (UnixTime::from_secs(NOW.as_millis()), Unit::Seconds, NOW),
    ] {
        let made = signer.sign(&Message::new(&Headers::new(&[]), b"{}"), signed).unwrap();
        let sent = match unit {
            Unit::Milliseconds => NOW.as_millis().to_string(),
            _ => NOW.as_secs().to_string(),
        };
        let fields = [("x-time", sent.as_bytes()), ("x-signature", made.signature().as_bytes())];
        let scheme = SIGNED.with_timestamp(Place::Header("x-time"), unit);
        let verifier = Verifier::builder(scheme).secret("2025", SECRET).build().unwrap();
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, b"{}");
        assert_eq!(verifier.diagnose(&message, now), Some(Fault::TimestampUnit));
    }
}

#[test]
fn a_scheme_that_was_mistaken_for_another_is_named() {
    let other = |scheme: Scheme| Some(Fault::OtherScheme { scheme: scheme.name() });
    let standard = Verifier::builder(STANDARD_WEBHOOKS).secret("2025", WHSEC).build().unwrap();
    assert_eq!(found(&standard, (SVIX, WHSEC), b"{}", b"{}"), other(SVIX));
    assert_eq!(found(&github(), (SHOPIFY, SECRET), b"{}", b"{}"), other(SHOPIFY));
    // Two schemes of Zalo in one field.
    let account = Verifier::builder(zalo::OFFICIAL_ACCOUNT)
        .secret("2025", SECRET)
        .setting(zalo::OFFICIAL_ACCOUNT_APP_ID, "2646373759294038927")
        .build()
        .unwrap();
    let body = br#"{"event":"x","timestamp":"1735180623000"}"#;
    assert_eq!(found(&account, (zalo::MINI_APP, SECRET), body, body), other(zalo::MINI_APP));
}

#[test]
fn faults_of_a_mini_apps_events_are_named() {
    let body = br#"{"event":"x","timestamp":1735180623000}"#;
    let signed = Signer::new(zalo::MINI_APP, SECRET).unwrap();
    let signed = signed.sign(&Message::new(&Headers::new(&[]), body), NOW).unwrap();
    let fields = signed.fields();
    let found = |mini_app: zalo::MiniAppBuilder| {
        mini_app.build().unwrap().diagnose(&Headers::new(&fields), body, NOW)
    };
    let mini_app = || zalo::MiniApp::builder("1");
    let other = "another secret of sixteen bytes or more";
    let retired = mini_app().api_key("new", other).retired_api_key("old", SECRET, NOW);
    assert_eq!(found(retired), Some(Fault::KeyRetired { name: "old".into() }));
    let in_hex = mini_app().api_key("2025", hex::encode(SECRET));
    assert_eq!(found(in_hex), Some(Fault::KeyForm(KeyReading::Hex)));
    assert_eq!(found(mini_app().api_key("2025", other)), None);
    // What is refused for its shape alone has a good signature.
    assert_eq!(found(mini_app().api_key("2025", SECRET)), None);
}

#[test]
fn a_key_that_no_longer_counts_is_named() {
    let rotated = Verifier::builder(GITHUB)
        .secret("new", "another secret of sixteen bytes or more")
        .retired_secret("old", SECRET, NOW)
        .build()
        .unwrap();
    let fault = found(&rotated, (GITHUB, SECRET), b"{}", b"{}").unwrap();
    assert_eq!(fault, Fault::KeyRetired { name: "old".into() });
    assert_eq!(fault.to_string(), "signed by the key `old`, which is retired");
}

#[test]
fn what_is_refused_for_another_reason_has_no_fault_in_its_signature() {
    let body = b"{}";
    let late = NOW.saturating_add(Duration::from_secs(3600));
    let verifier = Verifier::builder(STRIPE).secret("2025", WHSEC).build().unwrap();
    let signer = Signer::new(STRIPE, WHSEC).unwrap();
    let signed = signer.sign(&Message::new(&Headers::new(&[]), body), NOW).unwrap();
    let fields = signed.fields();
    let headers = Headers::new(&fields);
    assert_eq!(verifier.diagnose(&Message::new(&headers, body), late), None);
    assert_eq!(verifier.diagnose(&Message::new(&Headers::new(&[]), body), NOW), None);
}
