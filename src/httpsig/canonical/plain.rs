//! The spelling that nearly all senders use, recognised without building anything.
//!
//! Whatever is not recognised is left to the structured field's own parser, malformed input included.

use std::borrow::Cow;

use super::List;
use crate::httpsig::params::Params;
use crate::httpsig::rfc9421::Labelled;
use crate::httpsig::text::cut;
use crate::httpsig::{MAX_COMPONENTS, MAX_SIGNATURES};

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
    let (label, text) = key(text)?;
    let text = text.strip_prefix('=')?;
    let (params, rest) = params(items(text.strip_prefix('(')?)?)?;
    let (list, rest) = text.split_at_checked(text.len().checked_sub(rest.len())?)?;
    let list = List { text: Cow::Borrowed(list) };
    Some((Labelled::unsigned(label, Ok((list, params))), rest))
}

/// What comes behind the items of a list, whose opening parenthesis stands before them.
fn items(mut rest: &str) -> Option<&str> {
    if let Some(behind) = rest.strip_prefix(')') {
        return Some(behind);
    }
    for _ in 0..MAX_COMPONENTS {
        rest = behind_parameters(behind_string(rest)?)?;
        match rest.strip_prefix(' ') {
            Some(next) => rest = next,
            None => return rest.strip_prefix(')'),
        }
    }
    None
}

/// What comes behind the parameters of an item, if it has any (RFC 9421 §2.1, §2.2.8).
fn behind_parameters(mut text: &str) -> Option<&str> {
    let mut seen = [false; 6];
    while let Some(behind) = text.strip_prefix(';') {
        let (name, behind) = key(behind)?;
        let place =
            ["req", "key", "name", "sf", "bs", "tr"].iter().position(|known| *known == name)?;
        if std::mem::replace(seen.get_mut(place)?, true) {
            return None;
        }
        text = match name {
            "key" | "name" => behind_string(behind.strip_prefix('=')?)?,
            _ => behind,
        };
    }
    Some(text)
}

/// The parameters of a list, and what comes behind them.
fn params(mut text: &str) -> Option<(Params<'_>, &str)> {
    let mut params = Params::default();
    while let Some(behind) = text.strip_prefix(';') {
        let (name, value) = cut(behind, b'=')?;
        let rest = match value.starts_with('"') {
            true => behind_string(value)?,
            false => behind_integer(value)?,
        };
        let (value, rest) = value.split_at_checked(value.len().checked_sub(rest.len())?)?;
        params.put(name, value)?.ok()?;
        text = rest;
    }
    Some((params, text))
}

/// A key at the front, and what comes behind it (RFC 9651 §3.1.2).
fn key(text: &str) -> Option<(&str, &str)> {
    let goes_on = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'*');
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase() || first == '*');
    let end = text.bytes().position(|byte| !goes_on(byte)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|_| starts)
}

fn behind_string(text: &str) -> Option<&str> {
    cut(text.strip_prefix('"')?, b'"').map(|(_, behind)| behind)
}

/// An Integer has at most 15 digits, and canonically neither a plus nor zeros in front.
fn behind_integer(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, behind) = text.split_at_checked(digits)?;
    let canonical = (1..=15).contains(&digits) && (digits == 1 || !number.starts_with('0'));
    canonical.then_some(behind)
}
