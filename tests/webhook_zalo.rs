//! The Zalo family: the document's events, every forgery with a genuine signature, and the vectors.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use countersign::class::Class;
use countersign::digest::sha256;
use countersign::encoding::{EncodingError, base64, hex};
use countersign::headers::Headers;
use countersign::javascript::{self, JavascriptError, Limits, Profile};
use countersign::key::{MacAlgorithm, MacKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use countersign::verified::{PendingError, StoreAnswer};
use countersign::webhook::zalo::{
    CHECKOUT_CALLBACK, CHECKOUT_CALLBACK_MAC, EventKind, MINI_APP, MiniApp, MiniAppEvent,
    OFFICIAL_ACCOUNT, OFFICIAL_ACCOUNT_APP_ID,
};
use countersign::webhook::{ConfigProblem, Message, SchemaRule, Signer, Verifier, WebhookError};
use serde_json::Value;

const API_KEY: &str = "zalo-mini-app-api-key";
const APP_ID: &str = "2646373759294038927";
const NOW: UnixTime = UnixTime::from_millis(1_670_553_443_000);

/// The event of notes §5.3, and its genuine signature.
const BIOMETRIC: &str = r#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","event":"biometric.verify.success","timestamp":1670553442564}"#;
const BIOMETRIC_SIGNATURE: &str =
    "d9886e95ed07bb9f91b583cd4504a08c90fdc9a20390d538c514e77786c01ba2";

/// The documented example of a revocation, and its genuine signature.
const REVOKE: &str = r#"{"event":"user.revoke.consent","appId":"2646373759294038927","userId":"4047671499938107249","timestamp":1670553442564}"#;
const REVOKE_SIGNATURE: &str = "8d0db33cf54f52fc6597e629bb6382dc8d3dbfd885304341d26359d7e7eda970";

/// What an event says: its kind, its `secretData` or user, its time.
type Said = (EventKind, String, UnixTime);

fn mini_app() -> MiniApp {
    MiniApp::builder(APP_ID).api_key("2025", API_KEY).build().unwrap()
}

fn verify_with(
    zalo: &MiniApp,
    signature: &str,
    body: &[u8],
    now: UnixTime,
) -> Result<Said, WebhookError> {
    let fields = [("X-ZEvent-Signature", signature.as_bytes())];
    let event = zalo.verify_event(&Headers::new(&fields), body, now)?;
    let subject = match &*event {
        MiniAppEvent::BiometricVerified(event) => event.secret_data(),
        MiniAppEvent::ConsentRevoked(event) => event.user_id(),
        other => panic!("{other:?}"),
    };
    Ok((event.kind(), subject.to_owned(), event.timestamp()))
}

fn verify(signature: &str, body: &str) -> Result<Said, WebhookError> {
    verify_with(&mini_app(), signature, body.as_bytes(), NOW)
}

/// The signature that a genuine sender gives this body.
fn signed(body: &str) -> String {
    let signer = Signer::new(MINI_APP, API_KEY).unwrap();
    let message = Message::new(&Headers::new(&[]), body.as_bytes());
    signer.sign(&message, NOW).unwrap().signature().to_owned()
}

fn violation<T>(field: &str, rule: SchemaRule) -> Result<T, WebhookError> {
    Err(WebhookError::SchemaViolation { field: field.into(), rule })
}

#[test]
fn the_events_of_the_document_are_read_in_their_documented_shape() {
    let timestamp = UnixTime::from_millis(1_670_553_442_564);
    assert_eq!(
        verify(BIOMETRIC_SIGNATURE, BIOMETRIC),
        Ok((EventKind::BiometricVerified, "N3Idah8JJuGUOGNGiJpTsA==".into(), timestamp))
    );
    assert_eq!(signed(BIOMETRIC), BIOMETRIC_SIGNATURE);
    assert_eq!(
        verify(REVOKE_SIGNATURE, REVOKE),
        Ok((EventKind::ConsentRevoked, "4047671499938107249".into(), timestamp))
    );
    // White space, order and escapes of the body are free: its values are signed.
    let spaced = "{ \"event\": \"biometric.verify.success\",\r\n \"timestamp\" : 1670553442564, \"secretData\": \"N3Idah8JJuGUOGNGiJpTs\\u0041==\" }";
    assert!(verify(BIOMETRIC_SIGNATURE, spaced).is_ok());
}

#[test]
fn forgery_1_a_moved_border_is_refused() {
    // Reliability W16; S3-C7.
    for (body, field) in [
        (
            r#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA==1670","timestamp":553442564}"#,
            "timestamp",
        ),
        (
            r#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA==1","timestamp":670553442564}"#,
            "timestamp",
        ),
        (
            r#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA=","timestamp":1670553442564}"#,
            "secretData",
        ),
    ] {
        assert_eq!(verify(&signed(body), body), violation(field, SchemaRule::Form), "{body}");
    }
}

#[test]
fn forgery_2_text_moved_out_of_the_event_is_refused() {
    let body = r#"{"event":"biometric.verify","secretData":".successN3Idah8JJuGUOGNGiJpTsA==","timestamp":1670553442564}"#;
    assert_eq!(verify(BIOMETRIC_SIGNATURE, body), violation("event", SchemaRule::Form));
}

#[test]
fn forgery_3_renamed_keys_are_refused() {
    let body =
        r#"{"a":"biometric.verify.success","b":"N3Idah8JJuGUOGNGiJpTsA==","c":1670553442564}"#;
    assert_eq!(verify(BIOMETRIC_SIGNATURE, body), violation("event", SchemaRule::Missing));
}

#[test]
fn forgery_4_added_empty_keys_are_refused() {
    let body = BIOMETRIC.replacen('{', r#"{"admin":"","#, 1);
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &body), violation("admin", SchemaRule::Unknown));
}

