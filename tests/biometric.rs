//! The biometric login of document `003`: the derivation by vectors, each refusal, each race of the field notes, and
//! a walk over all interleavings.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use countersign::biometric::{
    ApprovedToken, BioState, BiometricError, BiometricFlow, BiometricFlowBuilder, Confirmation,
    Derivation, FlowProblem, Issue, Login, LoginRequest, Mode, PendingConfirmation, SdkError,
    StepUp, UiTexts,
};
use countersign::digest::sha256;
use countersign::encoding::hex;
use countersign::guard::MemoryStore;
use countersign::headers::Headers;
use countersign::json::JsonErrorKind;
use countersign::partner::zalo::{Webhook, Zalo};
use countersign::secret::{Secret, SecretSet};
use countersign::time::UnixTime;
use countersign::verified::{Step, StoreAnswer, Verified};
use countersign::webhook::VerifierBuilder;
use countersign::webhook::zalo::MiniApp;

const API_KEY: &str = "zalo-mini-app-api-key";
const START: UnixTime = UnixTime::from_millis(1_735_180_623_123);
const TOKEN: &str = "zalo-access-token";

fn secrets() -> SecretSet {
    SecretSet::builder()
        .secret("2026", Secret::new("the server's own secret key").unwrap())
        .build()
        .unwrap()
}

fn builder() -> BiometricFlowBuilder {
    BiometricFlow::builder(secrets())
}

fn later(milliseconds: i64) -> UnixTime {
    UnixTime::from_millis(START.as_millis() + milliseconds)
}

/// A backend with a store of its own.
struct Backend {
    zalo: Zalo,
    store: MemoryStore,
}

impl Backend {
    fn new(flow: BiometricFlowBuilder) -> Self {
        let mini_app =
            MiniApp::builder("2646373759294038927").api_key("2026", API_KEY).build().unwrap();
        Self {
            zalo: Zalo::new(mini_app, flow.build().unwrap()),
            store: MemoryStore::new(100, START),
        }
    }

    fn issue(&self, token: &str, now: UnixTime) -> (String, i64) {
        let mut issue = self.zalo.issue(token, now).unwrap();
        loop {
            match issue {
                Issue::Issued(challenge) => {
                    return (challenge.secret_data().as_str().to_owned(), challenge.event_time());
                }
                Issue::Owes(pending) => {
                    let answer = self.store.apply(pending.step(), now);
                    issue = pending.finish(answer, now).unwrap();
                }
            }
        }
    }

    /// Zalo's server sends its event.
    fn webhook(
        &self,
        secret_data: &str,
        at: UnixTime,
        now: UnixTime,
    ) -> Result<Confirmation, BiometricError> {
        let pending = self.receive(secret_data, at, now);
        let answer = self.store.apply(pending.step(), now);
        pending.finish(answer)
    }

    /// The word of a webhook, not written down yet.
    fn receive(&self, secret_data: &str, at: UnixTime, now: UnixTime) -> PendingConfirmation {
        let millis = at.as_millis();
        let body = format!(
            r#"{{"event":"biometric.verify.success","secretData":"{secret_data}","timestamp":{millis}}}"#
        );
        let signed = format!("biometric.verify.success{secret_data}{millis}{API_KEY}");
        let signature = hex::encode(sha256(&[signed.as_bytes()]));
        let fields = [("X-ZEvent-Signature", signature.as_bytes())];
        match self.zalo.webhook(&Headers::new(&fields), body.as_bytes(), now).unwrap() {
            Webhook::Confirms(pending) => pending,
            Webhook::Other(_) => panic!("another event"),
        }
    }

    fn login(
        &self,
        challenge: &(String, i64),
        token: &str,
        now: UnixTime,
    ) -> Result<(), BiometricError> {
        let request = LoginRequest {
            secret_data: challenge.0.clone(),
            event_time: challenge.1,
            access_token: token.into(),
        };
        settle(self.zalo.login(&request, now)?, |step| self.store.apply(step, now), now).map(
            |approved| {
                assert_eq!(approved.access_token(), token);
            },
        )
    }
}

fn settle<'t>(
    mut login: Login<'t>,
    store: impl Fn(&Step) -> StoreAnswer,
    now: UnixTime,
) -> Result<Verified<ApprovedToken<'t>>, BiometricError> {
    loop {
        match login {
            Login::Approved(approved) => return Ok(approved),
            Login::Owes(pending) => {
                let answer = store(pending.step());
                login = pending.finish(answer, now)?;
            }
        }
    }
}

