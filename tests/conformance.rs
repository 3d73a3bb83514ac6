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
fn public_vectors_hold() {
    let Some(vectors) = common::vectors() else { return };
    run(KINDS.iter().filter(|kind| !kind.is_ours()), &vectors);
}
