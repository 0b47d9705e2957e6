//! `ingest`.

use super::SecretArguments;
use clap::{Args, ValueEnum, ValueHint};
use std::num::NonZero;
use std::path::PathBuf;
use store::Payload;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct IngestArguments {
    /// Captures that are read as one trace: files, folders, quoted patterns; `-` is standard input [default: --trace,
    /// else the last one]
    ///
    /// pcap and pcapng files, plain or compressed with gzip or zstd, of a ring buffer for example, or of each direction.
    /// Of a folder, the captures in it. A set is called after what the file names have in common, else after its folder.
    /// Standard input is read to its end: end the capture, not smbreplay, to keep what came.
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath, conflicts_with = "trace")]
    pub(crate) files: Vec<PathBuf>,
    /// Read each file as a trace of its own, also those of a folder or a pattern
    #[arg(long, conflicts_with = "name")]
    pub(crate) each: bool,
    /// What to call a set, or what comes through standard input [default: the common stem, stdin-TIME]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Case folder under the traces folder
    #[arg(long, value_name = "ID")]
    pub(crate) case: Option<String>,
    /// Capture: a path, a name in the case folder, or the name of an ingested set
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) trace: Option<PathBuf>,
    /// Ingest again what was ingested already, and replace the output of other tools
    #[arg(long)]
    pub(crate) force: bool,
    /// What to store of the data of READs and WRITEs: all, its length and hash, or its length
    ///
    /// Without its data, a session file shows what clients did, and not the contents of files; bulk traffic becomes small.
    /// All other messages are stored whole, and encrypted ones without a key up to the end of their header. READs are still
    /// compared by a hash; WRITEs send a pattern. A hash tells whether contents are the same as known ones.
    #[arg(long, value_name = "full|hash|none", default_value = "full", hide_possible_values = true)]
    pub(crate) payload: PayloadArgument,
    /// Threads, or traces at a time; the result does not depend on their number [default: one for each processor, at most 4]
    ///
    /// One reads the capture, one makes sense of it, and all encode when they would have to wait, the others always. Each of
    /// these takes about 20 MB of memory. With more traces than threads (--each), so many are read at a time, each by one thread
    /// that takes about 50 MB.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Accepted for older scripts: TCP reassembly is always on
    #[arg(long)]
    pub(crate) reassembly: bool,
    #[command(flatten)]
    pub(crate) secrets: SecretArguments,
}

/// [`Payload`] as it is written. The variants have no text of their own, so that the help stays short.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum PayloadArgument {
    Full,
    Hash,
    None,
}

impl From<PayloadArgument> for Payload {
    fn from(payload: PayloadArgument) -> Self {
        match payload {
            PayloadArgument::Full => Self::Full,
            PayloadArgument::Hash => Self::Hash,
            PayloadArgument::None => Self::None,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  smbreplay ingest office.pcap.zst               one file
  smbreplay ingest 'ring_*.pcapng'               a split capture, as one trace
  smbreplay ingest client.pcap server.pcap       each direction in a file of its own
  smbreplay ingest --each *.pcap                 unrelated captures
  smbreplay ingest --payload hash office.pcap    without the contents of files
  ssh host tcpdump -U -w - port 445 | smbreplay ingest - --name host
  SMBREPLAY_NT_PASSWORDS='alice=…' smbreplay ingest encrypted.pcap
  smbreplay ingest --keytab server.keytab encrypted.pcap";
