//! The bounded store beside a map that forgets nothing: nothing that counts is lost, nothing is used twice.

#![no_main]

use std::collections::HashMap;
use std::time::Duration;

use countersign::guard::MemoryStore;
use countersign::time::UnixTime;
use countersign::verified::{Expect, Record, Step, StoreAnswer};
use countersign_fuzz::{below, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const START: i64 = 1_735_180_623_000;

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let capacity = below(&mut input, 7);
    let mut model = Model::new(capacity);
    let mut now = START;
    while !input.is_empty() {
        let second = 1_000 * i64::try_from(below(&mut input, 400)).unwrap();
        match below(&mut input, 10) {
            0 => now += second,
            1 => now -= second,
            2 => now += 90 * second,
            3 => now += 7,
            4 => model.restart_of_the_clock(&mut now),
            _ => {
                let step = step(&mut input, now);
                model.apply(&step, UnixTime::from_millis(now));
            }
        }
    }
});

fn step(input: &mut Unstructured<'_>, now: i64) -> Step {
    let mut key = [0; 32];
    // Few enough to meet again, in few enough chains to share.
    key[0] = u8::try_from(below(input, 12)).unwrap();
    let record = |input: &mut Unstructured<'_>| {
        Record::new(pick(input, &[&[1][..], &[2], &[2, 5], &[2, 5, 6], &[3; 256]])).unwrap()
    };
    let expect = match below(input, 3) {
        0 => Expect::State(record(input)),
        _ => Expect::Absent,
    };
    let lasts = *pick(input, &[&1, &999, &60_000, &360_000, &1_100_000, &90_000_000, &0, &-5_000]);
    Step::new(key, expect, record(input), UnixTime::from_millis(now + lasts))
}

struct Model {
    store: MemoryStore,
    capacity: usize,
    /// The latest moment seen, as the store's documentation says it moves.
    mark: i64,
    entries: HashMap<[u8; 32], (Record, UnixTime)>,
    /// Every deadline under which a key was ever put.
    used: HashMap<[u8; 32], UnixTime>,
    /// The latest deadline among all that ended, dropped or not.
    ended: UnixTime,
}

impl Model {
    fn new(capacity: usize) -> Self {
        let store = MemoryStore::new(capacity, UnixTime::from_millis(START));
        assert_eq!(store.capacity(), capacity);
        let (entries, used) = (HashMap::new(), HashMap::new());
        Self { store, capacity, mark: START, entries, used, ended: UnixTime::MIN }
    }

    /// Back to the start, as after a bad answer of a time server.
    fn restart_of_the_clock(&self, now: &mut i64) {
        *now = START;
    }

    fn apply(&mut self, step: &Step, now: UnixTime) {
        self.mark = self.mark.max(now.as_millis().min(self.mark + 300_000));
        let answer = self.store.apply(step, now);
        let held = self.entries.get(step.key());
        let ended = |until: &UnixTime| until.as_secs() < self.mark.div_euclid(1000);
        let late = self.entries.values().map(|(_, until)| *until).filter(ended);
        self.ended = late.fold(self.ended, UnixTime::max);
        match (&answer, step.expect(), held) {
            (StoreAnswer::Applied, Expect::Absent, held) => {
                assert!(held.is_none_or(|(_, until)| ended(until)), "a live entry was dropped");
                let before = self.used.get(step.key());
                assert!(before.is_none_or(|before| *before < step.until()), "used twice");
            }
            (StoreAnswer::Applied, Expect::State(front), held) => {
                let (record, _) = held.expect("a state of nothing");
                assert!(record.as_bytes().starts_with(front.as_bytes()));
            }
            (StoreAnswer::Refused(Some(found)), expect, held) => {
                let (record, _) = held.expect("a record that nobody wrote");
                assert_eq!(found, record);
                if let Expect::State(front) = expect {
                    assert!(!record.as_bytes().starts_with(front.as_bytes()));
                }
            }
            (StoreAnswer::Refused(None), expect, held) => {
                assert!(matches!(expect, Expect::State(_)));
                assert!(held.is_none_or(|(_, until)| ended(until)), "a live entry was dropped");
            }
            (StoreAnswer::Unavailable, expect, held) => {
                assert_eq!(expect, &Expect::Absent);
                assert!(held.is_none_or(|(_, until)| ended(until)), "the answer is known");
                let live = self.entries.values().filter(|(_, until)| !ended(until));
                let full = live.count() >= self.capacity;
                assert!(full || step.until() <= self.ended, "there was room");
            }
        }
        if answer == StoreAnswer::Applied {
            let until = match step.expect() {
                Expect::Absent => step.until(),
                Expect::State(_) => {
                    held.map_or(step.until(), |(_, until)| step.until().max(*until))
                }
            };
            self.entries.insert(*step.key(), (step.put().clone(), until));
            let used = self.used.entry(*step.key()).or_insert(until);
            *used = until.max(*used);
        }
        assert!(self.store.len() <= self.capacity);
        assert!(self.store.len() <= self.entries.len());
        let live = self.entries.values().filter(|(_, until)| !ended(until)).count();
        assert!(self.store.len() >= live, "a live entry was dropped");
        // The same step again: what was applied from nothing is never applied twice.
        if answer == StoreAnswer::Applied && step.expect() == &Expect::Absent {
            let again = self.store.apply(step, now.saturating_add(Duration::from_secs(1)));
            self.mark = self.mark.max((now.as_millis() + 1_000).min(self.mark + 300_000));
            assert_eq!(again, StoreAnswer::Refused(Some(step.put().clone())));
        }
    }
}
