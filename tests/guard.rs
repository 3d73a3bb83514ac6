//! The in-memory store, the order ledger and the conformance cases. Rows (C04, T08) are those of the
//! project's notes on reliability.

use std::collections::HashMap;
use std::time::Duration;

use countersign::digest::fingerprint;
use countersign::guard::{
    ConformanceError, LedgerProblem, MemoryStore, OrderError, OrderKey, OrderLedger, Outcome,
    Reservation, Reserved, store_conformance,
};
use countersign::time::{HighWater, UnixTime};
use countersign::verified::{Expect, Record, Step, StoreAnswer};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);

fn after(seconds: u64) -> UnixTime {
    NOW.saturating_add(Duration::from_secs(seconds))
}

fn once(key: u8, until: UnixTime) -> Step {
    Step::new([key; 32], Expect::Absent, Record::state(1), until)
}

fn replayed() -> StoreAnswer {
    StoreAnswer::Refused(Some(Record::state(1)))
}

mod memory {
    use super::*;

    #[test]
    fn a_full_store_refuses_and_evicts_nothing() {
        // C04.
        let store = MemoryStore::new(2, NOW);
        assert_eq!(store.apply(&once(1, after(360)), NOW), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(2, after(360)), NOW), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(3, after(360)), NOW), StoreAnswer::Unavailable);
        assert_eq!(store.apply(&once(1, after(360)), NOW), replayed());
        assert_eq!(store.apply(&once(2, after(360)), NOW), replayed());
        assert_eq!((store.len(), store.capacity()), (2, 2));
        let none = MemoryStore::new(0, NOW);
        assert_eq!(none.apply(&once(1, after(360)), NOW), StoreAnswer::Unavailable);
    }

    #[test]
    fn steps_that_are_refused_add_nothing() {
        let store = MemoryStore::new(100, NOW);
        for key in 0..=u8::MAX {
            let expect = Expect::State(Record::state(1));
            let step = Step::new([key; 32], expect, Record::state(2), after(360));
            assert_eq!(store.apply(&step, NOW), StoreAnswer::Refused(None));
        }
        assert!(store.is_empty());
    }

    #[test]
    fn what_has_ended_makes_room_the_earliest_first() {
        let store = MemoryStore::new(2, NOW);
        assert_eq!(store.apply(&once(1, after(200)), NOW), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(2, after(100)), NOW), StoreAnswer::Applied);
        // An entry is kept to the end of the second in which it ends.
        assert_eq!(store.apply(&once(3, after(500)), after(100)), StoreAnswer::Unavailable);
        assert_eq!(store.apply(&once(3, after(500)), after(101)), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(1, after(200)), after(101)), replayed());
        // Nothing tells whether the entry that was dropped was this one.
        assert_eq!(store.apply(&once(2, after(100)), after(101)), StoreAnswer::Unavailable);
        assert_eq!(store.apply(&once(4, after(100)), after(300)), StoreAnswer::Unavailable);
    }

    #[test]
    fn an_entry_that_ends_in_this_very_second_is_kept() {
        // At the moment the store was made, and one turn (1024 s) of its wheel later.
        for (until, now) in [(NOW, NOW), (after(1_024), after(1_024))] {
            let store = MemoryStore::new(1, NOW);
            assert_eq!(store.apply(&once(1, until), NOW), StoreAnswer::Applied);
            for _ in 0..5 {
                assert_eq!(store.apply(&once(1, until), now), replayed());
            }
            assert_eq!(store.apply(&once(2, after(9_000)), now), StoreAnswer::Unavailable);
            assert_eq!(store.apply(&once(1, until), now), replayed());
        }
    }

    #[test]
    fn an_entry_that_was_renewed_outlives_its_first_end() {
        let store = MemoryStore::new(1, NOW);
        assert_eq!(store.apply(&once(1, after(10)), NOW), StoreAnswer::Applied);
        let expect = Expect::State(Record::state(1));
        let renewed = Step::new([1; 32], expect, Record::state(2), after(5_000));
        assert_eq!(store.apply(&renewed, NOW), StoreAnswer::Applied);
        for now in (0..5_000).step_by(100).map(after) {
            assert_eq!(store.apply(&once(2, after(9_000)), now), StoreAnswer::Unavailable);
        }
        assert_eq!(store.apply(&once(2, after(9_000)), after(5_001)), StoreAnswer::Applied);
    }

    #[test]
    fn a_clock_that_steps_back_re_opens_nothing() {
        // T07, T06: one hour back; the last second of 2016 twice.
        let store = MemoryStore::new(1, NOW);
        assert_eq!(store.apply(&once(1, after(30)), NOW), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(2, after(130)), after(100)), StoreAnswer::Applied);
        let back = NOW.saturating_sub(Duration::from_secs(3_600));
        assert_eq!(store.apply(&once(1, after(30)), back), StoreAnswer::Unavailable);
        assert_eq!(store.apply(&once(2, after(130)), back), replayed());

        let leap = UnixTime::from_secs(1_483_228_799);
        let store = MemoryStore::new(1, leap);
        assert_eq!(store.apply(&once(1, leap), leap), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(1, leap), leap), replayed());
    }

    #[test]
    fn a_clock_that_leaps_ahead_drops_nothing_while_there_is_room() {
        // T08.
        let leapt = after(10 * 365 * 86_400);
        let store = MemoryStore::new(10_000, NOW);
        assert_eq!(store.apply(&once(1, after(390)), NOW), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(2, leapt), leapt), StoreAnswer::Applied);
        for _ in 0..1_000 {
            assert_eq!(store.apply(&once(2, leapt), leapt), replayed());
        }
        assert_eq!(store.apply(&once(1, after(390)), after(1)), replayed());
        assert_eq!(store.apply(&once(3, after(391)), after(1)), StoreAnswer::Applied);
    }

    #[test]
    fn one_caller_who_leaps_ahead_ends_nothing_that_lives_beyond_five_minutes() {
        // C07.
        let leapt = after(10 * 365 * 86_400);
        let store = MemoryStore::new(1, NOW);
        assert_eq!(store.apply(&once(1, after(390)), NOW), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(2, leapt), leapt), StoreAnswer::Unavailable);
        assert_eq!(store.apply(&once(1, after(390)), after(1)), replayed());
        // Where more of them agree, the entry makes room, but cannot be used again.
        assert_eq!(store.apply(&once(2, leapt), leapt), StoreAnswer::Applied);
        assert_eq!(store.apply(&once(1, after(390)), after(2)), StoreAnswer::Unavailable);
    }

    /// One step: a key, what it expects (nothing, or one of the records), what it puts, how long after its
    /// `now` it ends, and how far `now` lies from the last.
    type Move = (u8, Option<u8>, u8, u64, i64);

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        let expect = prop_oneof![3 => Just(None), 1 => (0..3_u8).prop_map(Some)];
        prop::collection::vec((0..8_u8, expect, 0..3_u8, 0..1_500_u64, -400..800_i64), 1..200)
    }

    /// Long and short records, of which some are the front of others.
    fn record(index: u8) -> Record {
        let records: [&[u8]; 3] = [&[1], &[2], &[2, 2, 2]];
        Record::new(records[usize::from(index)]).unwrap()
    }

    fn steps(moves: Vec<Move>) -> impl Iterator<Item = (Step, UnixTime)> {
        let mut now = NOW;
        moves.into_iter().map(move |(key, expect, put, lasts, moved)| {
            now = UnixTime::from_secs(now.as_secs() + moved);
            let expect = expect.map_or(Expect::Absent, |index| Expect::State(record(index)));
            let until = now.saturating_add(Duration::from_secs(lasts));
            (Step::new([key; 32], expect, record(put), until), now)
        })
    }

    /// What the contract asks of a store that holds `held` under the step's key.
    fn contract(held: Option<&Record>, step: &Step) -> StoreAnswer {
        match (held, step.expect()) {
            (None, Expect::Absent) => StoreAnswer::Applied,
            (Some(held), Expect::State(front)) if held.starts_with(front) => StoreAnswer::Applied,
            (held, _) => StoreAnswer::Refused(held.cloned()),
        }
    }

    proptest! {
        #[test]
        fn a_store_with_room_is_a_map_that_forgets_nothing(moves in moves()) {
            let store = MemoryStore::new(8, NOW);
            let mut model: HashMap<[u8; 32], Record> = HashMap::new();
            for (step, now) in steps(moves) {
                let expected = contract(model.get(step.key()), &step);
                if expected == StoreAnswer::Applied {
                    model.insert(*step.key(), step.put().clone());
                }
                prop_assert_eq!(store.apply(&step, now), expected);
                prop_assert_eq!(store.len(), model.len());
            }
        }

        /// Whatever lives answers as the contract asks. What has ended may be gone, and then nothing that
        /// ends no later is taken for new. A step is `Unavailable` for no other reason than these two.
        #[test]
        fn a_store_without_room_forgets_only_what_has_ended(moves in moves(), capacity in 1..6_usize) {
            let store = MemoryStore::new(capacity, NOW);
            let mut model: HashMap<[u8; 32], (Record, UnixTime)> = HashMap::new();
            let mut mark = HighWater::new(NOW);
            let mut latest_end = UnixTime::MIN;
            for (step, now) in steps(moves) {
                let second = mark.observe(now).as_secs();
                let has_ended = |until: &UnixTime| until.as_secs() < second;
                let ends = model.values().map(|(_, until)| *until);
                latest_end = ends.filter(has_ended).fold(latest_end, UnixTime::max);
                let alive = model.values().filter(|(_, until)| !has_ended(until)).count();

                let held = model.get(step.key()).cloned();
                let answer = store.apply(&step, now);
                let as_held = contract(held.as_ref().map(|(record, _)| record), &step);
                let as_absent = contract(None, &step);
                match held.as_ref() {
                    Some((_, until)) if !has_ended(until) => prop_assert_eq!(&answer, &as_held),
                    _ if answer == StoreAnswer::Unavailable => {
                        prop_assert_eq!(as_absent, StoreAnswer::Applied);
                        prop_assert!(alive == capacity || step.until() <= latest_end);
                    }
                    Some((_, until)) if answer != as_held => {
                        prop_assert_eq!(&answer, &as_absent);
                        prop_assert!(answer != StoreAnswer::Applied || step.until() > *until);
                    }
                    _ => prop_assert_eq!(&answer, &as_held),
                }
                if answer == StoreAnswer::Applied {
                    let until = match step.expect() {
                        Expect::Absent => step.until(),
                        Expect::State(_) => held.map_or(step.until(), |(_, end)| end.max(step.until())),
                    };
                    model.insert(*step.key(), (step.put().clone(), until));
                }
                prop_assert!(store.len() <= capacity);
            }
        }
    }
}

