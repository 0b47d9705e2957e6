//! Which operations a session file has, by number and by frame.

use super::timing::{long_number, number};
use store::{ReadError, SessionFile};

/// The numbers of the first and the last operation; `None` of a file without rows.
///
/// # Errors
/// [`ReadError`].
pub fn first_and_last(file: &SessionFile) -> Result<Option<(u32, u32)>, ReadError> {
    let mut found: Option<(u32, u32)> = None;
    for batch in file.batches(&["op"]) {
        let batch = batch?;
        let first = number(&batch, "op", 0);
        let last = batch.num_rows().checked_sub(1).and_then(|row| number(&batch, "op", row));
        if let (Some(first), Some(last)) = (first, last) {
            found = Some((found.map_or(first, |(first, _)| first), last));
        }
    }
    Ok(found)
}

/// The operations whose request, interim or final response is completed by the frame with this number, in their order. A frame
/// can have those of several.
///
/// # Errors
/// [`ReadError`].
pub fn in_frame(file: &SessionFile, frame: u64) -> Result<Vec<u32>, ReadError> {
    const FRAMES: [&str; 3] = ["request_frame", "interim_frame", "response_frame"];
    let mut found = Vec::new();
    for batch in file.batches(&["op", "request_frame", "interim_frame", "response_frame"]) {
        let batch = batch?;
        let is_in = |row: &usize| FRAMES.iter().any(|column| long_number(&batch, column, *row) == Some(frame));
        found.extend((0..batch.num_rows()).filter(is_in).filter_map(|row| number(&batch, "op", row)));
    }
    Ok(found)
}
