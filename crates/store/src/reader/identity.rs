//! What tells a file from another that is at its path later.

use std::path::PathBuf;
use std::time::SystemTime;

/// What tells a file from another that is at its path later: files get their name when they are complete, and do not change then.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FileIdentity {
    /// The path it was opened by.
    pub path: PathBuf,
    /// Its bytes.
    pub length: u64,
    /// When it was written.
    pub modified: SystemTime,
}
