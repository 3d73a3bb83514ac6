//! The provider: what it serves, how it admits a request, and what it answers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign::guard::{OrderError, Reservation, Settlement};
use countersign::headers::Headers;
use countersign::partner::bank_sso::{
    Admission, BankClaims, BankSso, BankSsoError, Granted, Order, Refused, Route, ScopeRule,
    json_body,
};
use countersign::verified::Verified;
use example_host::store::Store;
use serde_json::json;

use crate::jwks::BankKeys;
use crate::tables::{Declined, InvoiceContent, Tables};
use crate::{Error, Log, now};

/// What a provider has to be told. It is never printed: a URL of Redis may hold a password.
#[derive(Clone)]
pub struct Settings {
    /// The bank's `iss`.
    pub issuer: String,
    /// Where the bank publishes its keys.
    pub jwks_url: String,
    /// The least time from one fetch of them to the next.
    pub cool_down: Duration,
    /// The Redis that several providers share, if there are several.
    pub redis_url: Option<String>,
}

/// The provider.
pub struct Provider {
    sso: BankSso,
    keys: Arc<BankKeys>,
    store: Store,
    tables: Mutex<Tables>,
    log: Log,
}

type Shared = Arc<Provider>;

impl Provider {
    /// A provider that reads these keys and uses this store.
    ///
    /// # Errors
    /// Settings that cannot be.
    pub fn new(settings: &Settings, log: Log) -> Result<Arc<Self>, Error> {
        let read_invoice = Route::new("GET", INVOICE, ScopeRule::any_of(["invoice:read"]));
        let sso = BankSso::builder(&*settings.issuer)
            .route(read_invoice.reusable_until_expiry())
            .build()?;
        let keys = BankKeys::new(&settings.jwks_url, settings.cool_down, Arc::clone(&log))?;
        let redis_url = settings.redis_url.as_deref();
        let store = Store::open(redis_url, "invoice-provider:", Arc::clone(&log))?;
        let tables = Mutex::new(Tables::with_account(KNOWN_ACCOUNT));
        Ok(Arc::new(Self { sso, keys, store, tables, log }))
    }

    /// The bank's keys, to fetch or restore them before the first token comes.
    #[must_use]
    pub const fn keys(&self) -> &Arc<BankKeys> {
        &self.keys
    }

