//! SMB2 CLOSE requests (MS-SMB2 2.2.15).

use super::Request;
use smb2::{Command, FileId};

/// Closes a handle.
pub fn close(file_id: FileId) -> Request {
    with_flags(0, file_id)
}

/// Closes a handle and asks for times, size and attributes as they are then.
pub fn close_and_query(file_id: FileId) -> Request {
    with_flags(POSTQUERY_ATTRIB, file_id)
}

fn with_flags(flags: u16, file_id: FileId) -> Request {
    let reserved = 0u32;
    let body = [&STRUCTURE_SIZE.to_le_bytes()[..], &flags.to_le_bytes(), &reserved.to_le_bytes(), &file_id.0].concat();
    Request { command: Command::CLOSE, body }
}

const STRUCTURE_SIZE: u16 = 24;
/// SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB.
const POSTQUERY_ATTRIB: u16 = 0x0001;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::message::CloseRequest;

    #[test]
    fn the_handle_lies_where_servers_look_for_it() {
        let message = close(FileId([7; 16])).message(&Place::default());
        let view = CloseRequest::parse(&message).unwrap();
        assert_eq!((view.file_id(), view.flags()), (FileId([7; 16]), 0));
    }

    #[test]
    fn attributes_are_asked_for_by_a_flag() {
        let message = close_and_query(FileId([7; 16])).message(&Place::default());
        let view = CloseRequest::parse(&message).unwrap();
        assert_eq!((view.file_id(), view.flags()), (FileId([7; 16]), 1));
    }
}
