//! Data of large READs and WRITEs, which are not held in memory: what was written stays in the session file until it is
//! sent, what was read is compared by its hash. Where the live data is the captured data, the run leaves it there, too.

use crate::message::Patch;
use crate::trace::CapturedRow;
use bytes::Bytes;
use capture::Hole;
use dissect::Operation;
use smb2::Command;
use smb2::message::{ReadResponse, WriteRequest};
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

/// Whether the data of its request stays in the session file: a large WRITE to a file, alone in its PDU, whose data is all
/// there, or all missing.
fn is_left(operation: &Operation) -> bool {
    operation.command == Some(Command::WRITE)
        && operation.share_type.is_some_and(|kind| kind != PIPE)
        && is_all_or_nothing(operation, &operation.request_holes)
        && operation.request_chain.is_none()
        && operation.payload_length.is_some_and(|length| length >= LARGE)
        && operation.payload_offset.is_some_and(|offset| offset as usize >= WriteRequest::FIXED_END)
}

/// Whether the data of its answer is compared by its hash, or not at all: a large READ of a file, all there, or all
/// missing.
fn is_hashed(operation: &Operation) -> bool {
    operation.command == Some(Command::READ)
        && operation.share_type.is_some_and(|kind| kind != PIPE)
        && is_all_or_nothing(operation, &operation.response_holes)
        && (operation.payload_hash.is_some() || !operation.response_holes.is_empty())
        && operation.payload_length.is_some_and(|length| length >= LARGE)
}

/// Whether a message lacks nothing, or its data and nothing else.
fn is_all_or_nothing(operation: &Operation, holes: &[Hole]) -> bool {
    match holes {
        [] => true,
        [hole] => (Some(hole.offset), Some(hole.length)) == (operation.payload_offset, operation.payload_length),
        _ => false,
    }
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

/// A message as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Its bytes, or those of its beginning.
    pub(crate) message: Bytes,
    /// How many bytes at its end are left out, because they are the last ones of the captured message.
    pub(crate) left: Option<u32>,
}

impl Recorded {
    /// The message without its last `left` bytes. The rest is copied: a slice would keep all of it alive.
    fn without(message: Bytes, left: Option<u32>) -> Self {
        let head = left.and_then(|left| message.get(..message.len().checked_sub(left as usize)?));
        match head {
            Some(head) => Self { message: Bytes::copy_from_slice(head), left },
            None => Self { message, left: None },
        }
    }
}

/// A request that was sent, without the data that was read for it from the session file: whatever lies behind the last
/// patch is as captured.
pub(crate) fn recorded_request(row: &CapturedRow<'_>, message: Bytes, patches: &[Patch]) -> Recorded {
    let head = row.request().filter(|_| row.data_left()).map(<[u8]>::len);
    let left = head.and_then(|head| {
        let is_within = |patch: &Patch| {
            let end = (patch.offset as usize).saturating_add(patch.length as usize);
            patch.length == patch.captured_length && end <= head
        };
        let left = message.len().checked_sub(head).filter(|_| patches.iter().all(is_within))?;
        u32::try_from(left).ok().filter(|left| *left >= LARGE)
    });
    Recorded::without(message, left)
}

/// An answer with the captured data, without that data where both messages end with it.
pub(crate) fn recorded_answer(row: &CapturedRow<'_>, message: Bytes) -> Recorded {
    let live = ReadResponse::parse(&message).ok().and_then(|view| view.data_range().ok());
    let live = live.filter(|data| data.end == message.len()).and_then(|data| u32::try_from(data.len()).ok());
    Recorded::without(message, live.filter(|live| left_of_answer(row) == Some(*live)))
}

