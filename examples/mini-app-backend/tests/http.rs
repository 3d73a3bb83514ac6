//! The document's steps over HTTP, and every way they are refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use axum::http::HeaderMap;
use common::{AN, API_KEY, BINH, World, said, secret_data};
use countersign::encoding::hex;
use countersign::headers::Headers;
use countersign::webhook::zalo::MINI_APP;
use countersign::webhook::{Message, Signer};
use mini_app_backend::fake_zalo::Event;
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_login_counts_once() {
    let world = World::start().await;
    let challenge = world.client.challenge(AN).await;
    assert_eq!(world.zalo.approve(secret_data(&challenge)).await.unwrap(), 200);
    assert_eq!(world.lines.last_audit("kid"), "current");
    assert_eq!(world.client.verify(&challenge).await, said(200, "Nguyễn An"));
    assert_eq!(world.lines.last_audit("decision"), "accepted");
    assert_eq!(world.client.verify(&challenge).await, said(409, "ALREADY_USED"));
    assert_eq!(world.lines.last_audit("code"), "biometric.already_consumed");
}

#[tokio::test]
async fn of_many_logins_at_once_one_counts() {
    let world = World::start().await;
    for _ in 0..20 {
        let challenge = world.client.challenge(AN).await;
        world.zalo.approve(secret_data(&challenge)).await.unwrap();
        let mut logins = JoinSet::new();
        for _ in 0..16 {
            let (client, challenge) = (world.client.clone(), challenge.clone());
            logins.spawn(async move { client.verify(&challenge).await });
        }
        let answers = logins.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|(status, _)| *status == 200);
        assert_eq!(won, [said(200, "Nguyễn An")]);
        assert!(lost.iter().all(|answer| *answer == said(409, "ALREADY_USED")), "{lost:?}");
    }
}

#[tokio::test]
async fn a_login_before_the_event_has_to_come_again() {
    let world = World::start().await;
    let challenge = world.client.challenge(AN).await;
    assert_eq!(world.client.verify(&challenge).await, said(409, "NOT_CONFIRMED_YET"));
    world.zalo.approve(secret_data(&challenge)).await.unwrap();
    assert_eq!(world.client.verify(&challenge).await, said(200, "Nguyễn An"));
}

#[tokio::test]
async fn an_event_that_comes_again_confirms_nothing_again() {
    let world = World::start().await;
    let challenge = world.client.challenge(AN).await;
    let secret_data = secret_data(&challenge);
    world.zalo.approve(secret_data).await.unwrap();
    assert_eq!(world.zalo.again(secret_data).await.unwrap(), 200);
    assert_eq!(world.client.verify(&challenge).await, said(200, "Nguyễn An"));
    assert!(world.lines.starting_with("ALARM:").is_empty());

    assert_eq!(world.zalo.again(secret_data).await.unwrap(), 200);
    assert_eq!(world.lines.last_audit("code"), "biometric.replay_after_use");
    assert_eq!(world.lines.starting_with("ALARM:").len(), 1);
    assert_eq!(world.client.verify(&challenge).await, said(409, "ALREADY_USED"));

    // Until it is too old to be taken, and the challenge with it.
    world.clock.advance(Duration::from_secs(331));
    assert_eq!(world.zalo.again(secret_data).await.unwrap(), 400);
    assert_eq!(world.lines.last_audit("code"), "webhook.too_old");
    assert_eq!(world.client.verify(&challenge).await, said(403, "LOGIN_EXPIRED"));
}

#[tokio::test]
async fn a_swapped_token_is_refused_and_uses_nothing_up() {
    let world = World::start().await;
    let challenge = world.client.challenge(AN).await;
    world.zalo.approve(secret_data(&challenge)).await.unwrap();
    for (member, value) in [
        ("accessToken", json!(BINH)),
        ("accessToken", json!(format!("{AN}x"))),
        ("eventTime", json!(challenge["eventTime"].as_i64().unwrap() + 1)),
    ] {
        let mut swapped = challenge.clone();
        swapped[member] = value;
        assert_eq!(world.client.verify(&swapped).await, said(403, "LOGIN_REFUSED"), "{member}");
        assert_eq!(world.lines.last_audit("code"), "biometric.secret_mismatch");
    }
    assert_eq!(world.client.verify(&challenge).await, said(200, "Nguyễn An"));
}

#[tokio::test]
async fn a_confirmation_counts_for_two_minutes_and_a_challenge_for_five() {
    let world = World::start().await;
    let in_time = world.client.challenge(AN).await;
    world.zalo.approve(secret_data(&in_time)).await.unwrap();
    let late = world.client.challenge(BINH).await;
    world.zalo.approve(secret_data(&late)).await.unwrap();
    let unapproved = world.client.challenge(BINH).await;

    world.clock.advance(Duration::from_secs(110));
    assert_eq!(world.client.verify(&in_time).await, said(200, "Nguyễn An"));
    world.clock.advance(Duration::from_secs(11));
    assert_eq!(world.client.verify(&late).await, said(403, "LOGIN_EXPIRED"));
    assert_eq!(world.lines.last_audit("code"), "biometric.confirmation_expired");

    world.clock.advance(Duration::from_secs(180));
    world.zalo.approve(secret_data(&unapproved)).await.unwrap();
    assert_eq!(world.client.verify(&unapproved).await, said(403, "LOGIN_EXPIRED"));
    assert_eq!(world.lines.last_audit("code"), "biometric.challenge_expired");
}

