//! A store for one process.

mod table;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::table::Table;
use crate::time::UnixTime;
use crate::verified::{Step, StoreAnswer};

/// A bounded store for [`Step`]s, shared by the threads of one process.
///
/// - An entry that still counts is never evicted: a full store answers [`StoreAnswer::Unavailable`], and
///   so its host refuses. Give it room for a whole lifetime of tokens at the highest rate:
///   `rate × (lifetime + leeway + 60 s)`.
/// - Entries are dropped only to make room, the earliest first, and only once the latest moment the store
///   has seen ([`HighWater`](crate::time::HighWater)) is past their `until`. A step that ends no later than
///   an entry that was dropped is refused as `Unavailable`, since it may be the one that was dropped.
///   So a clock that steps back re-opens nothing, and one that leaps ahead drops nothing while there is room.
/// - All memory is taken by [`MemoryStore::new`]: 60 bytes an entry, and 4 KiB. Only a record other than
///   that of a used token, such as an order's, is allocated for itself.
///
/// It forgets everything when the process ends, and other processes do not see it: with several of them,
/// or with orders, use a store that lasts (see [`guard`](crate::guard)).
///
/// ```
/// use countersign::guard::MemoryStore;
/// use countersign::time::UnixTime;
/// use countersign::verified::{Expect, Record, Step, StoreAnswer};
///
/// let now = UnixTime::from_secs(1_735_180_623);
/// let store = MemoryStore::new(100_000, now);
/// let once = Step::new([7; 32], Expect::Absent, Record::state(1), UnixTime::from_secs(1_735_180_983));
/// assert_eq!(store.apply(&once, now), StoreAnswer::Applied);
/// assert_eq!(store.apply(&once, now), StoreAnswer::Refused(Some(Record::state(1))));
/// ```
pub struct MemoryStore {
    table: Mutex<Table>,
    capacity: usize,
}

impl MemoryStore {
    /// An empty store for `capacity` entries (at most [`u32::MAX`]).
    #[must_use]
    pub fn new(capacity: usize, now: UnixTime) -> Self {
        let table = Table::new(capacity, now);
        Self { capacity: table.capacity(), table: Mutex::new(table) }
    }

    /// Applies `step`, or refuses it, as one atomic operation.
    pub fn apply(&self, step: &Step, now: UnixTime) -> StoreAnswer {
        self.table().apply(step, now)
    }

    /// How many entries are held, with those that ended and were not dropped yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table().len()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries fit.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// A thread that died holding the lock left the table as it was before or after its step.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verified::{Expect, Record};

    #[test]
    fn a_thread_that_dies_with_the_lock_loses_nothing() {
        // reliability C03.
        let now = UnixTime::from_secs(1_735_180_623);
        let step = |key: u8| {
            Step::new(
                [key; 32],
                Expect::Absent,
                Record::state(1),
                UnixTime::from_secs(1_735_180_983),
            )
        };
        let store = MemoryStore::new(4, now);
        assert_eq!(store.apply(&step(1), now), StoreAnswer::Applied);
        std::thread::scope(|scope| {
            let dies = scope.spawn(|| {
                let _held = store.table();
                panic!("on purpose");
            });
            assert!(dies.join().is_err());
        });
        assert!(store.table.is_poisoned());
        assert_eq!(store.apply(&step(1), now), StoreAnswer::Refused(Some(Record::state(1))));
        assert_eq!(store.apply(&step(2), now), StoreAnswer::Applied);
    }
}
