//! The target of a request, in its four forms (RFC 9112 §3.2), never decoded and never rewritten.

use super::HttpSigError;
use super::authority::Authority;
use super::text::{cut, is_token_character};

/// What the target of a request is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'m> {
    pub(super) text: &'m str,
    pub(super) form: Form,
    pub(super) scheme: Option<&'m str>,
    pub(super) authority: Option<Authority<'m>>,
    /// As it was sent; empty in the absolute form where none was.
    pub(super) path: &'m str,
    /// Without its question mark.
    pub(super) query: Option<&'m str>,
}

/// The form of a target (RFC 9112 §3.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// `/path?query`, also the `:path` of HTTP/2.
    Origin,
    /// `https://host/path?query`.
    Absolute,
    /// `host:port`, of CONNECT.
    Authority,
    /// `*`, of OPTIONS.
    Asterisk,
}

impl<'m> Target<'m> {
    pub(super) fn parse(text: &'m str) -> Result<Self, HttpSigError> {
        if text.len() > MAX_TARGET_BYTES {
            return Err(HttpSigError::TargetTooLong { limit: MAX_TARGET_BYTES });
        }
        // RFC 3986 §2: no space, no control, nothing beyond ASCII; RFC 9112 §3.2: no fragment.
        let fine = |byte: u8| matches!(byte, b'!'..=b'~') & (byte != b'#');
        if !text.bytes().fold(true, |all, byte| all & fine(byte)) {
            return Err(HttpSigError::TargetInvalid);
        }
        let plain =
            |form| Self { text, form, scheme: None, authority: None, path: "", query: None };
        match text {
            "*" => Ok(plain(Form::Asterisk)),
            _ if text.starts_with('/') => Ok(plain(Form::Origin).with_path(text)),
            _ => match text.split_once("://") {
                Some((scheme, rest)) if is_scheme(scheme) => {
                    let end = rest.find(['/', '?']).unwrap_or(rest.len());
                    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
                    let authority = Some(required(authority)?);
                    let target = plain(Form::Absolute).with_path(path);
                    Ok(Self { scheme: Some(scheme), authority, ..target })
                }
                _ => Ok(Self { authority: Some(required(text)?), ..plain(Form::Authority) }),
            },
        }
    }

    fn with_path(self, text: &'m str) -> Self {
        match cut(text, b'?') {
            Some((path, query)) => Self { path, query: Some(query), ..self },
            None => Self { path: text, query: None, ..self },
        }
    }

    /// Whether it has a path and a query: the asterisk and the form of CONNECT have neither.
    pub(super) const fn has_path(&self) -> bool {
        matches!(self.form, Form::Origin | Form::Absolute)
    }
}

fn required(text: &str) -> Result<Authority<'_>, HttpSigError> {
    Authority::parse(text).ok_or(HttpSigError::TargetInvalid)
}

/// RFC 3986 §3.1.
pub(super) fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| {
            is_token_character(byte)
                && (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        })
}

/// RFC 9110 §4.1 asks for at least 8000 bytes; servers take about as many.
const MAX_TARGET_BYTES: usize = 8 * 1024;
