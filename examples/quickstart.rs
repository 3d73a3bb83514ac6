//! A bank signs tokens; an invoice provider accepts the good ones and says why it refuses the others. Behind it, a
//! signed request, a webhook and a biometric login, each taken once.
//!
//! Offline, in well under a second: `cargo run --example quickstart`.

use countersign::Error;
use countersign::biometric::{BiometricFlow, Issue, Login, LoginRequest};
use countersign::guard::MemoryStore;
use countersign::headers::Headers;
use countersign::httpsig::{DigestField, MessageSigner, Policy, Request, Scheme, Signatures};
use countersign::jwks::JwkSet;
use countersign::jwt::TokenSigner;
use countersign::key::{Algorithm, SigningKey};
use countersign::partner::bank_sso::{Admission, BankSso, Granted, Refused};
use countersign::partner::zalo::{Webhook, Zalo};
use countersign::secret::{Secret, SecretSet};
use countersign::time::UnixTime;
use countersign::webhook::zalo::{MINI_APP, MiniApp};
use countersign::webhook::{Message, Signer, Verifier, providers::STRIPE};
use serde_json::{Value, json};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_700);
const PURCHASE: &str = "/api/v1/purchase-package";

fn main() -> Result<(), Error> {
    println!("document 001: a bank's token at an invoice provider\n");
    let bank = Bank::new()?;
    let provider = Provider {
        sso: BankSso::builder("https://bank.example.vn").build()?,
        keys: JwkSet::parse(bank.jwks()?.as_bytes())?,
        store: MemoryStore::new(1_000, NOW),
    };

    provider.show("a good token", PURCHASE, &bank.token(claims("1", "order-1"))?);
    let spent = bank.token(claims("2", "order-2"))?;
    provider.show("another one", PURCHASE, &spent);
    provider.show("the same token again", PURCHASE, &spent);
    provider.show("a new token, the same order", PURCHASE, &bank.token(claims("3", "order-1"))?);

    for (title, claim, value) in [
        ("for another service", "aud", json!("account")),
        ("for another service as well", "aud", json!(["invoice", "crm"])),
        ("from another issuer", "iss", json!("https://bank.example.vn.evil")),
        ("expired", "exp", json!(1_735_180_600)),
        ("valid for an hour", "exp", json!(1_735_184_223)),
        ("an expiry in milliseconds", "exp", json!(1_735_180_923_000_i64)),
        ("an expiry that is a text", "exp", json!("1735180923")),
        ("valid from tomorrow", "nbf", json!(1_735_180_900)),
        ("scope of another flow", "scope", json!("onboard")),
        ("scope that only looks alike", "scope", json!("purchase-all")),
        ("scopes of two flows", "scope", json!("purchase link")),
        ("an order id that is a number", "order_id", json!(7)),
        ("not active", "active", json!(false)),
    ] {
        let mut claims = claims("4", "order-4");
        claims[claim] = value;
        provider.show(title, PURCHASE, &bank.token(claims)?);
    }

    let good = bank.token(claims("5", "order-5"))?;
    let (signed, signature) = good.rsplit_once('.').unwrap_or_default();
    let (header, payload) = signed.split_once('.').unwrap_or_default();
    let forged = countersign::encoding::base64url::encode(claims("5", "order-6").to_string());
    provider.show("claims changed on the way", PURCHASE, &format!("{header}.{forged}.{signature}"));
    provider.show("signature cut off", PURCHASE, &format!("{header}.{payload}."));
    provider.show("unsigned (alg none)", PURCHASE, &format!("eyJhbGciOiJub25lIn0.{payload}."));
    provider.show(
        "signed with another key",
        PURCHASE,
        &Bank::impostor()?.token(claims("6", "order-6"))?,
    );
    provider.show("not a token", PURCHASE, "hello");
    provider.show("an unknown route", "/api/v1/refund", &good);

    println!(
        "\none audit record:\n{}",
        provider.audit(PURCHASE, &provider.admit(PURCHASE, &spent))
    );
    signed_request()?;
    webhook()?;
    biometric_login()
}

/// What the document's example says, with what its rules demand (S1-C5).
fn claims(jti: &str, order_id: &str) -> Value {
    json!({
        "iss": "https://bank.example.vn", "aud": "invoice", "sub": "fc3c3988-7563-4d26-8a75-8af65ed6204a",
        "iat": 1_735_180_623, "nbf": 1_735_180_623, "exp": 1_735_180_923, "jti": jti,
        "scope": "purchase", "order_id": order_id, "product_code": "INV-1000", "azp": "atom",
    })
}

