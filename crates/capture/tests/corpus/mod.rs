//! Where the captures are that the project does not carry.

use std::path::PathBuf;

/// The folder of `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout; without it, says that the test did not run.
#[allow(clippy::print_stderr, reason = "a test that does not run says so")]
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if folder.join("expected").is_dir() {
        return Some(folder);
    }
    eprintln!("NOT RUN: no captures in {}; name their folder in SMBREPLAY_CORPUS", folder.display());
    None
}
