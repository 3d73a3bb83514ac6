//! Key sets: reading a document, and looking a key up in the shared cache from one and two threads.
//!
//! `cargo bench --bench jwks`. Reading includes every import check: sizes, ROCA, points on their curves.

use std::hint::black_box;
use std::time::Instant;

use countersign::jwks::{JwkSet, JwksCache, Lookup, Response, SharedJwksCache};
use countersign::key::SigningKey;
use countersign::time::UnixTime;
use criterion::{Criterion, criterion_group, criterion_main};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_700);

/// A set of `count` RSA keys, under ids of their own.
fn document(count: usize) -> String {
    let key = |id: usize| {
        let pem = include_str!("../tests/keys/rsa2048.pem");
        SigningKey::from_pem(pem).unwrap().with_id(format!("key-{id}")).public_jwk().unwrap()
    };
    format!("{{\"keys\":[{}]}}", (0..count).map(key).collect::<Vec<_>>().join(","))
}

fn cache(keys: usize) -> SharedJwksCache {
    let cache = SharedJwksCache::new(JwksCache::builder().build().unwrap());
    let Lookup::Fetch(ticket) = cache.lookup("key-0", NOW) else { panic!("no ticket") };
    let document = document(keys);
    let body = document.as_bytes();
    let response = Response { status: 200, body, cache_control: None, age: None };
    assert_eq!(cache.handle_response(ticket, response, NOW).alarms().count(), 0);
    cache
}

fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("JwkSet::parse");
    for keys in [8, 100] {
        let document = document(keys);
        group.bench_function(format!("{keys} RSA keys"), |b| {
            b.iter(|| JwkSet::parse(black_box(document.as_bytes())).unwrap());
        });
    }
    group.finish();
}

fn look_up(c: &mut Criterion) {
    let cache = cache(8);
    let mut group = c.benchmark_group("SharedJwksCache::lookup");
    for (name, id) in [("found", "key-5"), ("unknown, in the cool-down", "key-99")] {
        group.bench_function(format!("{name}, 1 thread"), |b| {
            b.iter(|| cache.lookup(black_box(id), NOW));
        });
        group.bench_function(format!("{name}, 2 threads"), |b| {
            b.iter_custom(|rounds| {
                let start = Instant::now();
                std::thread::scope(|scope| {
                    for _ in 0..2 {
                        scope.spawn(|| {
                            (0..rounds).for_each(|_| drop(black_box(cache.lookup(id, NOW))));
                        });
                    }
                });
                start.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, read, look_up);
criterion_main!(benches);
