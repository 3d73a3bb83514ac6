//! Why orders are refused, and how stores fail.

use std::time::Duration;

use crate::class::Class;
use crate::time::UnixTime;
use crate::verified::{Record, StoreAnswer};

/// Why an order was not reserved, or not settled.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// The order was carried out before, with the same content. Answer with the first result.
    #[error("the order was carried out before")]
    Duplicate {
        /// What [`Reservation::complete`](crate::guard::Reservation::complete) was given the first time.
        reference: String,
    },
    /// Another attempt at the same order has a lease that still runs.
    #[error("another attempt is in flight until {}", .until.to_rfc3339())]
    InFlight {
        /// When the lease ends.
        until: UnixTime,
    },
    /// The order's id was used before with other content. Raise an alarm: a retry repeats its content.
    #[error("expected the content that the order had before, found other content")]
    ContentMismatch,
    /// An attempt's lease ended and nobody said how it went. Find out, and tell
    /// [`OrderLedger::reconcile`](crate::guard::OrderLedger::reconcile); never carry it out again before.
    #[error("an earlier attempt ended without a result")]
    Unknown {
        /// The record to reconcile.
        record: Record,
    },
    /// Someone else settled the order meanwhile: whoever reconciled it took this attempt for dead.
    /// Raise an alarm: if both did something, both must be looked at.
    #[error("the order was settled by someone else")]
    Superseded,
    /// The store holds a record that no version of the ledger known here wrote.
    #[error("expected a record of an order, found another")]
    ForeignRecord,
    /// The record to reconcile is not one of an attempt in flight.
    #[error("expected the record of an attempt whose lease has ended, found another")]
    NotUnknown,
    /// An order id must be 1 to 128 visible ASCII characters.
    #[error("expected an order id of 1 to 128 visible ascii characters, found {length} bytes")]
    MalformedOrderId {
        /// Its length, in bytes.
        length: usize,
    },
    /// A reference must be 1 to 128 visible ASCII characters.
    #[error("expected a reference of 1 to 128 visible ascii characters, found {length} bytes")]
    MalformedReference {
        /// Its length, in bytes.
        length: usize,
    },
    /// The store did not answer, or refused without its record. Nothing is known, so nothing is allowed.
    #[error("the store did not answer")]
    StoreUnavailable,
    /// The ledger's settings are refused, each for the reason given.
    #[error("expected other settings of the ledger: {}", list(.0))]
    Settings(Vec<LedgerProblem>),
}

impl OrderError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Duplicate { .. } => "guard.order_duplicate",
            Self::InFlight { .. } => "guard.order_in_flight",
            Self::ContentMismatch => "guard.order_content_mismatch",
            Self::Unknown { .. } => "guard.order_unknown",
            Self::Superseded => "guard.order_superseded",
            Self::ForeignRecord => "guard.order_foreign_record",
            Self::NotUnknown => "guard.order_not_unknown",
            Self::MalformedOrderId { .. } => "guard.order_id_malformed",
            Self::MalformedReference { .. } => "guard.order_reference_malformed",
            Self::StoreUnavailable => "guard.order_store_unavailable",
            Self::Settings(_) => "guard.order_settings",
        }
    }

    /// What a host branches on.
    ///
    /// An order of unknown outcome is `Unavailable`, not `Conflict`: to call it a duplicate would say that
    /// it was carried out.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Duplicate { .. }
            | Self::InFlight { .. }
            | Self::ContentMismatch
            | Self::Superseded => Class::Conflict,
            Self::Unknown { .. } | Self::StoreUnavailable => Class::Unavailable,
            Self::MalformedOrderId { .. } => Class::Malformed,
            Self::ForeignRecord
            | Self::NotUnknown
            | Self::MalformedReference { .. }
            | Self::Settings(_) => Class::Misconfigured,
        }
    }
}

/// What is wrong with the settings of an [`OrderLedger`](crate::guard::OrderLedger).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerProblem {
    /// A lease that is over at once, or that nobody would wait for.
    #[error("a lease of {minimum:?} to {maximum:?}, found {found:?}")]
    Lease {
        /// The shortest lease.
        minimum: Duration,
        /// The longest lease.
        maximum: Duration,
        /// The lease found.
        found: Duration,
    },
    /// A retention after which a late retry would be carried out again.
    #[error("a retention of at least {minimum:?}, found {found:?}")]
    Retention {
        /// The shortest retention.
        minimum: Duration,
        /// The retention found.
        found: Duration,
    },
}

/// How a store failed [`store_conformance`](crate::guard::store_conformance).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformanceError {
    /// One answer was not the one that the contract asks for.
    #[error("{name}, answer {index}: expected {expected:?}, found {found:?}")]
    Answer {
        /// The rule that was tested.
        name: &'static str,
        /// Which answer, counted from 0.
        index: usize,
        /// What the contract asks for.
        expected: StoreAnswer,
        /// What the store said.
        found: StoreAnswer,
    },
    /// Not exactly one contender of a race was served.
    #[error("{name}: expected exactly one to be applied, found {applied}")]
    Winners {
        /// The rule that was tested.
        name: &'static str,
        /// How many steps were applied.
        applied: usize,
    },
    /// There was not one answer for each step.
    #[error("{name}: expected {expected} answers, found {found}")]
    Count {
        /// The rule that was tested.
        name: &'static str,
        /// How many steps there were.
        expected: usize,
        /// How many answers there were.
        found: usize,
    },
}

impl ConformanceError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "guard.store_answer",
            Self::Winners { .. } => "guard.store_winners",
            Self::Count { .. } => "guard.store_answer_count",
        }
    }

    /// What a host branches on: a store that fails must not be used.
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Misconfigured
    }
}

fn list(problems: &[LedgerProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
