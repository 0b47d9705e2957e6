//! SMB2 QUERY_DIRECTORY requests (MS-SMB2 2.2.33).

use super::{Request, TooLong, length_field, variable_part};
use smb2::message::QueryDirectoryRequest;
use smb2::{Command, FileId};

/// Flags of a request.
pub mod flag {
    /// SMB2_RESTART_SCANS: from the first entry on.
    pub const RESTART_SCANS: u8 = 0x01;
    /// SMB2_RETURN_SINGLE_ENTRY.
    pub const RETURN_SINGLE_ENTRY: u8 = 0x02;
    /// SMB2_REOPEN: from the first entry on, with the pattern of this request.
    pub const REOPEN: u8 = 0x10;
}

/// Asks for the next entries of a folder whose names match `pattern` (UTF-16 code units, `*` for all), as structures of
/// `class` (MS-FSCC 2.4) of at most `output_length` bytes together.
///
/// # Errors
/// [`TooLong`] when the pattern does not fit.
pub fn query_directory(
    file_id: FileId,
    class: u8,
    flags: u8,
    pattern: &[u16],
    output_length: u32,
) -> Result<Request, TooLong> {
    let name: Vec<u8> = pattern.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let name_length = length_field("search pattern", name.len())?;
    let file_index = 0u32;
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &[class, flags],
        &file_index.to_le_bytes(),
        &file_id.0,
        &NAME_OFFSET.to_le_bytes(),
        &name_length.to_le_bytes(),
        &output_length.to_le_bytes(),
        variable_part(&name),
    ]
    .concat();
    Ok(Request { command: Command::QUERY_DIRECTORY, body })
}

const STRUCTURE_SIZE: u16 = 33;
const NAME_OFFSET: u16 = QueryDirectoryRequest::FIXED_END as u16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::utf16;

    #[test]
    fn the_pattern_lies_where_the_fields_say() {
        let pattern: Vec<u16> = "*.txt".encode_utf16().collect();
        let request = query_directory(FileId([7; 16]), 37, flag::RESTART_SCANS, &pattern, 65_536).unwrap();
        let message = request.message(&Place::default());
        let view = QueryDirectoryRequest::parse(&message).unwrap();
        assert_eq!((view.file_information_class(), view.flags(), view.file_id()), (37, 1, FileId([7; 16])));
        assert_eq!((view.file_name().unwrap(), view.output_buffer_length()), (&utf16::from_str("*.txt")[..], 65_536));
    }

    #[test]
    fn a_pattern_beyond_its_length_field_is_refused() {
        let pattern = vec![0x2a; 32_768];
        assert_eq!(query_directory(FileId::ZERO, 37, 0, &pattern, 1).unwrap_err().what, "search pattern");
    }
}
