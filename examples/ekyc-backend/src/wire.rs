//! Between the library and HTTP: a signed request is taken in piece by piece, one is sent, and its answer verified.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::IntoResponse;
use countersign::class::PublicAnswer;
use countersign::encoding::hex;
use countersign::httpsig::{HttpSigError, MessageSigner, Origin, Signatures, SigningOptions};
use countersign::interop::http::{Fields, add, request, response};
use countersign::partner::vnpt_bioid::{
    ANSWERS, BioIdError, Keys, MessageFrom, Model, Party, Profile, VnptBioId,
};
use countersign::verified::{PendingError, Verified};
use example_host::store::Store;
use reqwest::redirect::Policy;
use serde_json::json;

use crate::spool::{Spool, Spooled};
use crate::{Error, now};

/// Where the body of a request goes while it is verified.
#[derive(Debug)]
pub enum Sink {
    /// A small one, kept in memory.
    Memory(Vec<u8>),
    /// A large one.
    File(Spool),
    /// One that nobody looks at.
    Nowhere,
}

impl Sink {
    async fn put(&mut self, piece: &[u8]) -> Result<(), Refused> {
        match self {
            Self::Memory(body) if body.len() + piece.len() > MAX_IN_MEMORY => {
                Err(Refused::TooLarge)
            }
            Self::Memory(body) => {
                body.extend_from_slice(piece);
                Ok(())
            }
            Self::File(spool) => Ok(spool.write(piece).await?),
            Self::Nowhere => Ok(()),
        }
    }
}

/// Takes a request of `S` in: its head verified before a byte of the body is read, the body hashed while it is written to
/// `sink`. What is there belongs to nobody until this gives the message. One that was signed for another host than `origin`
/// is refused, whatever it says of its host.
///
/// # Errors
/// Why not. The sink may hold any part of any body then.
pub async fn take<M: Model, S: Party>(
    side: &VnptBioId<M>,
    keys: impl Fn(Option<&str>) -> Result<Keys<S>, BioIdError>,
    (origin, store): (&Origin, &Store),
    (head, mut body): (&Parts, Body),
    sink: &mut Sink,
) -> Result<Verified<MessageFrom<'static, S>>, Refused> {
    let taken = verify(side, keys, (origin, store), (head, &mut body), sink).await;
    if taken.is_err() {
        // Whoever still sends does not read: some of the rest is taken and thrown away, so that the refusal is heard.
        let _ = tokio::time::timeout(REST_WITHIN, discard(&mut body)).await;
    }
    taken
}

async fn verify<M: Model, S: Party>(
    side: &VnptBioId<M>,
    keys: impl Fn(Option<&str>) -> Result<Keys<S>, BioIdError>,
    (origin, store): (&Origin, &Store),
    (head, body): (&Parts, &mut Body),
    sink: &mut Sink,
) -> Result<Verified<MessageFrom<'static, S>>, Refused> {
    let fields = Fields::of(&head.headers);
    let message = request(&head.method, &head.uri, &fields).seen_at(origin);
    let signatures = Signatures::parse(message)?;
    let received = side.request_from::<S>(&signatures)?;
    let keys = keys(received.key_id())?;
    let mut hashed = received.verify_head(&keys, now())?.stream();
    let pump = async {
        while let Some(piece) = next_piece(body).await? {
            hashed.update(&piece)?;
            sink.put(&piece).await?;
        }
        Ok::<_, Refused>(())
    };
    tokio::time::timeout(BODY_WITHIN, pump).await.map_err(|_elapsed| Refused::TooSlow)??;
    let pending = hashed.finish()?;
    let answer = store.apply(pending.step(), now()).await;
    Ok(pending.finish(answer, now())?)
}

