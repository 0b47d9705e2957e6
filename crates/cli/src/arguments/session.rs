//! `session`.

use super::TraceSelection;
use clap::{Args, ValueEnum};

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
    /// With --list: only sessions of users that match, as `DOMAIN\user` or the name alone: `*` and `?` as in a shell, any case; without them, a part of the name
    #[arg(long, value_name = "PATTERN", requires = "list")]
    pub(crate) user: Option<String>,
    /// With --list: only sessions of clients whose address matches
    #[arg(long, value_name = "PATTERN", requires = "list")]
    pub(crate) client: Option<String>,
    /// With --list: only sessions with operations that failed
    #[arg(long, requires = "list")]
    pub(crate) errors: bool,
    /// With --list: by what the list is sorted, numbers from the greatest; a session keeps its number
    #[arg(long, value_name = "BY", requires = "list")]
    pub(crate) sort: Option<SessionOrder>,
    /// Fewer columns, which fit a narrow terminal
    #[arg(long, conflicts_with_all = ["list", "fields"])]
    pub(crate) brief: bool,
    /// What the shares were like before the session, as far as it shows that, and what became of each file
    #[arg(long, conflicts_with_all = ["list", "brief", "fields"])]
    pub(crate) tree: bool,
    /// What the operations add up to: by command, status and file; the slowest; when the client was idle
    #[arg(long, conflicts_with_all = ["list", "brief", "tree", "fields"])]
    pub(crate) stats: bool,
    /// With --stats: all sessions of the trace together, and what belongs to none
    #[arg(long, requires = "stats", conflicts_with_all = ["session", "session_id"])]
    pub(crate) all: bool,
    /// With --stats: how many files, slow operations and idle times are named
    #[arg(long, value_name = "N", requires = "stats", default_value = "10")]
    pub(crate) top: usize,
    /// With --stats: which files come first
    #[arg(long, value_name = "BY", requires = "stats", default_value = "bytes")]
    pub(crate) files_by: FilesBy,
    /// Only operations (with --tree: files and folders) whose path matches: `*` and `?` as in a shell, any case; without them, a part of the path
    #[arg(long, value_name = "PATTERN", conflicts_with = "list")]
    pub(crate) file_filter: Option<String>,
    /// Only operations that match, in the language of Wireshark's display filters: 'smb2.cmd == CREATE && smb2.nt_status != 0'
    #[arg(long, value_name = "EXPR", conflicts_with_all = ["list", "tree", "stats", "op", "frame"])]
    pub(crate) filter: Option<String>,
    /// These columns: names of the session file (`command,status_name`) or of Wireshark (`smb2.nt_status`)
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', conflicts_with = "list")]
    pub(crate) fields: Option<Vec<String>>,
    /// One operation in full: its messages field by field and byte by byte, its handle and its chain
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "brief", "tree", "stats", "file_filter", "fields", "frame"])]
    pub(crate) op: Option<u32>,
    /// The same of the operation whose request or response is in this frame
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "brief", "tree", "stats", "file_filter", "fields"])]
    pub(crate) frame: Option<u64>,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
}

/// What files are sorted by in `session --stats`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum FilesBy {
    Bytes,
    Operations,
}

/// What `session --list` can be sorted by. The variants have no text of their own, so that the help stays short.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum SessionOrder {
    Begins,
    Lasts,
    Operations,
    Errors,
    Bytes,
    User,
    Client,
}
