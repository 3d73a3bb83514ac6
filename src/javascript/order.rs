//! The order in which JavaScript keeps an object's members, and prints them.

use super::sort::Sorted;
use super::tape::{self, Place, Span, View, low_bits};
use super::text;

/// What is known of an object's keys while they are read: enough to see that most objects are
/// printed as they stand.
#[derive(Clone, Copy, Default)]
pub(super) struct Filter {
    buckets: u64,
    doubt: bool,
}

impl Filter {
    /// Adds the key that stands between `rest` and `behind`, quotes and all.
    #[inline]
    pub(super) fn add(&mut self, rest: &[u8], behind: &[u8], marks: u64) {
        let bucket = bucket(rest, rest.len().saturating_sub(behind.len()));
        self.doubt |= may_move(rest, marks) | (self.buckets & bucket != 0);
        self.buckets |= bucket;
    }

    /// Whether the keys that were added may be printed in another order than they stand, or be
    /// fewer.
    ///
    /// In doubt it says yes; [`OwnMembers`] then decides.
    pub(super) fn reorder(self, view: View<'_, '_>, object: Place) -> bool {
        self.doubt && may_reorder(view, object)
    }
}

/// Looks at each key again, and in the few buckets that are shared compares them.
fn may_reorder(view: View<'_, '_>, object: Place) -> bool {
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

/// The most keys that are compared with each other: past that, sorting costs less than what an
/// attacker could make of it.
const KEYS_COMPARED: usize = 32;

/// Whether a key, quotes and all, may be an array index, or another key otherwise spelt.
fn may_move(key: &[u8], marks: u64) -> bool {
    marks & Span::ENCODED != 0 || matches!(key, [_, b'0'..=b'9', ..])
}

/// One of 64 bits for the key that `rest` begins with, `length` bytes with its quotes. Its first
/// letters and its length tell siblings apart most often.
#[inline]
fn bucket(rest: &[u8], length: usize) -> u64 {
    // Too near the end of the body to look at: it may be any key.
    let Some(letters) = rest.first_chunk() else { return u64::MAX };
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let behind = 64_u32.saturating_sub(length.saturating_mul(8));
    let letters = u64::from_le_bytes(*letters) & u64::MAX.wrapping_shr(behind);
    1 << (letters.wrapping_add(u64::from(length)).wrapping_mul(GOLDEN) >> 58)
}

/// 2^64 over the golden ratio: multiplied with it, numbers that differ a little differ in the high
/// bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The places of the keys of an object in the order in which JavaScript prints them: array indices
/// first, ascending, then the others as each was first seen; the place of a repeated key is its
/// last.
pub(super) struct OwnMembers(std::vec::IntoIter<u64>);

impl OwnMembers {
    pub(super) fn new(view: View<'_, '_>, object: Place) -> Self {
        let sorted = Sorted::new(view, object);
        let rank = |first| match array_index(view, first) {
            Some(index) => u64::from(index),
            None => 1 << 32 | u64::from(first),
        };
        // As one number: a rank has 33 bits.
        let number = |(first, last)| rank(first) << tape::BITS | u64::from(last);
        let members = sorted.occurrences().map(number);
        let mut members: Vec<u64> = members.collect();
        members.sort_unstable();
        Self(members.into_iter())
    }
}

impl Iterator for OwnMembers {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        self.0.next().map(low_bits)
    }
}

/// The array index that a key spells (ECMA-262 §6.1.7): 0 to 2^32 - 2, canonical.
fn array_index(view: View<'_, '_>, key: Place) -> Option<u32> {
    let span = view.span(key);
    let name = view.quoted(span);
    if span.is(Span::ENCODED) {
        return index_of_units(text::units(name));
    }
    index_of_units(name.iter().copied().map(u16::from))
}

fn index_of_units(units: impl Iterator<Item = u16>) -> Option<u32> {
    let mut digits = units.map(|unit| char::from_u32(unit.into())?.to_digit(10));
    match digits.next()?? {
        0 => digits.next().is_none().then_some(0),
        first => {
            let push = |index: u32, digit: Option<u32>| index.checked_mul(10)?.checked_add(digit?);
            digits.try_fold(first, push).filter(|index| *index != u32::MAX)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::javascript::{Limits, Profile, parse};

    #[test]
    fn indices_come_in_the_order_of_their_texts() {
        for count in 0..=1_234 {
            let mut expected: Vec<usize> = (0..count).collect();
            expected.sort_by_key(usize::to_string);
            assert!(index_text_order(count).eq(expected), "{count}");
        }
    }

    /// Whether the object is printed as it stands, which decides how fast and not how.
    fn stands(object: &str) -> bool {
        let body = format!("[{object}]        ");
        let document = parse(body.as_bytes(), Profile::Node, Limits::WEBHOOK).unwrap();
        document.tape.spans()[1].is(Span::VERBATIM)
    }

    #[test]
    fn objects_are_taken_apart_only_for_keys_that_may_move() {
        let siblings = |count| {
            let members = (0..count).map(|index| format!(r#""sameletters{index:02}":0"#));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        assert!(stands(r#"{"id":1,"name":"a","note":{"x":[1]},"":0}"#));
        assert!(stands(&siblings(32)));
        assert!(!stands(&siblings(33)));
        for moving in [r#"{"a":0,"b":0,"a":0}"#, r#"{"a":0,"1":0}"#, r#"{"a":0,"\u0031":0}"#] {
            assert!(!stands(moving), "{moving}");
        }
    }
}
