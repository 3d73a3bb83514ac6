//! The order in which JavaScript keeps an object's members, and prints them.

use std::cmp::Ordering;

use super::tape::{Place, Span, View};
use super::text;

/// What is known of an object's keys while they are read: enough to see that most objects are printed as they stand.
#[derive(Clone, Copy, Default)]
pub(super) struct Filter {
    buckets: u64,
    may_reorder: bool,
}

impl Filter {
    /// Adds the key that stands between `rest` and `behind`, quotes and all.
    #[inline]
    pub(super) fn add(&mut self, rest: &[u8], behind: &[u8], marks: u64) {
        let bucket = bucket(rest, rest.len().saturating_sub(behind.len()));
        self.may_reorder |= may_move(rest, marks) | (self.buckets & bucket != 0);
        self.buckets |= bucket;
    }

    pub(super) const fn may_reorder(self) -> bool {
        self.may_reorder
    }
}

/// Whether the members of the object at `place` may be printed in another order than they stand, or be fewer.
///
/// In doubt it says yes; [`own_members`] then decides. It looks at each key once, so that closing an object costs
/// no more than reading it did.
pub(super) fn may_reorder(view: View<'_, '_>, object: Place) -> bool {
    let mut buckets = 0;
    let mut keys = view.keys(object).enumerate();
    keys.any(|(count, key)| {
        let span = view.span(key);
        let name = view.bytes(span);
        let bucket = bucket(view.body.get(span.start()..).unwrap_or_default(), name.len());
        let is_shared = buckets & bucket != 0;
        buckets |= bucket;
        let is_same = |earlier| view.bytes(view.span(earlier)) == name;
        may_move(name, span.marks())
            || count == KEYS_COMPARED
            || is_shared && view.keys(object).take(count).any(is_same)
    })
}

/// Whether a key, quotes and all, may be an array index, or another key otherwise spelt.
fn may_move(key: &[u8], marks: u64) -> bool {
    marks & Span::ENCODED != 0 || matches!(key, [_, b'0'..=b'9', ..])
}

/// One of 64 bits for the key that `rest` begins with, `length` bytes with its quotes. Its first letters and its length tell
/// siblings apart most often.
#[inline]
fn bucket(rest: &[u8], length: usize) -> u64 {
    // Too near the end of the body to look at: it may be any key.
    let Some(letters) = rest.first_chunk() else { return u64::MAX };
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let behind = 64_u32.saturating_sub(length.saturating_mul(8));
    let letters = u64::from_le_bytes(*letters) & u64::MAX.wrapping_shr(behind);
    1 << (letters.wrapping_add(u64::from(length)).wrapping_mul(GOLDEN) >> 58)
}

/// 2^64 over the golden ratio: multiplied with it, numbers that differ a little differ in the high bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The most keys that are compared with each other: past that, sorting is cheaper than what an attacker could make of it.
const KEYS_COMPARED: usize = 64;

/// The places of the keys of an object that JavaScript keeps, in its order: array indices first, ascending, then
/// the others as they were first seen; of keys that occur more than once, the last value.
pub(super) fn own_members(view: View<'_, '_>, object: Place) -> Vec<Place> {
    let mut members = Vec::new();
    members.reserve_exact(view.keys(object).count());
    members.extend(view.keys(object).map(|key| Member { first: key, last: key }));
    let compare =
        |left: Place, right: Place| text::compare(view, view.span(left), view.span(right));
    members.sort_unstable_by(|left, right| {
        compare(left.first, right.first).then(left.first.cmp(&right.first))
    });
    members.dedup_by(|later, kept| {
        let same = compare(later.first, kept.first) == Ordering::Equal;
        if same {
            kept.last = later.last;
        }
        same
    });
    members.sort_unstable_by_key(|member| match array_index(view, member.first) {
        Some(index) => (0, index, 0),
        None => (1, 0, member.first),
    });
    members.into_iter().map(|member| member.last).collect()
}

#[derive(Clone, Copy)]
struct Member {
    first: Place,
    last: Place,
}

/// The array index that a key spells (ECMA-262 §6.1.7): 0 to 2^32 - 2, canonical.
fn array_index(view: View<'_, '_>, key: Place) -> Option<u32> {
    let mut units = text::units(view.quoted(view.span(key)));
    let first = digit(units.next()?)?;
    if first == 0 {
        return units.next().is_none().then_some(0);
    }
    let index =
        units.try_fold(first, |index, unit| index.checked_mul(10)?.checked_add(digit(unit)?))?;
    (index != u32::MAX).then_some(index)
}

fn digit(unit: u16) -> Option<u32> {
    char::from_u32(u32::from(unit))?.to_digit(10)
}

/// The numbers below `count` in the order of their decimal texts: 0, 1, 10, 11, 2.
pub(super) fn index_text_order(count: usize) -> impl Iterator<Item = usize> {
    let zero = (count > 0).then_some(0);
    let others = std::iter::successors((count > 1).then_some(1_usize), move |index| {
        let longer = index.saturating_mul(10);
        if longer < count {
            return Some(longer);
        }
        let mut index = *index;
        while index % 10 == 9 || index.saturating_add(1) >= count {
            index /= 10;
        }
        (index > 0).then_some(index.saturating_add(1))
    });
    zero.into_iter().chain(others)
}
