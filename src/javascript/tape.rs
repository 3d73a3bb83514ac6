//! The tape: where every key and value of a body stands, in the order of the body.

use super::spill::Spill;

/// Where one key or value stands, from its first byte to behind its last, and what is known of it.
///
/// Eight bytes, because an attacker gets one for every two bytes of `[0,0,0`.
#[derive(Clone, Copy, Default)]
pub(super) struct Span(u64);

impl Span {
    /// The last offset a tape can address.
    pub(super) const MAX_OFFSET: usize = (1 << BITS) - 1;

    /// `JSON.stringify` prints the very bytes.
    pub(super) const VERBATIM: u64 = 1 << 61;
    /// A string whose value is not the very bytes between its quotes: it has escapes, or is not
    /// UTF-8.
    pub(super) const ENCODED: u64 = 1 << 62;
    /// An object that may print its members in another order, or fewer of them.
    pub(super) const REORDERED: u64 = 1 << 63;

    pub(super) fn new(start: usize, end: usize, marks: u64) -> Self {
        Self(marks | u64::from(to_u32(start)) << 32 | u64::from(to_u32(end)))
    }

    pub(super) fn start(self) -> usize {
        to_usize(low_bits(self.0 >> 32))
    }

    pub(super) fn end(self) -> usize {
        to_usize(low_bits(self.0))
    }

    pub(super) const fn marks(self) -> u64 {
        self.0 & (Self::VERBATIM | Self::ENCODED | Self::REORDERED)
    }

    pub(super) const fn is(self, mark: u64) -> bool {
        self.0 & mark != 0
    }
}

/// An offset has so many bits, and a place, as there are fewer spans than bytes.
pub(super) const BITS: u32 = 29;

/// The offset or place in the low bits of a number.
pub(super) fn low_bits(number: u64) -> u32 {
    u32::try_from(number & ((1 << BITS) - 1)).unwrap_or_default()
}

/// Spans in the order of the body: an object or array, then what is in it; a key, then its value.
///
/// An object with sixteen keys and values needs no allocation.
#[derive(Clone)]
pub(super) struct Tape(Spill<Span, 33>);

/// Where on the tape.
pub(super) type Place = u32;

impl Tape {
    pub(super) fn new() -> Self {
        Self(Spill::new())
    }

    /// Adds a span and returns its place; `rest` is the body from there on.
    #[inline]
    pub(super) fn push(&mut self, span: Span, rest: &[u8]) -> Place {
        let place = to_u32(self.0.len());
        self.0.push(span, || most_spans(rest));
        place
    }

    pub(super) fn spans(&self) -> &[Span] {
        self.0.as_slice()
    }

    pub(super) fn set(&mut self, place: Place, span: Span) {
        if let Some(slot) = self.0.as_mut_slice().get_mut(to_usize(place)) {
            *slot = span;
        }
    }
}

/// How many spans `rest` can still give: each but the first follows one of four characters, and
/// takes a byte itself.
fn most_spans(rest: &[u8]) -> usize {
    let opens = |byte: &u8| u8::from(matches!(byte, b'[' | b'{' | b',' | b':'));
    // Counted in bytes, so that the compiler counts many at once; as few as cannot overflow one.
    let count = |chunk: &[u8]| chunk.iter().map(opens).fold(0, u8::wrapping_add);
    let openers: usize = rest.chunks(240).map(|chunk| usize::from(count(chunk))).sum();
    openers.min(rest.len() / 2).saturating_add(1)
}

/// A tape beside its body.
#[derive(Clone, Copy)]
pub(super) struct View<'d, 'b> {
    pub(super) body: &'b [u8],
    pub(super) spans: &'d [Span],
}

impl<'d, 'b> View<'d, 'b> {
    pub(super) fn span(self, place: Place) -> Span {
        self.spans.get(to_usize(place)).copied().unwrap_or_default()
    }

    pub(super) fn first_byte(self, place: Place) -> Option<u8> {
        let span = self.spans.get(to_usize(place))?;
        self.body.get(span.start()).copied()
    }

