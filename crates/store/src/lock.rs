//! The lock of a folder that is being written into.

use std::fs::{File, TryLockError};
use std::path::Path;

/// The lock of a folder, held by whoever writes into it: a lock on the folder itself, which leaves nothing, and ends with the
/// process whatever ends that.
#[derive(Debug)]
pub(crate) struct FolderLock(#[expect(dead_code, reason = "held open")] Option<File>);

impl FolderLock {
    /// Takes it; `None` when another holds it. Where folders cannot be opened or locked it goes on as if nobody else were there.
    pub(crate) fn take(folder: &Path) -> Option<Self> {
        let Ok(folder) = File::open(folder) else { return Some(Self(None)) };
        match folder.try_lock() {
            Ok(()) => Some(Self(Some(folder))),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(_)) => Some(Self(None)),
        }
    }
}
