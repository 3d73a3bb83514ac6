//! Discord.

use crate::key::Algorithm;
use crate::webhook::scheme::{Encoding, KeyForm, Part, Place, Scheme, SignatureForm, Unit};

/// Discord's interactions and webhook events: Ed25519 in hex over timestamp and body, in
/// `X-Signature-Ed25519`.
///
/// Source: the Discord documentation and discord-interactions-js, read at ed179479 in 2026.
/// Confidence: high; no value is published. Nothing separates time and body; the tolerance does, as
/// it allows one length of the time. Discord names no tolerance.
pub const DISCORD: Scheme = Scheme::asymmetric(
    "discord",
    Algorithm::EdDsa,
    KeyForm::Ed25519Hex,
    &[Part::Timestamp, Part::Body],
)
.with_signature(
    Place::Header("x-signature-ed25519"),
    SignatureForm::Alone { prefix: "" },
    Encoding::Hex,
)
.with_timestamp(Place::Header("x-signature-timestamp"), Unit::Seconds);
