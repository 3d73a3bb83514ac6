//! The cache under any schedule of lookups, answers and clocks: one live ticket, no more fetches than the cool-down
//! allows, nothing trusted beyond the hard age, and no good key lost to an error.

#![no_main]

use std::time::Duration;

use countersign::jwks::{
    FetchOutcome, JwksCache, Lookup, Refusal, Response, SharedJwksCache, Ticket,
};
use countersign::time::UnixTime;
use countersign_fuzz::{below, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const START: i64 = 1_735_180_623_000;
const MINUTE: i64 = 60_000;
const HARD: i64 = 24 * 60 * MINUTE;
const COOL_DOWN: i64 = MINUTE;
const TICKET_LIFETIME: i64 = 15_000;

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let mut world = World::new();
    // Longer schedules find nothing that several shorter ones do not.
    for _ in 0..300 {
        if input.is_empty() {
            break;
        }
        world.act(&mut input);
    }
});

/// The cache, what was asked of it, and what is known without it.
struct World {
    cache: JwksCache,
    another: JwksCache,
    /// The host's clock, in milliseconds.
    now: i64,
    /// The clock at the last call.
    seen: i64,
    /// How far the clock has gone forward from call to call: at least as far as any time the cache can have.
    forward: i64,
    /// How far back, and how often: what the cache may be misled by.
    misled: i64,
    /// As much of it as the cache may still take for a reading that was out of order: it sees after a minute.
    unsettled: i64,
    since_back: i64,
    tickets: Vec<Asked>,
    number: usize,
    /// Whether the last attempt was not answered.
    open: bool,
    /// When the last attempt began, and whether the clock was in order then.
    last_attempt: Option<(i64, bool)>,
    trusted: Option<Trusted>,
}

struct Asked {
    ticket: Ticket,
    number: usize,
    host: i64,
    forward: i64,
    misled: i64,
    in_order: bool,
}

struct Trusted {
    document: &'static Document,
    /// The host's clock when it was asked for.
    host: i64,
    forward: i64,
    misled: i64,
    /// Whether the clock was in order then.
    in_order: bool,
}

impl Trusted {
    /// How old the cache may take it for: the minute that it waits after a step back counts all at once.
    fn oldest(&self, age: i64) -> i64 {
        if self.in_order { age } else { age + MINUTE }
    }
}

struct Document {
    text: &'static str,
    /// What is usable in it.
    keys: &'static [&'static str],
}

impl World {
    fn new() -> Self {
        Self {
            cache: JwksCache::builder().build().unwrap(),
            another: JwksCache::builder().build().unwrap(),
            now: START,
            seen: START,
            forward: 0,
            misled: 0,
            unsettled: 0,
            since_back: 0,
            tickets: Vec::new(),
            number: 0,
            open: false,
            last_attempt: None,
            trusted: None,
        }
    }

    fn act(&mut self, input: &mut Unstructured<'_>) {
        match below(input, 12) {
            0..=3 => self.look_up(pick(input, &["a", "b", "c", "", "unknown", "no id"])),
            4 | 5 => self.answer(input),
            6 => self.fail(input),
            7 => self.poll(),
            8 => self.now += *pick(input, &[&1, &1_000, &14_999, &15_000, &MINUTE, &(MINUTE - 1)]),
            9 => {
                self.now += *pick(input, &[&(10 * MINUTE), &(6 * 60 * MINUTE), &HARD, &(HARD - 1)])
            }
            10 => {
                self.now -= *pick(input, &[&1, &1_000, &MINUTE, &(61 * MINUTE), &HARD, &(3 * HARD)])
            }
            _ => self.restore(input),
        }
    }

    fn observe(&mut self) -> UnixTime {
        let moved = self.now - self.seen;
        self.seen = self.now;
        self.forward += moved.max(0);
        self.since_back += moved;
        if moved < 0 {
            // For a minute the cache waits whether the clock comes back; a leap that it takes back was perhaps
            // none, and a pause that ends where the leap did is perhaps none either.
            let misled = -2 * moved + 2 * MINUTE;
            self.misled += misled;
            self.unsettled += misled;
            self.since_back = 0;
        } else if self.since_back >= MINUTE {
            self.unsettled = 0;
        }
        let now = UnixTime::from_millis(self.now);
        // Whatever is called next, the cache has seen this moment.
        let refused = self.cache.lookup("no id", now);
        assert!(matches!(refused, Lookup::Refused(Refusal::KeyIdForm)));
        now
    }

