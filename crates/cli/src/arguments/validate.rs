//! `validate`.

use super::{ChosenSessions, MappingArguments, ServerArguments, TraceSelection};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    #[command(flatten)]
    pub(crate) sessions: ChosenSessions,
    /// Only the operations: can each be replayed?
    #[arg(long, conflicts_with = "check_all")]
    pub(crate) check_ops: bool,
    /// Only the lab share: can it be used, and is there what was there before the sessions began?
    #[arg(long, conflicts_with = "check_all")]
    pub(crate) check_fs: bool,
    /// Both [the default]
    #[arg(long)]
    pub(crate) check_all: bool,
    /// Let it look at a server that occurs in the trace
    #[arg(long)]
    pub(crate) allow_captured_server: bool,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(flatten)]
    pub(crate) mapping: MappingArguments,
}
