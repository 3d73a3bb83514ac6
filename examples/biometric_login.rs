//! Document `003` step by step: a challenge, Zalo's webhook, a login, and every way it is refused.
//!
//! Offline: `cargo run --example biometric_login`.

use countersign::Error;
use countersign::biometric::{BiometricFlow, Confirmation, Issue, Login, LoginRequest};
use countersign::digest::sha256;
use countersign::encoding::hex;
use countersign::guard::MemoryStore;
use countersign::headers::Headers;
use countersign::partner::zalo::{Webhook, Zalo};
use countersign::secret::{Secret, SecretSet};
use countersign::time::UnixTime;
use countersign::webhook::zalo::MiniApp;

const API_KEY: &str = "zalo-mini-app-api-key";
const START: i64 = 1_735_180_623_123;

fn main() -> Result<(), Error> {
    println!("document 003: biometric login of a Zalo Mini App\n");
    let backend = Backend::new()?;
    let alice = "access-token-of-alice";

    println!("1. the backend makes a challenge for Alice's access token");
    let challenge = backend.start(alice, at(0))?;
    println!(
        "   secretData {} characters, eventTime {}",
        challenge.secret_data.len(),
        challenge.event_time
    );
    backend.login("   before her finger", &challenge, at(500));

    println!("2.-4. Alice passes the check; Zalo's server sends the event");
    let event = signed_event(&challenge.secret_data, START + 1_000);
    backend.webhook("   forged signature", &event.0, &"0".repeat(64), at(1_200));
    backend.webhook(
        "   digit moved between fields",
        &event.0.replace("\"timestamp\":1", "\"timestamp\":"),
        &event.1,
        at(1_200),
    );
    backend.webhook("   Zalo's event", &event.0, &event.1, at(1_200));
    backend.webhook("   the same event again", &event.0, &event.1, at(1_300));

    println!("5. the Mini App logs in");
    let mallory =
        LoginRequest { access_token: "access-token-of-mallory".into(), ..challenge.clone() };
    backend.login("   with another's token", &mallory, at(2_000));
    let altered = LoginRequest { event_time: challenge.event_time + 1, ..challenge.clone() };
    backend.login("   with another eventTime", &altered, at(2_000));
    backend.login("   Alice", &challenge, at(2_000));
    backend.login("   Alice, sent again", &challenge, at(2_100));
    backend.webhook("   the event, after its use", &event.0, &event.1, at(2_200));

    println!("late");
    let slow = backend.start(alice, at(10_000))?;
    let event = signed_event(&slow.secret_data, START + 11_000);
    backend.webhook("   confirmed", &event.0, &event.1, at(11_200));
    backend.login("   two minutes later", &slow, at(131_201));
    backend.login("   a challenge of five minutes", &slow, at(310_001));
    Ok(())
}

fn at(milliseconds: i64) -> UnixTime {
    UnixTime::from_millis(START + milliseconds)
}

/// What Zalo's server sends: a body, and its signature (S3-8).
fn signed_event(secret_data: &str, timestamp: i64) -> (String, String) {
    let event = "biometric.verify.success";
    let body =
        format!(r#"{{"secretData":"{secret_data}","event":"{event}","timestamp":{timestamp}}}"#);
    let content = format!("{event}{secret_data}{timestamp}{API_KEY}");
    (body, hex::encode(sha256(&[content.as_bytes()])))
}

/// The backend: everything but HTTP.
struct Backend {
    zalo: Zalo,
    store: MemoryStore,
}

impl Backend {
    fn new() -> Result<Self, Error> {
        let mini_app = MiniApp::builder("2646373759294038927").api_key("2026", API_KEY).build()?;
        let secrets = SecretSet::builder()
            .secret("2026", Secret::new("the server's own secret key")?)
            .build()?;
        let flow = BiometricFlow::builder(secrets).build()?;
        Ok(Self { zalo: Zalo::new(mini_app, flow), store: MemoryStore::new(1_000, at(0)) })
    }

    /// `POST /biometric/start`: what the Mini App will send back.
    fn start(&self, access_token: &str, now: UnixTime) -> Result<LoginRequest, Error> {
        let mut issue = self.zalo.issue(access_token, now)?;
        loop {
            match issue {
                Issue::Issued(challenge) => {
                    return Ok(LoginRequest {
                        secret_data: challenge.secret_data().as_str().to_owned(),
                        event_time: challenge.event_time(),
                        access_token: access_token.to_owned(),
                    });
                }
                Issue::Owes(pending) => {
                    let answer = self.store.apply(pending.step(), now);
                    issue = pending.finish(answer, now)?;
                }
            }
        }
    }

    /// `POST` to the registered webhook URL.
    fn webhook(&self, title: &str, body: &str, signature: &str, now: UnixTime) {
        let fields = [("X-ZEvent-Signature", signature.as_bytes())];
        let outcome = match self.zalo.webhook(&Headers::new(&fields), body.as_bytes(), now) {
            Ok(Webhook::Confirms(pending)) => {
                let answer = self.store.apply(pending.step(), now);
                pending.finish(answer).map_err(Error::from)
            }
            Ok(_) => Ok(Confirmation::Duplicate),
            Err(error) => Err(error.into()),
        };
        show(title, outcome.map(|outcome| format!("{outcome:?}").to_lowercase()));
    }

    /// `POST /biometric/verify`.
    fn login(&self, title: &str, request: &LoginRequest, now: UnixTime) {
        let outcome = self.zalo.login(request, now).and_then(|mut login| {
            loop {
                match login {
                    Login::Approved(approved) => return Ok(approved),
                    Login::Owes(pending) => {
                        let answer = self.store.apply(pending.step(), now);
                        login = pending.finish(answer, now)?;
                    }
                }
            }
        });
        let outcome = outcome.map(|_| "approved: ask Zalo whose token it is".to_owned());
        show(title, outcome.map_err(Error::from));
    }
}

fn show(title: &str, outcome: Result<String, Error>) {
    match outcome {
        Ok(text) => println!("{title:<34} {text}"),
        Err(error) => println!("{title:<34} refused, {}: {error}", error.code()),
    }
}
