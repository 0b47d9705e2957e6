//! QUERY_INFO (MS-SMB2 2.2.37, 2.2.38).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 QUERY_INFO Request (MS-SMB2 2.2.37).
    pub struct QueryInfoRequest (RequestLayout) = "SMB2 QUERY_INFO Request", message(41) {
        /// InfoType: file (1), file system (2), security (3), quota (4).
        info_type: u8,
        /// FileInfoClass: the file or file system information class (MS-FSCC 2.4, 2.5).
        file_info_class: u8,
        /// OutputBufferLength: at most so many bytes of information.
        output_buffer_length: u32,
        /// InputBufferOffset from the header.
        input_buffer_offset: u16,
        /// Reserved.
        reserved: u16,
        /// InputBufferLength in bytes.
        input_buffer_length: u32,
        /// AdditionalInformation: the parts of the security descriptor asked for, or the EA index.
        additional_information: u32,
        /// Flags for the query of extended attributes.
        flags: u32,
        /// FileId asked about.
        file_id: FileId = FILE_ID_OFFSET,
    }
    variable {
        /// The input buffer: a quota query or a list of extended attributes.
        buffer in buffer_range = input_buffer_offset, input_buffer_length;
    }
}

structure! {
    /// SMB2 QUERY_INFO Response (MS-SMB2 2.2.38).
    pub struct QueryInfoResponse (ResponseLayout) = "SMB2 QUERY_INFO Response", message(9) {
        /// OutputBufferOffset from the header.
        output_buffer_offset: u16,
        /// OutputBufferLength in bytes.
        output_buffer_length: u32,
    }
    variable {
        /// The information, in the class that was asked for.
        buffer in buffer_range = output_buffer_offset, output_buffer_length;
    }
}
