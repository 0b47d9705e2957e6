//! Entries of a QUERY_DIRECTORY response (MS-FSCC 2.4).

use super::Entries;
use super::file_information::FileTimes;
use crate::{Malformed, wire};

/// FILE_ATTRIBUTE_DIRECTORY (MS-FSCC 2.6).
const ATTRIBUTE_DIRECTORY: u32 = 0x10;
/// FILE_ATTRIBUTE_REPARSE_POINT (MS-FSCC 2.6).
const ATTRIBUTE_REPARSE_POINT: u32 = 0x400;
/// FileNamesInformation: names and nothing else.
const NAMES: u8 = 12;

/// Where FileName begins, by information class.
#[rustfmt::skip]
const NAME_OFFSETS: [(u8, usize); 12] = [
    (1, 64),    // FileDirectoryInformation
    (2, 68),    // FileFullDirectoryInformation
    (3, 94),    // FileBothDirectoryInformation
    (NAMES, 12),
    (37, 104),  // FileIdBothDirectoryInformation
    (38, 80),   // FileIdFullDirectoryInformation
    (50, 92),   // FileIdGlobalTxDirectoryInformation
    (60, 88),   // FileIdExtdDirectoryInformation
    (78, 80),   // FileId64ExtdDirectoryInformation
    (79, 106),  // FileId64ExtdBothDirectoryInformation
    (80, 96),   // FileIdAllExtdDirectoryInformation
    (81, 122),  // FileIdAllExtdBothDirectoryInformation
];

/// What kind of object an entry stands for, as its attributes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryType {
    /// A directory.
    Directory,
    /// A file.
    File,
    /// A reparse point, of either kind.
    ReparsePoint,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryEntry<'a> {
    /// FileName in UTF-16LE.
    pub name: &'a [u8],
    /// FileAttributes; `None` in a class that has names only.
    pub attributes: Option<u32>,
    /// EndOfFile in bytes; `None` in a class that has names only.
    pub end_of_file: Option<u64>,
    /// The times; `None` in a class that has names only.
    pub times: Option<FileTimes>,
}

impl DirectoryEntry<'_> {
    /// What the attributes say it is.
    pub fn entry_type(&self) -> Option<EntryType> {
        Some(match self.attributes? {
            bits if bits & ATTRIBUTE_REPARSE_POINT != 0 => EntryType::ReparsePoint,
            bits if bits & ATTRIBUTE_DIRECTORY != 0 => EntryType::Directory,
            _ => EntryType::File,
        })
    }
}

/// The entries of `buffer` in information class `class`; `None` for a class that is not one of directory entries.
pub fn entries(buffer: &[u8], class: u8) -> Option<Entries<'_, DirectoryEntry<'_>>> {
    name_offset(class).map(|_| Entries::new(buffer, class, entry))
}

fn name_offset(class: u8) -> Option<usize> {
    NAME_OFFSETS.iter().find(|(known, _)| *known == class).map(|(_, offset)| *offset)
}

fn entry(bytes: &[u8], class: u8) -> Result<DirectoryEntry<'_>, Malformed> {
    let start = name_offset(class).unwrap_or_default();
    let (length_at, attributes, end_of_file, times) = match class {
        NAMES => (8, None, None, None),
        _ => {
            let attributes = wire::u32_at(bytes, 56, "FileAttributes")?;
            (60, Some(attributes), Some(wire::u64_at(bytes, 40, "EndOfFile")?), Some(FileTimes::at(bytes, 8)?))
        }
    };
    let length = wire::u32_at(bytes, length_at, "FileNameLength")? as usize;
    let name = wire::slice(bytes, start, length, "FileName")?;
    Ok(DirectoryEntry { name, attributes, end_of_file, times })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn an_entry_has_its_name_where_its_class_puts_it() {
        for (class, offset) in NAME_OFFSETS {
            let mut bytes = vec![0; offset];
            let length_at = if class == NAMES { 8 } else { 60 };
            bytes[length_at] = 2;
            if class != NAMES {
                bytes[40] = 7;
                bytes[56] = 0x10;
            }
            bytes.extend([b'n', 0]);
            let found = entries(&bytes, class).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
            assert_eq!(found.len(), 1, "{class}");
            assert_eq!(found[0].name, [b'n', 0], "{class}");
            let expected = if class == NAMES { (None, None) } else { (Some(EntryType::Directory), Some(7)) };
            assert_eq!((found[0].entry_type(), found[0].end_of_file), expected, "{class}");
        }
    }

    #[test]
    fn a_name_that_is_not_all_there_is_told() {
        let mut bytes = [0; 66];
        bytes[60] = 200;
        assert!(entries(&bytes, 1).unwrap().next().unwrap().is_err());
    }

    #[test]
    fn other_classes_have_no_entries() {
        assert!(entries(&[], 4).is_none());
    }
}
