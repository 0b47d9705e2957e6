//! `report`.

use super::TraceSelection;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// A run of `report --list`; `last` is the latest
    #[arg(value_name = "RUN", required_unless_present_any = ["list", "merge"])]
    pub(crate) run: Option<String>,
    /// Another run: shows how it differs from the first, and ends with status 1 if it does
    #[arg(value_name = "OTHER", conflicts_with_all = ["list", "pcap", "html", "junit"])]
    pub(crate) other: Option<String>,
    /// List the runs of the trace
    #[arg(long, conflicts_with = "run")]
    pub(crate) list: bool,
    /// Make one run of those of all shards (`replay --shard`), and show it: runs of `report --list`, the folders of runs, also
    /// copied from other machines, or `last`, the shards of the latest replay
    #[arg(long, value_name = "RUN", num_args = 1.., conflicts_with_all = ["run", "other", "list"])]
    pub(crate) merge: Vec<PathBuf>,
    /// Write the live traffic of the run, in clear, as pcapng for Wireshark; a new file, or `-` for standard output. What diverged has a packet
    /// comment (filter `frame.comment`)
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub(crate) pcap: Option<PathBuf>,
    /// Write the run as one HTML page, which needs nothing but itself; a new file, or `-` for standard output
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub(crate) html: Option<PathBuf>,
    /// Write the run as JUnit XML into a new file, for what shows test results: what diverged is a failed test, what was not sent or not compared a
    /// skipped one, and what matches a passed one for each command
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub(crate) junit: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
}
