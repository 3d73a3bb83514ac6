//! Parsing (RFC 9651 §4.2): keys and bare items.

use std::borrow::Cow;

use super::super::error::{StructuredError, StructuredErrorKind};
use super::super::item::BareItem;
use super::super::number::{Decimal, Integer};
use super::super::text::{
    Key, SfString, Token, is_key_character, is_key_start, is_printable, is_token_character,
};
use super::cursor::Cursor;
use crate::encoding::{base64, hex};

impl<'a> Cursor<'a> {
    /// RFC 9651 §4.2.3.3.
    pub(super) fn key(&mut self) -> Result<Key<'a>, StructuredError> {
        if self.peek().is_some_and(is_key_start) {
            Ok(Key(self.take_while(is_key_character)))
        } else {
            Err(self.error(StructuredErrorKind::Key))
        }
    }

    /// RFC 9651 §4.2.3.1: the first byte tells the type.
    pub(super) fn bare_item(&mut self, item: &mut BareItem<'a>) -> Result<(), StructuredError> {
        *item = match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'"') => BareItem::String(self.string()?),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'*') => {
                BareItem::Token(Token(self.take_while(is_token_character)))
            }
            Some(b':') => self.byte_sequence()?,
            Some(b'?') => self.boolean()?,
            Some(b'@') => self.date()?,
            Some(b'%') => BareItem::DisplayString(self.display_string()?),
            _ => return Err(self.error(StructuredErrorKind::ValueExpected)),
        };
        Ok(())
    }

    /// RFC 9651 §4.2.4.
    fn number(&mut self) -> Result<BareItem<'a>, StructuredError> {
        let start = self.offset();
        let negative = self.eat(b'-');
        let signed = |value: i64| if negative { value.saturating_neg() } else { value };
        let whole = self.digits()?;
        if !self.eat(b'.') {
            let value = number_of(whole, INTEGER_DIGITS, start)?;
            return Ok(BareItem::Integer(Integer(signed(value))));
        }
        let fraction = self.digits()?;
        let missing_digits = match fraction.len() {
            1 => 100,
            2 => 10,
            _ => 1,
        };
        let thousandths =
            number_of(fraction, FRACTION_DIGITS, start)?.saturating_mul(missing_digits);
        let value = number_of(whole, WHOLE_DIGITS, start)?.saturating_mul(1000);
        Ok(BareItem::Decimal(Decimal(signed(value.saturating_add(thousandths)))))
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<&'a str, StructuredError> {
        match self.take_while(|byte| byte.is_ascii_digit()) {
            "" => Err(self.error(StructuredErrorKind::DigitExpected)),
            digits => Ok(digits),
        }
    }

    /// RFC 9651 §4.2.5; stands on the opening quote.
    fn string(&mut self) -> Result<SfString<'a>, StructuredError> {
        let is_plain = |byte| is_printable(byte) && !matches!(byte, b'"' | b'\\');
        self.advance();
        let mut text = Cow::Borrowed(self.take_while(is_plain));
        loop {
            match self.peek() {
                Some(b'"') => break self.advance(),
                Some(b'\\') => self.advance(),
                other => return Err(self.unexpected_in_text(other)),
            }
            match self.peek() {
                Some(escaped @ (b'"' | b'\\')) => text.to_mut().push(char::from(escaped)),
                _ => return Err(self.error(StructuredErrorKind::Escape)),
            }
            self.advance();
            text.to_mut().push_str(self.take_while(is_plain));
        }
        Ok(SfString(text))
    }

    /// RFC 9651 §4.2.7, but canonical base64 only (see the module).
    fn byte_sequence(&mut self) -> Result<BareItem<'a>, StructuredError> {
        self.advance();
        let start = self.offset();
        let text = self.take_while(|byte| byte != b':');
        if !self.eat(b':') {
            return Err(self.error(StructuredErrorKind::Unclosed));
        }
        match base64::decode(text) {
            Ok(bytes) => Ok(BareItem::ByteSequence(Cow::Owned(bytes))),
            Err(error) => Err(StructuredError::new(StructuredErrorKind::Base64(error), start)),
        }
    }

    /// RFC 9651 §4.2.8; stands on the question mark.
    fn boolean(&mut self) -> Result<BareItem<'a>, StructuredError> {
        self.advance();
        match self.peek() {
            Some(digit @ (b'0' | b'1')) => {
                self.advance();
                Ok(BareItem::Boolean(digit == b'1'))
            }
            _ => Err(self.error(StructuredErrorKind::Boolean)),
        }
    }

    /// RFC 9651 §4.2.9; stands on the at sign.
    fn date(&mut self) -> Result<BareItem<'a>, StructuredError> {
        let start = self.offset();
        self.advance();
        match self.number()? {
            BareItem::Integer(seconds) => Ok(BareItem::Date(seconds)),
            _ => Err(StructuredError::new(StructuredErrorKind::FractionalDate, start)),
        }
    }

    /// RFC 9651 §4.2.10; stands on the percent sign.
    fn display_string(&mut self) -> Result<Cow<'a, str>, StructuredError> {
        let is_plain = |byte| is_printable(byte) && !matches!(byte, b'"' | b'%');
        let start = self.offset();
        self.advance();
        if !self.eat(b'"') {
            return Err(self.error(StructuredErrorKind::ValueExpected));
        }
        let plain = self.take_while(is_plain);
        if self.eat(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut bytes = plain.as_bytes().to_vec();
        loop {
            match self.peek() {
                Some(b'"') => break self.advance(),
                Some(b'%') => bytes.push(self.percent_escape()?),
                other => return Err(self.unexpected_in_text(other)),
            }
            bytes.extend_from_slice(self.take_while(is_plain).as_bytes());
        }
        let text = String::from_utf8(bytes);
        text.map(Cow::Owned).map_err(|_| StructuredError::new(StructuredErrorKind::Utf8, start))
    }

    /// RFC 9651 §4.2.10: two lower-case digits; stands on the percent sign.
    fn percent_escape(&mut self) -> Result<u8, StructuredError> {
        let error = self.error(StructuredErrorKind::Escape);
        self.advance();
        let digits =
            self.take(2).filter(|digits| !digits.bytes().any(|digit| digit.is_ascii_uppercase()));
        let [byte] = digits.and_then(|digits| hex::decode_array(digits).ok()).ok_or(error)?;
        Ok(byte)
    }

    fn unexpected_in_text(&self, found: Option<u8>) -> StructuredError {
        self.error(match found {
            Some(_) => StructuredErrorKind::Character,
            None => StructuredErrorKind::Unclosed,
        })
    }
}

/// The value of at most `limit` digits of the number that starts at `start`.
fn number_of(digits: &str, limit: usize, start: usize) -> Result<i64, StructuredError> {
    let value = if digits.len() > limit { None } else { digits.parse().ok() };
    value.ok_or(StructuredError::new(StructuredErrorKind::OutOfRange, start))
}

/// RFC 9651 §4.2.4: digits of an Integer, and those of a Decimal before and behind its point.
const INTEGER_DIGITS: usize = 15;
const WHOLE_DIGITS: usize = 12;
const FRACTION_DIGITS: usize = 3;
