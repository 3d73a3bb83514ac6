//! The cache, alone and shared, by the rows of the threat table (`Knn`, `Tnn`, `Ln`) and the clauses of
//! document `001` (`S1-nn`). A random schedule drives it in `jwks_cache_model.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

#[path = "common/key_sets.rs"]
mod key_sets;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use countersign::jwks::{
    Alarm, ConfigProblem, FetchOutcome, JwksCache, JwksError, Lookup, Refusal, Response,
    SharedJwksCache, Ticket,
};
use countersign::time::UnixTime;
use key_sets::{ED25519, P256, P384, RSA, document, jwk, key};

const START: UnixTime = UnixTime::from_secs(1_735_180_623);
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn after(seconds: u64) -> UnixTime {
    START.saturating_add(Duration::from_secs(seconds))
}

fn ok(body: &[u8]) -> Response<'_> {
    Response { status: 200, body, cache_control: None, age: None }
}

/// A set with one key of this id.
fn set_of(id: &str) -> Vec<u8> {
    document(&[jwk(ED25519, id)])
}

fn cache() -> JwksCache {
    JwksCache::builder().build().unwrap()
}

/// A cache that fetched the key `k1` at the start.
fn with_k1() -> JwksCache {
    let mut cache = cache();
    let ticket = fetch(&mut cache, "k1", 0);
    assert!(updated(&mut cache, ticket, &set_of("k1"), 0));
    cache
}

fn fetch(cache: &mut JwksCache, id: &str, seconds: u64) -> Ticket {
    match cache.lookup(id, after(seconds)) {
        Lookup::Fetch(ticket) => ticket,
        other => panic!("expected a ticket for {id} after {seconds} s, found {other:?}"),
    }
}

fn updated(cache: &mut JwksCache, ticket: Ticket, body: &[u8], seconds: u64) -> bool {
    let outcome = cache.handle_response(ticket, ok(body), after(seconds));
    matches!(outcome, FetchOutcome::Updated { .. })
}

/// A lookup in one word, its ticket dropped.
fn seen(cache: &mut JwksCache, id: &str, seconds: u64) -> &'static str {
    word(cache.lookup(id, after(seconds)))
}

fn word(lookup: Lookup) -> &'static str {
    match lookup {
        Lookup::Found { refresh: None, .. } => "found",
        Lookup::Found { refresh: Some(_), .. } => "found, refresh",
        Lookup::Fetch(_) => "fetch",
        Lookup::Wait { .. } => "wait",
        Lookup::Refused(Refusal::UnknownKey { .. }) => "unknown",
        Lookup::Refused(Refusal::Unavailable { .. }) => "unavailable",
        Lookup::Refused(_) => "refused",
    }
}

fn refused(cache: &mut JwksCache, id: &str, seconds: u64) -> Refusal {
    match cache.lookup(id, after(seconds)) {
        Lookup::Refused(refusal) => refusal,
        other => panic!("expected a refusal of {id} after {seconds} s, found {other:?}"),
    }
}

#[test]
fn the_table_of_the_room_holds() {
    let mut cache = cache();
    let ticket = fetch(&mut cache, "k1", 0);
    assert_eq!(seen(&mut cache, "k1", 1), "wait");
    assert_eq!(seen(&mut cache, "other", 1), "wait");
    assert!(updated(&mut cache, ticket, &set_of("k1"), 2));
    // Fresh.
    assert_eq!(seen(&mut cache, "k1", 59), "found");
    assert_eq!(refused(&mut cache, "new", 59), Refusal::UnknownKey { retry_at: Some(after(60)) });
    let ticket = fetch(&mut cache, "new", 60);
    assert_eq!(seen(&mut cache, "k1", 61), "found");
    assert_eq!(seen(&mut cache, "new", 61), "wait");
    assert!(updated(&mut cache, ticket, &set_of("k1"), 61));
    assert_eq!(seen(&mut cache, "new", 62), "unknown");
    assert_eq!(seen(&mut cache, "k1", 659), "found");
    // Stale: one lookup brings the ticket, the others find.
    let Lookup::Found { refresh: Some(ticket), .. } = cache.lookup("k1", after(660)) else {
        panic!()
    };
    assert_eq!(seen(&mut cache, "k1", 661), "found");
    assert_eq!(seen(&mut cache, "new", 661), "wait");
    let outcome = cache.handle_failure(ticket, after(662));
    assert_eq!(outcome, FetchOutcome::KeptLastGood { reason: JwksError::Transport });
    assert_eq!(seen(&mut cache, "k1", 663), "found");
    // Over.
    let mut cache = with_k1();
    let ticket = fetch(&mut cache, "k1", DAY);
    assert_eq!(seen(&mut cache, "k1", DAY + 1), "wait");
    let _ = cache.handle_failure(ticket, after(DAY + 2));
    let unavailable = Refusal::Unavailable { retry_at: after(DAY + 60) };
    assert_eq!(refused(&mut cache, "k1", DAY + 3), unavailable);
    assert_eq!(refused(&mut cache, "other", DAY + 3), unavailable);
}

