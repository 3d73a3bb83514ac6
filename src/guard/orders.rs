//! Orders: carried out once, whoever asks again and however the first attempt ended.

mod record;

use std::fmt;
use std::time::Duration;

use self::record::OrderRecord;
use super::{LedgerProblem, OrderError};
use crate::digest;
use crate::time::UnixTime;
use crate::verified::{Expect, Record, Step, StoreAnswer};

/// Sees to it that an order is carried out once.
///
/// An order is new until an attempt *reserves* it, in flight while that attempt's lease runs, and done once
/// the attempt *completes* it. An attempt that did nothing *abandons* it, and the order may be reserved
/// again. A lease that ends without either leaves the order *unknown*: the attempt may have died before the
/// work, or after it, so nothing is tried again until the host has found out and *reconciles* it.
///
/// | the store holds | same content | other content |
/// |---|---|---|
/// | nothing, or abandoned | reserved | reserved |
/// | in flight, lease runs | [`OrderError::InFlight`] | [`OrderError::ContentMismatch`] |
/// | in flight, lease ended | [`OrderError::Unknown`] | [`OrderError::ContentMismatch`] |
/// | done | [`OrderError::Duplicate`] with the first reference | [`OrderError::ContentMismatch`] |
///
/// The ledger itself keeps nothing; every move is a [`Step`] for the host's store.
///
/// ```
/// use countersign::digest::fingerprint;
/// use countersign::guard::{MemoryStore, OrderError, OrderKey, OrderLedger, Reserved};
/// use countersign::time::UnixTime;
///
/// let now = UnixTime::from_secs(1_735_180_623);
/// let store = MemoryStore::new(1000, now);
/// let ledger = OrderLedger::default();
///
/// let order = OrderKey::new("https://bank.example.vn", "order-789")?;
/// let content = fingerprint("purchase", &[b"PKG_100"]);
/// let mut pending = ledger.reserve(&order, &content, b"jti-1", now);
/// let reservation = loop {
///     let answer = store.apply(pending.step(), now);
///     match pending.finish(answer, now)? {
///         Reserved::Held(reservation) => break reservation,
///         Reserved::Again(next) => pending = next, // abandoned before: one more step
///     }
/// };
/// // Here the package is bought, within the lease.
/// let settlement = reservation.complete("invoice-42")?;
/// settlement.finish(store.apply(settlement.step(), now))?;
///
/// let pending = ledger.reserve(&order, &content, b"jti-2", now);
/// let answer = store.apply(pending.step(), now);
/// let refused = pending.finish(answer, now).unwrap_err();
/// assert_eq!(refused, OrderError::Duplicate { reference: "invoice-42".into() });
/// # Ok::<(), OrderError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OrderLedger {
    lease: Duration,
    retention: Duration,
}

impl OrderLedger {
    /// The lease unless another is set, one minute: longer than a request is worked on, short enough for
    /// an operator to wait for.
    pub const LEASE: Duration = Duration::from_secs(60);
    /// The shortest lease, one second: for a host whose clock is ahead, a shorter one would be over at once.
    pub const MIN_LEASE: Duration = Duration::from_secs(1);
    /// The longest lease, one hour: until it ends, nobody can tell a slow attempt from a dead one.
    pub const MAX_LEASE: Duration = Duration::from_secs(60 * 60);
    /// The retention unless another is set, 30 days: later than partners retry or settle a month's orders.
    pub const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);
    /// The shortest retention, one day: a retry by hand comes the next morning, and once the record is gone
    /// it would be carried out again.
    pub const MIN_RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

    /// A ledger with settings of its own.
    pub const fn builder() -> OrderLedgerBuilder {
        OrderLedgerBuilder { lease: Self::LEASE, retention: Self::RETENTION }
    }

    /// An attempt at `order`, which needs one step of the store.
    ///
    /// `content` is a digest of all that was ordered, so that the same id with other content is noticed.
    /// `attempt` names this attempt and no other: the token's `jti`, or the id of the request.
    pub fn reserve(
        &self,
        order: &OrderKey,
        content: &[u8; 32],
        attempt: &[u8],
        now: UnixTime,
    ) -> PendingReservation {
        let lease_end = now.saturating_add(self.lease);
        let attempt = digest::fingerprint(ATTEMPT, &[attempt]);
        let record = OrderRecord::InFlight { content: *content, attempt, lease_end }.encode();
        let until = now.saturating_add(self.retention);
        let reservation =
            Reservation { order: *order, content: *content, record, lease_end, until };
        PendingReservation { step: reservation.step(Expect::Absent), reservation }
    }

    /// Settles an order whose attempt ended without a result, once the host knows how it went.
    ///
    /// `record` comes with [`OrderError::Unknown`]. The step applies to exactly that record, so it is
    /// refused where the attempt completed after all.
    ///
    /// # Errors
    /// [`OrderError::InFlight`] while the lease runs, [`OrderError::NotUnknown`] and
    /// [`OrderError::ForeignRecord`] for other records, [`OrderError::MalformedReference`].
    ///
    /// # Security
    /// [`Outcome::NothingHappened`] lets the order be carried out again. Say so only where it is known, not
    /// because time has passed: look at what the order should have left behind, and make sure that the
    /// attempt is not merely slow.
    pub fn reconcile(
        &self,
        order: &OrderKey,
        record: &Record,
        outcome: Outcome<'_>,
        now: UnixTime,
    ) -> Result<Settlement, OrderError> {
        let OrderRecord::InFlight { content, lease_end, .. } = OrderRecord::decode(record)? else {
            return Err(OrderError::NotUnknown);
        };
        if now < lease_end {
            return Err(OrderError::InFlight { until: lease_end });
        }
        let until = now.saturating_add(self.retention);
        let record = record.clone();
        let attempt = Reservation { order: *order, content, record, lease_end, until };
        match outcome {
            Outcome::Done { reference } => attempt.complete(reference),
            Outcome::NothingHappened => Ok(attempt.abandon()),
        }
    }
}

