//! Requests of the client's own making, as against those a caller brings along: pure functions from what is wanted to
//! bytes.
//!
//! A [`Request`] is a command and its body; [`Request::message`] puts the header in front once its place on a
//! connection is known. Every offset in a body already counts that header.

pub mod chain;
pub mod close;
pub mod create;
pub mod flush;
pub mod handle;
pub mod ioctl;
pub mod logoff;
pub mod negotiate;
pub mod query_directory;
pub mod query_info;
pub mod read;
pub mod session_setup;
pub mod set_info;
pub mod tree_connect;
pub mod write;

use smb2::{Command, HeaderFlags, header};

/// A command and its body (MS-SMB2 2.2), without header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Command.
    pub command: Command,
    /// The body, StructureSize first.
    pub body: Vec<u8>,
}

/// The fields of a header that depend on where and when the request is sent (MS-SMB2 2.2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// MessageId.
    pub message_id: u64,
    /// CreditCharge: 0 in SMB 2.0.2 and in NEGOTIATE, else the number of MessageIds used.
    pub credit_charge: u16,
    /// CreditRequest.
    pub credits: u16,
    /// SessionId, 0 before there is one.
    pub session_id: u64,
    /// TreeId, 0 before there is one.
    pub tree_id: u32,
    /// Whether it is to be signed; the signature itself is left zero.
    pub signed: bool,
}

/// Something is longer than a request can hold, or than the field that says its length can say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {what} is {length} long, more than the {most} that a request can hold")]
pub struct TooLong {
    /// What.
    pub what: &'static str,
    /// Its length in the unit of its length field.
    pub length: usize,
    /// The most that it may be.
    pub most: usize,
}

impl Request {
    /// The whole message, with no signature yet.
    pub fn message(&self, place: &Place) -> Vec<u8> {
        let flags = if place.signed { HeaderFlags::SIGNED } else { 0 };
        let (status, next_command, reserved) = (0u32, 0u32, 0u32);
        [
            &header::PROTOCOL_ID[..],
            &HEADER_STRUCTURE_SIZE.to_le_bytes(),
            &place.credit_charge.to_le_bytes(),
            &status.to_le_bytes(),
            &self.command.0.to_le_bytes(),
            &place.credits.to_le_bytes(),
            &flags.to_le_bytes(),
            &next_command.to_le_bytes(),
            &place.message_id.to_le_bytes(),
            &reserved.to_le_bytes(),
            &place.tree_id.to_le_bytes(),
            &place.session_id.to_le_bytes(),
            &[0; 16],
            &self.body,
        ]
        .concat()
    }
}

const HEADER_STRUCTURE_SIZE: u16 = 64;

/// The value of a 16-bit length or count field.
fn length_field(what: &'static str, length: usize) -> Result<u16, TooLong> {
    u16::try_from(length).map_err(|_| TooLong { what, length, most: u16::MAX.into() })
}

/// Most bytes that one credit pays for (MS-SMB2 3.2.4.1.5).
const ONE_CREDIT: usize = 65_536;

/// The value of a 32-bit length field of what one credit has to pay for.
fn paid_length(what: &'static str, length: usize) -> Result<u32, TooLong> {
    let refused = TooLong { what, length, most: ONE_CREDIT };
    u32::try_from(length).ok().filter(|_| length <= ONE_CREDIT).ok_or(refused)
}

/// What a body holds behind its fixed part: a byte of padding when that is nothing, as servers may insist on the one
/// byte that an odd StructureSize counts in.
fn variable_part(bytes: &[u8]) -> &[u8] {
    if bytes.is_empty() { &[0] } else { bytes }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use smb2::Header;

    #[test]
    fn a_message_is_its_header_and_its_body() {
        let request = Request { command: Command::ECHO, body: vec![4, 0, 0, 0] };
        let place = Place {
            message_id: 7,
            credit_charge: 1,
            credits: 2,
            session_id: 0x1122_3344_5566_7788,
            tree_id: 9,
            signed: true,
        };
        let message = request.message(&place);
        let header = Header::parse(&message).unwrap();
        assert_eq!((header.structure_size, header.command, header.message_id), (64, Command::ECHO, 7));
        assert_eq!((header.credit_charge, header.credits, header.status, header.next_command), (1, 2, 0, 0));
        assert_eq!((header.session_id, header.tree_id()), (0x1122_3344_5566_7788, Some(9)));
        assert_eq!((header.flags, header.signature), (HeaderFlags(HeaderFlags::SIGNED), [0; 16]));
        assert_eq!(message.get(header::LENGTH..).unwrap(), request.body);
    }
}
