//! Runs public vector files against the crate.
//!
//! `cargo run --release --example conformance -- KIND FILE…` prints a line per failure, then how many cases
//! need what the crate does not offer, and at last `N passed, N failed`; it exits with 1 where any failed.
//! `-- all FOLDER` runs every kind on the files it has in a folder of vectors, and misses none of them; without
//! a folder it runs those that come with the crate.

#[path = "conformance/kinds.rs"]
mod kinds;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kinds::{KINDS, Kind, Report};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let report = match arguments.split_first() {
        Some((all, [])) if all == "all" => run_all(KINDS.iter().filter(|kind| kind.is_ours()), ""),
        Some((all, [folder])) if all == "all" => run_all(KINDS.iter(), folder),
        Some((name, files)) if !files.is_empty() => {
            let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else { return usage() };
            kind.run_files(files.iter().map(PathBuf::from))
        }
        _ => return usage(),
    };
    print(&report);
    println!("{} passed, {} failed", report.passed, report.failed.len());
    if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_all<'k>(kinds: impl Iterator<Item = &'k Kind>, folder: &str) -> Report {
    let mut total = Report::default();
    for kind in kinds {
        let report = kind.run_folder(Path::new(folder));
        println!("{}: {} of {} passed", kind.name, report.passed, kind.cases);
        total.add(report);
    }
    total
}

fn print(report: &Report) {
    for line in &report.failed {
        println!("FAILED {line}");
    }
    for (reason, count) in &report.not_offered {
        println!("NOT OFFERED {count} cases: {reason}");
    }
}

fn usage() -> ExitCode {
    let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    eprintln!("usage: conformance KIND FILE…, or: conformance all [FOLDER]");
    eprintln!("kinds: {}", names.join(", "));
    ExitCode::from(2)
}
