//! `examples/webhooks.rs` asserts what it prints; here the gate hears of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/webhooks/events.rs"]
mod events;
#[path = "../examples/webhooks/faults.rs"]
mod faults;
#[path = "../examples/webhooks/forgeries.rs"]
mod forgeries;
#[path = "../examples/webhooks/samples.rs"]
mod samples;

#[test]
fn each_providers_event_has_the_assurance_that_is_printed() {
    events::show().unwrap();
}

#[test]
fn each_forgery_with_a_genuine_signature_is_refused_as_printed() {
    forgeries::show().unwrap();
}

#[test]
fn each_mistaken_integration_is_diagnosed_as_printed() {
    faults::show().unwrap();
}
