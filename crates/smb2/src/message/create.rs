//! CREATE (MS-SMB2 2.2.13, 2.2.14).

use crate::FileId;
use crate::context::create::{CreateContexts, contexts};
use crate::structure::structure;

structure! {
    /// SMB2 CREATE Request (MS-SMB2 2.2.13).
    pub struct CreateRequest (RequestLayout) = "SMB2 CREATE Request", message(57) {
        /// SecurityFlags, reserved.
        security_flags: u8,
        /// RequestedOplockLevel: none (0), II (1), exclusive (8), batch (9), lease (0xFF).
        requested_oplock_level: u8,
        /// ImpersonationLevel.
        impersonation_level: u32,
        /// SmbCreateFlags, reserved.
        smb_create_flags: u64,
        /// Reserved.
        reserved: u64,
        /// DesiredAccess, an access mask (MS-SMB2 2.2.13.1).
        desired_access: u32,
        /// FileAttributes (MS-FSCC 2.6).
        file_attributes: u32,
        /// ShareAccess: read (1), write (2), delete (4).
        share_access: u32,
        /// CreateDisposition, 0 to 5.
        create_disposition: u32,
        /// CreateOptions.
        create_options: u32,
        /// NameOffset from the header.
        name_offset: u16 = NAME_OFFSET_FIELD,
        /// NameLength in bytes.
        name_length: u16 = NAME_LENGTH_FIELD,
        /// CreateContextsOffset from the header, 0 without contexts.
        create_contexts_offset: u32 = CREATE_CONTEXTS_OFFSET_FIELD,
        /// CreateContextsLength in bytes.
        create_contexts_length: u32 = CREATE_CONTEXTS_LENGTH_FIELD,
    }
    variable {
        /// The file name in UTF-16LE, relative to the share; empty for its root.
        name in name_range = name_offset, name_length;
        /// The create contexts as they stand.
        create_contexts in create_contexts_range = create_contexts_offset, create_contexts_length;
    }
}

impl<'a> CreateRequest<'a> {
    /// The create contexts one by one.
    pub fn contexts(&self) -> CreateContexts<'a> {
        contexts(self.message, self.create_contexts_offset(), self.create_contexts_length())
    }
}

structure! {
    /// SMB2 CREATE Response (MS-SMB2 2.2.14).
    pub struct CreateResponse (ResponseLayout) = "SMB2 CREATE Response", message(89) {
        /// OplockLevel granted.
        oplock_level: u8,
        /// Flags: reparse point (1), SMB 3.x only.
        flags: u8,
        /// CreateAction: superseded (0), opened (1), created (2), overwritten (3).
        create_action: u32,
        /// CreationTime, FILETIME.
        creation_time: u64,
        /// LastAccessTime, FILETIME.
        last_access_time: u64,
        /// LastWriteTime, FILETIME.
        last_write_time: u64,
        /// ChangeTime, FILETIME.
        change_time: u64,
        /// AllocationSize in bytes.
        allocation_size: u64,
        /// EndofFile: the size in bytes.
        end_of_file: u64,
        /// FileAttributes (MS-FSCC 2.6).
        file_attributes: u32,
        /// Reserved2.
        reserved2: u32,
        /// FileId issued.
        file_id: FileId = FILE_ID_OFFSET,
        /// CreateContextsOffset from the header, 0 without contexts.
        create_contexts_offset: u32,
        /// CreateContextsLength in bytes.
        create_contexts_length: u32,
    }
    variable {
        /// The create contexts as they stand.
        create_contexts in create_contexts_range = create_contexts_offset, create_contexts_length;
    }
}

impl<'a> CreateResponse<'a> {
    /// The create contexts one by one.
    pub fn contexts(&self) -> CreateContexts<'a> {
        contexts(self.message, self.create_contexts_offset(), self.create_contexts_length())
    }
}