fn confirmed() -> (Backend, (String, i64)) {
    let backend = Backend::new(builder());
    let challenge = backend.issue(TOKEN, START);
    assert_eq!(
        backend.webhook(&challenge.0, later(1_000), later(1_500)),
        Ok(Confirmation::Confirmed)
    );
    (backend, challenge)
}

#[test]
fn the_five_steps_log_a_user_in_once() {
    let (backend, challenge) = confirmed();
    assert_eq!(backend.login(&challenge, TOKEN, later(5_000)), Ok(()));
    assert_eq!(
        backend.login(&challenge, TOKEN, later(5_001)),
        Err(BiometricError::AlreadyConsumed)
    );
}

#[test]
fn b01_access_tokens_have_a_form() {
    let flow = builder().build().unwrap();
    for token in ["", "a\0b", &"t".repeat(4_097)] {
        assert_eq!(flow.issue(token, START).unwrap_err(), BiometricError::AccessTokenMalformed);
        let login = flow.verify("TS/Smq2OGr45Jlo267NYDg==", START.as_millis(), token, START);
        assert_eq!(login.unwrap_err(), BiometricError::AccessTokenMalformed);
    }
    assert!(flow.issue(&"t".repeat(4_096), START).is_ok());
}

#[test]
fn b03_b05_requests_of_a_wrong_form_are_refused_before_anything_is_computed() {
    let flow = builder().build().unwrap();
    let verify =
        |secret_data: &str, time| flow.verify(secret_data, time, TOKEN, START).unwrap_err();
    let good = "TS/Smq2OGr45Jlo267NYDg==";
    for time in [-1, 0, START.as_secs(), 1 << 53, i64::MAX] {
        assert_eq!(verify(good, time), BiometricError::EventTimeOutOfRange, "{time}");
    }
    for text in [
        "aGkgYmFu",
        "TS_Smq2OGr45Jlo267NYDg==",
        "TS/Smq2OGr45Jlo267NYDg",
        "TS/Smq2OGr45Jlo267NYDg==\r\n",
        "TS/Smq2OGr45Jlo267NYDh==",
    ] {
        assert_eq!(
            verify(text, START.as_millis()),
            BiometricError::SecretDataMalformed,
            "{text:?}"
        );
    }
    for body in [
        "",
        "{}",
        "[]",
        r#"{"secretData":"a","eventTime":1,"accessToken":"t","x":1}"#,
        r#"{"secretData":"a","eventTime":1.5,"accessToken":"t"}"#,
    ] {
        let error = LoginRequest::parse(body.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "biometric.request_malformed", "{body}");
    }
}

#[test]
fn b04_a_challenge_lives_five_minutes_to_the_millisecond() {
    let flow = builder().build().unwrap();
    let Issue::Owes(_) = flow.issue(TOKEN, START).unwrap() else { panic!("stateless") };
    let challenge = Backend::new(builder()).issue(TOKEN, START);
    let verify = |now| flow.verify(&challenge.0, challenge.1, TOKEN, now).map(drop);
    assert_eq!(verify(later(300_000)), Ok(()));
    assert_eq!(verify(later(300_001)), Err(BiometricError::ChallengeExpired));
    assert_eq!(verify(later(-60_000)), Ok(()));
    assert_eq!(verify(later(-60_001)), Err(BiometricError::ChallengeFromFuture));
}

#[test]
fn b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up() {
    let (backend, challenge) = confirmed();
    let before = backend.store.len();
    let mismatch = Err(BiometricError::SecretMismatch);
    assert_eq!(backend.login(&challenge, "another-token", later(2_000)), mismatch);
    assert_eq!(
        backend.login(&(challenge.0.clone(), challenge.1 + 1), TOKEN, later(2_000)),
        mismatch
    );
    // Expired and forged is forged: the store and the clock say nothing to a stranger.
    assert_eq!(backend.login(&challenge, "another-token", later(900_000)), mismatch);
    assert_eq!(backend.store.len(), before);
    assert_eq!(backend.login(&challenge, TOKEN, later(2_000)), Ok(()));
}

