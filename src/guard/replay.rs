//! Single use: what was accepted once is refused from then on.
//!
//! A verifier that accepted a thing of single use names it with a
//! [`ReplayKey`] and gives a [`Pending`] value; its step writes that name where nothing may be written yet.
//! Retention comes from the verifier as well, from the moment after which it would refuse the thing anyway:
//! neither a sender nor the text of a token has a say in it.

use std::time::Duration;

use crate::time::UnixTime;
use crate::verified::{Expect, Pending, Record, ReplayKey, Step, Verified};

/// How long an entry outlives the last moment at which its thing could be used: one minute.
///
/// The hosts that share a store, and the store itself, read different clocks. As long as they differ by
/// less than this, none of them forgets what another would still accept.
pub const KEEP: Duration = Duration::from_secs(60);

/// `verified`, once the store has never seen `replay_key` before; `deadline` is the first moment at which
/// its verifier would refuse it (`exp` and leeway).
pub(crate) fn pending<T>(
    verified: Verified<T>,
    replay_key: ReplayKey,
    deadline: UnixTime,
) -> Pending<T> {
    Pending::new(verified, step(&replay_key, deadline), deadline)
}

/// The write that uses `key` up.
pub(crate) fn step(key: &ReplayKey, deadline: UnixTime) -> Step {
    let until = deadline.saturating_add(KEEP);
    Step::new(*key.as_bytes(), Expect::Absent, Record::state(SPENT), until)
}

/// The state of a name that was used up.
pub(super) const SPENT: u8 = 0x01;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::MemoryStore;
    use crate::verified::{Evidence, PendingError, StoreAnswer};

    const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);
    const DEADLINE: UnixTime = UnixTime::from_secs(1_735_180_953);

    fn accepted(issuer: &str, jti: &str) -> Pending<&'static str> {
        let key = ReplayKey::new("test", &[issuer.as_bytes(), jti.as_bytes()]);
        let evidence = Evidence {
            key_id: None,
            thumbprint: [0; 32],
            algorithm: "RS256",
            policy: [0; 32],
            replay_key: Some(key),
            verified_at: NOW,
        };
        pending(Verified::new("claims", evidence), key, DEADLINE)
    }

    fn present(
        store: &MemoryStore,
        pending: Pending<&'static str>,
        now: UnixTime,
    ) -> Result<&'static str, PendingError> {
        let answer = store.apply(pending.step(), now);
        pending.finish(answer, now).map(|verified| *verified.value())
    }

    #[test]
    fn a_second_presentation_is_replayed() {
        let store = MemoryStore::new(4, NOW);
        assert_eq!(present(&store, accepted("a", "1"), NOW), Ok("claims"));
        assert_eq!(present(&store, accepted("a", "1"), NOW), Err(PendingError::Replayed));
        assert_eq!(present(&store, accepted("a", "2"), NOW), Ok("claims"));
    }

    #[test]
    fn names_are_bytes_and_belong_to_their_issuer() {
        // reliability C02: the same jti of another issuer, and é composed and decomposed.
        let store = MemoryStore::new(4, NOW);
        for (issuer, jti) in [("a", "\u{e9}"), ("b", "\u{e9}"), ("a", "e\u{301}")] {
            assert_eq!(present(&store, accepted(issuer, jti), NOW), Ok("claims"));
        }
    }

    #[test]
    fn a_replay_is_refused_on_both_sides_of_the_deadline() {
        // reliability C06.
        let last = DEADLINE.saturating_sub(Duration::from_millis(1));
        let store = MemoryStore::new(4, NOW);
        assert_eq!(present(&store, accepted("a", "1"), last), Ok("claims"));
        assert_eq!(present(&store, accepted("a", "1"), last), Err(PendingError::Replayed));
        assert_eq!(present(&store, accepted("a", "1"), DEADLINE), Err(PendingError::Replayed));
        assert_eq!(present(&store, accepted("a", "2"), DEADLINE), Err(PendingError::Expired));
        assert_eq!(accepted("a", "1").step().until(), UnixTime::from_secs(1_735_181_013));
    }

    #[test]
    fn two_presented_just_before_expiry_and_stored_just_after_never_both_pass() {
        let store = MemoryStore::new(4, NOW);
        let (first, second) = (accepted("a", "1"), accepted("a", "1"));
        let late = DEADLINE.saturating_add(Duration::from_millis(1));
        assert_eq!(present(&store, first, late), Err(PendingError::Expired));
        assert_eq!(present(&store, second, late), Err(PendingError::Replayed));
    }

    #[test]
    fn a_store_that_timed_out_after_writing_refuses_then_and_later() {
        // reliability C10.
        let store = MemoryStore::new(4, NOW);
        let first = accepted("a", "1");
        assert_eq!(store.apply(first.step(), NOW), StoreAnswer::Applied); // and the answer is lost
        let lost = first.finish(StoreAnswer::Unavailable, NOW);
        assert_eq!(lost.map(|verified| *verified), Err(PendingError::StoreUnavailable));
        assert_eq!(present(&store, accepted("a", "1"), NOW), Err(PendingError::Replayed));
    }
}
