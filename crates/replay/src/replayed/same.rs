//! Whether a captured operation is the one that a row is about: a trace that is ingested again with other keys, or of which
//! there is more by now, has other operations under the same numbers.

use super::error::{NotTheSame, ReplayedError};
use super::whole;
use crate::report::{Ingested, Report};
use dissect::Operation;
use smb2::Header;
use store::runs::{Run, RunRow};
use store::{OutputFolder, metadata};

/// Columns of the captured operation that tell.
pub(super) const COLUMNS: &[&str] = &["connection", "command", "request_length"];

/// Holds the trace against what the report of a run says of it; runs before 1.4 say nothing.
pub(super) fn check_trace(output: &OutputFolder, run: &Run) -> Result<(), ReplayedError> {
    let Some(replayed) = run.read_report().ok().and_then(|report: Report| report.ingested) else { return Ok(()) };
    // What the session files lack is told by the first row that is about them.
    let Ok(now) = metadata::read(&output.metadata()) else { return Ok(()) };
    match Ingested::of(&now) == replayed {
        true => Ok(()),
        false => Err(ReplayedError::IngestedAgain { run: run.name().to_owned() }),
    }
}

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
