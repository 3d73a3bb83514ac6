//! What several test files share.

use std::path::PathBuf;

/// The folder of public vectors: `COUNTERSIGN_VECTORS`, else `../shared/vectors`.
///
/// A plain clone has none and says so; under CI its absence is a failure.
#[allow(dead_code, reason = "not every test file reads vectors")]
pub(crate) fn vectors() -> Option<PathBuf> {
    let folder = std::env::var_os("COUNTERSIGN_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors")),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no vectors in {}", folder.display());
    eprintln!("SKIPPED: no vectors in {}; set COUNTERSIGN_VECTORS", folder.display());
    None
}
