//! Tests for a store of the host's own: does it keep the contract of a [`Step`]?
//!
//! They are data, so that a store may be called in any way, from any runtime: apply the steps of each
//! [`Case`] in their order, those of each [`Race`] all at once, and hand the answers back.
//!
//! ```
//! use countersign::guard::{ConformanceError, MemoryStore, store_conformance};
//! use countersign::time::UnixTime;
//!
//! let now = UnixTime::from_secs(1_735_180_623); // a real store needs the real time
//! let store = MemoryStore::new(1000, now);
//! for case in store_conformance::cases(b"run 1", now) {
//!     let mut answers = Vec::new();
//!     for exchange in case.exchanges() {
//!         // For a store with a clock of its own: sleep until `exchange.at()`.
//!         answers.push(store.apply(exchange.step(), exchange.at()));
//!     }
//!     case.check(&answers)?;
//! }
//! for race in store_conformance::races(b"run 1", 16, now) {
//!     if let Some(first) = race.prepare() {
//!         store.apply(first, now);
//!     }
//!     // In earnest: each from a thread, task or process of its own, released together, many times over.
//!     let answers: Vec<_> = race.contenders().iter().map(|step| store.apply(step, now)).collect();
//!     race.check(&answers)?;
//! }
//! # Ok::<(), ConformanceError>(())
//! ```

use std::time::Duration;

use super::ConformanceError;
use crate::digest;
use crate::time::UnixTime;
use crate::verified::{Expect, Record, Step, StoreAnswer};

/// Steps to apply one after the other, and the answers that the contract asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Case {
    name: &'static str,
    exchanges: Vec<Exchange>,
}

impl Case {
    /// The rule that is tested.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What to apply, in this order.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Compares the store's answers with those expected.
    ///
    /// # Errors
    /// [`ConformanceError::Answer`] for the first that differs, [`ConformanceError::Count`].
    pub fn check(&self, answers: &[StoreAnswer]) -> Result<(), ConformanceError> {
        let name = self.name;
        count(name, self.exchanges.len(), answers.len())?;
        for (index, (exchange, found)) in self.exchanges.iter().zip(answers).enumerate() {
            if exchange.expected != *found {
                let (expected, found) = (exchange.expected.clone(), found.clone());
                return Err(ConformanceError::Answer { name, index, expected, found });
            }
        }
        Ok(())
    }
}

/// One step of a [`Case`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exchange {
    at: UnixTime,
    step: Step,
    expected: StoreAnswer,
}

impl Exchange {
    /// When to apply it: at most 4 seconds after the `now` of the cases.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// What to apply.
    pub const fn step(&self) -> &Step {
        &self.step
    }
}

/// Steps to apply all at once, of which exactly one may be applied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Race {
    name: &'static str,
    prepare: Option<Step>,
    contenders: Vec<Step>,
}

impl Race {
    /// The rule that is tested.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What to apply first, alone.
    #[must_use]
    pub const fn prepare(&self) -> Option<&Step> {
        self.prepare.as_ref()
    }

    /// What to apply all at once, each from a thread, task or process of its own.
    pub fn contenders(&self) -> &[Step] {
        &self.contenders
    }

    /// Judges the answers, given in the order of the contenders: one was applied, and all others were
    /// refused with its record.
    ///
    /// # Errors
    /// Any [`ConformanceError`].
    pub fn check(&self, answers: &[StoreAnswer]) -> Result<(), ConformanceError> {
        let name = self.name;
        count(name, self.contenders.len(), answers.len())?;
        let pairs = self.contenders.iter().zip(answers);
        let applied: Vec<_> = pairs.filter(|(_, found)| **found == StoreAnswer::Applied).collect();
        let [(winner, _)] = applied.as_slice() else {
            return Err(ConformanceError::Winners { name, applied: applied.len() });
        };
        let expected = StoreAnswer::Refused(Some(winner.put().clone()));
        let mut answers = answers.iter().enumerate();
        match answers.find(|(_, found)| ![&StoreAnswer::Applied, &expected].contains(found)) {
            None => Ok(()),
            Some((index, found)) => {
                Err(ConformanceError::Answer { name, index, expected, found: found.clone() })
            }
        }
    }
}

/// Every rule of the contract that one caller can test, under keys made from `seed`.
///
/// A store that lasts needs another `seed` in every run, else it remembers the last one.
#[must_use]
pub fn cases(seed: &[u8], now: UnixTime) -> Vec<Case> {
    let script = |name| Script::new(name, seed, now);
    vec![
        applies_once(script("a step that expects nothing applies once")),
        expects_a_state(script("a step applies where the record starts as expected")),
        keeps_bytes(script("a record is bytes, and compared as such")),
        tells_keys_apart(script("a key is 32 bytes, and all of them count")),
        keeps_until(script("a record stays until the end of the last step applied")),
    ]
}

/// The same for many callers at once: `contenders` of them for each race.
#[must_use]
pub fn races(seed: &[u8], contenders: usize, now: UnixTime) -> Vec<Race> {
    let until = now.saturating_add(LONG);
    let race = |name: &'static str, prepare: Option<Record>| {
        let key = digest::fingerprint(name, &[seed]);
        let expect = prepare.clone().map_or(Expect::Absent, Expect::State);
        let contender = |index: usize| {
            let put = Record::with_fields(2, &[&index.to_be_bytes()]);
            Step::new(key, expect.clone(), put, until)
        };
        let prepare = prepare.map(|put| Step::new(key, Expect::Absent, put, until));
        Race { name, prepare, contenders: (0..contenders).map(contender).collect() }
    };
    vec![
        race("one of many takes what nobody has", None),
        race("one of many changes a state", Some(Record::state(1))),
    ]
}

