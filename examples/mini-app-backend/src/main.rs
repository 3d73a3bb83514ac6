//! `cargo run -p mini-app-backend -- demo`; `README.md` has the rest.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use countersign::partner::zalo::is_webhook_url;
use mini_app_backend::backend::{Backend, Settings};
use mini_app_backend::clock::Clock;
use mini_app_backend::fake_zalo::FakeZalo;
use mini_app_backend::{Error, page, say, serve, setting};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match env::args().nth(1).as_deref() {
        Some("serve") => backend().await,
        Some("demo") => demo().await,
        _ => Err("expected one of: serve, demo".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The three routes and nothing else, by the system's clock.
async fn backend() -> Result<(), Error> {
    let settings = Settings {
        app_id: required("ZALO_APP_ID")?,
        api_key: required("ZALO_API_KEY")?,
        secret_key: required("SECRET_KEY")?,
        graph_url: setting("GRAPH_URL", "https://graph.zalo.me"),
        redis_url: env::var("REDIS_URL").ok(),
    };
    if env::var("WEBHOOK_URL").is_ok_and(|url| !is_webhook_url(&url)) {
        return Err("WEBHOOK_URL: Zalo takes https on a public domain".into());
    }
    let backend = Backend::new(&settings, Clock::default(), Arc::new(say))?;
    let listener = TcpListener::bind(setting("BACKEND_ADDR", "127.0.0.1:8080")).await?;
    say(&format!("backend: listening on http://{}", listener.local_addr()?));
    serve(listener, backend.router()).await
}

/// Backend, page and Zalo's side in one process, on loopback.
async fn demo() -> Result<(), Error> {
    let listener = TcpListener::bind(setting("BACKEND_ADDR", "127.0.0.1:8080")).await?;
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err("the demo approves whatever it is asked to: it is for loopback alone".into());
    }
    let zalo_listener = TcpListener::bind("127.0.0.1:0").await?;
    let zalo_url = format!("http://{}", zalo_listener.local_addr()?);

    let clock = Clock::default();
    let settings = Settings {
        app_id: "2646373759294038927".to_owned(),
        api_key: "zalo-mini-app-api-key".to_owned(),
        secret_key: "the server's own secret key".to_owned(),
        graph_url: zalo_url.clone(),
        redis_url: env::var("REDIS_URL").ok(),
    };
    let backend = Backend::new(&settings, clock.clone(), Arc::new(say))?;
    let zalo = FakeZalo::new(&settings.api_key, format!("http://{address}/webhook/zalo"), clock)?;
    tokio::spawn(serve(zalo_listener, zalo.router()));
    say(&format!("open http://{address}/ in a browser; every decision is logged here"));
    serve(listener, backend.router().merge(page::router(&zalo_url)?)).await
}

fn required(name: &str) -> Result<String, Error> {
    env::var(name).map_err(|_| format!("{name} is not set").into())
}