#[test]
fn ids_that_no_key_can_have_are_refused_without_a_fetch() {
    let mut cache = cache();
    for id in ["a b", "é", "a\0", &"x".repeat(129)] {
        assert_eq!(refused(&mut cache, id, 0), Refusal::KeyIdForm, "{id:?}");
    }
    assert_eq!(seen(&mut cache, &"x".repeat(128), 0), "fetch");
}

#[test]
fn k03_k04_no_bad_document_replaces_a_good_one() {
    let good = set_of("k1");
    let mut seconds = 60;
    let mut cache = with_k1();
    for bad in [
        br#"{"keys":[]}"#.as_slice(),
        br#"{"keys":{}}"#,
        b"{}",
        b"null",
        br#"{"keys":[],"keys":[]}"#,
        br#"{"keys":[{"kty":"oct","k":"AA"}]}"#,
        b"<html>maintenance</html>",
        &good[..good.len() - 1],
        b"",
        &[b' '; 256 * 1024 + 1],
    ] {
        let ticket = fetch(&mut cache, "new", seconds);
        let outcome = cache.handle_response(ticket, ok(bad), after(seconds));
        let expected = countersign::jwks::JwkSet::parse(bad).unwrap_err();
        assert_eq!(outcome, FetchOutcome::KeptLastGood { reason: expected });
        assert_eq!(seen(&mut cache, "k1", seconds), "found");
        seconds += 60;
    }
}

#[test]
fn k05_only_a_status_of_200_counts() {
    let (body, mut seconds) = (set_of("evil"), 60);
    let mut cache = with_k1();
    for status in [0, 100, 201, 203, 204, 206, 301, 302, 304, 401, 404, 429, 500, 503, 999] {
        let ticket = fetch(&mut cache, "evil", seconds);
        let response = Response { status, ..ok(&body) };
        let outcome = cache.handle_response(ticket, response, after(seconds));
        let reason = JwksError::Status { found: status };
        assert_eq!(outcome, FetchOutcome::KeptLastGood { reason });
        assert_eq!(seen(&mut cache, "evil", seconds), "unknown");
        seconds += 60;
    }
}

#[test]
fn k11_k17_alarms_come_with_the_outcome() {
    let mut cache = with_k1();
    let secret = r#"{"kty":"oct","kid":"s","k":"AA"}"#;
    let ticket = fetch(&mut cache, "new", 60);
    let body = document(&[secret, &jwk(P256, "k1")]);
    let outcome = cache.handle_response(ticket, ok(&body), after(60));
    let alarms: Vec<_> = outcome.alarms().collect();
    let [Alarm::PublishedSecret(entry), Alarm::Rekeyed { key_id: "k1" }] = alarms[..] else {
        panic!("{alarms:?}")
    };
    assert_eq!((entry.index, entry.key_id.as_deref()), (0, Some("s")));
    let Lookup::Found { keys, .. } = cache.lookup("k1", after(61)) else { panic!() };
    assert_eq!(keys.as_ref()[0].thumbprint(), key(P256, "k1").thumbprint());

    // A set of secrets alone changes nothing, and is told all the same.
    let ticket = fetch(&mut cache, "new", 120);
    let outcome = cache.handle_response(ticket, ok(&document(&[secret])), after(120));
    assert_eq!(outcome.alarms().count(), 1);
    assert_eq!(seen(&mut cache, "k1", 121), "found");
}

