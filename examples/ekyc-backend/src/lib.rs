//! Document `000` as a running system: an app that signs its photographs, the customer's backend, and a stand-in for the
//! VNPT BioID service. `cargo run -p ekyc-backend` shows it.
//!
//! | file | what it is |
//! |---|---|
//! | `backend.rs` | the backend: its routes in both models, and what it decides by |
//! | `wire.rs` | between the library and HTTP: a signed request taken in piece by piece, one sent, its answer verified |
//! | `spool.rs` | bodies in files that nobody else can open and that are gone with their handle |
//! | `service.rs`, `app.rs`, `tour.rs` | the other sides, for the demo and the tests |
//!
//! The first three are written to be copied, and what they share with other hosts in `examples/host`. `README.md` says what
//! else production asks for.

pub mod app;
pub mod backend;
pub mod service;
pub mod spool;
pub mod tour;
pub mod wire;

use countersign::partner::vnpt_bioid::Profile;
pub use example_host::{Error, Log, now, say};
use serde::{Deserialize, Serialize};

/// What the service says of a person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KycResult {
    /// Whether face and card are of one living person.
    pub passed: bool,
    /// How sure it is, of 100.
    pub score: u8,
}

/// What the backend tells the app.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Decision {
    /// `approved` or `declined`.
    pub decision: String,
}

/// RFC 9421. Uploads are multipart, so the type with its boundary is signed too.
pub const RFC_9421: Profile = Profile::RFC_9421.with_request_components(&[
    "@method",
    "@authority",
    "@path",
    "@query",
    "content-type",
    "content-digest",
    "x-request-id",
]);

/// The draft that the document links.
pub const CAVAGE_07: Profile = Profile::CAVAGE_07.with_request_components(&[
    "(request-target)",
    "host",
    "date",
    "content-type",
    "digest",
    "x-request-id",
]);
