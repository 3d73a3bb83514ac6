//! Standard Webhooks, and providers that sign as it says.

use crate::key::{Algorithm, MacAlgorithm};
use crate::webhook::scheme::{Encoding, KeyForm, Part, Place, Scheme, SignatureForm, Unit};

/// Standard Webhooks 1.0.0, `v1`: HMAC-SHA-256 over `id.timestamp.body`.
///
/// Source: the specification and libraries of standard-webhooks, read at b2fa7b87 in 2026.
/// Confidence: high; its libraries publish a value. Secrets are 24 to 64 bytes in base64 behind
/// `whsec_`. The id stays the same when a message is sent again, with a new time.
///
/// # Security
/// The specification leaves the tolerance open; its libraries take 300 s to both sides.
pub const STANDARD_WEBHOOKS: Scheme = family(
    "standard_webhooks",
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
    VERSION_1,
);

/// Standard Webhooks 1.0.0, `v1a`: Ed25519 over `id.timestamp.body`. Keys are 32 bytes in base64
/// behind `whpk_`.
///
/// Source: the specification, read at b2fa7b87 in 2026. Confidence: medium; no library of it
/// publishes a value.
pub const STANDARD_WEBHOOKS_V1A: Scheme = Scheme::asymmetric(
    "standard_webhooks_v1a",
    Algorithm::EdDsa,
    KeyForm::Ed25519Base64 { prefix: "whpk_" },
    TEXT,
)
.with_signature(
    Place::Header("webhook-signature"),
    SignatureForm::Versions { version: "v1a", bare: false },
    Encoding::Base64,
)
.with_timestamp(Place::Header("webhook-timestamp"), Unit::Seconds)
.with_id("webhook-id");

/// Svix: Standard Webhooks `v1` under the field names `svix-…`. The fields of the two are never
/// mixed.
///
/// Source: svix-webhooks, read at 4fc0cfb8 in 2026. Confidence: high; its libraries publish a
/// value.
pub const SVIX: Scheme = family("svix", ["svix-id", "svix-timestamp", "svix-signature"], VERSION_1);

/// Spotnana: Standard Webhooks under the field names `x-spotnana-webhook-…`, several signatures
/// during a rotation.
///
/// Source: developer.spotnana.com/webhooks/webhook-auth, read in 2026. Confidence: medium; whether
/// a signature has a `v1,` in front is left open, so both are read.
pub const SPOTNANA: Scheme = family(
    "spotnana",
    ["x-spotnana-webhook-id", "x-spotnana-webhook-timestamp", "x-spotnana-webhook-signature"],
    SignatureForm::Versions { version: "v1", bare: true },
);

const fn family(
    name: &'static str,
    [id, timestamp, signature]: [&'static str; 3],
    form: SignatureForm,
) -> Scheme {
    Scheme::mac(name, MacAlgorithm::HmacSha256, TEXT)
        .with_key(KeyForm::Base64 { prefix: "whsec_" })
        .with_signature(Place::Header(signature), form, Encoding::Base64)
        .with_timestamp(Place::Header(timestamp), Unit::Seconds)
        .with_id(id)
}

const TEXT: &[Part] =
    &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body];

const VERSION_1: SignatureForm = SignatureForm::Versions { version: "v1", bare: false };
