//! SMB2 CLOSE requests (MS-SMB2 2.2.15).

use super::Request;
use smb2::{Command, FileId};

/// Closes a handle.
pub fn close(file_id: FileId) -> Request {
    let (flags, reserved) = (0u16, 0u32);
    let body = [&STRUCTURE_SIZE.to_le_bytes()[..], &flags.to_le_bytes(), &reserved.to_le_bytes(), &file_id.0].concat();
    Request { command: Command::CLOSE, body }
}

const STRUCTURE_SIZE: u16 = 24;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::message::CloseRequest;

    #[test]
    fn the_handle_lies_where_servers_look_for_it() {
        let message = close(FileId([7; 16])).message(&Place::default());
        assert_eq!(CloseRequest::parse(&message).unwrap().file_id(), FileId([7; 16]));
    }
}
