//! A place in the input that only moves forward.

use super::super::error::{StructuredError, StructuredErrorKind};
use super::super::limits::{Limits, check_length};
use super::super::map::Origin;

/// A place in an ASCII text. It never goes back, so that every byte is taken once.
pub(super) struct Cursor<'a> {
    input: &'a str,
    offset: usize,
    pub(super) limits: Limits,
    /// How many bytes were looked at, for the test that this is linear.
    #[cfg(test)]
    pub(super) looks: std::cell::Cell<usize>,
}

impl<'a> Cursor<'a> {
    /// RFC 9651 §4.2: the input is ASCII, or it is refused.
    pub(super) fn new(input: &'a [u8], limits: &Limits) -> Result<Self, StructuredError> {
        check_length(input.len(), limits)?;
        match str::from_utf8(input) {
            Ok(input) if input.is_ascii() => Ok(Self {
                input,
                offset: 0,
                limits: *limits,
                #[cfg(test)]
                looks: std::cell::Cell::default(),
            }),
            _ => {
                let offset = input.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
                Err(StructuredError::new(StructuredErrorKind::NotAscii, offset))
            }
        }
    }

    pub(super) const fn offset(&self) -> usize {
        self.offset
    }

    /// From `start` to here.
    pub(super) const fn origin(&self, start: usize) -> Origin {
        Origin::new(start, self.offset)
    }

    pub(super) const fn error(&self, kind: StructuredErrorKind) -> StructuredError {
        StructuredError::new(kind, self.offset)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.look(self.offset)
    }

    pub(super) fn at_end(&self) -> bool {
        self.peek().is_none()
    }

    /// Steps over the byte that was looked at.
    pub(super) const fn advance(&mut self) {
        self.offset = self.offset.saturating_add(1);
    }

    /// Steps over `byte` if it is next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.advance();
        }
        found
    }

    /// Takes bytes as long as they are `wanted`.
    pub(super) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let mut end = self.offset;
        while self.look(end).is_some_and(&wanted) {
            end = end.saturating_add(1);
        }
        let taken = self.input.get(self.offset..end).unwrap_or_default();
        self.offset = end;
        taken
    }

    /// Takes the next `count` bytes, if there are so many.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a str> {
        let end = self.offset.saturating_add(count);
        let taken = self.input.get(self.offset..end)?;
        self.offset = end;
        Some(taken)
    }

    pub(super) fn skip_spaces(&mut self) {
        self.take_while(|byte| byte == b' ');
    }

    /// RFC 9110 §5.6.3: optional whitespace, tabs too.
    pub(super) fn skip_whitespace(&mut self) {
        self.take_while(|byte| matches!(byte, b' ' | b'\t'));
    }

    fn look(&self, offset: usize) -> Option<u8> {
        #[cfg(test)]
        self.looks.update(|looks| looks + 1);
        self.input.as_bytes().get(offset).copied()
    }
}
