//! The bank's side of the wire: asks the bank for tokens and sends requests to the provider.

use std::time::Duration;

use axum::http::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::{Map, Value};

use crate::Error;

/// A client of one bank and one provider.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    bank: String,
    provider: String,
}

/// What the provider answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; null where it was no JSON.
    pub body: Value,
}

impl Answer {
    /// The member of this name, where it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Client {
    /// A client of the bank and the provider at these addresses.
    ///
    /// # Errors
    /// None that the demo meets.
    pub fn new(bank: &str, provider: &str) -> Result<Self, Error> {
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWERS_WITHIN).build()?;
        Ok(Self { http, bank: bank.to_owned(), provider: provider.to_owned() })
    }

    /// A token of the bank with these claims beside the usual ones.
    ///
    /// # Errors
    /// The bank did not answer, or not with a token.
    pub async fn token(&self, changes: &Map<String, Value>) -> Result<String, Error> {
        let url = format!("{}/demo/token", self.bank);
        Ok(self.http.post(url).json(changes).send().await?.error_for_status()?.text().await?)
    }

    /// Has the bank take another key, and gives its id.
    ///
    /// # Errors
    /// The bank did not answer.
    pub async fn rotate(&self) -> Result<String, Error> {
        let url = format!("{}/demo/rotate", self.bank);
        Ok(self.http.post(url).send().await?.error_for_status()?.text().await?)
    }

    /// How often the bank's keys were fetched.
    ///
    /// # Errors
    /// The bank did not answer.
    pub async fn fetches(&self) -> Result<u64, Error> {
        let url = format!("{}/demo/fetches", self.bank);
        Ok(self.http.get(url).send().await?.error_for_status()?.text().await?.parse()?)
    }

    /// Sends a request with this token, if any, and this body.
    ///
    /// # Errors
    /// The provider did not answer.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Result<Answer, Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.provider));
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let body = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
        Ok(Answer { status, body })
    }
}

/// Longer than the provider ever takes.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