mod orders {
    use super::*;

    const LEASE_ENDS: UnixTime = UnixTime::from_secs(1_735_180_683);

    struct Desk {
        store: MemoryStore,
        ledger: OrderLedger,
        order: OrderKey,
    }

    impl Desk {
        fn new() -> Self {
            let order = OrderKey::new("https://bank.example.vn", "order-789").unwrap();
            Self { store: MemoryStore::new(10, NOW), ledger: OrderLedger::default(), order }
        }

        fn reserve(
            &self,
            package: &str,
            attempt: &str,
            now: UnixTime,
        ) -> Result<Reservation, OrderError> {
            let content = fingerprint("purchase", &[package.as_bytes()]);
            let mut pending = self.ledger.reserve(&self.order, &content, attempt.as_bytes(), now);
            loop {
                let answer = self.store.apply(pending.step(), now);
                match pending.finish(answer, now)? {
                    Reserved::Held(reservation) => return Ok(reservation),
                    Reserved::Again(next) => pending = next,
                }
            }
        }

        fn refusal(&self, package: &str, attempt: &str, now: UnixTime) -> OrderError {
            self.reserve(package, attempt, now).unwrap_err()
        }

        fn complete(&self, reservation: &Reservation, reference: &str) -> Result<(), OrderError> {
            let settlement = reservation.complete(reference)?;
            settlement.finish(self.store.apply(settlement.step(), NOW))
        }

