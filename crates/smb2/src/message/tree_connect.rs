//! TREE_CONNECT (MS-SMB2 2.2.9, 2.2.10).

use crate::structure::structure;
use crate::{Malformed, wire};

structure! {
    /// SMB2 TREE_CONNECT Request (MS-SMB2 2.2.9).
    pub struct TreeConnectRequest (RequestLayout) = "SMB2 TREE_CONNECT Request", message(9) {
        /// Flags, SMB 3.1.1 only: cluster reconnect (1), redirect to owner (2), extension present (4). Else Reserved.
        flags: u16,
        /// PathOffset from the header, also when the extension is present.
        path_offset: u16 = PATH_OFFSET_FIELD,
        /// PathLength in bytes.
        path_length: u16 = PATH_LENGTH_FIELD,
    }
    variable {
        /// The path, `\\server\share` in UTF-16LE.
        path in path_range = path_offset, path_length;
    }
}

impl<'a> TreeConnectRequest<'a> {
    /// SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT.
    pub const EXTENSION_PRESENT: u16 = 0x0004;

    /// The SMB2 TREE_CONNECT Request Extension in front of the path, if the flags announce one.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is announced and not there.
    pub fn extension(&self) -> Result<Option<TreeConnectExtension<'a>>, Malformed> {
        if self.flags() & Self::EXTENSION_PRESENT == 0 {
            return Ok(None);
        }
        let length = self.message.len().saturating_sub(Self::FIXED_END);
        let rest = wire::slice(self.message, Self::FIXED_END, length, "TREE_CONNECT Request Extension")?;
        TreeConnectExtension::parse(rest).map(Some).map_err(|problem| problem.shifted(Self::FIXED_END))
    }
}

structure! {
    /// SMB2 TREE_CONNECT Request Extension (MS-SMB2 2.2.9.1).
    pub struct TreeConnectExtension (ExtensionLayout) = "SMB2 TREE_CONNECT Request Extension", data {
        /// TreeConnectContextOffset from the start of the TREE_CONNECT request, that is, of its StructureSize.
        tree_connect_context_offset: u32,
        /// TreeConnectContextCount.
        tree_connect_context_count: u16,
        /// Reserved.
        reserved: [u8; 10],
    }
}

structure! {
    /// SMB2 TREE_CONNECT Response (MS-SMB2 2.2.10).
    pub struct TreeConnectResponse (ResponseLayout) = "SMB2 TREE_CONNECT Response", message(16) {
        /// ShareType: disk (1), pipe (2), print (3).
        share_type: u8,
        /// Reserved.
        reserved: u8,
        /// ShareFlags.
        share_flags: u32,
        /// Capabilities of the share: SMB2_SHARE_CAP flags.
        capabilities: u32,
        /// MaximalAccess, an access mask.
        maximal_access: u32,
    }
}