/// The bank: it signs tokens and publishes its key set.
struct Bank {
    key: SigningKey,
    signer: TokenSigner,
}

impl Bank {
    fn new() -> Result<Self, Error> {
        Self::with_key(include_str!("../tests/keys/rsa2048.pem"))
    }

    /// Somebody who signs with a key of their own under the bank's key id.
    fn impostor() -> Result<Self, Error> {
        Self::with_key(include_str!("../tests/keys/rsa2048_other.pem"))
    }

    fn with_key(pem: &str) -> Result<Self, Error> {
        let key = || Ok::<_, Error>(SigningKey::from_pem(pem)?.with_id("key-2025"));
        Ok(Self { key: key()?, signer: TokenSigner::new(key()?, Algorithm::Rs256)? })
    }

    fn token(&self, claims: Value) -> Result<String, Error> {
        Ok(self.signer.sign(&claims)?)
    }

    fn jwks(&self) -> Result<String, Error> {
        Ok(format!("{{\"keys\":[{}]}}", self.key.public_jwk()?))
    }
}

/// The provider: everything but HTTP.
struct Provider {
    sso: BankSso,
    keys: JwkSet,
    store: MemoryStore,
}

impl Provider {
    fn admit(&self, path: &str, token: &str) -> Result<Granted, Refused> {
        let authorization = format!("Bearer {token}");
        let fields = [("Authorization", authorization.as_bytes())];
        let request = self.sso.request("POST", path, Headers::new(&fields), b"")?;
        let mut admission = request.verify(self.keys.keys(), NOW)?;
        loop {
            match admission {
                Admission::Granted(granted) => return Ok(*granted),
                Admission::Owes(owes) => {
                    let answer = self.store.apply(owes.step(), NOW);
                    admission = owes.finish(answer, NOW)?;
                }
            }
        }
    }

    fn show(&self, title: &str, path: &str, token: &str) {
        match self.admit(path, token) {
            Ok(granted) => {
                let order = granted.claims().order.as_ref().map(|order| order.id.as_str());
                println!("{title:<30} 201 accepted, order {}", order.unwrap_or("-"));
            }
            Err(refused) => {
                let answer = self.sso.answer(&refused);
                let (status, public, code) = (answer.status, answer.code, refused.code());
                println!("{title:<30} {status} {public:<22} {code}: {refused}");
            }
        }
    }

    fn audit(&self, path: &str, outcome: &Result<Granted, Refused>) -> String {
        self.sso.audit("POST", path, outcome.as_ref(), NOW).to_string()
    }
}

/// Document 000: an app's photographs under its signature. `cargo run --example signed_http` has every scheme.
fn signed_request() -> Result<(), Error> {
    println!("\na signed request (RFC 9421)\n");
    let components = ["@method", "@authority", "@path", "@query", "content-digest"];
    let policy = Policy::builder(Scheme::Rfc9421, components).single_use().build()?;
    let key = SigningKey::from_pem(include_str!("../tests/keys/ed25519.pem"))?.with_id("app-1");
    let public = key.verifying_key();
    let store = MemoryStore::new(1_000, NOW);

    let digest = DigestField::ContentDigest.value(b"two photographs");
    let mut fields = vec![("host", &b"api.example.com"[..]), ("content-digest", digest.as_bytes())];
    let signer = MessageSigner::new(key, &policy)?;
    let signature = signer.sign(Request::new("POST", "/ekyc", Headers::new(&fields)), NOW)?;
    fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));

    for (title, path, body) in [
        ("with another body", "/ekyc", &b"other photographs"[..]),
        ("for another path", "/admin", b"two photographs"),
        ("as it was sent", "/ekyc", b"two photographs"),
        ("the same again", "/ekyc", b"two photographs"),
    ] {
        let outcome = Signatures::parse(Request::new("POST", path, Headers::new(&fields)))
            .and_then(|signatures| signatures.select(&policy)?.verify_head(&public, &policy, NOW))
            .and_then(|head| head.with_body(body));
        let outcome = outcome.map_err(Error::from).and_then(|pending| {
            let answer = store.apply(pending.step(), NOW);
            Ok(pending.finish(answer, NOW)?)
        });
        say(title, outcome.map(|_signed| "accepted"));
    }
    Ok(())
}

