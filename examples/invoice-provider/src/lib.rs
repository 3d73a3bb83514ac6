//! Document `001` as a running system: a bank that signs tokens, an invoice provider that takes them, and a
//! client that tries everything. `cargo run -p invoice-provider -- demo` shows it.
//!
//! | file | what it is |
//! |---|---|
//! | `provider.rs` | the provider: its routes, [`admit`](provider::Provider::admit), its answers |
//! | `jwks.rs` | the bank's keys: looked up for each token, fetched beside |
//! | `tables.rs` | the business: accounts and invoices |
//! | `bank.rs`, `client.rs`, `tour.rs` | the other side, for the demo and the tests |
//!
//! The first two, and [`example_host::store`], are what a provider needs beside its own business, and are written to
//! be copied.
//! `README.md` says what else production asks for.

pub mod bank;
pub mod client;
pub mod jwks;
pub mod provider;
pub mod tables;
pub mod tour;

pub use example_host::{Error, Log, now, say, serve, setting};