    /// The endpoints. What is none of them is answered by axum: 404, or 405.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/api/v1/onboard", post(on_board))
            .route("/api/v1/link-account", post(link_account))
            .route("/api/v1/purchase-package", post(purchase_package))
            .route("/api/v1/invoices", post(create_invoice))
            .route(INVOICE, get(show_invoice))
            .layer(middleware::from_fn(to_the_end))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self)
    }

    /// One request: its token verified and used up, its order reserved.
    ///
    /// # Errors
    /// Why not. Nothing was changed then, but that the token may be used up.
    pub async fn admit(
        &self,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Granted, Refused> {
        let fields: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let request = self.sso.request(method, path, Headers::new(&fields), body)?;
        let keys = self.keys.lookup(request.key_id()).await;
        let keys = keys.map_err(|reason| request.refuse(reason))?;
        let mut admission = request.verify(&keys, now())?;
        loop {
            match admission {
                Admission::Granted(granted) => return Ok(*granted),
                Admission::Owes(owes) => {
                    let answer = self.store.apply(owes.step(), now()).await;
                    admission = owes.finish(answer, now())?;
                }
            }
        }
    }

    /// Does what an order asks for, and has the ledger remember how it went.
    ///
    /// `work` must be over within the lease. What takes longer goes into a queue, in the same transaction.
    async fn carry_out(
        &self,
        granted: Granted,
        work: impl FnOnce(&mut Tables, &BankClaims, &Order) -> Result<String, Declined>,
    ) -> Response {
        let (claims, reservation) = granted.into_parts();
        // The routes of these handlers are flows that buy: there are an order and its reservation.
        let (Some(order), Some(reservation)) = (&claims.order, reservation) else {
            return internal_error();
        };
        let outcome = work(&mut self.tables(), &claims, order);
        self.settle(&reservation, order, &outcome).await;
        outcome.map_or_else(decline, |invoice_id| created(&invoice_id, &claims))
    }

    async fn settle(
        &self,
        reservation: &Reservation,
        order: &Order,
        outcome: &Result<String, Declined>,
    ) {
        let settlement = match outcome {
            Ok(invoice_id) => reservation.complete(invoice_id),
            Err(_nothing_happened) => Ok(reservation.abandon()),
        };
        let settled = match settlement {
            Ok(settlement) => self.write(&settlement).await,
            Err(error) => Err(error),
        };
        if let Err(error) = settled {
            // The work stands as it is. `BankSso::reconcile` puts the ledger right.
            self.alarm(&format!("order {} was {outcome:?} and is not settled: {error}", order.id));
        }
    }

    /// A settlement may be applied again: an answer that was lost does no harm.
    async fn write(&self, settlement: &Settlement) -> Result<(), OrderError> {
        let mut tries_left = SETTLEMENT_TRIES;
        loop {
            let settled = settlement.finish(self.store.apply(settlement.step(), now()).await);
            tries_left = tries_left.saturating_sub(1);
            if settled != Err(OrderError::StoreUnavailable) || tries_left == 0 {
                return settled;
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }

    fn refuse(&self, refused: &Refused) -> Response {
        let answer = self.sso.answer(refused);
        let status = StatusCode::from_u16(answer.status).unwrap_or(INTERNAL_ERROR);
        let json = [(header::CONTENT_TYPE, "application/json")];
        let mut response =
            (status, json, json_body(answer, refused.first_result())).into_response();
        if let Some(at) = refused.retry_at() {
            let seconds = at.saturating_since(now()).as_secs().saturating_add(1);
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }

    /// What somebody must look into, beside being refused.
    fn alarm_of(&self, refused: &Refused) {
        if let BankSsoError::Order(
            error @ (OrderError::ContentMismatch
            | OrderError::Unknown { .. }
            | OrderError::ForeignRecord),
        ) = refused.reason()
        {
            let order_id = refused.trace().order_id.as_ref().map_or("", |id| id.as_str());
            self.alarm(&format!("order {order_id}: {error}"));
        }
    }

    fn alarm(&self, line: &str) {
        (self.log)(&format!("ALARM: {line}"));
    }

    /// In place of a connection to a database, so nobody waits for anything while holding it.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that was admitted, and its body. A handler that takes it cannot run without one.
struct Admitted {
    granted: Granted,
    body: Bytes,
}

impl FromRequest<Shared> for Admitted {
    type Rejection = Response;

    async fn from_request(request: Request, provider: &Shared) -> Result<Self, Response> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head.clone(), body);
        let body = tokio::time::timeout(BODY_WITHIN, Bytes::from_request(request, provider)).await;
        let body = body.map_err(|_elapsed| StatusCode::REQUEST_TIMEOUT.into_response())?;
        let body = body.map_err(IntoResponse::into_response)?;

        let (method, path) = (head.method.as_str(), head.uri.path());
        let outcome = provider.admit(method, path, &head.headers, &body).await;
        let record = provider.sso.audit(method, path, outcome.as_ref(), now());
        (provider.log)(&format!("audit: {record}"));
        match outcome {
            Ok(granted) => Ok(Self { granted, body }),
            Err(refused) => {
                provider.alarm_of(&refused);
                Err(provider.refuse(&refused))
            }
        }
    }
}

/// A request goes on in a task of its own: a bank that hangs up leaves no order half done.
async fn to_the_end(request: Request, next: Next) -> Response {
    tokio::spawn(next.run(request)).await.unwrap_or_else(|_panicked| internal_error())
}

async fn on_board(State(provider): State<Shared>, admitted: Admitted) -> Response {
    provider.carry_out(admitted.granted, Tables::on_board).await
}

async fn purchase_package(State(provider): State<Shared>, admitted: Admitted) -> Response {
    provider.carry_out(admitted.granted, Tables::purchase).await
}

async fn link_account(State(provider): State<Shared>, admitted: Admitted) -> Response {
    let claims = admitted.granted.claims();
    let linked = provider.tables().link(claims);
    linked.map_or_else(decline, |account_id| {
        let ouid = claims.ouid.as_str();
        Json(json!({ "account_id": account_id, "status": "LINKED", "ouid": ouid })).into_response()
    })
}

async fn create_invoice(State(provider): State<Shared>, admitted: Admitted) -> Response {
    let claims = admitted.granted.claims();
    let Ok(content) = serde_json::from_slice::<InvoiceContent>(&admitted.body) else {
        return decline(Declined::BodyMalformed);
    };
    let outcome = provider.tables().create_invoice(claims, content);
    outcome.map_or_else(decline, |invoice_id| created(&invoice_id, claims))
}

async fn show_invoice(
    State(provider): State<Shared>,
    Path(invoice_id): Path<String>,
    admitted: Admitted,
) -> Response {
    let tables = provider.tables();
    let invoice = tables.invoice(admitted.granted.claims(), &invoice_id);
    invoice.map_or_else(decline, |invoice| Json(invoice).into_response())
}

/// The answer that the document shows (S1-22).
fn created(invoice_id: &str, claims: &Verified<BankClaims>) -> Response {
    let ouid = claims.ouid.as_str();
    let body = json!({ "invoice_id": invoice_id, "status": "CREATED", "ouid": ouid });
    (StatusCode::CREATED, Json(body)).into_response()
}

fn decline(declined: Declined) -> Response {
    let (status, code) = declined.answer();
    let status = StatusCode::from_u16(status).unwrap_or(INTERNAL_ERROR);
    (status, Json(json!({ "code": code }))).into_response()
}

fn internal_error() -> Response {
    (INTERNAL_ERROR, Json(json!({ "code": "PARTNER_INTERNAL_ERROR" }))).into_response()
}

/// An account of the demo, opened before the bank came: to be linked.
pub const KNOWN_ACCOUNT: &str = "acc-1001";

const INVOICE: &str = "/api/v1/invoices/{id}";
const INTERNAL_ERROR: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

/// The document's bodies are a few hundred bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// How long a body may take to arrive: banks do not dawdle.
const BODY_WITHIN: Duration = Duration::from_secs(5);

/// How often a settlement is written before it is left to be reconciled, and how long apart: a store that
/// blinks is back within a second.
const SETTLEMENT_TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(200);
