//! What setups and replays changed on live shares, so that it can be taken away again: `changes.jsonl`.
//!
//! Its first line says where; each other line is a change, in the order in which they were made. A line is there before the
//! thing is: after a crash the file may name something that was never made, but nothing that was made is missing.

mod journal;
mod live_path;

pub use journal::{ChangeJournal, Changes, ChangesError, list};
pub use live_path::LivePath;

use serde::{Deserialize, Serialize};

/// Version of the layout of `changes.jsonl`.
pub const CHANGES_SCHEMA_VERSION: &str = "1.0";
/// Name of the file in the folder of a run or setup.
pub const CHANGES_FILE: &str = "changes.jsonl";

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesHeader {
    /// Version of this layout, `major.minor`.
    pub schema_version: String,
    /// Host of the live server, as given.
    pub server: String,
    /// TCP port.
    pub port: u16,
    /// When it began, UTC.
    pub started: jiff::Timestamp,
}

/// A change on a live share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A file or folder that was not there is made, or is about to be.
    Made {
        /// The live share.
        share: String,
        /// Its path.
        path: LivePath,
        /// It is a folder.
        folder: bool,
    },
    /// It could not be made after all.
    NotMade {
        /// The live share.
        share: String,
        /// Its path.
        path: LivePath,
    },
    /// A file or folder has another name.
    Renamed {
        /// The live share.
        share: String,
        /// The path it had.
        path: LivePath,
        /// The path it has.
        to: LivePath,
    },
    /// A file has a further name.
    Linked {
        /// The live share.
        share: String,
        /// A path it had.
        path: LivePath,
        /// The path it has as well.
        to: LivePath,
    },
    /// A file or folder was deleted.
    Deleted {
        /// The live share.
        share: String,
        /// The path it had.
        path: LivePath,
    },
    /// All of this was taken away again.
    Cleaned,
}
