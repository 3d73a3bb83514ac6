//! The customer's backend: what it serves in both models, and what it decides by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::post;
use countersign::headers::Headers;
use countersign::httpsig::Origin;
use countersign::key::{SigningKey, VerifyingKey};
use countersign::partner::vnpt_bioid::{
    App, BackendToBackend, BioId, BioIdError, FrontendToBackend, Keys, MessageFrom, Model, Profile,
    Relayed, Role, VnptBioId,
};
use countersign::verified::Verified;
use example_host::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::spool::{Spooled, Spools};
use crate::wire::{self, Exchange, JSON, Outgoing, Payload, Refused, Sink};
use crate::{Decision, Error, KycResult, Log, now};

/// What a backend has to be told.
pub struct Settings {
    /// What signatures look like.
    pub profile: Profile,
    /// Where apps see it.
    pub origin: Origin,
    /// The key that it signs with.
    pub key: SigningKey,
    /// The service's key, from VNPT.
    pub service_key: VerifyingKey,
    /// Where the service is.
    pub service: String,
    /// Where uploads are while they are verified.
    pub spools: Spools,
    /// The Redis that several backends share, if there are several.
    pub redis_url: Option<String>,
}

/// The backend.
pub struct Backend {
    settings: Settings,
    /// The side of model 1, in which photographs come here.
    direct: VnptBioId<BackendToBackend>,
    /// The side of model 2, in which results come here.
    relaying: VnptBioId<FrontendToBackend>,
    store: Store,
    tables: Mutex<Tables>,
    http: reqwest::Client,
    log: Log,
}

/// In place of a database.
#[derive(Default)]
struct Tables {
    /// The key of each enrolled device, by its id.
    devices: BTreeMap<String, VerifyingKey>,
    /// Which device may hand a result on, by the request id that it was given.
    sessions: BTreeMap<String, Arc<str>>,
}

type Shared = Arc<Backend>;

impl Backend {
    /// A backend that serves both models.
    ///
    /// # Errors
    /// Settings that cannot be.
    pub fn new(settings: Settings, log: Log) -> Result<Shared, Error> {
        Ok(Arc::new(Self {
            direct: side(&settings)?,
            relaying: side(&settings)?,
            store: Store::open(settings.redis_url.as_deref(), PREFIX, Arc::clone(&log))?,
            tables: Mutex::default(),
            http: wire::client(SERVICE_WITHIN)?,
            settings,
            log,
        }))
    }

    /// Knows the key of a device, which came with the customer's login and not in a request like these.
    ///
    /// # Errors
    /// A key that is not for an app.
    pub fn enrol(&self, device: VerifyingKey) -> Result<(), BioIdError> {
        self.relaying.enrolled([device.clone()])?;
        let id = device.id().ok_or(BioIdError::KeyIdMissing)?.to_string();
        self.tables().devices.insert(id, device);
        Ok(())
    }

