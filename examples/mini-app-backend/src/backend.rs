//! The backend: what it serves, what it asks its store and Zalo, and what it answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use countersign::audit::{AuditRecord, Decision, LogText, Trace};
use countersign::biometric::{
    BiometricError, BiometricFlow, Confirmation, Issue, Login, LoginRequest,
};
use countersign::class::{AnswerProfile, Class};
use countersign::headers::Headers;
use countersign::json::{self, Limits};
use countersign::partner::zalo::{LOGIN_ANSWERS, WEBHOOK_ANSWERS, Webhook, Zalo, ZaloError};
use countersign::secret::{Secret, SecretSet};
use countersign::time::UnixTime;
use countersign::verified::Evidence;
use countersign::webhook::zalo::{MiniApp, MiniAppEvent};
use example_host::store::Store;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::users::{NoUser, User, Users};
use crate::{Error, Log};

/// What a backend has to be told. It is never printed: most of it is secret.
#[derive(Clone)]
pub struct Settings {
    /// The id of the Zalo app.
    pub app_id: String,
    /// The API key that the Mini App team gave out, under which Zalo signs events.
    pub api_key: String,
    /// The server's own key, from which each `secretData` is derived.
    pub secret_key: String,
    /// Zalo's Open API.
    pub graph_url: String,
    /// The Redis that several backends share, if there are several.
    pub redis_url: Option<String>,
}

/// The backend of a Mini App.
pub struct Backend {
    zalo: Zalo,
    users: Users,
    store: Store,
    clock: Clock,
    log: Log,
    /// When a signature was last looked into: that costs dozens of times what a refusal does.
    diagnosed: Mutex<UnixTime>,
}

type Shared = Arc<Backend>;

/// What was done and by what it can be traced, or why not.
type Outcome = Result<(Value, Trace), Refused>;

impl Backend {
    /// A backend with these settings.
    ///
    /// # Errors
    /// Settings that cannot be.
    pub fn new(settings: &Settings, clock: Clock, log: Log) -> Result<Arc<Self>, Error> {
        let mini_app = MiniApp::builder(&*settings.app_id).api_key("current", &*settings.api_key);
        let secret = Secret::new(settings.secret_key.as_bytes())?;
        let secrets = SecretSet::builder().secret("current", secret).build()?;
        let zalo = Zalo::new(mini_app.build()?, BiometricFlow::builder(secrets).build()?);
        let users = Users::at(&settings.graph_url)?;
        let redis_url = settings.redis_url.as_deref();
        let store = Store::open(redis_url, "mini-app-backend:", Arc::clone(&log))?;
        let diagnosed = Mutex::new(UnixTime::EPOCH);
        Ok(Arc::new(Self { zalo, users, store, clock, log, diagnosed }))
    }

