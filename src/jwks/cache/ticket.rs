//! The right to fetch.

use std::sync::Arc;

use crate::time::UnixTime;

/// The right, and the duty, to fetch a cache's key set once.
///
/// There is one at a time. It goes back to the cache that wrote it, with the answer or word of a failure;
/// where neither comes, as when the task that fetched is gone, it counts as lost after its deadline.
///
/// It cannot be handed in twice:
/// ```compile_fail,E0382
/// use countersign::jwks::{JwksCache, Ticket};
/// use countersign::time::UnixTime;
/// fn twice(cache: &mut JwksCache, ticket: Ticket, now: UnixTime) {
///     let _ = cache.handle_failure(ticket, now);
///     let _ = cache.handle_failure(ticket, now); // moved above
/// }
/// ```
/// Once compiles:
/// ```
/// use countersign::jwks::{JwksCache, Ticket};
/// use countersign::time::UnixTime;
/// fn once(cache: &mut JwksCache, ticket: Ticket, now: UnixTime) {
///     let _ = cache.handle_failure(ticket, now);
/// }
/// ```
#[derive(Debug)]
#[must_use = "fetch, then hand it back with the answer"]
pub struct Ticket {
    origin: Arc<Origin>,
    number: u64,
    deadline: UnixTime,
}

impl Ticket {
    pub(super) fn new(origin: &Arc<Origin>, number: u64, deadline: UnixTime) -> Self {
        Self { origin: Arc::clone(origin), number, deadline }
    }

    /// Where to fetch from, if the cache was told.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.origin.url.as_deref()
    }

    /// When it counts as lost, and what comes later is not looked at: the end of the host's timeout.
    #[must_use]
    pub const fn deadline(&self) -> UnixTime {
        self.deadline
    }

    /// Whether this cache wrote it, as this number. Another issuer's keys must never get in.
    pub(super) fn is_for(&self, origin: &Arc<Origin>, number: u64) -> bool {
        Arc::ptr_eq(&self.origin, origin) && self.number == number
    }
}

/// What all tickets of one cache share; its address tells them from those of others.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) url: Option<Box<str>>,
}

/// The last time that somebody was sent to fetch.
pub(super) struct Attempt {
    pub(super) number: u64,
    /// When, by the steady clock.
    pub(super) at: UnixTime,
    /// Whether its ticket has not come back.
    pub(super) open: bool,
}
