//! The text that document `003` signs, written into SHA-256, beside its floor: SHA-256 of the body
//! and the key.
//!
//! With `COUNTERSIGN_BODIES_TO=DIR` the bodies are written to DIR, for `node benches/node/zalo.mjs
//! DIR/*`.
#![allow(missing_docs, reason = "criterion_group makes public functions")]

use std::hint::black_box;

use countersign::digest::Sha256;
use countersign::javascript::{self, Limits, Profile};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const KEY: &[u8] = b"zalo-mini-app-api-key";
const LIMITS: Limits = Limits::WEBHOOK.with_max_bytes(4 << 20);

criterion_group!(benches, zalo, refusals);
criterion_main!(benches);

fn zalo(criterion: &mut Criterion) {
    for (name, body) in bodies() {
        let mut group = criterion.benchmark_group(&name);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function("floor", |bencher| bencher.iter(|| floor(black_box(&body))));
        group.bench_function("signed", |bencher| bencher.iter(|| signed(black_box(&body))));
        group.finish();
        if let Some(folder) = std::env::var_os("COUNTERSIGN_BODIES_TO") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.json")), &body)
                .unwrap();
        }
    }
}

fn refusals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("refused");
    let too_large = vec![b' '; 64 * 1024 + 1];
    let too_deep = vec![b'['; 64 * 1024];
    for (name, body) in [("too large", too_large), ("too deep", too_deep)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                javascript::parse(black_box(&body), Profile::Node, Limits::WEBHOOK).is_err()
            });
        });
    }
    group.finish();
}

fn floor(body: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(body);
    digest.update(KEY);
    digest.finish()
}

fn signed(body: &[u8]) -> [u8; 32] {
    let document = javascript::parse(body, Profile::Node, LIMITS).unwrap();
    let mut digest = Sha256::new();
    document.write_sorted_values(&mut digest).unwrap();
    digest.update(KEY);
    digest.finish()
}

fn bodies() -> Vec<(String, Vec<u8>)> {
    let mut bodies = vec![("200B".to_owned(), EVENT.as_bytes().to_vec())];
    let sizes = [("2KiB", 2 << 10), ("20KiB", 20 << 10), ("200KiB", 200 << 10), ("2MiB", 2 << 20)];
    for (name, size) in sizes {
        bodies.push((name.to_owned(), orders(size, ORDER)));
    }
    for (name, order) in
        [("spaced", SPACED), ("escaped", ESCAPED), ("reordered", REORDERED), ("doubles", DOUBLES)]
    {
        bodies.push((format!("20KiB {name}"), orders(20 << 10, order)));
    }
    bodies.push(("20KiB nested".to_owned(), nested(20 << 10)));
    for (name, size) in sizes {
        bodies.push((format!("{name} flat"), flat(size)));
    }
    bodies
}

/// The two documented events have three and four fields; this one has some more, to be 200 bytes
/// long.
const EVENT: &str = r#"{"event":"user.revoke.consent","appId":"2646373759294038927","timestamp":1670553442564,"userId":"644047671499938107249","oaId":"4318657068771012646","reason":"user request","attempt":1,"test":false,"x":""}"#;

/// An event with a list of orders, as `JSON.stringify` prints it.
const ORDER: &str = r#"{"orderId":"20251122-000123","amount":1250000,"currency":"VND","paid":true,"voucher":null,"desc":"Cà phê sữa đá, giao trước 9h","buyer":{"name":"Nguyễn Thị Hạnh","phone":"+84 901 234 567","tier":3},"items":[{"sku":"CF-01","qty":2,"price":45000},{"sku":"TRA-7","qty":1,"price":39000.5}]}"#;
/// The same as Python's `json.dumps` spaces it.
const SPACED: &str = r#"{"orderId": "20251122-000123", "amount": 1250000, "currency": "VND", "paid": true, "voucher": null, "desc": "Cà phê sữa đá, giao trước 9h", "buyer": {"name": "Nguyễn Thị Hạnh", "phone": "+84 901 234 567", "tier": 3}, "items": [{"sku": "CF-01", "qty": 2, "price": 45000}, {"sku": "TRA-7", "qty": 1, "price": 39000.5}]}"#;
/// The same as PHP's `json_encode` escapes it.
const ESCAPED: &str = r#"{"orderId":"20251122-000123","amount":1250000,"currency":"VND","paid":true,"voucher":null,"desc":"C\u00e0 ph\u00ea s\u1eefa \u0111\u00e1, giao tr\u01b0\u1edbc 9h","buyer":{"name":"Nguy\u1ec5n Th\u1ecb H\u1ea1nh","phone":"+84 901 234 567","tier":3},"items":[{"sku":"CF\/01","qty":2,"price":45000},{"sku":"TRA\/7","qty":1,"price":39000.5}]}"#;
/// Objects whose keys are numbers, or repeat.
const REORDERED: &str = r#"{"20251122":{"orderId":"000123","amount":1250000,"amount":1350000},"7":{"b":1,"a":2,"10":3,"9":4,"01":5},"3":[{"x":1,"2":2,"1":1}]}"#;
/// Numbers that need all their digits.
const DOUBLES: &str = r"[0.30000000000000004,10.823098999999999,106.69709799999999,1.7976931348623157e-8,12345678901234567890]";

fn orders(size: usize, order: &str) -> Vec<u8> {
    let count = size / order.len();
    let list = vec![order; count.max(1)].join(",");
    format!(r#"{{"event":"order.paid","timestamp":1670553442564,"orders":[{list}],"appId":"2646373759294038927"}}"#).into()
}

/// Branches of twenty levels.
fn nested(size: usize) -> Vec<u8> {
    let branch =
        format!("{}{}{}", r#"{"left":[1,"#.repeat(10), "\"leaf\"", r#"],"right":"r"}"#.repeat(10));
    orders(size, &branch)
}

/// Members by the thousand, in no order.
fn flat(size: usize) -> Vec<u8> {
    let mut body = String::from("{");
    let mut name = 1_u32;
    while body.len() < size {
        // A step coprime to 2^32 visits names in no order.
        name = name.wrapping_mul(2_654_435_761).wrapping_add(7);
        body.push_str(&format!("\"field{name:010}\":\"value of {name}\","));
    }
    body.push_str("\"end\":1}");
    body.into()
}
