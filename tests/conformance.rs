//! Every kind of vector file that `examples/conformance.rs` runs, in its place.

mod common;
#[path = "../examples/conformance/kinds.rs"]
mod kinds;

use std::path::Path;

use kinds::{KINDS, Kind, Report};

fn run<'k>(kinds: impl Iterator<Item = &'k Kind>, folder: &Path) -> Report {
    let mut total = Report::default();
    kinds.for_each(|kind| total.add(kind.run_folder(folder)));
    assert!(total.failed.is_empty(), "{:#?}", total.failed);
    total
}

#[test]
fn examples_of_the_rfcs_and_our_own_cases_hold_on_every_clone() {
    let report = run(KINDS.iter().filter(|kind| kind.is_ours()), Path::new(""));
    assert!(report.passed >= 100, "{}", report.passed);
}

#[test]
fn every_example_of_rfc_9421_has_its_base_and_its_verdict() {
    run_kinds(|name| name == "rfc9421");
}

#[test]
fn every_component_of_rfc_9421_has_its_line_or_its_error() {
    run_kinds(|name| name == "rfc9421-components");
}

#[test]
fn every_value_of_the_drafts_has_its_verdict() {
    run_kinds(|name| name == "cavage");
}

#[test]
fn every_digest_of_rfc_9530_has_its_verdict() {
    run_kinds(|name| name == "digest");
}

#[test]
fn what_peers_signed_is_verified_or_refused_with_its_reason() {
    run_kinds(|name| name == "peer-signed");
}

#[test]
fn public_vectors_hold() {
    run_kinds(|name| !HTTP_SIGNATURES.contains(&name));
}

fn run_kinds(named: impl Fn(&str) -> bool) {
    let Some(vectors) = common::vectors() else { return };
    run(KINDS.iter().filter(|kind| !kind.is_ours() && named(kind.name)), &vectors);
}

/// Those with a test of their own.
const HTTP_SIGNATURES: [&str; 5] =
    ["rfc9421", "rfc9421-components", "cavage", "digest", "peer-signed"];
