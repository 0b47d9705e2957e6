//! `export`.

use super::{ChosenSessions, TraceSelection};
use clap::{Args, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    pub(crate) sessions: ChosenSessions,
    /// Folder for the files; made if missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) files: PathBuf,
    /// The files as they were before the capture, not as they are at its end
    #[arg(long)]
    pub(crate) before: bool,
    /// Overwrite files that are there
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
}

const NOTES: &str = "\
Files go to DIR/<share>/<path>, or to DIR/<server>/<share>/<path> where the sessions used several servers. What cannot be \
in a local name is written as %xx: the stream A of FILE is FILE%3aA. Bytes that the capture does not show are zeros, and \
told. Deleted files are written as well, with a number if another file has their name.

Exit status: 0 done, also when files have holes; 1 some files could not be written; 2 nothing could be done; 130 \
interrupted.";
