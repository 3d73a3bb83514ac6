//! Any schedule of issues, webhooks, logins that race, failing stores and moving clocks: a `secretData` logs in once at
//! most, only behind a webhook for it, and every refusal is the one that the state of its challenge asks for.

#![no_main]

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use countersign::biometric::{
    BiometricError, BiometricFlow, Confirmation, Derivation, Issue, Login, LoginRequest, Mode,
    PendingConfirmation,
};
use countersign::digest::sha256;
use countersign::encoding::hex;
use countersign::guard::MemoryStore;
use countersign::headers::Headers;
use countersign::partner::zalo::{Webhook, Zalo};
use countersign::secret::{Secret, SecretSet};
use countersign::time::UnixTime;
use countersign::verified::{Expect, Record, Step, StoreAnswer};
use countersign::webhook::zalo::MiniApp;
use countersign_fuzz::{below, coin, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const START: i64 = 1_735_180_623_123;
const API_KEY: &str = "zalo-mini-app-api-key";
const TOKENS: [&str; 4] = ["a", "b", "a.1", "zalo-access-token"];

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let mode = if coin(&mut input) { Mode::Stateful } else { Mode::Stateless };
    let mini_app =
        MiniApp::builder("2646373759294038927").api_key("2025", API_KEY).build().unwrap();
    let store = Store::new(&mut input);
    let mut world = World {
        mode,
        zalo: &Zalo::new(mini_app, flow(&mut input, mode)),
        store,
        now: START,
        latest: START,
        issued: Vec::new(),
        states: HashMap::new(),
        logins: HashMap::new(),
        arriving: [const { None }; 2],
    };
    while !input.is_empty() {
        world.go_on(&mut input);
    }
});

fn flow(input: &mut Unstructured<'_>, mode: Mode) -> BiometricFlow {
    let secret = Secret::new("the server's own secret key").unwrap();
    let secrets = SecretSet::builder().secret("2025", secret).build().unwrap();
    let recipes = [Derivation::HmacSha256, Derivation::ZaloMd5];
    let first = below(input, 2);
    let flow = BiometricFlow::builder(secrets).mode(mode).derivation(recipes[first]);
    let flow = if coin(input) { flow.also_accept(recipes[1 - first]) } else { flow };
    flow.build().unwrap()
}

/// A store that drops what is over only where it needs the room and sees through clocks that leap, or one that drops
/// everything at its end, as Redis does.
enum Store {
    Memory(MemoryStore),
    Forgetful(RefCell<HashMap<[u8; 32], (Record, UnixTime)>>),
}

impl Store {
    fn new(input: &mut Unstructured<'_>) -> Self {
        match below(input, 3) {
            0 => Self::Forgetful(RefCell::default()),
            1 => Self::Memory(MemoryStore::new(4_096, UnixTime::from_millis(START))),
            _ => Self::Memory(MemoryStore::new(1 + below(input, 5), UnixTime::from_millis(START))),
        }
    }

    fn apply(&self, step: &Step, now: UnixTime) -> StoreAnswer {
        let mut entries = match self {
            Self::Memory(store) => return store.apply(step, now),
            Self::Forgetful(entries) => entries.borrow_mut(),
        };
        entries.retain(|_, (_, until)| *until >= now);
        let until = match (entries.get(step.key()), step.expect()) {
            (None, Expect::Absent) => step.until(),
            (Some((held, until)), Expect::State(front))
                if held.as_bytes().starts_with(front.as_bytes()) =>
            {
                step.until().max(*until)
            }
            (held, _) => return StoreAnswer::Refused(held.map(|(held, _)| held.clone())),
        };
        entries.insert(*step.key(), (step.put().clone(), until));
        StoreAnswer::Applied
    }
}

/// A challenge as its user has it.
#[derive(Clone)]
struct Issued {
    secret_data: String,
    event_time: i64,
    access_token: &'static str,
}

/// What a challenge has come to, as far as the store said so.
#[derive(Clone, Copy, Debug)]
enum State {
    Issued,
    Confirmed { event: i64, received: i64 },
    Consumed,
}

struct World<'z> {
    mode: Mode,
    zalo: &'z Zalo,
    store: Store,
    now: i64,
    /// The latest moment that the clock ever showed.
    latest: i64,
    issued: Vec<Issued>,
    /// By `secretData`: the state, and until when it is kept.
    states: HashMap<String, (State, UnixTime)>,
    logins: HashMap<String, u32>,
    arriving: [Option<Arriving>; 2],
}