#[test]
fn b07_md5_refuses_secrets_that_it_cannot_tell_from_its_separator() {
    let dotted = SecretSet::builder()
        .secret("k", Secret::new("a.secret.key.with.dots").unwrap())
        .build()
        .unwrap();
    let md5 = BiometricFlow::builder(dotted.clone()).derivation(Derivation::ZaloMd5).build();
    assert_eq!(md5.unwrap_err().problems(), [FlowProblem::DotInMd5Secret]);
    let also = BiometricFlow::builder(dotted.clone()).also_accept(Derivation::ZaloMd5).build();
    assert_eq!(also.unwrap_err().problems(), [FlowProblem::DotInMd5Secret]);
    assert!(BiometricFlow::builder(dotted).build().is_ok());
}

#[test]
fn b08_a_login_waits_for_its_webhook_and_not_for_long() {
    let backend = Backend::new(builder());
    let challenge = backend.issue(TOKEN, START);
    assert_eq!(backend.login(&challenge, TOKEN, later(500)), Err(BiometricError::NotConfirmedYet));
    assert_eq!(
        backend.webhook(&challenge.0, later(900), later(1_000)),
        Ok(Confirmation::Confirmed)
    );
    let other = Backend::new(builder()).issue("never issued here", START);
    assert_eq!(
        backend.login(&other, "never issued here", later(500)),
        Err(BiometricError::UnknownChallenge)
    );
    // 120,000 ms and one more.
    let (edge, over) = (later(121_000), later(121_001));
    assert_eq!(backend.login(&challenge, TOKEN, over), Err(BiometricError::ConfirmationExpired));
    assert_eq!(backend.login(&challenge, TOKEN, edge), Ok(()));
}

#[test]
fn b08_a_webhook_in_the_last_millisecond_counts_and_one_after_it_opens_nothing() {
    for (at, expected) in
        [(299_999, Ok(())), (300_000, Ok(())), (300_001, Err(BiometricError::ChallengeExpired))]
    {
        let backend = Backend::new(builder());
        let challenge = backend.issue(TOKEN, START);
        let confirmed = backend.webhook(&challenge.0, later(at), later(at));
        assert_eq!(confirmed, Ok(Confirmation::Confirmed));
        assert_eq!(backend.login(&challenge, TOKEN, later(at)), expected, "{at}");
    }
}

#[test]
fn b08_a_login_that_is_held_back_ends_with_its_challenge() {
    // Found by the fuzz target `biometric_flow`: held back until a store had forgotten that the challenge was used,
    // a login passed on a webhook that came as late.
    for (end, expected) in [(300_000, Ok(())), (300_001, Err(BiometricError::ChallengeExpired))] {
        let backend = Backend::new(builder());
        let challenge = backend.issue(TOKEN, START);
        let request = LoginRequest {
            secret_data: challenge.0.clone(),
            event_time: challenge.1,
            access_token: TOKEN.into(),
        };
        let begun = backend.zalo.login(&request, later(1_000)).unwrap();
        let confirmed = backend.webhook(&challenge.0, later(end - 1), later(end));
        assert_eq!(confirmed, Ok(Confirmation::Confirmed));
        let now = later(end);
        let login = settle(begun, |step| backend.store.apply(step, now), now);
        assert_eq!(login.map(drop), expected, "{end}");
    }
}

#[test]
fn b08_a_confirmation_by_a_clock_that_was_set_back_since_opens_nothing() {
    // Found by the fuzz target `biometric_flow`.
    for (ahead, expected) in [(60_000, Ok(())), (60_001, Err(BiometricError::ConfirmationExpired))]
    {
        let backend = Backend::new(builder());
        let challenge = backend.issue(TOKEN, START);
        let confirmed = backend.webhook(&challenge.0, later(ahead), later(ahead));
        assert_eq!(confirmed, Ok(Confirmation::Confirmed));
        assert_eq!(backend.login(&challenge, TOKEN, START), expected, "{ahead}");
    }
}

#[test]
fn b08_a_store_that_clears_nothing_away_decides_nothing() {
    let (backend, challenge) = confirmed();
    let request = LoginRequest {
        secret_data: challenge.0.clone(),
        event_time: challenge.1,
        access_token: TOKEN.into(),
    };
    // To the store it is still the moment of the webhook.
    let login = |now| {
        let login = backend.zalo.login(&request, now)?;
        settle(login, |step| backend.store.apply(step, later(1_500)), now).map(drop)
    };
    assert_eq!(login(later(121_501)), Err(BiometricError::ConfirmationExpired));
    assert_eq!(login(later(300_001)), Err(BiometricError::ChallengeExpired));
    assert_eq!(login(later(121_500)), Ok(()));
}

