//! `ingest`.

use clap::{Args, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct IngestArguments {
    /// Capture files (pcap or pcapng, also gzip); each is a trace of its own [default: --trace, else the last one]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "trace")]
    pub(crate) files: Vec<PathBuf>,
    /// Case folder under the traces folder
    #[arg(long, value_name = "ID")]
    pub(crate) case: Option<String>,
    /// Capture file: a path, or a name in the case folder
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) trace: Option<PathBuf>,
    /// Ingest again what was ingested already, and replace the output of other tools
    #[arg(long)]
    pub(crate) force: bool,
    /// Accepted for older scripts: TCP reassembly is always on
    #[arg(long)]
    pub(crate) reassembly: bool,
}
