//! Integers in the byte order of the machine that wrote the file.

/// Byte order of a pcap file or of a pcapng section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// The 16-bit integer at `offset`, if the bytes are there.
    pub(super) fn u16(self, bytes: &[u8], offset: usize) -> Option<u16> {
        let raw = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// The 32-bit integer at `offset`, if the bytes are there.
    pub(super) fn u32(self, bytes: &[u8], offset: usize) -> Option<u32> {
        let raw = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }

    /// The 64-bit integer at `offset`, if the bytes are there.
    pub(super) fn i64(self, bytes: &[u8], offset: usize) -> Option<i64> {
        let raw = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Self::Little => i64::from_le_bytes(raw),
            Self::Big => i64::from_be_bytes(raw),
        })
    }
}