        fn reconcile(
            &self,
            record: &Record,
            outcome: Outcome<'_>,
            now: UnixTime,
        ) -> Result<(), OrderError> {
            let settlement = self.ledger.reconcile(&self.order, record, outcome, now)?;
            settlement.finish(self.store.apply(settlement.step(), now))
        }

        /// An attempt that died, and its record once its lease has ended.
        fn unknown(&self) -> Record {
            drop(self.reserve("PKG_100", "jti-1", NOW).unwrap());
            match self.refusal("PKG_100", "jti-2", LEASE_ENDS) {
                OrderError::Unknown { record } => record,
                other => panic!("{other:?}"),
            }
        }
    }

    fn duplicate() -> OrderError {
        OrderError::Duplicate { reference: "invoice-42".to_owned() }
    }

    #[test]
    fn an_order_that_was_carried_out_is_a_duplicate_with_the_first_reference() {
        // S1-35; notes on tokens, attack 57: the same order under another jti.
        let desk = Desk::new();
        let reservation = desk.reserve("PKG_100", "jti-1", NOW).unwrap();
        assert_eq!(reservation.lease_end(), LEASE_ENDS);
        assert_eq!(desk.complete(&reservation, "invoice-42"), Ok(()));
        assert_eq!(desk.refusal("PKG_100", "jti-2", NOW), duplicate());
        assert_eq!(desk.refusal("PKG_100", "jti-1", after(29 * 86_400)), duplicate());
    }

