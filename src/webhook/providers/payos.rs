//! payOS.

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm};

/// payOS: HMAC-SHA-256 in hex over the sorted `key=value` pairs of `data`, in the member
/// `signature` of the body.
///
/// Source: payos.vn/docs/tich-hop-webhook/kiem-tra-du-lieu-voi-signature and payos-lib-node, read
/// in 2026. Confidence: high; the page publishes a value. `null`, and the words `null` and
/// `undefined`, are signed as nothing.
///
/// # Security
/// What stands beside `data`, such as `success`, is not signed and not handed on. The time is
/// signed as text of the bank's, without a zone, and not checked. Arrays and objects inside `data`,
/// which no documented event has, are refused.
pub const PAYOS: Scheme =
    Scheme::mac("payos", MacAlgorithm::HmacSha256, &[Part::SortedPairs { null: "" }])
        .with_signature(
            Place::Member("signature"),
            SignatureForm::Alone { prefix: "" },
            Encoding::Hex,
        )
        .with_object("data");
