//! Replay, orders and rates over one atomic step.
