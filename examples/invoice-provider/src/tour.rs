//! A walk through all flows and refusals, which prints what happens and knows what should.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::Method;
use countersign::encoding::base64url;
use serde_json::{Map, Value, json};

use crate::bank::Bank;
use crate::client::{Answer, Client};
use crate::provider::KNOWN_ACCOUNT;
use crate::{Error, now, say};

/// Lines that the provider logged, where it runs in the same process: they are shown beneath each answer.
pub type Lines = Arc<Mutex<Vec<String>>>;

/// Sends one request after the other and prints the answers.
///
/// # Errors
/// Somebody did not answer, or not as they should.
pub async fn run(client: Client, issuer: &str, lines: Lines) -> Result<(), Error> {
    let run = now().as_millis();
    let mut tour = Tour { client, issuer, lines, run, surprises: 0 };
    tour.flows().await?;
    tour.orders().await?;
    tour.refusals().await?;
    tour.form().await?;
    tour.rotation().await?;
    tour.invented_keys().await?;
    match tour.surprises {
        0 => Ok(()),
        some => Err(format!("{some} answers were not as they should be").into()),
    }
}

struct Tour<'i> {
    client: Client,
    issuer: &'i str,
    lines: Lines,
    /// Makes the ids of this run its own: the provider remembers those of the last one.
    run: i64,
    surprises: u32,
}

