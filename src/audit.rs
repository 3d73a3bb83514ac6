//! One typed record per decision.
