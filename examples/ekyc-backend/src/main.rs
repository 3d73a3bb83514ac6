//! `cargo run -p ekyc-backend`; `README.md` has the rest.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match ekyc_backend::tour::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
