//! `cargo run -p invoice-provider -- demo`; `README.md` has the rest.

use std::env;
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use invoice_provider::bank::{Bank, JWKS_PATH};
use invoice_provider::client::Client;
use invoice_provider::provider::{Provider, Settings};
use invoice_provider::tour::{self, Lines};
use invoice_provider::{Error, Log, say, serve, setting};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match env::args().nth(1).as_deref() {
        Some("bank") => bank().await,
        Some("provider") => provider().await,
        Some("client") => client().await,
        Some("demo") => demo().await,
        _ => Err("expected one of: bank, provider, client, demo".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn bank() -> Result<(), Error> {
    let listener = TcpListener::bind(setting("BANK_ADDR", "127.0.0.1:8081")).await?;
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err("this bank signs for everybody: it is for loopback addresses only".into());
    }
    say(&format!("bank: listening on http://{address}"));
    serve(listener, Bank::new(&issuer())?.router()).await
}

async fn provider() -> Result<(), Error> {
    let bank = setting("BANK_URL", "http://127.0.0.1:8081");
    let settings = Settings {
        issuer: issuer(),
        jwks_url: setting("JWKS_URL", &format!("{bank}{JWKS_PATH}")),
        cool_down: Duration::from_secs(setting("COOL_DOWN_SECONDS", "60").parse()?),
        redis_url: env::var("REDIS_URL").ok(),
    };
    let provider = Provider::new(&settings, Arc::new(say))?;
    provider.keys().prefetch();
    let listener = TcpListener::bind(setting("PROVIDER_ADDR", "127.0.0.1:8080")).await?;
    say(&format!("provider: listening on http://{}", listener.local_addr()?));
    serve(listener, provider.router()).await
}

async fn client() -> Result<(), Error> {
    let bank = setting("BANK_URL", "http://127.0.0.1:8081");
    let provider = setting("PROVIDER_URL", "http://127.0.0.1:8080");
    tour::run(Client::new(&bank, &provider)?, &issuer(), Lines::default()).await
}

/// All three in one process, on ports of loopback that happen to be free.
async fn demo() -> Result<(), Error> {
    let bank_listener = TcpListener::bind("127.0.0.1:0").await?;
    let bank = format!("http://{}", bank_listener.local_addr()?);
    tokio::spawn(serve(bank_listener, Bank::new(&issuer())?.router()));

    let lines = Lines::default();
    let settings = Settings {
        issuer: issuer(),
        jwks_url: format!("{bank}{JWKS_PATH}"),
        // Of the default of a minute, the demo would spend most in waiting.
        cool_down: Duration::from_secs(2),
        redis_url: env::var("REDIS_URL").ok(),
    };
    let provider_listener = TcpListener::bind("127.0.0.1:0").await?;
    let provider = format!("http://{}", provider_listener.local_addr()?);
    let service = Provider::new(&settings, log_to(&lines))?.router();
    tokio::spawn(serve(provider_listener, service));

    let store = settings.redis_url.as_deref().map_or("in memory", |_| "in Redis");
    say(&format!("bank      {bank}\nprovider  {provider}, its guards {store}"));
    tour::run(Client::new(&bank, &provider)?, &settings.issuer, lines).await
}

fn log_to(lines: &Lines) -> Log {
    let lines = Arc::clone(lines);
    Arc::new(move |line| lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned()))
}

fn issuer() -> String {
    setting("ISSUER", "https://bank.example.vn")
}
