//! Document `001` as a running system: a bank that signs tokens, an invoice provider that takes them, and a
//! client that tries everything. `cargo run -p invoice-provider -- demo` shows it.
//!
//! | file | what it is |
//! |---|---|
//! | `provider.rs` | the provider: its routes, [`admit`](provider::Provider::admit), its answers |
//! | `jwks.rs` | the bank's keys: looked up for each token, fetched beside |
//! | `store.rs` | what must happen once, in memory or in Redis |
//! | `tables.rs` | the business: accounts and invoices |
//! | `bank.rs`, `client.rs`, `tour.rs` | the other side, for the demo and the tests |
//!
//! The first three are what a provider needs beside its own business, and are written to be copied.
//! `README.md` says what else production asks for.

pub mod bank;
pub mod client;
pub mod jwks;
pub mod provider;
pub mod store;
pub mod tables;
pub mod tour;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::SystemTime;

use countersign::time::UnixTime;

/// Whatever keeps a program from starting.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Where lines for the log go: audit records, what became of the bank's keys, alarms.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// Writes a line to standard output. Whoever closes it loses the line, and the server goes on.
pub fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// The clock, which the library asks its host for.
#[must_use]
pub fn now() -> UnixTime {
    SystemTime::now().into()
}