    #[test]
    fn the_same_order_with_other_content_is_a_mismatch_whatever_its_state() {
        let desk = Desk::new();
        let reservation = desk.reserve("PKG_100", "jti-1", NOW).unwrap();
        assert_eq!(desk.refusal("PKG_999", "jti-2", NOW), OrderError::ContentMismatch);
        assert_eq!(desk.refusal("PKG_999", "jti-2", LEASE_ENDS), OrderError::ContentMismatch);
        assert_eq!(desk.complete(&reservation, "invoice-42"), Ok(()));
        assert_eq!(desk.refusal("PKG_999", "jti-2", NOW), OrderError::ContentMismatch);
    }

    #[test]
    fn an_order_in_flight_is_refused_until_the_lease_ends_and_unknown_from_then_on() {
        let desk = Desk::new();
        let reservation = desk.reserve("PKG_100", "jti-1", NOW).unwrap();
        let in_flight = OrderError::InFlight { until: LEASE_ENDS };
        assert_eq!(desk.refusal("PKG_100", "jti-2", NOW), in_flight);
        assert_eq!(desk.refusal("PKG_100", "jti-2", after(59)), in_flight);
        let Err(OrderError::Unknown { record }) = desk.reserve("PKG_100", "jti-2", after(60))
        else {
            panic!("the lease has ended");
        };
        assert_eq!(desk.reconcile(&record, Outcome::NothingHappened, after(59)), Err(in_flight));
        // Slow, not dead: it may still complete, since nobody reconciled.
        assert_eq!(desk.complete(&reservation, "invoice-42"), Ok(()));
        assert_eq!(desk.refusal("PKG_100", "jti-2", after(60)), duplicate());
    }

    #[test]
    fn an_unknown_order_is_reconciled_as_done() {
        let desk = Desk::new();
        let record = desk.unknown();
        let done = Outcome::Done { reference: "invoice-42" };
        assert_eq!(desk.reconcile(&record, done, LEASE_ENDS), Ok(()));
        assert_eq!(desk.refusal("PKG_100", "jti-3", LEASE_ENDS), duplicate());
    }

    #[test]
    fn an_unknown_order_of_which_nothing_happened_may_be_reserved_again() {
        let desk = Desk::new();
        let record = desk.unknown();
        assert_eq!(desk.reconcile(&record, Outcome::NothingHappened, LEASE_ENDS), Ok(()));
        let second = desk.reserve("PKG_100", "jti-3", LEASE_ENDS).unwrap();
        let superseded = desk.reconcile(&record, Outcome::NothingHappened, LEASE_ENDS);
        assert_eq!(superseded, Err(OrderError::Superseded));
        assert_eq!(desk.complete(&second, "invoice-42"), Ok(()));
    }

    #[test]
    fn an_attempt_that_was_reconciled_meanwhile_can_neither_complete_nor_abandon() {
        let desk = Desk::new();
        let slow = desk.reserve("PKG_100", "jti-1", NOW).unwrap();
        let OrderError::Unknown { record } = desk.refusal("PKG_100", "jti-2", LEASE_ENDS) else {
            panic!("the lease has ended");
        };
        assert_eq!(desk.reconcile(&record, Outcome::NothingHappened, LEASE_ENDS), Ok(()));
        assert_eq!(desk.complete(&slow, "invoice-41"), Err(OrderError::Superseded));
        let second = desk.reserve("PKG_100", "jti-3", LEASE_ENDS).unwrap();
        assert_eq!(desk.complete(&slow, "invoice-41"), Err(OrderError::Superseded));
        let abandoned = slow.abandon();
        let answer = desk.store.apply(abandoned.step(), NOW);
        assert_eq!(abandoned.finish(answer), Err(OrderError::Superseded));
        assert_eq!(desk.complete(&second, "invoice-42"), Ok(()));
    }

    #[test]
    fn two_attempts_are_told_apart_even_where_two_clocks_make_their_leases_end_together() {
        let desk = Desk::new();
        let slow = desk.reserve("PKG_100", "jti-1", NOW).unwrap();
        let OrderError::Unknown { record } = desk.refusal("PKG_100", "jti-2", LEASE_ENDS) else {
            panic!("the lease has ended");
        };
        assert_eq!(desk.reconcile(&record, Outcome::NothingHappened, LEASE_ENDS), Ok(()));
        // Another host, whose clock is a minute behind.
        let second = desk.reserve("PKG_100", "jti-3", NOW).unwrap();
        assert_eq!(second.lease_end(), slow.lease_end());
        assert_eq!(desk.complete(&slow, "invoice-41"), Err(OrderError::Superseded));
        assert_eq!(desk.complete(&second, "invoice-42"), Ok(()));
    }

