//! Which operations a session file has, by number and by frame.

use super::having::Having;
use arrow::array::AsArray as _;
use arrow::datatypes::UInt32Type;
use store::{Columns, ReadError, SessionFile};

/// The columns with frames.
const FRAMES: &[&str] = &["request_frame", "interim_frame", "response_frame"];

/// The numbers of the first and the last operation; `None` of a file without rows.
///
/// # Errors
/// [`ReadError`].
pub fn first_and_last(file: &SessionFile) -> Result<Option<(u32, u32)>, ReadError> {
    let mut found: Option<(u32, u32)> = None;
    for batch in file.batches(&["op"]) {
        let batch = batch?;
        let numbers = batch.column_by_name("op").and_then(|array| array.as_primitive_opt::<UInt32Type>());
        let numbers = numbers.map(|array| &array.values()[..]).unwrap_or_default();
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            found = Some((found.map_or(*first, |(first, _)| first), *last));
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
    let selection = file.select(&mut Having { columns: FRAMES, value: frame })?;
    file.operations_of(Columns::Only(&["op"]), Some(&selection)).map(|row| row.map(|row| row.op)).collect()
}
