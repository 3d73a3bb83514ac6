//! A bank and what belongs to it, in this process, on ports of loopback that happen to be free.
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::Method;
use invoice_provider::bank::{Bank, JWKS_PATH};
use invoice_provider::client::{Answer, Client};
use invoice_provider::provider::{Provider, Settings};
use invoice_provider::{Log, now};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) const ISSUER: &str = "https://bank.example.vn";
pub(crate) const ONBOARD: &str = "/api/v1/onboard";
pub(crate) const LINK: &str = "/api/v1/link-account";
pub(crate) const PURCHASE: &str = "/api/v1/purchase-package";
pub(crate) const INVOICES: &str = "/api/v1/invoices";

/// The cool-down that a provider has unless it is told another: longer than any test.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Serves this on a port of its own, and gives its address.
pub(crate) async fn start(service: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    url
}

/// What a provider logged.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub(crate) fn log(&self) -> Log {
        let lines = self.clone();
        Arc::new(move |line| lines.0.lock().unwrap().push(line.to_owned()))
    }

    pub(crate) fn starting_with(&self, kind: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|line| line.starts_with(kind)).cloned().collect()
    }

    /// The field of the last audit record, or nothing.
    pub(crate) fn last_audit(&self, field: &str) -> String {
        let record = self.starting_with("audit:").pop().unwrap();
        let value = record.split(' ').find_map(|pair| pair.strip_prefix(&format!("{field}=")));
        value.unwrap_or_default().to_owned()
    }
}

/// A bank and a provider of invoices that are up.
pub(crate) struct World {
    pub(crate) bank: Arc<Bank>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) provider_url: String,
    pub(crate) client: Client,
    pub(crate) lines: Lines,
}

impl World {
    pub(crate) async fn start(cool_down: Duration) -> Self {
        let bank = Bank::new(ISSUER).unwrap();
        let bank_url = start(Arc::clone(&bank).router()).await;
        Self::with_keys_at(&bank_url, bank, cool_down).await
    }

    /// The same where the provider looks for the bank's keys elsewhere.
    pub(crate) async fn with_keys_at(bank_url: &str, bank: Arc<Bank>, cool_down: Duration) -> Self {
        let (issuer, jwks_url) = (ISSUER.to_owned(), format!("{bank_url}{JWKS_PATH}"));
        let settings = Settings { issuer, jwks_url, cool_down, redis_url: None };
        let lines = Lines::default();
        let provider = Provider::new(&settings, lines.log()).unwrap();
        let provider_url = start(Arc::clone(&provider).router()).await;
        let client = Client::new(bank_url, &provider_url).unwrap();
        Self { bank, provider, provider_url, client, lines }
    }

    /// Gives the provider the bank's keys as another run fetched them so long ago.
    pub(crate) fn warm_up(&self, age: Duration) {
        let document = self.bank.key_set().unwrap();
        let fetched_at = now().saturating_sub(age);
        self.provider.keys().cache().restore(document.as_bytes(), fetched_at, now()).unwrap();
    }

    pub(crate) fn token(&self, claims: Value) -> String {
        self.bank.token(&object(claims)).unwrap()
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
    ) -> Answer {
        self.client.send(method, path, Some(token), &body).await.unwrap()
    }

    /// Posts all of these at once.
    pub(crate) async fn post_all(&self, path: &'static str, tokens: &[String]) -> Vec<Answer> {
        let mut requests = JoinSet::new();
        for token in tokens {
            let (client, token) = (self.client.clone(), token.clone());
            requests.spawn(async move {
                client.send(Method::POST, path, Some(&token), &Value::Null).await.unwrap()
            });
        }
        requests.join_all().await
    }

    pub(crate) async fn post(&self, path: &str, claims: Value) -> Answer {
        self.send(Method::POST, path, &self.token(claims), Value::Null).await
    }
}

/// What a token of this scope says about this customer and this order.
pub(crate) fn claims(scope: &str, ouid: &str, order: &str) -> Value {
    json!({ "scope": scope, "sub": ouid, "order_id": order, "product_code": "INV-1000" })
}

pub(crate) fn with(mut claims: Value, changes: Value) -> Value {
    claims.as_object_mut().unwrap().extend(object(changes));
    claims
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("not an object: {value}") };
    object
}

/// The status and the code, or what stands in its place where the answer is no refusal.
pub(crate) fn said(answer: &Answer) -> (u16, &str) {
    let code = answer.text("code");
    (answer.status, if code.is_empty() { answer.text("status") } else { code })
}

/// Waits for what happens beside a request, but not for ever.
pub(crate) async fn eventually(happened: impl Fn() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(10), "it never happened");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