#[test]
fn k18_s1_26_keys_outlive_an_outage_until_the_hard_age_and_no_further() {
    let mut cache = with_k1();
    for minute in 10..24 * 60 {
        match cache.lookup("k1", after(minute * 60)) {
            Lookup::Found { refresh: Some(ticket), .. } => {
                let _ = cache.handle_failure(ticket, after(minute * 60));
            }
            Lookup::Found { refresh: None, .. } => {}
            other => panic!("lost the key after {minute} min: {other:?}"),
        }
    }
    assert!(seen(&mut cache, "k1", DAY - 1).starts_with("found"));
    assert!(cache.trusted_set(after(DAY - 1)).is_some());
    assert!(matches!(seen(&mut cache, "k1", DAY), "fetch" | "wait" | "unavailable"));
    assert!(cache.trusted_set(after(DAY)).is_none());
    assert_eq!(seen(&mut cache, "k1", DAY + 20), "unavailable"); // never "unknown", which is a 401
}

#[test]
fn s1_26_age_counts_from_when_the_document_was_asked_for() {
    let mut cache = cache();
    let ticket = fetch(&mut cache, "k1", 0);
    assert!(updated(&mut cache, ticket, &set_of("k1"), 14));
    assert!(seen(&mut cache, "k1", DAY - 1).starts_with("found"));
    assert_ne!(seen(&mut cache, "k1", DAY), "found");
}

#[test]
fn k19_s1_27_a_new_key_is_fetched_and_a_verification_ends_with_the_keys_it_began_with() {
    let mut cache = with_k1();
    let Lookup::Found { keys: held, .. } = cache.lookup("k1", after(100)) else { panic!() };
    let ticket = fetch(&mut cache, "k2", 100);
    assert!(updated(&mut cache, ticket, &set_of("k2"), 101));
    assert_eq!(seen(&mut cache, "k2", 101), "found");
    assert_eq!(seen(&mut cache, "k1", 101), "unknown");
    assert_eq!(held.as_ref()[0].thumbprint(), key(ED25519, "k1").thumbprint());
}

