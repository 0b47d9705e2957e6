//! One SMB2 message out of a PDU: its bytes, its place in chain and trace, its missing ranges.

use crate::unwrapping::Wrapping;
use bytes::Bytes;
use capture::{Hole, Mark, Pdu};
use smb2::chain::Member;
use smb2::message::{ReadResponse, WriteRequest};
use smb2::{Command, Header, Malformed, chain, header};
use std::borrow::Cow;
use std::ops::Range;

/// What is said of a message whose header is not all there.
const HEADER_CUT: &str = "its header is not captured";

/// A message as captured.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The header; `None` when the bytes are not one, or bytes before its Signature were not captured.
    pub(crate) header: Option<Header>,
    /// The whole message with its header, and the padding up to the next of its chain.
    pub(crate) bytes: Bytes,
    /// Missing ranges of `bytes`.
    pub(crate) holes: Vec<Hole>,
    /// Identifier of the chain, for a PDU of more than one message, and the 0-based index in it.
    pub(crate) chain: Option<(u64, u16)>,
    /// What it came in.
    pub(crate) wrapping: Wrapping,
    /// First byte of the PDU.
    pub(crate) first: Mark,
    /// The byte that completed the PDU.
    pub(crate) last: Mark,
    /// Whether its header is missing because it was not captured.
    pub(crate) header_cut: bool,
    /// Why the chain ends here before its PDU does, or why this is no message.
    pub(crate) problem: Option<String>,
}

impl Message {
    /// The bytes up to the first one that was not captured, which is as far as a message can be understood. Data of
    /// READ and WRITE is the exception: it stands for itself, and nothing follows it.
    pub(crate) fn understood(&self) -> Cow<'_, Bytes> {
        let Some(hole) = self.holes.first() else { return Cow::Borrowed(&self.bytes) };
        let start = hole.offset as usize;
        let data = match self.header.map(|header| (header.command, header.flags.is_response())) {
            Some((Command::READ, true)) => ReadResponse::FIXED_END,
            Some((Command::WRITE, false)) => WriteRequest::FIXED_END,
            _ => usize::MAX,
        };
        if start >= data {
            Cow::Borrowed(&self.bytes)
        } else {
            Cow::Owned(self.bytes.slice(..start.min(self.bytes.len())))
        }
    }

    /// Whether `problem` is only that bytes were not captured.
    pub(crate) fn hides(&self, problem: &Malformed) -> bool {
        !self.holes.is_empty() && matches!(problem, Malformed::TooShort { .. })
    }
}

/// Hands the messages in `body` to `take`: the body of `pdu`, which is SMB2's and came in `wrapping`. The chain's identifier is
/// the position of the PDU's first byte in the trace.
pub(crate) fn split(body: Bytes, pdu: &Pdu, wrapping: Wrapping, mut take: impl FnMut(Message)) {
    let mut members = chain::messages(&body);
    let Some(first) = members.next() else { return };
    let Some(second) = members.next() else {
        // Most PDUs have one message: its bytes are handed on, which costs nothing.
        return take(message(body, first, None, pdu, wrapping));
    };
    for (index, member) in [first, second].into_iter().chain(members).enumerate() {
        let bytes = body.get(member.range.clone()).map(|found| body.slice_ref(found)).unwrap_or_default();
        let place = (pdu.first.seq, u16::try_from(index).unwrap_or(u16::MAX));
        take(message(bytes, member, Some(place), pdu, wrapping));
    }
}

/// The message that `member` of `pdu` is, with these bytes.
fn message(bytes: Bytes, member: Member, chain: Option<(u64, u16)>, pdu: &Pdu, wrapping: Wrapping) -> Message {
    let holes = holes_within(&pdu.holes, &member.range);
    // A snaplen of 128 often leaves only a part of the signature, the header's last field: the rest is good.
    let cut = holes.first().is_some_and(|hole| (hole.offset as usize) < header::offset::SIGNATURE);
    Message {
        header: member.header.filter(|_| !cut),
        holes,
        bytes,
        wrapping,
        chain,
        first: pdu.first,
        last: pdu.last,
        header_cut: cut,
        problem: if cut { Some(HEADER_CUT.to_owned()) } else { member.problem.map(|problem| problem.to_string()) },
    }
}

/// The whole body of a PDU as one message, for what is not plain SMB2.
pub(crate) fn whole(pdu: &Pdu) -> Message {
    Message {
        header: None,
        bytes: pdu.body.clone(),
        holes: pdu.holes.clone(),
        wrapping: Wrapping::default(),
        chain: None,
        first: pdu.first,
        last: pdu.last,
        header_cut: false,
        problem: None,
    }
}

/// The parts of `holes` that lie in `range`, counted from its start.
fn holes_within(holes: &[Hole], range: &Range<usize>) -> Vec<Hole> {
    let cut = |hole: &Hole| {
        let start = (hole.offset as usize).max(range.start);
        let end = (hole.offset as usize).saturating_add(hole.length as usize).min(range.end);
        let length = end.checked_sub(start).filter(|length| *length > 0)?;
        let offset = u32::try_from(start.checked_sub(range.start)?).ok()?;
        Some(Hole { offset, length: u32::try_from(length).ok()? })
    };
    holes.iter().filter_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_counted_from_the_start_of_their_message() {
        let holes = [Hole { offset: 60, length: 20 }, Hole { offset: 100, length: 5 }];
        assert_eq!(holes_within(&holes, &(0..64)), [Hole { offset: 60, length: 4 }]);
        assert_eq!(holes_within(&holes, &(64..104)), [Hole { offset: 0, length: 16 }, Hole { offset: 36, length: 4 }]);
        assert_eq!(holes_within(&holes, &(110..120)), []);
    }
}
