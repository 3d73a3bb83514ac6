//! The value of a JSON string, in UTF-16 code units as JavaScript has it.

use std::cmp::Ordering;
use std::str::Utf8Chunks;

use super::tape::{Span, View};

/// What stands between the quotes of a JSON string, piece by piece.
///
/// Bytes that are not UTF-8 become U+FFFD as the WHATWG decoder has it, one for each maximal
/// subpart.
#[derive(Clone)]
pub(super) struct Pieces<'b> {
    chunks: Utf8Chunks<'b>,
    text: &'b str,
    broken: bool,
}

/// A piece of a string's value.
pub(super) enum Piece<'b> {
    /// Text without escapes.
    Run(&'b str),
    /// The code unit of one escape, perhaps half of a surrogate pair.
    Unit(u16),
}

impl<'b> Pieces<'b> {
    /// `quoted` is what the quotes enclose, its escapes checked.
    pub(super) fn new(quoted: &'b [u8]) -> Self {
        Self { chunks: quoted.utf8_chunks(), text: "", broken: false }
    }

    fn escape(&mut self) -> Option<Piece<'b>> {
        let mut characters = self.text.chars();
        let unit = match characters.next()? {
            'b' => 0x08,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'u' => characters
                .by_ref()
                .take(4)
                .filter_map(|digit| digit.to_digit(16))
                .fold(0, |unit, digit| unit << 4 | digit),
            itself => u32::from(itself),
        };
        self.text = characters.as_str();
        u16::try_from(unit).ok().map(Piece::Unit)
    }
}

impl<'b> Iterator for Pieces<'b> {
    type Item = Piece<'b>;

    fn next(&mut self) -> Option<Piece<'b>> {
        while self.text.is_empty() {
            if std::mem::take(&mut self.broken) {
                return Some(Piece::Unit(REPLACEMENT));
            }
            let chunk = self.chunks.next()?;
            self.text = chunk.valid();
            self.broken = !chunk.invalid().is_empty();
        }
        if let Some(escape) = self.text.strip_prefix('\\') {
            self.text = escape;
            return self.escape();
        }
        let end = self.text.find('\\').unwrap_or(self.text.len());
        let (run, rest) = self.text.split_at_checked(end)?;
        self.text = rest;
        Some(Piece::Run(run))
    }
}

const REPLACEMENT: u16 = 0xfffd;

/// The code units of what stands between the quotes of a JSON string.
pub(super) fn units(quoted: &[u8]) -> impl Iterator<Item = u16> {
    Pieces::new(quoted).flat_map(|piece| {
        let (run, unit) = match piece {
            Piece::Run(run) => (run, None),
            Piece::Unit(unit) => ("", Some(unit)),
        };
        run.encode_utf16().chain(unit)
    })
}

/// The order of two strings on the tape, as `Array.prototype.sort` has it: by UTF-16 code units.
pub(super) fn compare(view: View<'_, '_>, left: Span, right: Span) -> Ordering {
    let encoded = left.is(Span::ENCODED) || right.is(Span::ENCODED);
    let (left, right) = (view.quoted(left), view.quoted(right));
    if encoded { units(left).cmp(units(right)) } else { compare_utf8(left, right) }
}

/// The order of code units, told from UTF-8.
fn compare_utf8(left: &[u8], right: &[u8]) -> Ordering {
    match left.iter().zip(right).find(|(left, right)| left != right) {
        Some((left, right)) => rank(*left).cmp(&rank(*right)),
        None => left.len().cmp(&right.len()),
    }
}

/// Four bytes of a text from `depth` on, zeros behind its end, as a number in the order of code
/// units.
///
/// No byte of a text that stands for itself is zero.
#[inline]
pub(super) fn segment(text: &[u8], depth: usize) -> u32 {
    let rest = text.get(depth..).unwrap_or_default();
    let mut bytes = [0; 4];
    match rest.first_chunk() {
        Some(four) => bytes = *four,
        None => bytes.iter_mut().zip(rest).for_each(|(byte, found)| *byte = *found),
    }
    match u32::from_be_bytes(bytes) {
        ascii if ascii & 0x8080_8080 == 0 => ascii,
        _ => u32::from_be_bytes(bytes.map(rank)),
    }
}

/// The order of UTF-16 is that of UTF-8 but for the lead bytes of U+E000 to U+FFFF, 0xEE and 0xEF:
/// they come behind those of U+10000 and up, 0xF0 to 0xF4, which UTF-16 writes as surrogates from
/// 0xD800 on.
const fn rank(byte: u8) -> u8 {
    match byte {
        0xee | 0xef => byte.wrapping_add(0x10),
        _ => byte,
    }
}

/// Whether a string on the tape is `name`.
pub(super) fn equals(view: View<'_, '_>, span: Span, name: &str) -> bool {
    let quoted = view.quoted(span);
    if span.is(Span::ENCODED) {
        units(quoted).eq(name.encode_utf16())
    } else {
        quoted == name.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_decoded_as_json_and_whatwg_have_it() {
        let decode = |quoted: &[u8]| String::from_utf16_lossy(&units(quoted).collect::<Vec<_>>());
        assert_eq!(decode(br#"a\"\\\/\b\f\n\r\t\u0041z"#), "a\"\\/\u{8}\u{c}\n\r\tAz");
        assert_eq!(decode(br"\ud83d\ude00"), "😀");
        assert_eq!(decode(br"\ud83d"), "\u{fffd}");
        assert_eq!(decode(b"x\xffy\xe2\x82\\nz\xf0\x9f\x98"), "x\u{fffd}y\u{fffd}\nz\u{fffd}");
        // An encoded surrogate is three maximal subparts, not one.
        assert_eq!(decode(b"\xed\xa0\x80"), "\u{fffd}\u{fffd}\u{fffd}");
    }

    #[test]
    fn the_order_told_from_utf8_is_that_of_code_units() {
        let texts = [
            "",
            "a",
            "ab",
            "b",
            "é",
            "e\u{301}",
            "\u{7ff}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{ffff}",
            "\u{10000}",
            "\u{10ffff}",
            "a\u{10000}",
            "a\u{ffff}",
        ];
        for left in texts {
            for right in texts {
                let expected = left.encode_utf16().cmp(right.encode_utf16());
                assert_eq!(
                    compare_utf8(left.as_bytes(), right.as_bytes()),
                    expected,
                    "{left:?} {right:?}"
                );
            }
        }
    }
}
