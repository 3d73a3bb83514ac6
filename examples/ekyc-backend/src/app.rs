//! The customer's app: it takes photographs, signs, and hands on what it is told.

use std::io;
use std::time::Duration;

use axum::http::Request;
use countersign::digest::Sha256;
use countersign::key::{SigningKey, VerifyingKey};
use countersign::partner::vnpt_bioid::{
    BackendToBackend, BioId, CustomerBackend, FrontendToBackend, Profile, Role, VnptBioId,
};
use serde::Serialize;

use crate::backend::{HandedOn, PHOTOGRAPHS, Session};
use crate::spool::{Spooled, Spools};
use crate::wire::{self, Exchange, JSON, Outgoing, Payload};
use crate::{Decision, Error};

/// An app on one device.
pub struct App {
    profile: Profile,
    /// Made on the device, whose public half the backend enrolled. There is no secret of the bank's in an app.
    key: SigningKey,
    direct: VnptBioId<BackendToBackend>,
    relaying: VnptBioId<FrontendToBackend>,
    backend: String,
    service: String,
    http: reqwest::Client,
}

impl App {
    /// An app that knows the keys of backend and service, and where they are.
    ///
    /// # Errors
    /// Keys that cannot be those of two parties.
    pub fn new(
        profile: Profile,
        key: SigningKey,
        (backend, backend_key): (&str, VerifyingKey),
        (service, service_key): (&str, VerifyingKey),
    ) -> Result<Self, Error> {
        let direct = VnptBioId::builder(Role::App, profile);
        let relaying = VnptBioId::builder(Role::App, profile);
        let relaying = relaying.key(Role::CustomerBackend, backend_key.clone());
        Ok(Self {
            profile,
            key,
            direct: direct.key(Role::CustomerBackend, backend_key).build()?,
            relaying: relaying.key(Role::BioId, service_key).build()?,
            backend: backend.to_owned(),
            service: service.to_owned(),
            http: wire::client(ANSWERS_WITHIN)?,
        })
    }

    /// Model 1: sends the photographs to the backend.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn upload(&self, photographs: &Photographs) -> Result<Exchange, Error> {
        wire::send(&self.http, self.signed_upload(photographs, &wire::new_request_id()?).await?)
            .await
    }

    /// The same request, not sent yet.
    ///
    /// # Errors
    /// None that the demo meets.
    pub async fn signed_upload(
        &self,
        photographs: &Photographs,
        request_id: &str,
    ) -> Result<Request<reqwest::Body>, Error> {
        let signer = self.direct.request_signer::<CustomerBackend>(self.key.clone())?;
        let url = format!("{}/ekyc", self.backend);
        wire::signed(photographs.outgoing(url, request_id, &self.profile), &self.profile, &signer)
            .await
    }

    /// Model 2: asks the backend for the id under which to call the service.
    ///
    /// # Errors
    /// The backend refused, or somebody answered in its place.
    pub async fn open_session(&self) -> Result<Session, Error> {
        let exchange = self.tell("/sessions", &serde_json::json!({})).await?;
        let answer = exchange.answer_of::<_, CustomerBackend>(&self.relaying)?;
        Ok(serde_json::from_slice(answer.body().unwrap_or_default())?)
    }

    /// Model 2, step 2: sends the photographs to the service.
    ///
    /// # Errors
    /// The service refused, or somebody answered in its place.
    pub async fn call_service(
        &self,
        photographs: &Photographs,
        session: &Session,
    ) -> Result<Exchange, Error> {
        let signer = self.relaying.request_signer::<BioId>(self.key.clone())?;
        let url = format!("{}/v1/app/kyc", self.service);
        let outgoing = photographs.outgoing(url, &session.request_id, &self.profile);
        let message = wire::signed(outgoing, &self.profile, &signer).await?;
        let exchange = wire::send(&self.http, message).await?;
        exchange.answer_of::<_, BioId>(&self.relaying)?;
        Ok(exchange)
    }

    /// Model 2, step 4: hands on to the backend what the service answered, or what the app makes of it.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn hand_on(&self, result: &HandedOn) -> Result<Exchange, Error> {
        self.tell("/kyc-result", result).await
    }

    /// What the backend decided.
    ///
    /// # Errors
    /// The backend refused, or somebody answered in its place.
    pub fn decision(&self, exchange: &Exchange) -> Result<Decision, Error> {
        let answer = exchange.answer_of::<_, CustomerBackend>(&self.direct)?;
        Ok(serde_json::from_slice(answer.body().unwrap_or_default())?)
    }

    async fn tell(&self, path: &str, content: &impl Serialize) -> Result<Exchange, Error> {
        let body = serde_json::to_vec(content)?;
        let signer = self.relaying.request_signer::<CustomerBackend>(self.key.clone())?;
        let outgoing = Outgoing {
            url: format!("{}{path}", self.backend),
            content_type: JSON,
            digest: self.profile.digest_field().value(&body),
            request_id: &wire::new_request_id()?,
            body: Payload::Memory(body),
        };
        wire::send(&self.http, wire::signed(outgoing, &self.profile, &signer).await?).await
    }
}

/// What the service answered, as it is to be handed on.
#[must_use]
pub fn handed_on(answer: &Exchange) -> HandedOn {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let fields = answer.headers.iter();
    HandedOn {
        request_id: answer.request_id().to_owned(),
        status: answer.status.as_u16(),
        fields: fields.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: text(&answer.body),
    }
}

/// Three photographs as one multipart body (RFC 7578), in a file.
#[derive(Debug)]
pub struct Photographs {
    body: Spooled,
    sha256: [u8; 32],
}

impl Photographs {
    /// Takes photographs of about so many bytes together, hashing them on their way into a file.
    ///
    /// # Errors
    /// The disk's.
    pub async fn take(spools: &Spools, bytes: usize) -> io::Result<Self> {
        let (mut spool, mut hash) = (spools.open().await?, Sha256::new());
        let pixels: Vec<u8> = (0..=u8::MAX).cycle().take(16 * 1024).collect();
        for name in PHOTOGRAPHS {
            let head = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{name}.jpg\"\r\n\
                 content-type: image/jpeg\r\n\r\n"
            );
            let mut left = bytes / PHOTOGRAPHS.len();
            let mut piece = head.as_bytes();
            loop {
                hash.update(piece);
                spool.write(piece).await?;
                if left == 0 {
                    break;
                }
                piece = pixels.get(..left.min(pixels.len())).unwrap_or(&pixels);
                left -= piece.len();
            }
            hash.update(b"\r\n");
            spool.write(b"\r\n").await?;
        }
        let end = format!("--{BOUNDARY}--\r\n");
        hash.update(end.as_bytes());
        spool.write(end.as_bytes()).await?;
        Ok(Self { body: spool.finish().await?, sha256: hash.finish() })
    }

    /// How many bytes the body has.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.body.bytes()
    }

    fn outgoing<'o>(&'o self, url: String, request_id: &'o str, profile: &Profile) -> Outgoing<'o> {
        Outgoing {
            url,
            content_type: CONTENT_TYPE,
            digest: profile.digest_field().value_of(&self.sha256),
            request_id,
            body: Payload::File(&self.body),
        }
    }
}

/// A poor network, and a backend that asks the service meanwhile.
const ANSWERS_WITHIN: Duration = Duration::from_secs(180);

const BOUNDARY: &str = "three-photographs";
const CONTENT_TYPE: &str = "multipart/form-data; boundary=three-photographs";
