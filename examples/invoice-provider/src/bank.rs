//! A bank for the demo: it publishes its keys, rotates them, and signs whatever it is asked to.
//!
//! A real bank keeps its key in an HSM (S1-30: `jwt::RemoteSigner`) and signs for its own users alone. This
//! one is for loopback only.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign::jwt::TokenSigner;
use countersign::key::{Algorithm, SigningKey};
use serde_json::{Map, Value, json};

use crate::{Error, now};

/// The bank.
pub struct Bank {
    issuer: String,
    /// The newest first, which signs; the one before it is still published, for tokens under way.
    keys: Mutex<Vec<SigningKey>>,
    rotations: AtomicU64,
    tokens: AtomicU64,
    fetches: AtomicU64,
}

impl Bank {
    /// A bank with its first key, `key-1`.
    ///
    /// # Errors
    /// None, as long as the keys of the demo are there.
    pub fn new(issuer: &str) -> Result<Arc<Self>, Error> {
        Self::with_key(issuer, FIRST_KEY)
    }

    /// Somebody who signs with a key of their own under the bank's key id.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn impostor(issuer: &str) -> Result<Arc<Self>, Error> {
        Self::with_key(issuer, IMPOSTORS_KEY)
    }

    fn with_key(issuer: &str, pem: &str) -> Result<Arc<Self>, Error> {
        let key = SigningKey::from_pem(pem)?.with_id("key-1");
        Ok(Arc::new(Self {
            issuer: issuer.to_owned(),
            keys: Mutex::new(vec![key]),
            rotations: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            fetches: AtomicU64::new(0),
        }))
    }

    /// What the bank serves.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route(JWKS_PATH, get(publish))
            .route("/demo/token", post(mint))
            .route("/demo/rotate", post(rotate))
            .route("/demo/fetches", get(count))
            .with_state(self)
    }

    /// A token with these claims beside the usual ones; `null` leaves a usual one out.
    ///
    /// # Errors
    /// None that the demo meets.
    pub fn token(&self, changes: &Map<String, Value>) -> Result<String, Error> {
        let key = self.keys().first().cloned().ok_or("a bank without a key")?;
        let mut claims = self.usual_claims();
        claims.extend(changes.clone());
        claims.retain(|_, value| !value.is_null());
        Ok(TokenSigner::new(key, Algorithm::Rs256)?.sign(&claims)?)
    }

    /// Signs with another key from now on, and gives its id.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn rotate(&self) -> Result<String, Error> {
        let rotations = self.rotations.fetch_add(1, Ordering::Relaxed) + 1;
        let key_id = format!("key-{}", rotations + 1);
        // A bank makes a new key each time; the demo has two, and gives them new names.
        let pem = if rotations.is_multiple_of(2) { FIRST_KEY } else { SECOND_KEY };
        let key = SigningKey::from_pem(pem)?.with_id(&*key_id);
        let mut keys = self.keys();
        keys.insert(0, key);
        keys.truncate(2);
        Ok(key_id)
    }

    /// The key set, as it is published.
    ///
    /// # Errors
    /// None that the demo meets.
    pub fn key_set(&self) -> Result<String, Error> {
        let keys = self.keys().clone();
        let keys: Result<Vec<_>, _> = keys.iter().map(SigningKey::public_jwk).collect();
        Ok(format!("{{\"keys\":[{}]}}", keys?.join(",")))
    }

    /// How often the key set was fetched.
    pub fn fetches(&self) -> u64 {
        self.fetches.load(Ordering::Relaxed)
    }

    /// Those of the document's example that its rules ask for (S1-C1, S1-C5).
    fn usual_claims(&self) -> Map<String, Value> {
        let number = self.tokens.fetch_add(1, Ordering::Relaxed);
        let issued = now();
        let expires = issued.saturating_add(LIFETIME);
        let claims = json!({
            "iss": self.issuer,
            "aud": "invoice",
            "azp": "atom",
            "jti": format!("{}-{number}", issued.as_millis()),
            "iat": issued.as_secs(),
            "nbf": issued.as_secs(),
            "exp": expires.as_secs(),
        });
        if let Value::Object(claims) = claims { claims } else { Map::new() }
    }

    fn keys(&self) -> MutexGuard<'_, Vec<SigningKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn publish(State(bank): State<Arc<Bank>>) -> Result<impl IntoResponse, StatusCode> {
    bank.fetches.fetch_add(1, Ordering::Relaxed);
    let fields = [(header::CONTENT_TYPE, "application/jwk-set+json")];
    Ok((fields, bank.key_set().map_err(failed)?))
}

async fn mint(
    State(bank): State<Arc<Bank>>,
    Json(changes): Json<Map<String, Value>>,
) -> Result<String, StatusCode> {
    bank.token(&changes).map_err(failed)
}

async fn rotate(State(bank): State<Arc<Bank>>) -> Result<String, StatusCode> {
    bank.rotate().map_err(failed)
}

async fn count(State(bank): State<Arc<Bank>>) -> String {
    bank.fetches().to_string()
}

fn failed(_: Error) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

/// Where the document has the bank publish its keys (S1-25).
pub const JWKS_PATH: &str = "/.well-known/jwks.json";

/// S1-29: the longest lifetime that the provider takes.
const LIFETIME: Duration = Duration::from_secs(300);

/// Published with this repository: never trust one of them anywhere.
const FIRST_KEY: &str = include_str!("../../../tests/keys/rsa2048.pem");
const SECOND_KEY: &str = include_str!("../../../tests/keys/rsa4096.pem");
const IMPOSTORS_KEY: &str = include_str!("../../../tests/keys/rsa2048_other.pem");
