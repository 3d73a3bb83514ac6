//! Every provider: what it signs comes back, and nothing else does. Values that providers publish.
//! Rows W01 to W20 are those of the project's notes on reliability, CVE numbers and peers' faults
//! those of its notes on webhooks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use countersign::class::Class;
use countersign::digest::sha256;
use countersign::encoding::{EncodingError, base64, hex};
use countersign::headers::{HeaderError, Headers};
use countersign::key::{Algorithm, KeyError, MacAlgorithm, SigningKey};
use countersign::time::UnixTime;
use countersign::verified::{PendingError, StoreAnswer};
use countersign::webhook::providers::{
    self, DISCORD, GITHUB, MOMO, MOMO_ACCESS_KEY, PAYOS, SENDGRID, SHOPIFY, SLACK, SPOTNANA,
    SQUARE, SQUARE_NOTIFICATION_URL, STANDARD_WEBHOOKS, STANDARD_WEBHOOKS_V1A, STRIPE, SVIX,
    TWILIO, VNPAY, ZOOM, zoom,
};
use countersign::webhook::{
    ConfigProblem, Construction, Content, Encoding, KeyForm, Message, Part, Place, Scheme,
    SignatureForm, Signer, Unit, Verifier, VerifierBuilder, WebhookError, zalo,
};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);
const TEXT_SECRET: &str = "a secret of sixteen bytes or more";
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const SETTINGS: [(&str, &str); 3] = [
    (SQUARE_NOTIFICATION_URL, "https://shop.example/hooks/square"),
    (MOMO_ACCESS_KEY, "F8BBA842ECF85"),
    (zalo::OFFICIAL_ACCOUNT_APP_ID, "2646373759294038927"),
];

/// A message of a provider, as it is received.
#[derive(Clone, Debug)]
struct Received {
    fields: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    url: Option<String>,
}

impl Received {
    fn new(body: &str) -> Self {
        Self { fields: Vec::new(), body: body.as_bytes().to_vec(), url: None }
    }

    fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    fn set(&mut self, name: &str, value: impl AsRef<[u8]>) {
        let field = self.fields.iter_mut().find(|(found, _)| found == name).unwrap();
        field.1 = value.as_ref().to_vec();
    }

