//! `setup`, and which sessions are meant.

use super::{MappingArguments, ServerArguments, TraceSelection};
use clap::Args;

/// One session, several, or all.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ChosenSessions {
    /// Sessions: ids (0x…), file names, or numbers in `session --list` [default: the last one used]
    #[arg(value_name = "ID", conflicts_with = "all")]
    pub(crate) sessions: Vec<String>,
    /// The same as ID; may be repeated
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    pub(crate) session_id: Vec<String>,
    /// All sessions of the trace, taken together: what one of them wrote, another may have read
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SetupArguments {
    #[command(flatten)]
    pub(crate) sessions: ChosenSessions,
    /// Show what would be made and deleted, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Replace what is there and different, and delete what was not there; nothing brings that back
    #[arg(long)]
    pub(crate) force: bool,
    /// Let it go to a server that occurs in the trace
    #[arg(long)]
    pub(crate) allow_captured_server: bool,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(flatten)]
    pub(crate) mapping: MappingArguments,
}
