//! SMB2 SET_INFO requests (MS-SMB2 2.2.39).

use super::Request;
use smb2::message::SetInfoRequest;
use smb2::{Command, FileId};

/// Sets the size of a file, bytes: FileEndOfFileInformation (MS-FSCC 2.4.14).
pub fn end_of_file(file_id: FileId, size: u64) -> Request {
    let size = size.to_le_bytes();
    let (reserved, additional_information) = (0u16, 0u32);
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &[INFO_FILE, FILE_END_OF_FILE_INFORMATION],
        &8u32.to_le_bytes(),
        &BUFFER_OFFSET.to_le_bytes(),
        &reserved.to_le_bytes(),
        &additional_information.to_le_bytes(),
        &file_id.0,
        &size,
    ]
    .concat();
    Request { command: Command::SET_INFO, body }
}

const STRUCTURE_SIZE: u16 = 33;
/// SMB2_0_INFO_FILE.
const INFO_FILE: u8 = 0x01;
const FILE_END_OF_FILE_INFORMATION: u8 = 20;
const BUFFER_OFFSET: u16 = SetInfoRequest::FIXED_END as u16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;

    #[test]
    fn the_size_lies_where_the_fields_say() {
        let message = end_of_file(FileId([7; 16]), 5_000_000_000).message(&Place::default());
        let view = SetInfoRequest::parse(&message).unwrap();
        assert_eq!((view.info_type(), view.file_info_class(), view.file_id()), (1, 20, FileId([7; 16])));
        assert_eq!(view.buffer().unwrap(), 5_000_000_000u64.to_le_bytes());
    }
}
