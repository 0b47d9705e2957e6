//! Identifiers on the wire: FileId and GUID.

use std::fmt;

/// SMB2_FILEID (MS-SMB2 2.2.14.1): persistent and volatile half, as the 16 bytes on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub [u8; 16]);

impl FileId {
    /// All ones: "the handle of the previous message of this chain" (MS-SMB2 3.2.4.1.4), or no handle.
    pub const RELATED: Self = Self([0xff; 16]);
    /// All zeros.
    pub const ZERO: Self = Self([0; 16]);

    /// Whether the value names no handle of its own: all zeros or all ones.
    pub fn is_reserved(self) -> bool {
        self == Self::RELATED || self == Self::ZERO
    }

    /// The persistent half.
    pub fn persistent(self) -> u64 {
        u128::from_le_bytes(self.0) as u64
    }

    /// The volatile half.
    pub fn volatile(self) -> u64 {
        (u128::from_le_bytes(self.0) >> 64) as u64
    }
}

impl fmt::Display for FileId {
    /// As Wireshark shows `smb2.fid`: the GUID form of the 16 bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Guid(self.0).fmt(f)
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileId({self})")
    }
}

/// A GUID (MS-DTYP 2.3.4.2) as the 16 bytes on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Guid(pub [u8; 16]);

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f0, g, h, rest @ ..] = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:02x}{:02x}-",
            u32::from_le_bytes([a, b, c, d]),
            u16::from_le_bytes([e, f0]),
            u16::from_le_bytes([g, h]),
            rest[0],
            rest[1]
        )?;
        rest[2..].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guid({self})")
    }
}