    /// Time that the clock took back may count as not passed, and no other. The cache may also have stood a minute
    /// before the clock when it asked, and waited another.
    fn taken_back(&self, misled: i64) -> i64 {
        if self.misled > 0 { self.misled - misled + 2 * MINUTE } else { 0 }
    }

    fn look_up(&mut self, id: &str) {
        let now = self.observe();
        match self.cache.lookup(id, now) {
            Lookup::Found { keys, refresh } => {
                let trusted = self.trusted.as_ref().expect("keys of no document");
                assert!(self.now - trusted.host < HARD, "trusted beyond the hard age of the host");
                let age = self.forward - trusted.forward;
                assert!(
                    age - self.taken_back(trusted.misled) < HARD,
                    "trusted beyond the hard age"
                );
                let expected: Vec<_> =
                    (trusted.document.keys.iter()).filter(|key| **key == id).collect();
                assert_eq!(keys.as_ref().len(), expected.len());
                assert!(keys.as_ref().iter().all(|key| key.id().map_or("", |id| id) == id));
                if let Some(ticket) = refresh {
                    assert!(
                        trusted.oldest(age) >= MINUTE,
                        "refreshed within the shortest soft age"
                    );
                    self.issued(ticket);
                }
                return;
            }
            Lookup::Fetch(ticket) => self.issued(ticket),
            Lookup::Wait { until } => {
                assert!(self.open, "waiting for nobody");
                let wait = until.as_millis() - self.now;
                assert!((1..=TICKET_LIFETIME).contains(&wait), "{wait}");
            }
            Lookup::Refused(Refusal::KeyIdForm) => assert_eq!(id, "no id"),
            Lookup::Refused(Refusal::UnknownKey { retry_at }) => {
                assert!(self.trusted.is_some());
                self.cools_down(retry_at.unwrap());
            }
            Lookup::Refused(Refusal::Unavailable { retry_at }) => self.cools_down(retry_at),
            Lookup::Refused(other) => panic!("{other}"),
        }
        // It was not found: then it is not in the set, or the set is too old by every reading of the clock.
        if let Some(trusted) = &self.trusted
            && trusted.document.keys.contains(&id)
        {
            let age = self.forward - trusted.forward;
            assert!(trusted.oldest(age) >= HARD, "a good key was lost");
        }
    }

    fn cools_down(&self, retry_at: UnixTime) {
        let wait = retry_at.as_millis() - self.now;
        assert!((1..=COOL_DOWN).contains(&wait), "{wait}");
        assert!(self.last_attempt.is_some(), "refused before anything was tried");
    }

    fn poll(&mut self) {
        let now = self.observe();
        if let Some(ticket) = self.cache.poll_fetch(now) {
            self.issued(ticket);
        }
    }

    fn issued(&mut self, ticket: Ticket) {
        // With a cool-down between any two, and a ticket's life shorter than that, one ticket lives at a time.
        // After a step back the cache makes up for the minute that it waited, and so one may come early.
        let last = self.last_attempt.replace((self.forward, self.unsettled == 0));
        let cooled_down =
            |(last, in_order): (i64, bool)| !in_order || self.forward - last >= COOL_DOWN;
        assert!(last.is_none_or(cooled_down), "fetched within the cool-down");
        assert_eq!(ticket.deadline().as_millis(), self.now + TICKET_LIFETIME);
        self.number += 1;
        self.open = true;
        let (number, forward, misled) = (self.number, self.forward, self.misled - self.unsettled);
        let in_order = self.unsettled == 0;
        let host = self.now;
        self.tickets.push(Asked { ticket, number, host, forward, misled, in_order });
        assert!(i64::try_from(self.number).unwrap() <= 1 + self.forward / COOL_DOWN);
    }

    fn take(&mut self, input: &mut Unstructured<'_>) -> Option<Asked> {
        let count = self.tickets.len();
        // Most often the last one, and sometimes one that was thought lost.
        let at =
            if below(input, 4) > 0 { count.checked_sub(1)? } else { below(input, count.max(1)) };
        (at < count).then(|| self.tickets.swap_remove(at))
    }

