//! SET_INFO that gives a file another name or one more: FileRenameInformation and FileLinkInformation, and their
//! extended forms (MS-FSCC 2.4.41.2, 2.4.27.2).

use crate::message::{Draft, PatchError};
use smb2::message::SetInfoRequest;
use smb2::message::set_info::NameInformation;
use std::ops::Range;

const INFO_FILE: u8 = 1;
const FILE_RENAME_INFORMATION: u8 = 10;
const FILE_LINK_INFORMATION: u8 = 11;
const FILE_RENAME_INFORMATION_EX: u8 = 65;
const FILE_LINK_INFORMATION_EX: u8 = 72;

/// Where the new name lies in the message; `None` when there is none, or it lies outside its buffer.
pub fn name_range(message: &[u8]) -> Option<Range<usize>> {
    let view = SetInfoRequest::parse(message).ok()?;
    let carries_name = matches!(
        view.file_info_class(),
        FILE_RENAME_INFORMATION | FILE_LINK_INFORMATION | FILE_RENAME_INFORMATION_EX | FILE_LINK_INFORMATION_EX
    );
    if view.info_type() != INFO_FILE || !carries_name {
        return None;
    }
    let information = NameInformation::parse(view.buffer().ok()?).ok()?;
    let name = information.file_name().ok()?;
    let start = view.buffer_range().ok()?.start.checked_add(NameInformation::FILE_NAME_OFFSET)?;
    Some(start..start.checked_add(name.len())?)
}

/// Puts `name`, UTF-16LE, in the place of the captured one.
///
/// # Errors
/// [`PatchError`] when the captured request has no name, or is too long with this one.
pub fn rewrite_name(draft: &mut Draft, name: &[u8]) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let view = SetInfoRequest::parse(&captured)?;
    let Some(place) = name_range(&captured) else { return Ok(()) };
    let too_long = || PatchError::TooLong { what: "FileName", length: name.len() };
    let length = u32::try_from(name.len()).map_err(|_| too_long())?;
    let old = u32::try_from(place.len()).map_err(|_| too_long())?;
    let buffer = view.buffer_length().saturating_sub(old).checked_add(length).ok_or_else(too_long)?;
    let information = view.buffer_range()?.start;
    draft.replace(place, name, "FileName")?;
    let field = information.saturating_add(NameInformation::FILE_NAME_LENGTH_FIELD);
    draft.overwrite(field, &length.to_le_bytes(), "FileNameLength")?;
    draft.overwrite(SetInfoRequest::BUFFER_LENGTH_FIELD, &buffer.to_le_bytes(), "BufferLength")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;
    use smb2::utf16;

    fn rename(class: u8, root_directory: u64, name: &str, padding: usize) -> Vec<u8> {
        let name = utf16::from_str(name);
        let mut message = vec![0; 96];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[4] = 64;
        message[12] = 17;
        message[64] = 33;
        message[66..68].copy_from_slice(&[1, class]);
        message[68..72].copy_from_slice(&u32::try_from(20 + name.len() + padding).unwrap().to_le_bytes());
        message[72] = 96;
        message.extend([1, 0, 0, 0, 0, 0, 0, 0]);
        message.extend(root_directory.to_le_bytes());
        message.extend(u32::try_from(name.len()).unwrap().to_le_bytes());
        message.extend(name);
        message.extend(vec![0; padding]);
        message
    }

    #[test]
    fn lengths_follow_the_name_and_the_rest_stays() {
        for class in [10, 11, 65, 72] {
            let mut draft = Draft::new(&rename(class, 7, "b.txt", 4));
            rewrite_name(&mut draft, &utf16::from_str("run\\b.txt")).unwrap();
            assert_eq!(draft.finish().0, rename(class, 7, "run\\b.txt", 4));
        }
    }

    #[test]
    fn other_classes_and_names_outside_the_buffer_are_not_touched() {
        let short_name = rename(40, 0, "B", 0);
        assert_eq!(name_range(&short_name), None);
        let mut broken = rename(10, 0, "b.txt", 0);
        broken[112] = 200;
        let mut draft = Draft::new(&broken);
        rewrite_name(&mut draft, &[0, 0]).unwrap();
        assert_eq!(draft.finish(), (broken, Vec::new()));
    }
}
