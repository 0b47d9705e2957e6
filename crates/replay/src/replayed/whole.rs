//! Live messages with what the run left of them in the session files.

use super::error::NotTheSame;
use bytes::Bytes;
use dissect::Operation;
use store::runs::RunRow;

/// Whether a message of the row was left in part.
pub(super) fn is_left(live: &RunRow) -> bool {
    live.live_request_left.is_some() || live.live_response_left.is_some()
}

/// Bytes of the whole request of a row that has messages.
pub(super) fn request_length(live: &RunRow) -> usize {
    length_of(live.live_request.as_ref(), live.live_request_left)
}

/// Bytes of both messages.
pub(super) fn length(live: &RunRow) -> usize {
    request_length(live).saturating_add(length_of(live.live_response.as_ref(), live.live_response_left))
}

fn length_of(message: Option<&Bytes>, left: Option<u32>) -> usize {
    message.map_or(0, |message| message.len().saturating_add(left.map_or(0, |left| left as usize)))
}

/// Gives a row's messages their ends back; `captured` has the messages of the captured operation.
pub(super) fn complete(live: &mut RunRow, captured: Option<&Operation>) -> Result<(), NotTheSame> {
    let request = captured.and_then(|captured| captured.request.as_ref());
    let response = captured.and_then(|captured| captured.response.as_ref());
    append(&mut live.live_request, live.live_request_left.take(), request)?;
    append(&mut live.live_response, live.live_response_left.take(), response)
}

fn append(message: &mut Option<Bytes>, left: Option<u32>, captured: Option<&Bytes>) -> Result<(), NotTheSame> {
    let (Some(head), Some(left)) = (message.as_ref(), left) else { return Ok(()) };
    let end = captured.and_then(|captured| captured.get(captured.len().checked_sub(left as usize)?..));
    *message = Some([head, end.ok_or(NotTheSame::Data)?].concat().into());
    Ok(())
}
