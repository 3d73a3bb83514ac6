//! Keys, signatures and MACs.
