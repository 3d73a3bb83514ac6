//! Random schedules drive `JwksCache` beside a model of it: first with a clock that goes right, where the model
//! foretells every answer, then with one that is set back, leaps and is read late, where what must hold holds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

#[path = "common/key_sets.rs"]
mod key_sets;

use countersign::jwks::{
    FetchOutcome, JwkSet, JwksCache, JwksError, Lookup, Refusal, Response, Ticket,
};
use countersign::time::UnixTime;
use key_sets::{ED25519, P256, P384, RSA, RSA_OTHER, document, jwk, key};

const SEEDS: u64 = 20;
const ACTIONS: u64 = 5_000;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const COOL_DOWN: i64 = MINUTE;
const TICKET_LIFETIME: i64 = MINUTE / 4;
const SOFT_AGE: i64 = 10 * MINUTE;
const HARD_AGE: i64 = 24 * HOUR;
const SLACK: i64 = MINUTE;

/// xorshift64*, so that a failure is told by its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next()).unwrap() % end
    }

    fn once_in(&mut self, times: i64) -> bool {
        self.below(times) == 0
    }

    /// A pause: mostly short, at times a night.
    fn pause(&mut self) -> i64 {
        match self.below(100) {
            0..50 => 0,
            50..80 => self.below(2_000),
            80..95 => self.below(MINUTE),
            95..99 => self.below(15 * MINUTE),
            _ => self.below(30 * HOUR),
        }
    }
}

/// What the issuer publishes, one after the other: a key that is always there, each time another one,
/// and one that only this version has.
struct Issuer {
    documents: Vec<Vec<u8>>,
    thumbprints: Vec<[u8; 32]>,
}

impl Issuer {
    fn new() -> Self {
        let pems = [ED25519, P256, P384, RSA, RSA_OTHER];
        let document = |(version, pem): (usize, &&str)| {
            document(&[jwk(pem, "always"), jwk(pem, &format!("only-{version}"))])
        };
        Self {
            documents: pems.iter().enumerate().map(document).collect(),
            thumbprints: pems.map(|pem| *key(pem, "k").thumbprint()).to_vec(),
        }
    }
}

