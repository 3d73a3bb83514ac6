//! The lexical level: strings, escapes and numbers (RFC 8259 §6 and §7).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::JsonErrorKind;
use super::parse::{Names, Node};

/// What ended a run of plain characters.
pub(super) enum Ended {
    Quote,
    Backslash,
    Control,
    Input,
}

/// How many bytes at the front of `bytes` are plain characters of a string, and what comes behind them.
pub(super) fn plain(bytes: &[u8]) -> (usize, Ended) {
    let (words, _) = bytes.as_chunks::<8>();
    let whole = words.iter().take_while(|word| special(u64::from_le_bytes(**word)) == 0).count();
    let length = match words.get(whole) {
        Some(word) => {
            let bits = special(u64::from_le_bytes(*word)).trailing_zeros();
            whole.saturating_mul(8).saturating_add(usize::try_from(bits >> 3).unwrap_or(0))
        }
        None => {
            let start = whole.saturating_mul(8);
            let tail = bytes.get(start..).unwrap_or_default();
            start.saturating_add(tail.iter().take_while(|byte| is_plain(**byte)).count())
        }
    };
    let ended = match bytes.get(length) {
        Some(b'"') => Ended::Quote,
        Some(b'\\') => Ended::Backslash,
        Some(_) => Ended::Control,
        None => Ended::Input,
    };
    (length, ended)
}

const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Eight bytes at once: the high bit of the first byte that is a quote, backslash or control character is
/// the lowest bit set. (A borrow can mark bytes behind it too, never one before it.)
const fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    const fn zeroes(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word
    }
    let quotes = zeroes(word ^ 0x2222_2222_2222_2222);
    let backslashes = zeroes(word ^ 0x5c5c_5c5c_5c5c_5c5c);
    let controls = word.wrapping_sub(0x2020_2020_2020_2020) & !word;
    (quotes | backslashes | controls) & HIGHS
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

/// How many bytes the number at the front of `bytes` takes, or where it goes wrong.
pub(super) fn number(bytes: &[u8]) -> Result<usize, usize> {
    let at = |rest: &[u8]| bytes.len().saturating_sub(rest.len());
    let rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let mut rest = match rest {
        [b'0', rest @ ..] => rest,
        _ => digits(rest).ok_or(at(rest))?,
    };
    if let [b'.', fraction @ ..] = rest {
        rest = digits(fraction).ok_or(at(fraction))?;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', digits @ ..] => digits,
            _ => exponent,
        };
        rest = digits(exponent).ok_or(at(exponent))?;
    }
    // What follows a number must not look like more of one: `01`, `1.2.3`, `0x10`.
    match rest {
        [b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' | b'x', ..] => Err(at(rest)),
        _ => Ok(at(rest)),
    }
}

/// What is behind one or more digits.
fn digits(bytes: &[u8]) -> Option<&[u8]> {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 { None } else { bytes.get(count..) }
}

/// What is between the quotes of a string.
pub(super) fn inner(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
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

/// Whether the string `raw` says `expected`.
pub(super) fn equals(raw: &str, escaped: bool, expected: &str) -> bool {
    match inner(raw) {
        Some(inner) if escaped => unescape(inner) == expected,
        Some(inner) => inner == expected,
        None => false,
    }
}

/// Where a member name stands for the second time, if one does.
///
/// Few names are compared pair by pair; many go through a sorted set, so that a hostile object costs
/// n log n and not n².
pub(super) fn repeated_name(text: &str, names: Names<'_>) -> Option<usize> {
    let count = names.clone().take(PAIRWISE.saturating_add(1)).count();
    let escaped = names.clone().any(|name| name.is_escaped());
    if count > PAIRWISE || escaped {
        let mut seen = BTreeSet::new();
        return names
            .into_iter()
            .find(|name| !seen.insert(decoded(text, name)))
            .map(|name| name.span().start);
    }
    let raw = |node: &Node| text.get(node.span());
    let mut later = names;
    while let Some(name) = later.next() {
        if let Some(twin) = later.clone().find(|other| raw(other) == raw(&name)) {
            return Some(twin.span().start);
        }
    }
    None
}

/// Up to here comparing pairs is quicker than a set: 120 comparisons, most of which end at the length.
const PAIRWISE: usize = 16;

fn decoded<'a>(text: &'a str, name: &Node) -> Cow<'a, str> {
    let inner = text.get(name.span()).and_then(inner).unwrap_or_default();
    if name.is_escaped() { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) }
}
