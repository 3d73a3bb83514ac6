//! The bytes of a signature, decoded where they are verified and not before.

use std::borrow::Cow;

use super::HttpSigError;
use crate::encoding::{EncodingError, base64};

/// A signature as it was sent.
#[derive(Clone, Debug)]
pub(super) enum Encoded<'m> {
    /// Base64 (RFC 4648 §4).
    Text(Cow<'m, str>),
    Bytes(Box<[u8]>),
    /// A member of `Signature` that is no Byte Sequence.
    Other,
}

/// Room for a decoded signature.
pub(super) type Buffer = [u8; MAX_SIGNATURE_BYTES];

pub(super) const fn buffer() -> Buffer {
    [0; MAX_SIGNATURE_BYTES]
}

impl Encoded<'_> {
    pub(super) fn decode<'b>(&'b self, buffer: &'b mut Buffer) -> Result<&'b [u8], HttpSigError> {
        let Self::Text(text) = self else {
            return match self {
                Self::Bytes(bytes) => Ok(bytes),
                _ => Err(HttpSigError::SignatureEncoding(EncodingError::Character)),
            };
        };
        let length = base64::decode_into(text.as_bytes(), buffer);
        let length = length.map_err(HttpSigError::SignatureEncoding)?;
        Ok(buffer.get(..length).unwrap_or_default())
    }
}

/// RSA signatures are the longest: 1024 bytes by a key of 8192 bits, and room that the decoder wants besides.
const MAX_SIGNATURE_BYTES: usize = 1026;
