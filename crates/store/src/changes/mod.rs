//! What setups and replays changed on live shares, so that it can be taken away again: `changes.jsonl`.
//!
//! Its first line says where; each other line is a change, in the order in which they were made. What a setup makes has its line
//! before it is made: after a crash the file may name something that was never made. What a replay changes is noted as the
//! server answers; where an answer does not come, that something may have been made. Runs at the same time, as the shards of
//! one replay are, rename and delete what others of them have made: each line has its time.

mod journal;
mod live_path;

pub use journal::{ChangeJournal, Changes, ChangesError, in_order, list};
pub use live_path::LivePath;

use serde::{Deserialize, Serialize};

/// Version of the layout of `changes.jsonl`.
pub const CHANGES_SCHEMA_VERSION: &str = "1.1";
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

/// A further line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedChange {
    /// What was changed.
    #[serde(flatten)]
    pub change: Change,
    /// When the server answered, or when it was about to be made, by the clock of the machine that changed it; `None` in
    /// files before 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<jiff::Timestamp>,
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
    /// Data, attributes or permissions of a file or folder were changed.
    Changed {
        /// The live share.
        share: String,
        /// Its path.
        path: LivePath,
    },
    /// A file or folder was deleted, or found to be gone.
    Deleted {
        /// The live share.
        share: String,
        /// The path it had.
        path: LivePath,
    },
    /// A request without an answer may have made it.
    Perhaps {
        /// The live share.
        share: String,
        /// Its path.
        path: LivePath,
    },
}

impl Change {
    /// What it is about: the live share, and the path there.
    pub fn place(&self) -> (&str, &LivePath) {
        match self {
            Self::Made { share, path, .. }
            | Self::NotMade { share, path }
            | Self::Renamed { share, path, .. }
            | Self::Linked { share, path, .. }
            | Self::Changed { share, path }
            | Self::Deleted { share, path }
            | Self::Perhaps { share, path } => (share, path),
        }
    }
}
