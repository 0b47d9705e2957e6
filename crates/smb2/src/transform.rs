//! The header of an encrypted message (MS-SMB2 2.2.41), ProtocolId 0xFD 'SMB'.

use crate::structure::structure;

/// Length of the SMB2 TRANSFORM_HEADER in bytes; the encrypted message follows it.
pub const LENGTH: usize = TransformHeader::FIXED_END;

/// ProtocolId of an encrypted message: 0xFD 'S' 'M' 'B'.
pub const PROTOCOL_ID: [u8; 4] = [0xfd, b'S', b'M', b'B'];

structure! {
    /// SMB2 TRANSFORM_HEADER (MS-SMB2 2.2.41). The ProtocolId is not checked; see [`crate::transport::Protocol`].
    pub struct TransformHeader (Layout) = "SMB2 TRANSFORM_HEADER", data {
        /// ProtocolId.
        protocol_id: [u8; 4],
        /// Signature: the authentication tag of header (from Nonce on) and message.
        signature: [u8; 16] = SIGNATURE_OFFSET,
        /// Nonce: the cipher uses the first 11 (CCM) or 12 (GCM) bytes.
        nonce: [u8; 16] = NONCE_OFFSET,
        /// OriginalMessageSize in bytes.
        original_message_size: u32 = ORIGINAL_MESSAGE_SIZE_OFFSET,
        /// Reserved.
        reserved: u16,
        /// Flags, SMB 3.1.1: encrypted (1). In SMB 3.0 and 3.0.2 EncryptionAlgorithm: AES-128-CCM (1).
        flags: u16 = FLAGS_OFFSET,
        /// SessionId whose key encrypts the message.
        session_id: u64 = SESSION_ID_OFFSET,
    }
}

impl<'a> TransformHeader<'a> {
    /// The encrypted message: all that follows the header.
    pub fn encrypted(&self) -> &'a [u8] {
        self.message.get(LENGTH..).unwrap_or_default()
    }
}
