//! The lexical level: strings, escapes and numbers (RFC 8259 §6 and §7).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::JsonErrorKind;
use super::parse::{Names, Node};

/// What is behind the plain characters of a string at the front of `bytes`: a quote, a backslash, a control
/// character, or nothing.
pub(super) fn behind_plain(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            let plain = usize::try_from(special.trailing_zeros() >> 3).unwrap_or(0);
            return rest.get(plain..).unwrap_or_default();
        }
        rest = behind;
    }
    while let [byte, behind @ ..] = rest
        && is_plain(*byte)
    {
        rest = behind;
    }
    rest
}

const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Eight bytes at once: the high bit of the first byte that is a quote, backslash or control character is
/// the lowest bit set. (A borrow can mark bytes behind it too, never one before it.)
const fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Flipping one bit brings the quote, 0x22, next to the control characters and leaves them where they are.
    let quotes_and_controls = (word ^ 0x0202_0202_0202_0202).wrapping_sub(0x2121_2121_2121_2121);
    let backslashes = (word ^ 0x5c5c_5c5c_5c5c_5c5c).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !word & 0x8080_8080_8080_8080
}

/// Reads one escape, or a pair of them that is one character: the character, and the bytes it took.
pub(super) fn escape(bytes: &[u8]) -> Result<(char, usize), JsonErrorKind> {
    let character = match bytes {
        [b'\\', b'u', rest @ ..] => return unicode_escape(rest),
        [b'\\', byte @ (b'"' | b'\\' | b'/'), ..] => char::from(*byte),
        [b'\\', b'b', ..] => '\u{8}',
        [b'\\', b'f', ..] => '\u{c}',
        [b'\\', b'n', ..] => '\n',
        [b'\\', b'r', ..] => '\r',
        [b'\\', b't', ..] => '\t',
        [b'\\'] => return Err(JsonErrorKind::UnexpectedEnd),
        _ => return Err(JsonErrorKind::Escape),
    };
    Ok((character, 2))
}

/// The rest of an escape behind `\u`.
fn unicode_escape(bytes: &[u8]) -> Result<(char, usize), JsonErrorKind> {
    let (first, rest) = code_unit(bytes)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    let [b'\\', b'u', rest @ ..] = rest else { return Err(JsonErrorKind::LoneSurrogate) };
    let (second, _) = code_unit(rest)?;
    let units = [first, second].map(|unit| u16::try_from(unit).unwrap_or(0));
    match char::decode_utf16(units).next() {
        Some(Ok(character)) => Ok((character, 12)),
        _ => Err(JsonErrorKind::LoneSurrogate),
    }
}

fn code_unit(bytes: &[u8]) -> Result<(u32, &[u8]), JsonErrorKind> {
    let (digits, rest) = bytes.split_first_chunk::<4>().ok_or(JsonErrorKind::Escape)?;
    let unit = digits.iter().try_fold(0, |unit: u32, digit| {
        char::from(*digit).to_digit(16).map(|digit| unit << 4 | digit)
    });
    Ok((unit.ok_or(JsonErrorKind::Escape)?, rest))
}

/// What is behind the number at the front of `bytes`; or from where on it is none.
pub(super) fn behind_number(bytes: &[u8]) -> Result<&[u8], &[u8]> {
    let bytes = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let mut rest = match bytes {
        [b'0', rest @ ..] => rest,
        _ => behind_digits(bytes)?,
    };
    if let [b'.', fraction @ ..] = rest {
        rest = behind_digits(fraction)?;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        rest = match exponent {
            [b'+' | b'-', digits @ ..] => behind_digits(digits)?,
            _ => behind_digits(exponent)?,
        };
    }
    // What follows a number must not look like more of one: `01`, `1.2.3`, `0x10`.
    match rest {
        [b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' | b'x', ..] => Err(rest),
        _ => Ok(rest),
    }
}

/// What is behind one or more digits; or `bytes` where there are none.
fn behind_digits(bytes: &[u8]) -> Result<&[u8], &[u8]> {
    let [b'0'..=b'9', rest @ ..] = bytes else { return Err(bytes) };
    let mut rest = rest;
    while let [b'0'..=b'9', behind @ ..] = rest {
        rest = behind;
    }
    Ok(rest)
}

/// The text of a string's inside, its escapes resolved. They were checked when it was read.
pub(super) fn unescape(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, _)) = rest.split_once('\\') {
        text.push_str(plain);
        let escaped = rest.get(plain.len()..).unwrap_or_default();
        let Ok((character, length)) = escape(escaped.as_bytes()) else { break };
        text.push(character);
        rest = escaped.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// Where a member name stands for the second time, if one does.
pub(super) fn repeated_name(text: &str, names: Names<'_>) -> Option<usize> {
    let (mut seen, mut shared) = (0, 0);
    for name in names.clone() {
        let bits = fold(text, name);
        shared |= seen & bits;
        seen |= bits;
    }
    // Names of different bits are different, and mostly all of them are.
    if shared == 0 { None } else { repeated_among(text, names, shared) }
}

/// Where one of those names that have a bit of `shared` stands for the second time, if one does.
///
/// Few are compared with each other. Many go through a sorted set, so that a hostile object costs n log n, not n².
#[cold]
fn repeated_among(text: &str, names: Names<'_>, shared: u64) -> Option<usize> {
    let suspects = names.filter(|name| fold(text, *name) & shared != 0);
    for (index, name) in suspects.clone().enumerate() {
        if index == FEW || name.is_escaped() {
            let mut seen = BTreeSet::new();
            let twin = suspects.into_iter().find(|name| !seen.insert(decoded(text, *name)));
            return twin.map(|twin| twin.span().start);
        }
        if suspects.clone().take(index).any(|other| raw(text, other) == raw(text, name)) {
            return Some(name.span().start);
        }
    }
    None
}

/// Up to here names are compared with each other: even if all fold alike that is quicker than a set.
const FEW: usize = 24;

/// One bit of 64, by a name's length and its first, middle and last byte; all of them where it has an escape,
/// for then it can be equal to any.
fn fold(text: &str, name: Node) -> u64 {
    let raw = raw(text, name);
    let (Some(first), Some(last), false) = (raw.first(), raw.last(), name.is_escaped()) else {
        return u64::MAX;
    };
    let middle = raw.get(raw.len() >> 1).unwrap_or(first);
    let [first, middle, last] = [first, middle, last].map(|byte| u32::from(*byte));
    let length = u32::try_from(raw.len()).unwrap_or(0);
    1_u64.rotate_left(first ^ middle << 2 ^ last << 4 ^ length << 3)
}

/// A name as it is written.
fn raw(text: &str, name: Node) -> &[u8] {
    text.as_bytes().get(name.inside()).unwrap_or_default()
}

fn decoded(text: &str, name: Node) -> Cow<'_, str> {
    let inside = text.get(name.inside()).unwrap_or_default();
    if name.is_escaped() { Cow::Owned(unescape(inside)) } else { Cow::Borrowed(inside) }
}
