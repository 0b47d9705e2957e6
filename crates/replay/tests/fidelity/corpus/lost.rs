//! Messages that Samba loses.
//!
//! A Samba 4.17 that is asked for a further channel hands its connection to the process of the first one. Under load the process that took the
//! connection in may still read from it then: it takes a message that is meant for the other process, finds that it has given no
//! credit for it, and drops it. No answer ever comes, however long one waits.

use smb2::Header;
use store::runs::{RunRow, Verdict};

/// What smbd logs when it drops such a message.
const REFUSED: &str = "client used more credits than granted";

/// Whether smbd says that it refused a message for its credit, and each message of the run that got no answer is one for which the answer
/// before it on its connection had granted a credit: what was sent was in order.
pub(super) fn samba_lost_a_message(log: &str, rows: &[RunRow]) -> bool {
    let unanswered: Vec<&RunRow> =
        rows.iter().filter(|row| row.verdict == Verdict::NoResponse && is_session_setup(row)).collect();
    log.contains(REFUSED) && !unanswered.is_empty() && unanswered.iter().all(|row| had_a_credit(row, rows))
}

fn is_session_setup(row: &RunRow) -> bool {
    header(row.live_request.as_deref()).is_some_and(|header| header.command == smb2::Command::SESSION_SETUP)
}

fn had_a_credit(row: &RunRow, rows: &[RunRow]) -> bool {
    let Some(request) = header(row.live_request.as_deref()) else { return false };
    let mut answers = rows.iter().filter(|other| other.live_connection == row.live_connection);
    answers.any(|other| {
        header(other.live_response.as_deref())
            .is_some_and(|answer| answer.message_id.checked_add(1) == Some(request.message_id) && answer.credits > 0)
    })
}

fn header(message: Option<&[u8]>) -> Option<Header> {
    Header::parse(message?).ok()
}
