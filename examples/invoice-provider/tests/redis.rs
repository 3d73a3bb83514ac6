//! Two provider processes and one Redis: what is accepted once is accepted by one of them.
//!
//! It starts a `redis-server` of its own. Where there is none it says so loudly, and fails under CI.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::Method;
use common::{INVOICES, ONBOARD, claims, object, said};
use countersign::guard::store_conformance;
use countersign::verified::StoreAnswer;
use example_host::store::Store;
use example_host::testing::{Lines, Redis, Server, eventually, start};
use invoice_provider::bank::Bank;
use invoice_provider::client::{Answer, Client};
use invoice_provider::now;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const ROUNDS: u32 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_presented_to_two_providers_at_once_is_accepted_once() {
    let Some(redis) = Redis::start() else { return };
    let pair = Pair::start(&redis.url()).await;
    // Each process has accounts of its own: the customer of the invoices needs one in both.
    for (provider, order) in pair.providers.iter().zip(["order-a", "order-b"]) {
        let token = pair.token(claims("onboard", "ouid-invoices", order));
        let answer = post(&provider.client, ONBOARD, &token).await;
        assert_eq!(said(&answer), (201, "CREATED"));
    }
    let mut accepted = [0, 0];
    for round in 0..ROUNDS {
        let orders = claims("onboard", &format!("ouid-{round}"), &format!("order-{round}"));
        let (path, claims, loser) = match round % 2 {
            0 => (ONBOARD, orders, (409, "DUPLICATE_ORDER")),
            _ => (INVOICES, json!({ "sub": "ouid-invoices" }), (400, "INVALID_JWT")),
        };
        let answers = pair.present(path, &pair.token(claims)).await;
        let said = answers.each_ref().map(said);
        let winner = said.iter().position(|said| *said == (201, "CREATED"));
        let winner = winner.unwrap_or_else(|| panic!("round {round}: nobody accepted: {said:?}"));
        assert_eq!(said[1 - winner], loser, "round {round}");
        accepted[winner] += 1;
    }
    assert_eq!(accepted[0] + accepted[1], ROUNDS);
    assert!(accepted.iter().all(|accepted| *accepted > 0), "no race: {accepted:?}");
    // One line for each decision, in the logs of both together.
    let expected = 2 + 2 * usize::try_from(ROUNDS).unwrap();
    eventually(|| pair.audit_lines("").len() == expected).await;
    assert_eq!(pair.audit_lines("decision=accepted").len(), expected / 2 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_every_request_is_refused() {
    let Some(mut redis) = Redis::start() else { return };
    let pair = Pair::start(&redis.url()).await;
    let [before, frozen, stopped] = ["before", "frozen", "stopped"].map(|name| {
        pair.token(claims("onboard", &format!("ouid-{name}"), &format!("order-{name}")))
    });
    let answers = pair.present(ONBOARD, &before).await;
    assert_eq!(accepted(&answers), 1);

    redis.signal("-STOP");
    let started = Instant::now();
    pair.assert_refused(&frozen, 5).await;
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    redis.signal("-CONT");
    // Redis carries out now what it was sent then: the token may be used up. It is never accepted twice.
    let again = pair.present(ONBOARD, &frozen).await;
    assert!(accepted(&again) <= 1, "{again:?}");

    redis.stop();
    pair.assert_refused(&stopped, 20).await;

    redis.restart();
    let started = Instant::now();
    while accepted(&pair.present(ONBOARD, &stopped).await) == 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "the providers did not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(accepted(&pair.present(ONBOARD, &stopped).await), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_the_contract_of_a_step() {
    let Some(redis) = Redis::start() else { return };
    let open = || {
        Arc::new(Store::open(Some(&redis.url()), "conformance:", Lines::default().log()).unwrap())
    };
    // A connection each: one connection would put the contenders of a race in a row.
    let stores: Vec<_> = (0..CONTENDERS).map(|_| open()).collect();
    let store = &stores[0];

    let started = now();
    for case in store_conformance::cases(b"redis", started) {
        let mut answers = Vec::new();
        for exchange in case.exchanges() {
            tokio::time::sleep(exchange.at().saturating_since(now())).await;
            answers.push(store.apply(exchange.step(), now()).await);
        }
        case.check(&answers).unwrap();
        // A Redis that was restarted knows no script.
        redis.command(b"SCRIPT FLUSH\r\n", b"+OK\r\n");
    }
    for seed in 0..50_u32 {
        for race in store_conformance::races(&seed.to_be_bytes(), CONTENDERS, now()) {
            if let Some(first) = race.prepare() {
                assert_eq!(store.apply(first, now()).await, StoreAnswer::Applied);
            }
            let start = Arc::new(Barrier::new(CONTENDERS));
            let contenders = race.contenders().iter().zip(&stores).map(|(step, store)| {
                let (step, store, start) = (step.clone(), Arc::clone(store), Arc::clone(&start));
                tokio::spawn(async move {
                    start.wait().await;
                    store.apply(&step, now()).await
                })
            });
            let mut answers = Vec::new();
            for contender in contenders.collect::<Vec<_>>() {
                answers.push(contender.await.unwrap());
            }
            race.check(&answers).unwrap();
        }
    }
}

const CONTENDERS: usize = 8;

fn accepted(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 201).count()
}

/// A bank, and two providers in processes of their own.
struct Pair {
    bank: Arc<Bank>,
    providers: [Provider; 2],
}

impl Pair {
    async fn start(redis_url: &str) -> Self {
        let bank = Bank::new(common::ISSUER).unwrap();
        let bank_url = start(Arc::clone(&bank).router()).await;
        let provider = || Provider::start(&bank_url, redis_url);
        Self { bank, providers: [provider(), provider()] }
    }

    fn token(&self, claims: Value) -> String {
        self.bank.token(&object(claims)).unwrap()
    }

    /// Presents a token to both at once.
    async fn present(&self, path: &'static str, token: &str) -> [Answer; 2] {
        let start = Arc::new(Barrier::new(2));
        let [one, other] = self.providers.each_ref().map(|provider| {
            let (start, client, token) =
                (Arc::clone(&start), provider.client.clone(), token.to_owned());
            tokio::spawn(async move {
                start.wait().await;
                post(&client, path, &token).await
            })
        });
        [one.await.unwrap(), other.await.unwrap()]
    }

    /// Presents a token to both, so often at once.
    async fn assert_refused(&self, token: &str, times: usize) {
        let mut requests = JoinSet::new();
        for provider in self.providers.iter().cycle().take(2 * times) {
            let (client, token) = (provider.client.clone(), token.to_owned());
            requests.spawn(async move { post(&client, ONBOARD, &token).await });
        }
        for answer in requests.join_all().await {
            assert_eq!(said(&answer), (500, "PARTNER_INTERNAL_ERROR"));
        }
    }

    fn audit_lines(&self, with: &str) -> Vec<String> {
        let lines = self
            .providers
            .iter()
            .flat_map(|provider| provider.server.lines().starting_with("audit:"));
        lines.filter(|line| line.contains(with)).collect()
    }
}

/// Presents a token with a body, which only one of the endpoints looks at.
async fn post(client: &Client, path: &str, token: &str) -> Answer {
    let invoice = json!({
        "invoice_number": "INV-2025-0001", "amount": 450_000, "currency": "VND", "description": "",
    });
    client.send(Method::POST, path, Some(token), &invoice).await.unwrap()
}

/// A provider in a process of its own.
struct Provider {
    client: Client,
    server: Server,
}

impl Provider {
    fn start(bank_url: &str, redis_url: &str) -> Self {
        let server = Server::start(
            Command::new(env!("CARGO_BIN_EXE_invoice-provider"))
                .arg("provider")
                .env("ISSUER", common::ISSUER)
                .env("BANK_URL", bank_url)
                .env("PROVIDER_ADDR", "127.0.0.1:0")
                .env("REDIS_URL", redis_url),
        );
        Self { client: Client::new(bank_url, server.url()).unwrap(), server }
    }
}