fn applies_once(script: Script) -> Case {
    let (a, b) = (record(1, b"a"), record(1, b"b"));
    script
        .expect(Expect::Absent, &a, StoreAnswer::Applied)
        .expect(Expect::Absent, &a, held(&a))
        .expect(Expect::Absent, &b, held(&a))
        .expect(Expect::Absent, &a, held(&a))
        .case
}

fn expects_a_state(script: Script) -> Case {
    let (a, b) = (record(1, b"ab"), record(2, b"ab"));
    script
        .expect(Expect::State(a.clone()), &b, StoreAnswer::Refused(None))
        .expect(Expect::Absent, &a, StoreAnswer::Applied)
        .expect(Expect::State(record(2, b"")), &b, held(&a))
        .expect(Expect::State(record(1, b"b")), &b, held(&a))
        .expect(Expect::State(record(1, b"ab\0")), &b, held(&a))
        .expect(Expect::State(record(1, b"a")), &b, StoreAnswer::Applied)
        .expect(Expect::State(a), &b, held(&b))
        .expect(Expect::State(b.clone()), &b, StoreAnswer::Applied)
        .case
}

/// All byte values at the greatest length; then what SQL, terminals and text columns treat in their own way.
fn keeps_bytes(script: Script) -> Case {
    let every: Vec<u8> = (1..=u8::MAX).collect();
    let (every, text) = (record(0, &every), record(b'%', b"_'\\\0\r\n\xffZ "));
    script
        .expect(Expect::Absent, &every, StoreAnswer::Applied)
        .expect(Expect::Absent, &text, held(&every))
        .expect(Expect::State(every), &text, StoreAnswer::Applied)
        .expect(Expect::State(record(b'_', b"_")), &text, held(&text))
        .expect(Expect::State(record(b'%', b"%")), &text, held(&text))
        .expect(Expect::State(record(b'%', b"_'\\\0\r\n\xffz")), &text, held(&text))
        .expect(Expect::State(record(b'%', b"_'\\\0\r\n\xffZ  ")), &text, held(&text))
        .expect(Expect::State(text.clone()), &text, StoreAnswer::Applied)
        .case
}

fn tells_keys_apart(script: Script) -> Case {
    let key = |first: u8, last: u8| {
        let mut key = script.key;
        let [front, .., back] = &mut key;
        (*front, *back) = (first, last);
        key
    };
    // Ends count, a zero ends no text, and case is not folded.
    let keys = [key(0, 0), key(0, 1), key(0, 128), key(b'a', 0), key(b'A', 0), key(0xff, b' ')];
    let records = keys.map(|[first, .., last]| record(first, &[last]));
    let script = keys.iter().zip(&records).fold(script, |script, (key, put)| {
        script.key(*key).expect(Expect::Absent, put, StoreAnswer::Applied)
    });
    let ask = |script: Script, (key, put): (&[u8; 32], &Record)| {
        script.key(*key).expect(Expect::Absent, put, held(put))
    };
    keys.iter().zip(&records).fold(script, ask).case
}

fn keeps_until(script: Script) -> Case {
    let (a, b) = (record(1, b"a"), record(2, b"b"));
    let [stays, renewed, untouched] = [b"1", b"2", b"3"].map(|n| digest::sha256(&[&script.key, n]));
    script
        .key(stays)
        .until(SHORT)
        .expect(Expect::Absent, &a, StoreAnswer::Applied)
        .key(renewed)
        .expect(Expect::Absent, &a, StoreAnswer::Applied)
        .until(LONG)
        .expect(Expect::State(a.clone()), &b, StoreAnswer::Applied)
        .key(untouched)
        .expect(Expect::Absent, &a, StoreAnswer::Applied)
        .until(SHORT)
        .expect(Expect::Absent, &b, held(&a))
        .until(LONG)
        .after(Duration::from_millis(2_500))
        .key(stays)
        .expect(Expect::Absent, &b, held(&a))
        .after(Duration::from_secs(1))
        .key(renewed)
        .expect(Expect::Absent, &a, held(&b))
        .key(untouched)
        .expect(Expect::Absent, &b, held(&a))
        .case
}

/// Writes a [`Case`] line by line.
struct Script {
    case: Case,
    key: [u8; 32],
    at: UnixTime,
    until: UnixTime,
}

impl Script {
    fn new(name: &'static str, seed: &[u8], now: UnixTime) -> Self {
        let key = digest::fingerprint(name, &[seed]);
        let case = Case { name, exchanges: Vec::new() };
        Self { case, key, at: now, until: now.saturating_add(LONG) }
    }

    fn expect(mut self, expect: Expect, put: &Record, expected: StoreAnswer) -> Self {
        let step = Step::new(self.key, expect, put.clone(), self.until);
        self.case.exchanges.push(Exchange { at: self.at, step, expected });
        self
    }

    fn key(self, key: [u8; 32]) -> Self {
        Self { key, ..self }
    }

    fn until(self, duration: Duration) -> Self {
        Self { until: self.at.saturating_add(duration), ..self }
    }

    fn after(self, duration: Duration) -> Self {
        Self { at: self.at.saturating_add(duration), ..self }
    }
}

fn record(state: u8, rest: &[u8]) -> Record {
    Record::with_fields(state, &[rest])
}

fn held(record: &Record) -> StoreAnswer {
    StoreAnswer::Refused(Some(record.clone()))
}

fn count(name: &'static str, expected: usize, found: usize) -> Result<(), ConformanceError> {
    if expected == found { Ok(()) } else { Err(ConformanceError::Count { name, expected, found }) }
}

/// Longer than a whole run.
const LONG: Duration = Duration::from_secs(60);
/// Long enough to be told from dropped at once, short enough to wait for.
const SHORT: Duration = Duration::from_secs(3);