#[test]
fn k21_g14_a_spray_of_key_ids_fetches_once_per_cool_down() {
    let mut cache = with_k1();
    let mut fetches = 0;
    for n in 0..1_000_000_u64 {
        let now = START.saturating_add(Duration::from_millis(n)); // a thousand seconds of them
        match cache.lookup(&format!("random-{n}"), now) {
            Lookup::Fetch(ticket) => {
                fetches += 1;
                let _ = cache.handle_response(ticket, ok(&set_of("k1")), now);
            }
            Lookup::Refused(Refusal::UnknownKey { retry_at }) => assert!(retry_at > Some(now)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(fetches, 999_999 / 60_000);
}

#[test]
fn k22_a_rotation_during_a_spray_waits_for_one_cool_down_at_most() {
    let mut cache = with_k1();
    let (mut body, mut accepted) = (set_of("k1"), None);
    for second in 60..300 {
        if second == 61 {
            body = document(&[jwk(ED25519, "k1"), jwk(P256, "k2")]); // just after a fetch
        }
        if let Lookup::Fetch(ticket) = cache.lookup(&format!("random-{second}"), after(second)) {
            assert!(updated(&mut cache, ticket, &body, second));
        }
        if second > 61 && seen(&mut cache, "k2", second) == "found" {
            accepted = accepted.or(Some(second));
        }
    }
    assert_eq!(accepted, Some(120));
}

#[test]
fn k23_a_failing_endpoint_is_asked_once_per_cool_down_from_the_last_attempt() {
    let mut cache = with_k1();
    let mut attempts = Vec::new();
    for second in 60..600 {
        if let Lookup::Fetch(ticket) = cache.lookup("random", after(second)) {
            attempts.push(second);
            let _ = cache.handle_failure(ticket, after(second + 5));
        }
    }
    assert_eq!(attempts, [60, 120, 180, 240, 300, 360, 420, 480, 540]);
    assert!(seen(&mut cache, "k1", 600).starts_with("found"));
}

#[test]
fn failing_refreshes_become_rarer_while_the_keys_are_good() {
    let mut cache = with_k1();
    let mut attempts = Vec::new();
    for second in 600..3600 {
        match cache.lookup("k1", after(second)) {
            Lookup::Found { refresh: Some(ticket), .. } => {
                attempts.push(second - 600);
                let _ = cache.handle_failure(ticket, after(second));
            }
            Lookup::Found { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(attempts, [0, 60, 180, 420, 900, 1380, 1860, 2340, 2820]);
    // Whoever needs a new key does not wait for the next of them, and success ends the pauses.
    let ticket = fetch(&mut cache, "k2", 3600);
    let body = document(&[jwk(ED25519, "k1"), jwk(P256, "k2")]);
    assert!(updated(&mut cache, ticket, &body, 3600));
    assert_eq!(seen(&mut cache, "k1", 4199), "found");
    let Lookup::Found { refresh: Some(ticket), .. } = cache.lookup("k1", after(4200)) else {
        panic!()
    };
    let _ = cache.handle_failure(ticket, after(4200));
    assert_eq!(seen(&mut cache, "k1", 4260), "found, refresh");
}

#[test]
fn k24_answers_of_other_attempts_are_not_taken() {
    // Late: the attempt is over, and so it stays when the next one is under way.
    let mut cache = with_k1();
    let late = fetch(&mut cache, "k2", 60);
    assert_eq!(late.deadline(), after(75));
    let outcome = cache.handle_response(late, ok(&set_of("k2")), after(75));
    assert_eq!(outcome, FetchOutcome::StaleTicket);
    assert_eq!(seen(&mut cache, "k2", 76), "unknown");

    // Out of order: an old answer after the new ticket was written, and after the new answer.
    let first = fetch(&mut cache, "k2", 120);
    let second = fetch(&mut cache, "k2", 180);
    let outcome = cache.handle_failure(first, after(181));
    assert_eq!(outcome, FetchOutcome::StaleTicket);
    assert_eq!(seen(&mut cache, "k2", 181), "wait"); // the failure of the first is not the second's
    assert!(updated(&mut cache, second, &set_of("k2"), 182));

    // In time by a second.
    let ticket = fetch(&mut cache, "k3", 240);
    assert!(updated(&mut cache, ticket, &set_of("k3"), 254));
    assert_eq!(seen(&mut cache, "k3", 254), "found");
}

#[test]
fn k24_the_keys_of_another_issuer_never_get_in() {
    let (mut ours, mut theirs) = (cache(), cache());
    let our_ticket = fetch(&mut ours, "k1", 0);
    let their_ticket = fetch(&mut theirs, "k1", 0);
    let outcome = ours.handle_response(their_ticket, ok(&set_of("k1")), after(1));
    assert_eq!(outcome, FetchOutcome::StaleTicket);
    assert_eq!(seen(&mut ours, "k1", 1), "wait");
    assert!(updated(&mut ours, our_ticket, &set_of("k1"), 1));
}

#[test]
fn k25_a_lost_ticket_expires_and_the_next_comes_after_the_cool_down() {
    let mut cache = cache();
    drop(fetch(&mut cache, "k1", 0));
    let Lookup::Wait { until } = cache.lookup("k1", after(14)) else { panic!() };
    assert_eq!(until, after(15));
    let unavailable = Refusal::Unavailable { retry_at: after(60) };
    assert_eq!(refused(&mut cache, "k1", 15), unavailable);
    let ticket = fetch(&mut cache, "k1", 60);
    assert!(updated(&mut cache, ticket, &set_of("k1"), 61));
}

#[test]
fn k26_s1_c11_the_soft_age_is_the_servers_within_limits() {
    for (cache_control, age, seconds) in [
        (None, None, 600),
        (Some("public"), None, 600),
        (Some("max-age=300"), None, 300),
        (Some("max-age=300"), Some("100"), 200),
        (Some("max-age=300"), Some("301"), 60),
        (Some("max-age=0"), None, 60),
        (Some("max-age=-1"), None, 60),
        (Some("max-age=soon"), None, 60),
        (Some("max-age=3600, no-store"), None, 60),
        (Some("no-cache"), None, 60),
        (Some("max-age=86400"), None, 21 * HOUR),
        (Some("max-age=1000000000000000000"), None, 21 * HOUR),
    ] {
        let mut cache = cache();
        let ticket = fetch(&mut cache, "k1", 0);
        let body = set_of("k1");
        let response = Response { cache_control, age, ..ok(&body) };
        let _ = cache.handle_response(ticket, response, after(0));
        assert_eq!(seen(&mut cache, "k1", seconds - 1), "found", "{cache_control:?} {age:?}");
        assert_eq!(seen(&mut cache, "k1", seconds), "found, refresh", "{cache_control:?} {age:?}");
    }
}

#[test]
fn t07_a_clock_that_steps_back_makes_no_key_younger() {
    // Seen for a day, minute by minute, while every fetch fails; then the clock goes back by two hours.
    let mut cache = with_k1();
    for minute in 0..24 * 60 {
        let _ = cache.lookup("k1", after(minute * 60));
    }
    assert!(seen(&mut cache, "k1", DAY) != "found");
    for second in DAY - 2 * HOUR..DAY - HOUR {
        assert!(!seen(&mut cache, "k1", second).starts_with("found"), "{second}");
    }
}

#[test]
fn t07_after_a_step_back_time_goes_on() {
    let mut cache = with_k1();
    assert_eq!(seen(&mut cache, "k1", 300), "found");
    let set_back = START.saturating_sub(Duration::from_secs(HOUR));
    let back = |seconds: u64| set_back.saturating_add(Duration::from_secs(seconds));
    // A new key waits for a minute more, until it is plain that the clock was set back, and not for an hour.
    let fetched = (0..=600).find(|second| {
        let lookup = cache.lookup("k2", back(*second));
        assert!(second % 60 != 0 || word(cache.lookup("k1", back(*second))) == "found");
        matches!(lookup, Lookup::Fetch(_))
    });
    assert_eq!(fetched, Some(0)); // 300 s after the last fetch
    let again = (1..=600).find(|second| word(cache.lookup("k2", back(*second))) == "fetch");
    assert_eq!(again, Some(60));
    // And the keys age: the set is over 24 hours after it was asked for, whatever the clock shows.
    let over = (300 + 60..2 * DAY)
        .step_by(60)
        .find(|second| !word(cache.lookup("k1", back(*second))).starts_with("found"));
    let over = over.unwrap();
    assert!((DAY - 300..=DAY - 300 + 60).contains(&over), "{over}");
}

#[test]
fn t08_one_bad_clock_value_destroys_nothing() {
    for leap in [2 * HOUR, 2 * DAY, 10 * 365 * DAY, u64::MAX] {
        let mut cache = with_k1();
        assert_eq!(seen(&mut cache, "k1", 300), "found");
        let judged = seen(&mut cache, "k1", leap);
        assert_eq!(judged, if leap < DAY { "found, refresh" } else { "fetch" });
        for second in 301..500 {
            assert!(seen(&mut cache, "k1", second).starts_with("found"), "{leap} {second}");
        }
        assert_eq!(cache.trusted_set(after(500)).unwrap().keys().len(), 1);
    }
}

#[test]
fn t08_s1_26_a_pause_that_ends_where_a_leap_did_is_no_leap() {
    // The clock leaps to 30 hours and comes back to 6; then nobody comes until it is 30 hours for good.
    for (back, found) in [(DAY - 1, true), (DAY, false), (30 * HOUR, false)] {
        let mut cache = with_k1();
        assert_eq!(seen(&mut cache, "k1", 30 * HOUR), "fetch");
        assert!(seen(&mut cache, "k1", 6 * HOUR).starts_with("found"));
        assert_eq!(seen(&mut cache, "k1", back).starts_with("found"), found, "{back}");
    }
}

#[test]
fn t08_what_is_fetched_during_a_leap_ages_like_any_other() {
    let mut cache = with_k1();
    let leap = 10 * 365 * DAY;
    let ticket = fetch(&mut cache, "k1", leap);
    assert!(updated(&mut cache, ticket, &set_of("k2"), leap + 1));
    assert_eq!(seen(&mut cache, "k2", 2), "found");
    for minute in 1..10 {
        assert_eq!(seen(&mut cache, "k2", minute * 60), "found");
    }
    assert_eq!(seen(&mut cache, "k2", 10 * 60 + 2), "found, refresh");
    let over = (11..).find(|minute| !seen(&mut cache, "k2", minute * 60).starts_with("found"));
    assert_eq!(over, Some(24 * 60 + 1));
}

#[test]
fn t07_a_thread_whose_clock_is_late_hastens_and_stops_nothing() {
    let mut cache = with_k1();
    let mut fetches = 0;
    for second in 1_000..2_000 {
        for now in [second, second - 900] {
            match cache.lookup("random", after(now)) {
                Lookup::Fetch(ticket) => {
                    fetches += 1;
                    assert!(updated(&mut cache, ticket, &set_of("k1"), now));
                }
                other => assert_eq!(word(other), "unknown"),
            }
        }
    }
    assert_eq!(fetches, 17); // one at once, then one per cool-down
}

#[test]
fn t01_no_moment_makes_it_panic() {
    let moments = [UnixTime::MIN, UnixTime::EPOCH, START, UnixTime::MAX];
    for first in moments {
        for second in moments {
            for third in moments {
                let mut cache = cache();
                let lookup = cache.lookup("k1", first);
                if let Lookup::Fetch(ticket) = lookup {
                    let _ = cache.handle_response(ticket, ok(&set_of("k1")), second);
                }
                let _ = cache.lookup("k1", third);
                let _ = cache.restore(&set_of("k1"), first, third);
            }
        }
    }
}

#[test]
fn a_timer_can_fetch_before_the_first_token_and_keep_the_keys_fresh() {
    let mut cache = cache();
    let ticket = cache.poll_fetch(after(0)).unwrap();
    assert!(cache.poll_fetch(after(1)).is_none());
    assert!(updated(&mut cache, ticket, &set_of("k1"), 1));
    assert!(cache.poll_fetch(after(599)).is_none());
    let ticket = cache.poll_fetch(after(600)).unwrap();
    let _ = cache.handle_failure(ticket, after(600));
    assert!(cache.poll_fetch(after(659)).is_none());
    assert!(cache.poll_fetch(after(660)).is_some());
}

#[test]
fn a_restart_goes_on_with_the_document_of_the_last_run() {
    let mut first = cache();
    assert_eq!(first.export(), None);
    let ticket = fetch(&mut first, "k1", 0);
    assert!(updated(&mut first, ticket, &set_of("k1"), 10));
    let export = first.export().unwrap();
    assert_eq!((&*export.document, export.fetched_at), (&*set_of("k1"), after(0)));

    let restored = |seconds: u64| {
        let mut cache = cache();
        let outcome = cache.restore(&export.document, export.fetched_at, after(seconds));
        (cache, outcome)
    };
    let (mut fresh, outcome) = restored(100);
    assert_eq!(outcome, Ok(()));
    assert_eq!(seen(&mut fresh, "k1", 599), "found");
    assert_eq!(seen(&mut fresh, "k2", 599), "fetch");
    assert_eq!(fresh.export().unwrap(), export);
    let late = fresh.restore(&set_of("k1"), after(599), after(599));
    assert_eq!(late, Err(JwksError::RestoredTooLate));

    let (mut stale, outcome) = restored(DAY - 1);
    assert_eq!(outcome, Ok(()));
    assert_eq!(seen(&mut stale, "k1", DAY - 1), "found, refresh");
    assert_eq!(seen(&mut stale, "k1", DAY), "wait");

    let maximum = Duration::from_secs(DAY);
    let (mut empty, outcome) = restored(DAY);
    assert_eq!(outcome, Err(JwksError::RestoredTooOld { maximum }));
    assert_eq!(seen(&mut empty, "k1", DAY), "fetch");
    let future = empty.restore(&export.document, after(DAY + 61), after(DAY));
    let fetched_at = after(DAY + 61);
    assert_eq!(future, Err(JwksError::RestoredFromTheFuture { fetched_at }));
    assert_eq!(empty.restore(&export.document, after(DAY + 60), after(DAY)), Ok(()));
    assert_eq!(cache().restore(b"{}", after(0), after(0)), Err(JwksError::NotASet));
}

#[test]
fn settings_out_of_range_are_refused_all_at_once() {
    let seconds = Duration::from_secs;
    let problem = |setting, minimum, maximum, found| ConfigProblem::OutOfRange {
        setting,
        minimum: seconds(minimum),
        maximum: seconds(maximum),
        found: seconds(found),
    };
    let refused = JwksCache::builder()
        .soft_age(seconds(59))
        .hard_age(seconds(DAY + 1))
        .cool_down(seconds(0))
        .ticket_lifetime(seconds(1))
        .build();
    let Err(JwksError::Config(problems)) = refused else { panic!() };
    let expected = [
        problem("soft_age", 60, 0, 59),
        problem("hard_age", 120, DAY, DAY + 1),
        problem("cool_down", 1, 3600, 0),
        problem("ticket_lifetime", 1, 0, 1),
    ];
    assert_eq!(problems[1..], expected[1..]);
    assert!(matches!(problems[0], ConfigProblem::OutOfRange { setting: "soft_age", .. }));
    let text = JwksError::Config(problems).to_string();
    assert!(text.contains("expected hard_age from 120s to 86400s, found 86401s; "), "{text}");

    let builder = || JwksCache::builder().hard_age(seconds(HOUR)).cool_down(seconds(30));
    assert!(builder().soft_age(seconds(HOUR / 8 * 7)).ticket_lifetime(seconds(30)).build().is_ok());
    assert!(builder().soft_age(seconds(HOUR / 8 * 7 + 1)).build().is_err());
    assert!(builder().ticket_lifetime(seconds(31)).build().is_err());
}

#[cfg(feature = "url")]
#[test]
fn k28_a_ticket_says_where_to_fetch() {
    let url = countersign::jwks::JwksUrl::pinned("https://bank.example.vn/jwks").unwrap();
    let mut cache = JwksCache::builder().url(&url).build().unwrap();
    assert_eq!(fetch(&mut cache, "k1", 0).url(), Some(url.as_str()));
}

/// Runs `work` in four threads at once.
fn four_threads(work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(&work);
        }
    });
}

#[test]
fn k20_l4_of_ten_thousand_callers_with_one_unknown_id_one_fetches() {
    for known in [false, true] {
        let cache = SharedJwksCache::new(if known { with_k1() } else { cache() });
        let (tickets, waits) = (AtomicUsize::new(0), AtomicUsize::new(0));
        four_threads(|| {
            for _ in 0..2_500 {
                match cache.lookup("k2", after(60)) {
                    Lookup::Fetch(_) => tickets.fetch_add(1, Ordering::Relaxed),
                    Lookup::Wait { until } if until == after(75) => {
                        waits.fetch_add(1, Ordering::Relaxed)
                    }
                    other => panic!("{other:?}"),
                };
            }
        });
        assert_eq!((tickets.into_inner(), waits.into_inner()), (1, 9_999));
    }
}

#[test]
fn l5_readers_see_the_old_set_or_the_new_one_whole() {
    let bodies = [
        document(&[jwk(ED25519, "k"), jwk(P256, "k")]),
        document(&[jwk(P384, "k"), jwk(RSA, "k")]),
    ];
    let thumbprints = [[ED25519, P256], [P384, RSA]]
        .map(|pems| pems.map(|pem| *key(pem, "k").thumbprint()).to_vec());
    let cache = JwksCache::builder().cool_down(Duration::from_secs(1));
    let cache =
        SharedJwksCache::new(cache.ticket_lifetime(Duration::from_secs(1)).build().unwrap());
    let ticket = cache.poll_fetch(after(0)).unwrap();
    let _ = cache.handle_response(ticket, ok(&bodies[0]), after(0));
    let (clock, swaps) = (AtomicU64::new(0), AtomicU64::new(0));
    let read = || {
        loop {
            let second = clock.load(Ordering::Relaxed);
            let Lookup::Found { keys, .. } = cache.lookup("k", after(second)) else { panic!() };
            let found: Vec<_> = keys.as_ref().iter().map(|key| *key.thumbprint()).collect();
            assert!(thumbprints.contains(&found));
            if second == 100 {
                break;
            }
        }
    };
    thread::scope(|scope| {
        let readers = [scope.spawn(read), scope.spawn(read)];
        for (second, body) in (1..=100).zip(bodies.iter().cycle().skip(1)) {
            clock.store(second, Ordering::Relaxed);
            let Lookup::Fetch(ticket) = cache.lookup("new", after(second)) else { continue };
            let outcome = cache.handle_response(ticket, ok(body), after(second));
            swaps.fetch_add(u64::from(outcome != FetchOutcome::StaleTicket), Ordering::Relaxed);
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(swaps.into_inner(), 100);
}

#[test]
fn a_shared_cache_answers_as_the_machine_does() {
    let (mut alone, shared) = (cache(), SharedJwksCache::new(cache()));
    for second in 0..4_000 {
        for id in ["k1", "k2", "a b"] {
            let (one, other) = (alone.lookup(id, after(second)), shared.lookup(id, after(second)));
            let answer = set_of("k1");
            match (one, other) {
                (Lookup::Fetch(one), Lookup::Fetch(other))
                | (
                    Lookup::Found { refresh: Some(one), .. },
                    Lookup::Found { refresh: Some(other), .. },
                ) => {
                    let one = alone.handle_response(one, ok(&answer), after(second));
                    assert_eq!(one, shared.handle_response(other, ok(&answer), after(second)));
                }
                (one, other) => assert_eq!(word(one), word(other), "{id} after {second} s"),
            }
        }
    }
    assert_eq!(alone.export(), shared.export());
    assert_eq!(shared.trusted_set(after(4_000)).unwrap().keys().len(), 1);
}