/// A ledger with the lease and the retention that are set unless others are.
impl Default for OrderLedger {
    fn default() -> Self {
        Self { lease: Self::LEASE, retention: Self::RETENTION }
    }
}

/// Settings for an [`OrderLedger`].
#[derive(Clone, Copy, Debug)]
#[must_use = "call `build`"]
pub struct OrderLedgerBuilder {
    lease: Duration,
    retention: Duration,
}

impl OrderLedgerBuilder {
    /// How long an attempt may take before its outcome counts as unknown.
    pub const fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// How long the store remembers an order. Afterwards its id is as good as new.
    pub const fn retention(self, retention: Duration) -> Self {
        Self { retention, ..self }
    }

    /// The ledger.
    ///
    /// # Errors
    /// [`OrderError::Settings`] with every [`LedgerProblem`] there is.
    pub fn build(self) -> Result<OrderLedger, OrderError> {
        let (minimum, maximum) = (OrderLedger::MIN_LEASE, OrderLedger::MAX_LEASE);
        let lease = (!(minimum..=maximum).contains(&self.lease)).then_some(LedgerProblem::Lease {
            minimum,
            maximum,
            found: self.lease,
        });
        let minimum = OrderLedger::MIN_RETENTION;
        let retention = (self.retention < minimum)
            .then_some(LedgerProblem::Retention { minimum, found: self.retention });
        let problems: Vec<_> = lease.into_iter().chain(retention).collect();
        if problems.is_empty() {
            Ok(OrderLedger { lease: self.lease, retention: self.retention })
        } else {
            Err(OrderError::Settings(problems))
        }
    }
}

/// The name of one order in a store: a digest of who numbers the orders, and the number.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct OrderKey([u8; 32]);

impl OrderKey {
    /// The most bytes in an order id: as in the documents' examples and room beyond, small enough to log.
    pub const MAX_BYTES: usize = 128;

    /// The order that `namespace` (the issuer, or the partner) calls `order_id`.
    ///
    /// # Errors
    /// [`OrderError::MalformedOrderId`] unless it is 1 to [`OrderKey::MAX_BYTES`] visible ASCII characters.
    pub fn new(namespace: &str, order_id: &str) -> Result<Self, OrderError> {
        if !is_visible(order_id.as_bytes(), Self::MAX_BYTES) {
            return Err(OrderError::MalformedOrderId { length: order_id.len() });
        }
        let parts = [namespace.as_bytes(), order_id.as_bytes()];
        Ok(Self(digest::fingerprint(ORDER, &parts)))
    }

    /// The key as bytes, for a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderKey({})", crate::encoding::hex::encode(self.0))
    }
}

/// How an attempt went that ended without a result, as the host found out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome<'a> {
    /// The order was carried out.
    Done {
        /// What [`Reservation::complete`] would have been given.
        reference: &'a str,
    },
    /// It was not, and never will be by that attempt.
    NothingHappened,
}

/// An attempt at an order that waits for the store.
#[derive(Debug)]
#[must_use = "apply `step` to a store and call `finish` with its answer"]
pub struct PendingReservation {
    reservation: Reservation,
    step: Step,
}

impl PendingReservation {
    /// What the store must do, atomically.
    pub const fn step(&self) -> &Step {
        &self.step
    }

    /// The end: the reservation, or one more step where an earlier attempt abandoned the order.
    ///
    /// # Errors
    /// Those in the table at [`OrderLedger`]; [`OrderError::StoreUnavailable`] where the store did not
    /// answer, or refused without its record; [`OrderError::ForeignRecord`]. A reservation whose lease ended
    /// before the store answered is [`OrderError::Unknown`] too.
    pub fn finish(self, answer: StoreAnswer, now: UnixTime) -> Result<Reserved, OrderError> {
        let Reservation { record, lease_end, .. } = &self.reservation;
        match answer {
            StoreAnswer::Applied if now < *lease_end => Ok(Reserved::Held(self.reservation)),
            StoreAnswer::Applied => Err(OrderError::Unknown { record: record.clone() }),
            StoreAnswer::Refused(Some(held)) => self.refused(held, now),
            StoreAnswer::Refused(None) | StoreAnswer::Unavailable => {
                Err(OrderError::StoreUnavailable)
            }
        }
    }

