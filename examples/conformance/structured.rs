//! httpwg/structured-field-tests: RFC 9651.

#[path = "../../tests/structured/suite.rs"]
mod suite;

use std::path::Path;

use super::{Report, Run};

/// Runs a folder of the suite.
pub(crate) fn folder(path: &Path, report: &mut Report) -> Run {
    let mut suite = suite::run_folder(path)?;
    report.passed += suite.passed;
    report.failed.append(&mut suite.failed);
    Ok(())
}
