//! IOCTL (MS-SMB2 2.2.31, 2.2.32), and below the input and output buffers that a replay has to understand.

pub mod copy_chunk;
pub mod duplicate_extents;
pub mod pipe_wait;
pub mod validate_negotiate_info;

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 IOCTL Request (MS-SMB2 2.2.31).
    pub struct IoctlRequest (RequestLayout) = "SMB2 IOCTL Request", message(57) {
        /// Reserved.
        reserved: u16,
        /// CtlCode: the FSCTL code.
        ctl_code: u32 = CTL_CODE_OFFSET,
        /// FileId to act on; all ones for codes that need none.
        file_id: FileId = FILE_ID_OFFSET,
        /// InputOffset from the header.
        input_offset: u32 = INPUT_OFFSET_FIELD,
        /// InputCount in bytes.
        input_count: u32 = INPUT_COUNT_FIELD,
        /// MaxInputResponse: at most so many bytes of input come back.
        max_input_response: u32,
        /// OutputOffset from the header.
        output_offset: u32 = OUTPUT_OFFSET_FIELD,
        /// OutputCount in bytes, 0 in a request.
        output_count: u32 = OUTPUT_COUNT_FIELD,
        /// MaxOutputResponse: at most so many bytes of output come back.
        max_output_response: u32,
        /// Flags: an FSCTL (1) or an IOCTL (0).
        flags: u32,
        /// Reserved2.
        reserved2: u32,
    }
    variable {
        /// The input buffer.
        input in input_range = input_offset, input_count;
        /// The output buffer, empty in a request.
        output in output_range = output_offset, output_count;
    }
}

structure! {
    /// SMB2 IOCTL Response (MS-SMB2 2.2.32).
    pub struct IoctlResponse (ResponseLayout) = "SMB2 IOCTL Response", message(49) {
        /// Reserved.
        reserved: u16,
        /// CtlCode: the FSCTL code.
        ctl_code: u32,
        /// FileId of the request.
        file_id: FileId = FILE_ID_OFFSET,
        /// InputOffset from the header.
        input_offset: u32 = INPUT_OFFSET_FIELD,
        /// InputCount in bytes.
        input_count: u32 = INPUT_COUNT_FIELD,
        /// OutputOffset from the header.
        output_offset: u32 = OUTPUT_OFFSET_FIELD,
        /// OutputCount in bytes.
        output_count: u32 = OUTPUT_COUNT_FIELD,
        /// Flags, reserved.
        flags: u32,
        /// Reserved2.
        reserved2: u32,
    }
    variable {
        /// The input buffer as it comes back, mostly empty.
        input in input_range = input_offset, input_count;
        /// The output buffer.
        output in output_range = output_offset, output_count;
    }
}
