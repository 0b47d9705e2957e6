//! FSCTL_DUPLICATE_EXTENTS_TO_FILE and its EX form (MS-FSCC 2.3.7, 2.3.9): the source is named by a FileId in the
//! buffer. Offsets count from the start of the buffer.

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2_DUPLICATE_EXTENTS_DATA (MS-FSCC 2.3.7.2).
    pub struct DuplicateExtents (Layout) = "SMB2_DUPLICATE_EXTENTS_DATA", data {
        /// SourceFileID: the open to copy from.
        file_id: FileId = FILE_ID_OFFSET,
        /// SourceFileOffset in bytes.
        source_file_offset: u64,
        /// TargetFileOffset in bytes.
        target_file_offset: u64,
        /// ByteCount to copy.
        byte_count: u64,
    }
}

structure! {
    /// SMB2_DUPLICATE_EXTENTS_DATA_EX (MS-FSCC 2.3.9.2).
    pub struct DuplicateExtentsEx (ExLayout) = "SMB2_DUPLICATE_EXTENTS_DATA_EX", data {
        /// StructureSize, 0x30.
        structure_size: u64,
        /// SourceFileID: the open to copy from.
        file_id: FileId = FILE_ID_OFFSET,
        /// SourceFileOffset in bytes.
        source_file_offset: u64,
        /// TargetFileOffset in bytes.
        target_file_offset: u64,
        /// ByteCount to copy.
        byte_count: u64,
        /// Flags: DUPLICATE_EXTENTS_DATA_EX_SOURCE_ATOMIC (1).
        flags: u32,
        /// Reserved.
        reserved: u32,
    }
}
