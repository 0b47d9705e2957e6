//! What all shards do together: the shares they use, and the paths that the clients of several use and one of them changes.
//! Between shards no order is kept.

use crate::map::CapturedShare;
use crate::object::key;
use dissect::Operation;
use smb2::Command;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, SocketAddr};
use store::metadata::{Session, SessionMetadata};
use store::{Columns, OutputFolder, ReadError, SessionFile};

/// What tells which file an operation is about, and whether it changes it.
const COLUMNS: Columns = Columns::Only(&[
    "connection",
    "command",
    "status",
    "share",
    "share_type",
    "path",
    "new_path",
    "create_action",
    "create_options",
]);
/// FILE_DELETE_ON_CLOSE (MS-SMB2 2.2.13).
const DELETE_ON_CLOSE: u32 = 0x1000;
/// SMB2_SHARE_TYPE_PIPE (MS-SMB2 2.2.10).
const SHARE_TYPE_PIPE: u8 = 2;
/// FILE_OPENED (MS-SMB2 2.2.14): the CREATE changed nothing.
const OPENED: u32 = 1;

/// What the sessions of all shards use.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The captured shares.
    pub(super) shares: Vec<CapturedShare>,
    /// Paths that are used in several shards and changed in one.
    pub(super) paths_across: u64,
}

/// Who uses a path.
struct Use {
    shard: u32,
    by_several: bool,
    changed: bool,
}

impl Survey {
    /// That of `sessions`, each with its shard.
    pub(super) fn of<'a>(
        output: &OutputFolder,
        metadata: &SessionMetadata,
        sessions: impl Iterator<Item = (&'a Session, Option<u32>)>,
    ) -> Result<Self, ReadError> {
        let server = |text: &str| text.parse::<SocketAddr>().ok().map(|address| address.ip());
        let servers: HashMap<u32, Option<IpAddr>> =
            metadata.connections.iter().map(|known| (known.connection, server(&known.server))).collect();
        let mut shares = Vec::new();
        // Names of a million files would be too much to hold; two with one hash are one too many in the count.
        let mut uses: HashMap<u64, Use> = HashMap::new();
        for (session, shard) in sessions {
            let Some(shard) = shard else { continue };
            for operation in SessionFile::open(&output.session_file(&session.file))?.operations(COLUMNS) {
                let operation = operation?;
                let Some(share) = operation.share.as_deref() else { continue };
                if operation.command == Some(Command::TREE_CONNECT) {
                    let address = servers.get(&operation.connection).copied().flatten();
                    let connected = operation.status == Some(smb2::NtStatus::SUCCESS.0);
                    CapturedShare::note(&mut shares, address, share, operation.share_type, connected);
                }
                // Pipes are no files: what clients write into them changes nothing for others.
                if operation.share_type == Some(SHARE_TYPE_PIPE) {
                    continue;
                }
                let changed = changes(&operation);
                let paths = [operation.path.as_deref(), operation.new_path.as_deref()];
                for path in paths.into_iter().flatten().filter(|path| !path.is_empty()) {
                    let new = Use { shard, by_several: false, changed: false };
                    let found = uses.entry(hash(share, path)).or_insert(new);
                    found.by_several |= found.shard != shard;
                    found.changed |= changed;
                }
            }
        }
        let across = uses.values().filter(|found| found.by_several && found.changed).count();
        Ok(Self { shares, paths_across: u64::try_from(across).unwrap_or(u64::MAX) })
    }
}

fn hash(share: &str, path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key(share, path).hash(&mut hasher);
    hasher.finish()
}

/// Whether it changes its file, or which files there are.
fn changes(operation: &Operation) -> bool {
    let succeeded = operation.status.is_none_or(|status| !smb2::NtStatus(status).is_error());
    let deletes = operation.create_options.is_some_and(|options| options & DELETE_ON_CLOSE != 0);
    succeeded
        && match operation.command {
            Some(Command::WRITE | Command::SET_INFO) => true,
            Some(Command::CREATE) => deletes || operation.create_action.is_some_and(|action| action != OPENED),
            _ => false,
        }
}
