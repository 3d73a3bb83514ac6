//! Document `001`: a bank sends its customers to an invoice provider with a signed token per action.
//!
//! [`BankSso`] is the whole integration as rules: which routes there are and what scope each needs, how the
//! token is read from the request, what its claims must be, that it is used once, that an order is carried
//! out once, what the bank is answered, and what is logged. The host brings keys, storage and HTTP.
//!
//! ```
//! use countersign::guard::MemoryStore;
//! use countersign::headers::Headers;
//! use countersign::key::VerifyingKey;
//! use countersign::partner::bank_sso::{Admission, BankSso, Granted, Refused};
//! use countersign::time::UnixTime;
//!
//! /// One request of the bank: verified, its token used up, its order reserved.
//! fn admit(
//!     sso: &BankSso, keys: &[VerifyingKey], store: &MemoryStore,
//!     path: &str, headers: Headers<'_>, body: &[u8], now: UnixTime,
//! ) -> Result<Granted, Refused> {
//!     let request = sso.request("POST", path, headers, body)?;
//!     // Keys come from a `jwks::SharedJwksCache`, looked up with `request.key_id()`.
//!     let mut admission = request.verify(keys, now)?;
//!     loop {
//!         match admission {
//!             Admission::Granted(granted) => return Ok(*granted),
//!             Admission::Owes(owes) => {
//!                 let answer = store.apply(owes.step(), now); // or Redis, or SQL
//!                 admission = owes.finish(answer, now)?;
//!             }
//!         }
//!     }
//! }
//!
//! let sso = BankSso::builder("https://bank.example.vn").build()?;
//! let now = UnixTime::from_secs(1_735_180_700);
//! let refused = admit(&sso, &[], &MemoryStore::new(8, now), "/api/v1/onboard", Headers::new(&[]), b"", now);
//! let refused = refused.unwrap_err();
//! assert_eq!(refused.code(), "header.missing");
//! let answer = sso.answer(&refused);
//! assert_eq!((answer.status, answer.code), (400, "INVALID_JWT"));
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # What the host still does
//! - It serves TLS 1.2 or later (S1-28) and answers 404 or 405 for routes that are not its own.
//! - It looks the [`Ouid`] up in its own tables (S1-21) and checks the [`Flow`]'s precondition.
//! - It fetches the bank's key set for a [`SharedJwksCache`](crate::jwks::SharedJwksCache) (S1-25 … S1-27).
//! - It logs [`BankSso::audit`]'s record, one for each decision (S1-31).
//! - It finds out what became of an order whose attempt died, and says so with [`BankSso::reconcile`].
//!
//! # Incomplete support
//! The hand-over from a gateway that verified the token before (S1-6 … S1-10) is not here yet: until it is,
//! every provider verifies every token itself.

mod admission;
mod answers;
mod builder;
mod claims;
mod error;
mod request;
mod routes;

pub use admission::{Admission, Granted, Owes};
pub use answers::{description, json_body};
pub use builder::{BankSsoBuilder, BankSsoProblem, ConfigError};
pub use claims::{
    AccountId, BankClaims, Order, OrderId, Ouid, OuidFormat, ProductCode, Profile, Source,
};
pub use error::{BankSsoError, Refused};
pub use request::BankRequest;
pub use routes::{Flow, Precondition, Route, ScopeRule, TokenUse};

use crate::audit::{AuditRecord, Decision, LogText, Trace};
use crate::class::{AnswerProfile, PublicAnswer};
use crate::guard::{OrderError, OrderKey, OrderLedger, Outcome, Settlement};
use crate::jwt::TokenLimits;
use crate::time::UnixTime;
use crate::verified::Record;

use builder::Sources;
use routes::CheckedRoute;

