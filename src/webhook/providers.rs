//! The schemes of providers, each a constant with its source, its date and how sure we are of it.
//!
//! *High* means the provider's own documentation and a value that it or its library publishes, or
//! several of its libraries that agree. *Medium* means its documentation alone, with something left
//! open. *Low* means others' word.
//!
//! | scheme | signed | signature | time |
//! |---|---|---|---|
//! | [`STANDARD_WEBHOOKS`], [`SVIX`], [`SPOTNANA`] | id, time, body | HMAC-SHA-256 | seconds |
//! | [`STANDARD_WEBHOOKS_V1A`] | id, time, body | Ed25519 | seconds |
//! | [`STRIPE`], [`SLACK`], [`ZOOM`] | time, body | HMAC-SHA-256 | seconds |
//! | [`GITHUB`], [`SHOPIFY`] | body | HMAC-SHA-256 | none |
//! | [`SQUARE`] | URL as registered, body | HMAC-SHA-256 | none |
//! | [`TWILIO`] | URL, form or digest of the body | HMAC-SHA-1 | none |
//! | [`SENDGRID`] | time, body | ECDSA on P-256 | seconds |
//! | [`DISCORD`] | time, body | Ed25519 | seconds |
//! | [`PAYOS`], [`MOMO`], [`VNPAY`] | fields | HMAC | none |
//! | [`zalo`] | values, fields or body | SHA-256 with the secret at the end, HMAC-SHA-256 | by event |

mod discord;
mod github;
mod momo;
mod payos;
mod sendgrid;
mod shopify;
mod slack;
mod square;
mod standard;
mod stripe;
mod twilio;
mod vnpay;
pub mod zalo;
pub mod zoom;

pub use discord::DISCORD;
pub use github::GITHUB;
pub use momo::{MOMO, MOMO_ACCESS_KEY};
pub use payos::PAYOS;
pub use sendgrid::SENDGRID;
pub use shopify::SHOPIFY;
pub use slack::SLACK;
pub use square::{SQUARE, SQUARE_NOTIFICATION_URL};
pub use standard::{SPOTNANA, STANDARD_WEBHOOKS, STANDARD_WEBHOOKS_V1A, SVIX};
pub use stripe::STRIPE;
pub use twilio::TWILIO;
pub use vnpay::VNPAY;
pub use zoom::ZOOM;

pub(super) use zalo::ZEVENT_SIGNATURE;

use super::scheme::Scheme;

/// Every scheme of a message that is received; what a [`Signer`](super::Signer) alone uses is not
/// among them.
pub const ALL: [Scheme; 22] = [
    STANDARD_WEBHOOKS,
    STANDARD_WEBHOOKS_V1A,
    SVIX,
    SPOTNANA,
    STRIPE,
    GITHUB,
    SLACK,
    SHOPIFY,
    TWILIO,
    SQUARE,
    SENDGRID,
    DISCORD,
    ZOOM,
    PAYOS,
    MOMO,
    VNPAY,
    zalo::MINI_APP,
    zalo::OFFICIAL_ACCOUNT,
    zalo::OFFICIAL_ACCOUNT_TIMESTAMP_FIELD,
    zalo::CHECKOUT_CALLBACK,
    zalo::CHECKOUT_CALLBACK_MAC,
    zalo::ZALOPAY,
];
