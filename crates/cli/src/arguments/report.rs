//! `report`.

use super::TraceSelection;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// A run of `report --list`; `last` is the latest
    #[arg(value_name = "RUN", required_unless_present = "list")]
    pub(crate) run: Option<String>,
    /// List the runs of the trace
    #[arg(long, conflicts_with = "run")]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
}