    fn refused(self, held: Record, now: UnixTime) -> Result<Reserved, OrderError> {
        let expected = self.reservation.content;
        Err(match OrderRecord::decode(&held)? {
            OrderRecord::Abandoned => {
                let step = self.reservation.step(Expect::State(held));
                return Ok(Reserved::Again(Self { step, ..self }));
            }
            OrderRecord::InFlight { content, .. } | OrderRecord::Done { content, .. }
                if content != expected =>
            {
                OrderError::ContentMismatch
            }
            OrderRecord::InFlight { lease_end, .. } if now < lease_end => {
                OrderError::InFlight { until: lease_end }
            }
            OrderRecord::InFlight { .. } => OrderError::Unknown { record: held },
            OrderRecord::Done { reference, .. } => OrderError::Duplicate { reference },
        })
    }
}

/// What became of a [`PendingReservation`].
#[derive(Debug)]
#[must_use = "carry the order out, or go on with the next step"]
pub enum Reserved {
    /// The order is this attempt's.
    Held(Reservation),
    /// An earlier attempt abandoned the order; this one takes it over with one more step.
    Again(PendingReservation),
}

/// The right to carry out an order, until its lease ends.
///
/// Whoever drops it leaves the order in flight, and then unknown: that is right where nobody can say what
/// happened, and wrong where nothing did.
///
/// There is one for each right, so it cannot be copied:
///
/// ```compile_fail,E0277
/// fn copy<T: Clone>(right: T) {}
/// fn share(reservation: countersign::guard::Reservation) {
///     copy(reservation)
/// }
/// ```
/// The same functions without the copy compile:
/// ```
/// fn give<T>(right: T) {}
/// fn share(reservation: countersign::guard::Reservation) {
///     give(reservation)
/// }
/// ```
#[derive(Debug)]
#[must_use = "carry the order out and call `complete`, or call `abandon`"]
pub struct Reservation {
    order: OrderKey,
    content: [u8; 32],
    /// What the store holds for this attempt, and for no other.
    record: Record,
    lease_end: UnixTime,
    until: UnixTime,
}

impl Reservation {
    /// The most bytes in a reference: a UUID, an invoice number or a short path; small enough to log.
    pub const MAX_REFERENCE_BYTES: usize = 128;

    /// When the lease ends: the work must be over by then.
    #[must_use]
    pub const fn lease_end(&self) -> UnixTime {
        self.lease_end
    }

    /// The order was carried out; whoever asks again gets `reference` to its result.
    ///
    /// It applies after the lease too, unless someone reconciled the order meanwhile.
    ///
    /// # Errors
    /// [`OrderError::MalformedReference`] unless it is 1 to [`Reservation::MAX_REFERENCE_BYTES`] visible
    /// ASCII characters. The reservation stays as it was.
    pub fn complete(&self, reference: &str) -> Result<Settlement, OrderError> {
        if !is_visible(reference.as_bytes(), Self::MAX_REFERENCE_BYTES) {
            return Err(OrderError::MalformedReference { length: reference.len() });
        }
        let (content, reference) = (self.content, reference.to_owned());
        Ok(self.settle(&OrderRecord::Done { content, reference }))
    }

    /// Nothing happened and nothing will: the order may be reserved again.
    ///
    /// # Security
    /// Only where that is certain. An answer that was lost on the way is not nothing.
    pub fn abandon(&self) -> Settlement {
        self.settle(&OrderRecord::Abandoned)
    }

    fn settle(&self, end: &OrderRecord) -> Settlement {
        let (expect, put) = (Expect::State(self.record.clone()), end.encode());
        Settlement { step: Step::new(self.order.0, expect, put, self.until) }
    }

    fn step(&self, expect: Expect) -> Step {
        Step::new(self.order.0, expect, self.record.clone(), self.until)
    }
}

/// The end of an attempt, to be written to the store.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "apply `step` to a store and call `finish` with its answer"]
pub struct Settlement {
    step: Step,
}

impl Settlement {
    /// What the store must do, atomically. It may be applied again after an answer was lost.
    pub const fn step(&self) -> &Step {
        &self.step
    }

    /// Whether the store has it.
    ///
    /// # Errors
    /// [`OrderError::StoreUnavailable`]: apply the step again, until the host gives up and leaves the order
    /// to [`OrderLedger::reconcile`]. [`OrderError::Superseded`] where someone else settled the order.
    pub fn finish(&self, answer: StoreAnswer) -> Result<(), OrderError> {
        match answer {
            StoreAnswer::Applied => Ok(()),
            // An earlier try went through and its answer was lost.
            StoreAnswer::Refused(Some(held)) if held == *self.step.put() => Ok(()),
            StoreAnswer::Refused(_) => Err(OrderError::Superseded),
            StoreAnswer::Unavailable => Err(OrderError::StoreUnavailable),
        }
    }
}

/// Whether `text` is 1 to `maximum` characters of visible ASCII: nothing that a log or a terminal obeys.
fn is_visible(text: &[u8], maximum: usize) -> bool {
    (1..=maximum).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic)
}

const ORDER: &str = "countersign order 1";
const ATTEMPT: &str = "countersign order attempt 1";
