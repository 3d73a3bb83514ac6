//! Single use in memory: new entries, and one presented again.
//!
//! `cargo bench --bench guard`.

use std::time::{Duration, Instant};

use countersign::digest::sha256;
use countersign::guard::MemoryStore;
use countersign::time::UnixTime;
use countersign::verified::{Expect, Record, Step, StoreAnswer};
use criterion::{Criterion, criterion_group, criterion_main};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_700);
const CAPACITY: usize = 1_000_000;

fn step(number: u64) -> Step {
    let key = sha256(&[&number.to_be_bytes()]);
    let until = NOW.saturating_add(Duration::from_secs(390));
    Step::new(key, Expect::Absent, Record::state(1), until)
}

fn single_use(c: &mut Criterion) {
    let mut group = c.benchmark_group("MemoryStore::apply");
    group.bench_function("a new entry", |b| {
        b.iter_custom(|rounds| {
            let steps: Vec<_> = (0..rounds.min(CAPACITY as u64)).map(step).collect();
            let mut spent = Duration::ZERO;
            for _ in 0..rounds.div_ceil(CAPACITY as u64) {
                let store = MemoryStore::new(CAPACITY, NOW);
                let start = Instant::now();
                for step in &steps {
                    assert_eq!(store.apply(step, NOW), StoreAnswer::Applied);
                }
                spent += start.elapsed();
            }
            spent
        });
    });
    let store = MemoryStore::new(CAPACITY, NOW);
    let again = step(7);
    assert_eq!(store.apply(&again, NOW), StoreAnswer::Applied);
    group.bench_function("presented again", |b| {
        b.iter(|| assert!(matches!(store.apply(&again, NOW), StoreAnswer::Refused(Some(_)))));
    });
    group.finish();
}

criterion_group!(benches, single_use);
criterion_main!(benches);
