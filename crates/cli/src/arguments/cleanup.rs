//! `cleanup`.

use super::{ServerArguments, TraceSelection};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct CleanupArguments {
    /// A run of `report --list` or a setup; `last` is the latest [default: all of the trace]
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// Show what would be removed, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
}
