//! SET_INFO (MS-SMB2 2.2.39, 2.2.40), and the two information classes that carry a name.

use crate::structure::structure;
use crate::{FileId, Malformed};

structure! {
    /// SMB2 SET_INFO Request (MS-SMB2 2.2.39).
    pub struct SetInfoRequest (RequestLayout) = "SMB2 SET_INFO Request", message(33) {
        /// InfoType: file (1), file system (2), security (3), quota (4).
        info_type: u8,
        /// FileInfoClass: the file or file system information class (MS-FSCC 2.4, 2.5).
        file_info_class: u8,
        /// BufferLength in bytes.
        buffer_length: u32 = BUFFER_LENGTH_FIELD,
        /// BufferOffset from the header.
        buffer_offset: u16 = BUFFER_OFFSET_FIELD,
        /// Reserved.
        reserved: u16,
        /// AdditionalInformation: the parts of the security descriptor to set.
        additional_information: u32,
        /// FileId to set the information of.
        file_id: FileId = FILE_ID_OFFSET,
    }
    variable {
        /// The information to set.
        buffer in buffer_range = buffer_offset, buffer_length;
    }
}

/// InfoType SMB2_0_INFO_FILE.
const INFO_FILE: u8 = 1;
/// FileRenameInformation (MS-FSCC 2.4.42).
const FILE_RENAME_INFORMATION: u8 = 10;
/// FileLinkInformation (MS-FSCC 2.4.27).
const FILE_LINK_INFORMATION: u8 = 11;

impl<'a> SetInfoRequest<'a> {
    /// The new name, when this request renames a file.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the buffer is not all there or is too small; offsets count from the message.
    pub fn rename(&self) -> Result<Option<NameInformation<'a>>, Malformed> {
        self.name_information(FILE_RENAME_INFORMATION)
    }

    /// The new name, when this request makes a hard link.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the buffer is not all there or is too small; offsets count from the message.
    pub fn link(&self) -> Result<Option<NameInformation<'a>>, Malformed> {
        self.name_information(FILE_LINK_INFORMATION)
    }

    fn name_information(&self, class: u8) -> Result<Option<NameInformation<'a>>, Malformed> {
        if self.info_type() != INFO_FILE || self.file_info_class() != class {
            return Ok(None);
        }
        let start = self.buffer_range()?.start;
        NameInformation::parse(self.buffer()?).map(Some).map_err(|problem| problem.shifted(start))
    }
}

structure! {
    /// FILE_RENAME_INFORMATION_TYPE_2 (MS-FSCC 2.4.42.2) and FILE_LINK_INFORMATION (MS-FSCC 2.4.27), which share one
    /// layout. Offsets count from the start of the buffer.
    pub struct NameInformation (NameLayout) = "FILE_RENAME_INFORMATION or FILE_LINK_INFORMATION", data {
        /// ReplaceIfExists, not 0 for true.
        replace_if_exists: u8,
        /// Reserved.
        reserved: [u8; 7],
        /// RootDirectory, always 0 on the wire.
        root_directory: u64,
        /// FileNameLength in bytes.
        file_name_length: u32 = FILE_NAME_LENGTH_FIELD,
    }
}

impl<'a> NameInformation<'a> {
    /// Where FileName begins.
    pub const FILE_NAME_OFFSET: usize = Self::FIXED_END;

    /// FileName in UTF-16LE, relative to the share.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is not all there; offsets count from the start of the buffer.
    pub fn file_name(&self) -> Result<&'a [u8], Malformed> {
        crate::wire::slice(self.message, Self::FILE_NAME_OFFSET, self.file_name_length() as usize, "FileName")
    }
}

structure! {
    /// SMB2 SET_INFO Response (MS-SMB2 2.2.40).
    pub struct SetInfoResponse (ResponseLayout) = "SMB2 SET_INFO Response", message(2) {}
}
