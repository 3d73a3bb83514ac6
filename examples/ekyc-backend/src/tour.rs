//! Everything in one process: both models in either scheme, what a dishonest app tries, and an upload of 20 MB.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use countersign::httpsig::Origin;
use countersign::key::{Algorithm, SigningKey};
use countersign::partner::vnpt_bioid::Profile;
use tokio::net::TcpListener;

use crate::app::{App, Photographs, handed_on};
use crate::backend::{Backend, HandedOn, Settings};
use crate::service::Service;
use crate::spool::Spools;
use crate::wire::{self, Exchange};
use crate::{Error, KycResult, Log, say};

/// An app, a backend and a service that are up, on ports of loopback that happen to be free.
pub struct World {
    /// The app, on a device that the backend enrolled.
    pub app: App,
    /// The backend.
    pub backend: Arc<Backend>,
    /// The service.
    pub service: Arc<Service>,
    /// Where the app has its photographs.
    pub spools: Spools,
    /// Where the backend is.
    pub backend_url: String,
}

impl World {
    /// Starts all three.
    ///
    /// # Errors
    /// No port, or no disk.
    pub async fn start(profile: Profile, log: Log) -> Result<Self, Error> {
        let app_key = SigningKey::from_pem(APP_KEY)?.with_id("device-1");
        let backend_key = SigningKey::from_pem(BACKEND_KEY)?.with_id("backend-1");
        let service_key = SigningKey::from_pem(SERVICE_KEY)?.with_id("bioid-1");
        let service_key = service_key.with_algorithm(Algorithm::Rs256)?;
        let public_keys = (backend_key.verifying_key(), service_key.verifying_key());

        let app_public = app_key.verifying_key();
        let (public_backend, public_service) = public_keys;
        let at_service = Listener::bind().await?;
        let service_url = at_service.url.clone();
        let here = (profile, at_service.origin.clone());
        let service = Service::new(here, service_key, public_backend.clone(), app_public.clone())?;
        at_service.serve(Arc::clone(&service).router());
        let at_backend = Listener::bind().await?;
        let backend_url = at_backend.url.clone();
        let settings = Settings {
            profile,
            origin: at_backend.origin.clone(),
            key: backend_key,
            service_key: public_service.clone(),
            service: service_url.clone(),
            spools: Spools::within(&std::env::temp_dir(), "ekyc-backend")?,
            redis_url: std::env::var("REDIS_URL").ok(),
        };
        let backend = Backend::new(settings, log)?;
        backend.enrol(app_public)?;
        at_backend.serve(Arc::clone(&backend).router());
        let (of_backend, of_service) =
            ((&*backend_url, public_backend), (&*service_url, public_service));
        let app = App::new(profile, app_key, of_backend, of_service)?;
        let spools = Spools::within(&std::env::temp_dir(), "ekyc-app")?;
        Ok(Self { app, backend, service, spools, backend_url })
    }
}

/// A port of loopback that happens to be free, known before anything is served there.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    /// Where it is.
    pub url: String,
    /// The same, as requests are signed for it.
    pub origin: Origin,
}

impl Listener {
    /// Takes a port.
    ///
    /// # Errors
    /// There is none.
    pub async fn bind() -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let origin = Origin::new("http", &address)?;
        Ok(Self { listener, url: format!("http://{address}"), origin })
    }

    /// Serves this there.
    pub fn serve(self, service: Router) {
        tokio::spawn(example_host::serve(self.listener, service));
    }
}

/// Walks through both models in both schemes.
///
/// # Errors
/// Anything that is not as it should be.
pub async fn run() -> Result<(), Error> {
    for (name, profile) in [("RFC 9421", crate::RFC_9421), ("draft-cavage-07", crate::CAVAGE_07)] {
        say(&format!("\n{name}"));
        let log: Log = Arc::new(|line| say(&format!("      {line}")));
        let world = World::start(profile, log).await?;
        let photographs = Photographs::take(&world.spools, 300_000).await?;
        backend_to_backend(&world, &photographs).await?;
        frontend_to_backend(&world, &photographs).await?;
    }
    let quiet: Log = Arc::new(|_| ());
    let world = World::start(crate::RFC_9421, quiet).await?;
    say("\n20 MB, through app, backend and service in this one process");
    twenty_megabytes(&world).await
}

