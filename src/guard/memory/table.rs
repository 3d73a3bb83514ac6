//! The table behind the in-memory store: a slab of entries, each in a list by key and in a list by second.
//!
//! The lists by second are a timing wheel, so the earliest entry to end is found without sorting. An
//! entry costs its slot of 56 bytes and one list head; nothing is allocated after [`Table::new`] but
//! records longer than one byte.

use crate::guard::replay::SPENT;
use crate::time::{HighWater, UnixTime};
use crate::verified::{Expect, Record, Step, StoreAnswer};

pub(super) struct Table {
    mark: HighWater,
    /// The latest `until` among all entries dropped so far.
    dropped: UnixTime,
    entries: Vec<Entry>,
    capacity: usize,
    /// Heads of the lists by key.
    chains: Box<[Link]>,
    /// Heads of the lists by the second in which entries end, one turn of the wheel at a time.
    wheel: Box<[Link]>,
    /// The list of the wheel that is being worked off, with all that ended before.
    due: Link,
    /// The second whose list became `due` last: always before the mark's, so whatever is due has ended.
    hand: i64,
}

struct Entry {
    key: [u8; 32],
    until: UnixTime,
    /// A thin pointer; `None` is the record of every replay step.
    record: Option<Box<Record>>,
    next_of_key: Link,
    next_of_second: Link,
}

/// The place of an entry in the slab.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Link(u32);

impl Table {
    pub(super) fn new(capacity: usize, now: UnixTime) -> Self {
        let capacity = capacity.min(Link::END.index());
        Self {
            mark: HighWater::new(now),
            dropped: UnixTime::MIN,
            entries: Vec::with_capacity(capacity),
            capacity,
            chains: vec![Link::END; capacity].into(),
            wheel: vec![Link::END; usize::from(TURN)].into(),
            due: Link::END,
            hand: now.as_secs().saturating_sub(1),
        }
    }

    pub(super) const fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn apply(&mut self, step: &Step, now: UnixTime) -> StoreAnswer {
        self.mark.observe(now);
        match (self.find(step.key()), step.expect()) {
            (Some(entry), Expect::State(expected)) if entry.starts_with(expected) => {
                entry.put(step);
                StoreAnswer::Applied
            }
            (Some(entry), _) => StoreAnswer::Refused(Some(entry.record())),
            (None, Expect::State(_)) => StoreAnswer::Refused(None),
            (None, Expect::Absent) => {
                self.insert(step).map_or(StoreAnswer::Unavailable, |()| StoreAnswer::Applied)
            }
        }
    }

    fn find(&mut self, key: &[u8; 32]) -> Option<&mut Entry> {
        let mut link = *self.chain(key)?;
        loop {
            let entry = self.entry(link)?;
            if entry.key == *key {
                return self.entry_mut(link);
            }
            link = entry.next_of_key;
        }
    }

    /// Puts a new entry in its two lists; `None` where there is no room, or the entry may be one that
    /// was dropped.
    fn insert(&mut self, step: &Step) -> Option<()> {
        if step.until() <= self.dropped {
            return None;
        }
        let mut entry = Entry::new(step);
        let link = if self.entries.len() < self.capacity {
            Link::new(self.entries.len())?
        } else {
            self.reclaim()?
        };
        let chain = self.chain(step.key())?;
        entry.next_of_key = std::mem::replace(chain, link);
        match self.entry_mut(link) {
            Some(slot) => *slot = entry,
            None => self.entries.push(entry),
        }
        self.schedule(link)
    }

    /// Drops the earliest entry that has ended, if there is one, and gives its place.
    fn reclaim(&mut self) -> Option<Link> {
        let mark = self.mark.get().as_secs();
        loop {
            while let Some(entry) = self.entry(self.due) {
                let (link, until) = (self.due, entry.until);
                self.due = entry.next_of_second;
                if until.as_secs() < mark {
                    self.dropped = self.dropped.max(until);
                    return self.unchain(link);
                }
                self.schedule(link)?;
            }
            let next = self.hand.saturating_add(1);
            if next >= mark {
                return None;
            }
            // However long there was room, one turn of the wheel meets every list.
            self.hand = next.max(mark.saturating_sub(TURN.into()));
            self.due = std::mem::replace(self.second(self.hand)?, Link::END);
        }
    }

    /// Puts an entry in the list of the second in which it ends.
    fn schedule(&mut self, link: Link) -> Option<()> {
        let second = self.entry(link)?.until.as_secs();
        let head = if second <= self.hand { &mut self.due } else { self.second(second)? };
        let next = std::mem::replace(head, link);
        self.entry_mut(link)?.next_of_second = next;
        Some(())
    }

    /// Takes an entry out of the list of its key.
    fn unchain(&mut self, link: Link) -> Option<Link> {
        let entry = self.entry(link)?;
        let (key, next) = (entry.key, entry.next_of_key);
        let mut at = self.chain(&key)?;
        while *at != link {
            let before = *at;
            at = &mut self.entry_mut(before)?.next_of_key;
        }
        *at = next;
        Some(link)
    }

    /// The list of a key. Keys are digests, so their own bits spread them.
    fn chain(&mut self, key: &[u8; 32]) -> Option<&mut Link> {
        let spread = usize::try_from(u32::from_le_bytes(*key.first_chunk()?)).ok()?;
        let chain = spread.checked_rem(self.chains.len())?;
        self.chains.get_mut(chain)
    }

    fn second(&mut self, second: i64) -> Option<&mut Link> {
        self.wheel.get_mut(usize::try_from(second.rem_euclid(TURN.into())).ok()?)
    }

    fn entry(&self, link: Link) -> Option<&Entry> {
        self.entries.get(link.index())
    }

    fn entry_mut(&mut self, link: Link) -> Option<&mut Entry> {
        self.entries.get_mut(link.index())
    }
}

impl Entry {
    fn new(step: &Step) -> Self {
        Self {
            key: *step.key(),
            until: step.until(),
            record: thin(step.put()),
            next_of_key: Link::END,
            next_of_second: Link::END,
        }
    }

    fn starts_with(&self, expected: &Record) -> bool {
        self.record.as_deref().unwrap_or(&REPLAY).starts_with(expected)
    }

    fn record(&self) -> Record {
        self.record.as_deref().unwrap_or(&REPLAY).clone()
    }

    /// It stays in the list of its earlier second; whoever meets it there sees that it has not ended.
    fn put(&mut self, step: &Step) {
        self.record = thin(step.put());
        self.until = self.until.max(step.until());
    }
}

impl Link {
    const END: Self = Self(u32::MAX);

    fn new(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self)
    }

    fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

fn thin(record: &Record) -> Option<Box<Record>> {
    (*record != REPLAY).then(|| Box::new(record.clone()))
}

const REPLAY: Record = Record::state(SPENT);

/// Seconds in one turn of the wheel: a bank's tokens end within one, and what ends later is met once a turn.
const TURN: u16 = 1024;