#[tokio::test]
async fn an_event_that_zalo_did_not_send_confirms_nothing() {
    let world = World::start().await;
    let challenge = world.client.challenge(AN).await;
    let secret_data = secret_data(&challenge);
    let good = world.zalo.event(secret_data, world.clock.now()).unwrap();
    let moved = good.body.replace("\"timestamp\":1", "\"timestamp\":").replace("==\"", "==1\"");
    let unsigned = Event { signature: "0".repeat(64), ..good.clone() };
    let account = Event { signature: format!("mac={}", good.signature), ..good.clone() };
    for (event, answer, code) in [
        (unsigned, said(403, "REFUSED"), "webhook.signature_mismatch"),
        (Event { body: moved, ..good.clone() }, said(403, "REFUSED"), "webhook.schema_violation"),
        (account, said(403, "REFUSED"), "webhook.wrong_scheme"),
        (
            Event { body: "[]".into(), ..good.clone() },
            said(400, "MALFORMED"),
            "webhook.not_an_object",
        ),
        (
            Event { signature: String::new(), ..good.clone() },
            said(400, "MALFORMED"),
            "webhook.signature_missing",
        ),
    ] {
        assert_eq!(world.client.webhook(&event).await, answer, "{code}");
        assert_eq!(world.lines.last_audit("code"), code);
    }

    let mut twice = HeaderMap::new();
    for _ in 0..2 {
        twice.append("X-ZEvent-Signature", good.signature.parse().unwrap());
    }
    let repeated = world.client.send("/webhook/zalo", twice, good.body.clone()).await;
    assert_eq!(repeated, said(400, "MALFORMED"));
    let large = Event { body: " ".repeat(65 * 1024), ..good.clone() };
    assert_eq!(world.client.webhook(&large).await.0, 413);

    assert_eq!(world.client.verify(&challenge).await, said(409, "NOT_CONFIRMED_YET"));
    assert_eq!(world.client.webhook(&good).await, said(200, "OK"));
    assert_eq!(world.client.verify(&challenge).await, said(200, "Nguyễn An"));
}

#[tokio::test]
async fn an_approval_of_what_was_never_issued_lets_nobody_in() {
    let world = World::start().await;
    let stranger = "N3Idah8JJuGUOGNGiJpTsA==";
    assert_eq!(world.zalo.approve(stranger).await.unwrap(), 200);
    assert_eq!(world.lines.last_audit("code"), "biometric.unknown_challenge");
    let now = world.clock.now().as_millis();
    let login = json!({ "secretData": stranger, "eventTime": now, "accessToken": AN });
    assert_eq!(world.client.verify(&login).await, said(403, "LOGIN_REFUSED"));
}

#[tokio::test]
async fn a_revocation_is_taken_and_confirms_nothing() {
    let world = World::start().await;
    let now = world.clock.now();
    let body = json!({
        "event": "user.revoke.consent", "appId": common::APP_ID, "userId": "4047671499938107249",
        "timestamp": now.as_millis(),
    });
    let body = body.to_string();
    let signer = Signer::new(MINI_APP, API_KEY).unwrap();
    let signed = signer.sign(&Message::new(&Headers::new(&[]), body.as_bytes()), now).unwrap();
    let signature = signed.signature().to_owned();
    assert_eq!(world.client.webhook(&Event { body, signature }).await, said(200, "OK"));
    assert_eq!(world.lines.starting_with("consent revoked").len(), 1);
}

#[tokio::test]
async fn a_challenge_is_for_a_token_that_zalo_knows() {
    let mut world = World::start().await;
    let start = async |body: &str| world.client.post("/biometric/start", body).await;
    assert_eq!(start(r#"{"accessToken":"of nobody"}"#).await, said(403, "LOGIN_REFUSED"));
    assert_eq!(start(r#"{"accessToken":"a\nb"}"#).await, said(403, "LOGIN_REFUSED"));
    for malformed in ["", "{}", r#"{"accessToken":""}"#, r#"{"accessToken":"a","accessToken":"b"}"#]
    {
        assert_eq!(start(malformed).await, said(400, "INVALID_REQUEST"), "{malformed}");
    }

    let challenge = world.client.challenge(AN).await;
    let event = world.zalo.event(secret_data(&challenge), world.clock.now()).unwrap();
    assert_eq!(world.client.webhook(&event).await, said(200, "OK"));
    world.take_zalo_down().await;
    let body = json!({ "accessToken": AN }).to_string();
    assert_eq!(world.client.post("/biometric/start", body).await, said(503, "UNAVAILABLE"));
    // Nobody says whose token it is, so nobody is let in; and the approval was for one try.
    assert_eq!(world.client.verify(&challenge).await, said(503, "UNAVAILABLE"));
    assert_eq!(world.client.verify(&challenge).await, said(409, "ALREADY_USED"));
}

#[tokio::test]
async fn why_a_signature_does_not_match_is_logged_once_a_minute() {
    let world = World::with(|settings| settings.api_key = hex::encode(API_KEY)).await;
    for _ in 0..3 {
        let challenge = world.client.challenge(AN).await;
        assert_eq!(world.zalo.approve(secret_data(&challenge)).await.unwrap(), 403);
    }
    let found = ["webhook: signed by the secret read as hex"];
    assert_eq!(world.lines.starting_with("webhook:"), found);
    world.clock.advance(Duration::from_secs(60));
    let challenge = world.client.challenge(AN).await;
    world.zalo.approve(secret_data(&challenge)).await.unwrap();
    assert_eq!(world.lines.starting_with("webhook:").len(), 2);
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let world = World::start().await;
    let challenge = world.client.challenge(AN).await;
    world.zalo.approve(secret_data(&challenge)).await.unwrap();
    world.client.verify(&challenge).await;
    let log = world.lines.starting_with("").join("\n");
    assert_eq!(log.lines().count(), 3);
    for secret in [AN, secret_data(&challenge), API_KEY, common::SECRET_KEY, "Nguyễn"] {
        assert!(!log.contains(secret), "{log}");
    }
}
