//! Leaving the data of READs and WRITEs out of a row on its way to the writer.
//!
//! What is left out is a hole of its message. A message of which only zeros would follow is stored up to there: the reader
//! completes it. What cannot be told apart from data is left out with it: all that follows the header of a message whose
//! body is not captured or makes no sense, and of one that is encrypted, compressed or no SMB at all.

use crate::metadata::Payload;
use bytes::Bytes;
use capture::Hole;
use dissect::Operation;
use smb2::compression::CompressionHeader;
use smb2::message::{ErrorResponse, ReadResponse, WriteRequest};
use smb2::transport::Protocol;
use smb2::{Command, Header, header, transform};
use std::ops::Range;

/// Leaves out of a row what `payload` does not ask for.
pub(super) fn cut(operation: &mut Operation, payload: Payload) {
    if payload == Payload::Full {
        return;
    }
    if payload == Payload::None {
        operation.payload_hash = None;
    }
    leave_out(&mut operation.request, &mut operation.request_holes, Side::Request);
    leave_out(&mut operation.response, &mut operation.response_holes, Side::Response);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Response,
}

fn leave_out(message: &mut Option<Bytes>, holes: &mut Vec<Hole>, side: Side) {
    let Some(bytes) = message else { return };
    let Some(data) = data_of(bytes, holes, side).filter(|data| !data.is_empty()) else { return };
    let hole = u32::try_from(data.start).ok().zip(u32::try_from(data.len()).ok());
    // Longer than any message: such a row has no length either.
    let Some((offset, length)) = hole else { return };
    *bytes = without(bytes, data);
    holes.push(Hole { offset, length });
    merge(holes);
}

/// The part of a message that is not stored.
fn data_of(message: &[u8], holes: &[Hole], side: Side) -> Option<Range<usize>> {
    let behind = |header: usize| Some(header.min(message.len())..message.len());
    let captured_to = holes.first().map_or(usize::MAX, |hole| hole.offset as usize);
    if captured_to < header::offset::SIGNATURE {
        return behind(header::LENGTH);
    }
    match Protocol::of(message) {
        Some(Protocol::Smb2) => {}
        // No SMB1 message is stored but the negotiation.
        Some(Protocol::Smb1) => return None,
        Some(Protocol::Encrypted) => return behind(transform::LENGTH),
        Some(Protocol::Compressed) => return behind(CompressionHeader::FIXED_END),
        None => return behind(PROTOCOL_ID),
    }
    let Ok(header) = Header::parse(message) else { return behind(header::LENGTH) };
    let (stated, fixed_end) = match (header.command, side) {
        (Command::READ, Side::Response) if !ErrorResponse::is_in(&header, message) => {
            let view = ReadResponse::parse(message);
            (view.and_then(|view| view.data_range()), ReadResponse::FIXED_END)
        }
        (Command::WRITE, Side::Request) => {
            let view = WriteRequest::parse(message);
            (view.and_then(|view| view.data_range()), WriteRequest::FIXED_END)
        }
        _ => return None,
    };
    match stated {
        // Where the data overlaps the fields that say so, these stay.
        Ok(data) if captured_to >= fixed_end => Some(data.start.max(fixed_end).min(data.end)..data.end),
        _ => behind(fixed_end),
    }
}

/// Bytes of a ProtocolId.
const PROTOCOL_ID: usize = 4;

/// A message without its data, and memory of its own: a part would keep all of it alive.
fn without(message: &Bytes, data: Range<usize>) -> Bytes {
    let behind = message.get(data.end..).unwrap_or_default();
    if behind.iter().all(|byte| *byte == 0) {
        return Bytes::copy_from_slice(message.get(..data.start).unwrap_or_default());
    }
    let mut rest = message.to_vec();
    if let Some(data) = rest.get_mut(data) {
        data.fill(0);
    }
    rest.into()
}

