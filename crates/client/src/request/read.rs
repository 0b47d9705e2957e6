//! SMB2 READ requests (MS-SMB2 2.2.19).

use super::{ONE_CREDIT, Request, variable_part};
use smb2::{Command, FileId};

/// Most bytes that one credit pays for (MS-SMB2 3.2.4.1.5).
pub const MOST: u32 = ONE_CREDIT as u32;

/// Reads at most `length` bytes, and at most [`MOST`], from `offset` on.
pub fn read(file_id: FileId, offset: u64, length: u32) -> Request {
    let (padding, flags) = (0u8, 0u8);
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &[padding, flags],
        &length.min(MOST).to_le_bytes(),
        &offset.to_le_bytes(),
        &file_id.0,
        // MinimumCount, Channel, RemainingBytes, ReadChannelInfoOffset, ReadChannelInfoLength.
        &[0; 16],
        variable_part(&[]),
    ]
    .concat();
    Request { command: Command::READ, body }
}

const STRUCTURE_SIZE: u16 = 49;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::message::ReadRequest;

    #[test]
    fn as_much_is_read_as_one_credit_pays_for() {
        for (asked, read_length) in [(7, 7), (65_536, 65_536), (70_000, 65_536)] {
            let message = read(FileId([7; 16]), 5_000_000_000, asked).message(&Place::default());
            let view = ReadRequest::parse(&message).unwrap();
            assert_eq!((view.file_id(), view.offset(), view.length()), (FileId([7; 16]), 5_000_000_000, read_length));
            assert_eq!((view.minimum_count(), view.channel(), message.len()), (0, 0, 64 + 49));
        }
    }
}