/// The integration of document `001`, from the provider's side. Built once, shared by all requests.
#[derive(Clone, Debug)]
pub struct BankSso {
    issuer: Box<str>,
    routes: Vec<CheckedRoute>,
    sources: Sources,
    one_flow_scope: bool,
    ledger: OrderLedger,
    answers: AnswerProfile,
}

impl BankSso {
    /// S1-15: a bank's token is under 2 KiB; request headers of common servers end at 8 KiB.
    pub const TOKEN_LIMITS: TokenLimits =
        TokenLimits { max_token_bytes: 8 * 1024, max_header_bytes: 2 * 1024 };

    /// S1-29: the longest lifetime of a token, five minutes.
    pub const MAX_LIFETIME: std::time::Duration = std::time::Duration::from_secs(300);

    /// S1-C3: how far the clocks of bank and provider may differ. It never stretches a lifetime.
    pub const CLOCK_SKEW: std::time::Duration = std::time::Duration::from_secs(30);

    /// Starts the configuration with the bank's `iss`, which has no default (S1-C9).
    pub fn builder(issuer: impl Into<Box<str>>) -> BankSsoBuilder {
        BankSsoBuilder::new(issuer.into())
    }

    /// Starts the configuration that takes the document's printed payload literally (S1-C1): audience
    /// `account` for the party `atom`, product and order from the unsigned body.
    ///
    /// # Security
    /// `account` is the audience of every token of a Keycloak realm, and whoever can change the body can
    /// change the order. Ask the bank for `aud: "invoice"` and signed claims instead.
    pub fn dangerous_as_printed(issuer: impl Into<Box<str>>) -> BankSsoBuilder {
        Self::builder(issuer)
            .dangerous_also_accept_audience("account", ["atom"])
            .order_id_source(Source::BodyField("order_id".into()))
            .product_code_source(Source::BodyField("product_code".into()))
    }

    /// What the bank is answered: the table of the document, and nothing that it does not list unless
    /// [`with_extension_codes`](BankSsoBuilder::with_extension_codes) was asked for (S1-C7).
    #[must_use]
    pub fn answer(&self, refused: &Refused) -> PublicAnswer {
        self.answers.answer(refused.class(), refused.code())
    }

    /// The table behind [`BankSso::answer`], for refusals of the host's own.
    #[must_use]
    pub const fn answers(&self) -> &AnswerProfile {
        &self.answers
    }

    /// Settles an order whose attempt ended without a result, once the host knows how it went: see
    /// [`OrderLedger::reconcile`]. `record` comes with
    /// [`OrderError::Unknown`], or from the store.
    ///
    /// # Errors
    /// Those of [`OrderLedger::reconcile`], and
    /// [`OrderError::MalformedOrderId`].
    pub fn reconcile(
        &self,
        order_id: &str,
        record: &Record,
        outcome: Outcome<'_>,
        now: UnixTime,
    ) -> Result<Settlement, OrderError> {
        let order = OrderKey::new(&self.issuer, order_id)?;
        self.ledger.reconcile(&order, record, outcome, now)
    }

    /// The record of one decision, for the log (S1-31).
    #[must_use]
    pub fn audit(
        &self,
        method: &str,
        path: &str,
        outcome: Result<&Granted, &Refused>,
        now: UnixTime,
    ) -> AuditRecord {
        let (decision, trace) = match outcome {
            Ok(granted) => (Decision::Accepted, granted.trace()),
            Err(refused) => {
                let decision =
                    Decision::refused(refused.code(), refused.class(), self.answer(refused));
                (decision, refused.trace())
            }
        };
        AuditRecord::new("bank_sso", self.action(method, path), decision, Trace::clone(trace), now)
    }

    /// The method and template of a route; of an unknown one no more than that it is unknown.
    fn action(&self, method: &str, path: &str) -> LogText {
        match routes::find(&self.routes, method, path) {
            Some(route) => {
                LogText::new(&format!("{}:{}", route.route.method(), route.route.template()))
            }
            None => LogText::new("unknown"),
        }
    }
}
