//! Zalo's side, for the demo and the tests: it knows two users, approves what it is asked to, and signs the event as
//! Zalo's server does. It signs for everybody, so it is for loopback alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign::headers::Headers;
use countersign::time::UnixTime;
use countersign::webhook::zalo::MINI_APP;
use countersign::webhook::{Message, Signer};
use serde_json::json;

use crate::Error;
use crate::clock::Clock;

/// Zalo's server, and a device whose finger is always the right one.
pub struct FakeZalo {
    signer: Signer,
    webhook_url: String,
    http: reqwest::Client,
    clock: Clock,
    /// The event that was sent for each `secretData`.
    sent: Mutex<BTreeMap<String, Event>>,
}

/// An event as it is sent.
#[derive(Clone, Debug)]
pub struct Event {
    /// The JSON text.
    pub body: String,
    /// What stands in `X-ZEvent-Signature`.
    pub signature: String,
}

type Shared = Arc<FakeZalo>;

impl FakeZalo {
    /// Zalo's side, which sends its events to this URL and can put this clock ahead.
    ///
    /// # Errors
    /// An API key that is none.
    pub fn new(api_key: &str, webhook_url: String, clock: Clock) -> Result<Arc<Self>, Error> {
        let signer = Signer::new(MINI_APP, api_key)?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Arc::new(Self { signer, webhook_url, http, clock, sent: Mutex::default() }))
    }

    /// The Open API, the device, and the clock of the demo.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/v2.0/me", get(me))
            .route("/device/approve", post(approve))
            .route("/device/again", post(again))
            .route("/clock", post(advance))
            .with_state(self)
    }

    /// The event that says: somebody passed the check for this `secretData`, at this moment.
    ///
    /// # Errors
    /// None where `secretData` is short.
    pub fn event(&self, secret_data: &str, at: UnixTime) -> Result<Event, Error> {
        let event = json!({
            "secretData": secret_data, "event": "biometric.verify.success", "timestamp": at.as_millis(),
        });
        let body = event.to_string();
        let message = Message::new(&Headers::new(&[]), body.as_bytes());
        let signature = self.signer.sign(&message, at)?.signature().to_owned();
        Ok(Event { body, signature })
    }

    /// The user passes the check; the backend hears of it, and this is what it answers.
    ///
    /// # Errors
    /// The backend did not answer.
    pub async fn approve(&self, secret_data: &str) -> Result<u16, Error> {
        let event = self.event(secret_data, self.clock.now())?;
        self.sent().insert(secret_data.to_owned(), event.clone());
        self.send(&event).await
    }

    /// The event for this `secretData` is sent once more, as it was.
    ///
    /// # Errors
    /// There was none, or the backend did not answer.
    pub async fn again(&self, secret_data: &str) -> Result<u16, Error> {
        let event = self.sent().get(secret_data).cloned();
        self.send(&event.ok_or("no event was sent for this secretData")?).await
    }

    /// Sends an event, and gives the status of the answer.
    ///
    /// # Errors
    /// The backend did not answer.
    pub async fn send(&self, event: &Event) -> Result<u16, Error> {
        let request = self.http.post(&self.webhook_url).body(event.body.clone());
        let request = request
            .header("Content-Type", "application/json")
            .header("X-ZEvent-Signature", &event.signature);
        Ok(request.send().await?.status().as_u16())
    }

    fn sent(&self) -> MutexGuard<'_, BTreeMap<String, Event>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Zalo's users, by their access tokens.
pub const USERS: [(&str, &str, &str); 2] = [
    ("access-token-of-an", "4047671499938107249", "Nguyễn An"),
    ("access-token-of-binh", "4047671499938107250", "Trần Bình"),
];

/// `GET /v2.0/me`: an unknown token is refused with status 200.
async fn me(headers: HeaderMap) -> Response {
    let token = headers.get("access_token").map(HeaderValue::as_bytes);
    let user = USERS.iter().find(|(known, _, _)| Some(known.as_bytes()) == token);
    let answer = user.map_or_else(
        || json!({ "error": 452, "message": "Session key invalid" }),
        |(_, id, name)| json!({ "error": 0, "message": "Success", "id": id, "name": name }),
    );
    Json(answer).into_response()
}

async fn approve(State(zalo): State<Shared>, secret_data: String) -> Response {
    said(zalo.approve(&secret_data).await)
}

async fn again(State(zalo): State<Shared>, secret_data: String) -> Response {
    said(zalo.again(&secret_data).await)
}

async fn advance(State(zalo): State<Shared>, seconds: String) -> Response {
    match seconds.parse() {
        Ok(seconds) => {
            zalo.clock.advance(Duration::from_secs(seconds));
            said(Ok(200))
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// What the backend answered, for a page of another origin.
fn said(status: Result<u16, Error>) -> Response {
    let anyone = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    match status {
        Ok(status) => (anyone, status.to_string()).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, anyone, error.to_string()).into_response(),
    }
}
