//! Whole verifications of webhooks: countersign, standardwebhooks, webhook-verify, and what a host would write itself
//! for document 003.
//!
//! Each takes the headers in its own form, made beforehand; keys are prepared once where the peer can. The message is of
//! today, because the peers read the machine's clock. What a host writes for Zalo is `serde_json`, sorted keys and one
//! SHA-256; it prints numbers as Rust does, so the bodies here have none on which that differs.

use std::hint::black_box;
use std::time::SystemTime;

use countersign::headers::Headers;
use countersign::time::UnixTime;
use countersign::webhook::providers::{GITHUB, STANDARD_WEBHOOKS};
use countersign::webhook::zalo::{MINI_APP, MiniApp};
use countersign::webhook::{Message, Scheme, Signer, Verifier};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::Value;
use sha2::{Digest, Sha256};
use webhook_verify::{Provider, Secret};

const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const API_KEY: &str = "zalo-mini-app-api-key";

/// 1 KiB of JSON, as a webhook has it.
fn body() -> Vec<u8> {
    let order = r#"{"sku":"CF-01","qty":2,"price":45000,"note":"Cà phê sữa đá"},"#;
    let mut body = format!(r#"{{"type":"order.paid","items":[{}"#, order.repeat(14));
    body.truncate(1_022);
    body.push_str("]}");
    body.into()
}

/// The fields of a message, as a server hands them on: the signature stands among others.
fn fields(scheme: Scheme, body: &[u8], now: UnixTime) -> Vec<(String, String)> {
    let id: [(&str, &[u8]); 1] = [("webhook-id", b"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk")];
    let signer = Signer::new(scheme, WHSEC).unwrap();
    let signed = signer.sign(&Message::new(&Headers::new(&id), body), now).unwrap();
    let mut fields: Vec<(&str, &[u8])> = vec![
        ("host", b"shop.example"),
        ("user-agent", b"Provider/1.0"),
        ("content-type", b"application/json"),
        ("content-length", b"1024"),
    ];
    fields.extend(id);
    fields.extend(signed.fields());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    fields.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect()
}

fn header_schemes(c: &mut Criterion) {
    let now = UnixTime::from(SystemTime::now());
    let body = body();
    for (scheme, provider) in
        [(STANDARD_WEBHOOKS, Provider::StandardWebhooks), (GITHUB, Provider::GitHub)]
    {
        let sent = fields(scheme, &body, now);
        let mut group = c.benchmark_group(scheme.name());

        let verifier = Verifier::builder(scheme).secret("2025", WHSEC).build().unwrap();
        let lines: Vec<_> = sent.iter().map(|(name, value)| (&**name, value.as_bytes())).collect();
        group.bench_function("countersign", |b| {
            b.iter(|| {
                let headers = Headers::new(black_box(&lines));
                verifier.verify(&Message::new(&headers, &body), now).map(|_| ()).unwrap()
            });
        });
        if scheme == STANDARD_WEBHOOKS {
            let peer = standardwebhooks::Webhook::new(WHSEC).unwrap();
            let headers: http::HeaderMap = sent
                .iter()
                .map(|(name, value)| {
                    (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap())
                })
                .collect();
            group.bench_function("standardwebhooks", |b| {
                b.iter(|| peer.verify(black_box(&body), &headers).unwrap());
            });
        }
        let secret = Secret::new(WHSEC);
        group.bench_function("webhook-verify", |b| {
            b.iter(|| {
                let options = Default::default();
                webhook_verify::verify(provider, &sent, black_box(&body), &secret, options).unwrap()
            });
        });
        group.finish();
    }
}

fn zalo(c: &mut Criterion) {
    let now = UnixTime::from_millis(1_670_553_443_000);
    let ours = MiniApp::builder("2646373759294038927").api_key("2025", API_KEY).build().unwrap();
    let signer = Signer::new(MINI_APP, API_KEY).unwrap();
    for (name, body) in bodies() {
        let signed = signer.sign(&Message::new(&Headers::new(&[]), &body), now).unwrap();
        let fields = signed.fields();
        let mut group = c.benchmark_group(format!("zalo {name}"));
        group.bench_function("countersign", |b| {
            b.iter(|| {
                let headers = Headers::new(black_box(&fields));
                ours.verify_unstructured(&headers, &body, now).map(|_| ()).unwrap()
            });
        });
        group.bench_function("serde_json", |b| {
            b.iter(|| assert!(naive(black_box(&body), signed.signature())));
        });
        group.finish();
    }
}

/// As a host would write it from the document's JavaScript.
fn naive(body: &[u8], signature: &str) -> bool {
    let Ok(Value::Object(data)) = serde_json::from_slice(body) else { return false };
    let mut keys: Vec<_> = data.keys().collect();
    keys.sort();
    let mut content = String::new();
    for key in keys {
        match &data[key] {
            Value::String(text) => content.push_str(text),
            value => content.push_str(&value.to_string()),
        }
    }
    content.push_str(API_KEY);
    let digest = Sha256::digest(content.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex == signature
}

/// Three of the bodies that `benches/javascript.rs` writes for Node.
fn bodies() -> [(&'static str, Vec<u8>); 3] {
    let orders = |size: usize| {
        let list = vec![ORDER; size / ORDER.len()].join(",");
        let end = r#""appId":"2646373759294038927"}"#;
        format!(r#"{{"event":"order.paid","timestamp":1670553442564,"orders":[{list}],{end}"#)
            .into()
    };
    [("200B", EVENT.into()), ("2KiB", orders(2 << 10)), ("20KiB", orders(20 << 10))]
}

const EVENT: &str = r#"{"event":"user.revoke.consent","appId":"2646373759294038927","timestamp":1670553442564,"userId":"644047671499938107249","oaId":"4318657068771012646","reason":"user request","attempt":1,"test":false,"x":""}"#;

const ORDER: &str = r#"{"orderId":"20251122-000123","amount":1250000,"currency":"VND","paid":true,"voucher":null,"desc":"Cà phê sữa đá, giao trước 9h","buyer":{"name":"Nguyễn Thị Hạnh","phone":"+84 901 234 567","tier":3},"items":[{"sku":"CF-01","qty":2,"price":45000},{"sku":"TRA-7","qty":1,"price":39000.5}]}"#;

criterion_group!(benches, header_schemes, zalo);
criterion_main!(benches);
