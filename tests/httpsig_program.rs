//! `examples/signed_http.rs` asserts what it prints; here the gate hears of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/signed_http/document.rs"]
mod document;
#[path = "../examples/signed_http/message.rs"]
mod message;
#[path = "../examples/signed_http/schemes.rs"]
mod schemes;
#[path = "../examples/signed_http/tampered.rs"]
mod tampered;

#[test]
fn a_request_and_its_answer_are_verified_in_every_scheme_that_is_printed() {
    schemes::show().unwrap();
}

#[test]
fn what_is_changed_on_the_way_is_refused_as_printed() {
    tampered::show().unwrap();
}

#[test]
fn what_an_app_makes_of_a_result_is_refused_as_printed() {
    document::show().unwrap();
}