    #[test]
    fn every_record_of_an_order_is_retained_from_when_it_was_written() {
        let desk = Desk::new();
        let record = desk.unknown();
        let pending = desk.ledger.reserve(&desk.order, &[0; 32], b"jti-1", NOW);
        assert_eq!(pending.step().until(), after(30 * 86_400));
        let reconciled =
            desk.ledger.reconcile(&desk.order, &record, Outcome::NothingHappened, after(3_600));
        assert_eq!(reconciled.unwrap().step().until(), after(30 * 86_400 + 3_600));
    }

    #[test]
    fn an_abandoned_order_may_be_reserved_again_with_any_content() {
        let desk = Desk::new();
        let abandoned = desk.reserve("PKG_100", "jti-1", NOW).unwrap().abandon();
        assert_eq!(abandoned.finish(desk.store.apply(abandoned.step(), NOW)), Ok(()));
        let second = desk.reserve("PKG_200", "jti-2", NOW).unwrap();
        assert_eq!(desk.complete(&second, "invoice-42"), Ok(()));
        assert_eq!(desk.refusal("PKG_200", "jti-3", NOW), duplicate());
    }

    #[test]
    fn a_reservation_whose_answer_was_lost_is_never_made_a_second_time() {
        // C10.
        let desk = Desk::new();
        let content = fingerprint("purchase", &[b"PKG_100"]);
        let pending = desk.ledger.reserve(&desk.order, &content, b"jti-1", NOW);
        assert_eq!(desk.store.apply(pending.step(), NOW), StoreAnswer::Applied);
        let lost = pending.finish(StoreAnswer::Unavailable, NOW).unwrap_err();
        assert_eq!(lost, OrderError::StoreUnavailable);
        let in_flight = OrderError::InFlight { until: LEASE_ENDS };
        assert_eq!(desk.refusal("PKG_100", "jti-1", NOW), in_flight);
        let later = desk.refusal("PKG_100", "jti-1", LEASE_ENDS);
        assert!(matches!(later, OrderError::Unknown { .. }), "{later:?}");
    }

    #[test]
    fn a_reservation_that_arrives_after_its_lease_is_not_handed_out() {
        let desk = Desk::new();
        let pending = desk.ledger.reserve(&desk.order, &[0; 32], b"jti-1", NOW);
        let record = pending.step().put().clone();
        let answer = desk.store.apply(pending.step(), LEASE_ENDS);
        let refused = pending.finish(answer, LEASE_ENDS).unwrap_err();
        assert_eq!(refused, OrderError::Unknown { record: record.clone() });
        assert_eq!(desk.reconcile(&record, Outcome::NothingHappened, LEASE_ENDS), Ok(()));
    }

    #[test]
    fn a_settlement_may_be_applied_until_its_answer_is_heard() {
        let desk = Desk::new();
        let settlement =
            desk.reserve("PKG_100", "jti-1", NOW).unwrap().complete("invoice-42").unwrap();
        assert_eq!(desk.store.apply(settlement.step(), NOW), StoreAnswer::Applied);
        assert_eq!(settlement.finish(StoreAnswer::Unavailable), Err(OrderError::StoreUnavailable));
        assert_eq!(settlement.finish(desk.store.apply(settlement.step(), NOW)), Ok(()));
        assert_eq!(settlement.finish(StoreAnswer::Refused(None)), Err(OrderError::Superseded));
    }

    #[test]
    fn a_store_that_refuses_without_its_record_allows_nothing() {
        let desk = Desk::new();
        let pending = desk.ledger.reserve(&desk.order, &[0; 32], b"jti-1", NOW);
        let refused = pending.finish(StoreAnswer::Refused(None), NOW).unwrap_err();
        assert_eq!(refused, OrderError::StoreUnavailable);
    }

    #[test]
    fn records_that_are_not_of_an_attempt_are_not_reconciled() {
        let desk = Desk::new();
        let nothing = Outcome::NothingHappened;
        let foreign = desk.reconcile(&Record::state(1), nothing, NOW);
        assert_eq!(foreign, Err(OrderError::ForeignRecord));
        let reservation = desk.reserve("PKG_100", "jti-1", NOW).unwrap();
        let done = reservation.complete("invoice-42").unwrap().step().put().clone();
        assert_eq!(desk.reconcile(&done, nothing, LEASE_ENDS), Err(OrderError::NotUnknown));
        let pending = desk.ledger.reserve(&desk.order, &[0; 32], b"jti-2", NOW);
        let refused =
            pending.finish(StoreAnswer::Refused(Some(Record::state(1))), NOW).unwrap_err();
        assert_eq!(refused, OrderError::ForeignRecord);
    }

