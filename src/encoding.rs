//! Strict base64url, base64 and hex: one text for one value, everything else refused.
//!
//! Lenient decoders let one token have many spellings, which defeats replay keys and caches. Here padding
//! where none is due, non-zero trailing bits, line breaks and foreign characters are errors.
//!
//! ```
//! use countersign::encoding::{EncodingError, base64url, hex};
//!
//! assert_eq!(base64url::decode("-_8")?, [0xfb, 0xff]);
//! assert_eq!(base64url::decode("-_9"), Err(EncodingError::TrailingBits)); // the same bytes, otherwise spelt
//! assert_eq!(base64url::decode("-_8="), Err(EncodingError::Padding));
//! assert_eq!(hex::decode("00ff")?, [0x00, 0xff]);
//! # Ok::<(), EncodingError>(())
//! ```

pub(crate) mod form;
mod quick;

use ::base64::Engine as _;
use ::base64::engine::GeneralPurpose;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Base64url without padding (RFC 4648 §5, as RFC 7515 §2 uses it).
pub mod base64url {
    use super::*;

    /// Decodes `text`.
    ///
    /// # Errors
    /// Any [`EncodingError`]; the text must be the one canonical spelling.
    pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, EncodingError> {
        let text = text.as_ref();
        let mut bytes = vec![0; ::base64::decoded_len_estimate(text.len())];
        let length = decode_into(text, &mut bytes)?;
        bytes.truncate(length);
        Ok(bytes)
    }

    /// Decodes `text` into the front of `buffer` and returns how many bytes were written.
    ///
    /// # Errors
    /// Any [`EncodingError`], [`EncodingError::Length`] too where `buffer` is too small.
    pub fn decode_into(text: &[u8], buffer: &mut [u8]) -> Result<usize, EncodingError> {
        match quick::decode_base64url(text, buffer) {
            Some(length) => Ok(length),
            None => decode_slice(&URL_SAFE_NO_PAD, text, buffer),
        }
    }

    /// Encodes `bytes`.
    #[must_use]
    pub fn encode(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Encodes `bytes` at the end of `text`.
    pub fn encode_onto(bytes: &[u8], text: &mut String) {
        URL_SAFE_NO_PAD.encode_string(bytes, text);
    }
}

/// Base64 with its padding (RFC 4648 §4).
pub mod base64 {
    use super::*;

    /// Decodes `text`.
    ///
    /// # Errors
    /// Any [`EncodingError`]; the text must be the one canonical spelling.
    pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, EncodingError> {
        STANDARD.decode(text).map_err(EncodingError::from)
    }

    /// Decodes `text` into the front of `buffer` and returns how many bytes were written.
    ///
    /// # Errors
    /// Any [`EncodingError`], [`EncodingError::Length`] too where `buffer` is too small.
    pub fn decode_into(text: &[u8], buffer: &mut [u8]) -> Result<usize, EncodingError> {
        match quick::decode_base64(text, buffer) {
            Some(length) => Ok(length),
            None => decode_slice(&STANDARD, text, buffer),
        }
    }

    /// Encodes `bytes`.
    #[must_use]
    pub fn encode(bytes: impl AsRef<[u8]>) -> String {
        STANDARD.encode(bytes)
    }

    /// Encodes `bytes` at the end of `text`.
    pub fn encode_onto(bytes: &[u8], text: &mut String) {
        STANDARD.encode_string(bytes, text);
    }
}

/// Hexadecimal, either case in, lower case out.
pub mod hex {
    use super::EncodingError;

    /// Decodes `text`.
    ///
    /// # Errors
    /// [`EncodingError::Length`] for an odd count of digits, [`EncodingError::Character`] for a foreign one.
    pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, EncodingError> {
        let mut bytes = vec![0; text.as_ref().len() / 2];
        decode_exactly(text.as_ref(), &mut bytes)?;
        Ok(bytes)
    }

    /// Decodes exactly `N` bytes: a digest or a MAC.
    ///
    /// # Errors
    /// [`EncodingError::Length`] unless `text` has `2 * N` digits, [`EncodingError::Character`].
    pub fn decode_array<const N: usize>(text: impl AsRef<[u8]>) -> Result<[u8; N], EncodingError> {
        let mut bytes = [0; N];
        decode_exactly(text.as_ref(), &mut bytes)?;
        Ok(bytes)
    }

    /// Decodes `text` into all of `buffer`.
    ///
    /// # Errors
    /// [`EncodingError::Length`] unless `text` has two digits for each byte, [`EncodingError::Character`].
    pub fn decode_exactly(text: &[u8], buffer: &mut [u8]) -> Result<(), EncodingError> {
        let (pairs, rest) = text.as_chunks::<2>();
        if !rest.is_empty() || pairs.len() != buffer.len() {
            return Err(EncodingError::Length);
        }
        let mut foreign = 0;
        for (byte, [high, low]) in buffer.iter_mut().zip(pairs) {
            let (high, low) = (digit(*high), digit(*low));
            *byte = high << 4 | low & 15;
            foreign |= high | low;
        }
        if foreign > 15 { Err(EncodingError::Character) } else { Ok(()) }
    }

