//! Two backend processes and one Redis: a login that both are asked for counts at one of them.
//!
//! It starts a `redis-server` of its own. Where there is none it says so loudly, and fails under CI.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use common::{AN, API_KEY, APP_ID, Client, SECRET_KEY, World, said, secret_data};
use example_host::testing::{Redis, Server, eventually, start};
use mini_app_backend::clock::Clock;
use mini_app_backend::fake_zalo::FakeZalo;
use serde_json::Value;
use tokio::sync::Barrier;

const ROUNDS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_login_at_two_backends_at_once_counts_once() {
    let Some(redis) = Redis::start() else { return };
    let pair = Pair::start(&redis.url()).await;
    let mut accepted = [0, 0];
    for round in 0..ROUNDS {
        let [one, other] = pair.clients();
        let (starts, confirms) = if round % 2 == 0 { (one, other) } else { (other, one) };
        let challenge = starts.challenge(AN).await;
        let event = pair.zalo.event(secret_data(&challenge), Clock::default().now()).unwrap();
        assert_eq!(confirms.webhook(&event).await, said(200, "OK"));

        let answers = pair.verify(&challenge).await;
        let winner = answers.iter().position(|answer| *answer == said(200, "Nguyễn An"));
        let winner = winner.unwrap_or_else(|| panic!("round {round}: nobody: {answers:?}"));
        assert_eq!(answers[1 - winner], said(409, "ALREADY_USED"), "round {round}");
        accepted[winner] += 1;

        assert_eq!(starts.webhook(&event).await, said(200, "OK"));
        assert_eq!(confirms.verify(&challenge).await, said(409, "ALREADY_USED"));
    }
    assert_eq!(accepted[0] + accepted[1], ROUNDS);
    assert!(accepted.iter().all(|accepted| *accepted > 0), "no race: {accepted:?}");
    eventually(|| pair.alarms() == ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_memory_refuses_redis_refuses() {
    let Some(redis) = Redis::start() else { return };
    let world = World::with(|settings| settings.redis_url = Some(redis.url())).await;
    let challenge = world.client.challenge(AN).await;
    let late = world.client.challenge(AN).await;
    assert_eq!(world.client.verify(&challenge).await, said(409, "NOT_CONFIRMED_YET"));
    for challenge in [&challenge, &late] {
        assert_eq!(world.zalo.approve(secret_data(challenge)).await.unwrap(), 200);
    }
    assert_eq!(world.client.verify(&challenge).await, said(200, "Nguyễn An"));
    assert_eq!(world.zalo.again(secret_data(&challenge)).await.unwrap(), 200);
    assert_eq!(world.client.verify(&challenge).await, said(409, "ALREADY_USED"));
    world.clock.advance(Duration::from_secs(121));
    assert_eq!(world.client.verify(&late).await, said(403, "LOGIN_EXPIRED"));
    assert_eq!(world.lines.last_audit("code"), "biometric.confirmation_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_nobody_is_let_in() {
    let Some(mut redis) = Redis::start() else { return };
    let pair = Pair::start(&redis.url()).await;
    let [one, other] = pair.clients();
    let challenge = one.challenge(AN).await;
    let event = pair.zalo.event(secret_data(&challenge), Clock::default().now()).unwrap();
    assert_eq!(one.webhook(&event).await, said(200, "OK"));

    redis.stop();
    assert_eq!(other.verify(&challenge).await, said(503, "UNAVAILABLE"));
    // Zalo sends again what is answered with 503.
    assert_eq!(other.webhook(&event).await, said(503, "UNAVAILABLE"));
    let start = format!(r#"{{"accessToken":"{AN}"}}"#);
    assert_eq!(other.post("/biometric/start", start).await, said(503, "UNAVAILABLE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_serves_three_routes_and_no_demo() {
    let zalo = FakeZalo::new(API_KEY, String::new(), Clock::default()).unwrap();
    let server = serve(&start(zalo.router()).await, None);
    let client = Client::new(server.url());
    for path in ["/", "/clock", "/device/approve", "/v2.0/me", "/app.js"] {
        assert_eq!(client.post(path, "1").await.0, 404, "{path}");
    }
    assert_eq!(client.post("/biometric/verify", "{}").await, said(400, "INVALID_REQUEST"));
}

/// Zalo's side, and two backends in processes of their own.
struct Pair {
    zalo: Arc<FakeZalo>,
    servers: [Server; 2],
}

impl Pair {
    async fn start(redis_url: &str) -> Self {
        let zalo = FakeZalo::new(API_KEY, String::new(), Clock::default()).unwrap();
        let zalo_url = start(Arc::clone(&zalo).router()).await;
        let server = || serve(&zalo_url, Some(redis_url));
        Self { zalo, servers: [server(), server()] }
    }

    fn clients(&self) -> [Client; 2] {
        self.servers.each_ref().map(|server| Client::new(server.url()))
    }

    /// The same login, at both at once.
    async fn verify(&self, login: &Value) -> [(u16, String); 2] {
        let ready = Arc::new(Barrier::new(2));
        let [one, other] = self.clients().map(|client| {
            let (ready, login) = (Arc::clone(&ready), login.clone());
            tokio::spawn(async move {
                ready.wait().await;
                client.verify(&login).await
            })
        });
        [one.await.unwrap(), other.await.unwrap()]
    }

    fn alarms(&self) -> usize {
        self.servers.iter().map(|server| server.lines().starting_with("ALARM:").len()).sum()
    }
}

fn serve(graph_url: &str, redis_url: Option<&str>) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mini-app-backend"));
    command.arg("serve").env_remove("REDIS_URL").env_remove("WEBHOOK_URL");
    for (name, value) in [
        ("ZALO_APP_ID", APP_ID),
        ("ZALO_API_KEY", API_KEY),
        ("SECRET_KEY", SECRET_KEY),
        ("GRAPH_URL", graph_url),
        ("BACKEND_ADDR", "127.0.0.1:0"),
    ] {
        command.env(name, value);
    }
    redis_url.into_iter().for_each(|url| {
        command.env("REDIS_URL", url);
    });
    Server::start(&mut command)
}
