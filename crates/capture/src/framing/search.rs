//! The search for the next transport header after framing was lost, or where a capture begins mid-stream.
//!
//! File contents may contain what looks like messages (a capture of SMB traffic that is copied, say). So a header found
//! at the start of a segment is believed, and one anywhere else only if its PDU ends where a segment ends or where
//! another believable header begins.

use super::header::Header::KeepAlive;
use super::header::{EVIDENCE, believable, classify, length};
use crate::pdu::Direction;
use crate::tcp::Origin;
use smb2::transport::LENGTH;

/// Outcome of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// A transport header begins here.
    At(usize),
    /// What begins here may be one: more bytes will tell.
    Undecided(usize),
    /// Nothing.
    Nothing,
}

/// Searches `bytes`; `runs` are the offsets in it at which parts of segments begin, ascending, with their origins. Each
/// part is taken to reach to its segment's end.
pub(super) fn search(bytes: &[u8], runs: &[(usize, Origin)], sender: Option<Direction>) -> Found {
    let mut at = 0usize;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match believable(rest, sender) {
            Some(false) => {}
            None => return Found::Undecided(at),
            Some(true) => {
                if run_at(runs, at).is_some_and(|origin| origin.at == 0) {
                    return Found::At(at);
                }
                match confirmed(bytes, rest, at, runs, sender) {
                    Some(true) => return Found::At(at),
                    Some(false) => {}
                    None => return Found::Undecided(at),
                }
            }
        }
        at = at.saturating_add(distance_to_candidate(rest));
    }
    Found::Nothing
}

/// Whether the PDU at `at`, where `rest` begins, ends at the end of a segment or in front of another believable header.
fn confirmed(
    bytes: &[u8],
    rest: &[u8],
    at: usize,
    runs: &[(usize, Origin)],
    sender: Option<Direction>,
) -> Option<bool> {
    let end = at.saturating_add(LENGTH).saturating_add(length(rest)?);
    if end == bytes.len() || run_at(runs, end).is_some() {
        return Some(true);
    }
    let next = bytes.get(end..)?;
    if next.len() >= LENGTH && classify(next) == KeepAlive {
        return Some(true);
    }
    believable(next, sender)
}

/// The origin of the part that begins exactly at `at`.
fn run_at(runs: &[(usize, Origin)], at: usize) -> Option<&Origin> {
    let found = runs.binary_search_by_key(&at, |(start, _)| *start).ok()?;
    runs.get(found).map(|(_, origin)| origin)
}

/// How far from the start of `rest`, at least one byte, the next place is that may start a transport header.
fn distance_to_candidate(rest: &[u8]) -> usize {
    let from = LENGTH.saturating_add(2);
    let tail = rest.len().saturating_sub(EVIDENCE).max(1);
    rest.get(from..)
        .and_then(|later| later.windows(3).position(|letters| letters == b"SMB"))
        .map_or(tail, |letters| letters.saturating_add(1).min(tail))
}
