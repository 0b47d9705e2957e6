//! SMB2 FLUSH requests (MS-SMB2 2.2.17).

use super::Request;
use smb2::{Command, FileId};

/// Has all that was written to the file put on stable storage.
pub fn flush(file_id: FileId) -> Request {
    let reserved = [0; 6];
    let body = [&STRUCTURE_SIZE.to_le_bytes()[..], &reserved, &file_id.0].concat();
    Request { command: Command::FLUSH, body }
}

const STRUCTURE_SIZE: u16 = 24;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::message::FlushRequest;

    #[test]
    fn the_handle_lies_where_servers_look_for_it() {
        let message = flush(FileId([7; 16])).message(&Place::default());
        assert_eq!(FlushRequest::parse(&message).unwrap().file_id(), FileId([7; 16]));
    }
}
