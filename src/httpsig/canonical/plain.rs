//! The spelling that nearly all senders use, recognised without building anything.
//!
//! Whatever is not recognised is left to the structured field's own parser, malformed input included.

use std::borrow::Cow;

use super::List;
use crate::httpsig::params::{Params, Value};
use crate::httpsig::rfc9421::Labelled;
use crate::httpsig::text::cut;
use crate::httpsig::{MAX_COMPONENTS, MAX_SIGNATURES};
use crate::structured::Key;

/// The members of a line whose every member is a canonical Inner List of Strings without escapes, with no parameters but
/// those of RFC 9421, each once and of its type.
pub(super) fn members(line: &[u8]) -> Option<Vec<Labelled<'_>>> {
    // Without backslashes a quote ends a String, whatever else stands in it.
    let plain = |byte: &u8| matches!(byte, b' '..=b'[' | b']'..=b'~');
    let text = std::str::from_utf8(line).ok()?;
    let mut rest = line.iter().fold(true, |fine, byte| fine & plain(byte)).then_some(text)?;
    let mut members: Vec<Labelled<'_>> = Vec::with_capacity(1);
    for _ in 0..MAX_SIGNATURES {
        let (member, behind) = member(rest)?;
        if members.iter().any(|other| other.label == member.label) {
            return None;
        }
        members.push(member);
        if behind.is_empty() {
            return Some(members);
        }
        rest = behind.strip_prefix(',')?.trim_start_matches(' ');
    }
    None
}

fn member(text: &str) -> Option<(Labelled<'_>, &str)> {
    let (label, list) = cut(text, b'=').filter(|(label, _)| is_key(label))?;
    let behind_items = behind_items(list.as_bytes())?;
    let (_, params_text) = split_before(list, behind_items)?;
    let (params, rest) = params(params_text)?;
    let (list, rest) = split_before(list, rest.as_bytes())?;
    let list = List { text: Cow::Borrowed(list) };
    Some((Labelled::unsigned(label, Ok((list, params))), rest))
}

/// What comes behind the items of a list and their parentheses.
fn behind_items(list: &[u8]) -> Option<&[u8]> {
    let mut rest = match list {
        [b'(', b')', behind @ ..] => return Some(behind),
        [b'(', items @ ..] => items,
        _ => return None,
    };
    for _ in 0..MAX_COMPONENTS {
        rest = match behind_parameters(behind_string(rest)?)? {
            [b')', behind @ ..] => return Some(behind),
            [b' ', next @ ..] => next,
            _ => return None,
        };
    }
    None
}

/// What comes behind the parameters of an item, if it has any (RFC 9421 §2.1, §2.2.8).
fn behind_parameters(mut rest: &[u8]) -> Option<&[u8]> {
    let mut seen = [false; 6];
    while let [b';', behind @ ..] = rest {
        let end = behind.iter().position(|byte| !byte.is_ascii_lowercase()).unwrap_or(behind.len());
        let (name, behind) = behind.split_at_checked(end)?;
        let known: [&[u8]; 6] = [b"req", b"key", b"name", b"sf", b"bs", b"tr"];
        let place = known.iter().position(|known| *known == name)?;
        if std::mem::replace(seen.get_mut(place)?, true) {
            return None;
        }
        rest = match (name, behind) {
            (b"key" | b"name", [b'=', value @ ..]) => behind_string(value)?,
            (b"key" | b"name", _) => return None,
            _ => behind,
        };
    }
    Some(rest)
}

/// The parameters of a list, and what comes behind them.
fn params(mut text: &str) -> Option<(Params<'_>, &str)> {
    let mut params = Params::default();
    while let Some(behind) = text.strip_prefix(';') {
        let (name, value) = cut(behind, b'=')?;
        let (value, rest) = match value.strip_prefix('"') {
            Some(value) => {
                let (value, rest) = cut(value, b'"')?;
                (Value::Text(Cow::Borrowed(value)), rest)
            }
            None => {
                let (value, rest) = integer(value)?;
                (Value::Natural(value.parse().ok()?), rest)
            }
        };
        params.put(name, value)?.ok()?;
        text = rest;
    }
    Some((params, text))
}

/// RFC 9651 §3.1.2.
fn is_key(text: &str) -> bool {
    Key::new(text).is_ok()
}

fn behind_string(text: &[u8]) -> Option<&[u8]> {
    let [b'"', text @ ..] = text else { return None };
    let (_, behind) = text.split_at_checked(text.iter().position(|byte| *byte == b'"')?)?;
    behind.split_first().map(|(_, behind)| behind)
}

/// An Integer at the front, and what comes behind it: at most 15 digits, and canonically neither a plus nor zeros in
/// front.
fn integer(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, behind) = text.split_at_checked(digits)?;
    let canonical = (1..=15).contains(&digits) && (digits == 1 || !number.starts_with('0'));
    canonical.then_some((number, behind))
}

/// What stands before `rest`, which ends with the text, and that rest.
fn split_before<'t>(text: &'t str, rest: &[u8]) -> Option<(&'t str, &'t str)> {
    text.split_at_checked(text.len().checked_sub(rest.len())?)
}
