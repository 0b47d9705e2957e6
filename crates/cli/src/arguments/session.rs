//! `session`.

use super::TraceSelection;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct SessionArguments {
    /// Session: its id (0x…), file name, or number in `session --list` [default: the last one used]
    #[arg(value_name = "ID", conflicts_with_all = ["list", "session_id"])]
    pub(crate) session: Option<String>,
    /// The same as ID
    #[arg(long, value_name = "ID", conflicts_with = "list")]
    pub(crate) session_id: Option<String>,
    /// List the sessions of the trace
    #[arg(long, short)]
    pub(crate) list: bool,
    /// One line for each operation
    #[arg(long, conflicts_with_all = ["list", "fields"])]
    pub(crate) brief: bool,
    /// What the shares were like before the session, as far as it shows that, and what became of each file
    #[arg(long, conflicts_with_all = ["list", "brief", "fields"])]
    pub(crate) tree: bool,
    /// Only operations (with --tree: files and folders) whose path matches: `*` and `?` as in a shell, any case; without them, a part of the path
    #[arg(long, value_name = "PATTERN", conflicts_with = "list")]
    pub(crate) file_filter: Option<String>,
    /// These columns: names of the session file (`command,status_name`) or of Wireshark (`smb2.nt_status`)
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', conflicts_with = "list")]
    pub(crate) fields: Option<Vec<String>>,
    /// One operation in full: its messages field by field and byte by byte, its handle and its chain
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "brief", "tree", "file_filter", "fields", "frame"])]
    pub(crate) op: Option<u32>,
    /// The same of the operation whose request or response is in this frame
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "brief", "tree", "file_filter", "fields"])]
    pub(crate) frame: Option<u64>,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
}