#[test]
fn forgery_5_a_user_invented_out_of_the_timestamp_is_refused() {
    let body = r#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","event":"biometric.verify.success","timestamp":167055344,"userId":"2564"}"#;
    assert_eq!(verify(BIOMETRIC_SIGNATURE, body), violation("userId", SchemaRule::Unknown));
}

#[test]
fn forgery_6_other_types_with_the_same_text_are_refused() {
    let array = r#"["biometric.verify.success","N3Idah8JJuGUOGNGiJpTsA==",1670553442564]"#;
    assert_eq!(verify(BIOMETRIC_SIGNATURE, array), Err(WebhookError::NotAnObject));
    let text = BIOMETRIC.replace("1670553442564", "\"1670553442564\"");
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &text), violation("timestamp", SchemaRule::Type));
    for number in ["1670553442564.0", "1.670553442564e12", "16705534425640e-1"] {
        let body = BIOMETRIC.replace("1670553442564", number);
        assert_eq!(verify(BIOMETRIC_SIGNATURE, &body), violation("timestamp", SchemaRule::Form));
    }
    let nested =
        BIOMETRIC.replace("\"N3Idah8JJuGUOGNGiJpTsA==\"", "[\"N3Idah8JJuGUOGNGiJpTsA==\"]");
    assert_eq!(verify(&signed(&nested), &nested), violation("secretData", SchemaRule::Type));
}

#[test]
fn forgery_7_another_user_of_a_revocation_is_refused() {
    let other_user = r#"{"event":"user.revoke.consent","appId":"2646373759294038927","timestamp":16705534425,"userId":"644047671499938107249"}"#;
    assert_eq!(verify(REVOKE_SIGNATURE, other_user), violation("timestamp", SchemaRule::Form));
    let other_app = r#"{"event":"revoke.consent","appId":"2646373759294038927user.","timestamp":1670553442564,"userId":"4047671499938107249"}"#;
    assert_eq!(verify(REVOKE_SIGNATURE, other_app), violation("event", SchemaRule::Form));
    let not_ours = REVOKE.replace(APP_ID, "2646373759294038928");
    assert_eq!(verify(&signed(&not_ours), &not_ours), violation("appId", SchemaRule::Form));
}

