//! The texts of a structured field: keys, tokens and strings.

use std::borrow::Cow;

use super::error::{StructuredError, StructuredErrorKind};

/// The key of a parameter or of a Dictionary's member (RFC 9651 §3.1.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key<'a>(pub(super) &'a str);

impl<'a> Key<'a> {
    /// The text as a key.
    ///
    /// # Errors
    /// [`StructuredErrorKind::Key`] unless it begins with `a`-`z` or `*` and goes on with `a`-`z`, digits,
    /// `_`, `-`, `.` and `*` (RFC 9651 §4.1.1.3).
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::structured::Key;
    ///
    /// assert_eq!(Key::new("sha-256")?.as_str(), "sha-256");
    /// assert_eq!(Key::new("SHA-256").unwrap_err().code(), "structured.key");
    /// # Ok::<(), countersign::structured::StructuredError>(())
    /// ```
    pub fn new(text: &'a str) -> Result<Self, StructuredError> {
        check_word(text, is_key_start, is_key_character, StructuredErrorKind::Key)?;
        Ok(Self(text))
    }

    /// The key as text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// A Token, a short word without quotes (RFC 9651 §3.3.4).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Token<'a>(pub(super) &'a str);

impl<'a> Token<'a> {
    /// The text as a token.
    ///
    /// # Errors
    /// [`StructuredErrorKind::Token`] unless it begins with a letter or `*` and goes on with what RFC 9110
    /// allows in a token, `:` and `/` (RFC 9651 §4.1.7).
    pub fn new(text: &'a str) -> Result<Self, StructuredError> {
        check_word(text, is_token_start, is_token_character, StructuredErrorKind::Token)?;
        Ok(Self(text))
    }

    /// The token as text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// A String: printable ASCII (RFC 9651 §3.3.3), here without its quotes and escapes.
///
/// There is no way around [`SfString::new`], so that no line break gets into a signature base:
///
/// ```compile_fail,E0423
/// # use countersign::structured::SfString;
/// let smuggled = SfString("a\r\n\"@method\": GET".into());
/// ```
///
/// ```
/// # use countersign::structured::SfString;
/// let string = SfString::new("a \"quoted\" word")?;
/// assert_eq!(SfString::new("a\r\n\"@method\": GET").unwrap_err().offset(), 1);
/// # Ok::<(), countersign::structured::StructuredError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SfString<'a>(pub(super) Cow<'a, str>);

impl<'a> SfString<'a> {
    /// The text as a string.
    ///
    /// # Errors
    /// [`StructuredErrorKind::Character`] for anything but printable ASCII (RFC 9651 §4.1.6); other text
    /// is for a Display String.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Result<Self, StructuredError> {
        let text = text.into();
        match text.bytes().position(|byte| !is_printable(byte)) {
            Some(offset) => Err(StructuredError::new(StructuredErrorKind::Character, offset)),
            None => Ok(Self(text)),
        }
    }

    /// The string as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_word(
    text: &str,
    starts: fn(u8) -> bool,
    goes_on: fn(u8) -> bool,
    kind: StructuredErrorKind,
) -> Result<(), StructuredError> {
    let mut bytes = text.bytes();
    if !bytes.next().is_some_and(starts) {
        return Err(StructuredError::new(kind, 0));
    }
    match bytes.position(|byte| !goes_on(byte)) {
        Some(offset) => Err(StructuredError::new(kind, offset.saturating_add(1))),
        None => Ok(()),
    }
}

pub(super) const fn is_key_start(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'*')
}

pub(super) const fn is_key_character(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'*')
}

pub(super) const fn is_token_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'*'
}

/// RFC 9110 §5.6.2 `tchar`, and RFC 9651 §3.3.4 adds the colon and the slash.
pub(super) const fn is_token_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-'..=b'/' | b':' | b'^'..=b'`' | b'|' | b'~'
        )
}

pub(super) const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}
