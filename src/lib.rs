//! Verification without I/O for backends that integrate partners: tokens of a bank and key sets that rotate,
//! signed HTTP messages, webhooks, one-time secrets, replays and repeated orders, and why each bad request was
//! refused.
//!
//! # One idea, everywhere: parse, look up, verify
//! 1. `Unverified…::parse(bytes)` checks form and limits and shows hints, such as a key id. Nothing in it is
//!    trusted yet.
//! 2. The host finds the key in its own way, sync or async. The plug-in point is the gap between two calls:
//!    there is no resolver, clock or store trait, no async, no callback.
//! 3. `.verify(…, now)` gives [`Verified<T>`](verified::Verified) or a typed reason. What still needs the
//!    host's storage is a [`Pending<T>`](verified::Pending): it names one atomic [`Step`](verified::Step), and
//!    gives its value only against the store's answer.
//!
//! ```
//! use countersign::jwt::{JwtError, Policy, UnverifiedToken};
//! use countersign::key::{Algorithm, VerifyingKey};
//! use countersign::{time::UnixTime, verified::Verified};
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims<'a> {
//!     sub: &'a str,
//! }
//!
//! fn subject(bearer: &str, keys: &[VerifyingKey], now: UnixTime) -> Result<String, countersign::Error> {
//!     let policy = Policy::builder("https://id.example.com", "orders", [Algorithm::Es256]).build()?;
//!     let token = UnverifiedToken::parse(bearer)?;
//!     let claims: Verified<MyClaims<'_>> = token.verify(keys, &policy, now)?;
//!     Ok(claims.sub.to_owned())
//! }
//!
//! let unsigned = subject("eyJhbGciOiJub25lIn0.e30.", &[], UnixTime::EPOCH);
//! assert_eq!(unsigned.unwrap_err().code(), "jwt.algorithm_none");
//! ```
//!
//! # Where to start
//! | you have | start at |
//! |---|---|
//! | a bank's token (document `001`) | [`partner::bank_sso`] |
//! | any JWT | [`jwt`] |
//! | an issuer's key set | [`jwks`] |
//! | eKYC with VNPT BioID, app, backend and service (document `000`) | [`partner::vnpt_bioid`] |
//! | a Zalo Mini App's biometric login (document `003`) | [`partner::zalo`] |
//! | a signed HTTP message | [`httpsig`] |
//! | a provider's webhook | [`webhook`] |
//! | an event of a Zalo Mini App (document `003`) | [`webhook::zalo::MiniApp`] |
//! | keys as PEM, DER or JWK | [`key`] |
//! | something that may happen once | [`guard`] |
//!
//! # Rules that hold in every room
//! - Bytes and `now` in, values out. No clock, randomness (but where a signature scheme needs it), environment,
//!   file, socket, thread, log or global; `clippy.toml` disallows them.
//! - The key decides the algorithm, the policy allows it, the message only confirms it.
//! - Size, form, algorithm, key, signature, times, identity, scope, storage: in this order. Nothing that an
//!   unauthenticated sender controls burns a token id, starts a fetch storm or tells key ids apart.
//! - What could not be safe cannot be built; relaxations start with `dangerous_`.
//! - Every error has a stable `code()`, a [`Class`](class::Class) to branch on, and no secret in its text; what
//!   the other side is told is a third thing, an [`AnswerProfile`](class::AnswerProfile).
//! - No input makes it panic: `unwrap`, indexing, unchecked arithmetic and casts are denied by lints, and
//!   `unsafe` is forbidden. Nobody has audited the crate yet.
//!
//! # Features
//! `jsonwebtoken` and `url` are on by default: conversions for services that come from that crate, and whatever
//! parses a URL. `http` brings adapters for the types of that crate. `aws-lc-rs` puts a second backend behind
//! [`key`]; it accepts what `ring` accepts, and ES512.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_in_result,
        clippy::unwrap_used,
        clippy::disallowed_macros,
        clippy::disallowed_methods,
        clippy::disallowed_types,
    )
)]

// F0: words every room uses
pub mod class;
pub mod secret;
pub mod time;
pub mod verified;

// F1: bytes and keys
pub mod digest;
pub mod encoding;
pub mod javascript;
pub mod json;
pub mod key;
pub mod structured;

// F2: key sets, header fields, storage
pub mod audit;
pub mod guard;
pub mod headers;
pub mod jwks;

// F3: tokens, messages
pub mod httpsig;
pub mod jwt;
pub mod webhook;

// F4: flows
pub mod biometric;

// F6: the source documents
pub mod partner;

// F7: the edge
pub mod error;
pub mod interop;

pub use error::Error;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