const BAD_BODIES: [&[u8]; 4] =
    [b"", b"<html>", br#"{"keys":[]}"#, br#"{"keys":[{"kty":"oct","kid":"always","k":"AA"}]}"#];

/// Hands in an answer of a random kind; gives the version if it was a good one.
fn answer(
    random: &mut Random,
    issuer: &Issuer,
    cache: &mut JwksCache,
    ticket: Ticket,
    now: UnixTime,
) -> (Option<usize>, FetchOutcome) {
    let version = usize::try_from(random.below(5)).unwrap();
    let mut response =
        Response { status: 200, body: &issuer.documents[version], cache_control: None, age: None };
    let expected = match random.below(10) {
        0 => return (None, cache.handle_failure(ticket, now)),
        1 => {
            response.status = 503;
            Err(JwksError::Status { found: 503 })
        }
        2 | 3 => {
            response.body = BAD_BODIES[usize::try_from(random.below(4)).unwrap()];
            JwkSet::parse(response.body).map(|_| ())
        }
        _ => Ok(()),
    };
    let outcome = cache.handle_response(ticket, response, now);
    if let (FetchOutcome::KeptLastGood { reason }, Err(expected)) = (&outcome, &expected) {
        assert_eq!(reason, expected);
    }
    (expected.is_ok().then_some(version), outcome)
}

fn id(random: &mut Random) -> String {
    match random.below(4) {
        0 | 1 => "always".to_owned(),
        2 => format!("only-{}", random.below(5)),
        _ => format!("random-{}", random.next()),
    }
}

/// The last good set: which version, and when it was asked for.
#[derive(Clone, Copy)]
struct Good {
    version: usize,
    asked_at: i64,
}

impl Good {
    fn has(self, id: &str) -> bool {
        id == "always" || id == format!("only-{}", self.version)
    }
}

/// The cache as one would explain it, in milliseconds of a clock that goes right.
#[derive(Default)]
struct Model {
    good: Option<Good>,
    /// When the last ticket was written, and whether it came back.
    last: Option<(i64, bool)>,
    failures: u32,
}

impl Model {
    fn in_flight(&self, now: i64) -> bool {
        self.last.is_some_and(|(at, open)| open && now < at + TICKET_LIFETIME)
    }

    fn paused_for(&self, now: i64, pause: i64) -> bool {
        self.last.is_some_and(|(at, _)| now < at + pause)
    }

    fn issue(&mut self, now: i64) {
        self.failures += u32::from(self.last.is_some_and(|(_, open)| open));
        self.last = Some((now, true));
    }

    fn trusted(&self, now: i64) -> Option<Good> {
        self.good.filter(|good| now - good.asked_at < HARD_AGE)
    }

    /// What the lookup must say, its ticket written.
    fn lookup(&mut self, id: &str, now: i64) -> String {
        let trusted = self.trusted(now);
        if let Some(good) = trusted.filter(|good| good.has(id)) {
            let pause = COOL_DOWN << self.failures.saturating_sub(1).min(3);
            let stale = now - good.asked_at >= SOFT_AGE;
            let refresh = stale && !self.in_flight(now) && !self.paused_for(now, pause);
            if refresh {
                self.issue(now);
            }
            return format!("found {} {refresh}", good.version);
        }
        let asked_at = self.last.map_or(0, |(at, _)| at);
        if self.in_flight(now) {
            format!("wait {}", asked_at + TICKET_LIFETIME)
        } else if !self.paused_for(now, COOL_DOWN) {
            self.issue(now);
            "fetch".to_owned()
        } else if trusted.is_some() {
            format!("unknown {}", asked_at + COOL_DOWN)
        } else {
            format!("unavailable {}", asked_at + COOL_DOWN)
        }
    }
}

/// A lookup in the model's words, and its ticket.
fn told(issuer: &Issuer, lookup: Lookup) -> (String, Option<Ticket>) {
    match lookup {
        Lookup::Found { keys, refresh } => {
            let [key] = keys.as_ref() else { panic!("one key was due") };
            let version = issuer.thumbprints.iter().position(|known| known == key.thumbprint());
            (format!("found {} {}", version.unwrap(), refresh.is_some()), refresh)
        }
        Lookup::Fetch(ticket) => ("fetch".to_owned(), Some(ticket)),
        Lookup::Wait { until } => (format!("wait {}", until.as_millis()), None),
        Lookup::Refused(Refusal::UnknownKey { retry_at }) => {
            (format!("unknown {}", retry_at.unwrap().as_millis()), None)
        }
        Lookup::Refused(Refusal::Unavailable { retry_at }) => {
            (format!("unavailable {}", retry_at.as_millis()), None)
        }
        Lookup::Refused(other) => panic!("{other}"),
    }
}

const START: i64 = 1_735_180_623_000;

#[test]
fn with_a_clock_that_goes_right_every_answer_is_the_models() {
    let issuer = Issuer::new();
    for seed in 1..=SEEDS {
        let mut random = Random(seed);
        let mut cache = JwksCache::builder().build().unwrap();
        let (mut model, mut tickets, mut now, mut issued) =
            (Model::default(), Vec::new(), START, 0);
        for action in 0..ACTIONS {
            let at = format!("seed {seed}, action {action}");
            now += random.pause();
            let moment = UnixTime::from_millis(now);
            let written = if !tickets.is_empty() && random.once_in(3) {
                let chosen = usize::try_from(random.next()).unwrap() % tickets.len();
                let (written, ticket): (i64, _) = tickets.swap_remove(chosen);
                let (version, outcome) = answer(&mut random, &issuer, &mut cache, ticket, moment);
                let live = model.in_flight(now) && model.last == Some((written, true));
                assert_eq!(outcome == FetchOutcome::StaleTicket, !live, "{at}");
                if live {
                    model.last = Some((written, false));
                    let good = version.map(|version| Good { version, asked_at: written });
                    model.failures = if good.is_some() { 0 } else { model.failures + 1 };
                    model.good = good.or(model.good);
                    assert_eq!(matches!(outcome, FetchOutcome::Updated { .. }), good.is_some());
                }
                None
            } else if random.once_in(50) {
                let trusted = model.trusted(now).map(|good| format!("only-{}", good.version));
                let found = cache.trusted_set(moment).and_then(|set| set.keys()[1].id().cloned());
                assert_eq!(found.as_deref(), trusted.as_deref(), "{at}");
                None
            } else {
                let id = id(&mut random);
                let expected = model.lookup(&id, now);
                let (found, ticket) = told(&issuer, cache.lookup(&id, moment));
                assert_eq!(found, expected, "{at}");
                ticket
            };
            if let Some(ticket) = written {
                issued += 1;
                tickets.push((now, ticket));
            }
            assert!(issued <= 1 + (now - START) / COOL_DOWN, "{at}: {issued} fetches");
            tickets.truncate(4); // the host died, now and then
        }
    }
}

/// A host's clock and what is wrong with it.
#[derive(Clone)]
struct Clock {
    truth: i64,
    /// The clock less the truth.
    offset: i64,
    set_back: i64,
    /// Times it went forward by more than time did, and by how much where it stayed there.
    leaps: i64,
    gained: i64,
    leapt: bool,
}

/// The latest that a thread reads its clock.
const LAG: i64 = 20 * MINUTE;
/// The longest time between two lookups: short enough that none looks like a leap.
const PAUSE: i64 = 4 * MINUTE;

impl Clock {
    /// The next moment that the host reads, and whether it is one that its clock stands by.
    fn read(&mut self, random: &mut Random) -> (i64, bool) {
        let longest = if random.once_in(2) { PAUSE } else { 2_000 };
        self.truth += random.below(longest);
        let now = self.truth + self.offset;
        // One bad value at a time: of two in a row, the first cannot be told from time that passed.
        if std::mem::take(&mut self.leapt) {
            return (now, true);
        }
        match random.below(2_000) {
            0 => {
                self.offset -= random.below(3 * HOUR);
                self.set_back += 1;
                (self.truth + self.offset, true)
            }
            1 => {
                let gained = random.below(HOUR);
                (self.offset, self.gained) = (self.offset + gained, self.gained + gained);
                self.leaps += 1;
                (self.truth + self.offset, true)
            }
            2..10 => {
                (self.leaps, self.leapt) = (self.leaps + 1, true);
                (now + random.below(20 * 365 * 24 * HOUR), false)
            }
            10..100 => (now - random.below(LAG), false),
            _ => (now, true),
        }
    }
}

#[test]
fn with_a_clock_that_goes_wrong_keys_are_neither_lost_nor_trusted_for_longer() {
    let issuer = Issuer::new();
    let (mut found_near_the_end, mut refused_at_the_end) = (0, 0);
    for seed in 1..=SEEDS {
        let mut random = Random(seed);
        let mut cache = JwksCache::builder().build().unwrap();
        let mut clock =
            Clock { truth: START, offset: 0, set_back: 0, leaps: 0, gained: 0, leapt: false };
        let mut good: Option<(Good, Clock)> = None;
        let (mut live, mut issued) = (None, 0);
        // Outages that outlast the hard age are the half of it.
        let mut outage = false;
        for action in 0..ACTIONS {
            let at = format!("seed {seed}, action {action}");
            outage ^= random.once_in(2_000);
            let (now, stands) = clock.read(&mut random);
            let now = UnixTime::from_millis(now);
            if let Some((asked_at, ticket)) = live.take_if(|_| random.once_in(2)) {
                let outcome = if outage {
                    cache.handle_failure(ticket, now)
                } else {
                    let (version, outcome) = answer(&mut random, &issuer, &mut cache, ticket, now);
                    if let (Some(version), FetchOutcome::Updated { .. }) = (version, &outcome) {
                        let kept = Good { version, asked_at };
                        good = Some((kept, clock.clone()));
                    }
                    outcome
                };
                assert!(good.is_none() || cache.export().is_some(), "{at}: {outcome:?}");
                continue;
            }
            let id = id(&mut random);
            let (found, ticket) = told(&issuer, cache.lookup(&id, now));
            if let Some(ticket) = ticket {
                issued += 1;
                live = Some((clock.truth, ticket));
            }
            // One at the start, one per cool-down, one wherever the clock went forward by a jump: a first moment
            // that was read late, a leap, the end of a doubt about a step back.
            let jumps = 1 + clock.set_back + 2 * clock.leaps;
            let allowed = 1 + (clock.truth - START + clock.gained) / COOL_DOWN + jumps;
            assert!(issued <= allowed, "{at}: {issued} fetches of {allowed}");

            let is_found = found.starts_with("found");
            assert!(good.is_some() || !is_found, "{at}: keys from nowhere");
            let Some((kept, then)) = &good else { continue };
            if is_found {
                assert!(found.starts_with(&format!("found {} ", kept.version)), "{at}: {found}");
            }
            let age = clock.truth - kept.asked_at;
            // In doubt about a step back time stands still for the slack, and goes on by too much if another
            // thread reads its clock late just then. A leap hides the pause before it.
            let (set_back, leaps) = (clock.set_back - then.set_back, clock.leaps - then.leaps);
            let late = (set_back + 1) * SLACK + leaps * PAUSE;
            let early = clock.gained - then.gained + (set_back + leaps) * LAG;
            assert!(!is_found || age < HARD_AGE + late, "{at}: trusted after {age} ms");
            if stands && kept.has(&id) && age < HARD_AGE - early {
                assert!(is_found, "{at}: lost after {age} ms, {early} ms gained: {found}");
                found_near_the_end += i64::from(age > HARD_AGE / 2);
            }
            refused_at_the_end += i64::from(kept.has(&id) && !is_found);
        }
    }
    // The schedules are worth their time only if they get there.
    assert!(found_near_the_end > 1_000, "{found_near_the_end}");
    assert!(refused_at_the_end > 1_000, "{refused_at_the_end}");
}