    fn ask<T>(&self, ask: impl FnOnce(&Message<'_>) -> T) -> T {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, &self.body);
        match &self.url {
            Some(url) => ask(&message.with_url(url)),
            None => ask(&message),
        }
    }

    fn verify(&self, verifier: &Verifier) -> Result<(), WebhookError> {
        self.verify_at(verifier, NOW)
    }

    fn verify_at(&self, verifier: &Verifier, now: UnixTime) -> Result<(), WebhookError> {
        self.ask(|message| verifier.verify(message, now).map(|_| ()))
    }
}

fn with_settings(mut builder: VerifierBuilder) -> VerifierBuilder {
    for (name, value) in SETTINGS {
        builder = builder.setting(name, value);
    }
    builder
}

/// The keys of a scheme: for the verifier as text, for the signer.
fn key_text(scheme: &Scheme) -> String {
    let spki = base64::decode(
        include_str!("keys/ed25519.pub.pem")
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>(),
    );
    let point = &spki.unwrap()[12..];
    match scheme.name() {
        "standard_webhooks" | "svix" | "spotnana" => WHSEC.to_owned(),
        "standard_webhooks_v1a" => format!("whpk_{}", base64::encode(point)),
        "discord" => hex::encode(point),
        "sendgrid" => include_str!("keys/p256.pub.pem").to_owned(),
        "stripe" => format!("whsec_{TEXT_SECRET}"),
        _ => TEXT_SECRET.to_owned(),
    }
}

fn signer(scheme: Scheme) -> Signer {
    let signer = match scheme.construction() {
        Construction::Signature(Algorithm::Es256) => {
            Signer::asymmetric(scheme, SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap())
        }
        Construction::Signature(_) => Signer::asymmetric(
            scheme,
            SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap(),
        ),
        _ => Signer::new(scheme, &key_text(&scheme)),
    };
    SETTINGS.iter().fold(signer.unwrap(), |signer, (name, value)| signer.with_setting(name, *value))
}

fn verifier(scheme: Scheme) -> Verifier {
    with_settings(Verifier::builder(scheme).secret("2025", key_text(&scheme))).build().unwrap()
}

/// A genuine message of this scheme, signed now.
fn genuine(scheme: Scheme) -> Received {
    genuine_with_signature(scheme).0
}

/// The same with its signature as it stands there: in a field, in the body or in the URL.
fn genuine_with_signature(scheme: Scheme) -> (Received, String) {
    sign_and_tell(&signer(scheme), unsigned(scheme))
}

fn unsigned(scheme: Scheme) -> Received {
    match scheme.name() {
        "standard_webhooks" | "standard_webhooks_v1a" => {
            Received::new(r#"{"type":"user.created"}"#).with("webhook-id", "msg_1")
        }
        "svix" => Received::new(r#"{"type":"user.created"}"#).with("svix-id", "msg_1"),
        "spotnana" => Received::new(r#"{"type":"trip.created"}"#).with("x-spotnana-webhook-id", "1"),
        "twilio" => Received {
            url: Some("https://shop.example/sms?x=1".to_owned()),
            ..Received::new("From=%2B84901&To=%2B84902&Body=xin+ch%C3%A0o")
        },
        "payos" => Received::new(
            r#"{"code":"00","success":true,"data":{"orderCode":123,"amount":3000,"none":null,"desc":"Thành công"},"signature":"SIGNATURE"}"#,
        ),
        "momo" => Received::new(
            r#"{"partnerCode":"MOMO","orderId":"O1","requestId":"R1","amount":1000,"orderInfo":"Test","orderType":"momo_wallet","transId":2588659987,"resultCode":0,"message":"Giao dịch thành công.","payType":"qr","responseTime":1633504902954,"extraData":"","signature":"SIGNATURE"}"#,
        ),
        "vnpay" => Received {
            url: Some(
                "https://shop.example/ipn?vnp_TxnRef=5&vnp_Amount=1806000&vnp_OrderInfo=Thanh+to%C3%A1n+%3A5&vnp_BankTranNo=&vnp_SecureHash=SIGNATURE&utm=x"
                    .to_owned(),
            ),
            ..Received::new("")
        },
        "zalo_mini_app" => Received::new(r#"{"event":"other","user":"1","z":[1.0,{"b":1}]}"#),
        "zalo_oa" => Received::new(&format!(
            r#"{{"app_id":"2646373759294038927","event_name":"follow","timestamp":"{}"}}"#,
            NOW.as_millis()
        )),
        "zalo_checkout_callback" => Received::new(
            r#"{"data":{"appId":"1","amount":8279088,"orderId":"7","method":"COD"},"mac":"x","overallMac":"SIGNATURE"}"#,
        ),
        "zalo_checkout_callback_mac" => Received::new(
            r#"{"data":{"appId":"1","amount":8279088,"description":"đơn","orderId":"7","message":"","resultCode":1,"transId":"9","method":"COD"},"mac":"SIGNATURE"}"#,
        ),
        "zalopay" => Received::new(
            r#"{"data":"{\"app_id\":2553,\"app_user\":\"đ\"}","mac":"SIGNATURE","type":1}"#,
        ),
        _ => Received::new("{\"event\":\"x\",\"text\":\"xin chào \u{1f600}\u{2028}\"}"),
    }
}

fn sign(signer: &Signer, message: Received) -> Received {
    sign_and_tell(signer, message).0
}

fn sign_and_tell(signer: &Signer, mut message: Received) -> (Received, String) {
    let signed = message.ask(|unsigned| signer.sign(unsigned, NOW)).unwrap();
    for (name, value) in signed.fields() {
        message.fields.push((name.to_owned(), value.to_vec()));
    }
    let body = String::from_utf8(message.body).unwrap();
    message.body = body.replace("SIGNATURE", signed.signature()).into_bytes();
    message.url = message.url.map(|url| url.replace("SIGNATURE", signed.signature()));
    (message, signed.signature().to_owned())
}

#[test]
fn what_every_provider_signs_is_verified_and_its_key_named() {
    for scheme in providers::ALL {
        let message = genuine(scheme);
        message.ask(|received| {
            let event = verifier(scheme).verify(received, NOW).unwrap();
            assert_eq!(event.evidence().key_id.as_deref(), Some("2025"), "{}", scheme.name());
            assert_eq!(event.evidence().algorithm, scheme.construction().name());
            assert_eq!(event.assurance(), scheme.assurance());
            assert_eq!(event.body().is_some(), scheme.assurance().covers.body);
            let timed = scheme.assurance().covers.time;
            assert_eq!(event.timestamp().is_some(), timed, "{}", scheme.name());
        });
    }
}

#[test]
fn every_prefix_of_a_good_signature_is_refused() {
    // W03; CVE-2024-21491 (RUSTSEC-2024-0010) compared up to the shorter of both.
    for scheme in providers::ALL {
        let (message, good) = genuine_with_signature(scheme);
        for end in 0..good.len() {
            let cut = &good[..end];
            let mut forged = message.clone();
            for (_, value) in &mut forged.fields {
                if *value == good.as_bytes() {
                    *value = cut.as_bytes().to_vec();
                }
            }
            forged.body = String::from_utf8(forged.body).unwrap().replace(&good, cut).into_bytes();
            forged.url = forged.url.map(|url| url.replace(&good, cut));
            let refused = forged.verify(&verifier(scheme)).unwrap_err();
            assert!(
                matches!(
                    refused,
                    WebhookError::SignatureMissing { .. }
                        | WebhookError::SignatureMalformed(_)
                        | WebhookError::NoKnownVersion
                        | WebhookError::TimestampMissing { .. }
                        | WebhookError::TimestampMalformed
                ),
                "{} {cut:?} {refused:?}",
                scheme.name()
            );
        }
    }
}

#[test]
fn every_changed_bit_of_a_message_is_refused_or_changes_nothing() {
    for scheme in providers::ALL {
        let (verifier, message) = (verifier(scheme), genuine(scheme));
        let said = what_was_said(&verifier, &message).unwrap();
        for forged in with_one_bit_changed(&message) {
            match forged.verify(&verifier) {
                Ok(()) => {
                    assert_eq!(what_was_said(&verifier, &forged).unwrap(), said, "{forged:?}");
                }
                Err(refused) => assert!(
                    matches!(refused.class(), Class::Malformed | Class::Forged),
                    "{} {refused:?}",
                    scheme.name()
                ),
            }
            let same_fields = forged.fields == message.fields;
            assert!(same_fields || forged.verify(&verifier).is_err(), "{forged:?}");
        }
    }
}

/// Every message that differs in one bit of a field's value, of the body or of the URL.
fn with_one_bit_changed(message: &Received) -> Vec<Received> {
    let mut changed = Vec::new();
    for bit in (0..8).map(|bit| 1 << bit) {
        for (field, (_, value)) in message.fields.iter().enumerate() {
            for place in 0..value.len() {
                let mut message = message.clone();
                message.fields[field].1[place] ^= bit;
                changed.push(message);
            }
        }
        for place in 0..message.body.len() {
            let mut message = message.clone();
            message.body[place] ^= bit;
            changed.push(message);
        }
        for place in 0..message.url.as_ref().map_or(0, String::len) {
            let mut url = message.url.clone().unwrap().into_bytes();
            url[place] ^= bit;
            // A request line is text.
            if let Ok(url) = String::from_utf8(url) {
                changed.push(Received { url: Some(url), ..message.clone() });
            }
        }
    }
    changed
}

/// All that a host gets of a message.
fn what_was_said(verifier: &Verifier, message: &Received) -> Option<String> {
    message.ask(|received| {
        let event = verifier.verify(received, NOW).ok()?;
        Some(match event.into_parts().0.into_content() {
            Content::Body(body) => format!("{body:?}"),
            Content::Text(text) => text.into_owned(),
            Content::Fields(fields) => said(&fields),
            // Without structure: what is signed is the text alone.
            Content::Unstructured(_) => String::new(),
            other => panic!("{other:?}"),
        })
    })
}

fn said(fields: &countersign::webhook::Fields<'_>) -> String {
    let names = fields.names();
    names.iter().map(|name| format!("{name}={:?};", fields.get(name))).collect()
}

#[test]
fn another_key_verifies_nothing() {
    for scheme in providers::ALL {
        if matches!(scheme.construction(), Construction::Signature(_)) {
            continue;
        }
        let other = match scheme.name() {
            "standard_webhooks" | "svix" | "spotnana" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "stripe" => "whsec_another secret of sixteen bytes",
            _ => "another secret of sixteen bytes",
        };
        let other = with_settings(Verifier::builder(scheme).secret("2025", other)).build().unwrap();
        let refused = genuine(scheme).verify(&other);
        assert_eq!(refused, Err(WebhookError::SignatureMismatch), "{}", scheme.name());
    }
}

#[test]
fn several_keys_say_which_one_matched() {
    // W13.
    let until = NOW.saturating_add(Duration::from_secs(1));
    let rotated = Verifier::builder(STANDARD_WEBHOOKS)
        .secret("new", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .retired_secret("old", WHSEC, until)
        .build()
        .unwrap();
    let message = genuine(STANDARD_WEBHOOKS);
    message.ask(|received| {
        let event = rotated.verify(received, NOW).unwrap();
        assert_eq!(event.evidence().key_id.as_deref(), Some("old"));
        assert_eq!(event.id(), Some("msg_1"));
    });
    assert_eq!(message.verify_at(&rotated, until), Err(WebhookError::SignatureMismatch));
}

#[test]
fn a_missing_signature_is_never_passed_over() {
    // W01; CVE-2026-33143 and CVE-2026-39969 never looked.
    for scheme in providers::ALL {
        let (mut unsigned, good) = genuine_with_signature(scheme);
        unsigned.fields.retain(|(_, value)| *value != good.as_bytes());
        unsigned.body = String::from_utf8(unsigned.body).unwrap().replace(&good, "").into_bytes();
        unsigned.url = unsigned.url.map(|url| url.replace(&good, ""));
        let refused = unsigned.verify(&verifier(scheme)).unwrap_err();
        assert!(
            matches!(refused, WebhookError::SignatureMissing { .. }),
            "{} {refused:?}",
            scheme.name()
        );
    }
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    // W14.
    for scheme in [STANDARD_WEBHOOKS, STRIPE, GITHUB, SLACK, TWILIO, DISCORD] {
        let message = genuine(scheme);
        for (name, value) in message.fields.clone() {
            let twice = message.clone().with(&name.to_uppercase(), &value);
            let refused = twice.verify(&verifier(scheme)).unwrap_err();
            assert!(
                matches!(refused, WebhookError::Header(HeaderError::Repeated { .. })),
                "{name}"
            );
        }
    }
}

#[test]
fn timestamps_are_digits_and_nothing_panics() {
    // W05; standardwebhooks 1.0.1 panicked on i64::MIN before any signature was checked.
    for scheme in [STANDARD_WEBHOOKS, SLACK, DISCORD] {
        let name = match scheme.name() {
            "standard_webhooks" => "webhook-timestamp",
            "slack" => "x-slack-request-timestamp",
            _ => "x-signature-timestamp",
        };
        for text in [
            "",
            "NaN",
            "+1",
            " 1",
            "1 ",
            "1e9",
            "1.5",
            "0x1",
            "-1",
            "-9223372036854775808",
            "9223372036854775808",
            "99999999999999999999",
            "１",
            "1\u{661}",
        ] {
            let mut message = genuine(scheme);
            message.set(name, text);
            let refused = message.verify(&verifier(scheme));
            assert_eq!(refused, Err(WebhookError::TimestampMalformed), "{text:?}");
        }
        let mut message = genuine(scheme);
        message.fields.retain(|(found, _)| found != name);
        let missing = WebhookError::TimestampMissing { place: name };
        assert_eq!(message.verify(&verifier(scheme)), Err(missing));
    }
}

#[test]
fn a_timestamp_in_the_other_unit_is_named_once_the_signature_is_good() {
    // W06.
    const SECONDS: Scheme = Scheme::mac("own", MacAlgorithm::HmacSha256, OWN)
        .with_timestamp(Place::Header("x-time"), Unit::Seconds);
    const MILLISECONDS: Scheme =
        SECONDS.with_timestamp(Place::Header("x-time"), Unit::Milliseconds);
    const OWN: &[Part] = &[Part::Timestamp, Part::Body];
    for (sent, expected) in [(SECONDS, MILLISECONDS), (MILLISECONDS, SECONDS)] {
        let message = sign(&signer(sent), Received::new("{}"));
        assert_eq!(message.verify(&verifier(sent)), Ok(()));
        assert_eq!(message.verify(&verifier(expected)), Err(WebhookError::TimestampUnit));
        let mut forged = message;
        forged.body = b"[]".to_vec();
        assert_eq!(forged.verify(&verifier(expected)), Err(WebhookError::SignatureMismatch));
    }
}

#[test]
fn past_and_future_are_told_apart_to_the_second() {
    // W07.
    let (past, future) = (Duration::from_secs(300), Duration::from_secs(30));
    for scheme in [STANDARD_WEBHOOKS, STRIPE, SLACK, ZOOM, SENDGRID, DISCORD, SPOTNANA, SVIX] {
        let (verifier, message) = (verifier(scheme), genuine(scheme));
        let at = |now| message.verify_at(&verifier, now);
        let second = Duration::from_secs(1);
        assert_eq!(at(NOW.saturating_add(past)), Ok(()));
        let too_old = WebhookError::TooOld { age: past + second, limit: past };
        assert_eq!(at(NOW.saturating_add(past + second)), Err(too_old));
        assert_eq!(at(NOW.saturating_sub(future)), Ok(()));
        let ahead = WebhookError::FromFuture { ahead: future + second, limit: future };
        assert_eq!(at(NOW.saturating_sub(future + second)), Err(ahead));
        // stripe-node takes a tolerance of zero for none.
        let strict = with_settings(Verifier::builder(scheme).secret("2025", key_text(&scheme)))
            .tolerance(Duration::ZERO, Duration::ZERO)
            .build()
            .unwrap();
        assert_eq!(message.verify_at(&strict, NOW), Ok(()));
        let late = message.verify_at(&strict, NOW.saturating_add(second)).unwrap_err();
        assert_eq!(late.class(), Class::Expired);
    }
}

#[test]
fn a_fresh_timestamp_on_an_old_signature_is_refused() {
    // W08.
    let later = NOW.saturating_add(Duration::from_secs(3600));
    let fresh = later.as_secs().to_string();
    let mut message = genuine(STANDARD_WEBHOOKS);
    message.set("webhook-timestamp", &fresh);
    let refused = message.verify_at(&verifier(STANDARD_WEBHOOKS), later);
    assert_eq!(refused, Err(WebhookError::SignatureMismatch));
    let mut message = genuine(STRIPE);
    let old = format!("t={}", NOW.as_secs());
    let value = String::from_utf8(message.fields[0].1.clone()).unwrap();
    message.set("stripe-signature", value.replace(&old, &format!("t={fresh}")));
    assert_eq!(message.verify_at(&verifier(STRIPE), later), Err(WebhookError::SignatureMismatch));
}

#[test]
fn a_body_that_a_framework_wrote_anew_is_refused() {
    // W09; stripe-node #341, octokit #76, tern's `$&`.
    for scheme in
        [STANDARD_WEBHOOKS, STRIPE, GITHUB, SLACK, SHOPIFY, SQUARE, SENDGRID, DISCORD, ZOOM]
    {
        let body = "{\"price\": \"$$5 $& x\", \"emoji\": \"\u{1f600}\", \"u\": \"\u{2028}\"}";
        let unsigned = match scheme.name() {
            "standard_webhooks" => Received::new(body).with("webhook-id", "msg_1"),
            _ => Received::new(body),
        };
        let message = sign(&signer(scheme), unsigned);
        let verifier = verifier(scheme);
        assert_eq!(message.verify(&verifier), Ok(()), "{}", scheme.name());
        let variants = [
            body.replace(": ", ":"),
            format!("{body}\n"),
            format!("{body}\r\n"),
            format!("\u{feff}{body}"),
            format!("{body}\0"),
            body.replace("$$", "$"),
            body.replace('\u{1f600}', "\\ud83d\\ude00"),
        ];
        for variant in variants {
            let forged = Received { body: variant.into_bytes(), ..message.clone() };
            assert_eq!(forged.verify(&verifier), Err(WebhookError::SignatureMismatch));
        }
    }
}

#[test]
fn a_body_above_the_limit_is_refused_before_anything_is_read() {
    // W10; CVE-2026-42294.
    let message = Received { body: vec![b' '; 64 * 1024 + 1], ..Received::new("") };
    for scheme in providers::ALL {
        let too_large = WebhookError::BodyTooLarge { limit: 64 * 1024 };
        assert_eq!(message.verify(&verifier(scheme)), Err(too_large), "{}", scheme.name());
    }
    let small = Verifier::builder(GITHUB).secret("2025", TEXT_SECRET).max_body(1).build().unwrap();
    let too_large = WebhookError::BodyTooLarge { limit: 1 };
    assert_eq!(genuine(GITHUB).verify(&small), Err(too_large));
}

#[test]
fn an_id_is_short_visible_and_without_a_dot() {
    // W11: `a.1` and `2` would be signed as `a` and `1.2`.
    for id in ["", "a.1", "a\r\n", "a b", "é", &"a".repeat(129), &"a".repeat(1_000_000)] {
        let mut message = genuine(STANDARD_WEBHOOKS);
        message.set("webhook-id", id);
        assert_eq!(message.verify(&verifier(STANDARD_WEBHOOKS)), Err(WebhookError::IdMalformed));
    }
    let unsigned = Received::new("{}").with("webhook-id", "a".repeat(128));
    let longest = sign(&signer(STANDARD_WEBHOOKS), unsigned);
    assert_eq!(longest.verify(&verifier(STANDARD_WEBHOOKS)), Ok(()));
    let mut missing = genuine(STANDARD_WEBHOOKS);
    missing.fields.retain(|(name, _)| name != "webhook-id");
    let refused = missing.verify(&verifier(STANDARD_WEBHOOKS));
    assert_eq!(refused, Err(WebhookError::IdMissing { place: "webhook-id" }));
}

#[test]
fn one_good_signature_of_ten_is_enough_and_a_thousand_are_too_many() {
    // W04.
    let mut message = genuine(STANDARD_WEBHOOKS);
    let good = String::from_utf8(message.fields.last().unwrap().1.clone()).unwrap();
    let bad = format!("v1,{}", base64::encode([7; 32]));
    let mut list = vec![bad; 9];
    list.push(good.clone());
    message.set("webhook-signature", list.join(" "));
    assert_eq!(message.verify(&verifier(STANDARD_WEBHOOKS)), Ok(()));
    message.set("webhook-signature", vec![good; 1000].join(" "));
    let too_many = WebhookError::TooManySignatures { limit: 16 };
    assert_eq!(message.verify(&verifier(STANDARD_WEBHOOKS)), Err(too_many));
}

#[test]
fn a_good_signature_counts_wherever_it_stands_in_its_list() {
    // tern takes the last `v1`; standardwebhooks in Python fails on what it cannot decode.
    let good_entry = |scheme, before: &str| {
        let (message, signature) = genuine_with_signature(scheme);
        let good = signature.strip_prefix(before).unwrap().to_owned();
        (verifier(scheme), message, good)
    };
    let time = format!("t={},", NOW.as_secs());
    for (scheme, name, before, separator, others) in [
        (
            STANDARD_WEBHOOKS,
            "webhook-signature",
            "",
            " ",
            ["v1,!!", "v1", "v2,AAAA", "v1,AAAA", ""],
        ),
        (SVIX, "svix-signature", "", " ", ["v1,é", ",", "v1a,AAAA", "v1,====", "v1,"]),
        (STRIPE, "stripe-signature", &time, ",", ["v1=zz", "v1", "v0=00", "v1=00", "="]),
    ] {
        let (verifier, mut message, good) = good_entry(scheme, before);
        for place in 0..=others.len() {
            let mut list = others.to_vec();
            list.insert(place, &good);
            message.set(name, format!("{before}{}", list.join(separator)));
            assert_eq!(message.verify(&verifier), Ok(()), "{}", scheme.name());
        }
        message.set(name, format!("{before}{}", others.join(separator)));
        let refused = message.verify(&verifier).unwrap_err();
        assert!(matches!(refused, WebhookError::SignatureMalformed(_)), "{refused:?}");
    }
}

#[test]
fn one_field_holds_signatures_for_a_secret_and_for_a_public_key() {
    // standard-webhooks #124: whoever asks for `v1a` gets both while it changes over.
    let (mut message, by_secret) = genuine_with_signature(STANDARD_WEBHOOKS);
    let (_, by_key) = genuine_with_signature(STANDARD_WEBHOOKS_V1A);
    message.set("webhook-signature", format!("{by_secret} {by_key}"));
    let verdicts = |message: &Received| {
        [STANDARD_WEBHOOKS, STANDARD_WEBHOOKS_V1A].map(|scheme| message.verify(&verifier(scheme)))
    };
    assert_eq!(verdicts(&message), [Ok(()), Ok(())]);
    message.body.push(b' ');
    let mismatch = Err(WebhookError::SignatureMismatch);
    assert_eq!(verdicts(&message), [mismatch.clone(), mismatch]);
    message.set("webhook-signature", by_secret);
    assert_eq!(message.verify(&verifier(STANDARD_WEBHOOKS_V1A)), Err(WebhookError::NoKnownVersion));
}

#[test]
fn a_body_that_is_no_text_is_verified_as_the_bytes_it_is() {
    // standardwebhooks and svix refuse it, stripe-node reads it with replacement characters.
    for scheme in [STANDARD_WEBHOOKS, SVIX, STRIPE, GITHUB, SLACK, SHOPIFY, SQUARE, ZOOM] {
        let id = Received::new("").with("webhook-id", "msg_1").with("svix-id", "msg_1");
        let message = Received { body: b"\xff\0\xc3\x28\xed\xa0\x80".to_vec(), ..id };
        let signed = message.ask(|unsigned| signer(scheme).sign(unsigned, NOW)).unwrap();
        let mut message = message;
        for (name, value) in signed.fields() {
            message.fields.push((name.to_owned(), value.to_vec()));
        }
        assert_eq!(message.verify(&verifier(scheme)), Ok(()), "{}", scheme.name());
        message.body = String::from_utf8_lossy(&message.body).into_owned().into_bytes();
        let refused = message.verify(&verifier(scheme));
        assert_eq!(refused, Err(WebhookError::SignatureMismatch), "{}", scheme.name());
    }
}

#[test]
fn fields_of_two_families_are_never_mixed() {
    // svix-rs took `svix-id` with `webhook-timestamp`.
    let mut message = genuine(SVIX);
    for (name, _) in &mut message.fields {
        if name == "svix-timestamp" {
            *name = "webhook-timestamp".to_owned();
        }
    }
    let missing = WebhookError::TimestampMissing { place: "svix-timestamp" };
    assert_eq!(message.verify(&verifier(SVIX)), Err(missing));
}

#[test]
fn a_message_is_taken_once_whatever_else_its_field_holds() {
    // W12; CVE-class replay.
    let once = |scheme, secret: &str| {
        let builder = Verifier::builder(scheme).secret("a", secret.to_owned());
        builder.remember_for(Duration::from_secs(60)).single_use().build().unwrap()
    };
    let key = |verifier: &Verifier<countersign::guard::SingleUse>, message: &Received| {
        message.ask(|received| *verifier.verify(received, NOW).unwrap().step().key())
    };
    // By the signed id: the same message sent again with a new time.
    let standard = once(STANDARD_WEBHOOKS, WHSEC);
    let first = genuine(STANDARD_WEBHOOKS);
    let unsigned = Received::new("{}").with("webhook-id", "msg_1");
    let again = unsigned.ask(|message| {
        let later = NOW.saturating_add(Duration::from_secs(9));
        signer(STANDARD_WEBHOOKS).sign(message, later).unwrap()
    });
    let mut again_received = unsigned.clone();
    for (name, value) in again.fields() {
        again_received.fields.push((name.to_owned(), value.to_vec()));
    }
    assert_eq!(key(&standard, &first), key(&standard, &again_received));
    let other = sign(&signer(STANDARD_WEBHOOKS), Received::new("{}").with("webhook-id", "msg_2"));
    assert_ne!(key(&standard, &first), key(&standard, &other));
    // The sender's next try may come when the time of this one is long too old.
    let day = Duration::from_secs(24 * 60 * 60);
    let long = Verifier::builder(STANDARD_WEBHOOKS).secret("a", WHSEC).remember_for(day);
    let long = long.single_use().build().unwrap();
    let until = first.ask(|received| long.verify(received, NOW).unwrap().step().until());
    assert!(until >= NOW.saturating_add(day), "{until:?}");

    // By the signed text, not by signature bytes or unsigned fields.
    let github = once(GITHUB, TEXT_SECRET);
    let first = genuine(GITHUB);
    let renamed = first.clone().with("x-github-delivery", "another");
    assert_eq!(key(&github, &first), key(&github, &renamed));
    let pending = first.ask(|received| {
        github.verify(received, NOW).unwrap().finish(StoreAnswer::Refused(None), NOW).map(|_| ())
    });
    assert_eq!(pending, Err(PendingError::Replayed));

    // Without a signed time somebody must say how long.
    let silent =
        Verifier::builder(GITHUB).secret("a", TEXT_SECRET).single_use().build().unwrap_err();
    assert_eq!(silent.problems(), [ConfigProblem::RetentionMissing]);
}

#[test]
fn a_streamed_body_is_verified_as_a_whole_one() {
    for scheme in [
        STANDARD_WEBHOOKS,
        SVIX,
        SPOTNANA,
        STRIPE,
        GITHUB,
        SLACK,
        SHOPIFY,
        SQUARE,
        ZOOM,
        zalo::OFFICIAL_ACCOUNT_TIMESTAMP_FIELD,
    ] {
        let message = genuine(scheme);
        let verifier = verifier(scheme);
        let fields: Vec<_> = message.fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        let headers = Headers::new(&fields);
        for size in [1, 7, 64, 1000] {
            let outcome = |body: &[u8], limit| {
                let mut stream = verifier.stream(&headers, limit)?;
                body.chunks(size).try_for_each(|chunk| stream.update(chunk))?;
                stream.finish(NOW).map(|_| ())
            };
            let length = u64::try_from(message.body.len()).unwrap();
            assert_eq!(outcome(&message.body, length), Ok(()), "{}", scheme.name());
            let cut = &message.body[..message.body.len() - 1];
            assert_eq!(outcome(cut, length), Err(WebhookError::SignatureMismatch));
            let limit = message.body.len() - 1;
            let too_large = WebhookError::BodyTooLarge { limit };
            assert_eq!(outcome(&message.body, length - 1), Err(too_large));
        }
    }
    for scheme in
        [TWILIO, SENDGRID, DISCORD, PAYOS, MOMO, VNPAY, zalo::MINI_APP, zalo::OFFICIAL_ACCOUNT]
    {
        let refused = verifier(scheme).stream(&Headers::new(&[]), 1).unwrap_err();
        assert_eq!(refused, WebhookError::NotStreamable, "{}", scheme.name());
    }
}

#[test]
fn a_stream_above_its_limit_stays_refused() {
    let message = genuine(GITHUB);
    let verifier = verifier(GITHUB);
    let fields: Vec<_> = message.fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    let mut stream = verifier.stream(&Headers::new(&fields), 3).unwrap();
    let too_large = WebhookError::BodyTooLarge { limit: 3 };
    assert_eq!(stream.update(b"four"), Err(too_large.clone()));
    assert_eq!(stream.finish(NOW).map(|_| ()).unwrap_err(), too_large);
}

#[test]
fn secrets_of_another_kind_cannot_be_built() {
    // W02; standard-webhooks #235, stripe-node #356.
    let problem = |scheme, text: &str| {
        let error = with_settings(Verifier::builder(scheme).secret("a", text)).build().unwrap_err();
        error.problems().to_vec()
    };
    let kind =
        |scheme: Scheme, prefix| vec![ConfigProblem::KeyKind { scheme: scheme.name(), prefix }];
    let encoding = |scheme: Scheme, error| {
        vec![ConfigProblem::SecretEncoding { scheme: scheme.name(), error }]
    };
    assert_eq!(problem(STANDARD_WEBHOOKS, "v1,whsec_AAAA"), kind(STANDARD_WEBHOOKS, "whsec_"));
    assert_eq!(problem(STANDARD_WEBHOOKS, "whpk_AAAA"), kind(STANDARD_WEBHOOKS, "whsec_"));
    assert_eq!(
        problem(STANDARD_WEBHOOKS, "whsec_!!!!"),
        encoding(STANDARD_WEBHOOKS, EncodingError::Character)
    );
    assert_eq!(problem(STRIPE, "sk_live_0123456789abcdef"), kind(STRIPE, "whsec_"));
    assert_eq!(problem(STANDARD_WEBHOOKS_V1A, WHSEC), kind(STANDARD_WEBHOOKS_V1A, "whpk_"));
    assert_eq!(
        problem(STANDARD_WEBHOOKS_V1A, "whpk_AAAA"),
        encoding(STANDARD_WEBHOOKS_V1A, EncodingError::Length)
    );
    assert_eq!(problem(DISCORD, "zz"), encoding(DISCORD, EncodingError::Length));
    for (scheme, text, code) in [
        (STANDARD_WEBHOOKS, "whsec_", "secret.empty"),
        (STANDARD_WEBHOOKS, "whsec_AAAA", "secret.too_short"),
        (STRIPE, "whsec_", "secret.empty"),
        (GITHUB, "", "secret.empty"),
        (GITHUB, "hunter2", "secret.too_short"),
        (SENDGRID, "AAAA", "key.der"),
        (SENDGRID, include_str!("keys/p256.pem"), "key.private_material"),
        (SENDGRID, include_str!("keys/ed25519.pub.pem"), "key.algorithm_not_for_key"),
    ] {
        assert_eq!(problem(scheme, text)[0].code(), code, "{text}");
    }
    assert_eq!(Verifier::builder(DISCORD).build().unwrap_err().code(), "secret.no_secret");
    let key = key_text(&DISCORD);
    let twice = Verifier::builder(DISCORD).secret("a", &*key).secret("a", &*key).build();
    assert_eq!(twice.unwrap_err().code(), "secret.name_repeated");
}

#[test]
fn a_scheme_that_could_not_be_safe_cannot_be_built() {
    const HASH: MacAlgorithm = MacAlgorithm::HmacSha256;
    let problems = |scheme: Scheme| {
        let build = Verifier::builder(scheme).secret("a", TEXT_SECRET).build();
        build.unwrap_err().problems().to_vec()
    };
    assert_eq!(
        problems(Scheme::mac("x", HASH, &[Part::Literal("x")])),
        [ConfigProblem::NothingSigned]
    );
    let timed =
        Scheme::mac("x", HASH, &[Part::Body]).with_timestamp(Place::Header("t"), Unit::Seconds);
    assert_eq!(problems(timed), [ConfigProblem::TimestampUnsigned]);
    for parts in [&[Part::Timestamp, Part::Body][..], &[Part::Id, Part::Body], &[Part::Text]] {
        assert_eq!(problems(Scheme::mac("x", HASH, parts)), [ConfigProblem::PartWithoutPlace]);
    }
    // With the secret in front anyone can append (Flickr 2009).
    for parts in
        [&[Part::Secret, Part::Body][..], &[Part::Body], &[Part::Secret, Part::Body, Part::Secret]]
    {
        assert_eq!(problems(Scheme::suffix_hash("x", parts)), [ConfigProblem::SecretNotLast]);
    }
    // A time among the signed fields is signed; one beside them is not.
    const FIELDS: &[Part] = &[Part::Fields(&["a", "at"])];
    let at = |name| {
        let scheme =
            Scheme::mac("x", HASH, FIELDS).with_timestamp(Place::Member(name), Unit::Seconds);
        Verifier::builder(scheme).secret("a", TEXT_SECRET).build().is_ok()
    };
    assert_eq!((at("at"), at("time")), (true, false));
    let rsa = Scheme::asymmetric("x", Algorithm::Rs256, KeyForm::Spki, &[Part::Body]);
    let not_offered = ConfigProblem::Key(KeyError::NotOffered { algorithm: Algorithm::Rs256 });
    assert_eq!(problems(rsa), [not_offered]);
    let setting = Scheme::mac("x", HASH, &[Part::Setting("app"), Part::Body]);
    assert_eq!(problems(setting), [ConfigProblem::SettingMissing { name: "app" }]);
    let day = Duration::from_secs(24 * 60 * 60);
    let build = |past| {
        Verifier::builder(GITHUB).secret("a", TEXT_SECRET).tolerance(past, Duration::ZERO).build()
    };
    assert!(build(day).is_ok());
    let too_large = build(day + Duration::from_millis(1)).unwrap_err();
    assert_eq!(too_large.problems(), [ConfigProblem::ToleranceTooLarge]);
    assert_eq!(too_large.code(), "webhook_config.tolerance_too_large");
    let all = Verifier::builder(timed).tolerance(day * 2, day).build().unwrap_err();
    assert_eq!(all.problems().len(), 3);
}

#[test]
fn an_algorithm_that_was_given_up_is_refused() {
    // W15.
    let mut sha1 = genuine(GITHUB);
    sha1.set("x-hub-signature-256", "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6");
    assert_eq!(sha1.verify(&verifier(GITHUB)), Err(WebhookError::AlgorithmNotAllowed));
    let mut old = genuine(GITHUB);
    old.fields[0].0 = "x-hub-signature".to_owned();
    let missing = WebhookError::SignatureMissing { place: "x-hub-signature-256" };
    assert_eq!(old.verify(&verifier(GITHUB)), Err(missing));
    let typed = |name: &str| {
        let mut message = genuine(VNPAY);
        message.url = message.url.map(|url| format!("{url}&vnp_SecureHashType={name}"));
        message.verify(&verifier(VNPAY))
    };
    assert_eq!(typed("MD5"), Err(WebhookError::AlgorithmNotAllowed));
    assert_eq!(typed("SHA256"), Err(WebhookError::AlgorithmNotAllowed));
    assert_eq!(typed("HMACSHA512"), Ok(()));
}

#[test]
fn vnpay_hands_on_signed_parameters_and_no_other() {
    let verifier = verifier(VNPAY);
    let message = genuine(VNPAY);
    message.ask(|received| {
        let event = verifier.verify(received, NOW).unwrap();
        let fields = event.fields().unwrap();
        assert_eq!(fields.names(), ["vnp_Amount", "vnp_OrderInfo", "vnp_TxnRef"]);
        assert_eq!(fields.get("vnp_OrderInfo").as_deref(), Some("Thanh toán :5"));
        assert_eq!((fields.get("utm"), fields.get("vnp_SecureHash")), (None, None));
    });
    let changed = |from: &str, to: &str| {
        let url = message.url.as_ref().unwrap().replace(from, to);
        Received { url: Some(url), ..message.clone() }.verify(&verifier)
    };
    assert_eq!(changed("utm=x", "utm=y"), Ok(()));
    assert_eq!(changed("Thanh+to", "Thanh%20to"), Ok(()));
    assert_eq!(changed("1806000", "1806001"), Err(WebhookError::SignatureMismatch));
    assert_eq!(changed("utm=x", "vnp_Fee=1"), Err(WebhookError::SignatureMismatch));
    assert_eq!(changed("utm=x", "vnp_Amount=1"), Err(WebhookError::FormMalformed));
    assert_eq!(changed("utm=x", "a=%zz"), Err(WebhookError::FormMalformed));
    let no_url = Received { url: None, ..message.clone() };
    assert_eq!(no_url.verify(&verifier), Err(WebhookError::UrlMissing));
    let relative = Received { url: Some("/ipn?vnp_Amount=1".to_owned()), ..message.clone() };
    assert_eq!(relative.verify(&verifier), Err(WebhookError::UrlMalformed));
}

#[test]
fn momo_and_payos_hand_on_signed_fields_and_no_other() {
    // W20.
    let momo = genuine(MOMO);
    momo.ask(|received| {
        let event = verifier(MOMO).verify(received, NOW).unwrap();
        let fields = event.fields().unwrap();
        assert_eq!(fields.get("amount").as_deref(), Some("1000"));
        assert_eq!(fields.names().len(), 12);
        assert_eq!(fields.get("signature"), None);
    });
    let replaced = |message: &Received, from: &str, to: &str| {
        let body = String::from_utf8(message.body.clone()).unwrap().replace(from, to);
        Received { body: body.into_bytes(), ..message.clone() }
    };
    // Types are not signed, and only the text is handed on.
    assert_eq!(
        replaced(&momo, "\"amount\":1000", "\"amount\":\"1000\"").verify(&verifier(MOMO)),
        Ok(())
    );
    let missing = replaced(&momo, "\"amount\":1000,", "").verify(&verifier(MOMO));
    assert_eq!(missing, Err(WebhookError::FieldMissing { name: "amount" }));
    let null = replaced(&momo, "\"amount\":1000", "\"amount\":null").verify(&verifier(MOMO));
    assert_eq!(null, Err(WebhookError::SignatureMismatch));
    let shifted = replaced(&momo, "\"message\":\"", "\"message\":\"x&orderId=O2");
    let ambiguous = Err(WebhookError::Ambiguous { name: "message".into() });
    assert_eq!(shifted.verify(&verifier(MOMO)), ambiguous);

    let payos = genuine(PAYOS);
    payos.ask(|received| {
        let event = verifier(PAYOS).verify(received, NOW).unwrap();
        let fields = event.fields().unwrap();
        assert_eq!(fields.names(), ["amount", "desc", "none", "orderCode"]);
        assert_eq!((fields.get("none").as_deref(), fields.get("success")), (Some(""), None));
    });
    assert_eq!(
        replaced(&payos, "\"success\":true", "\"success\":false").verify(&verifier(PAYOS)),
        Ok(())
    );
    let nested = replaced(&payos, "\"none\":null", "\"none\":[1]").verify(&verifier(PAYOS));
    assert_eq!(nested, Err(WebhookError::MemberType { name: "none".into() }));
    let no_data = replaced(&payos, "\"data\":{", "\"dato\":{").verify(&verifier(PAYOS));
    assert_eq!(no_data, Err(WebhookError::NotAnObject));
    let number =
        replaced(&payos, "\"signature\":\"", "\"signature\":1,\"x\":\"").verify(&verifier(PAYOS));
    assert_eq!(number, Err(WebhookError::MemberType { name: "signature".into() }));
}

#[test]
fn twilio_names_and_values_have_no_borders_and_say_so() {
    // Notes §5.2: `foo=bar` has the signature of `foob=ar`.
    let verifier = verifier(TWILIO);
    let message = genuine(TWILIO);
    let moved = Received {
        body: b"From=%2B84901&To=%2B849&02Bodyxin ch\xc3\xa0o".to_vec(),
        ..message.clone()
    };
    assert_eq!(moved.verify(&verifier), Err(WebhookError::SignatureMismatch));
    let merged =
        Received { body: b"Body=xin+ch%C3%A0oFrom%2B84901To%2B84902".to_vec(), ..message.clone() };
    merged.ask(|received| {
        let event = verifier.verify(received, NOW).unwrap();
        assert!(event.fields().is_none() && event.body().is_none());
        let Content::Unstructured(values) = event.into_parts().0.into_content() else { panic!() };
        let fields = values.dangerous_trust_unsigned_structure();
        assert_eq!(fields.get("Body").as_deref(), Some("xin chàoFrom+84901To+84902"));
    });
    let elsewhere =
        Received { url: Some("https://shop.example/sms?x=2".to_owned()), ..message.clone() };
    assert_eq!(elsewhere.verify(&verifier), Err(WebhookError::SignatureMismatch));
    let with_port =
        Received { url: Some("https://shop.example:443/sms?x=1".to_owned()), ..message.clone() };
    assert_eq!(with_port.verify(&verifier), Ok(()));
    let other_port =
        Received { url: Some("https://shop.example:80/sms?x=1".to_owned()), ..message };
    assert_eq!(other_port.verify(&verifier), Err(WebhookError::SignatureMismatch));
}

#[test]
fn what_is_printed_of_an_event_shows_nothing_of_what_it_says() {
    for scheme in [GITHUB, PAYOS, VNPAY, zalo::MINI_APP, zalo::ZALOPAY] {
        let verifier = verifier(scheme);
        genuine(scheme).ask(|received| {
            let event = verifier.verify(received, NOW).unwrap();
            let printed = format!("{:?} {event:?}", event.content());
            assert!(!printed.contains("123, ") && !printed.contains("amount"), "{printed}");
        });
    }
}

#[test]
fn one_message_has_one_name_under_either_spelling_of_its_url() {
    // The signature is good for both, so that a host which puts the URL together from the `Host`
    // field would take the message once under each.
    let once = Verifier::builder(TWILIO)
        .secret("2025", key_text(&TWILIO))
        .single_use()
        .remember_for(Duration::from_secs(600))
        .build()
        .unwrap();
    let key = |url: &str| {
        let message = Received { url: Some(url.to_owned()), ..genuine(TWILIO) };
        message.ask(|received| *once.verify(received, NOW).unwrap().step().key())
    };
    let plain = key("https://shop.example/sms?x=1");
    assert_eq!(key("https://shop.example:443/sms?x=1"), plain);
}

#[test]
fn zoom_answers_its_own_challenge_and_signs_nothing_else() {
    let verifier = verifier(ZOOM);
    let answer = |body: &str| {
        sign(&signer(ZOOM), Received::new(body)).ask(|received| {
            zoom::url_validation_answer(&verifier, &verifier.verify(received, NOW).unwrap())
        })
    };
    let challenge = |token: &str| {
        format!(r#"{{"event":"endpoint.url_validation","payload":{{"plainToken":"{token}"}}}}"#)
    };
    let expected = "{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\",\"encryptedToken\":\"";
    assert!(answer(&challenge("qgg8vlvZRS6UYooatFL8Aw")).unwrap().starts_with(expected));
    // A token that is the text of an event would get that event's signature.
    let text = format!("v0:{}:{{}}", NOW.as_secs());
    assert_eq!(answer(&challenge(&text.replace('"', "\\\""))), None);
    assert_eq!(answer(&challenge("")), None);
    assert_eq!(answer(&challenge(&"a".repeat(129))), None);
    assert_eq!(answer(r#"{"event":"meeting.started","payload":{"plainToken":"a"}}"#), None);
}

#[test]
fn twilio_states_the_digest_of_a_body_that_is_no_form() {
    let body = r#"{"property": "value"}"#;
    let digest = hex::encode(sha256(&[body.as_bytes()]));
    let url = format!("https://shop.example/sms?bodySHA256={digest}");
    let message = sign(&signer(TWILIO), Received { url: Some(url), ..Received::new(body) });
    message.ask(|received| {
        let event = verifier(TWILIO).verify(received, NOW).unwrap();
        assert_eq!(event.body(), Some(body.as_bytes()));
    });
    let changed = Received { body: b"{}".to_vec(), ..message.clone() };
    assert_eq!(changed.verify(&verifier(TWILIO)), Err(WebhookError::BodyDigestMismatch));
    let other = hex::encode(sha256(&[b"{}"]));
    let url = message.url.map(|url| url.replace(&digest, &other));
    let both = Received { url, ..changed };
    assert_eq!(both.verify(&verifier(TWILIO)), Err(WebhookError::SignatureMismatch));
}

#[test]
fn the_published_value_of_payos_is_good() {
    // payos.vn/docs/tich-hop-webhook/kiem-tra-du-lieu-voi-signature
    let body = r#"{"code":"00","desc":"success","success":true,"data":{"orderCode":123,"amount":3000,"description":"VQRIO123","accountNumber":"12345678","reference":"TF230204212323","transactionDateTime":"2023-02-04 18:25:00","currency":"VND","paymentLinkId":"124c33293c43417ab7879e14c8d9eb18","code":"00","desc":"Thành công","counterAccountBankId":"","counterAccountBankName":"","counterAccountName":"","counterAccountNumber":"","virtualAccountName":"","virtualAccountNumber":""},"signature":"412e915d2871504ed31be63c8f62a149a4410d34c4c42affc9006ef9917eaa03"}"#;
    let key = "1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675";
    let payos = Verifier::builder(PAYOS).secret("docs", key).build().unwrap();
    assert_eq!(Received::new(body).verify(&payos), Ok(()));
    let null = body.replace("\"virtualAccountName\":\"\"", "\"virtualAccountName\":null");
    assert_eq!(Received::new(&null).verify(&payos), Ok(()));
    let changed = body.replace("3000", "3001");
    assert_eq!(Received::new(&changed).verify(&payos), Err(WebhookError::SignatureMismatch));
}

#[test]
fn the_published_values_of_square_are_good() {
    // square-nodejs-sdk, test/utilities/webhooksHelper.test.ts
    for (key, url, body, signature) in [
        (
            "Ibxx_5AKakO-3qeNVR61Dw",
            "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
            r#"{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}"#,
            "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=",
        ),
        (
            "signature-key",
            "https://webhook.site/webhooks",
            r#"{"data":{"type":"webhooks","id":">id<"}}"#,
            "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=",
        ),
    ] {
        let square = |url: &str| {
            let builder = Verifier::builder(SQUARE).dangerous_short_secret("test", key);
            builder.setting(SQUARE_NOTIFICATION_URL, url).build().unwrap()
        };
        let message = Received::new(body).with("x-square-hmacsha256-signature", signature);
        assert_eq!(message.verify(&square(url)), Ok(()));
        let elsewhere = square("https://webhook.site/79a4f3a");
        assert_eq!(message.verify(&elsewhere), Err(WebhookError::SignatureMismatch));
    }
}

#[test]
fn the_published_value_of_sendgrid_is_good() {
    // sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js
    let key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";
    let sendgrid = Verifier::builder(SENDGRID).secret("test", key).build().unwrap();
    let message = Received::new(
        r#"{"category":"example_payload","event":"test_event","message_id":"message_id"}"#,
    )
    .with("X-Twilio-Email-Event-Webhook-Timestamp", "1588788367")
    .with(
        "X-Twilio-Email-Event-Webhook-Signature",
        "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=",
    );
    let now = UnixTime::from_secs(1_588_788_367);
    assert_eq!(message.verify_at(&sendgrid, now), Ok(()));
    let mut forged = message.clone();
    forged.body.extend(b"\r\n");
    assert_eq!(forged.verify_at(&sendgrid, now), Err(WebhookError::SignatureMismatch));
}

#[test]
fn a_scheme_of_ones_own_may_sign_header_fields() {
    const OWN: Scheme = Scheme::mac(
        "own",
        MacAlgorithm::HmacSha512,
        &[Part::Header("x-topic"), Part::Literal("\n"), Part::Body],
    )
    .with_key(KeyForm::Base64 { prefix: "own_" })
    .with_signature(
        Place::Header("x-sign"),
        SignatureForm::Alone { prefix: "" },
        Encoding::HexAnyCase,
    );
    let secret = "own_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let verifier = Verifier::builder(OWN).secret("a", secret).build().unwrap();
    let message =
        sign(&Signer::new(OWN, secret).unwrap(), Received::new("{}").with("x-topic", "orders"));
    assert_eq!(message.verify(&verifier), Ok(()));
    let mut upper = message.clone();
    let signature = String::from_utf8(upper.fields[1].1.clone()).unwrap();
    upper.set("x-sign", signature.to_uppercase());
    assert_eq!(upper.verify(&verifier), Ok(()));
    let mut other = message.clone();
    other.set("x-topic", "refunds");
    assert_eq!(other.verify(&verifier), Err(WebhookError::SignatureMismatch));
    let mut missing = message;
    missing.fields.remove(0);
    assert_eq!(missing.verify(&verifier), Err(WebhookError::FieldMissing { name: "x-topic" }));
}

#[test]
fn a_scheme_of_ones_own_may_have_its_signature_in_the_query() {
    const OWN: Scheme = Scheme::mac(
        "own",
        MacAlgorithm::HmacSha256,
        &[Part::Timestamp, Part::Literal("|"), Part::Body],
    )
    .with_signature(Place::Query("sig"), SignatureForm::Alone { prefix: "" }, Encoding::Hex)
    .with_timestamp(Place::Query("at"), Unit::Seconds);
    let url = format!("https://shop.example/hook?at={}&sig=SIGNATURE", NOW.as_secs());
    let message = sign(&signer(OWN), Received { url: Some(url), ..Received::new("{}") });
    assert_eq!(message.verify(&verifier(OWN)), Ok(()));
    let late = Received {
        url: message.url.clone().map(|url| url.replace("at=17", "at=18")),
        ..message.clone()
    };
    assert_eq!(late.verify(&verifier(OWN)), Err(WebhookError::SignatureMismatch));
    let twice =
        Received { url: message.url.map(|url| format!("{url}&sig=00")), ..Received::new("{}") };
    assert_eq!(twice.verify(&verifier(OWN)), Err(WebhookError::FormMalformed));
}

#[test]
fn the_fingerprint_of_rules_changes_with_every_rule() {
    let fingerprint = |change: fn(VerifierBuilder) -> VerifierBuilder| {
        let builder = change(Verifier::builder(GITHUB).secret("2025", TEXT_SECRET));
        let verifier = builder.build().unwrap();
        genuine(GITHUB).ask(|received| verifier.verify(received, NOW).unwrap().evidence().policy)
    };
    let plain = fingerprint(|builder| builder);
    assert_eq!(
        plain,
        fingerprint(|builder| builder.retired_secret("x", "yet another long secret", NOW))
    );
    let others = [
        fingerprint(|builder| builder.max_body(1000)),
        fingerprint(|builder| builder.setting("a", "b")),
        fingerprint(|builder| builder.tolerance(VerifierBuilder::PAST, Duration::ZERO)),
        fingerprint(|builder| builder.tolerance(Duration::ZERO, VerifierBuilder::FUTURE)),
        fingerprint(|builder| builder.remember_for(Duration::from_secs(1))),
    ];
    assert!(others.iter().all(|other| *other != plain));
}

#[test]
fn nothing_secret_or_personal_is_shown() {
    let verifier = verifier(GITHUB);
    let message = genuine(GITHUB);
    message.ask(|received| {
        let event = verifier.verify(received, NOW).unwrap();
        let shown =
            format!("{verifier:?} {received:?} {event:?} {:?} {:?}", *event, signer(GITHUB));
        assert!(!shown.contains(TEXT_SECRET) && !shown.contains("chào"), "{shown}");
    });
}