#[test]
fn forgery_8_pairs_of_values_with_one_text_are_no_events() {
    let signature = signed(r#"{"a":"1","b":"23"}"#);
    for body in [r#"{"a":"1","b":"23"}"#, r#"{"a":"12","b":3}"#, r#"{"a":123}"#] {
        assert_eq!(signed(body), signature);
        assert_eq!(verify(&signature, body), violation("event", SchemaRule::Missing), "{body}");
    }
    for body in ["[1,23]", "\"123\""] {
        assert_eq!(verify(&signature, body), Err(WebhookError::NotAnObject), "{body}");
    }
}

#[test]
fn forgery_9_the_constant_signature_of_nothing_is_refused() {
    // Reliability W19.
    let nothing = "86be9a55762d316a3026c2836d044f5fc76e34da10e1b45feee5f18be7edb177"; // of the key `K`
    let zalo = MiniApp::builder(APP_ID).dangerous_short_api_key("K", "K").build().unwrap();
    let refused = |body: &str| verify_with(&zalo, nothing, body.as_bytes(), NOW);
    assert_eq!(refused("{}"), Err(WebhookError::EmptyContent));
    assert_eq!(refused(r#"{"a":""}"#), Err(WebhookError::EmptyContent));
    for body in ["[]", "\"\"", "0", "true", "null"] {
        assert_eq!(refused(body), Err(WebhookError::NotAnObject), "{body}");
    }
    let at = JavascriptError::Syntax { at: 0 };
    assert_eq!(refused(""), Err(WebhookError::Body(at)));
}

#[test]
fn every_other_cut_of_a_genuine_text_is_refused() {
    // Notes §5.3: of all ways to cut the signed text into the event's fields one is accepted.
    let text = "biometric.verify.successN3Idah8JJuGUOGNGiJpTsA==1670553442564";
    let mut accepted = Vec::new();
    for first in 0..=text.len() {
        for second in first..=text.len() {
            let (event, secret) = (&text[..first], &text[first..second]);
            let time = &text[second..];
            for time in [time.to_owned(), format!("\"{time}\"")] {
                let body =
                    format!(r#"{{"event":"{event}","secretData":"{secret}","timestamp":{time}}}"#);
                if verify(BIOMETRIC_SIGNATURE, &body).is_ok() {
                    accepted.push((first, second));
                }
            }
        }
    }
    assert_eq!(accepted, [(24, 48)]);

    let text = "2646373759294038927user.revoke.consent16705534425644047671499938107249";
    let mut accepted = Vec::new();
    for cuts in 0..=text.len() {
        for event in cuts..=text.len() {
            for time in event..=text.len() {
                let body = format!(
                    r#"{{"appId":"{}","event":"{}","timestamp":{},"userId":"{}"}}"#,
                    &text[..cuts],
                    &text[cuts..event],
                    &text[event..time],
                    &text[time..]
                );
                if verify(REVOKE_SIGNATURE, &body).is_ok() {
                    accepted.push((cuts, event, time));
                }
            }
        }
    }
    assert_eq!(accepted, [(19, 38, 51)]);
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    // Reliability W17: JavaScript takes the last, others the first.
    let body = BIOMETRIC.replacen('{', r#"{"timestamp":1670553442999,"#, 1);
    assert_eq!(signed(&body), BIOMETRIC_SIGNATURE);
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &body), violation("timestamp", SchemaRule::Repeated));
    let escaped = BIOMETRIC.replacen('{', r#"{"\u0065vent":"biometric.verify.success","#, 1);
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &escaped), violation("event", SchemaRule::Repeated));
    let proto = BIOMETRIC.replacen('{', r#"{"__proto__":"","#, 1);
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &proto), violation("__proto__", SchemaRule::Unknown));
}

#[test]
fn a_missing_field_is_named() {
    for (body, field) in [
        (
            r#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA=="}"#,
            "timestamp",
        ),
        (r#"{"event":"biometric.verify.success","timestamp":1670553442564}"#, "secretData"),
        (r#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","timestamp":1670553442564}"#, "event"),
    ] {
        assert_eq!(verify(&signed(body), body), violation(field, SchemaRule::Missing), "{body}");
    }
}

#[test]
fn secret_data_is_sixteen_bytes_in_their_one_spelling() {
    // S3-C4: the sample `aGkgYmFu` cannot come out of the document's own recipe.
    for secret in [
        "aGkgYmFu",
        "N3Idah8JJuGUOGNGiJpTsB==",
        "N3Idah8JJuGUOGNGiJpTs-==",
        "",
        "N3Idah8JJuGUOGNGiJpTsAAA",
    ] {
        let body = BIOMETRIC.replace("N3Idah8JJuGUOGNGiJpTsA==", secret);
        assert_eq!(
            verify(&signed(&body), &body),
            violation("secretData", SchemaRule::Form),
            "{secret}"
        );
    }
}

#[test]
fn declared_fields_are_let_through_and_cannot_stand_for_others() {
    let zalo = |event, name: &str| {
        MiniApp::builder(APP_ID).api_key("2025", API_KEY).allow_field(event, name).build()
    };
    let tolerant = zalo(EventKind::BiometricVerified, "device").unwrap();
    let with = |value: &str| BIOMETRIC.replacen('{', &format!(r#"{{"device":{value},"#), 1);
    let verify = |value: &str| {
        let body = with(value);
        verify_with(&tolerant, &signed(&body), body.as_bytes(), NOW).map(|(_, secret, _)| secret)
    };
    assert_eq!(verify("\"iPhone\"").as_deref(), Ok("N3Idah8JJuGUOGNGiJpTsA=="));
    assert_eq!(verify("\"iPhone 15\""), violation("device", SchemaRule::Form));
    assert_eq!(verify("\"a==\""), violation("device", SchemaRule::Form));
    assert_eq!(verify("15"), violation("device", SchemaRule::Type));
    assert_eq!(verify("{}"), violation("device", SchemaRule::Type));
    // For the event for which it was declared, and no other.
    let body = REVOKE.replacen('{', r#"{"device":"","#, 1);
    let refused = verify_with(&tolerant, REVOKE_SIGNATURE, body.as_bytes(), NOW);
    assert_eq!(refused, violation("device", SchemaRule::Unknown));

    let own = zalo(EventKind::BiometricVerified, "timestamp").unwrap_err();
    assert_eq!(own.problems(), [ConfigProblem::FieldDeclared]);
}

#[test]
fn an_event_is_accepted_within_its_tolerance_and_not_one_millisecond_beyond() {
    // Reliability W07.
    let at = UnixTime::from_millis(1_670_553_442_564);
    let (past, future) = (Duration::from_secs(60), Duration::from_secs(5));
    let zalo =
        MiniApp::builder(APP_ID).api_key("2025", API_KEY).tolerance(past, future).build().unwrap();
    let verify =
        |now| verify_with(&zalo, BIOMETRIC_SIGNATURE, BIOMETRIC.as_bytes(), now).map(|_| ());
    let step = Duration::from_millis(1);
    let last = at.saturating_add(past);
    assert_eq!(verify(last), Ok(()));
    let age = past + step;
    assert_eq!(verify(last.saturating_add(step)), Err(WebhookError::TooOld { age, limit: past }));
    let first = at.saturating_sub(future);
    assert_eq!(verify(first), Ok(()));
    let ahead = future + step;
    let from_future = WebhookError::FromFuture { ahead, limit: future };
    assert_eq!(from_future.class(), Class::NotReady);
    assert_eq!(verify(first.saturating_sub(step)), Err(from_future));
    assert_eq!(verify(UnixTime::MAX).unwrap_err().class(), Class::Expired);
    assert_eq!(verify(UnixTime::MIN).unwrap_err().class(), Class::NotReady);
}

#[test]
fn every_changed_digit_and_every_cut_of_a_signature_is_refused() {
    // Reliability W03; CVE-2024-21491.
    for end in 0..BIOMETRIC_SIGNATURE.len() {
        let expected = if end == 0 {
            WebhookError::SignatureMissing { place: "x-zevent-signature" }
        } else {
            WebhookError::SignatureMalformed(EncodingError::Length)
        };
        assert_eq!(verify(&BIOMETRIC_SIGNATURE[..end], BIOMETRIC), Err(expected));
    }
    for place in 0..BIOMETRIC_SIGNATURE.len() {
        for bit in 0..8 {
            let mut signature = BIOMETRIC_SIGNATURE.as_bytes().to_vec();
            signature[place] ^= 1 << bit;
            let fields = [("x-zevent-signature", &signature[..])];
            let zalo = mini_app();
            let refused =
                zalo.verify_event(&Headers::new(&fields), BIOMETRIC.as_bytes(), NOW).unwrap_err();
            assert!(
                matches!(
                    refused,
                    WebhookError::SignatureMismatch | WebhookError::SignatureMalformed(_)
                ),
                "{refused:?}"
            );
        }
    }
    let upper = BIOMETRIC_SIGNATURE.to_uppercase();
    let malformed = WebhookError::SignatureMalformed(EncodingError::Character);
    assert_eq!(verify(&upper, BIOMETRIC), Err(malformed));
}

#[test]
fn every_changed_bit_of_a_body_is_refused() {
    let zalo = mini_app();
    for place in 0..BIOMETRIC.len() {
        for bit in 0..8 {
            let mut body = BIOMETRIC.as_bytes().to_vec();
            body[place] ^= 1 << bit;
            let refused = verify_with(&zalo, BIOMETRIC_SIGNATURE, &body, NOW);
            assert!(refused.is_err(), "{}", String::from_utf8_lossy(&body));
        }
    }
}

#[test]
fn the_two_schemes_of_one_field_are_told_apart_and_never_guessed() {
    // Reliability W15; S3-C8.
    let mac = format!("mac={BIOMETRIC_SIGNATURE}");
    let wrong = WebhookError::WrongScheme { scheme: "zalo_oa" };
    assert_eq!(verify(&mac, BIOMETRIC), Err(wrong));

    let account = Verifier::builder(OFFICIAL_ACCOUNT)
        .secret("oa", "e443bd278b60307c36b1c6d098955bdb")
        .setting(OFFICIAL_ACCOUNT_APP_ID, APP_ID)
        .build()
        .unwrap();
    let fields = [("x-zevent-signature", BIOMETRIC_SIGNATURE.as_bytes())];
    let message = Message::new(&Headers::new(&fields), BIOMETRIC.as_bytes());
    let refused = account.verify(&message, NOW).unwrap_err();
    assert_eq!(refused, WebhookError::WrongScheme { scheme: "zalo_mini_app" });
}

#[test]
fn what_public_code_computes_in_its_place_is_refused() {
    // Notes §3: an HMAC for the hash, the raw body or what a framework wrote anew for the values, the key in front,
    // the hash without a key; and nothing is tried until something fits.
    let content = "biometric.verify.successN3Idah8JJuGUOGNGiJpTsA==1670553442564";
    let hmac = |text: &str| {
        let key = MacKey::new(MacAlgorithm::HmacSha256, &Secret::new(API_KEY).unwrap());
        hex::encode(key.tag(text.as_bytes()).as_bytes())
    };
    let hash = |parts: &[&str]| {
        hex::encode(sha256(&parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>()))
    };
    assert_eq!(hash(&[content, API_KEY]), BIOMETRIC_SIGNATURE);
    let unsorted = "N3Idah8JJuGUOGNGiJpTsA==biometric.verify.success1670553442564";
    let quoted = r#""biometric.verify.success""N3Idah8JJuGUOGNGiJpTsA=="1670553442564"#;
    for computed in [
        hmac(content),
        hmac(BIOMETRIC),
        hash(&[BIOMETRIC, API_KEY]),
        hash(&[API_KEY, content]),
        hash(&[APP_ID, BIOMETRIC, "1670553442564", API_KEY]),
        hash(&[unsorted, API_KEY]),
        hash(&[quoted, API_KEY]),
        hash(&[content]),
        hash(&[content, "undefined"]),
    ] {
        assert_eq!(verify(&computed, BIOMETRIC), Err(WebhookError::SignatureMismatch));
    }
}

#[test]
fn a_missing_or_repeated_signature_is_refused() {
    // Reliability W01, W14.
    let zalo = mini_app();
    let verify = |fields: &[(&str, &[u8])]| {
        zalo.verify_event(&Headers::new(fields), BIOMETRIC.as_bytes(), NOW).map(|_| ()).unwrap_err()
    };
    let missing = WebhookError::SignatureMissing { place: "x-zevent-signature" };
    assert_eq!(verify(&[]), missing);
    assert_eq!(verify(&[("x-zevent-signature", b"")]), missing);
    let good = BIOMETRIC_SIGNATURE.as_bytes();
    let twice = verify(&[("x-zevent-signature", good), ("X-ZEvent-Signature", good)]);
    assert_eq!(twice.code(), "header.repeated");
}

#[test]
fn a_retired_key_counts_until_its_end() {
    // Reliability W13.
    let until = NOW.saturating_add(Duration::from_secs(10));
    let zalo = MiniApp::builder(APP_ID)
        .api_key("new", "another-zalo-mini-app-api-key!")
        .retired_api_key("old", API_KEY, until)
        .build()
        .unwrap();
    let fields = [("x-zevent-signature", BIOMETRIC_SIGNATURE.as_bytes())];
    let headers = Headers::new(&fields);
    let event = zalo.verify_event(&headers, BIOMETRIC.as_bytes(), NOW).unwrap();
    assert_eq!(event.evidence().key_id.as_deref(), Some("old"));
    assert_eq!(event.evidence().algorithm, "SHA-256 with the secret at the end");
    let refused = zalo.verify_event(&headers, BIOMETRIC.as_bytes(), until).unwrap_err();
    assert_eq!(refused, WebhookError::SignatureMismatch);
}

#[test]
fn a_key_that_another_one_ends_with_cannot_be_built() {
    // Notes §5.4: content `x` with the key `1abc` has the hash of `x1` with `abc`.
    let build = MiniApp::builder(APP_ID).api_key("a", API_KEY).api_key("b", format!("1{API_KEY}"));
    assert_eq!(build.build().unwrap_err().code(), "secret.suffix_of_another");
    let empty = MiniApp::builder(APP_ID).api_key("a", "").build().unwrap_err();
    assert_eq!(empty.code(), "secret.empty"); // CVE-2026-86080: a secret that was never stored
    assert_eq!(MiniApp::builder(APP_ID).build().unwrap_err().code(), "secret.no_secret");
    let no_app = MiniApp::builder("").api_key("a", API_KEY).build().unwrap_err();
    assert_eq!(no_app.problems(), [ConfigProblem::SettingMissing { name: "app id" }]);
}

#[test]
fn a_large_or_deep_body_is_refused_before_it_is_hashed() {
    // Reliability W10, W19; CVE-2026-42294.
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(64 * 1024));
    let too_large = WebhookError::BodyTooLarge { limit: 64 * 1024 };
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &long), Err(too_large));
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let too_deep = WebhookError::Body(JavascriptError::TooDeep { limit: 32 });
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &nested(32)), Err(too_deep));
    assert_eq!(verify(BIOMETRIC_SIGNATURE, &nested(31)), Err(WebhookError::SignatureMismatch));
}

#[test]
fn an_event_can_be_taken_once() {
    // Notes §0.4: the captured webhook, sent again.
    let zalo = MiniApp::builder(APP_ID).api_key("2025", API_KEY).single_use().build().unwrap();
    let fields = [("x-zevent-signature", BIOMETRIC_SIGNATURE.as_bytes())];
    let headers = Headers::new(&fields);
    let first = zalo.verify_event(&headers, BIOMETRIC.as_bytes(), NOW).unwrap();
    let other_spelling = BIOMETRIC.replace(',', " , ");
    let second = zalo.verify_event(&headers, other_spelling.as_bytes(), NOW).unwrap();
    assert_eq!(first.step().key(), second.step().key());
    // The entry outlives the last moment at which the event is accepted.
    let last = UnixTime::from_millis(1_670_553_442_564).saturating_add(Duration::from_secs(300));
    assert!(first.step().until() >= last.saturating_add(Duration::from_secs(60)));
    assert!(first.finish(StoreAnswer::Applied, last).is_ok());
    let replayed = second.finish(StoreAnswer::Refused(None), NOW).map(|_| ());
    assert_eq!(replayed, Err(PendingError::Replayed));
}

#[test]
fn values_without_structure_need_a_dangerous_word() {
    let zalo = mini_app();
    let body = r#"{"event":"user.new.event","list":[1,{"b":2,"1":3}],"user":"u","z":1.0}"#;
    let signature = signed(body);
    let fields = [("x-zevent-signature", signature.as_bytes())];
    let headers = Headers::new(&fields);
    let values = zalo.verify_unstructured(&headers, body.as_bytes(), NOW).unwrap();
    let fields = values.into_parts().0.dangerous_trust_unsigned_structure();
    assert_eq!(fields.get("user").as_deref(), Some("u"));
    assert_eq!(fields.get("z").as_deref(), Some("1"));
    assert_eq!(fields.get("list").as_deref(), Some(r#"[1,{"1":3,"b":2}]"#));
    assert_eq!(fields.names(), ["event", "list", "user", "z"]);
    let refused = zalo.verify_unstructured(&headers, BIOMETRIC.as_bytes(), NOW).unwrap_err();
    assert_eq!(refused, WebhookError::SignatureMismatch);
}

fn file(name: &str) -> Option<Vec<Value>> {
    let path = common::vectors()?.join("webhook").join(name);
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

fn text<'v>(case: &'v Value, name: &str) -> &'v str {
    case[name].as_str().unwrap()
}

fn bytes(case: &Value, name: &str) -> Vec<u8> {
    base64::decode(text(case, name)).unwrap()
}

#[test]
fn every_signature_of_the_vectors_over_an_object_is_good() {
    let Some(cases) = file("zalo_event_signature.json") else { return };
    let mut verified = 0;
    for case in &cases {
        let body = bytes(case, "body");
        let zalo = MiniApp::builder(APP_ID)
            .dangerous_short_api_key("vector", text(case, "apiKey"))
            .build()
            .unwrap();
        let fields = [("x-zevent-signature", text(case, "signature").as_bytes())];
        let outcome = zalo.verify_unstructured(&Headers::new(&fields), &body, NOW).map(|_| ());
        let document = javascript::parse(&body, Profile::Node, Limits::WEBHOOK);
        let is_object =
            document.is_ok_and(|document| document.root().kind() == javascript::Kind::Object);
        let expected = match (is_object, text(case, "content")) {
            (true, "") => Err(WebhookError::EmptyContent),
            (true, _) => Ok(()),
            (false, _) => Err(WebhookError::NotAnObject),
        };
        if outcome == Err(WebhookError::Body(JavascriptError::TooDeep { limit: 32 })) {
            continue;
        }
        assert_eq!(outcome, expected, "{}", text(case, "name"));
        verified += usize::from(outcome.is_ok());
    }
    assert!(verified > 2_000, "{verified}");
}

#[test]
fn bodies_that_the_reference_refuses_are_refused() {
    let Some(cases) = file("zalo_event_signature_errors.json") else { return };
    for case in &cases {
        let body = bytes(case, "body");
        let refused = verify_with(&mini_app(), BIOMETRIC_SIGNATURE, &body, NOW).unwrap_err();
        assert_eq!(refused.class(), Class::Malformed, "{}", text(case, "name"));
    }
}

#[test]
fn a_checkout_callback_whose_fields_were_moved_is_refused() {
    // Reliability W20: `&` and `=` inside a value.
    let key = "89c323950753b1046f5b7da499d40936";
    let sign = |scheme, body: &str| {
        let signer = Signer::new(scheme, key).unwrap();
        signer
            .sign(&Message::new(&Headers::new(&[]), body.as_bytes()), NOW)
            .map(|signed| signed.signature().to_owned())
    };
    let verify = |scheme, body: &str| {
        let verifier = Verifier::builder(scheme).secret("key", key).build().unwrap();
        verifier.verify(&Message::new(&Headers::new(&[]), body.as_bytes()), NOW).map(|_| ())
    };
    let genuine = r#"{"data":{"amount":1,"description":"a&b=c","orderId":"7"}}"#;
    let mac = sign(CHECKOUT_CALLBACK, genuine).unwrap();
    let with = |data: &str| format!(r#"{{"data":{data},"overallMac":"{mac}"}}"#);
    assert_eq!(
        verify(CHECKOUT_CALLBACK, &with(r#"{"amount":1,"description":"a&b=c","orderId":"7"}"#)),
        Ok(())
    );
    let merged = with(r#"{"amount":1,"description":"a&b=c&orderId=7"}"#);
    let ambiguous = |name: &str| Err(WebhookError::Ambiguous { name: name.into() });
    assert_eq!(verify(CHECKOUT_CALLBACK, &merged), ambiguous("description"));
    let merged = with(r#"{"amount":"1&description=a&b=c","orderId":"7"}"#);
    assert_eq!(verify(CHECKOUT_CALLBACK, &merged), ambiguous("amount"));
    // Nobody signed the name that the error shows: what would turn a line of a log around is escaped in it.
    let turned = with("{\"a\u{202e}\u{2028}b\":\"1&c=2\",\"d\":1}");
    assert_eq!(verify(CHECKOUT_CALLBACK, &turned), ambiguous(r"a\u{202e}\u{2028}b"));
    assert_eq!(
        verify(CHECKOUT_CALLBACK, r#"{"data":{},"overallMac":"00"}"#).unwrap_err().code(),
        "webhook.signature_malformed"
    );
    assert_eq!(sign(CHECKOUT_CALLBACK, r#"{"data":{}}"#), Err(WebhookError::EmptyContent));
    assert_eq!(sign(CHECKOUT_CALLBACK, r#"{"data":[1]}"#), Err(WebhookError::NotAnObject));
    let missing = WebhookError::FieldMissing { name: "description" };
    assert_eq!(sign(CHECKOUT_CALLBACK_MAC, r#"{"data":{"appId":1,"amount":1}}"#), Err(missing));
    let shifted = r#"{"data":{"appId":"1","amount":1,"description":"x&orderId=2","orderId":"3","message":"","resultCode":1,"transId":"4"}}"#;
    assert_eq!(sign(CHECKOUT_CALLBACK_MAC, shifted).map(|_| ()), ambiguous("description"));
}

#[test]
fn an_official_account_needs_its_app_id() {
    let build =
        Verifier::builder(OFFICIAL_ACCOUNT).secret("oa", "e443bd278b60307c36b1c6d098955bdb");
    let problem = ConfigProblem::SettingMissing { name: OFFICIAL_ACCOUNT_APP_ID };
    assert_eq!(build.build().unwrap_err().problems(), [problem]);
    // CVE: the secret unset, so that anyone could compute the signature.
    let unset = Verifier::builder(OFFICIAL_ACCOUNT)
        .secret("oa", "")
        .setting(OFFICIAL_ACCOUNT_APP_ID, APP_ID);
    assert_eq!(unset.build().unwrap_err().code(), "secret.empty");
}
