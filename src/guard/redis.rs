//! A [`Step`] as one script for Redis 6.2 and later.
//!
//! The connection is the host's; this room has the script, its arguments and the meaning of its reply. With
//! the `redis` crate:
//!
//! ```text
//! let script = redis::Script::new(guard::redis::SCRIPT);
//! let mut call = script.key(guard::redis::key(step));
//! guard::redis::arguments(step).iter().for_each(|argument| { call.arg(&argument[..]); });
//! let answer = match call.invoke_async::<Vec<u8>>(&mut connection).await {
//!     Ok(reply) => guard::redis::answer(&reply),
//!     Err(_) => StoreAnswer::Unavailable, // a time-out too: it may have been applied
//! };
//! ```
//!
//! # Security
//! - `maxmemory-policy noeviction`, or a memory limit that is never reached: every entry has a time to live,
//!   so each of the other policies may evict what still counts. Out of memory, the script fails, and refuses.
//! - What Redis loses, it allows again. `appendfsync always` loses nothing in a crash, `everysec` about a
//!   second; replicas lag behind, so after a failover the last writes may be missing. Where that
//!   matters, refuse for the lifetime of a token after a restart or failover; keep orders in a database.
//! - Redis drops entries by its own clock. The script refuses a step that has ended by it, so a host whose
//!   clock is behind re-opens nothing; but a Redis whose own clock leaps ahead forgets. Let it slew.

use std::borrow::Cow;

use crate::verified::{Record, Step, StoreAnswer};

/// The script: `KEYS[1]` is [`key`], `ARGV[1..=3]` are [`arguments`], and [`answer`] reads the reply.
///
/// The reply is one bulk string: `+` applied; `-` refused, with the record that is held behind it; `!` not
/// decided, because the step has ended.
pub const SCRIPT: &str = "\
local key, expected, put, ends = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local time = redis.call('TIME')
if tonumber(ends) <= time[1] * 1000 + time[2] / 1000 then return '!' end
local held = redis.call('GET', key)
local as_expected
if expected == '' then
  as_expected = not held
else
  as_expected = held and string.sub(held, 1, #expected) == expected
end
if not as_expected then return '-' .. (held or '') end
redis.call('SET', key, put, 'PXAT', ends)
return '+'
";

/// The key of `step`: 32 bytes, binary. A host may put a prefix of its own before it.
#[must_use]
pub const fn key(step: &Step) -> &[u8] {
    step.key()
}

/// The arguments of [`SCRIPT`] for `step`: what is expected (nothing for an absent record), what to
/// put, and until when in milliseconds.
#[must_use]
pub fn arguments(step: &Step) -> [Cow<'_, [u8]>; 3] {
    let until = step.until().as_millis().to_string();
    [step.expect().as_bytes().into(), step.put().as_bytes().into(), until.into_bytes().into()]
}

/// What the reply of [`SCRIPT`] means; anything it does not send is [`StoreAnswer::Unavailable`].
///
/// ```
/// use countersign::guard::redis;
/// use countersign::verified::{Record, StoreAnswer};
///
/// assert_eq!(redis::answer(b"+"), StoreAnswer::Applied);
/// assert_eq!(redis::answer(b"-\x01"), StoreAnswer::Refused(Some(Record::state(1))));
/// assert_eq!(redis::answer(b"OK"), StoreAnswer::Unavailable);
/// ```
pub fn answer(reply: &[u8]) -> StoreAnswer {
    match reply {
        b"+" => StoreAnswer::Applied,
        b"-" => StoreAnswer::Refused(None),
        [b'-', held @ ..] => Record::new(held)
            .map_or(StoreAnswer::Unavailable, |held| StoreAnswer::Refused(Some(held))),
        _ => StoreAnswer::Unavailable,
    }
}