    /// Encodes `bytes` in lower case.
    #[must_use]
    pub fn encode(bytes: impl AsRef<[u8]>) -> String {
        let digits = bytes.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
    }

    /// The value of a digit, above 15 for every other character.
    fn digit(character: u8) -> u8 {
        DIGITS.get(usize::from(character)).copied().unwrap_or(u8::MAX)
    }

    /// The values of all characters: a look at a table takes a fifth of the time of comparing with three ranges.
    static DIGITS: [u8; 256] = {
        let mut digits = [u8::MAX; 256];
        let mut slots: &mut [u8] = &mut digits;
        let mut character: u8 = 0;
        while let [slot, rest @ ..] = slots {
            *slot = value(character);
            character = character.wrapping_add(1);
            slots = rest;
        }
        digits
    };

    const fn value(character: u8) -> u8 {
        match character {
            b'0'..=b'9' => character.wrapping_sub(b'0'),
            b'a'..=b'f' => character.wrapping_sub(b'a' - 10),
            b'A'..=b'F' => character.wrapping_sub(b'A' - 10),
            _ => u8::MAX,
        }
    }
}

/// Why an encoded text was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// A character outside the alphabet.
    #[error("a character outside the alphabet")]
    Character,
    /// A length no value encodes to, or not the length due here.
    #[error("a length that no value encodes to")]
    Length,
    /// Padding that is missing or not due.
    #[error("padding that is missing or not due")]
    Padding,
    /// Bits behind the last byte that are not zero (RFC 4648 §3.5).
    #[error("non-zero bits behind the last byte")]
    TrailingBits,
}

impl EncodingError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Character => "encoding.character",
            Self::Length => "encoding.length",
            Self::Padding => "encoding.padding",
            Self::TrailingBits => "encoding.trailing_bits",
        }
    }

    /// What a host branches on: always [`Class::Malformed`](crate::class::Class::Malformed).
    #[must_use]
    pub const fn class(&self) -> crate::class::Class {
        crate::class::Class::Malformed
    }
}

impl From<::base64::DecodeError> for EncodingError {
    fn from(error: ::base64::DecodeError) -> Self {
        match error {
            // The decoder meets '=' as a foreign byte where no padding is due.
            ::base64::DecodeError::InvalidByte(_, b'=') => Self::Padding,
            ::base64::DecodeError::InvalidByte(..) => Self::Character,
            ::base64::DecodeError::InvalidLength(_) => Self::Length,
            ::base64::DecodeError::InvalidLastSymbol(..) => Self::TrailingBits,
            ::base64::DecodeError::InvalidPadding => Self::Padding,
        }
    }
}

fn decode_slice(
    engine: &GeneralPurpose,
    text: &[u8],
    buffer: &mut [u8],
) -> Result<usize, EncodingError> {
    engine.decode_slice(text, buffer).map_err(|error| match error {
        ::base64::DecodeSliceError::DecodeError(error) => error.into(),
        ::base64::DecodeSliceError::OutputSliceTooSmall => EncodingError::Length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_two_character_tail_has_one_spelling() {
        let mut accepted = 0;
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                if let Ok(bytes) = base64url::decode([first, second]) {
                    assert_eq!(base64url::encode(&bytes).as_bytes(), [first, second]);
                    accepted += 1;
                }
            }
        }
        assert_eq!(accepted, 256); // one for each byte
    }

    #[test]
    fn foreign_spellings_are_refused_with_their_reason() {
        for (text, error) in [
            ("AA==", EncodingError::Padding),
            ("A", EncodingError::Length),
            ("AB", EncodingError::TrailingBits),
            ("+/8", EncodingError::Character),
            ("AA\n", EncodingError::Character),
            ("A A", EncodingError::Character),
        ] {
            assert_eq!(base64url::decode(text), Err(error), "{text:?}");
        }
        assert_eq!(base64::decode("AA"), Err(EncodingError::Padding));
        assert_eq!(base64::decode("-_8="), Err(EncodingError::Character));
        assert_eq!(base64::decode("+/8=").unwrap(), [0xfb, 0xff]);
    }

    #[test]
    fn hex_takes_either_case_and_exact_lengths() {
        assert_eq!(hex::decode("0aFF").unwrap(), [10, 255]);
        assert_eq!(hex::encode([10, 255]), "0aff");
        assert_eq!(hex::decode("0af"), Err(EncodingError::Length));
        assert_eq!(hex::decode("0g"), Err(EncodingError::Character));
        assert_eq!(hex::decode_array::<2>("0aff").unwrap(), [10, 255]);
        assert_eq!(hex::decode_array::<3>("0aff"), Err(EncodingError::Length));
    }
}
