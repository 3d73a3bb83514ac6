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
    let mut length: usize = 0;
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            length =
                length.saturating_add(usize::try_from(found.trailing_zeros() >> 3).unwrap_or(0));
            return (length, ended(bytes.get(length)));
        }
        length = length.saturating_add(8);
        rest = behind;
    }
    length = length.saturating_add(rest.iter().take_while(|byte| is_plain(**byte)).count());
    (length, ended(bytes.get(length)))
}

const fn ended(byte: Option<&u8>) -> Ended {
    match byte {
        Some(b'"') => Ended::Quote,
        Some(b'\\') => Ended::Backslash,
        Some(_) => Ended::Control,
        None => Ended::Input,
    }
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
///
/// Few names are compared with those before them, and only where a fold of each into one bit of 64 says
/// that they may be equal. Many go through a sorted set, so that a hostile object costs n log n, not n².
pub(super) fn repeated_name(text: &str, names: Names<'_>) -> Option<usize> {
    let mut folds: u64 = 0;
    for (index, name) in names.clone().enumerate() {
        if index == FEW || name.is_escaped() {
            let mut seen = BTreeSet::new();
            let twin = names.into_iter().find(|name| !seen.insert(decoded(text, name)));
            return twin.map(|twin| twin.span().start);
        }
        let raw = text.as_bytes().get(name.inner()).unwrap_or_default();
        let fold = fold(raw);
        let is_twin = |other: Node| text.as_bytes().get(other.inner()) == Some(raw);
        if folds & fold != 0 && names.clone().take(index).any(is_twin) {
            return Some(name.span().start);
        }
        folds |= fold;
    }
    None
}

/// Up to here names are compared with each other: even if all fold alike that is quicker than a set.
const FEW: usize = 24;

/// One bit for a name, of its length and its first, middle and last byte.
fn fold(name: &[u8]) -> u64 {
    let [first, middle, last] = [name.first(), name.get(name.len() >> 1), name.last()]
        .map(|byte| u32::from(*byte.unwrap_or(&0)));
    let length = u32::try_from(name.len()).unwrap_or(0);
    let mixed = first ^ middle.rotate_left(2) ^ last.rotate_left(4) ^ length.rotate_left(3);
    1_u64.rotate_left(mixed)
}

fn decoded<'a>(text: &'a str, name: &Node) -> Cow<'a, str> {
    let inner = text.get(name.inner()).unwrap_or_default();
    if name.is_escaped() { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) }
}