    /// The endpoints.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/ekyc", post(ekyc))
            .route("/sessions", post(open_session))
            .route("/kyc-result", post(kyc_result))
            .with_state(self)
    }

    /// Model 1, steps 2 to 5: photographs come in, the service is asked, and the answer decides.
    async fn ekyc(&self, head: &Parts, body: Body) -> Result<Decision, Refused> {
        let mut sink = Sink::File(self.settings.spools.open().await?);
        let upload = self.take(&self.direct, head, body, &mut sink).await?;
        let Sink::File(spool) = sink else { return Err(Refused::TooLarge) };
        let photographs = spool.finish().await?;
        let content_type = upload.get("content-type").unwrap_or_default();
        // Nobody's bytes but an enrolled device's come as far as a parser.
        check_parts(content_type, &photographs).await?;
        let digest = upload.get(self.settings.profile.digest_field().name()).unwrap_or_default();
        let outgoing = Outgoing {
            url: format!("{}/v1/kyc", self.settings.service),
            content_type,
            digest: digest.to_owned(),
            request_id: &wire::new_request_id()?,
            body: Payload::File(&photographs),
        };
        let exchange = self.ask(&self.direct, outgoing).await?;
        let answer =
            exchange.answer_of::<_, BioId>(&self.direct).map_err(Refused::ServiceRefused)?;
        let result = self.direct.result(answer).map_err(Refused::ServiceRefused)?;
        Ok(decide(&result))
    }

    /// Model 2, before step 2: the id under which this device may have itself checked.
    async fn open_session(&self, head: &Parts, body: Body) -> Result<Session, Refused> {
        let mut sink = Sink::Memory(Vec::new());
        let asked = self.take(&self.relaying, head, body, &mut sink).await?;
        let request_id = wire::new_request_id()?;
        let device = device_of(&asked);
        self.tables().sessions.insert(request_id.clone(), device);
        Ok(Session { request_id })
    }

    /// Model 2, steps 4 and 5: what the app says that the service said.
    async fn kyc_result(&self, head: &Parts, body: Body) -> Result<Decision, Refused> {
        let mut sink = Sink::Memory(Vec::new());
        let handed_on = self.take(&self.relaying, head, body, &mut sink).await?;
        let Sink::Memory(body) = sink else { return Err(Refused::TooLarge) };
        let handed: HandedOn =
            serde_json::from_slice(&body).map_err(|_| Refused::Content("not a result"))?;
        let own_session = Some(device_of(&handed_on));
        let unknown = Refused::Content("no such session of this device");
        if self.tables().sessions.get(&handed.request_id).cloned() != own_session {
            return Err(unknown);
        }
        let result = match handed.fields.is_empty() {
            false => self.by_signature(&handed).await?,
            true => self.by_asking(&handed).await?,
        };
        // Of two that come at once, one ends the session. One that was refused may be tried again.
        if self.tables().sessions.remove(&handed.request_id) != own_session {
            return Err(unknown);
        }
        Ok(decide(&result))
    }

    /// By the service's own signature, which the app handed on with its result.
    async fn by_signature(&self, handed: &HandedOn) -> Result<Verified<KycResult>, Refused> {
        let fields: Vec<(&str, &[u8])> =
            handed.fields.iter().map(|(name, value)| (&**name, value.as_bytes())).collect();
        let response = countersign::httpsig::Response::new(handed.status, Headers::new(&fields));
        let relayed = Relayed::new(response, handed.body.as_bytes());
        let pending = self.relaying.verify_relayed(relayed, &handed.request_id, now())?;
        let answer = self.store.apply(pending.step(), now()).await;
        Ok(pending.finish(answer, now())?)
    }

    /// By asking the service what it said.
    async fn by_asking(&self, handed: &HandedOn) -> Result<Verified<KycResult>, Refused> {
        let body = json!({ "request_id": handed.request_id }).to_string().into_bytes();
        let outgoing = Outgoing {
            url: format!("{}/v1/kyc/result", self.settings.service),
            content_type: JSON,
            digest: self.settings.profile.digest_field().value(&body),
            request_id: &wire::new_request_id()?,
            body: Payload::Memory(body),
        };
        let exchange = self.ask(&self.relaying, outgoing).await?;
        let answer =
            exchange.answer_of::<_, BioId>(&self.relaying).map_err(Refused::ServiceRefused)?;
        let relayed = Relayed::<KycResult>::unsigned(handed.body.as_bytes());
        Ok(self.relaying.confirm_relayed(relayed, answer)?)
    }

    async fn take<M: Model>(
        &self,
        side: &VnptBioId<M>,
        head: &Parts,
        body: Body,
        sink: &mut Sink,
    ) -> Result<Verified<MessageFrom<'static, App>>, Refused> {
        let keys = |key_id: Option<&str>| self.device_keys(side, key_id);
        let here = (&self.settings.origin, &self.store);
        wire::take(side, keys, here, (head, body), sink).await
    }

    fn device_keys<M: Model>(
        &self,
        side: &VnptBioId<M>,
        key_id: Option<&str>,
    ) -> Result<Keys<App>, BioIdError> {
        side.enrolled(key_id.and_then(|id| self.tables().devices.get(id).cloned()))
    }

    async fn ask<M: Model>(
        &self,
        side: &VnptBioId<M>,
        outgoing: Outgoing<'_>,
    ) -> Result<Exchange, Refused> {
        let signer = side.request_signer::<BioId>(self.settings.key.clone())?;
        let unavailable = |error: Error| {
            (self.log)(&format!("ALARM: the service: {}", wire::with_causes(&*error)));
            Refused::ServiceUnavailable
        };
        let message =
            wire::signed(outgoing, &self.settings.profile, &signer).await.map_err(unavailable)?;
        let exchange = wire::send(&self.http, message).await.map_err(unavailable)?;
        if exchange.status.is_success() { Ok(exchange) } else { Err(Refused::ServiceUnavailable) }
    }

    /// Step 5: the answer to the app, signed where it says anything.
    fn answer<T: Serialize>(
        &self,
        route: &str,
        head: &Parts,
        outcome: Result<T, Refused>,
    ) -> Response {
        let content = match outcome {
            Ok(content) => content,
            Err(refused) => {
                (self.log)(&format!("{route} refused, {}", refused.reason()));
                return refused.respond();
            }
        };
        (self.log)(&format!("{route} accepted"));
        let signer = self.direct.answer_signer::<App>(self.settings.key.clone());
        let answer = signer.map_err(Error::from).and_then(|signer| {
            let body = serde_json::to_vec(&content)?;
            let Settings { origin, profile, .. } = &self.settings;
            wire::answered(origin, head, body, profile, &[("sig1", signer)])
        });
        answer.unwrap_or_else(|error| {
            (self.log)(&format!("ALARM: {error}"));
            Refused::Failed(error).respond()
        })
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn side<M: Model>(settings: &Settings) -> Result<VnptBioId<M>, Error> {
    let side = VnptBioId::builder(Role::CustomerBackend, settings.profile);
    Ok(side.key(Role::BioId, settings.service_key.clone()).build()?)
}

/// By nothing but what the service said, whichever way it came.
fn decide(result: &Verified<KycResult>) -> Decision {
    let passed = result.passed && result.score >= ENOUGH;
    Decision { decision: if passed { "approved" } else { "declined" }.to_owned() }
}

fn device_of(message: &Verified<MessageFrom<'_, App>>) -> Arc<str> {
    message.evidence().key_id.clone().unwrap_or_default()
}

/// Whether the parts of a body are the three photographs, each once.
async fn check_parts(content_type: &str, body: &Spooled) -> Result<(), Refused> {
    const MALFORMED: Refused = Refused::Content("not a multipart body");
    let mut request = Request::new(Body::from_stream(body.stream().await?));
    let content_type = HeaderValue::from_str(content_type).map_err(|_| MALFORMED)?;
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    // Its bytes were counted when they came.
    DefaultBodyLimit::disable().apply(&mut request);
    let multipart = Multipart::from_request(request, &()).await;
    let mut multipart = multipart.map_err(|_| MALFORMED)?;
    let mut missing = BTreeSet::from(PHOTOGRAPHS);
    while let Some(mut part) = multipart.next_field().await.map_err(|_| MALFORMED)? {
        if !part.name().is_some_and(|name| missing.remove(name)) {
            return Err(Refused::Content("a part that is no photograph, or there twice"));
        }
        while let Some(_piece) = part.chunk().await.map_err(|_| MALFORMED)? {
            // A real backend writes it to where photographs are kept.
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Refused::Content("a photograph is missing")) }
}

async fn ekyc(State(backend): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let outcome = backend.ekyc(&head, body).await;
    backend.answer("/ekyc", &head, outcome)
}

async fn open_session(State(backend): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let outcome = backend.open_session(&head, body).await;
    backend.answer("/sessions", &head, outcome)
}

async fn kyc_result(State(backend): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let outcome = backend.kyc_result(&head, body).await;
    backend.answer("/kyc-result", &head, outcome)
}

/// What an app is given before it calls the service itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Session {
    /// The id under which it must call the service.
    pub request_id: String,
}

/// How this backend has its app hand on what the service answered: of its own making, as the document shows no format.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct HandedOn {
    /// The id under which the app called the service.
    pub request_id: String,
    /// The status of the service's answer.
    pub status: u16,
    /// Its fields; none where the service signs no results.
    pub fields: Vec<(String, String)>,
    /// Its body, to the byte.
    pub body: String,
}

/// The photographs of step 1.
pub const PHOTOGRAPHS: [&str; 3] = ["portrait", "front", "back"];

/// What a bank might ask for.
const ENOUGH: u8 = 80;

/// Tells our keys from those of others in the same Redis.
const PREFIX: &str = "ekyc-backend:";

/// How long the service may take for three photographs.
const SERVICE_WITHIN: Duration = Duration::from_secs(60);
