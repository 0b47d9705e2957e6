//! What the QUERY_INFO classes of a file have in common (MS-FSCC 2.4): times, attributes and sizes, wherever a class puts
//! them.

use crate::{Malformed, wire};

/// The four times of a file, FILETIME: 100 ns since 1601 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileTimes {
    /// CreationTime.
    pub creation: u64,
    /// LastAccessTime.
    pub last_access: u64,
    /// LastWriteTime.
    pub last_write: u64,
    /// ChangeTime.
    pub change: u64,
}

impl FileTimes {
    /// The times that begin at `offset`, in the order of FileBasicInformation.
    ///
    /// # Errors
    /// [`Malformed::TooShort`].
    pub fn at(bytes: &[u8], offset: usize) -> Result<Self, Malformed> {
        Ok(Self {
            creation: wire::u64_at(bytes, offset, "CreationTime")?,
            last_access: wire::u64_at(bytes, offset.saturating_add(8), "LastAccessTime")?,
            last_write: wire::u64_at(bytes, offset.saturating_add(16), "LastWriteTime")?,
            change: wire::u64_at(bytes, offset.saturating_add(24), "ChangeTime")?,
        })
    }
}

/// What a class tells; the rest is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileInformation {
    /// The times.
    pub times: Option<FileTimes>,
    /// FileAttributes (MS-FSCC 2.6).
    pub attributes: Option<u32>,
    /// EndOfFile, bytes.
    pub end_of_file: Option<u64>,
    /// Directory.
    pub is_directory: Option<bool>,
}

/// Where a class has what.
struct Layout {
    class: u8,
    times: Option<usize>,
    attributes: Option<usize>,
    end_of_file: Option<usize>,
    directory: Option<usize>,
}

const LAYOUTS: [Layout; 5] = [
    // FileBasicInformation.
    Layout { class: 4, times: Some(0), attributes: Some(32), end_of_file: None, directory: None },
    // FileStandardInformation.
    Layout { class: 5, times: None, attributes: None, end_of_file: Some(8), directory: Some(21) },
    // FileAllInformation: the two before, one behind the other, and more.
    Layout { class: 18, times: Some(0), attributes: Some(32), end_of_file: Some(48), directory: Some(61) },
    // FileNetworkOpenInformation.
    Layout { class: 34, times: Some(0), attributes: Some(48), end_of_file: Some(40), directory: None },
    // FileAttributeTagInformation.
    Layout { class: 35, times: None, attributes: Some(0), end_of_file: None, directory: None },
];

/// Reads `buffer` in information class `class`; `None` for a class that has nothing of this.
///
/// # Errors
/// [`Malformed::TooShort`] when the buffer ends before a field does.
pub fn file_information(buffer: &[u8], class: u8) -> Option<Result<FileInformation, Malformed>> {
    let layout = LAYOUTS.iter().find(|layout| layout.class == class)?;
    Some(read(buffer, layout))
}

fn read(buffer: &[u8], layout: &Layout) -> Result<FileInformation, Malformed> {
    let directory = layout.directory.map(|at| wire::u8_at(buffer, at, "Directory")).transpose()?;
    Ok(FileInformation {
        times: layout.times.map(|at| FileTimes::at(buffer, at)).transpose()?,
        attributes: layout.attributes.map(|at| wire::u32_at(buffer, at, "FileAttributes")).transpose()?,
        end_of_file: layout.end_of_file.map(|at| wire::u64_at(buffer, at, "EndOfFile")).transpose()?,
        is_directory: directory.map(|flag| flag != 0),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn each_class_has_its_fields_where_the_specification_puts_them() {
        let mut buffer = [0; 104];
        buffer[24] = 4;
        buffer[32] = 0x20;
        buffer[48] = 9;
        buffer[61] = 1;
        let all = file_information(&buffer, 18).unwrap().unwrap();
        assert_eq!((all.attributes, all.end_of_file, all.is_directory), (Some(0x20), Some(9), Some(true)));
        assert_eq!(all.times.unwrap().change, 4);
        let network = file_information(&buffer, 34).unwrap().unwrap();
        assert_eq!((network.attributes, network.end_of_file, network.is_directory), (Some(9), Some(0), None));
        assert_eq!(file_information(&buffer, 5).unwrap().unwrap().times, None);
    }

    #[test]
    fn a_buffer_that_is_cut_and_a_class_without_such_fields_are_told_apart() {
        assert!(file_information(&[0; 30], 4).unwrap().is_err());
        assert!(file_information(&[0; 30], 6).is_none());
    }
}