    #[test]
    fn order_ids_and_references_are_short_and_visible() {
        // Notes on tokens, attack 61: nothing that a log or a terminal obeys.
        let longest = "x".repeat(128);
        assert!(OrderKey::new("issuer", &longest).is_ok());
        let desk = Desk::new();
        let reservation = desk.reserve("PKG_100", "jti-1", NOW).unwrap();
        for bad in ["", "two words", "line\r\n", "\u{1b}[31m", "\u{e9}", &(longest + "x")] {
            let length = bad.len();
            assert_eq!(OrderKey::new("issuer", bad), Err(OrderError::MalformedOrderId { length }));
            let refused = reservation.complete(bad).unwrap_err();
            assert_eq!(refused, OrderError::MalformedReference { length });
        }
        assert_eq!(desk.complete(&reservation, "invoice-42"), Ok(()));
    }

    #[test]
    fn an_order_belongs_to_its_namespace() {
        let key = |namespace, order_id| OrderKey::new(namespace, order_id).unwrap();
        assert_eq!(key("a", "b1"), key("a", "b1"));
        assert_ne!(key("a", "b1"), key("ab", "1"));
        assert_ne!(key("a", "1"), key("b", "1"));
    }

    #[test]
    fn a_ledger_names_everything_that_is_wrong_with_its_settings() {
        let build =
            |lease, retention| OrderLedger::builder().lease(lease).retention(retention).build();
        let (second, hour, day) =
            (OrderLedger::MIN_LEASE, OrderLedger::MAX_LEASE, OrderLedger::MIN_RETENTION);
        let tick = Duration::from_nanos(1);
        assert!(build(second, day).is_ok());
        assert!(build(hour, Duration::MAX).is_ok());
        assert_eq!(OrderLedger::builder().build(), Ok(OrderLedger::default()));
        let lease = |found| LedgerProblem::Lease { minimum: second, maximum: hour, found };
        let retention = LedgerProblem::Retention { minimum: day, found: day - tick };
        let long = build(hour + tick, day);
        assert_eq!(long, Err(OrderError::Settings(vec![lease(hour + tick)])));
        let both = build(second - tick, day - tick);
        assert_eq!(both, Err(OrderError::Settings(vec![lease(second - tick), retention])));
    }

    #[test]
    fn every_order_error_has_its_own_code() {
        use countersign::class::Class::{Conflict, Malformed, Misconfigured, Unavailable};
        let record = Record::state(1);
        for (error, code, class) in [
            (duplicate(), "guard.order_duplicate", Conflict),
            (OrderError::InFlight { until: NOW }, "guard.order_in_flight", Conflict),
            (OrderError::ContentMismatch, "guard.order_content_mismatch", Conflict),
            (OrderError::Superseded, "guard.order_superseded", Conflict),
            (OrderError::Unknown { record }, "guard.order_unknown", Unavailable),
            (OrderError::StoreUnavailable, "guard.order_store_unavailable", Unavailable),
            (OrderError::MalformedOrderId { length: 0 }, "guard.order_id_malformed", Malformed),
            (
                OrderError::MalformedReference { length: 0 },
                "guard.order_reference_malformed",
                Misconfigured,
            ),
            (OrderError::ForeignRecord, "guard.order_foreign_record", Misconfigured),
            (OrderError::NotUnknown, "guard.order_not_unknown", Misconfigured),
            (OrderError::Settings(vec![]), "guard.order_settings", Misconfigured),
        ] {
            assert_eq!((error.code(), error.class()), (code, class));
        }
    }
}

mod stores {
    use super::*;
    use countersign::guard::{postgres, redis};

    #[test]
    fn redis_is_given_the_parts_of_a_step_in_the_order_of_its_script() {
        let (front, put) = (Record::state(0x11), Record::new(b"\x12new").unwrap());
        let absent = Step::new([7; 32], Expect::Absent, put.clone(), NOW);
        let state = Step::new([7; 32], Expect::State(front), put, NOW);
        assert_eq!(redis::key(&absent), [7; 32]);
        assert_eq!(redis::arguments(&absent), [&b""[..], b"\x12new", b"1735180623000"]);
        assert_eq!(redis::arguments(&state), [&b"\x11"[..], b"\x12new", b"1735180623000"]);
        for (reply, answer) in [
            (&b"+"[..], StoreAnswer::Applied),
            (b"-", StoreAnswer::Refused(None)),
            (b"-\x01", replayed()),
            (b"!", StoreAnswer::Unavailable),
            (b"", StoreAnswer::Unavailable),
            (b"++", StoreAnswer::Unavailable),
            (&[b'-'; 258], StoreAnswer::Unavailable),
        ] {
            assert_eq!(redis::answer(reply), answer);
        }
    }

