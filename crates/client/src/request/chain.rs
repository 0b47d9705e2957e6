//! Chains of related requests (MS-SMB2 3.2.4.1.4): each works with the session, the share and the handle of the one before.

use super::{Place, Request};
use smb2::header::{self, HeaderFlags, offset};

/// The messages of a chain whose first one has this place; each of the others takes one MessageId more than the one
/// before. All but the first have SMB2_FLAGS_RELATED_OPERATIONS; all but the last have NextCommand and are padded to
/// the 8 bytes that it counts in.
pub fn related(requests: &[Request], first: &Place) -> Vec<Vec<u8>> {
    let last = requests.len().saturating_sub(1);
    let mut place = *first;
    let mut messages = Vec::with_capacity(requests.len());
    for (index, request) in requests.iter().enumerate() {
        let mut message = request.message(&place);
        if index > 0 {
            let signed = if place.signed { HeaderFlags::SIGNED } else { 0 };
            let flags = signed | HeaderFlags::RELATED_OPERATIONS;
            let _ = header::patch(&mut message, offset::FLAGS, &flags.to_le_bytes());
        }
        if index < last {
            message.resize(message.len().next_multiple_of(8), 0);
            let next_command = u32::try_from(message.len()).unwrap_or(u32::MAX);
            let _ = header::patch(&mut message, offset::NEXT_COMMAND, &next_command.to_le_bytes());
        }
        messages.push(message);
        place.message_id = place.message_id.saturating_add(1);
    }
    messages
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use smb2::{Command, Header, chain};

    fn echo(length: usize) -> Request {
        Request { command: Command::ECHO, body: vec![4; length] }
    }

    #[test]
    fn the_members_of_a_chain_are_related_aligned_and_numbered() {
        let place = Place { message_id: 7, credit_charge: 1, tree_id: 3, signed: true, ..Place::default() };
        let body = related(&[echo(4), echo(9), echo(5)], &place).concat();
        let members: Vec<_> = chain::messages(&body).collect();
        assert!(members.iter().all(|member| member.problem.is_none()));
        let ranges: Vec<_> = members.iter().map(|member| member.range.clone()).collect();
        assert_eq!(ranges, [0..72, 72..152, 152..221]);
        let headers: Vec<_> =
            ranges.into_iter().map(|range| Header::parse(body.get(range).unwrap()).unwrap()).collect();
        let ids: Vec<_> = headers.iter().map(|header| (header.message_id, header.tree_id())).collect();
        assert_eq!(ids, [(7, Some(3)), (8, Some(3)), (9, Some(3))]);
        let flags: Vec<_> =
            headers.iter().map(|header| (header.flags.is_related(), header.flags.is_signed())).collect();
        assert_eq!(flags, [(false, true), (true, true), (true, true)]);
    }

    #[test]
    fn a_single_request_is_no_chain() {
        let place = Place { message_id: 7, ..Place::default() };
        assert_eq!(related(&[echo(4)], &place), [echo(4).message(&place)]);
    }
}
