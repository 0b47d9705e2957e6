//! Requests whose data the capture lacks: a pattern of the right length goes in its place.

use crate::trace::CapturedRow;
use smb2::Command;
use smb2::message::WriteRequest;
use std::ops::Range;

/// SMB2_SHARE_TYPE_PIPE (MS-SMB2 2.2.10).
const PIPE: u8 = 0x02;

/// Data of a request that was not captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPayload {
    /// Where it lies in the message.
    pub range: Range<usize>,
    /// Where its first byte goes in the file.
    pub offset: u64,
}

/// Whether a request is to a named pipe.
pub(super) fn is_on_pipe(row: &CapturedRow<'_>) -> bool {
    row.share_type() == Some(PIPE)
}

/// What a request lacks, when that is data to be written to a file and nothing else.
pub(super) fn missing(row: &CapturedRow<'_>) -> Option<Vec<MissingPayload>> {
    // What is written to a pipe means something to the server.
    if row.command() != Some(Command::WRITE) || is_on_pipe(row) {
        return None;
    }
    let message = row.request()?;
    if row.request_holes().iter().any(|hole| (hole.offset as usize) < WriteRequest::FIXED_END) {
        return None;
    }
    let view = WriteRequest::parse(message).ok()?;
    let data = if row.data_left() {
        let start = usize::from(view.data_offset());
        start..start.saturating_add(view.length() as usize)
    } else {
        view.data_range().ok()?
    };
    let holes = row.request_holes().iter().map(|hole| {
        let start = hole.offset as usize;
        let range = start..start.saturating_add(hole.length as usize);
        let into_data = u64::try_from(start.checked_sub(data.start)?).ok()?;
        (range.end <= data.end).then(|| MissingPayload { range, offset: view.offset().saturating_add(into_data) })
    });
    holes.collect()
}
