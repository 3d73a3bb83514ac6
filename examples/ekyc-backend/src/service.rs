//! A stand-in for the VNPT BioID service: it verifies and signs as document `000` asks for, and says what it is told to say.
//!
//! The real one's addresses, bodies and header dialect are not public.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::post;
use countersign::httpsig::{MessageSigner, Origin, Scheme};
use countersign::key::{SigningKey, VerifyingKey};
use countersign::partner::vnpt_bioid::{
    App, BackendToBackend, CustomerBackend, FrontendToBackend, MessageFrom, Model, Party, Profile,
    Role, VnptBioId,
};
use countersign::verified::Verified;
use example_host::store::Store;
use serde::Deserialize;

use crate::wire::{self, Refused, Sink};
use crate::{Error, KycResult, now};

/// The service.
pub struct Service {
    profile: Profile,
    origin: Origin,
    key: SigningKey,
    of_backends: VnptBioId<BackendToBackend>,
    of_apps: VnptBioId<FrontendToBackend>,
    store: Store,
    passes: AtomicBool,
    results: Mutex<BTreeMap<String, KycResult>>,
}

type Shared = Arc<Service>;

impl Service {
    /// A service that is seen there, with this key, for one customer with this backend and this app.
    ///
    /// # Errors
    /// Keys that cannot be those of three parties.
    pub fn new(
        (profile, origin): (Profile, Origin),
        key: SigningKey,
        backend: VerifyingKey,
        app: VerifyingKey,
    ) -> Result<Shared, Error> {
        let of_backends = VnptBioId::builder(Role::BioId, profile);
        let of_apps = VnptBioId::builder(Role::BioId, profile);
        Ok(Arc::new(Self {
            profile,
            origin,
            key,
            of_backends: of_backends.key(Role::CustomerBackend, backend.clone()).build()?,
            of_apps: of_apps.key(Role::CustomerBackend, backend).key(Role::App, app).build()?,
            store: Store::open(None, "", Arc::new(|_| ()))?,
            passes: AtomicBool::new(true),
            results: Mutex::default(),
        }))
    }

    /// What it says of everybody from now on.
    pub fn set_passes(&self, passes: bool) {
        self.passes.store(passes, Ordering::Relaxed);
    }

    /// The endpoints: for backends, for apps, and for backends that ask what an app was told.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/v1/kyc", post(of_backend))
            .route("/v1/app/kyc", post(of_app))
            .route("/v1/kyc/result", post(said))
            .with_state(self)
    }

    /// Model 1, step 4.
    async fn of_backend(&self, head: &Parts, body: Body) -> Result<Response, Refused> {
        self.take::<_, CustomerBackend>(&self.of_backends, head, body, &mut Sink::Nowhere).await?;
        let signer = self.of_backends.answer_signer::<CustomerBackend>(self.key.clone())?;
        self.answer(head, &self.verdict(), vec![("answer", signer)])
    }

    /// Model 2, step 3: an answer that the app can verify, and a result that it can hand on.
    async fn of_app(&self, head: &Parts, body: Body) -> Result<Response, Refused> {
        let asked = self.take::<_, App>(&self.of_apps, head, body, &mut Sink::Nowhere).await?;
        let result = self.verdict();
        let request_id = asked.get("x-request-id").unwrap_or_default().to_owned();
        self.results().insert(request_id, result.clone());
        let mut signers = vec![("answer", self.of_apps.answer_signer::<App>(self.key.clone())?)];
        if self.profile.scheme() == Scheme::Rfc9421 {
            signers.push(("result", self.of_apps.result_signer(self.key.clone())?));
        }
        self.answer(head, &result, signers)
    }

    /// What the app was told under this id.
    async fn said(&self, head: &Parts, body: Body) -> Result<Response, Refused> {
        let mut sink = Sink::Memory(Vec::new());
        self.take::<_, CustomerBackend>(&self.of_apps, head, body, &mut sink).await?;
        let Sink::Memory(body) = sink else { return Err(Refused::TooLarge) };
        let Asked { request_id } =
            serde_json::from_slice(&body).map_err(|_| Refused::Content("no request id"))?;
        let result = self.results().get(&request_id).cloned();
        let result = result.ok_or(Refused::Content("no such request"))?;
        let signer = self.of_apps.answer_signer::<CustomerBackend>(self.key.clone())?;
        self.answer(head, &result, vec![("answer", signer)])
    }

    async fn take<M: Model, S: Party>(
        &self,
        side: &VnptBioId<M>,
        head: &Parts,
        body: Body,
        sink: &mut Sink,
    ) -> Result<Verified<MessageFrom<'static, S>>, Refused> {
        let here = (&self.origin, &self.store);
        wire::take(side, |key_id| side.keys(key_id, now()), here, (head, body), sink).await
    }

    fn answer(
        &self,
        head: &Parts,
        result: &KycResult,
        signers: Vec<(&str, MessageSigner)>,
    ) -> Result<Response, Refused> {
        let body = serde_json::to_vec(result).map_err(Error::from)?;
        Ok(wire::answered(&self.origin, head, body, &self.profile, &signers)?)
    }

    fn verdict(&self) -> KycResult {
        let passed = self.passes.load(Ordering::Relaxed);
        KycResult { passed, score: if passed { 98 } else { 12 } }
    }

    fn results(&self) -> MutexGuard<'_, BTreeMap<String, KycResult>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Asked {
    request_id: String,
}

fn respond(outcome: Result<Response, Refused>) -> Response {
    outcome.unwrap_or_else(|refused| refused.respond())
}

async fn of_backend(State(service): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    respond(service.of_backend(&head, body).await)
}

async fn of_app(State(service): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    respond(service.of_app(&head, body).await)
}

async fn said(State(service): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    respond(service.said(&head, body).await)
}
