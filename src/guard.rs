//! Replay, orders and rates over one atomic step.

mod replay;

pub(crate) use replay::pending;
