//! SMB2 CREATE requests (MS-SMB2 2.2.13) that make a folder or a file where there is none.

use super::{Request, TooLong, length_field};
use smb2::Command;
use smb2::message::create::CreateRequest;

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File,
}

/// Opens the folder or file at `path` (UTF-16 code units, relative to the share), or makes it.
///
/// # Errors
/// [`TooLong`] when the path does not fit.
pub fn open_or_make(path: &[u16], kind: Kind) -> Result<Request, TooLong> {
    let access = match kind {
        Kind::Folder => READ_ATTRIBUTES,
        Kind::File => MAXIMUM_ALLOWED,
    };
    open_or_make_for(path, kind, access)
}

/// The same with this DesiredAccess (MS-SMB2 2.2.13.1).
///
/// # Errors
/// [`TooLong`] when the path does not fit.
pub fn open_or_make_for(path: &[u16], kind: Kind, access: u32) -> Result<Request, TooLong> {
    let name: Vec<u8> = path.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let length = length_field("path", name.len())?;
    let (attributes, options) = match kind {
        Kind::Folder => (ATTRIBUTE_DIRECTORY, OPTION_DIRECTORY_FILE),
        Kind::File => (ATTRIBUTE_NORMAL, OPTION_NON_DIRECTORY_FILE),
    };
    let (no_oplock, contexts_offset, contexts_length) = ([0u8, 0], 0u32, 0u32);
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &no_oplock,
        &IMPERSONATION.to_le_bytes(),
        &[0; 16],
        &access.to_le_bytes(),
        &attributes.to_le_bytes(),
        &SHARE_ALL.to_le_bytes(),
        &OPEN_IF.to_le_bytes(),
        &options.to_le_bytes(),
        &NAME_OFFSET.to_le_bytes(),
        &length.to_le_bytes(),
        &contexts_offset.to_le_bytes(),
        &contexts_length.to_le_bytes(),
        &name,
    ]
    .concat();
    Ok(Request { command: Command::CREATE, body })
}

const STRUCTURE_SIZE: u16 = 57;
const IMPERSONATION: u32 = 2;
/// FILE_READ_ATTRIBUTES (MS-SMB2 2.2.13.1.1).
const READ_ATTRIBUTES: u32 = 0x80;
/// A new file can be written; one that is there need not be writable.
const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
const ATTRIBUTE_DIRECTORY: u32 = 0x10;
const ATTRIBUTE_NORMAL: u32 = 0x80;
const SHARE_ALL: u32 = 0x07;
const OPEN_IF: u32 = 3;
const OPTION_DIRECTORY_FILE: u32 = 0x01;
const OPTION_NON_DIRECTORY_FILE: u32 = 0x40;
const NAME_OFFSET: u16 = CreateRequest::FIXED_END as u16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::utf16;

    #[test]
    fn the_path_lies_where_the_fields_say() {
        let path: Vec<u16> = r"lab\Büro".encode_utf16().collect();
        let message = open_or_make(&path, Kind::Folder).unwrap().message(&Place::default());
        let view = CreateRequest::parse(&message).unwrap();
        assert_eq!(view.name().unwrap(), utf16::from_str(r"lab\Büro"));
        assert_eq!((view.create_disposition(), view.create_options(), view.share_access()), (3, 1, 7));
        assert_eq!(view.contexts().count(), 0);
    }
}
