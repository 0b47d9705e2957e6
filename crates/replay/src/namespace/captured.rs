//! The operations of several session files, in the order in which the captured server answered them: what a file was like
//! depends on what was done to it before.

use dissect::{Kind, Operation};
use smb2::Command;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use store::reader::Operations;
use store::{Columns, Left, OutputFolder, ReadError, SessionFile};

/// What is looked at of an operation.
pub(crate) const COLUMNS: &[&str] = &[
    "op",
    "kind",
    "connection",
    "open",
    "tree",
    "request_seq",
    "response_seq",
    "request_frame",
    "response_frame",
    "session_id",
    "request_flags",
    "command",
    "status",
    "share",
    "share_type",
    "file_id",
    "offset",
    "length",
    "transferred",
    "info_type",
    "info_class",
    "ctl_code",
    "request",
    "response",
    "request_holes",
    "response_holes",
    "payload_offset",
    "payload_length",
    "payload_hash",
];

/// An operation, and the index of its session file.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) file: u32,
    pub(crate) operation: Operation,
}

/// The operations.
pub(crate) struct Answered {
    files: Vec<Ahead>,
    /// Those that were read and are answered later than others that may still come.
    pending: BinaryHeap<Pending>,
    failed: bool,
}

/// A file, and the operation it goes on with.
struct Ahead {
    operations: Operations,
    next: Option<Operation>,
}

struct Pending {
    /// Place of the answer in the trace, and of the request among those that were answered together.
    place: (u64, u64),
    captured: Captured,
}

impl Answered {
    /// Those of these session files.
    pub(crate) fn new(output: &OutputFolder, files: &[String]) -> Result<Self, ReadError> {
        let mut ahead = Vec::with_capacity(files.len());
        for file in files {
            let opened = SessionFile::open(&output.session_file(file))?;
            let mut operations = opened.operations(Columns::Only(COLUMNS)).leaving(data).passing();
            let next = operations.next().transpose()?;
            ahead.push(Ahead { operations, next });
        }
        Ok(Self { files: ahead, pending: BinaryHeap::new(), failed: false })
    }

    /// Reads on in the file whose next request is the earliest.
    fn read(&mut self) -> Result<bool, ReadError> {
        let next = self.files.iter().enumerate().filter_map(|(index, file)| Some((sent(file.next.as_ref()?), index)));
        let Some(index) = next.min().map(|(_, index)| index) else { return Ok(false) };
        let Some(file) = self.files.get_mut(index) else { return Ok(false) };
        let read = file.operations.next().transpose()?;
        if let Some(operation) = std::mem::replace(&mut file.next, read) {
            let place = (answered(&operation), sent(&operation));
            let captured = Captured { file: u32::try_from(index).unwrap_or(u32::MAX), operation };
            self.pending.push(Pending { place, captured });
        }
        Ok(true)
    }

    /// Whether the earliest answer that is held is certain to be the next one.
    fn is_settled(&self) -> bool {
        let Some(first) = self.pending.peek() else { return false };
        let next = self.files.iter().filter_map(|file| file.next.as_ref().map(sent)).min();
        next.is_none_or(|next| first.place.0 < next)
    }
}

impl Iterator for Answered {
    type Item = Result<Captured, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed && !self.is_settled() {
            match self.read() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
        (!self.failed).then(|| self.pending.pop())?.map(|pending| Ok(pending.captured))
    }
}

impl Ord for Pending {
    /// The earliest is the greatest, so that a heap gives it first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.place.cmp(&self.place)
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Pending {}

/// Data of READs and WRITEs are not looked at here.
fn data(operation: &Operation) -> Left {
    let has = |command| operation.command == Some(command) && operation.payload_offset.is_some();
    Left { request: has(Command::WRITE), response: has(Command::READ) }
}

fn sent(operation: &Operation) -> u64 {
    operation.request_seq.or(operation.response_seq).unwrap_or(0)
}

/// What was never answered has no effect that the capture shows, and holds nobody up.
fn answered(operation: &Operation) -> u64 {
    match operation.kind {
        Kind::Exchange | Kind::Response => operation.response_seq.unwrap_or_else(|| sent(operation)),
        _ => sent(operation),
    }
}
