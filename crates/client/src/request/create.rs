//! SMB2 CREATE requests (MS-SMB2 2.2.13).

use super::{ONE_CREDIT, Request, TooLong, length_field, variable_part};
use smb2::message::create::CreateRequest;
use smb2::{Command, header};

/// How something is opened or made (MS-SMB2 2.2.13). No oplock and no lease is asked for but by a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open<'a> {
    /// DesiredAccess, an access mask (MS-SMB2 2.2.13.1).
    pub access: u32,
    /// FileAttributes of what is made (MS-FSCC 2.6).
    pub attributes: u32,
    /// ShareAccess: read (1), write (2), delete (4).
    pub share_access: u32,
    /// CreateDisposition: supersede (0), open (1), create (2), open or create (3), overwrite (4), overwrite or create
    /// (5).
    pub disposition: u32,
    /// CreateOptions.
    pub options: u32,
    /// Create contexts, tag and data each (MS-SMB2 2.2.13.2; tags: [`smb2::context::create::tag`]).
    pub contexts: &'a [(&'a [u8], &'a [u8])],
}

/// What is made where there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File,
}

/// Opens or makes what is at `path` (UTF-16 code units, relative to the share; empty for its root).
///
/// # Errors
/// [`TooLong`] when the path, a context or all of it together does not fit.
pub fn create(path: &[u16], open: &Open<'_>) -> Result<Request, TooLong> {
    let name: Vec<u8> = path.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let name_length = length_field("path", name.len())?;
    let contexts = context_list(open.contexts)?;
    let mut buffer = variable_part(&name).to_vec();
    let mut contexts_offset = 0;
    if !contexts.is_empty() {
        // 8-byte aligned, counted from the header.
        contexts_offset = CreateRequest::FIXED_END.saturating_add(buffer.len()).next_multiple_of(8);
        buffer.resize(contexts_offset.saturating_sub(CreateRequest::FIXED_END), 0);
        buffer.extend_from_slice(&contexts);
    }
    let too_long = |length| TooLong { what: "CREATE with its contexts", length, most: ONE_CREDIT };
    let length = u32::try_from(contexts.len()).map_err(|_| too_long(contexts.len()))?;
    let offset = u32::try_from(contexts_offset).map_err(|_| too_long(contexts_offset))?;
    let no_oplock = [0u8, 0];
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &no_oplock,
        &IMPERSONATION.to_le_bytes(),
        &[0; 16],
        &open.access.to_le_bytes(),
        &open.attributes.to_le_bytes(),
        &open.share_access.to_le_bytes(),
        &open.disposition.to_le_bytes(),
        &open.options.to_le_bytes(),
        &NAME_OFFSET.to_le_bytes(),
        &name_length.to_le_bytes(),
        &offset.to_le_bytes(),
        &length.to_le_bytes(),
        &buffer,
    ]
    .concat();
    Ok(Request { command: Command::CREATE, body })
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
    let (attributes, options) = match kind {
        Kind::Folder => (ATTRIBUTE_DIRECTORY, OPTION_DIRECTORY_FILE),
        Kind::File => (ATTRIBUTE_NORMAL, OPTION_NON_DIRECTORY_FILE),
    };
    let open = Open { access, attributes, share_access: SHARE_ALL, disposition: OPEN_IF, options, contexts: &[] };
    create(path, &open)
}

