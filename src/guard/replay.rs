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
