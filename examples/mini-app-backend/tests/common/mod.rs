//! A backend and Zalo's side in this process, on ports of loopback that happen to be free.
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use example_host::testing::Lines;
use mini_app_backend::backend::{Backend, Settings};
use mini_app_backend::clock::Clock;
use mini_app_backend::fake_zalo::{Event, FakeZalo};
use mini_app_backend::page;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) const AN: &str = "access-token-of-an";
pub(crate) const BINH: &str = "access-token-of-binh";
pub(crate) const APP_ID: &str = "2646373759294038927";
pub(crate) const API_KEY: &str = "zalo-mini-app-api-key";
pub(crate) const SECRET_KEY: &str = "the server's own secret key";

/// A backend and Zalo's side that are up, and share a clock.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) zalo: Arc<FakeZalo>,
    pub(crate) clock: Clock,
    pub(crate) lines: Lines,
    open_api: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same where the backend has other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let (listener, backend_url) = listen().await;
        let (zalo_listener, zalo_url) = listen().await;
        let clock = Clock::default();
        let webhook_url = format!("{backend_url}/webhook/zalo");
        let zalo = FakeZalo::new(API_KEY, webhook_url, clock.clone()).unwrap();
        let lines = Lines::default();
        let mut settings = settings(&zalo_url);
        change(&mut settings);
        let backend = Backend::new(&settings, clock.clone(), lines.log()).unwrap();
        let open_api = serve(zalo_listener, Arc::clone(&zalo).router());
        serve(listener, backend.router().merge(page::router(&zalo_url).unwrap()));
        Self { client: Client::new(&backend_url), zalo, clock, lines, open_api }
    }

    /// Zalo's Open API answers nobody any more.
    pub(crate) async fn take_zalo_down(&mut self) {
        self.open_api.abort();
        let _ = (&mut self.open_api).await;
    }
}

fn settings(graph_url: &str) -> Settings {
    Settings {
        app_id: APP_ID.to_owned(),
        api_key: API_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned(),
        graph_url: graph_url.to_owned(),
        redis_url: None,
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn serve(listener: TcpListener, service: Router) -> JoinHandle<()> {
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() })
}

/// The Mini App's side of one backend.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    pub(crate) backend: String,
}

impl Client {
    pub(crate) fn new(backend: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, backend: backend.to_owned() }
    }

    /// What is answered to this body: a status, and the code or the user's name.
    pub(crate) async fn post(&self, path: &str, body: impl Into<String>) -> (u16, String) {
        self.send(path, HeaderMap::new(), body.into()).await
    }

    /// A challenge for this access token: the body of its login.
    pub(crate) async fn challenge(&self, access_token: &str) -> Value {
        let body = json!({ "accessToken": access_token }).to_string();
        let answer = self.http.post(format!("{}/biometric/start", self.backend)).body(body);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let mut challenge: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let token = access_token.into();
        challenge.as_object_mut().unwrap().insert("accessToken".to_owned(), token);
        challenge
    }

    pub(crate) async fn verify(&self, login: &Value) -> (u16, String) {
        self.post("/biometric/verify", login.to_string()).await
    }

    pub(crate) async fn webhook(&self, event: &Event) -> (u16, String) {
        let mut headers = HeaderMap::new();
        headers.insert("X-ZEvent-Signature", event.signature.parse().unwrap());
        self.send("/webhook/zalo", headers, event.body.clone()).await
    }

    pub(crate) async fn send(&self, path: &str, headers: HeaderMap, body: String) -> (u16, String) {
        let request = self.http.post(format!("{}{path}", self.backend)).headers(headers).body(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let said = body.get("name").or(body.get("code")).and_then(Value::as_str);
        (status, said.unwrap_or_default().to_owned())
    }
}

pub(crate) fn secret_data(challenge: &Value) -> &str {
    challenge["secretData"].as_str().unwrap()
}

/// This status, and this code or name.
pub(crate) fn said(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}