/// A login on its way.
struct Racing<'r> {
    secret_data: &'r str,
    login: Login<'r>,
    looked: bool,
}

/// A webhook whose step the store has not seen yet.
struct Arriving {
    secret_data: String,
    event: i64,
    received: i64,
    pending: PendingConfirmation,
}

impl World<'_> {
    fn go_on(&mut self, input: &mut Unstructured<'_>) {
        match below(input, 12) {
            0 | 1 => self.issue(input),
            2 | 3 => self.webhook(input),
            4 => self.confirm(input),
            5..=7 => self.race(input, 3),
            8 | 9 => self.walk_through(input),
            _ => self.move_clock(input),
        }
    }

    fn move_clock(&mut self, input: &mut Unstructured<'_>) {
        let span = *pick(
            input,
            &[
                &1,
                &999,
                &30_000,
                &60_000,
                &61_000,
                &120_000,
                &120_001,
                &200_000,
                &300_000,
                &260_000_000,
            ],
        );
        // With a store that trusts the clock, it goes on, but for a second.
        let back = coin(input) && (span < 1_000 || matches!(self.store, Store::Memory(_)));
        self.now += if back { -span } else { span };
        self.latest = self.latest.max(self.now);
    }

    /// Everything that a login takes, one after the other.
    fn walk_through(&mut self, input: &mut Unstructured<'_>) {
        self.webhook(input);
        self.confirm(input);
        self.race(input, 1);
    }

    /// Logins that begin together and end when they end, with webhooks and time in between.
    fn race(&mut self, input: &mut Unstructured<'_>, most: usize) {
        let requests: Vec<_> =
            (0..=below(input, most)).filter_map(|_| self.request(input)).collect();
        let mut racing: Vec<_> =
            requests.iter().filter_map(|request| self.start(request)).collect();
        while !racing.is_empty() {
            match below(input, 16) {
                1 => self.webhook(input),
                2 => self.confirm(input),
                3 => self.move_clock(input),
                4 => self.issue(input),
                _ => {
                    let one = racing.swap_remove(below(input, racing.len()));
                    racing.extend(self.settle(input, one));
                }
            }
        }
    }

    fn moment(&self) -> UnixTime {
        UnixTime::from_millis(self.now)
    }

    fn issue(&mut self, input: &mut Unstructured<'_>) {
        let access_token = pick(input, &TOKENS);
        let mut issue = self.zalo.issue(access_token, self.moment()).unwrap();
        let challenge = loop {
            match issue {
                Issue::Issued(challenge) => break challenge,
                Issue::Owes(pending) => {
                    assert_eq!(self.mode, Mode::Stateful);
                    let answer = self.ask(input, pending.step());
                    match pending.finish(answer.clone(), self.moment()) {
                        Ok(next) => issue = next,
                        Err(BiometricError::TooManyChallenges) => {
                            assert!(matches!(answer, StoreAnswer::Refused(Some(_))));
                            return;
                        }
                        Err(error) => {
                            assert_eq!(answer, StoreAnswer::Unavailable);
                            assert_eq!(error, BiometricError::StoreUnavailable);
                            return;
                        }
                    }
                }
            }
        };
        let secret_data = challenge.secret_data().as_str().to_owned();
        if self.mode == Mode::Stateful {
            let until = UnixTime::from_millis(challenge.event_time() + 360_000);
            let before = self.states.insert(secret_data.clone(), (State::Issued, until));
            assert!(before.is_none_or(|(_, until)| self.is_over(until)), "issued twice");
            self.forget_use(&secret_data);
        }
        self.issued.push(Issued { secret_data, event_time: challenge.event_time(), access_token });
    }

    fn webhook(&mut self, input: &mut Unstructured<'_>) {
        let secret_data = match self.challenge(input) {
            Some(challenge) if below(input, 16) != 1 => challenge.secret_data,
            _ => "TS/Smq2OGr45Jlo267NYDg==".to_owned(),
        };
        let event = self.now
            + *pick(input, &[&0, &-1, &-60_000, &-60_001, &-300_000, &-300_001, &30_000, &30_001]);
        let body = format!(
            r#"{{"event":"biometric.verify.success","secretData":"{secret_data}","timestamp":{event}}}"#
        );
        let signed = format!("biometric.verify.success{secret_data}{event}{API_KEY}");
        let mut signature = hex::encode(sha256(&[signed.as_bytes()]));
        let forged = below(input, 8) == 1;
        if forged {
            let first = if signature.starts_with('0') { "1" } else { "0" };
            signature.replace_range(..1, first);
        }
        let fields = [("X-ZEvent-Signature", signature.as_bytes())];
        let in_time = (self.now - 300_000..=self.now + 30_000).contains(&event);
        let verdict = self.zalo.webhook(&Headers::new(&fields), body.as_bytes(), self.moment());
        assert_eq!(verdict.is_ok(), in_time && !forged);
        if let Ok(Webhook::Confirms(pending)) = verdict {
            let slot = below(input, self.arriving.len());
            self.arriving[slot] =
                Some(Arriving { secret_data, event, received: self.now, pending });
        }
    }

    fn confirm(&mut self, input: &mut Unstructured<'_>) {
        let slot = one_in_use(input, &self.arriving);
        let Some(Arriving { secret_data, event, received, pending }) = self.arriving[slot].take()
        else {
            return;
        };
        let before = self.states.get(&secret_data).copied();
        let answer = self.ask(input, pending.step());
        let until = pending.step().until();
        let verdict = pending.finish(answer.clone());
        if answer == StoreAnswer::Unavailable {
            assert_eq!(verdict, Err(BiometricError::StoreUnavailable));
            return;
        }
        let over = before.is_none_or(|(_, until)| self.is_over(until));
        match verdict {
            Ok(Confirmation::Confirmed) => {
                let fits = match (self.mode, before) {
                    (Mode::Stateful, Some((State::Issued, _))) => true,
                    (Mode::Stateless, _) => over,
                    _ => false,
                };
                assert!(fits, "confirmed from {before:?}");
                if matches!(before, Some((State::Consumed, _))) {
                    self.forget_use(&secret_data);
                }
                let until = before.map_or(until, |(_, before)| before.max(until));
                self.states.insert(secret_data, (State::Confirmed { event, received }, until));
            }
            Ok(Confirmation::Duplicate) => {
                assert!(matches!(before, Some((State::Confirmed { .. }, _))), "{before:?}");
            }
            Err(BiometricError::ReplayAfterUse) => {
                assert!(matches!(before, Some((State::Consumed, _))), "{before:?}");
            }
            Err(BiometricError::UnknownChallenge) => assert!(over && self.mode == Mode::Stateful),
            Err(error) => panic!("{error:?} from {before:?}"),
        }
    }

    /// A request to log in, and whether its token and time are those of the challenge.
    fn request(&self, input: &mut Unstructured<'_>) -> Option<(LoginRequest, bool)> {
        let challenge = self.challenge(input)?;
        let (token, later) = match below(input, 8) {
            1 => ("another", 0),
            2 => (challenge.access_token, 1),
            _ => (challenge.access_token, 0),
        };
        let right = token == challenge.access_token && later == 0;
        let request = LoginRequest {
            secret_data: challenge.secret_data,
            event_time: challenge.event_time + later,
            access_token: token.to_owned(),
        };
        Some((request, right))
    }

    fn start<'r>(&self, (request, right): &'r (LoginRequest, bool)) -> Option<Racing<'r>> {
        let age = self.now - request.event_time;
        match self.zalo.login(request, self.moment()) {
            verdict if !right => assert_eq!(verdict.unwrap_err(), BiometricError::SecretMismatch),
            Err(BiometricError::ChallengeExpired) => assert!(age > 300_000),
            Err(BiometricError::ChallengeFromFuture) => assert!(age < -60_000),
            Err(error) => panic!("{error:?}"),
            Ok(login) => {
                assert!((-60_000..=300_000).contains(&age));
                return Some(Racing { secret_data: &request.secret_data, login, looked: false });
            }
        }
        None
    }

    /// One login goes one step on.
    fn settle<'r>(&mut self, input: &mut Unstructured<'_>, one: Racing<'r>) -> Option<Racing<'r>> {
        let Racing { secret_data, login, looked } = one;
        let issued = self.issued.iter().find(|issued| issued.secret_data == secret_data);
        let issued_at = issued.unwrap().event_time;
        let Login::Owes(pending) = login else { panic!("approved before the store was asked") };
        let before = self.states.get(secret_data).copied();
        let over = before.is_none_or(|(_, until)| self.is_over(until));
        let until = pending.step().until();
        let consumes = matches!(pending.step().expect(), Expect::State(_)) && looked;
        let (answer, applied) = self.ask_or_lose(input, pending.step());
        if applied {
            assert!(consumes && matches!(before, Some((State::Confirmed { .. }, _))), "{before:?}");
            let until = before.map_or(until, |(_, before)| before.max(until));
            self.states.insert(secret_data.to_owned(), (State::Consumed, until));
        }
        let state = before.map(|(state, _)| state);
        match pending.finish(answer.clone(), self.moment()) {
            _ if answer == StoreAnswer::Unavailable => {}
            Ok(Login::Approved(_)) => {
                assert!(applied);
                let Some(State::Confirmed { received, .. }) = state else { panic!("{state:?}") };
                assert!(is_in_time(self.now - received) && self.now - issued_at <= 300_000);
                let logins = self.logins.entry(secret_data.to_owned()).or_default();
                *logins += 1;
                assert_eq!(*logins, 1, "used twice");
            }
            Ok(owes) => {
                let Some(State::Confirmed { received, .. }) = state else { panic!("{state:?}") };
                assert!(is_in_time(self.now - received) && !applied);
                return Some(Racing { secret_data, login: owes, looked: true });
            }
            Err(BiometricError::NotConfirmedYet) => {
                assert!(
                    matches!(state, Some(State::Issued)) || self.mode == Mode::Stateless && over
                );
            }
            Err(BiometricError::UnknownChallenge) => assert!(over && self.mode == Mode::Stateful),
            Err(BiometricError::AlreadyConsumed) => assert!(matches!(state, Some(State::Consumed))),
            Err(BiometricError::ChallengeExpired) => {
                assert!(matches!(state, Some(State::Confirmed { .. })));
                assert!(self.now - issued_at > 300_000);
            }
            Err(BiometricError::ConfirmationExpired) => {
                let Some(State::Confirmed { received, .. }) = state else { panic!("{state:?}") };
                assert!(!is_in_time(self.now - received));
            }
            Err(BiometricError::ConfirmedBeforeIssue) => {
                let Some(State::Confirmed { event, .. }) = state else { panic!("{state:?}") };
                assert!(event < issued_at - 60_000);
            }
            Err(error) => panic!("{error:?} from {state:?}"),
        }
        None
    }

    /// The last challenge, or any.
    fn challenge(&self, input: &mut Unstructured<'_>) -> Option<Issued> {
        let last = self.issued.len().checked_sub(1)?;
        let index = if below(input, 4) == 1 { below(input, self.issued.len()) } else { last };
        Some(self.issued[index].clone())
    }

    /// The store's answer, or none: it was never asked.
    fn ask(&self, input: &mut Unstructured<'_>, step: &Step) -> StoreAnswer {
        match below(input, 32) {
            1 => StoreAnswer::Unavailable,
            _ => self.store.apply(step, self.moment()),
        }
    }

    /// The same, or an answer that got lost; and whether the step was applied.
    fn ask_or_lose(&self, input: &mut Unstructured<'_>, step: &Step) -> (StoreAnswer, bool) {
        let answer = self.ask(input, step);
        let applied = answer == StoreAnswer::Applied;
        match below(input, 32) {
            1 => (StoreAnswer::Unavailable, applied),
            _ => (answer, applied),
        }
    }

    /// A clock that goes on until a store has forgotten a use, and is set back to before it then, makes the same moment
    /// twice, and of that nobody can know. No other clock may.
    fn forget_use(&mut self, secret_data: &str) {
        if self.now < self.latest {
            self.logins.remove(secret_data);
        }
    }

    /// Whether a store may have forgotten what was kept until then.
    fn is_over(&self, until: UnixTime) -> bool {
        until < UnixTime::from_millis(self.latest).saturating_add(Duration::from_secs(1))
    }
}

/// Whether a webhook that arrived so long ago counts.
fn is_in_time(age: i64) -> bool {
    (-60_000..=120_000).contains(&age)
}

/// A slot with something in it, where there is one.
fn one_in_use<T>(input: &mut Unstructured<'_>, slots: &[Option<T>]) -> usize {
    let used: Vec<_> = (0..slots.len()).filter(|slot| slots[*slot].is_some()).collect();
    used.get(below(input, used.len())).copied().unwrap_or(0)
}
