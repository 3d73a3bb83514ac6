//! Slack.

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm, Unit};

/// Slack: HMAC-SHA-256 in hex over `v0:timestamp:body`, in `X-Slack-Signature: v0=…`.
///
/// Source: docs.slack.dev, "Verifying requests from Slack", and bolt-js, read at 9a45c3c9 in 2026.
/// Confidence: high; the page publishes a value.
pub const SLACK: Scheme = Scheme::mac(
    "slack",
    MacAlgorithm::HmacSha256,
    &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
)
.with_signature(
    Place::Header("x-slack-signature"),
    SignatureForm::Alone { prefix: "v0=" },
    Encoding::Hex,
)
.with_timestamp(Place::Header("x-slack-request-timestamp"), Unit::Seconds);
