//! The Zalo family: Mini App events, Official Account webhooks, Checkout, ZaloPay.
//!
//! The Mini App and the Official Account send their signatures in one field, `X-ZEvent-Signature`,
//! under two schemes. Which one a URL receives is the host's to say, and never guessed:
//! [`WrongScheme`](crate::webhook::WebhookError::WrongScheme) tells when the other one arrives.
//!
//! [`MiniApp`] gives the events of document `003`, typed. The others are schemes for a
//! [`Verifier`](crate::webhook::Verifier) or a [`Signer`](crate::webhook::Signer).

mod mini_app;
mod schema;

pub use mini_app::{BiometricVerified, ConsentRevoked, MiniApp, MiniAppBuilder, MiniAppEvent};
pub use schema::EventKind;

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm, Unit};

/// Mini App events (S3-7, S3-8): SHA-256 in hex over the values in the order of their sorted keys
/// and the API key, in `X-ZEvent-Signature`.
///
/// Source: document `003`; miniapp.zaloplatforms.com, biometric authentication and
/// revoke-and-remove-user-data, read in 2026. Confidence: high for the biometric event, whose
/// sample in JavaScript is followed to the byte; medium for `user.revoke.consent`, whose page names
/// the field and not the scheme.
///
/// # Security
/// Neither names nor types nor the borders between values are signed. [`MiniApp`] pins all of them;
/// a [`Verifier`](crate::webhook::Verifier) for this scheme gives
/// [`Unstructured`](crate::webhook::Unstructured) content.
pub const MINI_APP: Scheme =
    Scheme::suffix_hash("zalo_mini_app", &[Part::SortedValues, Part::Secret]).with_signature(
        Place::Header(ZEVENT_SIGNATURE),
        SignatureForm::Alone { prefix: "" },
        Encoding::Hex,
    );

/// Official Account webhooks (S3-C8): SHA-256 in hex over app id, body, the body's `timestamp` and
/// the OA secret key, in `X-ZEvent-Signature: mac=…`.
///
/// Source: chatwoot at 314d9922, hainh.me and tinhoc88.com, read in 2026. Confidence: medium; they
/// agree, and no page of Zalo's was in reach. The secret is the Official Account's, not the app's.
///
/// # Security
/// Zalo sends again for 12 hours what was not answered within 2 seconds, with the time of the
/// event: whoever wants all of it sets a tolerance of 12 hours, and takes each message once.
pub const OFFICIAL_ACCOUNT: Scheme = official_account("zalo_oa", Place::Member("timestamp"));

/// [`OFFICIAL_ACCOUNT`] with the timestamp of the field `X-ZEvent-Timestamp`, as some integrations
/// have it.
///
/// Source: four public repositories, read in 2026. Confidence: low; it contradicts the others.
pub const OFFICIAL_ACCOUNT_TIMESTAMP_FIELD: Scheme =
    official_account("zalo_oa_timestamp_field", Place::Header("x-zevent-timestamp"));

/// The setting of [`OFFICIAL_ACCOUNT`] that is the app id.
pub const OFFICIAL_ACCOUNT_APP_ID: &str = "app id";

/// The `mac` that a backend gives its Mini App for Checkout's `createOrder`: HMAC-SHA-256 in hex
/// over the sorted `key=value` pairs of the order, objects as JSON. For a
/// [`Signer`](crate::webhook::Signer).
///
/// Source: mini.zalo.me/documents/payment/createOrder, read in 2026. Confidence: high. `extradata`
/// and `method` are strings with JSON in them.
pub const CHECKOUT_CREATE_ORDER: Scheme =
    checkout("zalo_checkout_create_order", "mac", &[Part::SortedPairs { null: "null" }]);

/// The `mac` that a backend sends with Checkout's `getOrderStatus`, of a body with `appId` and
/// `orderId`. The key signs a text that ends with the key itself. For a
/// [`Signer`](crate::webhook::Signer).
///
/// Source: mini.zalo.me/documents/checkout-sdk/getOrderStatus, read in 2026. Confidence: high.
pub const CHECKOUT_ORDER_STATUS: Scheme = checkout(
    "zalo_checkout_order_status",
    "mac",
    &[Part::Fields(&["appId", "orderId"]), Part::Literal("&privateKey="), Part::Secret],
);

/// Checkout's callback by its `overallMac`: HMAC-SHA-256 in hex over all sorted `key=value` pairs
/// of `data`.
///
/// Source: mini.zalo.me/documents/payment/callback, read in 2026. Confidence: high that it exists,
/// medium that pairs are joined as for `createOrder`.
///
/// # Security
/// Compare `orderId` and `amount` with your order. The callback comes from 118.102.2.29 or
/// 49.213.78.2, within 20 minutes. The time is not checked.
pub const CHECKOUT_CALLBACK: Scheme =
    checkout("zalo_checkout_callback", "overallMac", &[Part::SortedPairs { null: "null" }])
        .with_object("data");

/// Checkout's callback by its `mac`: HMAC-SHA-256 in hex over seven fields of `data`. The others,
/// `method` and `extradata` among them, are not signed by it and not handed on.
///
/// Source: mini.zalo.me/documents/payment/callback and its version 2.1.4, read in 2026. Confidence:
/// high.
pub const CHECKOUT_CALLBACK_MAC: Scheme = checkout(
    "zalo_checkout_callback_mac",
    "mac",
    &[Part::Fields(&[
        "appId",
        "amount",
        "description",
        "orderId",
        "message",
        "resultCode",
        "transId",
    ])],
)
.with_object("data");

/// ZaloPay's callback: HMAC-SHA-256 in hex with `key2` over the string `data`, in the member `mac`.
///
/// Source: beta-docs.zalopay.vn, callback and authentication rules, read in 2026. Confidence: high.
/// `type` is not signed.
pub const ZALOPAY: Scheme = checkout("zalopay", "mac", &[Part::Text]).with_object("data");

/// The field of both the Mini App's and the Official Account's signature.
pub(in crate::webhook) const ZEVENT_SIGNATURE: &str = "x-zevent-signature";

const fn official_account(name: &'static str, timestamp: Place) -> Scheme {
    const TEXT: &[Part] =
        &[Part::Setting(OFFICIAL_ACCOUNT_APP_ID), Part::Body, Part::Timestamp, Part::Secret];
    Scheme::suffix_hash(name, TEXT)
        .with_signature(
            Place::Header(ZEVENT_SIGNATURE),
            SignatureForm::Alone { prefix: "mac=" },
            Encoding::Hex,
        )
        .with_timestamp(timestamp, Unit::Milliseconds)
}

const fn checkout(name: &'static str, mac: &'static str, parts: &'static [Part]) -> Scheme {
    Scheme::mac(name, MacAlgorithm::HmacSha256, parts).with_signature(
        Place::Member(mac),
        SignatureForm::Alone { prefix: "" },
        Encoding::Hex,
    )
}
