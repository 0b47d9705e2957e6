//! SMB2 QUERY_INFO requests (MS-SMB2 2.2.37).

use super::{Request, variable_part};
use smb2::{Command, FileId};

/// Asks for at most `output_length` bytes of information: `info_type` file (1), file system (2), security (3) or quota
/// (4); `class` of MS-FSCC 2.4 or 2.5; `additional` says which parts of a security descriptor.
pub fn query_info(file_id: FileId, info_type: u8, class: u8, additional: u32, output_length: u32) -> Request {
    let (input_offset, reserved, input_length, flags) = (0u16, 0u16, 0u32, 0u32);
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &[info_type, class],
        &output_length.to_le_bytes(),
        &input_offset.to_le_bytes(),
        &reserved.to_le_bytes(),
        &input_length.to_le_bytes(),
        &additional.to_le_bytes(),
        &flags.to_le_bytes(),
        &file_id.0,
        variable_part(&[]),
    ]
    .concat();
    Request { command: Command::QUERY_INFO, body }
}

const STRUCTURE_SIZE: u16 = 41;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::message::QueryInfoRequest;

    #[test]
    fn what_is_asked_lies_where_servers_look_for_it() {
        let message = query_info(FileId([7; 16]), 3, 0, 0x17, 4096).message(&Place::default());
        let view = QueryInfoRequest::parse(&message).unwrap();
        assert_eq!((view.info_type(), view.file_info_class(), view.file_id()), (3, 0, FileId([7; 16])));
        assert_eq!((view.additional_information(), view.output_buffer_length(), view.flags()), (0x17, 4096, 0));
        assert_eq!(view.buffer().unwrap(), []);
    }
}
