//! Every interleaving of two attempts at one order, of a host that reconciles it, of answers that are lost
//! and of leases that end: the order is carried out once at most, and what was done stays done.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::mem;
use std::time::Duration;

use countersign::guard::{
    OrderError, OrderKey, OrderLedger, Outcome, PendingReservation, Reservation, Reserved,
    Settlement,
};
use countersign::time::UnixTime;
use countersign::verified::{Expect, Record, Step, StoreAnswer};

#[test]
fn an_order_is_carried_out_once_whatever_happens_when() {
    let ends = walk(Reconciler::FindsOut);
    // The walk went everywhere: attempts were refused in each of the ways there are.
    let ways = [
        "guard.order_duplicate",
        "guard.order_in_flight",
        "guard.order_store_unavailable",
        "guard.order_superseded",
        "guard.order_unknown",
    ];
    assert_eq!(ends, BTreeSet::from(ways));
}

#[test]
fn even_a_host_that_reconciles_too_early_gets_one_completion() {
    walk(Reconciler::Guesses);
}

/// Visits every state that the actions lead to, in order of distance, and returns how attempts were refused.
fn walk(reconciler: Reconciler) -> BTreeSet<&'static str> {
    let (mut seen, mut ends) = (HashSet::new(), BTreeSet::new());
    let order = OrderKey::new("https://bank.example.vn", "order-789").unwrap();
    let mut paths = VecDeque::from([Vec::new()]);
    while let Some(path) = paths.pop_front() {
        // Reservations cannot be copied, so a state is reached by going its path again.
        let mut world = World::new(reconciler, order);
        for action in &path {
            world.perform(*action);
        }
        world.check(&path);
        if !seen.insert(world.key()) {
            continue;
        }
        ends.extend(world.attempts.iter().filter_map(|attempt| match &attempt.phase {
            Phase::Refused(error) => Some(error.code()),
            _ => None,
        }));
        paths.extend(
            world.possible().into_iter().map(|action| [path.as_slice(), &[action]].concat()),
        );
    }
    assert!(seen.len() > 1_000, "only {} states", seen.len());
    ends
}

/// What a host says of an attempt whose lease has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reconciler {
    /// It waits until the attempt is dead or has done its work, and tells the truth.
    FindsOut,
    /// It says that nothing happened, while the attempt may be at work.
    Guesses,
}

#[derive(Clone, Copy, Debug)]
enum Action {
    /// An attempt writes down what it wants of the store.
    Reserve(usize),
    /// The store is given the attempt's step.
    Apply(usize, Delivery),
    /// The attempt hears of the reservation.
    Finish(usize),
    Work(usize),
    Complete(usize),
    Abandon(usize),
    /// The process of an attempt dies.
    Die(usize),
    /// A minute and a second go by.
    Wait,
    Reconcile,
    ApplyReconciliation(Delivery),
    /// A step that was late reaches the store. One at a time is on the way.
    Arrive,
}

#[derive(Clone, Copy, Debug)]
enum Delivery {
    Answered,
    AnswerLost,
    /// It waits on the way, and arrives at any time after the host gave up, or never.
    Late,
}

const DELIVERIES: [Delivery; 3] = [Delivery::Answered, Delivery::AnswerLost, Delivery::Late];

#[derive(Debug)]
struct World {
    reconciler: Reconciler,
    order: OrderKey,
    now: UnixTime,
    held: Option<Record>,
    attempts: [Attempt; 2],
    reconciliation: Option<Settlement>,
    late: Option<Step>,
    /// How often the order was carried out.
    works: u8,
    /// How many attempts were told that their completion is recorded.
    completions: u8,
    done: Option<Record>,
}

#[derive(Debug)]
struct Attempt {
    phase: Phase,
    /// What the store holds while the order is this attempt's.
    record: Option<Record>,
    worked: bool,
}

#[derive(Debug)]
enum Phase {
    New,
    Reserving(PendingReservation),
    Answered(PendingReservation, StoreAnswer),
    Holding(Reservation),
    Settling(Settlement),
    Refused(OrderError),
    Settled,
    Dead,
}

impl World {
    fn new(reconciler: Reconciler, order: OrderKey) -> Self {
        let attempt = || Attempt { phase: Phase::New, record: None, worked: false };
        Self {
            reconciler,
            order,
            now: UnixTime::from_secs(1_735_180_623),
            held: None,
            attempts: [attempt(), attempt()],
            reconciliation: None,
            late: None,
            works: 0,
            completions: 0,
            done: None,
        }
    }