async fn backend_to_backend(world: &World, photographs: &Photographs) -> Result<(), Error> {
    say("  model 1: the app sends its photographs to the backend");
    let World { app, service, .. } = world;
    let first = app.upload(photographs).await?;
    expect(app, "genuine photographs", &first, "approved")?;
    service.set_passes(false);
    expect(app, "the service says no", &app.upload(photographs).await?, "declined")?;
    service.set_passes(true);

    let http = reqwest::Client::builder().no_proxy().build()?;
    let mut changed = app.signed_upload(photographs, "changed").await?;
    *changed.body_mut() = vec![0; usize::try_from(photographs.bytes())?].into();
    let changed = wire::send(&http, changed).await?;
    expect(app, "other photographs under its signature", &changed, "SIGNATURE_REFUSED")?;
    let mut boundary = app.signed_upload(photographs, "boundary").await?;
    let other = HeaderValue::from_static("multipart/form-data; boundary=other");
    boundary.headers_mut().insert("content-type", other);
    let boundary = wire::send(&http, boundary).await?;
    expect(app, "another boundary", &boundary, "SIGNATURE_REFUSED")
}

async fn frontend_to_backend(world: &World, photographs: &Photographs) -> Result<(), Error> {
    say("  model 2: the app calls the service, and hands its result on");
    let World { app, service, .. } = world;
    service.set_passes(false);
    let session = app.open_session().await?;
    let failed = handed_on(&app.call_service(photographs, &session).await?);
    let passed = serde_json::to_string(&KycResult { passed: true, score: 99 })?;

    let forged = HandedOn { body: passed.clone(), ..failed.clone() };
    expect(app, "a forged result", &app.hand_on(&forged).await?, "SIGNATURE_REFUSED")?;
    let unsigned = HandedOn { fields: Vec::new(), ..forged };
    expect(app, "… without any signature", &app.hand_on(&unsigned).await?, "SIGNATURE_REFUSED")?;
    expect(app, "what the service said", &app.hand_on(&failed).await?, "declined")?;
    expect(app, "the same again", &app.hand_on(&failed).await?, "CONTENT")?;

    service.set_passes(true);
    let session = app.open_session().await?;
    let others = HandedOn { request_id: session.request_id.clone(), ..failed };
    expect(
        app,
        "the result of another session",
        &app.hand_on(&others).await?,
        "SIGNATURE_REFUSED",
    )?;
    let said = handed_on(&app.call_service(photographs, &session).await?);
    expect(app, "what the service said", &app.hand_on(&said).await?, "approved")?;

    let session = app.open_session().await?;
    let said = handed_on(&app.call_service(photographs, &session).await?);
    let asked = HandedOn { fields: Vec::new(), ..said };
    expect(app, "unsigned, and the service is asked", &app.hand_on(&asked).await?, "approved")
}

async fn twenty_megabytes(world: &World) -> Result<(), Error> {
    let small = Photographs::take(&world.spools, 100_000).await?;
    world.app.upload(&small).await?;
    let large = Photographs::take(&world.spools, 20_000_000).await?;
    let before = peak_kibibytes();
    expect(&world.app, "20 MB of photographs", &world.app.upload(&large).await?, "approved")?;
    match (before, peak_kibibytes()) {
        (Some(before), Some(after)) => {
            say(&format!("  the peak of memory rose by {} KiB, from {before} KiB", after - before));
        }
        _ => say("  this system does not say how much memory was used"),
    }
    Ok(())
}

/// The most memory that this process ever had, in KiB, where the system says so.
#[must_use]
pub fn peak_kibibytes() -> Option<u64> {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn expect(app: &App, title: &str, exchange: &Exchange, expected: &str) -> Result<(), Error> {
    let said = said(app, exchange);
    say(&format!("    {title:<42} {} {said}", exchange.status.as_u16()));
    if said == expected {
        Ok(())
    } else {
        Err(format!("{title}: expected {expected}, found {said}").into())
    }
}

/// The decision, where it is the backend's own, else the code of the refusal.
#[must_use]
pub fn said(app: &App, exchange: &Exchange) -> String {
    match app.decision(exchange) {
        Ok(decision) => decision.decision,
        Err(_unsigned) => {
            let refusal: serde_json::Value =
                serde_json::from_slice(&exchange.body).unwrap_or_default();
            refusal.get("code").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        }
    }
}

/// Published with this repository: never trust one of them anywhere.
const APP_KEY: &str = include_str!("../../../tests/keys/ed25519.pem");
const BACKEND_KEY: &str = include_str!("../../../tests/keys/p256.pem");
const SERVICE_KEY: &str = include_str!("../../../tests/keys/rsa2048.pem");
