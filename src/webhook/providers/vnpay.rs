//! VNPAY.

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm};

/// VNPAY 2.1.0, notification and return URL: HMAC-SHA-512 in hex over the sorted parameters `vnp_…`
/// of the query, in `vnp_SecureHash`.
///
/// Source: sandbox.vnpayment.vn/apis/docs/huong-dan-tich-hop and lehuygiang28/vnpay, read at
/// 43627794 in 2026. Confidence: medium; the page's example comes without its secret. Its samples
/// encode values each in their own way and agree on letters, digits, `-`, `_`, `.` and spaces; for
/// the rest the one in PHP is followed.
///
/// # Security
/// The older MD5 and SHA-256, which a `vnp_SecureHashType` would name, are refused. Parameters with
/// other names are not handed on. The amount is the price times 100. The time is not checked:
/// `vnp_PayDate` is signed, in Vietnam's zone.
pub const VNPAY: Scheme = Scheme::mac(
    "vnpay",
    MacAlgorithm::HmacSha512,
    &[Part::SortedQuery { prefix: "vnp_", algorithm: ("vnp_SecureHashType", "HmacSHA512") }],
)
.with_signature(
    Place::Query("vnp_SecureHash"),
    SignatureForm::Alone { prefix: "" },
    Encoding::HexAnyCase,
);
