//! `Object.keys(…).sort()`: by UTF-16 code units.

use std::cmp::Ordering;

use super::spill::Spill;
use super::tape::{self, Place, Span, View, low_bits};
use super::text;

/// An object's keys in sorted order.
#[derive(Clone)]
pub(super) struct Sorted(Spill<Key, 16>);

impl Sorted {
    pub(super) fn new(view: View<'_, '_>, object: Place) -> Self {
        let mut sorted = Self(Spill::new());
        let mut encoded = false;
        for place in view.keys(object) {
            encoded |= view.span(place).is(Span::ENCODED);
            sorted.0.push(Key::new(view, place, 0), || view.keys(object).count());
        }
        if encoded {
            sort_whole(view, sorted.0.as_mut_slice());
        } else {
            sort_by_segments(view, sorted.0.as_mut_slice());
        }
        sorted
    }

    /// The places of the keys from the `start`th on, one for each name: the last.
    pub(super) fn places(&self, start: usize) -> impl Iterator<Item = (usize, Place)> {
        let kept = |(_, key): &(usize, &Key)| !key.is_repeated();
        let keys = self.0.as_slice().iter().enumerate();
        keys.skip(start).filter(kept).map(|(index, key)| (index, key.place()))
    }

    /// The first and the last place of each name.
    pub(super) fn occurrences(&self) -> impl Iterator<Item = (Place, Place)> {
        let mut first = None;
        self.0.as_slice().iter().filter_map(move |key| {
            let first_so_far = first.take().unwrap_or(key.place());
            if key.is_repeated() {
                first = Some(first_so_far);
                return None;
            }
            Some((first_so_far, key.place()))
        })
    }
}

/// The four bytes of a key that are compared at present, and below them its place, as one number.
#[derive(Clone, Copy, Default, Eq, Ord, PartialEq, PartialOrd)]
struct Key(u64);

impl Key {
    fn new(view: View<'_, '_>, place: Place, depth: usize) -> Self {
        let segment = text::segment(view.quoted(view.span(place)), depth);
        Self(u64::from(segment) << 32 | u64::from(place))
    }

    const fn segment(self) -> u64 {
        self.0 >> 32
    }

    fn place(self) -> Place {
        low_bits(self.0)
    }

    /// Marks a key of which the next is another occurrence.
    const fn set_repeated(&mut self) {
        self.0 |= REPEATED;
    }

    const fn is_repeated(self) -> bool {
        self.0 & REPEATED != 0
    }
}

/// The bit above a place; it is set only where sorting is over.
const REPEATED: u64 = 1 << tape::BITS;

/// Sorts keys that are as they stand, their first segments given, four bytes at a time: comparing
/// numbers that lie side by side is many times faster than following each key to the body.
fn sort_by_segments<'k>(view: View<'_, '_>, keys: &'k mut [Key]) {
    let mut due: Vec<(&'k mut [Key], usize)> = Vec::new();
    let mut next = Some((keys, 4));
    while let Some((keys, depth)) = next.take().or_else(|| due.pop()) {
        keys.sort_unstable();
        for run in keys.chunk_by_mut(|left, right| left.segment() == right.segment()) {
            match run {
                [] | [_] => {}
                // A zero is padding: these keys end here, and are one and the same.
                [first, ..] if first.segment() & 0xff == 0 => mark_repeated(view, run),
                run if run.len() <= SHORT_RUN => sort_whole(view, run),
                run => {
                    run.iter_mut().for_each(|key| *key = Key::new(view, key.place(), depth));
                    due.push((run, depth.saturating_add(4)));
                }
            }
        }
    }
}

/// So few keys are compared whole, and need no list of what is due.
const SHORT_RUN: usize = 16;

fn sort_whole(view: View<'_, '_>, keys: &mut [Key]) {
    keys.sort_unstable_by(|left, right| {
        compare(view, left.place(), right.place()).then(left.place().cmp(&right.place()))
    });
    mark_repeated(view, keys);
}

/// Marks all but the last of sorted keys that are the same.
fn mark_repeated(view: View<'_, '_>, keys: &mut [Key]) {
    let mut later: Option<Key> = None;
    for key in keys.iter_mut().rev() {
        if later.is_some_and(|later| compare(view, key.place(), later.place()).is_eq()) {
            key.set_repeated();
        }
        later = Some(*key);
    }
}

fn compare(view: View<'_, '_>, left: Place, right: Place) -> Ordering {
    text::compare(view, view.span(left), view.span(right))
}
