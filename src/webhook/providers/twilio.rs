//! Twilio.

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm};

/// Twilio: HMAC-SHA-1 in base64 over the URL and the sorted parameters of a form body, in
/// `X-Twilio-Signature`. Of other bodies the URL states the SHA-256 as `bodySHA256`.
///
/// Source: twilio.com/docs/usage/security and twilio-node, read at 45d3d65a in 2026. Confidence:
/// high; both publish values. Twilio signs the URL with its default port or without; both are
/// tried.
///
/// # Security
/// The names and values of a form are joined with nothing in between, so that the event is
/// [`Unstructured`](crate::webhook::Unstructured): `From=1&To=2` has the signature of `From=1To2`.
/// A body with its digest in the URL is signed to the byte. The time is not signed.
pub const TWILIO: Scheme =
    Scheme::mac("twilio", MacAlgorithm::HmacSha1Legacy, &[Part::Url, Part::TwilioForm])
        .with_signature(
            Place::Header("x-twilio-signature"),
            SignatureForm::Alone { prefix: "" },
            Encoding::Base64,
        );
