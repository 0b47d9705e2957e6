//! QUERY_DIRECTORY (MS-SMB2 2.2.33, 2.2.34).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 QUERY_DIRECTORY Request (MS-SMB2 2.2.33).
    pub struct QueryDirectoryRequest (RequestLayout) = "SMB2 QUERY_DIRECTORY Request", message(33) {
        /// FileInformationClass of the entries (MS-FSCC 2.4).
        file_information_class: u8,
        /// Flags: restart scans (1), return single entry (2), index specified (4), reopen (0x10).
        flags: u8,
        /// FileIndex to begin at, if the flags say so.
        file_index: u32,
        /// FileId of the directory.
        file_id: FileId = FILE_ID_OFFSET,
        /// FileNameOffset from the header.
        file_name_offset: u16 = FILE_NAME_OFFSET_FIELD,
        /// FileNameLength in bytes.
        file_name_length: u16 = FILE_NAME_LENGTH_FIELD,
        /// OutputBufferLength: at most so many bytes of entries.
        output_buffer_length: u32,
    }
    variable {
        /// The search pattern in UTF-16LE.
        file_name in file_name_range = file_name_offset, file_name_length;
    }
}

structure! {
    /// SMB2 QUERY_DIRECTORY Response (MS-SMB2 2.2.34).
    pub struct QueryDirectoryResponse (ResponseLayout) = "SMB2 QUERY_DIRECTORY Response", message(9) {
        /// OutputBufferOffset from the header.
        output_buffer_offset: u16,
        /// OutputBufferLength in bytes.
        output_buffer_length: u32,
    }
    variable {
        /// The directory entries, in the class that was asked for.
        buffer in buffer_range = output_buffer_offset, output_buffer_length;
    }
}
