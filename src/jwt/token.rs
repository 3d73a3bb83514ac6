//! A token whose form was checked and nothing else.

use std::fmt;
use std::ops::Range;

use super::JwtError;
use super::header::Header;
use crate::encoding::base64url;
use crate::key::Algorithm;

/// How long a token may be, before anything of it is decoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TokenLimits {
    /// The most bytes of the whole token.
    pub max_token_bytes: usize,
    /// The most bytes of the encoded header.
    pub max_header_bytes: usize,
}

impl Default for TokenLimits {
    /// 16 KiB and 4 KiB: what common servers take as a request's header fields, and a quarter of it.
    fn default() -> Self {
        Self { max_token_bytes: 16 * 1024, max_header_bytes: 4 * 1024 }
    }
}

/// A JWS in compact form (RFC 7515 §7.1) whose form and header were read. Nothing in it is trusted yet.
///
/// It shows the hint that a host needs to find a key, and no claim.
///
/// ```
/// use countersign::jwt::{JwtError, UnverifiedToken};
///
/// let token = UnverifiedToken::parse("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.e30.AAAA")?;
/// assert_eq!(token.key_id(), Some("k1"));
///
/// let unsigned = UnverifiedToken::parse("eyJhbGciOiJub25lIn0.e30.");
/// assert_eq!(unsigned.unwrap_err(), JwtError::AlgorithmNone);
/// # Ok::<(), JwtError>(())
/// ```
#[derive(Clone)]
pub struct UnverifiedToken<'t> {
    signing_input: &'t [u8],
    /// Header, payload and signature, decoded one after the other.
    decoded: Vec<u8>,
    payload: Range<usize>,
    header: Header,
}

impl<'t> UnverifiedToken<'t> {
    /// Reads the form of `token` within the default limits.
    ///
    /// # Errors
    /// The variants of [`JwtError`] about form and header, each with its own code: size, shape, JSON
    /// serialisation, JWE, encoding, `alg` missing or `none`, `crit`, `b64`, nesting, forbidden members.
    pub fn parse(token: &'t str) -> Result<Self, JwtError> {
        Self::parse_within(token, TokenLimits::default())
    }

    /// Reads the form of `token` within `limits`.
    ///
    /// # Errors
    /// As [`UnverifiedToken::parse`].
    pub fn parse_within(token: &'t str, limits: TokenLimits) -> Result<Self, JwtError> {
        let parts = Parts::split(token, limits)?;
        let mut decoded = vec![0; token.len()];
        let header_end = decode(parts.header, "header", &mut decoded, 0)?;
        // Before the payload is decoded: an unencoded one (RFC 7797) is refused as what it is.
        let header = Header::parse(decoded.get(..header_end).unwrap_or_default())?;
        let payload_end = decode(parts.payload, "payload", &mut decoded, header_end)?;
        let end = decode(parts.signature, "signature", &mut decoded, payload_end)?;
        decoded.truncate(end);
        let payload = header_end..payload_end;
        Ok(Self { signing_input: parts.signing_input, decoded, payload, header })
    }

    /// The `kid` the token claims (RFC 7515 §4.1.4): a hint for finding a key, 128 bytes of visible ASCII
    /// at most, and never a path, URL or query.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id.as_ref().map(|text| text.read(&self.decoded))
    }

    /// The `typ` the token claims (RFC 7515 §4.1.9).
    pub(super) fn token_type(&self) -> Option<&str> {
        self.header.token_type.as_ref().map(|text| text.read(&self.decoded))
    }

    /// The `alg` the token claims, `None` where it is unknown here.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        self.header.algorithm
    }

    pub(super) fn signing_input(&self) -> &[u8] {
        self.signing_input
    }

    pub(super) fn payload(&self) -> &[u8] {
        self.decoded.get(self.payload.clone()).unwrap_or_default()
    }

    pub(super) fn signature(&self) -> &[u8] {
        self.decoded.get(self.payload.end..).unwrap_or_default()
    }
}

impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the token: whoever holds its text can use it.
        let mut shown = f.debug_struct("UnverifiedToken");
        shown
            .field("algorithm", &self.header.algorithm)
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

/// Decodes a part of a token into `decoded` from `start` on; where it ends.
fn decode(
    part: &[u8],
    name: &'static str,
    decoded: &mut [u8],
    start: usize,
) -> Result<usize, JwtError> {
    let room = decoded.get_mut(start..).unwrap_or_default();
    let length = base64url::decode_into(part, room)
        .map_err(|error| JwtError::Encoding { part: name, error })?;
    Ok(start.saturating_add(length))
}

/// The three parts of a compact token.
struct Parts<'t> {
    header: &'t [u8],
    payload: &'t [u8],
    signature: &'t [u8],
    signing_input: &'t [u8],
}

impl<'t> Parts<'t> {
    fn split(token: &'t str, limits: TokenLimits) -> Result<Self, JwtError> {
        if token.len() > limits.max_token_bytes {
            return Err(JwtError::TooLong { limit: limits.max_token_bytes });
        }
        let token = token.as_bytes();
        if token.trim_ascii_start().starts_with(b"{") {
            return Err(JwtError::JsonSerialization);
        }
        let mut dots = memchr::memchr_iter(b'.', token);
        let (header_end, payload_end) = match (dots.next(), dots.next(), dots.next()) {
            (Some(first), Some(second), None) => (first, second),
            (.., Some(_)) if dots.count() == 1 => return Err(JwtError::Encrypted),
            _ => return Err(JwtError::NotCompact),
        };
        let part = |range: Range<usize>| token.get(range).unwrap_or_default();
        let behind = |dot: usize| dot.saturating_add(1);
        let header = part(0..header_end);
        if header.is_empty() {
            return Err(JwtError::NotCompact);
        }
        if header.len() > limits.max_header_bytes {
            return Err(JwtError::HeaderTooLong { limit: limits.max_header_bytes });
        }
        Ok(Self {
            header,
            payload: part(behind(header_end)..payload_end),
            signature: part(behind(payload_end)..token.len()),
            signing_input: part(0..payload_end),
        })
    }
}
