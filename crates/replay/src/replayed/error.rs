//! Why a run cannot be shown beside what it replayed.

use std::path::PathBuf;
use store::ReadError;

/// Why a run cannot be shown beside what it replayed. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ReplayedError {
    /// The rows of the run cannot be read.
    #[error(transparent)]
    Run(#[from] ReadError),
    /// A session file that it replayed is not there, or cannot be read.
    #[error("what run {run} replayed cannot be read: {source}")]
    Session {
        /// Name of the run.
        run: String,
        /// What is wrong with the session file.
        source: ReadError,
    },
    /// The trace was ingested since, and is another one.
    #[error("the trace was ingested again since run {run}, and has other operations")]
    IngestedAgain {
        /// Name of the run.
        run: String,
    },
    /// The session file is not the one that was replayed.
    #[error("{path}: operation {op} is not the one that run {run} replayed ({reason})")]
    Changed {
        /// The session file.
        path: PathBuf,
        /// Number of the operation.
        op: u32,
        /// Name of the run.
        run: String,
        /// What gave it away.
        reason: NotTheSame,
    },
}

/// What tells that an operation is another one than the one that was replayed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotTheSame {
    /// No operation has the number, or the run names no session file.
    #[error("it is not there")]
    Gone,
    /// It is on another connection.
    #[error("it is on another connection")]
    Connection,
    /// It is another command.
    #[error("it is another command")]
    Command,
    /// Its request is longer or shorter than what was sent in its place.
    #[error("its request has another length")]
    Length,
    /// It lacks the bytes that the run left there.
    #[error("it lacks the data that the run left there")]
    Data,
}