#[test]
fn b11_webhooks_out_of_order_say_what_they_are() {
    let (backend, challenge) = confirmed();
    assert_eq!(
        backend.webhook(&challenge.0, later(1_000), later(1_600)),
        Ok(Confirmation::Duplicate)
    );
    assert_eq!(backend.login(&challenge, TOKEN, later(2_000)), Ok(()));
    let replay = backend.webhook(&challenge.0, later(1_000), later(3_000));
    assert_eq!(replay, Err(BiometricError::ReplayAfterUse));
    assert_eq!(
        backend.login(&challenge, TOKEN, later(3_001)),
        Err(BiometricError::AlreadyConsumed)
    );
    let unknown = backend.webhook("TS/Smq2OGr45Jlo267NYDg==", later(1_000), later(3_000));
    assert_eq!(unknown, Err(BiometricError::UnknownChallenge));
    // An event that is older than the challenge it is for.
    let early = backend.issue(TOKEN, later(100_000));
    assert_eq!(
        backend.webhook(&early.0, later(39_999), later(100_100)),
        Ok(Confirmation::Confirmed)
    );
    assert_eq!(
        backend.login(&early, TOKEN, later(100_200)),
        Err(BiometricError::ConfirmedBeforeIssue)
    );
}

#[test]
fn b11_the_tombstone_outlives_every_webhook_that_could_come_again() {
    let (backend, challenge) = confirmed();
    let request = LoginRequest {
        secret_data: challenge.0.clone(),
        event_time: challenge.1,
        access_token: TOKEN.into(),
    };
    let Login::Owes(look) = backend.zalo.login(&request, later(2_000)).unwrap() else { panic!() };
    let answer = backend.store.apply(look.step(), later(2_000));
    let Login::Owes(consume) = look.finish(answer, later(2_000)).unwrap() else { panic!() };
    let mini_app = MiniApp::builder("1").api_key("k", API_KEY).build().unwrap();
    let window = mini_app.past_tolerance() + mini_app.future_tolerance();
    let until = |span| later(2_000).saturating_add(span).saturating_add(BiometricFlow::KEEP);
    assert_eq!(consume.step().until(), until(window));

    // Without `Zalo`, a flow does not know its verifier: as long as the most tolerant one could ask for.
    let flow = builder().build().unwrap();
    let Login::Owes(look) = flow.verify(&challenge.0, challenge.1, TOKEN, later(2_000)).unwrap()
    else {
        panic!()
    };
    assert_eq!(look.step().until(), until(VerifierBuilder::MAX_TOLERANCE * 2));
}

#[test]
fn b11_without_an_issued_record_a_confirmation_is_remembered_while_its_event_is_taken() {
    let mini_app = MiniApp::builder("1").api_key("k", API_KEY).build().unwrap();
    let window = mini_app.past_tolerance() + mini_app.future_tolerance();
    for (mode, span) in
        [(Mode::Stateful, BiometricFlow::CONFIRMATION_AGE), (Mode::Stateless, window)]
    {
        let backend = Backend::new(builder().mode(mode));
        let challenge = backend.issue(TOKEN, START);
        let pending = backend.receive(&challenge.0, later(1_000), later(1_000));
        let until = later(1_000).saturating_add(span).saturating_add(BiometricFlow::KEEP);
        assert_eq!(pending.step().until(), until, "{mode:?}");
    }
}

#[test]
fn a_confirmation_names_the_api_key_that_signed_its_event() {
    let mini_app = MiniApp::builder("1").api_key("new", "another-zalo-mini-app-api-key!");
    let mini_app = mini_app.retired_api_key("old", API_KEY, later(60_000)).build().unwrap();
    let body = br#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA==","timestamp":1735180623123}"#;
    let signed = b"biometric.verify.successN3Idah8JJuGUOGNGiJpTsA==1735180623123";
    let signature = hex::encode(sha256(&[signed, API_KEY.as_bytes()]));
    let fields = [("X-ZEvent-Signature", signature.as_bytes())];
    let event = mini_app.verify_event(&Headers::new(&fields), body, START).unwrap();
    let pending = builder().build().unwrap().confirm(&event, START).unwrap().unwrap();
    assert_eq!(pending.evidence(), event.evidence());
    assert_eq!(pending.evidence().key_id.as_deref(), Some("old"));
}