/// A provider's webhook: `cargo run --example webhooks` has all of them.
fn webhook() -> Result<(), Error> {
    println!("\na webhook of Stripe's\n");
    let secret = "whsec_of_an_endpoint_at_stripe";
    let stripe = Verifier::builder(STRIPE).secret("2026", secret).single_use().build()?;
    let store = MemoryStore::new(1_000, NOW);
    println!("{}", STRIPE.assurance());

    let body = br#"{"id": "evt_1", "type": "invoice.paid"}"#;
    let signed = Signer::new(STRIPE, secret)?.sign(&Message::new(&Headers::new(&[]), body), NOW)?;
    let fields = signed.fields();
    let headers = Headers::new(&fields);
    let parsed_and_printed = br#"{"id":"evt_1","type":"invoice.paid"}"#;
    for (title, body) in [
        ("the event", &body[..]),
        ("the same event again", body),
        ("written anew by a framework", parsed_and_printed),
    ] {
        let outcome = stripe.verify(&Message::new(&headers, body), NOW).map_err(Error::from);
        let outcome = outcome.and_then(|pending| {
            let answer = store.apply(pending.step(), NOW);
            Ok(pending.finish(answer, NOW)?)
        });
        say(title, outcome.map(|_event| "accepted"));
    }
    Ok(())
}

/// Document 003: a challenge, the event of Zalo's server, a login. `cargo run --example biometric_login` has it all.
fn biometric_login() -> Result<(), Error> {
    println!("\ndocument 003: the biometric login of a Zalo Mini App\n");
    let api_key = "zalo-mini-app-api-key";
    let mini_app = MiniApp::builder("2646373759294038927").api_key("2026", api_key).build()?;
    let secret = Secret::new("the server's own secret key")?;
    let secrets = SecretSet::builder().secret("2026", secret).build()?;
    let zalo = Zalo::new(mini_app, BiometricFlow::builder(secrets).build()?);
    let store = MemoryStore::new(1_000, NOW);

    let Issue::Owes(pending) = zalo.issue("access-token-of-alice", NOW)? else { return Ok(()) };
    let answer = store.apply(pending.step(), NOW);
    let Issue::Issued(challenge) = pending.finish(answer, NOW)? else { return Ok(()) };
    let alice = LoginRequest {
        secret_data: challenge.secret_data().as_str().to_owned(),
        event_time: challenge.event_time(),
        access_token: "access-token-of-alice".to_owned(),
    };
    say("before the finger", login(&zalo, &store, &alice));

    let event = json!({
        "event": "biometric.verify.success", "secretData": alice.secret_data, "timestamp": NOW.as_millis(),
    });
    let event = event.to_string().into_bytes();
    let signer = Signer::new(MINI_APP, api_key)?;
    let signed = signer.sign(&Message::new(&Headers::new(&[]), &event), NOW)?;
    let outcome = match zalo.webhook(&Headers::new(&signed.fields()), &event, NOW)? {
        Webhook::Confirms(pending) => {
            let answer = store.apply(pending.step(), NOW);
            pending.finish(answer)
        }
        Webhook::Other(_) => return Ok(()),
    };
    say("the event of Zalo's server", outcome.map(|_| "confirmed").map_err(Error::from));

    let mallory = LoginRequest { access_token: "access-token-of-mallory".into(), ..alice.clone() };
    say("with another's token", login(&zalo, &store, &mallory));
    say("with the finger's own", login(&zalo, &store, &alice));
    say("the same login again", login(&zalo, &store, &alice));
    Ok(())
}

fn login(zalo: &Zalo, store: &MemoryStore, request: &LoginRequest) -> Result<&'static str, Error> {
    let mut login = zalo.login(request, NOW)?;
    loop {
        match login {
            Login::Approved(_) => return Ok("approved: ask Zalo whose token it is"),
            Login::Owes(pending) => {
                let answer = store.apply(pending.step(), NOW);
                login = pending.finish(answer, NOW)?;
            }
        }
    }
}

fn say(title: &str, outcome: Result<&str, Error>) {
    match outcome {
        Ok(text) => println!("{title:<30} {text}"),
        Err(error) => println!("{title:<30} refused, {}: {error}", error.code()),
    }
}