async fn discard(body: &mut Body) {
    let mut left = REST;
    while let Ok(Some(piece)) = next_piece(body).await {
        match left.checked_sub(piece.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, Refused> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Err(_)) => return Err(Refused::HungUp),
            // Trailers are not signed, and nobody asks for them.
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

/// Why a request was not taken in.
#[derive(Debug)]
pub enum Refused {
    /// The message: the library's word.
    Message(countersign::Error),
    /// A body that is not of the kind that the route is for.
    Content(&'static str),
    /// A body that is too large for its route.
    TooLarge,
    /// A body that did not come in time.
    TooSlow,
    /// Whoever sent it went away.
    HungUp,
    /// The service could not be asked.
    ServiceUnavailable,
    /// The service, or who says that it is, answered what cannot be verified.
    ServiceRefused(BioIdError),
    /// The disk.
    Spool(io::Error),
    /// What cannot happen as long as the configuration is right.
    Failed(Error),
}

impl Refused {
    /// What is answered.
    #[must_use]
    pub fn answer(&self) -> PublicAnswer {
        match self {
            Self::Message(error) => ANSWERS.answer(error.class(), error.code()),
            Self::Content(_) => PublicAnswer::new(422, "CONTENT"),
            Self::TooLarge => PublicAnswer::new(413, "TOO_LARGE"),
            Self::TooSlow | Self::HungUp => PublicAnswer::new(408, "TOO_SLOW"),
            Self::ServiceUnavailable | Self::ServiceRefused(_) => PublicAnswer::new(502, "SERVICE"),
            Self::Spool(_) => PublicAnswer::new(503, "UNAVAILABLE"),
            Self::Failed(_) => PublicAnswer::new(500, "INTERNAL_ERROR"),
        }
    }

    /// The answer as a response. It is not signed: nobody should believe a refusal.
    #[must_use]
    pub fn respond(&self) -> axum::response::Response {
        let answer = self.answer();
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(json!({ "code": answer.code }))).into_response()
    }

    /// For the log.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Message(error) => format!("{}: {error}", error.code()),
            Self::ServiceRefused(error) => {
                format!("ALARM: of the service: {}: {error}", error.code())
            }
            Self::Spool(error) => format!("ALARM: {error}"),
            Self::Failed(error) => format!("ALARM: {error}"),
            other => format!("{other:?}"),
        }
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Spool(error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<HttpSigError> for Refused {
    fn from(error: HttpSigError) -> Self {
        Self::Message(error.into())
    }
}

impl From<BioIdError> for Refused {
    fn from(error: BioIdError) -> Self {
        Self::Message(error.into())
    }
}

impl From<PendingError> for Refused {
    fn from(error: PendingError) -> Self {
        Self::Message(error.into())
    }
}

/// A request that is to be signed and sent.
#[derive(Debug)]
pub struct Outgoing<'o> {
    /// The whole URL.
    pub url: String,
    /// The type of the body.
    pub content_type: &'o str,
    /// The value of the profile's digest field.
    pub digest: String,
    /// The id of the request.
    pub request_id: &'o str,
    /// The body.
    pub body: Payload<'o>,
}

/// A body to be sent.
#[derive(Debug)]
pub enum Payload<'o> {
    /// A small one.
    Memory(Vec<u8>),
    /// One from a file.
    File(&'o Spooled),
}

/// Signs a request, as a value that can still be changed: by tests, that is.
///
/// # Errors
/// A URL that is none, and those of the signer.
pub async fn signed(
    outgoing: Outgoing<'_>,
    profile: &Profile,
    signer: &MessageSigner,
) -> Result<Request<reqwest::Body>, Error> {
    let (length, body) = match outgoing.body {
        Payload::Memory(body) => (body.len() as u64, reqwest::Body::from(body)),
        Payload::File(file) => (file.bytes(), reqwest::Body::wrap_stream(file.stream().await?)),
    };
    let mut message = Request::new(body);
    *message.method_mut() = Method::POST;
    *message.uri_mut() = outgoing.url.parse()?;
    let host = message.uri().authority().ok_or("a URL without a host")?.to_string();
    let date = now().to_http_date().unwrap_or_default();
    for (name, value) in [
        (header::HOST, host),
        (header::DATE, date),
        (header::CONTENT_TYPE, outgoing.content_type.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (HeaderName::from_static(profile.digest_field().name()), outgoing.digest),
        (REQUEST_ID, outgoing.request_id.to_owned()),
    ] {
        message.headers_mut().insert(name, HeaderValue::try_from(value)?);
    }
    let signature = {
        let fields = Fields::of(message.headers());
        signer.sign(request(message.method(), message.uri(), &fields), now())?
    };
    add(&signature, message.headers_mut())?;
    Ok(message)
}

/// Sends a request, and waits for its answer, which is not verified yet.
///
/// # Errors
/// There is none, or one that is longer than answers are.
pub async fn send(
    http: &reqwest::Client,
    message: Request<reqwest::Body>,
) -> Result<Exchange, Error> {
    let (asked, body) = message.into_parts();
    let message = Request::from_parts(asked.clone(), body);
    let mut answer = http.execute(message.try_into()?).await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > MAX_IN_MEMORY {
            return Err("an answer that is too long".into());
        }
        body.extend_from_slice(&piece);
    }
    Ok(Exchange { asked, status, headers, body })
}

/// A request that was sent, and what came back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The head of the request.
    pub asked: Parts,
    /// The status of the answer.
    pub status: StatusCode,
    /// Its fields.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Exchange {
    /// The answer, as one that `S` gave to this very request.
    ///
    /// # Errors
    /// Why it is not.
    pub fn answer_of<M: Model, S: Party>(
        &self,
        side: &VnptBioId<M>,
    ) -> Result<Verified<MessageFrom<'_, S>>, BioIdError> {
        let (asked, answered) = (Fields::of(&self.asked.headers), Fields::of(&self.headers));
        let asked = request(&self.asked.method, &self.asked.uri, &asked);
        let signatures = Signatures::parse(response(self.status, &answered).answering(&asked))?;
        let answer = side.answer_from::<S>(&signatures, self.request_id())?;
        let keys = side.keys(answer.key_id(), now())?;
        answer.verify_head(&keys, now())?.with_body(&self.body)
    }

    /// The id of the request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        request_id(&self.asked)
    }
}

