//! Which trace a command works on.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `--case` and `--trace`; without either, the trace ingested last.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TraceSelection {
    /// Case folder under the traces folder
    #[arg(long, value_name = "ID")]
    pub(crate) case: Option<String>,
    /// Capture file: a path, or a name in the case folder [default: the last ingested one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) trace: Option<PathBuf>,
}
