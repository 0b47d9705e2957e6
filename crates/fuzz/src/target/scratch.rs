//! A folder in memory, if the system has one.

use std::path::Path;
use tempfile::TempDir;

/// The memory file system of Linux.
const MEMORY: &str = "/dev/shm";

/// A fresh folder that goes when it is dropped.
pub(super) fn folder() -> Option<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("smbreplay-fuzz-");
    if Path::new(MEMORY).is_dir() { builder.tempdir_in(MEMORY) } else { builder.tempdir() }.ok()
}