/// An answer to this request, which was sent to `origin`, signed by each of these under its label.
///
/// # Errors
/// Those of the signers.
pub fn answered(
    origin: &Origin,
    asked: &Parts,
    body: Vec<u8>,
    profile: &Profile,
    signers: &[(&str, MessageSigner)],
) -> Result<axum::response::Response, Error> {
    let digest = profile.digest_field();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (header::DATE, now().to_http_date().unwrap_or_default()),
        (header::CONTENT_TYPE, JSON.to_owned()),
        (HeaderName::from_static(digest.name()), digest.value(&body)),
        (REQUEST_ID, request_id(asked).to_owned()),
    ] {
        headers.insert(name, HeaderValue::try_from(value)?);
    }
    let asked_fields = Fields::of(&asked.headers);
    let asked = request(&asked.method, &asked.uri, &asked_fields).seen_at(origin);
    for (label, signer) in signers {
        let signature = {
            let fields = Fields::of(&headers);
            let message = response(StatusCode::OK, &fields).answering(&asked);
            signer.sign_with(message, &SigningOptions::default().with_label(label), now())?
        };
        add(&signature, &mut headers)?;
    }
    let mut answer = axum::response::Response::new(Body::from(body));
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// What an error says, and what its causes say.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// An id that no other request has, and that nobody guesses: in the draft it is all that ties an answer to its request, and
/// an app may ask the service under any.
///
/// # Errors
/// The system has no randomness to give.
pub fn new_request_id() -> Result<String, Error> {
    let mut id = [0; 16];
    getrandom::fill(&mut id)?;
    Ok(hex::encode(id))
}

/// A client that follows no redirects: what was signed for one host would be sent to another.
///
/// # Errors
/// None that the demo meets.
pub fn client(within: Duration) -> Result<reqwest::Client, Error> {
    let client = reqwest::Client::builder().redirect(Policy::none()).no_proxy();
    Ok(client.timeout(within).build()?)
}

fn request_id(asked: &Parts) -> &str {
    asked.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default()
}

/// The type of every body but an upload's.
pub const JSON: &str = "application/json";

/// The profile's field for the id of a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Requests but uploads, and answers, are some hundred bytes.
const MAX_IN_MEMORY: usize = 64 * 1024;

/// How much of a refused body is taken all the same, and for how long: no more than a refusal is worth.
const REST: usize = 1024 * 1024;
const REST_WITHIN: Duration = Duration::from_secs(2);

/// How long a body may take: 20 MB over a poor mobile network.
const BODY_WITHIN: Duration = Duration::from_secs(120);