impl Tour<'_> {
    async fn flows(&mut self) -> Result<(), Error> {
        heading("the flows");
        let claims = self.claims("onboard", "order-1");
        self.post("a new customer is on-boarded", ONBOARD, claims, (201, "CREATED")).await?;
        let claims = self.claims("purchase", "order-2");
        self.post("the customer buys a package", PURCHASE, claims, (201, "CREATED")).await?;

        let other = format!("ouid-link-{}", self.run);
        let link = json!({ "scope": "link", "sub": other, "link_account": KNOWN_ACCOUNT });
        self.post("another has an account, linked", LINK, link.clone(), (200, "LINKED")).await?;
        let body = json!({ "link_account": "acc-of-somebody-else" });
        let title = "the body names another account";
        self.send(title, Method::POST, LINK, link, body, (400, "INVALID_JWT")).await?;

        let invoice = json!({
            "invoice_number": "INV-2025-0001", "amount": 450_000, "currency": "VND",
            "description": "Dịch vụ ABC tháng 05/2025",
        });
        let created = (201, "CREATED");
        let claims = json!({ "sub": self.ouid(), "scope": "openid" });
        let title = "an invoice is created";
        let answer = self.send(title, Method::POST, INVOICES, claims, invoice, created).await?;

        let path = format!("{INVOICES}/{}", answer.text("invoice_id"));
        let token = self.token(json!({ "sub": self.ouid(), "scope": "invoice:read" })).await?;
        for title in ["the invoice is read", "and once more: reading may reuse a token"] {
            let answer = self.client.send(Method::GET, &path, Some(&token), &Value::Null).await?;
            self.show(title, &answer, (200, ""));
        }
        let stranger = json!({ "sub": "ouid-stranger", "scope": "invoice:read" });
        let unknown = (404, "INVOICE_UNKNOWN");
        let title = "somebody else reads it";
        self.send(title, Method::GET, &path, stranger, Value::Null, unknown).await?;
        Ok(())
    }

    async fn orders(&mut self) -> Result<(), Error> {
        heading("once means once");
        let duplicate = (409, "DUPLICATE_ORDER");
        let order = self.claims("purchase", "order-3");
        let token = self.token(order.clone()).await?;
        for (title, expected) in
            [("a token is presented", (201, "CREATED")), ("the same token again", duplicate)]
        {
            let answer =
                self.client.send(Method::POST, PURCHASE, Some(&token), &Value::Null).await?;
            self.show(title, &answer, expected);
        }
        self.post("a new token for the same order", PURCHASE, order.clone(), duplicate).await?;
        let changed = with(order, json!({ "product_code": "INV-9999" }));
        self.post("the same order, another package", PURCHASE, changed, duplicate).await?;

        let early = with(
            self.claims("purchase", "order-4"),
            json!({ "sub": format!("ouid-early-{}", self.run) }),
        );
        let unknown = (404, "ACCOUNT_UNKNOWN");
        self.post("a customer without an account buys", PURCHASE, early.clone(), unknown).await?;
        let on_board =
            with(early.clone(), json!({ "scope": "onboard", "order_id": self.id("order-5") }));
        self.post("the customer is on-boarded", ONBOARD, on_board, (201, "CREATED")).await?;
        self.post("and the order that was abandoned goes on", PURCHASE, early, (201, "CREATED"))
            .await?;
        Ok(())
    }

    async fn refusals(&mut self) -> Result<(), Error> {
        heading("genuine tokens that say the wrong thing");
        let invalid = (400, "INVALID_JWT");
        let second = now().as_secs();
        for (title, changes, expected) in [
            ("for another service", json!({ "aud": "account" }), invalid),
            ("for another service as well", json!({ "aud": ["invoice", "crm"] }), invalid),
            ("of another issuer", json!({ "iss": "https://bank.example.vn.evil" }), invalid),
            ("of another flow", json!({ "scope": "onboard" }), invalid),
            ("of all flows at once", json!({ "scope": "onboard link purchase" }), invalid),
            ("without an order", json!({ "order_id": null }), invalid),
            ("without an id", json!({ "jti": null }), invalid),
            ("valid for an hour", json!({ "exp": second + 3600 }), invalid),
            ("valid in two minutes", json!({ "nbf": second + 120 }), invalid),
            ("not active", json!({ "active": false }), invalid),
            (
                "expired",
                json!({ "iat": second - 400, "nbf": second - 400, "exp": second - 100 }),
                (403, "TOKEN_EXPIRED"),
            ),
        ] {
            let claims = with(self.claims("purchase", "order-6"), changes);
            self.post(title, PURCHASE, claims, expected).await?;
        }
        Ok(())
    }

    async fn form(&mut self) -> Result<(), Error> {
        heading("forgeries, and what is no token");
        let (invalid, forged) = ((400, "INVALID_JWT"), (401, "JWT_SIGNATURE_FAIL"));
        let claims = self.claims("purchase", "order-7");
        let good = self.token(claims.clone()).await?;
        let (signed, signature) = good.rsplit_once('.').unwrap_or_default();
        let (header, payload) = signed.split_once('.').unwrap_or_default();
        let changed =
            base64url::encode(with(claims.clone(), json!({ "sub": "ouid-evil" })).to_string());
        let unsigned = base64url::encode(r#"{"alg":"none","kid":"key-1"}"#);
        let impostor = Bank::impostor(self.issuer)?.token(&object(claims))?;
        for (title, token, expected) in [
            ("without a token", None, invalid),
            ("not a token", Some("hello".to_owned()), invalid),
            ("the signature cut off", Some(format!("{header}.{payload}.")), forged),
            ("claims changed on the way", Some(format!("{header}.{changed}.{signature}")), forged),
            ("unsigned (alg none)", Some(format!("{unsigned}.{payload}.")), forged),
            ("signed with another key", Some(impostor), forged),
            ("and the token itself is still good", Some(good.clone()), (201, "CREATED")),
        ] {
            let token = token.as_deref();
            let answer = self.client.send(Method::POST, PURCHASE, token, &Value::Null).await?;
            self.show(title, &answer, expected);
        }
        for (title, method, path, status) in [
            ("an endpoint that is not there", Method::POST, "/api/v1/refund", 404),
            ("the wrong method", Method::GET, ONBOARD, 405),
        ] {
            let answer = self.client.send(method, path, None, &Value::Null).await?;
            self.show(title, &answer, (status, ""));
        }
        Ok(())
    }

    async fn rotation(&mut self) -> Result<(), Error> {
        let key_id = self.client.rotate().await?;
        heading(&format!("the bank signs with {key_id} from now on"));
        let started = Instant::now();
        for attempt in 0_u32.. {
            let claims = self.claims("purchase", &format!("order-8-{attempt}"));
            let token = self.token(claims).await?;
            let answer =
                self.client.send(Method::POST, PURCHASE, Some(&token), &Value::Null).await?;
            let waited = started.elapsed();
            if answer.status != 401 || waited > PATIENCE {
                let title = format!("accepted after {:.1} s", waited.as_secs_f32());
                self.show(&title, &answer, (201, "CREATED"));
                break;
            }
            // While the cool-down runs, an unknown key id is nothing worth a fetch.
            if attempt == 0 {
                self.show("unknown while the cool-down runs", &answer, (401, "JWT_SIGNATURE_FAIL"));
            }
            self.lines().clear();
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Ok(())
    }

    async fn invented_keys(&mut self) -> Result<(), Error> {
        heading("a hundred tokens with invented key ids");
        let before = self.client.fetches().await?;
        let good = self.token(self.claims("purchase", "order-9")).await?;
        let (_, rest) = good.split_once('.').unwrap_or_default();
        let mut refused = 0;
        for number in 0..100 {
            let header =
                json!({ "alg": "RS256", "typ": "JWT", "kid": format!("invented-{number}") });
            let token = format!("{}.{rest}", base64url::encode(header.to_string()));
            let answer =
                self.client.send(Method::POST, PURCHASE, Some(&token), &Value::Null).await?;
            refused += u32::from(answer.status == 401);
        }
        let fetches = self.client.fetches().await? - before;
        self.lines().clear();
        let asked = format!("the bank was asked for its keys {fetches} times");
        say(&format!("  {refused} refused with 401; {asked}"));
        self.surprises += u32::from(refused != 100);
        Ok(())
    }

    async fn post(
        &mut self,
        title: &str,
        path: &str,
        claims: Value,
        expected: (u16, &str),
    ) -> Result<Answer, Error> {
        self.send(title, Method::POST, path, claims, Value::Null, expected).await
    }

    async fn send(
        &mut self,
        title: &str,
        method: Method,
        path: &str,
        claims: Value,
        body: Value,
        expected: (u16, &str),
    ) -> Result<Answer, Error> {
        let token = self.token(claims).await?;
        let answer = self.client.send(method, path, Some(&token), &body).await?;
        self.show(title, &answer, expected);
        Ok(answer)
    }

    fn show(&mut self, title: &str, answer: &Answer, expected: (u16, &str)) {
        let said = [answer.text("code"), answer.text("status")].concat();
        let surprise = (answer.status, &*said) != expected;
        self.surprises += u32::from(surprise);
        let invoice = answer.text("invoice_id");
        let note = if surprise { format!("EXPECTED {expected:?}") } else { invoice.to_owned() };
        say(format!("  {title:<42} {} {said:<20} {note}", answer.status).trim_end());
        for line in self.lines().drain(..) {
            say(&format!("      {}", shortened(&line)));
        }
    }

    async fn token(&self, claims: Value) -> Result<String, Error> {
        self.client.token(&object(claims)).await
    }

    fn claims(&self, scope: &str, order: &str) -> Value {
        json!({
            "scope": scope, "sub": self.ouid(), "order_id": self.id(order), "product_code": "INV-1000",
        })
    }

    fn ouid(&self) -> String {
        self.id("ouid")
    }

    fn id(&self, name: &str) -> String {
        format!("{name}-{}", self.run)
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn heading(text: &str) {
    say(&format!("\n{text}"));
}

fn with(mut claims: Value, changes: Value) -> Value {
    if let Value::Object(claims) = &mut claims {
        claims.extend(object(changes));
    }
    claims
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { Map::new() }
}

/// An audit record without its moment and its fingerprints.
fn shortened(line: &str) -> String {
    let kept = |word: &&str| {
        !["at=", "profile=", "key=", "policy="].iter().any(|cut| word.starts_with(cut))
    };
    line.split(' ').filter(kept).collect::<Vec<_>>().join(" ")
}

const ONBOARD: &str = "/api/v1/onboard";
const LINK: &str = "/api/v1/link-account";
const PURCHASE: &str = "/api/v1/purchase-package";
const INVOICES: &str = "/api/v1/invoices";

/// Longer than the cool-down that a provider has unless it is told another.
const PATIENCE: Duration = Duration::from_secs(75);
const BETWEEN_TRIES: Duration = Duration::from_millis(250);
