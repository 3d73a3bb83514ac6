//! HMAC secrets that are no secrets: the text of a public key, which a forger has too.

use zeroize::Zeroizing;

use super::KeyError;
use super::der::{INTEGER, Reader, SEQUENCE};
use crate::encoding::base64;

/// Refuses an HMAC secret below `minimum` bytes, or one that is the text of a PEM, DER or JWK key
/// (CVE-2022-29217, CVE-2026-34950, CVE-2026-48526: HS256 "signed" with a published RSA key).
pub(super) fn check(secret: &[u8], minimum: usize) -> Result<(), KeyError> {
    if is_key_text(secret) {
        return Err(KeyError::HmacSecretIsKey);
    }
    let found = secret.len();
    if found < minimum { Err(KeyError::HmacTooShort { minimum, found }) } else { Ok(()) }
}

fn is_key_text(secret: &[u8]) -> bool {
    let text = secret.strip_prefix(BYTE_ORDER_MARK).unwrap_or(secret).trim_ascii();
    is_der(secret) || is_der(text) || is_armoured(text) || is_json(text) || is_base64_of_der(text)
}

/// PEM, anywhere, since OpenSSL writes text in front of it; and the one-line form of OpenSSH.
fn is_armoured(text: &[u8]) -> bool {
    text.windows(PEM_BEGIN.len()).any(|window| window == PEM_BEGIN)
        || SSH_NAMES.iter().any(|name| text.starts_with(name))
}

/// A JWK or a JWK set; no JSON document is a secret.
fn is_json(text: &[u8]) -> bool {
    matches!(text, [b'{' | b'[', ..])
        && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// The base64 inside a PEM block, its boundaries lost on the way through some configuration.
fn is_base64_of_der(text: &[u8]) -> bool {
    let mut joined = Zeroizing::new(Vec::with_capacity(text.len()));
    joined.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    base64::decode(&*joined).map(Zeroizing::new).is_ok_and(|der| is_der(&der))
}

/// One SEQUENCE that begins as keys and certificates do. A random secret is so about once in 2^24.
fn is_der(bytes: &[u8]) -> bool {
    Reader::sequence_of(bytes)
        .is_ok_and(|mut fields| fields.take(SEQUENCE).is_ok() || fields.take(INTEGER).is_ok())
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const PEM_BEGIN: &[u8] = b"-----BEGIN ";
const SSH_NAMES: [&[u8]; 3] = [b"ssh-rsa ", b"ssh-ed25519 ", b"ecdsa-sha2-nistp"];
