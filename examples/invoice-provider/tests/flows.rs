//! A bank and a provider over HTTP: every flow, every refusal of the document, and the bank's keys in good
//! times and bad.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::response::Redirect;
use axum::routing::get;
use common::{INVOICES, LINK, MINUTE, ONBOARD, PURCHASE, World, claims, object, said, with};
use countersign::encoding::base64url;
use example_host::testing::{Lines, eventually, start};
use invoice_provider::bank::{Bank, JWKS_PATH};
use invoice_provider::jwks::BankKeys;
use invoice_provider::now;
use invoice_provider::provider::KNOWN_ACCOUNT;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn the_flows_of_the_document() {
    let world = World::start(MINUTE).await;
    let onboarded = world.post(ONBOARD, claims("onboard", "ouid-1", "order-1")).await;
    assert_eq!(said(&onboarded), (201, "CREATED"));
    assert_eq!(onboarded.text("ouid"), "ouid-1");
    let bought = world.post(PURCHASE, claims("purchase", "ouid-1", "order-2")).await;
    assert_eq!(said(&bought), (201, "CREATED"));
    assert_ne!(bought.text("invoice_id"), onboarded.text("invoice_id"));

    let link = json!({ "scope": "link", "sub": "ouid-2", "link_account": KNOWN_ACCOUNT });
    let linked = world.post(LINK, link).await;
    assert_eq!(said(&linked), (200, "LINKED"));
    assert_eq!(linked.text("account_id"), KNOWN_ACCOUNT);
    // Who was linked may buy.
    let bought = world.post(PURCHASE, claims("purchase", "ouid-2", "order-3")).await;
    assert_eq!(said(&bought), (201, "CREATED"));
}

#[tokio::test]
async fn an_invoice_is_created_once_and_read_as_often_as_its_token_lives() {
    let world = World::start(MINUTE).await;
    world.post(ONBOARD, claims("onboard", "ouid-1", "order-1")).await;
    let invoice = json!({
        "invoice_number": "INV-2025-0001", "amount": 450_000, "currency": "VND",
        "description": "Dịch vụ ABC tháng 05/2025",
    });
    let token = world.token(json!({ "sub": "ouid-1" }));
    let created = world.send(Method::POST, INVOICES, &token, invoice.clone()).await;
    assert_eq!(said(&created), (201, "CREATED"));
    let again = world.send(Method::POST, INVOICES, &token, invoice.clone()).await;
    assert_eq!(said(&again), (400, "INVALID_JWT"));
    assert_eq!(world.lines.last_audit("code"), "bank_sso.token_replayed");

    let path = format!("{INVOICES}/{}", created.text("invoice_id"));
    let reader = world.token(json!({ "sub": "ouid-1", "scope": "invoice:read" }));
    for _ in 0..2 {
        let read = world.send(Method::GET, &path, &reader, Value::Null).await;
        assert_eq!((read.status, read.text("description")), (200, "Dịch vụ ABC tháng 05/2025"));
    }
    let stranger = world.token(json!({ "sub": "ouid-2", "scope": "invoice:read" }));
    let refused = world.send(Method::GET, &path, &stranger, Value::Null).await;
    assert_eq!(said(&refused), (404, "INVOICE_UNKNOWN"));
    let unscoped = world.token(json!({ "sub": "ouid-1" }));
    let refused = world.send(Method::GET, &path, &unscoped, Value::Null).await;
    assert_eq!(said(&refused), (400, "INVALID_JWT"));
    // A token that reads is none that buys.
    let refused = world.send(Method::POST, PURCHASE, &reader, Value::Null).await;
    assert_eq!(said(&refused), (400, "INVALID_JWT"));
}