    /// All that tells this state from others, in few bytes.
    fn key(&self) -> Vec<u8> {
        let mut key = vec![self.works, self.completions, self.now.as_secs().to_le_bytes()[0]];
        let steps = [self.late.as_ref(), self.reconciliation.as_ref().map(Settlement::step)];
        key.extend(steps.into_iter().flat_map(name_of_step));
        key.extend(self.held.iter().chain(&self.done).flat_map(name));
        for attempt in &self.attempts {
            key.extend([0xff, u8::from(attempt.worked)]);
            key.extend(attempt.record.as_ref().map(name).into_iter().flatten());
            match &attempt.phase {
                Phase::New => key.push(0),
                Phase::Dead => key.push(1),
                Phase::Settled => key.push(2),
                Phase::Holding(_) => key.push(3),
                Phase::Refused(error) => key.extend(error.code().bytes()),
                Phase::Reserving(pending) => {
                    key.push(4);
                    key.extend(name_of_step(Some(pending.step())));
                }
                Phase::Settling(settlement) => {
                    key.push(5);
                    key.extend(name_of_step(Some(settlement.step())));
                }
                Phase::Answered(pending, answer) => {
                    key.push(6);
                    key.extend(name_of_step(Some(pending.step())));
                    match answer {
                        StoreAnswer::Applied => key.push(7),
                        StoreAnswer::Unavailable => key.push(8),
                        StoreAnswer::Refused(held) => key.extend(held.iter().flat_map(name)),
                    }
                }
            }
        }
        key
    }