    /// The bytes of a key or value, quotes and all.
    pub(super) fn bytes(self, span: Span) -> &'b [u8] {
        self.body.get(span.start()..span.end()).unwrap_or_default()
    }

    /// The bytes between the quotes of a string.
    pub(super) fn quoted(self, span: Span) -> &'b [u8] {
        let (start, end) = (span.start().wrapping_add(1), span.end().wrapping_sub(1));
        self.body.get(start..end).unwrap_or_default()
    }

    /// The place behind a value and all that is in it.
    #[inline]
    pub(super) fn after(self, place: Place) -> Place {
        let next = place.wrapping_add(1);
        let end = self.span(place).end();
        let within = |span: &Span| span.start() < end;
        let rest = self.spans.get(to_usize(next)..).unwrap_or_default();
        if !rest.first().is_some_and(within) {
            return next;
        }
        // Doubling first keeps this short for the many short values, and logarithmic for long ones.
        let mut reach = 1_usize;
        while rest.get(reach).is_some_and(within) {
            reach = reach.saturating_mul(2);
        }
        let near = rest.get(..reach).unwrap_or(rest);
        next.saturating_add(to_u32(near.partition_point(within)))
    }

    /// The places of the elements of an array.
    pub(super) fn elements(self, array: Place) -> Elements<'d, 'b> {
        Elements { view: self, next: array.saturating_add(1), end: self.span(array).end() }
    }

    /// The places of the keys of an object, in the order of the text; each value is one place
    /// further.
    pub(super) fn keys(self, object: Place) -> Keys<'d, 'b> {
        Keys(self.elements(object))
    }
}

/// See [`View::elements`].
#[derive(Clone)]
pub(super) struct Elements<'d, 'b> {
    view: View<'d, 'b>,
    next: Place,
    end: usize,
}

impl Iterator for Elements<'_, '_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let place = self.next;
        if self.view.spans.get(to_usize(place))?.start() >= self.end {
            return None;
        }
        self.next = self.view.after(place);
        Some(place)
    }
}

/// See [`View::keys`].
#[derive(Clone)]
pub(super) struct Keys<'d, 'b>(Elements<'d, 'b>);

impl Iterator for Keys<'_, '_> {
    type Item = Place;

    #[inline]
    fn next(&mut self) -> Option<Place> {
        let Elements { view, next, end } = &mut self.0;
        let key = *next;
        if view.spans.get(to_usize(key))?.start() >= *end {
            return None;
        }
        *next = view.after(key.wrapping_add(1));
        Some(key)
    }
}

/// Nothing is cut off: a body is measured before it is read.
fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset & Span::MAX_OFFSET).unwrap_or_default()
}

fn to_usize(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::javascript::{Limits, Profile, parse};

    #[test]
    fn a_value_is_stepped_over_with_all_that_is_in_it() {
        for inner in 0..80 {
            let body = format!("[[{}],{{}},{{\"k\":[[[1]]]}},7]", vec!["0"; inner].join(","));
            let document = parse(body.as_bytes(), Profile::Node, Limits::WEBHOOK).unwrap();
            let view = View { body: body.as_bytes(), spans: document.tape.spans() };
            let inner = u32::try_from(inner).unwrap();
            let places: Vec<Place> = view.elements(0).collect();
            assert_eq!(places, [1, 2 + inner, 3 + inner, 9 + inner], "{body}");
        }
    }

    #[test]
    fn no_body_gives_more_spans_than_are_reserved() {
        for body in ["[0,0,0]", "0", "[]", "[[],[]]", r#"{"":0,"":0}"#, r#"[",,,,"]"#, "[[[[1]]]]"]
        {
            let document = parse(body.as_bytes(), Profile::Node, Limits::WEBHOOK).unwrap();
            assert!(document.tape.spans().len() <= most_spans(body.as_bytes()), "{body}");
        }
        assert_eq!(most_spans(&b",".repeat(1_000)), 501);
        assert_eq!(most_spans(&b"[a".repeat(1_000)), 1_001);
    }
}