#[tokio::test]
async fn genuine_tokens_that_say_the_wrong_thing() {
    let world = World::start(MINUTE).await;
    let second = now().as_secs();
    let refusals = [
        (json!({ "aud": "account" }), 400, "INVALID_JWT", "jwt.audience_mismatch"),
        (json!({ "aud": ["invoice", "crm"] }), 400, "INVALID_JWT", "jwt.audience_not_sole"),
        (json!({ "aud": null }), 400, "INVALID_JWT", "jwt.claim_missing"),
        (json!({ "iss": "https://other.example" }), 400, "INVALID_JWT", "jwt.issuer_mismatch"),
        (json!({ "scope": "onboard" }), 400, "INVALID_JWT", "jwt.scope_missing"),
        (json!({ "scope": "purchase link" }), 400, "INVALID_JWT", "bank_sso.scope_ambiguous"),
        (json!({ "order_id": null }), 400, "INVALID_JWT", "jwt.claim_missing"),
        (json!({ "product_code": 7 }), 400, "INVALID_JWT", "jwt.claim_type"),
        (json!({ "sub": "ou id" }), 400, "INVALID_JWT", "jwt.claim_range"),
        (json!({ "jti": null }), 400, "INVALID_JWT", "jwt.claim_missing"),
        (json!({ "exp": second + 3600 }), 400, "INVALID_JWT", "jwt.lifetime_too_long"),
        (json!({ "nbf": second + 120 }), 400, "INVALID_JWT", "jwt.not_yet_valid"),
        (json!({ "active": false }), 400, "INVALID_JWT", "bank_sso.inactive"),
        (
            json!({ "iat": second - 400, "nbf": second - 400, "exp": second - 100 }),
            403,
            "TOKEN_EXPIRED",
            "jwt.expired",
        ),
    ];
    for (changes, status, answered, code) in refusals {
        let claims = with(claims("purchase", "ouid-1", "order-1"), changes.clone());
        let answer = world.post(PURCHASE, claims).await;
        assert_eq!(said(&answer), (status, answered), "{changes}");
        assert!(!answer.text("message").is_empty());
        assert_eq!(world.lines.last_audit("code"), code, "{changes}");
    }
    let link = json!({ "scope": "link", "sub": "ouid-2", "link_account": KNOWN_ACCOUNT });
    let token = world.token(link);
    let body = json!({ "link_account": "acc-of-somebody-else" });
    let refused = world.send(Method::POST, LINK, &token, body).await;
    assert_eq!(said(&refused), (400, "INVALID_JWT"));
    assert_eq!(world.lines.last_audit("code"), "bank_sso.body_contradicts");
}

