//! What became of the handle that an operation uses: where it was opened, what was done with it, where it was closed.

use super::timing::{long_number, number, word};
use arrow::array::{Array, AsArray, RecordBatch};
use dissect::Operation;
use serde::Serialize;
use smb2::FileId;
use smb2::names::flags;
use std::collections::BTreeMap;
use store::{ReadError, SessionFile};

/// The columns that tell.
const COLUMNS: [&str; 11] = [
    "op",
    "open",
    "file_id",
    "command",
    "status",
    "status_name",
    "request_frame",
    "response_frame",
    "share",
    "path",
    "desired_access",
];

/// An operation that opened or closed a handle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Use {
    /// `op` of its row.
    pub op: u32,
    /// Frame that completes its request.
    pub request_frame: Option<u64>,
    /// Frame that completes its final response.
    pub response_frame: Option<u64>,
    /// Name of the final status.
    pub status: Option<String>,
}

/// The life of a handle, as far as the session file shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HandleHistory {
    /// The FileId, as text.
    pub file_id: Option<String>,
    /// Number of the open in the trace.
    pub open: Option<u32>,
    /// The CREATE; `None` when the capture began later.
    pub opened: Option<Use>,
    /// Share of the tree connect.
    pub share: Option<String>,
    /// Path, relative to the share.
    pub path: Option<String>,
    /// DesiredAccess of the CREATE.
    pub desired_access: Option<u32>,
    /// The names of its bits.
    pub access: Option<String>,
    /// How many operations used it before this one, the CREATE included.
    pub earlier: u64,
    /// How many operations used it after this one, by command.
    pub later: BTreeMap<String, u64>,
    /// The CLOSE that succeeded; `None` when the capture shows none.
    pub closed: Option<Use>,
}

impl HandleHistory {
    /// The history of the handle that `operation` uses or opens; `None` when it has none.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn of(file: &SessionFile, operation: &Operation) -> Result<Option<Self>, ReadError> {
        let file_id = operation.file_id.filter(|id| !id.is_reserved());
        let Some(key) = operation.open.map(Key::Open).or(file_id.map(Key::FileId)) else { return Ok(None) };
        let mut history = Self {
            file_id: file_id.map(|id| id.to_string()),
            open: operation.open,
            opened: None,
            share: operation.share.as_deref().map(str::to_owned),
            path: operation.path.as_deref().map(str::to_owned),
            desired_access: None,
            access: None,
            earlier: 0,
            later: BTreeMap::new(),
            closed: None,
        };
        for batch in file.batches(&COLUMNS) {
            let batch = batch?;
            for row in (0..batch.num_rows()).filter(|row| key.is_in(&batch, *row)) {
                history.add(&batch, row, operation.op);
            }
        }
        Ok(Some(history))
    }

    fn add(&mut self, batch: &RecordBatch, row: usize, this: u32) {
        let Some(op) = number(batch, "op", row) else { return };
        let command = word(batch, "command", row).unwrap_or_default();
        let used = || Use {
            op,
            request_frame: long_number(batch, "request_frame", row),
            response_frame: long_number(batch, "response_frame", row),
            status: word(batch, "status_name", row).map(str::to_owned),
        };
        let succeeded = number(batch, "status", row) == Some(0);
        match command {
            "CREATE" if succeeded && self.opened.is_none() => {
                self.opened = Some(used());
                self.share = word(batch, "share", row).map(str::to_owned).or(self.share.take());
                self.path = word(batch, "path", row).map(str::to_owned).or(self.path.take());
                self.desired_access = number(batch, "desired_access", row);
                self.access = self.desired_access.map(|access| flags::access_mask(access).to_string());
                self.file_id = file_id(batch, row).map(|id| id.to_string()).or(self.file_id.take());
            }
            "CLOSE" if succeeded => self.closed = Some(used()),
            _ => {}
        }
        if op < this {
            self.earlier = self.earlier.saturating_add(1);
        } else if op > this {
            let count = self.later.entry(command.to_owned()).or_default();
            *count = count.saturating_add(1);
        }
    }
}

/// What rows of the same handle share.
#[derive(Clone, Copy)]
enum Key {
    /// The number of the open, which no other handle has.
    Open(u32),
    /// The FileId alone, of a handle whose CREATE was not captured.
    FileId(FileId),
}

impl Key {
    fn is_in(self, batch: &RecordBatch, row: usize) -> bool {
        match self {
            Self::Open(open) => number(batch, "open", row) == Some(open),
            Self::FileId(id) => number(batch, "open", row).is_none() && file_id(batch, row) == Some(id),
        }
    }
}

fn file_id(batch: &RecordBatch, row: usize) -> Option<FileId> {
    let array = batch.column_by_name("file_id")?.as_fixed_size_binary_opt()?;
    let bytes = array.is_valid(row).then(|| array.value(row))?;
    bytes.try_into().ok().map(FileId)
}
