//! What every server under `examples/` needs beside its own business, written to be copied: a clock, a log, its settings,
//! and [`store::Store`], where what must happen once happens once. [`testing`] has what their tests start.

pub mod store;
pub mod testing;

use std::env;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use countersign::time::UnixTime;
use tokio::net::TcpListener;

/// Whatever keeps a program from starting.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Where lines for the log go: audit records, what became of keys and stores, alarms.
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

/// The environment variable of this name, or what it is by default.
#[must_use]
pub fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// Serves until somebody presses Ctrl-C.
///
/// # Errors
/// The listener's.
pub async fn serve(listener: TcpListener, service: Router) -> Result<(), Error> {
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok(axum::serve(listener, service).with_graceful_shutdown(interrupted).await?)
}
