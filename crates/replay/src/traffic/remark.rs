//! What there is to say about an operation that diverged.

use crate::replayed::ReplayedOperation;
use std::fmt::Write as _;
use store::runs::{Difference, Verdict};
use store::schema::status_name;

/// Differences that are told of an operation.
const MOST_DIFFERENCES: usize = 20;
/// Characters that are told of a value.
const MOST_CHARACTERS: usize = 200;
/// Bytes of a remark.
const MOST_BYTES: usize = 32 << 10;

/// `diverged: …; frame N of CAPTURE`, if it did.
pub(super) fn of(found: &ReplayedOperation, capture: &str) -> Option<String> {
    let live = &found.live;
    let captured = found.captured.as_ref();
    let what = match live.verdict {
        Verdict::Status | Verdict::NoResponse => {
            let status = |status: Option<u32>| status.map_or_else(|| "no response".to_owned(), status_name);
            let captured = captured.and_then(|captured| captured.status);
            format!("status {} captured, {} live", status(captured), status(live.live_status))
        }
        Verdict::Body => fields(&live.differences),
        Verdict::Match | Verdict::Skipped | Verdict::NotCompared => return None,
    };
    let mut remark = format!("diverged: {what}");
    let place = captured.and_then(|captured| captured.request_frame);
    // Writing to a String cannot fail.
    let _ = match place {
        Some(frame) => write!(remark, "; frame {frame} of {capture}"),
        None => write!(remark, "; {capture}"),
    };
    if let Some(detail) = &live.detail {
        let _ = write!(remark, "; {detail}");
    }
    if let Some(cause) = live.cause_op {
        let _ = write!(remark, "; explained by operation {cause}");
    }
    // One line, whatever names and values hold.
    let mut line = String::with_capacity(remark.len());
    for character in remark.chars() {
        if character.is_control() { line.extend(character.escape_default()) } else { line.push(character) }
    }
    line.truncate(line.floor_char_boundary(MOST_BYTES));
    Some(line)
}

fn fields(differences: &[Difference]) -> String {
    let cut = |value: &str| value.chars().take(MOST_CHARACTERS).collect::<String>();
    let field = |difference: &Difference| {
        let Difference { field, captured, live } = difference;
        format!("{field} {} captured, {} live", cut(captured), cut(live))
    };
    let mut told: Vec<String> = differences.iter().take(MOST_DIFFERENCES).map(field).collect();
    if let Some(more) = differences.len().checked_sub(MOST_DIFFERENCES).filter(|more| *more > 0) {
        told.push(format!("{more} more fields"));
    }
    if told.is_empty() { "what it answers".to_owned() } else { told.join("; ") }
}
