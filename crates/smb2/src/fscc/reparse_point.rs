//! Reparse data buffers (MS-FSCC 2.1.2).

use crate::{Malformed, wire};

/// IO_REPARSE_TAG_MOUNT_POINT.
const TAG_MOUNT_POINT: u32 = 0xa000_0003;
/// IO_REPARSE_TAG_SYMLINK.
const TAG_SYMLINK: u32 = 0xa000_000c;

/// A reparse point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReparsePoint<'a> {
    /// ReparseTag.
    pub tag: u32,
    /// What the tag's owner stored: DataBuffer.
    pub data: &'a [u8],
    /// Where a symbolic link or a mount point leads.
    pub target: Option<Target<'a>>,
}

/// The target of a symbolic link (MS-FSCC 2.1.2.4) or mount point (MS-FSCC 2.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// SubstituteName in UTF-16LE.
    pub substitute_name: &'a [u8],
    /// PrintName in UTF-16LE.
    pub print_name: &'a [u8],
    /// Flags of a symbolic link: SYMLINK_FLAG_RELATIVE (1).
    pub flags: u32,
}

impl<'a> ReparsePoint<'a> {
    /// Reads a REPARSE_DATA_BUFFER.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when something in it is not all there.
    pub fn parse(buffer: &'a [u8]) -> Result<Self, Malformed> {
        let tag = wire::u32_at(buffer, 0, "ReparseTag")?;
        let length = usize::from(wire::u16_at(buffer, 4, "ReparseDataLength")?);
        let data = wire::slice(buffer, 8, length, "reparse data")?;
        let target = match tag {
            TAG_SYMLINK => Some(target(data, 12, wire::u32_at(data, 8, "Flags")?)?),
            TAG_MOUNT_POINT => Some(target(data, 8, 0)?),
            _ => None,
        };
        Ok(Self { tag, data, target })
    }
}

fn target(data: &[u8], path_buffer: usize, flags: u32) -> Result<Target<'_>, Malformed> {
    let name = |field: usize, what| {
        let offset = usize::from(wire::u16_at(data, field, what)?);
        let length = usize::from(wire::u16_at(data, field.saturating_add(2), what)?);
        wire::slice(data, path_buffer.saturating_add(offset), length, what)
    };
    Ok(Target { substitute_name: name(0, "SubstituteName")?, print_name: name(4, "PrintName")?, flags })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_symbolic_link_says_where_it_leads() {
        let mut bytes = TAG_SYMLINK.to_le_bytes().to_vec();
        bytes.extend([16, 0, 0, 0, 2, 0, 2, 0, 0, 0, 2, 0, 1, 0, 0, 0, b'p', 0, b's', 0]);
        let target = ReparsePoint::parse(&bytes).unwrap().target.unwrap();
        assert_eq!((target.substitute_name, target.print_name, target.flags), (&b"s\0"[..], &b"p\0"[..], 1));
    }

    #[test]
    fn names_outside_the_data_are_told() {
        let mut bytes = TAG_SYMLINK.to_le_bytes().to_vec();
        bytes.extend([12, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert!(ReparsePoint::parse(&bytes).is_err());
    }
}
