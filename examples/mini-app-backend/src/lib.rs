//! Document `003` as a running system: the backend of a Zalo Mini App, a page that stands in for the Mini App, and Zalo's
//! side for the demo and the tests. `cargo run -p mini-app-backend -- demo` shows it.
//!
//! | file | what it is |
//! |---|---|
//! | `backend.rs` | the backend: its three routes, its answers |
//! | `users.rs` | whose access token it is: Zalo is asked |
//! | `clock.rs` | the clock, which tests can put ahead |
//! | `fake_zalo.rs`, `page.rs`, `page/` | the other side, for the demo and the tests: `serve` has none of it |
//!
//! The first three, and [`example_host::store`], are what a backend needs beside its own business, and are written to be
//! copied. `README.md` says what else production asks for.

pub mod backend;
pub mod clock;
pub mod fake_zalo;
pub mod page;
pub mod users;

pub use example_host::{Error, Log, say, serve, setting};
