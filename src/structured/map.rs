//! Dictionaries and parameters: keys in order, each once, and which of them came more than once.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::{StructuredError, StructuredErrorKind};
use super::item::{BareItem, Member};
use super::text::Key;

/// A Dictionary (RFC 9651 §3.2): members by key.
pub type Dictionary<'a> = OrderedMap<'a, Member<'a>>;

/// The parameters of an Item or Inner List (RFC 9651 §3.1.2): values by key.
pub type Parameters<'a> = OrderedMap<'a, BareItem<'a>>;

/// An ordered map: entries in the order of their keys' first appearance, each key once.
///
/// Two maps are equal when they have equal keys and values in the same order, wherever and however often
/// these stood in the input.
///
/// ```
/// use countersign::structured::{Item, Limits};
///
/// let item = Item::parse("x;a=1;b=2;a=3", &Limits::DEFAULT)?;
/// let parameters = &item.parameters;
/// assert_eq!(parameters.get("a").unwrap().as_integer(), Some(3)); // the last value, in the first place
/// let again: Vec<_> = parameters.duplicates().map(|entry| entry.key.as_str()).collect();
/// assert_eq!(again, ["a"]);
/// assert_eq!(item.refuse_duplicates().unwrap_err().code(), "structured.duplicate_key");
/// # Ok::<(), countersign::structured::StructuredError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderedMap<'a, V> {
    entries: Vec<Entry<'a, V>>,
}

/// A key and its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry<'a, V> {
    /// The key.
    pub key: Key<'a>,
    /// The value; of a key that came more than once, the last.
    pub value: V,
    origin: Origin,
}

impl<'a, V> OrderedMap<'a, V> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// The entries in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'a, V>] {
        &self.entries
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.entries.iter().find(|entry| entry.key.as_str() == key).map(|entry| &entry.value)
    }

    /// Adds an entry at the end, or replaces the value of a key that is there, in its place.
    pub fn insert(&mut self, key: Key<'a>, value: V) {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value = value,
            None => self.entries.push(Entry { key, value, origin: Origin::default() }),
        }
    }

    /// The entries whose keys came more than once in the input.
    ///
    /// # Security
    /// Other readers may take the first value where this one, by the RFC, takes the last. What is to be
    /// trusted should have no duplicates.
    pub fn duplicates(&self) -> impl Iterator<Item = &Entry<'a, V>> {
        self.entries.iter().filter(|entry| entry.origin.repeated)
    }

    pub(super) fn refuse_own_duplicates(&self) -> Result<(), StructuredError> {
        match self.duplicates().next() {
            Some(entry) => {
                Err(StructuredError::new(StructuredErrorKind::DuplicateKey, entry.origin.start))
            }
            None => Ok(()),
        }
    }
}

impl<V> Default for OrderedMap<'_, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Entry<'_, V> {
    /// Where key and value stood in the input; of a key that came more than once, the last time.
    ///
    /// Empty for an entry that was not parsed.
    #[must_use]
    pub const fn span(&self) -> Range<usize> {
        self.origin.span()
    }
}

impl Dictionary<'_> {
    /// Refuses a Dictionary with a repeated key, be it among its members or in any parameters.
    ///
    /// # Errors
    /// [`StructuredErrorKind::DuplicateKey`], at the last place of a repeated key.
    pub fn refuse_duplicates(&self) -> Result<(), StructuredError> {
        self.refuse_own_duplicates()?;
        self.entries.iter().try_for_each(|entry| entry.value.refuse_duplicates())
    }
}

impl Parameters<'_> {
    /// Refuses parameters with a repeated key.
    ///
    /// # Errors
    /// [`StructuredErrorKind::DuplicateKey`], at the last place of a repeated key.
    pub fn refuse_duplicates(&self) -> Result<(), StructuredError> {
        self.refuse_own_duplicates()
    }
}

/// Where something stood in the input, and whether its key had come before.
///
/// It is no part of what was said, so that a parsed value equals one that was built: any two are equal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin {
    pub(super) start: usize,
    pub(super) end: usize,
    repeated: bool,
}

impl Origin {
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Self { start, end, repeated: false }
    }

    pub(super) const fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

/// An [`OrderedMap`] being parsed: few keys are found by looking through them, many by a tree, so that a
/// field full of keys costs no more than `n log n`.
pub(super) struct Collector<'a, V> {
    map: OrderedMap<'a, V>,
    places: BTreeMap<Key<'a>, usize>,
    pub(super) seen: usize,
}

impl<'a, V> Collector<'a, V> {
    pub(super) const fn new() -> Self {
        Self { map: OrderedMap::new(), places: BTreeMap::new(), seen: 0 }
    }

    pub(super) fn put(&mut self, key: Key<'a>, value: V, origin: Origin) {
        self.seen = self.seen.saturating_add(1);
        let place = self.place(key);
        match place.and_then(|place| self.map.entries.get_mut(place)) {
            Some(entry) => {
                *entry = Entry { key, value, origin: Origin { repeated: true, ..origin } }
            }
            None => self.map.entries.push(Entry { key, value, origin }),
        }
    }

    pub(super) fn finish(self) -> OrderedMap<'a, V> {
        self.map
    }

    /// Where `key` is already, if it is.
    fn place(&mut self, key: Key<'a>) -> Option<usize> {
        let entries = &self.map.entries;
        if entries.len() < LOOKED_THROUGH {
            return entries.iter().position(|entry| entry.key == key);
        }
        if self.places.is_empty() {
            self.places =
                entries.iter().zip(0..).map(|(entry, place)| (entry.key, place)).collect();
        }
        let next = entries.len();
        match *self.places.entry(key).or_insert(next) {
            place if place == next => None,
            place => Some(place),
        }
    }
}

/// Up to so many short keys, comparing each is quicker than keeping a tree.
const LOOKED_THROUGH: usize = 16;
