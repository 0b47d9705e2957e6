//! The 4-byte transport header in front of each message: direct TCP (MS-SMB2 2.1) and the NetBIOS session service
//! (RFC 1002 4.3), which it is a subset of.

/// Length of the transport header in bytes.
pub const LENGTH: usize = 4;

/// The first bytes of what follows a transport header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// 0xFF 'SMB': SMB1.
    Smb1,
    /// 0xFE 'SMB': an SMB2 message or chain (MS-SMB2 2.2.1).
    Smb2,
    /// 0xFD 'SMB': an encrypted message, SMB2 TRANSFORM_HEADER (MS-SMB2 2.2.41).
    Encrypted,
    /// 0xFC 'SMB': a compressed message, SMB2 COMPRESSION_TRANSFORM_HEADER (MS-SMB2 2.2.42).
    Compressed,
}

impl Protocol {
    /// Recognises the ProtocolId at the start of `body`.
    pub fn of(body: &[u8]) -> Option<Self> {
        match body.get(..4)? {
            [0xff, b'S', b'M', b'B'] => Some(Self::Smb1),
            [0xfe, b'S', b'M', b'B'] => Some(Self::Smb2),
            [0xfd, b'S', b'M', b'B'] => Some(Self::Encrypted),
            [0xfc, b'S', b'M', b'B'] => Some(Self::Compressed),
            _ => None,
        }
    }
}

/// The transport header for a body of `length` bytes; `None` when it does not fit the 24-bit length field.
pub fn frame(length: usize) -> Option<[u8; LENGTH]> {
    let length = u32::try_from(length).ok().filter(|length| *length < 1 << 24)?;
    Some(length.to_be_bytes())
}