/// Puts holes in order, and those that touch or overlap together.
fn merge(holes: &mut Vec<Hole>) {
    holes.sort_unstable_by_key(|hole| hole.offset);
    holes.dedup_by(|next, hole| {
        let end = hole.offset.saturating_add(hole.length);
        let touches = next.offset <= end;
        if touches {
            hole.length = end.max(next.offset.saturating_add(next.length)).saturating_sub(hole.offset);
        }
        touches
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;
    use dissect::Kind;
    use dissect::operation::payload_hash;

    const DATA: &[u8] = b"confidential";

    /// A WRITE request with data behind its fields, then `behind`.
    fn write(data: &[u8], behind: &[u8]) -> Vec<u8> {
        let mut message = vec![0; WriteRequest::FIXED_END];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[4] = 64;
        message[header::offset::COMMAND] = 9;
        message[64] = 49;
        message[66] = WriteRequest::FIXED_END as u8;
        message[68] = data.len() as u8;
        [&message, data, behind].concat()
    }

    /// A READ response likewise.
    fn read(data: &[u8]) -> Vec<u8> {
        let mut message = vec![0; ReadResponse::FIXED_END];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[4] = 64;
        message[header::offset::COMMAND] = 8;
        message[header::offset::FLAGS] = 1;
        message[64] = 17;
        message[66] = ReadResponse::FIXED_END as u8;
        message[68] = data.len() as u8;
        [&message, data].concat()
    }

    /// What is stored of a request, and its holes.
    fn of_request(message: Vec<u8>, holes: &[Hole]) -> (Bytes, Vec<Hole>) {
        let mut row = Operation::new(0, Kind::Exchange, 0);
        row.request = Some(message.into());
        row.request_holes = holes.to_vec();
        cut(&mut row, Payload::Hash);
        (row.request.unwrap(), row.request_holes)
    }

    fn of_response(message: Vec<u8>, holes: &[Hole]) -> (Bytes, Vec<Hole>) {
        let mut row = Operation::new(0, Kind::Exchange, 0);
        row.response = Some(message.into());
        row.response_holes = holes.to_vec();
        cut(&mut row, Payload::Hash);
        (row.response.unwrap(), row.response_holes)
    }

    fn hole(offset: usize, length: usize) -> Hole {
        Hole { offset: offset as u32, length: length as u32 }
    }

    #[test]
    fn a_message_ends_where_its_data_begins() {
        let end = WriteRequest::FIXED_END;
        let whole = write(DATA, &[]);
        assert_eq!(of_request(whole.clone(), &[]), (whole[..end].to_vec().into(), vec![hole(end, DATA.len())]));
        let end = ReadResponse::FIXED_END;
        let whole = read(DATA);
        assert_eq!(of_response(whole.clone(), &[]), (whole[..end].to_vec().into(), vec![hole(end, DATA.len())]));
    }

    #[test]
    fn the_hash_stays_with_hash_and_goes_with_none() {
        for (payload, hash) in [(Payload::Hash, Some(payload_hash(DATA))), (Payload::None, None)] {
            let mut row = Operation::new(0, Kind::Exchange, 0);
            row.request = Some(write(DATA, &[]).into());
            row.request_length = Some(124);
            (row.payload_offset, row.payload_length) = (Some(112), Some(12));
            row.payload_hash = Some(payload_hash(DATA));
            cut(&mut row, payload);
            assert_eq!((row.payload_hash, row.payload_length), (hash, Some(12)));
            assert_eq!((row.request.unwrap().len(), row.request_length), (112, Some(124)));
        }
    }

    #[test]
    fn what_follows_the_data_stays_unless_it_is_zeros() {
        let end = WriteRequest::FIXED_END;
        let padded = write(DATA, &[0; 4]);
        assert_eq!(of_request(padded.clone(), &[]), (padded[..end].to_vec().into(), vec![hole(end, DATA.len())]));
        let kept = write(&[0; DATA.len()], b"kept");
        assert_eq!(of_request(write(DATA, b"kept"), &[]), (kept.into(), vec![hole(end, DATA.len())]));
    }

    #[test]
    fn holes_that_were_there_are_put_together_with_the_new_one() {
        let end = WriteRequest::FIXED_END;
        let (stored, holes) = of_request(write(DATA, b"behind"), &[hole(end + 4, DATA.len())]);
        assert_eq!(holes, [hole(end, DATA.len() + 4)]);
        assert_eq!(stored.len(), end + DATA.len() + 6);
        let mut apart = vec![hole(9, 1), hole(0, 2), hole(1, 4), hole(20, 5)];
        merge(&mut apart);
        assert_eq!(apart, [hole(0, 5), hole(9, 1), hole(20, 5)]);
    }

    #[test]
    fn data_that_is_said_to_lie_elsewhere_is_left_out_all_the_same() {
        // A length beyond the end, an offset among the fields, fields that were not captured.
        let end = WriteRequest::FIXED_END;
        let mut long = write(DATA, &[]);
        long[68] = 200;
        assert_eq!(of_request(long, &[]).0.len(), end);
        let mut overlapping = write(DATA, &[]);
        (overlapping[66], overlapping[68]) = (0, end as u8 + DATA.len() as u8);
        assert_eq!(of_request(overlapping.clone(), &[]).0, overlapping[..end]);
        let holes = [hole(60, 20)];
        let (stored, holes) = of_request(write(DATA, &[]), &holes);
        assert_eq!((stored.len(), holes), (end, vec![hole(60, 20), hole(end, DATA.len())]));
    }

    #[test]
    fn behind_a_header_that_cannot_be_read_nothing_is_stored() {
        let lengths = [
            (write(DATA, &[]), vec![hole(8, 8)], 64),
            ([&b"\xfdSMB"[..], &[7; 200]].concat(), vec![], 52),
            ([&b"\xfcSMB"[..], &[7; 200]].concat(), vec![], 16),
            (b"HTTP/1.1 200 OK".to_vec(), vec![], 4),
        ];
        for (message, holes, length) in lengths {
            let whole = message.len();
            let (stored, holes) = of_response(message, &holes);
            assert_eq!(stored.len(), length);
            assert_eq!(holes.last(), Some(&hole(length, whole - length)));
        }
    }

    #[test]
    fn all_other_messages_stay_whole() {
        let mut failed = read(DATA);
        (failed[8..12]).copy_from_slice(&0xc000_0011_u32.to_le_bytes());
        failed[64] = 9;
        let mut ioctl = write(DATA, &[]);
        ioctl[header::offset::COMMAND] = 11;
        for message in [failed, ioctl, b"\xffSMBr".to_vec()] {
            assert_eq!(of_response(message.clone(), &[]), (message.clone().into(), vec![]));
            assert_eq!(of_request(message.clone(), &[]), (message.into(), vec![]));
        }
    }
}