#[test]
fn b12_a_store_that_fails_at_any_step_lets_nobody_in() {
    let request = |challenge: &(String, i64)| LoginRequest {
        secret_data: challenge.0.clone(),
        event_time: challenge.1,
        access_token: TOKEN.into(),
    };
    for fail_at in 1..=2 {
        for written in [false, true] {
            let (backend, challenge) = confirmed();
            let asked = std::cell::Cell::new(0);
            let request = request(&challenge);
            let login = settle(
                backend.zalo.login(&request, later(2_000)).unwrap(),
                |step| {
                    asked.set(asked.get() + 1);
                    let lost = asked.get() == fail_at;
                    if lost && !written {
                        return StoreAnswer::Unavailable;
                    }
                    let answer = backend.store.apply(step, later(2_000));
                    if lost { StoreAnswer::Unavailable } else { answer }
                },
                later(2_000),
            );
            assert_eq!(login.unwrap_err(), BiometricError::StoreUnavailable);
            // Tried again, it works only where nothing was used up.
            let again = backend.login(&challenge, TOKEN, later(2_100));
            let used_up = fail_at == 2 && written;
            assert_eq!(again, if used_up { Err(BiometricError::AlreadyConsumed) } else { Ok(()) });
        }
    }
}

#[test]
fn b13_sdk_codes_of_either_sign_mean_the_same() {
    for (code, error) in
        [(100, SdkError::Unknown), (101, SdkError::FailedThreeTimes), (108, SdkError::LockedOut)]
    {
        assert_eq!((SdkError::from_code(code), SdkError::from_code(-code)), (error, error));
        assert_eq!(error.code(), code);
    }
    for code in [0, 104, 999, i32::MIN, i32::MAX] {
        assert_eq!(SdkError::from_code(code), SdkError::Other(code));
    }
}

#[test]
fn s3_4_a_changed_bio_state_asks_for_a_full_login() {
    let state = BioState::new("a");
    assert_eq!(BioState::compare(Some(&state), &BioState::new("a")), StepUp::NotNeeded);
    assert_eq!(BioState::compare(Some(&state), &BioState::new("b")), StepUp::FullLogin);
    assert_eq!(BioState::compare(None, &state), StepUp::FullLogin);
}

#[test]
fn s3_9_the_literal_mode_takes_what_was_never_issued_here() {
    let backend = Backend::new(builder().mode(Mode::Stateless));
    let challenge = backend.issue(TOKEN, START);
    assert!(backend.store.is_empty());
    assert_eq!(backend.login(&challenge, TOKEN, later(500)), Err(BiometricError::NotConfirmedYet));
    assert_eq!(
        backend.webhook(&challenge.0, later(900), later(1_000)),
        Ok(Confirmation::Confirmed)
    );
    assert_eq!(
        backend.webhook(&challenge.0, later(900), later(1_001)),
        Ok(Confirmation::Duplicate)
    );
    assert_eq!(backend.login(&challenge, TOKEN, later(2_000)), Ok(()));
    assert_eq!(
        backend.webhook(&challenge.0, later(900), later(3_000)),
        Err(BiometricError::ReplayAfterUse)
    );
    assert_eq!(
        backend.login(&challenge, TOKEN, later(3_000)),
        Err(BiometricError::AlreadyConsumed)
    );
}

#[test]
fn servers_change_recipes_and_keys_without_refusing_anyone() {
    let secret = |text: &str| Secret::new(text).unwrap();
    let old = SecretSet::builder().secret("old", secret("the former secret key")).build().unwrap();
    let both = SecretSet::builder()
        .secret("new", secret("another secret of today"))
        .retired("old", secret("the former secret key"), later(60_000))
        .build()
        .unwrap();
    let before = Backend::new(BiometricFlow::builder(old).derivation(Derivation::ZaloMd5));
    let challenge = before.issue(TOKEN, START);
    let after = BiometricFlow::builder(both).also_accept(Derivation::ZaloMd5).build().unwrap();
    let Login::Owes(pending) = after.verify(&challenge.0, challenge.1, TOKEN, later(10)).unwrap()
    else {
        panic!()
    };
    drop(pending);
    let retired = after.verify(&challenge.0, challenge.1, TOKEN, later(60_000));
    assert_eq!(retired.unwrap_err(), BiometricError::SecretMismatch);
}

