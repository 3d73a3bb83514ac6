//! From a verified token to a granted request: the token used up, the order reserved.

use super::BankSso;
use super::claims::BankClaims;
use super::error::{BankSsoError, Refused};
use crate::audit::{LogText, Trace};
use crate::guard::{OrderKey, OrderLedger, PendingReservation, Reservation, Reserved};
use crate::time::UnixTime;
use crate::verified::{Pending, Step, StoreAnswer, Verified};

/// What a verified request still needs. Loop until it is granted:
///
/// ```
/// # use countersign::partner::bank_sso::{Admission, Granted, Refused};
/// # use countersign::{guard::MemoryStore, time::UnixTime};
/// fn settle(mut admission: Admission, store: &MemoryStore, now: UnixTime) -> Result<Granted, Refused> {
///     loop {
///         match admission {
///             Admission::Granted(granted) => return Ok(*granted),
///             Admission::Owes(owes) => {
///                 let answer = store.apply(owes.step(), now);
///                 admission = owes.finish(answer, now)?;
///             }
///         }
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is granted while a step is owed"]
pub enum Admission {
    /// The request may go on.
    Granted(Box<Granted>),
    /// The store has to be asked first.
    Owes(Box<Owes>),
}

impl Admission {
    pub(super) fn granted(
        claims: Verified<BankClaims>,
        reservation: Option<Reservation>,
        trace: Trace,
    ) -> Self {
        let trace = traced(trace, &claims);
        Self::Granted(Box::new(Granted { claims, reservation, trace }))
    }
}

/// A request that may go on.
#[derive(Debug)]
#[must_use = "carry the request out, and settle its reservation"]
pub struct Granted {
    claims: Verified<BankClaims>,
    reservation: Option<Reservation>,
    trace: Trace,
}

impl Granted {
    /// What the bank says.
    #[must_use]
    pub const fn claims(&self) -> &Verified<BankClaims> {
        &self.claims
    }

    /// The right to carry the order out, in the flows that buy: when it is done, the store must be told with
    /// [`Reservation::complete`], or with [`Reservation::abandon`] where nothing happened.
    #[must_use]
    pub const fn reservation(&self) -> Option<&Reservation> {
        self.reservation.as_ref()
    }

    /// The ids by which the decision can be found again.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Takes it apart.
    pub fn into_parts(self) -> (Verified<BankClaims>, Option<Reservation>) {
        (self.claims, self.reservation)
    }
}

/// A request that is verified and owes the store a step: first the token is used up, then the order, where
/// there is one, is reserved.
#[derive(Debug)]
#[must_use = "apply `step` to a store and call `finish` with its answer"]
pub struct Owes {
    debt: Debt,
    trace: Trace,
}

#[derive(Debug)]
enum Debt {
    Token { pending: Pending<BankClaims>, ledger: OrderLedger, issuer: Box<str> },
    Order { pending: PendingReservation, claims: Verified<BankClaims> },
}

impl Owes {
    pub(super) fn token(sso: &BankSso, pending: Pending<BankClaims>, trace: Trace) -> Admission {
        let trace = traced(trace, pending.verified());
        let debt = Debt::Token { pending, ledger: sso.ledger, issuer: sso.issuer.clone() };
        Admission::Owes(Box::new(Self { debt, trace }))
    }

    /// What the store must do, atomically.
    pub const fn step(&self) -> &Step {
        match &self.debt {
            Debt::Token { pending, .. } => pending.step(),
            Debt::Order { pending, .. } => pending.step(),
        }
    }

    /// Goes on with the store's answer. `now` is read again, after the store answered.
    ///
    /// # Errors
    /// [`BankSsoError::TokenReplayed`] and [`BankSsoError::OrderTokenReplayed`],
    /// [`BankSsoError::Expired`], [`BankSsoError::StoreUnavailable`], [`BankSsoError::Order`].
    pub fn finish(self, answer: StoreAnswer, now: UnixTime) -> Result<Admission, Refused> {
        let Self { debt, trace } = self;
        let next = match debt {
            Debt::Token { pending, ledger, issuer } => {
                let has_order = pending.verified().order.is_some();
                let claims = pending.finish(answer, now);
                let claims = claims.map_err(|error| BankSsoError::of_replay(error, has_order));
                claims.and_then(|claims| reserve(claims, &ledger, &issuer, &trace, now))
            }
            Debt::Order { pending, claims } => match pending.finish(answer, now) {
                Ok(Reserved::Held(reservation)) => {
                    Ok(Admission::granted(claims, Some(reservation), trace.clone()))
                }
                Ok(Reserved::Again(pending)) => Ok(owes_order(pending, claims, &trace)),
                Err(error) => Err(error.into()),
            },
        };
        next.map_err(|reason| Refused::new(reason, &trace))
    }
}

/// The token is used up: on with the order, where there is one.
fn reserve(
    claims: Verified<BankClaims>,
    ledger: &OrderLedger,
    issuer: &str,
    trace: &Trace,
    now: UnixTime,
) -> Result<Admission, BankSsoError> {
    let Some(order) = &claims.order else {
        return Ok(Admission::granted(claims, None, trace.clone()));
    };
    let key = OrderKey::new(issuer, order.id.as_str())?;
    let pending = ledger.reserve(&key, &claims.content(), claims.jti.as_bytes(), now);
    Ok(owes_order(pending, claims, trace))
}

fn owes_order(
    pending: PendingReservation,
    claims: Verified<BankClaims>,
    trace: &Trace,
) -> Admission {
    let debt = Debt::Order { pending, claims };
    Admission::Owes(Box::new(Owes { debt, trace: trace.clone() }))
}

/// The trace of a request whose token was good.
fn traced(trace: Trace, claims: &Verified<BankClaims>) -> Trace {
    let order = claims.order.as_ref();
    Trace {
        jti: Some(LogText::new(&claims.jti)),
        order_id: order.map(|order| LogText::new(order.id.as_str())),
        unsigned: order.map(|order| order.unsigned.clone()).unwrap_or_default(),
        ..trace.with_evidence(claims.evidence())
    }
}
