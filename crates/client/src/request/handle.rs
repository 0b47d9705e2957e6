//! The handle that a request is about.

use super::Request;
use smb2::message::request_file_id_offset;
use smb2::{FileId, header, wire};

/// The FileId in a request's fixed part; `None` for commands that have none.
pub fn file_id(request: &Request) -> Option<FileId> {
    wire::array(&request.body, offset(request)?, "FileId").ok().map(FileId)
}

/// Puts `file_id` where the request says "the handle of the request before me" ([`FileId::RELATED`]); a request that
/// names a handle of its own, or none, stays as it is.
pub fn resolve(request: &mut Request, file_id: FileId) {
    if self::file_id(request) == Some(FileId::RELATED)
        && let Some(offset) = offset(request)
    {
        let _ = header::patch(&mut request.body, offset, &file_id.0);
    }
}

/// Where the FileId lies in the body.
fn offset(request: &Request) -> Option<usize> {
    // The place is told for a message with a header; what the header says does not matter.
    let message = request.message(&super::Place::default());
    request_file_id_offset(request.command, &message)?.checked_sub(header::LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::close::close;
    use crate::request::create::{Kind, open_or_make};
    use crate::request::read::read;

    #[test]
    fn only_the_handle_of_the_request_before_is_replaced() {
        let live = FileId([9; 16]);
        for mut related in [close(FileId::RELATED), read(FileId::RELATED, 0, 10)] {
            resolve(&mut related, live);
            assert_eq!(file_id(&related), Some(live));
        }
        let mut own = close(FileId([7; 16]));
        resolve(&mut own, live);
        assert_eq!(own, close(FileId([7; 16])));
    }

    #[test]
    fn a_create_names_no_handle() {
        let create = open_or_make(&[], Kind::Folder).ok();
        assert_eq!(create.map(|create| file_id(&create)), Some(None));
    }
}
