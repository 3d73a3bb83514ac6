//! The cache for many threads.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::cache::Fetched;
use super::{Export, FetchOutcome, JwkSet, JwksCache, JwksError, Lookup, Response, Ticket};
use crate::time::UnixTime;

/// A [`JwksCache`] that threads share: the same methods, by `&self`.
///
/// Lookups that change nothing, which is nearly all of them, read side by side. Tickets are written and
/// answers taken under a lock that is held for some comparisons; documents are read outside it.
#[derive(Debug)]
pub struct SharedJwksCache {
    cache: RwLock<JwksCache>,
}

impl SharedJwksCache {
    /// Shares this cache.
    #[must_use]
    pub const fn new(cache: JwksCache) -> Self {
        Self { cache: RwLock::new(cache) }
    }

    /// See [`JwksCache::lookup`].
    pub fn lookup(&self, key_id: &str, now: UnixTime) -> Lookup {
        let seen = self.read().glance(key_id, now);
        seen.unwrap_or_else(|| self.write().lookup(key_id, now))
    }

    /// See [`JwksCache::poll_fetch`].
    pub fn poll_fetch(&self, now: UnixTime) -> Option<Ticket> {
        self.write().poll_fetch(now)
    }

    /// See [`JwksCache::handle_response`].
    pub fn handle_response(
        &self,
        ticket: Ticket,
        response: Response<'_>,
        now: UnixTime,
    ) -> FetchOutcome {
        let answer = response.read();
        self.write().settle(ticket, answer, now)
    }

    /// See [`JwksCache::handle_failure`].
    pub fn handle_failure(&self, ticket: Ticket, now: UnixTime) -> FetchOutcome {
        self.write().handle_failure(ticket, now)
    }

    /// See [`JwksCache::restore`].
    ///
    /// # Errors
    /// As [`JwksCache::restore`].
    pub fn restore(
        &self,
        document: &[u8],
        fetched_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), JwksError> {
        let read = Fetched::read(document)?;
        self.write().reinstate(read, fetched_at, now)
    }

    /// See [`JwksCache::export`].
    #[must_use]
    pub fn export(&self) -> Option<Export> {
        self.read().export()
    }

    /// See [`JwksCache::trusted_set`].
    #[must_use]
    pub fn trusted_set(&self, now: UnixTime) -> Option<JwkSet> {
        self.write().trusted_set(now).cloned()
    }

    // No code of this crate panics under the lock; whose ever does, leaves whole values behind.
    fn read(&self) -> RwLockReadGuard<'_, JwksCache> {
        self.cache.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, JwksCache> {
        self.cache.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn l7_a_panic_in_a_holder_loses_nothing() {
        let cache = SharedJwksCache::new(JwksCache::builder().build().unwrap());
        let ticket = cache.poll_fetch(UnixTime::from_secs(1)).unwrap();
        let panicked = thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _held = cache.write();
                panic!("by design");
            });
            holder.join().is_err()
        });
        assert!(panicked && cache.cache.is_poisoned());
        let outcome = cache.handle_failure(ticket, UnixTime::from_secs(2));
        assert_eq!(outcome, FetchOutcome::KeptLastGood { reason: JwksError::Transport });
        assert!(matches!(cache.lookup("k1", UnixTime::from_secs(2)), Lookup::Refused(_)));
    }
}
