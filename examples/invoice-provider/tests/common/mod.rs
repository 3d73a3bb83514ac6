//! A bank and what belongs to it, in this process, on ports of loopback that happen to be free.
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use example_host::testing::{Lines, start};
use invoice_provider::bank::{Bank, JWKS_PATH};
use invoice_provider::client::{Answer, Client};
use invoice_provider::now;
use invoice_provider::provider::{Provider, Settings};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

pub(crate) const ISSUER: &str = "https://bank.example.vn";
pub(crate) const ONBOARD: &str = "/api/v1/onboard";
pub(crate) const LINK: &str = "/api/v1/link-account";
pub(crate) const PURCHASE: &str = "/api/v1/purchase-package";
pub(crate) const INVOICES: &str = "/api/v1/invoices";

/// The cool-down that a provider has unless it is told another: longer than any test.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

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