/// SMB2_CREATE_CONTEXT structures one behind the other; each but the first begins 8-byte aligned, as does each data.
fn context_list(contexts: &[(&[u8], &[u8])]) -> Result<Vec<u8>, TooLong> {
    let mut list = Vec::new();
    let mut before: Option<usize> = None;
    for (tag, data) in contexts {
        list.resize(list.len().next_multiple_of(8), 0);
        let start = list.len();
        if let Some(before) = before.replace(start) {
            let next = u32::try_from(start.saturating_sub(before)).unwrap_or(u32::MAX);
            let _ = header::patch(&mut list, before, &next.to_le_bytes());
        }
        let tag_length = length_field("tag of the create context", tag.len())?;
        let data_offset = CONTEXT_FIXED_LENGTH.saturating_add(tag.len()).next_multiple_of(8);
        let too_long = |_| TooLong { what: "create context", length: data.len(), most: ONE_CREDIT };
        let data_length = u32::try_from(data.len()).map_err(too_long)?;
        // Next, which the context after this one sets, NameOffset, NameLength, Reserved, DataOffset, DataLength.
        list.extend_from_slice(&[0; 4]);
        list.extend_from_slice(&(CONTEXT_FIXED_LENGTH as u16).to_le_bytes());
        list.extend_from_slice(&tag_length.to_le_bytes());
        list.extend_from_slice(&[0; 2]);
        let stated_offset = if data.is_empty() { 0 } else { length_field("tag of the create context", data_offset)? };
        list.extend_from_slice(&stated_offset.to_le_bytes());
        list.extend_from_slice(&data_length.to_le_bytes());
        list.extend_from_slice(tag);
        list.resize(start.saturating_add(data_offset), 0);
        list.extend_from_slice(data);
    }
    Ok(list)
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
/// Length of the fields in front of a context's tag and data (MS-SMB2 2.2.13.2).
const CONTEXT_FIXED_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::context::create::tag;
    use smb2::utf16;

    const OPEN: Open<'_> =
        Open { access: 0x12_0089, attributes: 2, share_access: 5, disposition: 1, options: 0x40, contexts: &[] };

    #[test]
    fn the_path_lies_where_the_fields_say() {
        let path: Vec<u16> = r"lab\Büro".encode_utf16().collect();
        let message = open_or_make(&path, Kind::Folder).unwrap().message(&Place::default());
        let view = CreateRequest::parse(&message).unwrap();
        assert_eq!(view.name().unwrap(), utf16::from_str(r"lab\Büro"));
        assert_eq!((view.create_disposition(), view.create_options(), view.share_access()), (3, 1, 7));
        assert_eq!(view.contexts().count(), 0);
    }

    #[test]
    fn every_field_is_the_callers() {
        let message = create(&[0x61], &OPEN).unwrap().message(&Place::default());
        let view = CreateRequest::parse(&message).unwrap();
        assert_eq!((view.desired_access(), view.file_attributes()), (0x12_0089, 2));
        assert_eq!((view.share_access(), view.create_disposition(), view.create_options()), (5, 1, 0x40));
        assert_eq!((view.requested_oplock_level(), view.name().unwrap()), (0, &[0x61, 0][..]));
    }

    #[test]
    fn contexts_are_aligned_and_follow_each_other() {
        let contexts: [(&[u8], &[u8]); 3] =
            [(tag::ALLOCATION_SIZE, &[1; 8]), (tag::QUERY_MAXIMAL_ACCESS, &[]), (tag::SD_BUFFER, &[3; 21])];
        for length in 0..5 {
            let path = vec![0x61; length];
            let request = create(&path, &Open { contexts: &contexts, ..OPEN }).unwrap();
            let message = request.message(&Place::default());
            let view = CreateRequest::parse(&message).unwrap();
            assert_eq!((view.name().unwrap().len(), view.create_contexts_offset() % 8), (2 * length, 0));
            let found: Vec<_> = view.contexts().map(Result::unwrap).collect();
            assert!(found.iter().all(|context| context.range.start.is_multiple_of(8)));
            let aligned = |start: usize| start.is_multiple_of(8);
            assert!(found.iter().all(|context| context.data.is_empty() || aligned(context.data_range.start)));
            let found: Vec<_> = found.iter().map(|context| (context.name, context.data)).collect();
            assert_eq!(found, contexts);
            assert_eq!(view.create_contexts_range().unwrap().end, message.len());
        }
    }

    #[test]
    fn the_root_of_a_share_has_an_empty_name_and_the_byte_that_servers_insist_on() {
        let request = create(&[], &OPEN).unwrap();
        let message = request.message(&Place::default());
        assert_eq!(CreateRequest::parse(&message).unwrap().name().unwrap(), []);
        assert_eq!(request.body.len(), usize::from(STRUCTURE_SIZE));
    }

    #[test]
    fn a_path_beyond_its_length_field_is_refused() {
        assert_eq!(create(&[0x61; 32_768], &OPEN).unwrap_err().what, "path");
    }
}
