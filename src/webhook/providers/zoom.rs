//! Zoom.

use crate::encoding::hex;
use crate::guard::Use;
use crate::javascript::{self, Limits, Profile};
use crate::key::{MacAlgorithm, MacKey};
use crate::verified::Verified;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm, Unit};
use crate::webhook::{Event, Verifier};

/// Zoom: HMAC-SHA-256 in hex over `v0:timestamp:body`, in `x-zm-signature: v0=…`.
///
/// Source: developers.zoom.us and zoom/webhook-sample, read at e4d48a77 in 2026. Confidence: high;
/// no value is published. Zoom's own sample writes the body anew before it is hashed; what is
/// signed is the body as it was sent.
pub const ZOOM: Scheme = Scheme::mac(
    "zoom",
    MacAlgorithm::HmacSha256,
    &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
)
.with_signature(
    Place::Header("x-zm-signature"),
    SignatureForm::Alone { prefix: "v0=" },
    Encoding::Hex,
)
.with_timestamp(Place::Header("x-zm-request-timestamp"), Unit::Seconds);

/// The body of the answer to Zoom's `endpoint.url_validation`, or nothing where `event` is another
/// event.
///
/// # Security
/// It signs with the very secret what the sender chose. So it takes a verified event alone, and no
/// token but letters, digits, `-` and `_`: with an answer for anyone, `v0:1735180623:{…}` as a
/// token would get a signature for an event of one's own.
pub fn url_validation_answer<U: Use>(
    verifier: &Verifier<U>,
    event: &Verified<Event<'_>>,
) -> Option<String> {
    let body = event.body().filter(|_| event.scheme == ZOOM.name)?;
    let document = javascript::parse(body, Profile::Node, Limits::WEBHOOK).ok()?;
    let root = document.root();
    if root.member("event")?.as_str()? != "endpoint.url_validation" {
        return None;
    }
    let token = root.member("payload")?.member("plainToken")?.as_str()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !matches!(token.len(), 1..=MAX_TOKEN_BYTES) || !token.bytes().all(plain) {
        return None;
    }
    let name = event.evidence().key_id.as_ref()?;
    let key = verifier.keys.iter().find(|key| key.name == *name)?;
    let mac = MacKey::new(MacAlgorithm::HmacSha256, key.secret()?);
    let answer = hex::encode(mac.tag(token.as_bytes()).as_bytes());
    Some(format!(r#"{{"plainToken":"{token}","encryptedToken":"{answer}"}}"#))
}

/// The tokens in Zoom's documentation have 22 characters.
const MAX_TOKEN_BYTES: usize = 128;
