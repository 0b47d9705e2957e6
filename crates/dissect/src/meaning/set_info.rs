//! SET_INFO (MS-SMB2 2.2.39, 2.2.40): `length` is BufferLength.

use super::query_info::{INFO_FILE, class};
use super::{say, size};
use crate::operation::Operation;
use smb2::message::{SetInfoRequest, SetInfoResponse};
use smb2::{Malformed, utf16, wire};

/// FileBasicInformation (MS-FSCC 2.4.7).
const FILE_BASIC_INFORMATION: u8 = 4;
/// FileRenameInformation (MS-FSCC 2.4.42).
const FILE_RENAME_INFORMATION: u8 = 10;
/// FileDispositionInformation (MS-FSCC 2.4.11).
const FILE_DISPOSITION_INFORMATION: u8 = 13;
/// FileEndOfFileInformation (MS-FSCC 2.4.13).
const FILE_END_OF_FILE_INFORMATION: u8 = 20;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let set = SetInfoRequest::parse(message)?;
    operation.file_id = Some(set.file_id());
    operation.length = Some(set.buffer_length().into());
    class(operation, set.info_type(), set.file_info_class(), set.additional_information());
    let buffer = set.buffer()?;
    if let Some(name) = set.rename()?.or(set.link()?) {
        let new_path = utf16::to_string(name.file_name()?);
        let new_path = new_path.strip_prefix('\\').unwrap_or(&new_path);
        say(operation, format_args!("to {new_path}"));
        operation.new_path = Some(new_path.to_owned());
        return Ok(());
    }
    match (set.info_type(), set.file_info_class()) {
        (INFO_FILE, FILE_BASIC_INFORMATION) => {
            operation.file_attributes = Some(wire::u32_at(buffer, 32, "FileAttributes")?);
        }
        (INFO_FILE, FILE_DISPOSITION_INFORMATION) => {
            let delete = wire::u8_at(buffer, 0, "DeletePending")? != 0;
            say(operation, if delete { "delete" } else { "keep" });
        }
        (INFO_FILE, FILE_END_OF_FILE_INFORMATION) => {
            let end_of_file = wire::u64_at(buffer, 0, "EndOfFile")?;
            operation.end_of_file = Some(end_of_file);
            say(operation, size(end_of_file));
        }
        _ => {}
    }
    Ok(())
}

pub(super) fn response(message: &[u8]) -> Result<(), Malformed> {
    SetInfoResponse::parse(message).map(drop)
}

/// Whether the row renames its file.
pub(crate) fn is_rename(operation: &Operation) -> bool {
    operation.info_type == Some(INFO_FILE) && operation.info_class == Some(FILE_RENAME_INFORMATION)
}