#[test]
fn two_challenges_in_one_millisecond_are_two() {
    let backend = Backend::new(builder());
    let (one, other) = (backend.issue(TOKEN, START), backend.issue(TOKEN, START));
    assert_eq!(other.1, one.1 + 1);
    assert_ne!(one.0, other.0);
}

#[test]
fn what_waits_for_the_store_shows_no_access_token() {
    let flow = builder().build().unwrap();
    let issue = flow.issue(TOKEN, START).unwrap();
    assert!(!format!("{issue:?}").contains(TOKEN), "{issue:?}");
}

#[test]
fn one_token_gets_a_few_challenges_in_a_millisecond_and_no_more() {
    // Each takes a step of the store more than the one before, and whoever asks needs no real token.
    let backend = Backend::new(builder());
    let mut steps = 0;
    let mut ask = |now: UnixTime| {
        let mut issue = backend.zalo.issue(TOKEN, now)?;
        loop {
            match issue {
                Issue::Issued(challenge) => return Ok(challenge.event_time()),
                Issue::Owes(pending) => {
                    steps += 1;
                    let answer = backend.store.apply(pending.step(), now);
                    issue = pending.finish(answer, now)?;
                }
            }
        }
    };
    let last = (0..17).map(|_| ask(START).unwrap()).last();
    assert_eq!(last, Some(START.as_millis() + 16));
    assert_eq!(ask(START), Err(BiometricError::TooManyChallenges));
    // A millisecond later there is room for one.
    assert_eq!(ask(later(1)), Ok(START.as_millis() + 17));
    assert_eq!(ask(later(60)), Ok(START.as_millis() + 60));
    assert_eq!(steps, (1..=17).sum::<i32>() + 17 + 17 + 1);
}

#[test]
fn settings_have_ranges() {
    for (setting, builder) in [
        ("challenge_age", builder().challenge_age(Duration::from_secs(301))),
        ("confirmation_age", builder().confirmation_age(Duration::from_secs(121))),
        ("confirmation_age", builder().confirmation_age(Duration::ZERO)),
    ] {
        let error = builder.build().unwrap_err();
        let FlowProblem::OutOfRange { setting: found, .. } = &error.problems()[0] else {
            panic!("{error}")
        };
        assert_eq!(*found, setting);
    }
}

/// What one of two threads does next in the walk: each login is two steps of the store, a webhook is one.
#[derive(Clone, Copy, Debug)]
enum Move {
    LoginA,
    LoginB,
    Webhook,
    Wait,
}

