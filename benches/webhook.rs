//! Whole verifications beside their floor: the bare MAC, or SHA-256 of body and key, over the same
//! bytes.
//!
//! `cargo bench --bench webhook`; the README's ratios come from here.

use std::hint::black_box;

use countersign::digest::Sha256;
use countersign::headers::Headers;
use countersign::key::{MacAlgorithm, MacKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use countersign::webhook::providers::{GITHUB, STANDARD_WEBHOOKS, STRIPE};
use countersign::webhook::zalo::{MINI_APP, MiniApp};
use countersign::webhook::{Message, Scheme, Signer, Verifier};
use criterion::{Criterion, criterion_group, criterion_main};

criterion_group!(benches, header_schemes, zalo);
criterion_main!(benches);

const NOW: UnixTime = UnixTime::from_millis(1_670_553_443_000);
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

fn header_schemes(criterion: &mut Criterion) {
    for (scheme, secret) in [(STANDARD_WEBHOOKS, WHSEC), (STRIPE, WHSEC), (GITHUB, WHSEC)] {
        let body = body();
        let id: [(&str, &[u8]); 1] = [("webhook-id", b"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk")];
        let signed = Signer::new(scheme, secret)
            .unwrap()
            .sign(&Message::new(&Headers::new(&id), &body), NOW)
            .unwrap();
        // As a server hands them on: the signature stands among others.
        let mut fields: Vec<(&str, &[u8])> = vec![
            ("host", b"shop.example"),
            ("user-agent", b"Provider/1.0"),
            ("content-type", b"application/json"),
            ("content-length", b"1024"),
        ];
        fields.extend(id);
        fields.extend(signed.fields());
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, &body);
        let verifier = Verifier::builder(scheme).secret("2025", secret).build().unwrap();
        let key = MacKey::new(
            MacAlgorithm::HmacSha256,
            &Secret::new("0123456789abcdef01234567").unwrap(),
        );
        let text = signed_text(scheme, &body);

        let mut group = criterion.benchmark_group(scheme.name());
        group.bench_function("floor", |bencher| {
            bencher.iter(|| key.tag(black_box(&text)).as_bytes()[0]);
        });
        group.bench_function("verify", |bencher| {
            bencher.iter(|| verifier.verify(black_box(&message), NOW).unwrap());
        });
        let forged = Message::new(&headers, &body[1..]);
        group.bench_function("refused", |bencher| {
            bencher.iter(|| verifier.verify(black_box(&forged), NOW).is_err());
        });
        group.finish();
    }
}

fn signed_text(scheme: Scheme, body: &[u8]) -> Vec<u8> {
    let head = if scheme == STANDARD_WEBHOOKS { "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk." } else { "" };
    [head.as_bytes(), b"1670553443.", body].concat()
}

fn zalo(criterion: &mut Criterion) {
    let zalo = MiniApp::builder("2646373759294038927").api_key("2025", API_KEY).build().unwrap();
    let signer = Signer::new(MINI_APP, API_KEY).unwrap();
    let none = Headers::new(&[]);
    for (name, body) in bodies() {
        let signature = signer.sign(&Message::new(&none, &body), NOW).unwrap();
        let fields = signature.fields();
        let headers = Headers::new(&fields);
        let mut group = criterion.benchmark_group(format!("zalo {name}"));
        group.bench_function("floor", |bencher| {
            bencher.iter(|| {
                let mut digest = Sha256::new();
                digest.update(black_box(&body));
                digest.update(API_KEY.as_bytes());
                digest.finish()
            });
        });
        if name == "event" {
            group.bench_function("event", |bencher| {
                bencher.iter(|| zalo.verify_event(&headers, black_box(&body), NOW).unwrap());
            });
        }
        group.bench_function("unstructured", |bencher| {
            bencher.iter(|| zalo.verify_unstructured(&headers, black_box(&body), NOW).unwrap());
        });
        group.finish();
    }
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let order = r#"{"orderId":"20251122-000123","amount":1250000,"desc":"Cà phê sữa đá","items":[{"sku":"CF-01","qty":2}]}"#;
    let orders = |size: usize| {
        let list = vec![order; size / order.len()].join(",");
        format!(r#"{{"event":"order.paid","timestamp":1670553442564,"orders":[{list}]}}"#).into()
    };
    vec![
        (
            "event",
            br#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","event":"biometric.verify.success","timestamp":1670553442564}"#.to_vec(),
        ),
        (
            "200 B",
            br#"{"event":"user.revoke.consent","appId":"2646373759294038927","timestamp":1670553442564,"userId":"644047671499938107249","oaId":"4318657068771012646","reason":"user request","attempt":1,"test":false,"x":""}"#.to_vec(),
        ),
        ("2 KiB", orders(2 << 10)),
        ("20 KiB", orders(20 << 10)),
    ]
}
