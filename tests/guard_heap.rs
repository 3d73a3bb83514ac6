//! What the in-memory store costs (reliability G13).

use allocation_counter::measure;
use countersign::guard::MemoryStore;
use countersign::time::UnixTime;
use countersign::verified::{Expect, Record, Step, StoreAnswer};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);
const UNTIL: UnixTime = UnixTime::from_secs(1_735_181_013);
const REPLAY: Record = Record::state(1);

fn step(index: usize) -> Step {
    let key = countersign::digest::sha256(&[&index.to_be_bytes()]);
    Step::new(key, Expect::Absent, REPLAY, UNTIL)
}

#[test]
fn an_entry_costs_at_most_64_bytes_of_heap_at_any_capacity() {
    for capacity in [1_000, 10_000, 65_536, 100_000] {
        let mut store = None;
        let heap = measure(|| {
            let store = store.insert(MemoryStore::new(capacity, NOW));
            for index in 0..capacity {
                assert_eq!(store.apply(&step(index), NOW), StoreAnswer::Applied);
            }
        });
        let allowed = u64::try_from(capacity).unwrap() * 64 + 4096;
        assert!(heap.bytes_max <= allowed, "{capacity} entries took {} bytes", heap.bytes_max);
        assert_eq!(store.map(|store| store.len()), Some(capacity));
    }
}

#[test]
fn nothing_is_allocated_for_a_replay_step_after_the_store_was_made() {
    let store = MemoryStore::new(1_000, NOW);
    let steps: Vec<Step> = (0..2_000).map(step).collect();
    let later = UNTIL.saturating_add(std::time::Duration::from_secs(2));
    let renewed = |index: usize| {
        Step::new(*steps[index].key(), Expect::Absent, REPLAY, UnixTime::from_secs(1_735_191_013))
    };
    let mut answers = [0; 3];
    let mut count = |phase: usize, answer: StoreAnswer| {
        answers[phase] += usize::from(answer == StoreAnswer::Applied);
    };
    let heap = measure(|| {
        for step in &steps {
            count(0, store.apply(step, NOW)); // until there is no room
        }
        for step in &steps {
            count(1, store.apply(step, NOW)); // replayed, and no room still
        }
        for index in 0..2_000 {
            count(2, store.apply(&renewed(index), later)); // those that have ended make room
        }
    });
    assert_eq!(answers, [1_000, 0, 1_000]);
    assert_eq!((heap.count_total, store.len()), (0, 1_000));
}
