//! Verification without I/O for backends that integrate partners.
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

// F3: tokens
pub mod jwt;

// F6: the source documents
pub mod partner;

// F7: the edge
pub mod error;
pub mod interop;

pub use error::Error;
