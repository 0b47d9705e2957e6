//! Whether a captured operation is the one that a row is about: a trace that is ingested again with other keys, or of which
//! there is more by now, has other operations under the same numbers.

use super::error::NotTheSame;
use super::whole;
use dissect::Operation;
use smb2::Header;
use store::runs::RunRow;

/// Columns of the captured operation that tell.
pub(super) const COLUMNS: &[&str] = &["connection", "command", "request_length"];

/// Holds a row against the operation of its number.
pub(super) fn check(live: &RunRow, captured: &Operation) -> Result<(), NotTheSame> {
    if live.connection.is_some_and(|connection| connection != captured.connection) {
        return Err(NotTheSame::Connection);
    }
    let Some(request) = &live.live_request else { return Ok(()) };
    // An SMB1 multi-protocol negotiate has no such header.
    if let Ok(header) = Header::parse(request)
        && captured.command.is_some_and(|command| command != header.command)
    {
        return Err(NotTheSame::Command);
    }
    let sent = length(live).ok_or(NotTheSame::Length)?;
    match captured.request_length {
        Some(length) if length as usize != sent => Err(NotTheSame::Length),
        _ => Ok(()),
    }
}

/// How long the captured request was, by what was sent in its place and the patches.
fn length(live: &RunRow) -> Option<usize> {
    let sent = whole::request_length(live);
    live.patches.iter().try_fold(sent, |length, patch| {
        length.checked_add(patch.captured_length as usize)?.checked_sub(patch.length as usize)
    })
}
