//! Data of large READs and WRITEs, which are not held in memory: what was written stays in the session file until it is
//! sent, what was read is compared by its hash.

use bytes::Bytes;
use dissect::Operation;
use smb2::Command;
use smb2::message::WriteRequest;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use store::reader::Operations;
use store::{Columns, Left, OutputFolder, ReadError, SessionFile};

/// Data from this length on, bytes, is not held.
const LARGE: u32 = 16 << 10;
/// Requests that were passed over and may still be sent are held up to this many bytes a session file; what does not fit is
/// read again.
const MOST_PASSED: usize = 64 << 20;
/// Session files that are read at a time; others are opened again.
pub(crate) const MOST_OPEN: usize = 16;
/// SMB2_SHARE_TYPE_PIPE (MS-SMB2 2.2.10).
const PIPE: u8 = 0x02;

/// Why a request cannot be had again.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// Its session file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is not there any more.
    #[error("operation {op} is not in {file} any more")]
    Gone {
        /// The session file.
        file: String,
        /// Number of the operation.
        op: u32,
    },
    /// Nothing was left behind that it could be had from.
    #[error("its data was not kept")]
    NotKept,
}

/// Where requests are had from whose data is not held.
pub trait Payloads {
    /// The whole request of an operation, as captured.
    ///
    /// # Errors
    /// [`PayloadError`].
    fn request(&mut self, file: &Arc<str>, op: u32) -> Result<Bytes, PayloadError>;
}

/// Everything is held.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held;

impl Payloads for Held {
    fn request(&mut self, _file: &Arc<str>, _op: u32) -> Result<Bytes, PayloadError> {
        Err(PayloadError::NotKept)
    }
}

/// A request, which one it is, and what tells whether it was left and where its data lies.
pub(crate) const REQUESTS: [&str; 8] =
    ["op", "command", "share_type", "request", "request_chain", "request_holes", "payload_offset", "payload_length"];

/// Session files, each read on from where it was read to.
pub struct SessionFiles {
    folder: OutputFolder,
    /// The file used last stands last.
    cursors: Vec<(Arc<str>, Cursor)>,
    /// How many engines want each request.
    engines: u32,
}

impl SessionFiles {
    /// The files of this folder, for so many engines.
    pub fn new(folder: &OutputFolder, engines: u32) -> Self {
        Self { folder: folder.clone(), cursors: Vec::new(), engines }
    }
}

impl Payloads for SessionFiles {
    fn request(&mut self, file: &Arc<str>, op: u32) -> Result<Bytes, PayloadError> {
        let open = || {
            Ok::<_, ReadError>(SessionFile::open(&self.folder.session_file(file))?.operations(Columns::Only(&REQUESTS)))
        };
        let place = self.cursors.iter().position(|(known, _)| known == file);
        let mut cursor = match place.map(|place| self.cursors.remove(place).1) {
            Some(cursor) if cursor.next <= op || cursor.passed.contains_key(&op) => cursor,
            _ => Cursor::new(open()?),
        };
        let found = cursor.request(op, self.engines)?;
        if self.cursors.len() >= MOST_OPEN {
            self.cursors.remove(0);
        }
        self.cursors.push((Arc::clone(file), cursor));
        found.ok_or_else(|| PayloadError::Gone { file: file.to_string(), op })
    }
}

/// Several engines share what is read.
impl Payloads for Rc<RefCell<SessionFiles>> {
    fn request(&mut self, file: &Arc<str>, op: u32) -> Result<Bytes, PayloadError> {
        self.borrow_mut().request(file, op)
    }
}

/// How far a session file was read, and what was passed over.
struct Cursor {
    operations: Operations,
    /// Number of the first operation that was not read.
    next: u32,
    /// Requests, and how many engines still want each.
    passed: BTreeMap<u32, (Bytes, u32)>,
    passed_bytes: usize,
}

impl Cursor {
    fn new(operations: Operations) -> Self {
        Self { operations, next: 0, passed: BTreeMap::new(), passed_bytes: 0 }
    }

    fn request(&mut self, op: u32, engines: u32) -> Result<Option<Bytes>, ReadError> {
        while self.next <= op {
            let Some(operation) = self.operations.next().transpose()? else { break };
            self.next = operation.op.saturating_add(1);
            if is_left(&operation)
                && let Some(request) = operation.request
            {
                self.hold(operation.op, request, engines);
            }
        }
        let Some((found, wanted)) = self.passed.get_mut(&op) else { return Ok(None) };
        let found = found.clone();
        *wanted = wanted.saturating_sub(1);
        if *wanted == 0 {
            self.passed.remove(&op);
            self.passed_bytes = self.passed_bytes.saturating_sub(found.len());
        }
        Ok(Some(found))
    }

    fn hold(&mut self, op: u32, request: Bytes, engines: u32) {
        self.passed_bytes = self.passed_bytes.saturating_add(request.len());
        self.passed.insert(op, (request, engines));
        while self.passed_bytes > MOST_PASSED && self.passed.len() > 1 {
            let Some((_, (oldest, _))) = self.passed.pop_first() else { break };
            self.passed_bytes = self.passed_bytes.saturating_sub(oldest.len());
        }
    }
}

/// Whether the data of its request stays in the session file: a large WRITE to a file, all there and alone in its PDU.
fn is_left(operation: &Operation) -> bool {
    operation.command == Some(Command::WRITE)
        && operation.share_type.is_some_and(|kind| kind != PIPE)
        && operation.request_holes.is_empty()
        && operation.request_chain.is_none()
        && operation.payload_length.is_some_and(|length| length >= LARGE)
        && operation.payload_offset.is_some_and(|offset| offset as usize >= WriteRequest::FIXED_END)
}

/// Whether the data of its answer is compared by its hash: a large READ of a file, all there.
fn is_hashed(operation: &Operation) -> bool {
    operation.command == Some(Command::READ)
        && operation.share_type.is_some_and(|kind| kind != PIPE)
        && operation.response_holes.is_empty()
        && operation.payload_hash.is_some()
        && operation.payload_length.is_some_and(|length| length >= LARGE)
}

/// Which data of an operation need not be read to plan a replay.
pub(crate) fn left(operation: &Operation) -> Left {
    Left { request: is_left(operation), response: is_hashed(operation) }
}

/// Takes large data out of an operation; whether its request has to be had again to be sent.
pub(crate) fn leave(operation: &mut Operation) -> bool {
    let Left { request, response } = left(operation);
    let end = operation.payload_offset.map_or(usize::MAX, |offset| offset as usize);
    // Without a copy, the rest would be kept, too.
    let cut = |message: &mut Bytes| *message = Bytes::copy_from_slice(message.get(..end).unwrap_or_default());
    if response && let Some(message) = operation.response.as_mut().filter(|message| message.len() > end) {
        cut(message);
    }
    if let Some(message) = operation.request.as_mut().filter(|message| request && message.len() >= end) {
        cut(message);
        return true;
    }
    false
}