    #[test]
    fn postgresql_is_given_the_parts_of_a_step_in_the_order_of_its_statement() {
        let step = Step::new([7; 32], Expect::State(Record::state(0x11)), Record::state(0x13), NOW);
        let parts: [&[u8]; 3] = [&[7; 32], &[0x11], &[0x13]];
        assert_eq!(postgres::arguments(&step), (parts, 1_735_180_623_000));
        for (row, answer) in [
            (Some((true, None)), StoreAnswer::Applied),
            (Some((true, Some(&[1][..]))), StoreAnswer::Applied),
            (Some((false, Some(&[1][..]))), replayed()),
            (Some((false, Some(&[][..]))), StoreAnswer::Refused(None)),
            (None, StoreAnswer::Refused(None)),
        ] {
            assert_eq!(postgres::answer(row), answer);
        }
    }
}

mod conformance {
    use super::*;

    /// What is wrong with a [`Naive`] store.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fault {
        Nothing,
        AppliesAlways,
        AppliesStatesWhereNothingIs,
        ComparesWholeRecords,
        ComparesTheWrongWay,
        ComparesTheStateAlone,
        FoldsCase,
        TrimsBlanks,
        CutsRecordsAtZero,
        CutsKeysAtZero,
        CutsKeys,
        RefusesInSilence,
        SaysWhatWasAskedFor,
        DropsEarly,
        KeepsTheFirstEnd,
        TakesTheEndOfRefusedSteps,
    }

    /// A store that does the obvious thing, but for one fault.
    struct Naive {
        fault: Fault,
        held: HashMap<Vec<u8>, (Vec<u8>, UnixTime)>,
    }

    impl Naive {
        fn new(fault: Fault) -> Self {
            Self { fault, held: HashMap::new() }
        }

        fn apply(&mut self, step: &Step, now: UnixTime) -> StoreAnswer {
            self.held.retain(|_, (_, until)| *until > now);
            let key = self.key(step);
            let found = self.held.get(&key).cloned();
            let expected = step.expect().as_bytes();
            let applies = match &found {
                _ if self.fault == Fault::AppliesAlways => true,
                None => expected.is_empty() || self.fault == Fault::AppliesStatesWhereNothingIs,
                Some((held, _)) => !expected.is_empty() && self.compares(held, expected),
            };
            let until = match (&found, self.fault) {
                (_, Fault::DropsEarly) => now.saturating_add(Duration::from_secs(1)),
                (Some((_, first)), Fault::KeepsTheFirstEnd) => *first,
                _ => step.until(),
            };
            if applies {
                self.held.insert(key, (self.cut(step.put().as_bytes()), until));
                return StoreAnswer::Applied;
            }
            if let (Some(entry), Fault::TakesTheEndOfRefusedSteps) =
                (self.held.get_mut(&key), self.fault)
            {
                entry.1 = until;
            }
            let held = found.and_then(|(held, _)| Record::new(&held).ok());
            match self.fault {
                Fault::RefusesInSilence => StoreAnswer::Refused(None),
                Fault::SaysWhatWasAskedFor => {
                    StoreAnswer::Refused(held.map(|_| step.put().clone()))
                }
                _ => StoreAnswer::Refused(held),
            }
        }

        fn key(&self, step: &Step) -> Vec<u8> {
            let key = step.key();
            match self.fault {
                Fault::CutsKeys => key[..31].to_vec(),
                Fault::CutsKeysAtZero => {
                    key.iter().copied().take_while(|byte| *byte != 0).collect()
                }
                _ => key.to_vec(),
            }
        }

        fn compares(&self, held: &[u8], expected: &[u8]) -> bool {
            match self.fault {
                Fault::ComparesWholeRecords => held == expected,
                Fault::ComparesTheWrongWay => expected.starts_with(held),
                Fault::ComparesTheStateAlone => held.first() == expected.first(),
                Fault::FoldsCase => {
                    held.to_ascii_lowercase().starts_with(&expected.to_ascii_lowercase())
                }
                Fault::TrimsBlanks => held.trim_ascii().starts_with(expected.trim_ascii()),
                _ => held.starts_with(expected),
            }
        }

        fn cut(&self, record: &[u8]) -> Vec<u8> {
            match self.fault {
                Fault::CutsRecordsAtZero => {
                    let end = record.iter().skip(1).position(|byte| *byte == 0);
                    record[..end.map_or(record.len(), |end| end + 1)].to_vec()
                }
                _ => record.to_vec(),
            }
        }
    }

    fn run(mut apply: impl FnMut(&Step, UnixTime) -> StoreAnswer) -> Result<(), ConformanceError> {
        for case in store_conformance::cases(b"seed", NOW) {
            let answers: Vec<_> = case
                .exchanges()
                .iter()
                .map(|exchange| apply(exchange.step(), exchange.at()))
                .collect();
            case.check(&answers)?;
        }
        Ok(())
    }

    #[test]
    fn the_in_memory_store_conforms() {
        let store = MemoryStore::new(100, NOW);
        assert_eq!(run(|step, now| store.apply(step, now)), Ok(()));
    }

    #[test]
    fn every_fault_is_found_by_the_rule_that_names_it() {
        const ONCE: &str = "a step that expects nothing applies once";
        const STATE: &str = "a step applies where the record starts as expected";
        const BYTES: &str = "a record is bytes, and compared as such";
        const KEYS: &str = "a key is 32 bytes, and all of them count";
        const ENDS: &str = "a record stays until the end of the last step applied";
        for (fault, rule) in [
            (Fault::AppliesAlways, ONCE),
            (Fault::RefusesInSilence, ONCE),
            (Fault::SaysWhatWasAskedFor, ONCE),
            (Fault::AppliesStatesWhereNothingIs, STATE),
            (Fault::ComparesWholeRecords, STATE),
            (Fault::ComparesTheWrongWay, STATE),
            (Fault::ComparesTheStateAlone, STATE),
            (Fault::FoldsCase, BYTES),
            (Fault::TrimsBlanks, BYTES),
            (Fault::CutsRecordsAtZero, BYTES),
            (Fault::CutsKeys, KEYS),
            (Fault::CutsKeysAtZero, KEYS),
            (Fault::DropsEarly, ENDS),
            (Fault::KeepsTheFirstEnd, ENDS),
            (Fault::TakesTheEndOfRefusedSteps, ENDS),
        ] {
            let mut store = Naive::new(fault);
            match run(|step, now| store.apply(step, now)) {
                Err(ConformanceError::Answer { name, .. }) => assert_eq!(name, rule, "{fault:?}"),
                other => panic!("{fault:?}: {other:?}"),
            }
        }
        let mut sound = Naive::new(Fault::Nothing);
        assert_eq!(run(|step, now| sound.apply(step, now)), Ok(()));
    }

    #[test]
    fn an_answer_that_is_missing_is_no_answer() {
        let case = &store_conformance::cases(b"seed", NOW)[0];
        let (name, expected) = (case.name(), case.exchanges().len());
        assert_eq!(case.check(&[]), Err(ConformanceError::Count { name, expected, found: 0 }));
    }

    #[test]
    fn a_race_has_one_winner_whom_all_others_name() {
        for race in store_conformance::races(b"seed", 3, NOW) {
            let name = race.name();
            let [first, second, third] = race.contenders() else { panic!("three contenders") };
            let refused = |step: &Step| StoreAnswer::Refused(Some(step.put().clone()));
            let won = StoreAnswer::Applied;
            assert_eq!(race.check(&[refused(second), won.clone(), refused(second)]), Ok(()));

            let two = race.check(&[won.clone(), won.clone(), refused(first)]);
            assert_eq!(two, Err(ConformanceError::Winners { name, applied: 2 }));
            let nobody = race.check(&[refused(first), refused(first), refused(first)]);
            assert_eq!(nobody, Err(ConformanceError::Winners { name, applied: 0 }));
            let other = race.check(&[won, refused(first), refused(third)]);
            let (expected, found) = (refused(first), refused(third));
            assert_eq!(other, Err(ConformanceError::Answer { name, index: 2, expected, found }));
            let short = race.check(&[]);
            assert_eq!(short, Err(ConformanceError::Count { name, expected: 3, found: 0 }));
        }
    }

    #[test]
    fn every_conformance_error_has_its_own_code() {
        let (name, found) = ("rule", StoreAnswer::Applied);
        let answer =
            ConformanceError::Answer { name, index: 0, expected: StoreAnswer::Unavailable, found };
        let (applied, expected) = (2, 1);
        let winners = ConformanceError::Winners { name, applied };
        let count = ConformanceError::Count { name, expected, found: 0 };
        let codes = [answer, winners, count].map(|error| (error.code(), error.class()));
        let class = countersign::class::Class::Misconfigured;
        let expected = ["guard.store_answer", "guard.store_winners", "guard.store_answer_count"];
        assert_eq!(codes, expected.map(|code| (code, class)));
    }
}
