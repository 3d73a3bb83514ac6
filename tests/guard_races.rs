//! Many threads, one store: what may happen once happens once (reliability C01, G12, L1, L2).

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use countersign::guard::{
    MemoryStore, OrderError, OrderKey, OrderLedger, Reservation, Reserved, store_conformance,
};
use countersign::time::UnixTime;
use countersign::verified::{Expect, Record, Step, StoreAnswer};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);

/// The answers of `threads` threads that all begin at once.
fn together<T: Send>(threads: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (barrier, act) = (Barrier::new(threads), &act);
    thread::scope(|scope| {
        let begin = |thread| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                act(thread)
            })
        };
        let begun: Vec<_> = (0..threads).map(begin).collect();
        begun.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Keys that are spread as digests are, without their cost.
fn step(id: u64, until: UnixTime) -> Step {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&id.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    key[8..16].copy_from_slice(&id.to_be_bytes());
    Step::new(key, Expect::Absent, Record::state(1), until)
}

#[test]
fn every_race_has_one_winner() {
    // C01, and the conformance races themselves.
    for threads in [2, 4, 8] {
        let store = MemoryStore::new(1_000, NOW);
        for round in 0..100_u32 {
            for race in store_conformance::races(&round.to_be_bytes(), threads, NOW) {
                if let Some(first) = race.prepare() {
                    assert_eq!(store.apply(first, NOW), StoreAnswer::Applied);
                }
                let contenders = race.contenders();
                let answers = together(threads, |thread| store.apply(&contenders[thread], NOW));
                assert_eq!(race.check(&answers), Ok(()));
            }
        }
    }
}

#[test]
fn a_million_presentations_by_many_threads_accept_each_name_once() {
    // G12 in small: no double, no loss.
    const PRESENTATIONS: u64 = 1_000_000;
    for threads in [2, 4, 8] {
        let names = PRESENTATIONS / 3 / threads;
        let until = NOW.saturating_add(Duration::from_secs(390));
        let steps: Vec<Step> = (0..names).map(|id| step(id, until)).collect();
        let store = MemoryStore::new(steps.len(), NOW);
        let accepted = together(usize::try_from(threads).unwrap(), |_| {
            let answers = steps.iter().map(|step| store.apply(step, NOW));
            answers.filter(|answer| *answer == StoreAnswer::Applied).count()
        });
        assert_eq!(accepted.iter().sum::<usize>(), steps.len());
        assert_eq!(store.len(), steps.len());
    }
}

#[test]
fn threads_that_make_room_for_each_other_accept_no_name_twice() {
    // L2: insertion against dropping, at the very edge; the store holds a tenth of what is presented.
    const THREADS: usize = 4;
    const NAMES: u64 = 20_000;
    let store = MemoryStore::new(2_000, NOW);
    let accepted = together(THREADS, |_| {
        let present = |id: u64| {
            let now = NOW.saturating_add(Duration::from_millis(id * 10));
            store.apply(&step(id, now.saturating_add(Duration::from_secs(15))), now)
        };
        (0..NAMES).filter(|id| present(*id) == StoreAnswer::Applied).collect::<Vec<_>>()
    });
    let mut names = accepted.concat();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "a name was accepted twice");
    assert!(all > 2_000, "no room was ever made");
}

#[test]
fn one_of_many_attempts_reserves_an_order_new_or_abandoned() {
    let ledger = OrderLedger::default();
    for threads in [2, 4, 8] {
        let store = MemoryStore::new(1_000, NOW);
        for round in 0..100 {
            let order =
                OrderKey::new("https://bank.example.vn", &format!("order-{round}")).unwrap();
            for again in 0..3 {
                let attempts = together(threads, |thread| -> Result<Reservation, OrderError> {
                    let attempt = [again, u8::try_from(thread).unwrap()];
                    let mut pending = ledger.reserve(&order, &[7; 32], &attempt, NOW);
                    loop {
                        let answer = store.apply(pending.step(), NOW);
                        match pending.finish(answer, NOW)? {
                            Reserved::Held(reservation) => return Ok(reservation),
                            Reserved::Again(next) => pending = next,
                        }
                    }
                });
                let until = NOW.saturating_add(OrderLedger::LEASE);
                let (held, refused): (Vec<_>, Vec<_>) =
                    attempts.into_iter().partition(Result::is_ok);
                for refusal in refused {
                    assert_eq!(refusal.unwrap_err(), OrderError::InFlight { until });
                }
                let [Ok(reservation)] = held.as_slice() else {
                    panic!("{} attempts hold the order", held.len());
                };
                let abandoned = reservation.abandon();
                assert_eq!(abandoned.finish(store.apply(abandoned.step(), NOW)), Ok(()));
            }
        }
    }
}