    fn answer(&mut self, input: &mut Unstructured<'_>) {
        let (response, document) = response(input);
        let Some(asked) = self.take(input) else { return self.answer_of_another(response) };
        let now = self.observe();
        let outcome = self.cache.handle_response(asked.ticket, response, now);
        let took = self.forward - asked.forward;
        let in_time = took < TICKET_LIFETIME && asked.in_order;
        let current = asked.number == self.number && self.open;
        match (&outcome, document) {
            (FetchOutcome::Updated { report, .. }, Some(document)) => {
                assert!(current);
                let late = took - self.taken_back(asked.misled) >= TICKET_LIFETIME;
                assert!(!late, "an answer was taken too late");
                assert_eq!(report.skipped().is_empty(), !document.text.contains("oct"));
                let Asked { host, forward, misled, in_order, .. } = asked;
                self.trusted = Some(Trusted { document, host, forward, misled, in_order });
                self.open = false;
            }
            (FetchOutcome::KeptLastGood { .. }, None) => {
                assert!(current);
                self.open = false;
            }
            (FetchOutcome::StaleTicket, _) => {
                assert!(!(current && in_time), "an answer in time was not taken");
            }
            _ => panic!("{outcome} of {response:?}"),
        }
    }

    fn fail(&mut self, input: &mut Unstructured<'_>) {
        let Some(asked) = self.take(input) else { return };
        let now = self.observe();
        let outcome = self.cache.handle_failure(asked.ticket, now);
        let current = asked.number == self.number && self.open;
        match outcome {
            FetchOutcome::KeptLastGood { .. } => {
                assert!(current);
                self.open = false;
            }
            _ => {
                assert_eq!(outcome, FetchOutcome::StaleTicket);
                let in_time = self.forward - asked.forward < TICKET_LIFETIME && asked.in_order;
                assert!(!(current && in_time), "word of a failure in time was not taken");
            }
        }
    }

    /// The ticket of another issuer's cache brings nothing in.
    fn answer_of_another(&mut self, response: Response<'_>) {
        let now = self.observe();
        let Some(foreign) = self.another.poll_fetch(now) else { return };
        assert_eq!(self.cache.handle_response(foreign, response, now), FetchOutcome::StaleTicket);
    }

    /// A new process starts with what the old one had; its shell says the same as the machine.
    fn restore(&mut self, input: &mut Unstructured<'_>) {
        let now = self.observe();
        let Some(export) = self.cache.export() else { return };
        let age = i64::try_from(below(input, 2_000)).unwrap() * MINUTE;
        let fetched_at = now.saturating_sub(Duration::from_millis(age.unsigned_abs()));
        let mut fresh = JwksCache::builder().build().unwrap();
        let restored = fresh.restore(&export.document, fetched_at, now);
        assert_eq!(restored.is_ok(), age < HARD);
        let shared = SharedJwksCache::new(JwksCache::builder().build().unwrap());
        assert_eq!(shared.restore(&export.document, fetched_at, now), restored);
        for id in ["a", "b", "c", "", "unknown"] {
            let found = matches!(fresh.lookup(id, now), Lookup::Found { .. });
            assert_eq!(matches!(shared.lookup(id, now), Lookup::Found { .. }), found);
            let trusted = self.trusted.as_ref().unwrap();
            assert_eq!(found, age < HARD && trusted.document.keys.contains(&id));
        }
    }
}

/// An answer of the issuer, and what should be trusted then.
fn response(input: &mut Unstructured<'_>) -> (Response<'static>, Option<&'static Document>) {
    let status = *pick(input, &[&200, &200, &200, &200, &304, &500, &0]);
    let cache_control = *pick(
        input,
        &[&None, &Some("max-age=0"), &Some("max-age=99999999"), &Some("no-store, max-age=x")],
    );
    let age = *pick(input, &[&None, &Some("30"), &Some("99999999999999999999")]);
    let document =
        (below(input, 3) > 0).then(|| pick(input, &[&DOCUMENTS[0], &DOCUMENTS[1], &DOCUMENTS[2]]));
    let body = document.map_or_else(|| pick(input, GARBAGE), |document| document.text);
    let response = Response { status, body: body.as_bytes(), cache_control, age };
    (response, document.filter(|_| status == 200))
}

// The keys of RFC 8037 §A.2, RFC 8410 §10.1 and RFC 9421 §B.1.3.
static DOCUMENTS: [Document; 3] = [
    Document {
        text: r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
        keys: &["a"],
    },
    Document {
        text: r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"b","x":"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"},{"kty":"OKP","crv":"Ed25519","kid":"a","x":"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"},{"kty":"EC","crv":"P-256","kid":"a","x":"qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA","y":"Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"}]}"#,
        keys: &["b", "a", "a"],
    },
    Document {
        text: r#"{"keys":[{"kty":"oct","kid":"b","k":"AA"},{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
        keys: &[""],
    },
];

const GARBAGE: &[&str] = &[
    "",
    "{}",
    r#"{"keys":[]}"#,
    r#"{"keys":[7]}"#,
    r#"{"keys":[{"kty":"oct","k":"AA"}]}"#,
    "<html>",
];