/// How many bytes at the end of a captured answer are only in its session file, where that is READ data and nothing else.
fn left_of_answer(row: &CapturedRow<'_>) -> Option<u32> {
    if !row.response_holes().is_empty() {
        return None;
    }
    let data = row.payload_length().filter(|length| *length >= LARGE && row.command() == Some(Command::READ))?;
    let head = u32::try_from(row.response()?.len()).ok()?;
    row.response_length()?.checked_sub(head).filter(|left| *left == data)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;
    use crate::trace::{Row, Rows};
    use dissect::Kind;

    /// Bytes in front of the data.
    const HEAD: usize = 112;

    fn patch(offset: u32, length: u32, captured_length: u32) -> Patch {
        Patch { offset, length, captured_length, what: "field" }
    }

    /// How many bytes of a WRITE are left out that goes out with these patches.
    fn left_of_request(data: usize, patches: &[Patch], data_left: bool) -> Option<u32> {
        let mut operation = Operation::new(0, Kind::Exchange, 0);
        operation.command = Some(Command::WRITE);
        operation.request = Some(vec![1; HEAD].into());
        let rows = Rows::from_iter([Row { file: "".into(), operation, data_left, stand_in: false }]);
        let message = Bytes::from(vec![1; HEAD + data]);
        let recorded = recorded_request(&rows.get(0).unwrap(), message.clone(), patches);
        assert_eq!(recorded.message.len() + recorded.left.unwrap_or(0) as usize, message.len());
        assert_eq!(recorded.message, message[..recorded.message.len()]);
        recorded.left
    }

    #[test]
    fn large_data_that_is_all_there_or_all_missing_is_not_held() {
        let of = |command: Command, holes: Vec<Hole>, is_hashed: bool| {
            let mut operation = Operation::new(0, Kind::Exchange, 0);
            (operation.command, operation.share_type) = (Some(command), Some(1));
            let message = Some(Bytes::from(vec![0; HEAD + LARGE as usize]));
            (operation.request, operation.response) = (message.clone(), message);
            (operation.request_holes, operation.response_holes) = (holes.clone(), holes);
            (operation.payload_offset, operation.payload_length) = (Some(HEAD as u32), Some(LARGE));
            operation.payload_hash = is_hashed.then_some([7; 16]);
            let has_to_be_read = leave(&mut operation);
            (operation.request.unwrap().len(), operation.response.unwrap().len(), has_to_be_read)
        };
        let whole = HEAD + LARGE as usize;
        let missing = |offset: usize, length: u32| vec![Hole { offset: offset as u32, length }];
        for (holes, is_hashed) in [(vec![], true), (missing(HEAD, LARGE), true), (missing(HEAD, LARGE), false)] {
            assert_eq!(of(Command::WRITE, holes.clone(), is_hashed), (HEAD, whole, true));
            assert_eq!(of(Command::READ, holes, is_hashed), (whole, HEAD, false));
        }
        for holes in [missing(HEAD, LARGE - 1), missing(HEAD - 1, LARGE), missing(HEAD + 1, 1)] {
            assert_eq!(of(Command::WRITE, holes.clone(), true), (whole, whole, false));
            assert_eq!(of(Command::READ, holes, true), (whole, whole, false));
        }
    }

    #[test]
    fn data_behind_all_patches_is_left_out_of_a_request() {
        assert_eq!(left_of_request(LARGE as usize, &[patch(24, 8, 8), patch(80, 16, 16)], true), Some(LARGE));
    }

    #[test]
    fn a_request_is_whole_that_is_held_or_small_or_patched_in_its_data_or_in_its_length() {
        assert_eq!(left_of_request(LARGE as usize, &[patch(24, 8, 8)], false), None);
        assert_eq!(left_of_request(LARGE as usize - 1, &[patch(24, 8, 8)], true), None);
        assert_eq!(left_of_request(LARGE as usize, &[patch(HEAD as u32, 1, 1)], true), None);
        assert_eq!(left_of_request(LARGE as usize, &[patch(100, 13, 13)], true), None);
        assert_eq!(left_of_request(LARGE as usize, &[patch(80, 10, 16)], true), None);
        assert_eq!(left_of_request(LARGE as usize, &[patch(u32::MAX, u32::MAX, u32::MAX)], true), None);
    }
}
