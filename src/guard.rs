//! Single use and orders: what may happen once happens once, with any store that can compare and set.
//!
//! Every guard speaks to the host's storage in one way. It gives a [`Step`](crate::verified::Step), the
//! store applies it as *one atomic operation*, and the guard takes the
//! [`StoreAnswer`](crate::verified::StoreAnswer) back:
//!
//! | step | the store holds | it does | it answers |
//! |---|---|---|---|
//! | `Expect::Absent` | nothing under the key | puts the record, keeps it until `until` | `Applied` |
//! | `Expect::State(front)` | a record that starts with `front` | puts the record, keeps it until the new `until` | `Applied` |
//! | either | anything else | nothing | `Refused`, with the record it holds |
//!
//! `Unavailable` is the answer of a store that is full, cannot be reached, or was not heard in time. The
//! write may have happened all the same, so it always refuses: the next attempt finds the token used, or the
//! order in flight, and neither is ever accepted twice.
//!
//! What to apply the steps to:
//!
//! - [`MemoryStore`]: one process, bounded; forgets when it ends.
//! - [`redis`]: one script, for hosts that share a store.
//! - [`postgres`]: one statement, for what must outlive a crash, such as orders.
//! - A store of your own: [`store_conformance`] tells whether it keeps the contract.
//!
//! Who asks for steps: every verifier whose policy demands single use ([`replay`]), and [`OrderLedger`].

mod error;
mod memory;
mod orders;
pub mod postgres;
pub mod redis;
pub mod replay;
pub mod store_conformance;
mod uses;

pub use error::{ConformanceError, LedgerProblem, OrderError};
pub use memory::MemoryStore;
pub use orders::{
    OrderKey, OrderLedger, OrderLedgerBuilder, Outcome, PendingReservation, Reservation, Reserved,
    Settlement,
};
pub use uses::{Reusable, SingleUse, Use};
