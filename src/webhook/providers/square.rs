//! Square.

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm};

/// The setting of [`SQUARE`] that is the notification URL, as it was registered.
pub const SQUARE_NOTIFICATION_URL: &str = "notification URL";

/// Square: HMAC-SHA-256 in base64 over the registered URL and the body, in
/// `x-square-hmacsha256-signature`.
///
/// Source: developer.squareup.com and square-nodejs-sdk, read at c58c6e09 in 2026. Confidence:
/// high; its tests publish values. The URL is the host's own setting, so that no proxy can change
/// it.
///
/// # Security
/// The time is not signed.
pub const SQUARE: Scheme = Scheme::mac(
    "square",
    MacAlgorithm::HmacSha256,
    &[Part::Setting(SQUARE_NOTIFICATION_URL), Part::Body],
)
.with_signature(
    Place::Header("x-square-hmacsha256-signature"),
    SignatureForm::Alone { prefix: "" },
    Encoding::Base64,
);
