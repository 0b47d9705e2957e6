//! FileHardLinkInformation (MS-FSCC 2.4.16).

use super::Entries;
use crate::{Malformed, wire};

/// One link to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HardLink<'a> {
    /// ParentFileId.
    pub parent_file_id: u64,
    /// FileName in UTF-16LE, without its folder.
    pub name: &'a [u8],
}

/// BytesNeeded and EntriesReturned.
const HEADER_LENGTH: usize = 8;

/// The links that `buffer` lists.
///
/// # Errors
/// [`Malformed::TooShort`] when the fields in front of the list are not there.
pub fn hard_links(buffer: &[u8]) -> Result<Entries<'_, HardLink<'_>>, Malformed> {
    wire::u32_at(buffer, 4, "EntriesReturned")?;
    Ok(Entries::new(buffer.get(HEADER_LENGTH..).unwrap_or_default(), 0, link))
}

fn link(bytes: &[u8], _class: u8) -> Result<HardLink<'_>, Malformed> {
    // FileNameLength counts characters (MS-FSCC 2.4.16.1).
    let length = (wire::u32_at(bytes, 16, "FileNameLength")? as usize).saturating_mul(2);
    Ok(HardLink {
        parent_file_id: wire::u64_at(bytes, 8, "ParentFileId")?,
        name: wire::slice(bytes, 20, length, "FileName")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_length_of_a_link_name_counts_characters() {
        let mut bytes = vec![0; 8];
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'a', 0, b'b', 0]);
        let found: Vec<_> = hard_links(&bytes).unwrap().collect();
        assert_eq!(found, [Ok(HardLink { parent_file_id: 9, name: &[b'a', 0, b'b', 0] })]);
    }
}
