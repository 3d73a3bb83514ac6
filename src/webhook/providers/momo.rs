//! MoMo.

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm};

/// The setting of [`MOMO`] that is the partner's access key.
pub const MOMO_ACCESS_KEY: &str = "access key";

/// MoMo's payment notification (IPN, version 3): HMAC-SHA-256 in hex over thirteen `key=value`
/// pairs in a fixed order, in the member `signature` of the body. The access key is the first of
/// them and not in the body.
///
/// Source: developers.momo.vn/v3, "Payment Notification", and momo-wallet/payment, read at d4746c5d
/// in 2026. Confidence: medium; its examples come without their secret.
///
/// # Security
/// Compare `partnerCode`, `orderId` and `amount` with your order. `responseTime` is when MoMo
/// answered, in milliseconds.
pub const MOMO: Scheme = Scheme::mac(
    "momo",
    MacAlgorithm::HmacSha256,
    &[
        Part::Literal("accessKey="),
        Part::Setting(MOMO_ACCESS_KEY),
        Part::Literal("&"),
        Part::Fields(&[
            "amount",
            "extraData",
            "message",
            "orderId",
            "orderInfo",
            "orderType",
            "partnerCode",
            "payType",
            "requestId",
            "responseTime",
            "resultCode",
            "transId",
        ]),
    ],
)
.with_signature(Place::Member("signature"), SignatureForm::Alone { prefix: "" }, Encoding::Hex);
