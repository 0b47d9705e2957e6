//! SESSION_SETUP (MS-SMB2 2.2.5, 2.2.6).

use crate::structure::structure;

structure! {
    /// SMB2 SESSION_SETUP Request (MS-SMB2 2.2.5).
    pub struct SessionSetupRequest (RequestLayout) = "SMB2 SESSION_SETUP Request", message(25) {
        /// Flags: SMB2_SESSION_FLAG_BINDING (1).
        flags: u8,
        /// SecurityMode: signing enabled (1) or required (2).
        security_mode: u8,
        /// Capabilities.
        capabilities: u32,
        /// Channel, reserved.
        channel: u32,
        /// SecurityBufferOffset from the header.
        security_buffer_offset: u16 = SECURITY_BUFFER_OFFSET_FIELD,
        /// SecurityBufferLength in bytes.
        security_buffer_length: u16 = SECURITY_BUFFER_LENGTH_FIELD,
        /// PreviousSessionId: the session this one replaces after a lost connection, or 0.
        previous_session_id: u64 = PREVIOUS_SESSION_ID_OFFSET,
    }
    variable {
        /// The security buffer: a GSS token (SPNEGO, or bare NTLMSSP).
        security_buffer in security_buffer_range = security_buffer_offset, security_buffer_length;
    }
}

structure! {
    /// SMB2 SESSION_SETUP Response (MS-SMB2 2.2.6), also with STATUS_MORE_PROCESSING_REQUIRED.
    pub struct SessionSetupResponse (ResponseLayout) = "SMB2 SESSION_SETUP Response", message(9) {
        /// SessionFlags: guest (1), anonymous (2), encrypt data (4).
        session_flags: u16,
        /// SecurityBufferOffset from the header.
        security_buffer_offset: u16,
        /// SecurityBufferLength in bytes.
        security_buffer_length: u16,
    }
    variable {
        /// The security buffer: the server's GSS token.
        security_buffer in security_buffer_range = security_buffer_offset, security_buffer_length;
    }
}