#[tokio::test]
async fn forgeries_and_what_is_no_token() {
    let world = World::start(MINUTE).await;
    world.post(ONBOARD, claims("onboard", "ouid-1", "order-1")).await;
    let claims = claims("purchase", "ouid-1", "order-2");
    let good = world.token(claims.clone());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let evil = base64url::encode(with(claims.clone(), json!({ "sub": "evil" })).to_string());
    let none = base64url::encode(r#"{"alg":"none","kid":"key-1"}"#);
    let hmac = base64url::encode(r#"{"alg":"HS256","kid":"key-1"}"#);
    let nameless = base64url::encode(r#"{"alg":"RS256"}"#);
    let impostor = Bank::impostor(common::ISSUER).unwrap().token(&object(claims)).unwrap();
    let invalid = (400, "INVALID_JWT");
    let forged = (401, "JWT_SIGNATURE_FAIL");
    for (token, expected, code) in [
        ("hello".to_owned(), invalid, "jwt.not_compact"),
        (format!("{}.{payload}.{signature}", "a".repeat(9000)), invalid, "jwt.too_long"),
        (format!("{nameless}.{payload}.{signature}"), invalid, "jwt.key_id_missing"),
        (format!("{header}.{payload}."), forged, "jwt.signature_invalid"),
        (format!("{header}.{evil}.{signature}"), forged, "jwt.signature_invalid"),
        (format!("{none}.{payload}."), forged, "jwt.algorithm_none"),
        (format!("{hmac}.{payload}.{signature}"), forged, "jwt.algorithm_not_allowed"),
        (impostor, forged, "jwt.signature_invalid"),
    ] {
        let answer = world.send(Method::POST, PURCHASE, &token, Value::Null).await;
        assert_eq!(said(&answer), expected, "{code}");
        assert_eq!(world.lines.last_audit("code"), code);
    }
    let answer = world.client.send(Method::POST, PURCHASE, None, &Value::Null).await.unwrap();
    assert_eq!(said(&answer), invalid);
    assert_eq!(world.lines.last_audit("code"), "header.missing");
    // None of this has used the token up.
    let answer = world.send(Method::POST, PURCHASE, &good, Value::Null).await;
    assert_eq!(said(&answer), (201, "CREATED"));
}

#[tokio::test]
async fn two_tokens_in_one_request_are_refused() {
    let world = World::start(MINUTE).await;
    let token = world.token(claims("onboard", "ouid-1", "order-1"));
    let request = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = request.post(format!("{}{ONBOARD}", world.provider_url));
    let answer = request.bearer_auth(&token).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert_eq!(world.lines.last_audit("code"), "header.repeated");
}

#[tokio::test]
async fn what_is_no_endpoint_is_left_to_axum() {
    let world = World::start(MINUTE).await;
    let token = world.token(claims("purchase", "ouid-1", "order-1"));
    for (method, path, status) in [
        (Method::POST, "/api/v1/refund", 404),
        (Method::POST, "/api/v1/purchase-package/", 404),
        (Method::GET, PURCHASE, 405),
        (Method::DELETE, INVOICES, 405),
    ] {
        let answer = world.send(method, path, &token, Value::Null).await;
        assert_eq!((answer.status, answer.body), (status, Value::Null), "{path}");
    }
    assert!(world.lines.starting_with("audit:").is_empty());
}

#[tokio::test]
async fn an_order_is_carried_out_once_and_answers_with_its_first_result() {
    let world = World::start(MINUTE).await;
    let order = claims("onboard", "ouid-1", "order-1");
    let token = world.token(order.clone());
    let first = world.send(Method::POST, ONBOARD, &token, Value::Null).await;
    assert_eq!(said(&first), (201, "CREATED"));

    let same_token = world.send(Method::POST, ONBOARD, &token, Value::Null).await;
    assert_eq!(said(&same_token), (409, "DUPLICATE_ORDER"));
    assert_eq!(world.lines.last_audit("code"), "bank_sso.order_token_replayed");

    let same_order = world.post(ONBOARD, order.clone()).await;
    assert_eq!(said(&same_order), (409, "DUPLICATE_ORDER"));
    assert_eq!(same_order.text("invoice_id"), first.text("invoice_id"));
    assert_eq!(world.lines.last_audit("code"), "guard.order_duplicate");
    assert!(world.lines.starting_with("ALARM:").is_empty());

    let other_content = world.post(ONBOARD, with(order, json!({ "product_code": "INV-9" }))).await;
    assert_eq!(said(&other_content), (409, "DUPLICATE_ORDER"));
    assert_eq!(other_content.text("invoice_id"), "");
    assert_eq!(world.lines.starting_with("ALARM:").len(), 1);
}

#[tokio::test]
async fn an_order_that_could_not_be_carried_out_may_come_again() {
    let world = World::start(MINUTE).await;
    let order = claims("purchase", "ouid-1", "order-2");
    let early = world.post(PURCHASE, order.clone()).await;
    assert_eq!(said(&early), (404, "ACCOUNT_UNKNOWN"));
    world.post(ONBOARD, claims("onboard", "ouid-1", "order-1")).await;
    assert_eq!(said(&world.post(PURCHASE, order.clone()).await), (201, "CREATED"));
    assert_eq!(said(&world.post(PURCHASE, order).await), (409, "DUPLICATE_ORDER"));
    let again = world.post(ONBOARD, claims("onboard", "ouid-1", "order-3")).await;
    assert_eq!(said(&again), (409, "ACCOUNT_EXISTS"));
}

#[tokio::test]
async fn one_audit_line_a_decision_with_ids_and_nothing_personal() {
    let world = World::start(MINUTE).await;
    let personal = json!({ "name": "Nguyen Van A", "email": "a@example.vn", "jti": "jti-1" });
    let order = with(claims("onboard", "ouid-1", "order-1"), personal);
    let token = world.token(order.clone());
    for _ in 0..2 {
        world.send(Method::POST, ONBOARD, &token, Value::Null).await;
    }
    world.post(ONBOARD, with(order, json!({ "aud": "account" }))).await;
    let records = world.lines.starting_with("audit:");
    assert_eq!(records.len(), 3);
    for record in &records {
        assert!(record.contains("jti=jti-1 order_id=order-1"), "{record}");
        let signature = token.rsplit('.').next().unwrap();
        for leak in ["Nguyen", "a@example.vn", "ouid-1", signature] {
            assert!(!record.contains(leak), "{record}");
        }
    }
}

#[tokio::test]
async fn bodies_that_are_too_long_or_malformed_are_refused() {
    let world = World::start(MINUTE).await;
    world.post(ONBOARD, claims("onboard", "ouid-1", "order-1")).await;
    let token = world.token(json!({ "sub": "ouid-1" }));
    let long = json!({ "description": "x".repeat(70_000) });
    assert_eq!(world.send(Method::POST, INVOICES, &token, long).await.status, 413);
    let answer = world.send(Method::POST, INVOICES, &token, json!({ "amount": -1 })).await;
    assert_eq!(said(&answer), (400, "INVALID_BODY"));
}

#[tokio::test]
async fn a_key_of_a_rotation_is_fetched_once_and_accepted() {
    let world = World::start(Duration::from_secs(2)).await;
    let first = world.post(ONBOARD, claims("onboard", "ouid-1", "order-1")).await;
    assert_eq!(said(&first), (201, "CREATED"));
    assert_eq!(world.bank.fetches(), 1);
    let old = world.token(claims("purchase", "ouid-1", "order-2"));

    world.bank.rotate().unwrap();
    tokio::time::sleep(Duration::from_millis(2100)).await; // the cool-down
    let tokens: Vec<_> =
        (3..9).map(|n| world.token(claims("purchase", "ouid-1", &format!("order-{n}")))).collect();
    // All at once: one of them has the set fetched, and the others wait for it.
    for answer in world.post_all(PURCHASE, &tokens).await {
        assert_eq!(said(&answer), (201, "CREATED"));
    }
    assert_eq!(world.bank.fetches(), 2);
    // The key before is still published, for tokens that were under way.
    let answer = world.send(Method::POST, PURCHASE, &old, Value::Null).await;
    assert_eq!(said(&answer), (201, "CREATED"));
    assert_eq!(world.lines.starting_with("keys: the key set was taken, added key-2").len(), 1);
}

#[tokio::test]
async fn whoever_waits_for_keys_goes_on_as_soon_as_they_come() {
    let world = World::start(MINUTE).await;
    let tokens: Vec<_> = (1..5)
        .map(|n| world.token(claims("onboard", &format!("ouid-{n}"), &format!("order-{n}"))))
        .collect();
    let started = Instant::now();
    for answer in world.post_all(ONBOARD, &tokens).await {
        assert_eq!(said(&answer), (201, "CREATED"));
    }
    // The fetch would count as lost after three seconds.
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(world.bank.fetches(), 1);
}

#[tokio::test]
async fn a_spray_of_invented_key_ids_causes_one_fetch_at_most() {
    let world = World::start(MINUTE).await;
    world.warm_up(Duration::from_secs(1));
    let good = world.token(claims("onboard", "ouid-1", "order-1"));
    let (_, rest) = good.split_once('.').unwrap();
    let tokens: Vec<_> = (0..200)
        .map(|number| json!({ "alg": "RS256", "typ": "JWT", "kid": format!("invented-{number}") }))
        .map(|header| format!("{}.{rest}", base64url::encode(header.to_string())))
        .collect();
    for tokens in tokens.chunks(20) {
        for answer in world.post_all(ONBOARD, tokens).await {
            assert_eq!(said(&answer), (401, "JWT_SIGNATURE_FAIL"));
        }
    }
    assert_eq!(world.bank.fetches(), 1);
    assert_eq!(world.lines.last_audit("code"), "jwks.unknown_key");
    // And nobody else was held up.
    let answer = world.send(Method::POST, ONBOARD, &good, Value::Null).await;
    assert_eq!(said(&answer), (201, "CREATED"));
}

#[tokio::test]
async fn while_the_bank_is_down_its_last_keys_are_good() {
    let bank = Bank::new(common::ISSUER).unwrap();
    let world = World::with_keys_at(NOBODY, bank, MINUTE).await;
    // Fetched 23 hours ago by another run: stale, and due to be fetched again.
    world.warm_up(Duration::from_secs(23 * 60 * 60));
    for customer in 1..4 {
        let (ouid, order) = (format!("ouid-{customer}"), format!("order-{customer}"));
        let answer = world.post(ONBOARD, claims("onboard", &ouid, &order)).await;
        assert_eq!(said(&answer), (201, "CREATED"));
    }
    eventually(|| world.lines.starting_with("keys: no key set was taken").len() == 1).await;
}

#[tokio::test]
async fn without_keys_it_is_the_provider_that_fails_and_not_the_token() {
    let bank = Bank::new(common::ISSUER).unwrap();
    let good = start(Arc::clone(&bank).router()).await;
    let redirect = Redirect::temporary(&format!("{good}{JWKS_PATH}"));
    let wrong = [
        NOBODY.to_owned(),
        start(Router::new().route(JWKS_PATH, get(StatusCode::SERVICE_UNAVAILABLE))).await,
        start(Router::new().route(JWKS_PATH, get("<!DOCTYPE html>"))).await,
        start(Router::new().route(JWKS_PATH, get(r#"{"keys":[]}"#))).await,
        start(Router::new().route(JWKS_PATH, get(redirect))).await,
    ];
    for url in wrong {
        let world = World::with_keys_at(&url, Arc::clone(&bank), MINUTE).await;
        for _ in 0..3 {
            let answer = world.post(ONBOARD, claims("onboard", "ouid-1", "order-1")).await;
            assert_eq!(said(&answer), (500, "PARTNER_INTERNAL_ERROR"), "{url}");
            assert_eq!(world.lines.last_audit("code"), "jwks.unavailable");
        }
        assert_eq!(world.lines.starting_with("keys:").len(), 1, "one attempt a cool-down");
    }
    assert_eq!(bank.fetches(), 0, "a redirect was followed");
}

#[tokio::test]
async fn a_bank_that_hangs_holds_requests_up_for_no_longer_than_a_fetch_may_take() {
    // The system takes connections to it, and nobody ever answers them.
    let hangs = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", hangs.local_addr().unwrap());
    let world = World::with_keys_at(&url, Bank::new(common::ISSUER).unwrap(), MINUTE).await;
    let tokens: Vec<_> =
        (0..5).map(|_| world.token(claims("onboard", "ouid-1", "order-1"))).collect();
    let started = Instant::now();
    for answer in world.post_all(ONBOARD, &tokens).await {
        assert_eq!(said(&answer), (500, "PARTNER_INTERNAL_ERROR"));
    }
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_bank_that_hangs_up_leaves_no_order_half_done() {
    let bank = Bank::new(common::ISSUER).unwrap();
    let document = bank.key_set().unwrap();
    let slow = get(|| async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        document
    });
    let url = start(Router::new().route(JWKS_PATH, slow)).await;
    let world = World::with_keys_at(&url, bank, MINUTE).await;
    let order = claims("onboard", "ouid-1", "order-1");

    let address = world.provider_url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let token = world.token(order.clone());
    let request = format!(
        "POST {ONBOARD} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: 0\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(connection);

    eventually(|| !world.lines.starting_with("audit:").is_empty()).await;
    assert_eq!(world.lines.last_audit("decision"), "accepted");
    let again = world.post(ONBOARD, order).await;
    assert_eq!(said(&again), (409, "DUPLICATE_ORDER"));
    assert!(again.text("invoice_id").starts_with("inv-"), "the order was left in flight");
}

#[tokio::test]
async fn keys_come_by_https_or_from_this_machine() {
    for url in ["http://bank.example.vn/jwks", "http://localhost:8081/jwks", "ftp://127.0.0.1/jwks"]
    {
        let refused = BankKeys::new(url, MINUTE, Lines::default().log()).err().unwrap();
        assert_eq!(refused.to_string(), "the URL of the key set is not https", "{url}");
    }
    let lines = Lines::default();
    // What cannot fetch by https says so at the start, not at the first token.
    let https = BankKeys::new("https://bank.example.vn/jwks", MINUTE, lines.log());
    assert_eq!(https.is_ok(), cfg!(feature = "https"));
    assert!(BankKeys::new("http://127.0.0.1:8081/jwks", MINUTE, lines.log()).is_ok());
    assert_eq!(lines.starting_with("WARNING: keys from http://127.0.0.1:8081/jwks").len(), 1);
}

/// Port 1 is assigned to a service that nobody has run for decades.
const NOBODY: &str = "http://127.0.0.1:1";
