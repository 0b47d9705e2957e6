//! Chains: several messages compounded in one transport PDU (MS-SMB2 3.2.4.1.4, NextCommand).

use crate::{Header, Malformed, header};
use std::ops::Range;

/// One message of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Where the message lies in the body: from its header to the next one (padding included) or to the end.
    pub range: Range<usize>,
    /// Its header, if its bytes begin with one.
    pub header: Option<Header>,
    /// Why the chain cannot be followed beyond this member: its bytes are no header, or its NextCommand points
    /// backwards, is not a multiple of 8, or leaves the body. Only the last member has one, and its `range` then
    /// reaches to the end of the body. Offsets count from the start of the body.
    pub problem: Option<Malformed>,
}

/// Splits the body of a transport PDU into its messages; yields at least one member, and no byte is left out.
pub fn messages(body: &[u8]) -> Messages<'_> {
    Messages { body, next: Some(0) }
}

/// Iterator of [`messages`].
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    body: &'a [u8],
    next: Option<usize>,
}

impl Iterator for Messages<'_> {
    type Item = Member;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        let length = self.body.len();
        let header = match Header::parse(self.body.get(start..).unwrap_or_default()) {
            Ok(header) => header,
            Err(problem) => {
                return Some(Member { range: start..length, header: None, problem: Some(problem.shifted(start)) });
            }
        };
        let (end, problem) = match next_member(length, start, &header) {
            Ok(Some(next)) => {
                self.next = Some(next);
                (next, None)
            }
            Ok(None) => (length, None),
            Err(problem) => (length, Some(problem)),
        };
        Some(Member { range: start..end, header: Some(header), problem })
    }
}

/// Where the member after the one at `start`, which has this header, begins in a body of `length` bytes, if there is one.
fn next_member(length: usize, start: usize, header: &Header) -> Result<Option<usize>, Malformed> {
    if header.next_command == 0 {
        return Ok(None);
    }
    let step = header.next_command as usize;
    let next = start.saturating_add(step);
    if step < header::LENGTH || !step.is_multiple_of(8) || next >= length {
        return Err(Malformed::BadValue {
            what: "NextCommand",
            offset: start.saturating_add(header::offset::NEXT_COMMAND),
            value: u64::from(header.next_command),
            expected: "not the offset of a further header in the chain",
        });
    }
    Ok(Some(next))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    fn chain(next_commands: &[u32]) -> Vec<u8> {
        let mut body = Vec::new();
        for next in next_commands {
            let start = body.len();
            body.extend_from_slice(&header::PROTOCOL_ID);
            body.resize(start + 72, 0);
            body[start + 20..start + 24].copy_from_slice(&next.to_le_bytes());
        }
        body
    }

    #[test]
    fn members_follow_next_command_to_the_last() {
        let members: Vec<_> = messages(&chain(&[72, 72, 0])).collect();
        let ranges: Vec<_> = members.iter().map(|member| member.range.clone()).collect();
        assert_eq!(ranges, [0..72, 72..144, 144..216]);
        assert!(members.iter().all(|member| member.problem.is_none()));
    }

    #[test]
    fn a_bad_next_command_ends_the_chain_with_the_rest_of_the_body() {
        for bad in [8, 71, 73, 72 * 5, u32::MAX - 7] {
            let members: Vec<_> = messages(&chain(&[72, bad, 0])).collect();
            assert_eq!(members.len(), 2);
            assert_eq!(members[1].range, 72..216);
            assert!(matches!(members[1].problem, Some(Malformed::BadValue { offset: 92, .. })), "{members:?}");
        }
    }

    #[test]
    fn a_member_that_is_no_header_is_yielded_with_its_place() {
        let mut body = chain(&[72, 0]);
        body[72] = 0;
        let last = messages(&body).last();
        assert!(
            matches!(&last, Some(Member { range, problem: Some(Malformed::BadValue { offset: 72, .. }), .. }) if *range == (72..144)),
            "{last:?}"
        );
        body.truncate(100);
        body[72] = 0xfe;
        let last = messages(&body).last();
        assert!(
            matches!(&last, Some(Member { range, problem: Some(Malformed::TooShort { offset: 72, have: 100, .. }), .. }) if *range == (72..100)),
            "{last:?}"
        );
    }

    #[test]
    fn an_empty_body_is_one_broken_member() {
        let members: Vec<_> = messages(&[]).collect();
        assert!(matches!(
            members.as_slice(),
            [Member { range: Range { start: 0, end: 0 }, problem: Some(_), header: None }]
        ));
    }
}