    /// The three routes of the document.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route(START, post(start))
            .route(WEBHOOK, post(webhook))
            .route(VERIFY, post(verify))
            .layer(middleware::from_fn(to_the_end))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self)
    }

    /// Step 1: a challenge for the user of this access token.
    async fn start(&self, body: &[u8]) -> Outcome {
        let limits = Limits { max_bytes: MAX_START_BYTES, max_depth: 1 };
        let request: Start =
            json::from_slice(body, limits).map_err(BiometricError::RequestMalformed)?;
        let now = self.clock.now();
        let mut issue = self.zalo.issue(&request.access_token, now)?;
        // Before anything is written down: strangers fill no store.
        self.users.of(&request.access_token).await?;
        loop {
            match issue {
                Issue::Issued(challenge) => {
                    let secret_data = challenge.secret_data().as_str();
                    let event_time = challenge.event_time();
                    let body = json!({ "secretData": secret_data, "eventTime": event_time });
                    return Ok((body, Trace::default()));
                }
                Issue::Owes(pending) => {
                    let answer = self.store.apply(pending.step(), now).await;
                    issue = pending.finish(answer, self.clock.now())?;
                }
            }
        }
    }

    /// Step 4: an event of Zalo's server, written down before it is answered.
    async fn webhook(&self, headers: &HeaderMap, body: &[u8]) -> Outcome {
        let fields: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let headers = Headers::new(&fields);
        let now = self.clock.now();
        let event = self.zalo.webhook(&headers, body, now).inspect_err(|error| {
            self.diagnose(error, &headers, body, now);
        })?;
        let trace = match event {
            Webhook::Confirms(pending) => {
                let trace = trace_of(pending.evidence());
                let answer = self.store.apply(pending.step(), now).await;
                let (Confirmation::Confirmed | Confirmation::Duplicate) = pending.finish(answer)?;
                trace
            }
            Webhook::Other(event) => {
                self.other(&event);
                trace_of(event.evidence())
            }
        };
        Ok((json!({ "code": "OK" }), trace))
    }

    /// Step 5: a login, and whose it is.
    async fn verify(&self, body: &[u8]) -> Outcome {
        let request = LoginRequest::parse(body)?;
        let now = self.clock.now();
        let mut login = self.zalo.login(&request, now)?;
        let approved = loop {
            match login {
                Login::Approved(approved) => break approved,
                Login::Owes(pending) => {
                    let answer = self.store.apply(pending.step(), now).await;
                    login = pending.finish(answer, self.clock.now())?;
                }
            }
        };
        // The challenge is used up. Where Zalo does not answer now, the user starts again.
        let User { id, name } = self.users.of(approved.access_token()).await?;
        // Here the host opens its session.
        Ok((json!({ "userId": id, "name": name }), trace_of(approved.evidence())))
    }

    fn other(&self, event: &MiniAppEvent<'_>) {
        if let MiniAppEvent::ConsentRevoked(_) = event {
            // Here the host deletes what it has of `event.user_id()`, and stores that it did.
            (self.log)("consent revoked: delete the user's data");
        }
    }

    /// Logs why a signature may not match, once a minute at most.
    fn diagnose(&self, error: &ZaloError, headers: &Headers<'_>, body: &[u8], now: UnixTime) {
        if error.class() != Class::Forged {
            return;
        }
        if self.may_diagnose(now)
            && let Some(fault) = self.zalo.diagnose(headers, body, now)
        {
            (self.log)(&format!("webhook: {fault}"));
        }
    }

    /// Nobody waits for a diagnosis but the message that it is of: the lock is free again.
    fn may_diagnose(&self, now: UnixTime) -> bool {
        let mut last = self.diagnosed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = now.saturating_since(*last) >= BETWEEN_DIAGNOSES;
        if is_due {
            *last = now;
        }
        is_due
    }

    fn answer(&self, path: &str, answers: &AnswerProfile, outcome: Outcome) -> Response {
        let (decision, trace, answer) = match outcome {
            Ok((body, trace)) => (Decision::Accepted, trace, (StatusCode::OK, body)),
            Err(Refused { code, class }) => {
                let answer = answers.answer(class, code);
                let status = StatusCode::from_u16(answer.status);
                let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let answered = (status, json!({ "code": answer.code }));
                (Decision::refused(code, class, answer), Trace::default(), answered)
            }
        };
        if matches!(decision, Decision::Refused { code: "biometric.replay_after_use", .. }) {
            (self.log)("ALARM: an event came again after its challenge was used");
        }
        let action = LogText::new(&format!("POST:{path}"));
        let record = AuditRecord::new("zalo", action, decision, trace, self.clock.now());
        (self.log)(&format!("audit: {record}"));
        (answer.0, Json(answer.1)).into_response()
    }
}

async fn start(State(backend): State<Shared>, body: Bytes) -> Response {
    let outcome = backend.start(&body).await;
    backend.answer(START, &LOGIN_ANSWERS, outcome)
}

async fn webhook(State(backend): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = backend.webhook(&headers, &body).await;
    backend.answer(WEBHOOK, &WEBHOOK_ANSWERS, outcome)
}

async fn verify(State(backend): State<Shared>, body: Bytes) -> Response {
    let outcome = backend.verify(&body).await;
    backend.answer(VERIFY, &LOGIN_ANSWERS, outcome)
}

/// By which of our keys: to see when the last use of an old one is over.
fn trace_of(evidence: &Evidence) -> Trace {
    let mut trace = Trace::default().with_evidence(evidence);
    trace.key_id = evidence.key_id.as_deref().map(LogText::new);
    trace
}

/// A request goes on in a task of its own: whoever hangs up leaves no challenge used up and not audited. Nobody's slow
/// body, and no slow store, holds a connection for long.
async fn to_the_end(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWERS_WITHIN, tokio::spawn(next.run(request))).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panicked)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(_elapsed) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The body of `POST /biometric/start`. The document gives it no form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Start {
    access_token: String,
}

/// Why a request was refused: by the library, or because Zalo vouches for nobody.
struct Refused {
    code: &'static str,
    class: Class,
}

impl From<BiometricError> for Refused {
    fn from(error: BiometricError) -> Self {
        Self { code: error.code(), class: error.class() }
    }
}

impl From<ZaloError> for Refused {
    fn from(error: ZaloError) -> Self {
        Self { code: error.code(), class: error.class() }
    }
}

impl From<NoUser> for Refused {
    fn from(error: NoUser) -> Self {
        match error {
            NoUser::TokenUnknown => Self { code: "host.token_unknown", class: Class::Forged },
            NoUser::Unavailable => {
                Self { code: "host.zalo_unavailable", class: Class::Unavailable }
            }
        }
    }
}

const START: &str = "/biometric/start";
const WEBHOOK: &str = "/webhook/zalo";
const VERIFY: &str = "/biometric/verify";

/// What the library takes of an event; logins are smaller.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// An access token of 4 KiB, and what is around it.
const MAX_START_BYTES: usize = 8 * 1024;

/// Longer than Zalo and a store together may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

const BETWEEN_DIAGNOSES: Duration = Duration::from_secs(60);