    fn possible(&self) -> Vec<Action> {
        let mut actions = vec![Action::Wait];
        for (index, attempt) in self.attempts.iter().enumerate() {
            let apply = DELIVERIES.map(|delivery| Action::Apply(index, delivery));
            match attempt.phase {
                // The two differ in nothing, so the first may as well be first.
                Phase::New if index == 1 && matches!(self.attempts[0].phase, Phase::New) => {
                    continue;
                }
                Phase::New => actions.push(Action::Reserve(index)),
                Phase::Reserving(_) | Phase::Settling(_) => actions.extend(apply),
                Phase::Answered(..) => actions.push(Action::Finish(index)),
                Phase::Holding(_) if attempt.worked => actions.push(Action::Complete(index)),
                Phase::Holding(_) => actions.extend([Action::Work(index), Action::Abandon(index)]),
                Phase::Refused(_) | Phase::Settled | Phase::Dead => continue,
            }
            actions.push(Action::Die(index));
        }
        if self.reconciliation.is_some() {
            actions.extend(DELIVERIES.map(Action::ApplyReconciliation));
        } else if self.reconcile().is_some() {
            actions.push(Action::Reconcile);
        }
        if self.late.is_some() {
            actions.retain(|action| {
                !matches!(
                    action,
                    Action::Apply(_, Delivery::Late) | Action::ApplyReconciliation(Delivery::Late)
                )
            });
            actions.push(Action::Arrive);
        }
        actions.retain(|action| !matches!(action, Action::Wait) || self.now < last());
        actions
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Wait => self.now = self.now.saturating_add(Duration::from_secs(61)),
            Action::Arrive => {
                let step = self.late.take().unwrap();
                let _unheard = self.apply(&step);
            }
            Action::Reconcile => self.reconciliation = self.reconcile(),
            Action::ApplyReconciliation(delivery) => {
                let settlement = self.reconciliation.take().unwrap();
                match settlement.finish(self.send(settlement.step(), delivery)) {
                    Err(OrderError::StoreUnavailable) => self.reconciliation = Some(settlement),
                    Ok(()) | Err(OrderError::Superseded) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            Action::Reserve(index)
            | Action::Apply(index, _)
            | Action::Finish(index)
            | Action::Work(index)
            | Action::Complete(index)
            | Action::Abandon(index)
            | Action::Die(index) => {
                let phase = mem::replace(&mut self.attempts[index].phase, Phase::Dead);
                self.attempts[index].phase = self.attempt(action, index, phase);
            }
        }
        self.remember_done();
    }

    fn attempt(&mut self, action: Action, index: usize, phase: Phase) -> Phase {
        match (action, phase) {
            (Action::Reserve(_), Phase::New) => {
                let pending = ledger().reserve(
                    &self.order,
                    &CONTENT,
                    &[u8::try_from(index).unwrap()],
                    self.now,
                );
                self.attempts[index].record = Some(pending.step().put().clone());
                Phase::Reserving(pending)
            }
            (Action::Apply(_, delivery), Phase::Reserving(pending)) => {
                let answer = self.send(pending.step(), delivery);
                Phase::Answered(pending, answer)
            }
            (Action::Finish(_), Phase::Answered(pending, answer)) => {
                match pending.finish(answer, self.now) {
                    Ok(Reserved::Held(reservation)) => Phase::Holding(reservation),
                    Ok(Reserved::Again(pending)) => Phase::Reserving(pending),
                    Err(error) => Phase::Refused(error),
                }
            }
            // The work happens while the order is held: a host stops when its lease has ended.
            (Action::Work(_), Phase::Holding(reservation)) => {
                self.attempts[index].worked = true;
                self.works += 1;
                Phase::Holding(reservation)
            }
            (Action::Complete(_), Phase::Holding(reservation)) => {
                Phase::Settling(reservation.complete(&format!("invoice-{index}")).unwrap())
            }
            (Action::Abandon(_), Phase::Holding(reservation)) => {
                Phase::Settling(reservation.abandon())
            }
            (Action::Apply(_, delivery), Phase::Settling(settlement)) => {
                match settlement.finish(self.send(settlement.step(), delivery)) {
                    Ok(()) => {
                        self.completions += u8::from(self.attempts[index].worked);
                        Phase::Settled
                    }
                    Err(OrderError::StoreUnavailable) => Phase::Settling(settlement),
                    Err(error) => Phase::Refused(error),
                }
            }
            (Action::Die(_), _) => Phase::Dead,
            (action, phase) => panic!("{action:?} in {phase:?}"),
        }
    }

    /// The settlement that the host would write now, if it has one to write.
    fn reconcile(&self) -> Option<Settlement> {
        let held = self.held.as_ref()?;
        let (index, owner) =
            (0..).zip(&self.attempts).find(|(_, attempt)| attempt.record.as_ref() == Some(held))?;
        let at_work = matches!(
            owner.phase,
            Phase::Reserving(_) | Phase::Answered(..) | Phase::Holding(_) | Phase::Settling(_)
        );
        let reference = format!("invoice-{index}");
        let outcome = match self.reconciler {
            Reconciler::FindsOut if owner.worked => Outcome::Done { reference: &reference },
            Reconciler::FindsOut if at_work => return None,
            Reconciler::FindsOut | Reconciler::Guesses => Outcome::NothingHappened,
        };
        ledger().reconcile(&self.order, held, outcome, self.now).ok()
    }

    fn send(&mut self, step: &Step, delivery: Delivery) -> StoreAnswer {
        match delivery {
            Delivery::Answered => self.apply(step),
            Delivery::AnswerLost => {
                let _lost = self.apply(step);
                StoreAnswer::Unavailable
            }
            Delivery::Late => {
                self.late = Some(step.clone());
                StoreAnswer::Unavailable
            }
        }
    }

    /// A store, in short.
    fn apply(&mut self, step: &Step) -> StoreAnswer {
        let applies = match (&self.held, step.expect()) {
            (None, Expect::Absent) => true,
            (Some(held), Expect::State(front)) => held.starts_with(front),
            _ => false,
        };
        if !applies {
            return StoreAnswer::Refused(self.held.clone());
        }
        self.held = Some(step.put().clone());
        StoreAnswer::Applied
    }

    fn remember_done(&mut self) {
        let is_done = |held: &&Record| held.as_bytes().starts_with(&[0x12]);
        if let (None, Some(done)) = (&self.done, self.held.as_ref().filter(is_done)) {
            self.done = Some(done.clone());
        }
    }

    fn check(&self, path: &[Action]) {
        assert!(self.completions <= 1, "two completions: {path:?}");
        if self.done.is_some() {
            assert_eq!(self.held, self.done, "what was done is lost: {path:?}");
        }
        assert!(self.completions == 0 || self.done.is_some(), "completed, but not done: {path:?}");
        if self.reconciler == Reconciler::FindsOut {
            assert!(self.works <= 1, "carried out twice: {path:?}");
        }
        for attempt in &self.attempts {
            if let Phase::Refused(OrderError::Duplicate { reference }) = &attempt.phase {
                let held = self.held.as_ref().unwrap().as_bytes();
                assert!(held.ends_with(reference.as_bytes()), "another's reference: {path:?}");
            }
        }
    }
}

/// The state, the front of the attempt's name or the reference, and the end of the lease or the reference.
fn name(record: &Record) -> [u8; 3] {
    let bytes = record.as_bytes();
    [bytes[0], bytes.get(33).copied().unwrap_or(0), bytes[bytes.len() - 1]]
}

fn name_of_step(step: Option<&Step>) -> [u8; 6] {
    let front = |step: &Step| match step.expect() {
        Expect::Absent => [0; 3],
        Expect::State(record) => name(record),
    };
    let names = step.map(|step| (front(step), name(step.put())));
    names.map_or([0; 6], |([a, b, c], [d, e, f])| [a, b, c, d, e, f])
}

fn ledger() -> OrderLedger {
    OrderLedger::default()
}

/// Two minutes on, both attempts may have outlived their leases.
fn last() -> UnixTime {
    UnixTime::from_secs(1_735_180_623 + 2 * 61)
}

const CONTENT: [u8; 32] = [7; 32];
