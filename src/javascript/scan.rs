//! The ends of strings and numbers, and whether JavaScript prints them back as they are.

use super::tape::Span;

/// The rest behind a string, and its marks. `text` starts behind the opening quote.
///
/// `None` where JSON has no such string: a control character, an unknown escape, no closing quote.
#[inline(always)]
pub(super) fn string(text: &[u8]) -> Option<(&[u8], u64)> {
    let mut marks = Span::VERBATIM;
    let mut high_bits = 0;
    let mut rest = text;
    loop {
        rest = plain(rest, &mut high_bits);
        match rest {
            [b'"', behind @ ..] => {
                let length = text.len().saturating_sub(rest.len());
                if high_bits != 0 && !is_utf8(text.get(..length)?) {
                    marks = Span::ENCODED;
                }
                return Some((behind, marks));
            }
            [b'\\', escape @ ..] => {
                let (behind, verbatim) = escaped(escape)?;
                marks |= Span::ENCODED;
                if !verbatim {
                    marks = Span::ENCODED;
                }
                rest = behind;
            }
            _ => return None,
        }
    }
}

/// Skips what stands for itself in a string: all but quotes, backslashes and control characters.
#[inline(always)]
fn plain<'b>(mut text: &'b [u8], high_bits: &mut u64) -> &'b [u8] {
    while let Some((chunk, behind)) = text.split_first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        *high_bits |= word & HIGH_BITS;
        let special = specials(word);
        if special != 0 {
            // Eight bits a byte; the first special byte has the lowest bit.
            let skip = usize::try_from(special.trailing_zeros() / 8).unwrap_or_default();
            return text.get(skip..).unwrap_or_default();
        }
        text = behind;
    }
    while let [byte, behind @ ..] = text
        && !matches!(byte, b'"' | b'\\' | 0..0x20)
    {
        *high_bits |= u64::from(*byte) & HIGH_BITS;
        text = behind;
    }
    text
}

/// The high bits of those bytes of `word` that are a quote, a backslash or below 0x20.
///
/// A byte above such a one may be marked wrongly, for a borrow; the lowest mark is always right.
const fn specials(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5c);
    let below_one = quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    (below_one | below_space) & HIGH_BITS
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The rest behind an escape, and whether `JSON.stringify` would write that escape itself.
fn escaped(escape: &[u8]) -> Option<(&[u8], bool)> {
    match escape {
        [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => Some((rest, true)),
        [b'/', rest @ ..] => Some((rest, false)),
        [b'u', a, b, c, d, rest @ ..]
            if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) =>
        {
            Some((rest, false))
        }
        _ => None,
    }
}

fn is_utf8(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok()
}

/// The rest behind a number and its marks, `None` where JSON has no such number.
pub(super) fn number(text: &[u8]) -> Option<(&[u8], u64)> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = digits(unsigned);
    if !matches!(whole, [b'0'] | [b'1'..=b'9', ..]) {
        return None;
    }
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => some_digits(rest)?,
        _ => (Default::default(), rest),
    };
    let (exponent, rest) = match rest {
        [b'e' | b'E', b'+' | b'-', rest @ ..] | [b'e' | b'E', rest @ ..] => some_digits(rest)?,
        _ => (Default::default(), rest),
    };
    let zero = unsigned.len() < text.len() && whole == b"0" && fraction.is_empty();
    let verbatim = exponent.is_empty() && !zero && prints_itself(whole, fraction);
    Some((rest, if verbatim { Span::VERBATIM } else { 0 }))
}

/// Whether the shortest text of the nearest double is `whole.fraction` itself.
///
/// A double holds any 15 decimal digits (`f64::DIGITS`), so that no shorter text than those can be
/// read as the same one.
fn prints_itself(whole: &[u8], fraction: &[u8]) -> bool {
    match (whole, fraction) {
        (_, []) => whole.len() <= 15 || whole.len() == 16 && whole <= MAX_SAFE_INTEGER,
        // Zeros at the end are not printed, and below 1e-6 the layout changes.
        (_, [.., b'0']) | ([b'0'], [b'0', b'0', b'0', b'0', b'0', b'0', ..]) => false,
        _ => whole.len().saturating_add(fraction.len()) <= 15,
    }
}

/// 2^53 - 1: up to here every integer is a double of its own.
const MAX_SAFE_INTEGER: &[u8] = b"9007199254740991";

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at_checked(count).unwrap_or_default()
}

fn some_digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    Some(digits(text)).filter(|(digits, _)| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_is() {
        for special in 0..=255_u8 {
            for place in 0..8 {
                for other in [b'a', 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xff] {
                    let mut bytes = [other; 12];
                    bytes[place] = special;
                    let expected = match special {
                        b'"' | b'\\' | 0..0x20 => 12 - place,
                        _ => 0,
                    };
                    assert_eq!(
                        plain(&bytes, &mut 0).len(),
                        expected,
                        "{special:#x} at {place} in {other:#x}"
                    );
                }
            }
        }
    }

    #[test]
    fn strings_are_marked_by_what_stringify_would_change() {
        for (text, marks) in [
            (&b"plain\""[..], Some(Span::VERBATIM)),
            (b"\"", Some(Span::VERBATIM)),
            ("Xác thực\"".as_bytes(), Some(Span::VERBATIM)),
            (b"\\n\\t\\\"\\\\\\b\\f\\r\"", Some(Span::ENCODED | Span::VERBATIM)),
            (b"\\n\\/\\n\"", Some(Span::ENCODED)),
            (b"\\u0041\"", Some(Span::ENCODED)),
            (b"\xff\"", Some(Span::ENCODED)),
            (b"\xff\\n\"", Some(Span::ENCODED)),
            (b"\x1f\"", None),
            (b"\\x41\"", None),
            (b"\\u00g0\"", None),
            (b"\\u12\"", None),
            (b"open", None),
            (b"\\", None),
        ] {
            assert_eq!(string(text).map(|(_, marks)| marks), marks, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_verbatim_only_where_the_text_is_the_shortest() {
        let verbatim =
            |text: &str| number(text.as_bytes()).map(|(rest, marks)| (rest.len(), marks != 0));
        for text in [
            "0",
            "7",
            "-7",
            "1670553442564",
            "9007199254740991",
            "-9007199254740991",
            "0.1",
            "-0.5",
            "1.5",
            "0.000001",
            "123456789.012345",
            "999999999999999",
        ] {
            assert_eq!(verbatim(text), Some((0, true)), "{text}");
        }
        for text in [
            "-0",
            "0.0",
            "-0.0",
            "1.0",
            "1.50",
            "9007199254740992",
            "9999999999999999",
            "12345678901234567",
            "0.0000001",
            "1e3",
            "1E3",
            "1e+3",
            "1e-3",
            "1234567890.123456",
        ] {
            assert_eq!(verbatim(text), Some((0, false)), "{text}");
        }
        for text in ["", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "01", "-01", "e5"] {
            let whole = verbatim(text).is_some_and(|(rest, _)| rest == 0);
            assert!(!whole, "{text}");
        }
    }
}