/// Walks every schedule of two logins that race, webhooks sent again and time passing, and counts the logins.
#[test]
fn in_no_interleaving_of_two_logins_and_webhooks_does_a_challenge_log_in_twice() {
    const MOVES: [Move; 4] = [Move::LoginA, Move::LoginB, Move::Webhook, Move::Wait];
    const LENGTH: u32 = 6;
    let (mut one_login, mut none) = (0, 0);
    for schedule in 0..4_u32.pow(LENGTH) {
        let backend = Backend::new(builder());
        let challenge = backend.issue(TOKEN, START);
        let request = LoginRequest {
            secret_data: challenge.0.clone(),
            event_time: challenge.1,
            access_token: TOKEN.into(),
        };
        let mut now = later(1_000);
        let mut racing: [Option<Login<'_>>; 2] = [None, None];
        let mut logins = 0;
        for index in 0..LENGTH {
            let choice = MOVES[(schedule / 4_u32.pow(index) % 4) as usize];
            match choice {
                Move::LoginA | Move::LoginB => {
                    let slot = &mut racing[usize::from(matches!(choice, Move::LoginB))];
                    let login =
                        slot.take().unwrap_or_else(|| backend.zalo.login(&request, now).unwrap());
                    let Login::Owes(pending) = login else { panic!("approved without a store") };
                    let answer = backend.store.apply(pending.step(), now);
                    match pending.finish(answer, now) {
                        Ok(Login::Approved(_)) => logins += 1,
                        Ok(owes) => *slot = Some(owes),
                        Err(_) => {}
                    }
                }
                Move::Webhook => drop(backend.webhook(&challenge.0, later(900), now)),
                Move::Wait => now = now.saturating_add(Duration::from_secs(40)),
            }
        }
        assert!(logins <= 1, "schedule {schedule}: {logins} logins");
        if logins == 1 { one_login += 1 } else { none += 1 }
    }
    assert!(one_login > 100 && none > 100, "{one_login} with a login, {none} without");
}

#[cfg(feature = "url")]
#[test]
fn s3_1_a_webhook_url_is_https_on_a_public_domain() {
    use countersign::partner::zalo::is_webhook_url;

    for url in ["https://api.shop.vn/webhook/zalo", "https://shop.vn:8443/?a=b"] {
        assert!(is_webhook_url(url), "{url}");
    }
    for url in [
        "http://api.shop.vn/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://0x7f000001/",
        "https://localhost/",
        "https://db.internal./",
        "https://user@api.shop.vn/",
        "https://api.shop.vn/#part",
        "api.shop.vn/webhook",
        "",
    ] {
        assert!(!is_webhook_url(url), "{url}");
    }
}

#[test]
fn s3_5_the_texts_of_the_form_are_the_documents() {
    let texts = UiTexts::default();
    assert_eq!(texts.title, "Xác thực");
    assert_eq!(texts.sub_title, "Sử dụng sinh trắc học của bạn để xác thực");
    assert_eq!(texts.negative_button_text, "Đóng");
}

#[test]
fn s3_10_a_login_request_is_read_strictly() {
    let body = |text: &str| LoginRequest::parse(text.as_bytes());
    let read = body(r#"{"secretData":"s","eventTime":5,"accessToken":"t"}"#).unwrap();
    assert_eq!((&*read.secret_data, read.event_time, &*read.access_token), ("s", 5, "t"));
    for (text, kind) in [
        (r#"{"secretData":"s","eventTime":"5","accessToken":"t"}"#, JsonErrorKind::WrongType),
        (r#"{"secretData":"s","eventTime":5.5,"accessToken":"t"}"#, JsonErrorKind::WrongType),
        (r#"{"secretData":"s","eventTime":5}"#, JsonErrorKind::MissingMember("accessToken")),
        (
            r#"{"secretData":"s","eventTime":5,"accessToken":"t","user":1}"#,
            JsonErrorKind::UnknownMember,
        ),
        (
            r#"{"secretData":"s","eventTime":5,"accessToken":"t","eventTime":6}"#,
            JsonErrorKind::DuplicateMember,
        ),
        (r#"["s",5,"t"]"#, JsonErrorKind::WrongType),
    ] {
        let Err(BiometricError::RequestMalformed(error)) = body(text) else { panic!("{text}") };
        assert_eq!(error.kind(), kind, "{text}");
    }
}

/// What the evidence of a login says about the settings and the secret behind it.
fn evidence_of(flow: BiometricFlowBuilder) -> ([u8; 32], [u8; 32]) {
    let backend = Backend::new(flow);
    let (secret_data, event_time) = backend.issue(TOKEN, START);
    assert_eq!(backend.webhook(&secret_data, START, START), Ok(Confirmation::Confirmed));
    let request = LoginRequest { secret_data, event_time, access_token: TOKEN.into() };
    let login = backend.zalo.login(&request, START).unwrap();
    let approved = settle(login, |step| backend.store.apply(step, START), START).unwrap();
    (approved.evidence().policy, approved.evidence().thumbprint)
}

#[test]
fn the_evidence_tells_settings_and_secrets_apart() {
    let (policy, secret) = evidence_of(builder());
    assert_eq!(evidence_of(builder()), (policy, secret));
    let secrets = |name: &str, text: &str| {
        let secret = Secret::new(text.to_owned()).unwrap();
        BiometricFlow::builder(SecretSet::builder().secret(name, secret).build().unwrap())
    };
    // A secret is known by what it is, not by the name it goes under.
    assert_eq!(evidence_of(secrets("2027", "the server's own secret key")), (policy, secret));
    let other = evidence_of(secrets("2026", "another secret key of the server"));
    assert!(other.0 == policy && other.1 != secret);
    let second = Duration::from_secs(1);
    let settings = [
        builder().derivation(Derivation::ZaloMd5),
        builder().also_accept(Derivation::ZaloMd5),
        builder().mode(Mode::Stateless),
        builder().challenge_age(BiometricFlow::CHALLENGE_AGE - second),
        builder().confirmation_age(BiometricFlow::CONFIRMATION_AGE - second),
    ];
    let mut seen = std::collections::BTreeSet::from([policy]);
    for flow in settings {
        let (policy, thumbprint) = evidence_of(flow);
        assert!(seen.insert(policy));
        assert_eq!(thumbprint, secret);
    }
}
