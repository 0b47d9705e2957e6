//! What became of the handle that an operation uses: where it was opened, what was done with it, where it was closed.

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::UInt32Type;
use dissect::Operation;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::names::flags;
use smb2::{Command, FileId};
use std::collections::BTreeMap;
use store::reader::{RowChoice, RowGroupBounds};
use store::schema::status_name;
use store::{Columns, ReadError, SessionFile};

/// The columns that tell.
const COLUMNS: Columns = Columns::Only(&[
    "op",
    "file_id",
    "command",
    "status",
    "request_frame",
    "response_frame",
    "share",
    "path",
    "desired_access",
]);

/// An operation that opened or closed a handle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
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
        let Some(mut key) = operation.open.map(Key::Open).or(file_id.map(Key::FileId)) else { return Ok(None) };
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
        let selection = file.select(&mut key)?;
        for row in file.operations_of(COLUMNS, Some(&selection)) {
            history.add(&row?, operation.op);
        }
        Ok(Some(history))
    }

    fn add(&mut self, row: &Operation, this: u32) {
        let used = || Use {
            op: row.op,
            request_frame: row.request_frame,
            response_frame: row.response_frame,
            status: row.status.map(status_name),
        };
        match row.command.filter(|_| row.status == Some(0)) {
            Some(Command::CREATE) if self.opened.is_none() => {
                self.opened = Some(used());
                self.share = row.share.as_deref().map(str::to_owned).or(self.share.take());
                self.path = row.path.as_deref().map(str::to_owned).or(self.path.take());
                self.desired_access = row.desired_access;
                self.access = self.desired_access.map(|access| flags::access_mask(access).to_string());
                self.file_id = row.file_id.map(|id| id.to_string()).or(self.file_id.take());
            }
            Some(Command::CLOSE) => self.closed = Some(used()),
            _ => {}
        }
        if row.op < this {
            self.earlier = self.earlier.saturating_add(1);
        } else if row.op > this {
            let command = row.command.map(|command| command.to_string()).unwrap_or_default();
            let count = self.later.entry(command).or_default();
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

impl RowChoice for Key {
    fn columns(&self) -> Vec<&'static str> {
        match self {
            Self::Open(_) => vec!["open"],
            Self::FileId(_) => vec!["open", "file_id"],
        }
    }

    fn excludes(&self, _: &RowGroupBounds<'_>) -> bool {
        false
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        let opens = batch.column_by_name("open").and_then(|array| array.as_primitive_opt::<UInt32Type>());
        let opens = opens.ok_or("column 'open' holds no numbers of 32 bits")?;
        let rows = 0..batch.num_rows();
        match self {
            Self::Open(open) => Ok(rows.map(|row| opens.is_valid(row) && opens.value(row) == *open).collect()),
            Self::FileId(id) => {
                let ids = batch.column_by_name("file_id").and_then(|array| array.as_fixed_size_binary_opt());
                let ids = ids.ok_or("column 'file_id' holds no identifiers")?;
                Ok(rows.map(|row| opens.is_null(row) && ids.is_valid(row) && ids.value(row) == id.0).collect())
            }
        }
    }
}
