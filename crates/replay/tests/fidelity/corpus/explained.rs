//! Why an empty Samba answers differently from the servers of the captures.

use smbreplay_replay::report::Root;

/// Requests that cannot be sent to such a server.
pub(super) const SKIPPED: [&str; 6] = [
    "its handle was not obtained live",
    "its context handle was not obtained live",
    "its domain SID was not obtained live",
    "its tree connect was not obtained live",
    "the live logon needed fewer legs",
    "a 3.1.1 server drops a connection that validates its negotiation (MS-SMB2 3.3.5.15.12)",
];

/// A difference that has a cause outside the replay.
struct Explained {
    command: &'static str,
    /// Captured and live status; of those with the same status, what differs are these fields.
    statuses: (&'static str, &'static str),
    fields: &'static [&'static str],
    why: &'static str,
}

/// The cause of a divergence.
pub(super) fn explanation(root: &Root) -> Option<&'static str> {
    let fits = |known: &&Explained| {
        known.command == root.command
            && known.statuses == (root.captured_status.as_str(), root.live_status.as_str())
            && root.fields.iter().all(|field| known.fields.contains(&field.as_str()))
            && root.fields.is_empty() == known.fields.is_empty()
    };
    EXPLAINED.iter().find(fits).map(|known| known.why)
}

const OK: &str = "STATUS_SUCCESS";
const NOT_FOUND: &str = "STATUS_OBJECT_NAME_NOT_FOUND";
const EMPTY: &str = "the share is empty: what the capture found there is missing";
const OTHER_SERVER: &str = "a property of the server or of its file system";
const RELATED: &str = "after a CREATE that failed in its chain as captured, servers differ in the status of the rest";

const EXPLAINED: &[Explained] = &[
    Explained { command: "CREATE", statuses: (OK, NOT_FOUND), fields: &[], why: EMPTY },
    Explained { command: "QUERY_DIRECTORY", statuses: (OK, "STATUS_NO_SUCH_FILE"), fields: &[], why: EMPTY },
    Explained {
        command: "QUERY_DIRECTORY",
        statuses: ("STATUS_NO_MORE_FILES", "STATUS_NO_MORE_FILES"),
        fields: &["entry", "entry_type", "end_of_file"],
        why: EMPTY,
    },
    Explained { command: "READ", statuses: (OK, "STATUS_END_OF_FILE"), fields: &[], why: EMPTY },
    Explained {
        command: "CREATE",
        statuses: (OK, OK),
        fields: &["oplock_granted", "lease_granted", "create_contexts", "file_attributes"],
        why: "leases of folders, AAPL contexts and attributes of pipes are a server's own, and Samba here keeps the \
              archive attribute",
    },
    Explained { command: "CLOSE", statuses: (OK, OK), fields: &["file_attributes"], why: OTHER_SERVER },
    Explained { command: "TREE_CONNECT", statuses: (OK, OK), fields: &["maximal_access"], why: OTHER_SERVER },
    Explained {
        command: "QUERY_INFO",
        statuses: (OK, OK),
        fields: &[
            "file_system_attributes",
            "file_system_name",
            "maximum_component_name_length",
            "characteristics",
            "number_of_links",
            "mode",
            "ea_size",
            "access_flags",
            "end_of_file",
            // Of the share's own folder: nothing, a backslash, or the name of the share.
            "file_name",
        ],
        why: OTHER_SERVER,
    },
    Explained {
        command: "QUERY_INFO",
        statuses: (OK, OK),
        fields: &["owner", "group", "dacl", "sacl", "sd_control"],
        why: "the users of the captured server do not exist on this one",
    },
    Explained { command: "CLOSE", statuses: ("STATUS_FILE_CLOSED", NOT_FOUND), fields: &[], why: RELATED },
    Explained { command: "READ", statuses: ("STATUS_FILE_CLOSED", NOT_FOUND), fields: &[], why: RELATED },
    Explained { command: "QUERY_INFO", statuses: ("STATUS_FILE_CLOSED", NOT_FOUND), fields: &[], why: RELATED },
    Explained {
        command: "CHANGE_NOTIFY",
        statuses: ("STATUS_NOTIFY_ENUM_DIR", OK),
        fields: &[],
        why: "the captured server tells that something changed, and not what",
    },
    Explained {
        command: "CHANGE_NOTIFY",
        statuses: ("STATUS_NOTIFY_ENUM_DIR", "no response"),
        fields: &[],
        why: "what changed in the capture was done by others, or before it began",
    },
    Explained {
        command: "WRITE",
        statuses: ("STATUS_ACCESS_DENIED", OK),
        fields: &[],
        why: "the captured file was locked against its own user",
    },
    Explained {
        command: "READ",
        statuses: (OK, OK),
        fields: &["rpc_context_results"],
        why: "an RPC server takes NDR64 or not, and what the client then says in it the other one does not understand",
    },
    Explained { command: "IOCTL", statuses: ("STATUS_FS_DRIVER_REQUIRED", "STATUS_NOT_FOUND"), fields: &[], why: DFS },
    Explained { command: "IOCTL", statuses: ("STATUS_NO_SUCH_FILE", "STATUS_NOT_FOUND"), fields: &[], why: DFS },
    Explained {
        command: "IOCTL",
        statuses: (NOT_FOUND, OK),
        fields: &[],
        why: "the file system behind Samba has object ids",
    },
    Explained {
        command: "IOCTL",
        statuses: ("STATUS_INVALID_DEVICE_REQUEST", OK),
        fields: &[],
        why: "the captured server does not know this control",
    },
];
const DFS: &str = "neither server is in DFS; each says so in its own way";
