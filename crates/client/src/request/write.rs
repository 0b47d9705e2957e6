//! SMB2 WRITE requests (MS-SMB2 2.2.21).

use super::{ONE_CREDIT, Request};
use smb2::message::WriteRequest;
use smb2::{Command, FileId};

/// Most bytes that one credit pays for (MS-SMB2 3.2.4.1.5).
pub const MOST: usize = ONE_CREDIT;

/// Writes the first [`MOST`] bytes of `data` at `offset`, and says how many those are.
pub fn write(file_id: FileId, offset: u64, data: &[u8]) -> (Request, usize) {
    let data = data.get(..MOST).unwrap_or(data);
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &DATA_OFFSET.to_le_bytes(),
        &length.to_le_bytes(),
        &offset.to_le_bytes(),
        &file_id.0,
        // Channel, RemainingBytes, WriteChannelInfoOffset, WriteChannelInfoLength, Flags.
        &[0; 16],
        data,
    ]
    .concat();
    (Request { command: Command::WRITE, body }, data.len())
}

const STRUCTURE_SIZE: u16 = 49;
const DATA_OFFSET: u16 = WriteRequest::FIXED_END as u16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;

    #[test]
    fn as_much_is_written_as_one_credit_pays_for() {
        let data = vec![5; 70_000];
        let (request, length) = write(FileId([7; 16]), 9, &data);
        assert_eq!(length, 65_536);
        let message = request.message(&Place::default());
        let view = WriteRequest::parse(&message).unwrap();
        assert_eq!((view.offset(), view.file_id(), view.data().unwrap().len()), (9, FileId([7; 16]), 65_536));
    }
}
