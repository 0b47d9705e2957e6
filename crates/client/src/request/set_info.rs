//! SMB2 SET_INFO requests (MS-SMB2 2.2.39).

use super::{Request, TooLong, paid_length, variable_part};
use smb2::message::SetInfoRequest;
use smb2::{Command, FileId, header};

/// Sets information: `info_type` file (1), file system (2), security (3) or quota (4); `class` of MS-FSCC 2.4 or 2.5;
/// `additional` says which parts of a security descriptor.
///
/// # Errors
/// [`TooLong`] when the information is longer than one credit pays for.
pub fn set_info(file_id: FileId, info_type: u8, class: u8, additional: u32, buffer: &[u8]) -> Result<Request, TooLong> {
    let length = paid_length("information to set", buffer.len())?;
    Ok(built(file_id, [info_type, class], additional, buffer, length))
}

/// Sets the size of a file, bytes: FileEndOfFileInformation (MS-FSCC 2.4.14).
pub fn end_of_file(file_id: FileId, size: u64) -> Request {
    built(file_id, [INFO_FILE, FILE_END_OF_FILE_INFORMATION], 0, &size.to_le_bytes(), 8)
}

/// Times (FILETIME) and attributes of a file, each 0 for "leave it as it is" (MS-FSCC 2.4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BasicInformation {
    /// CreationTime.
    pub creation: u64,
    /// LastAccessTime.
    pub last_access: u64,
    /// LastWriteTime.
    pub last_write: u64,
    /// ChangeTime.
    pub change: u64,
    /// FileAttributes (MS-FSCC 2.6); FILE_ATTRIBUTE_NORMAL takes all others away.
    pub attributes: u32,
}

/// Sets times and attributes: FileBasicInformation (MS-FSCC 2.4.7).
pub fn basic(file_id: FileId, basic: &BasicInformation) -> Request {
    let times = [basic.creation, basic.last_access, basic.last_write, basic.change].map(u64::to_le_bytes).concat();
    let reserved = [0; 4];
    let buffer = [&times[..], &basic.attributes.to_le_bytes(), &reserved].concat();
    built(file_id, [INFO_FILE, FILE_BASIC_INFORMATION], 0, &buffer, 40)
}

/// Says whether the file or empty folder goes when its last handle is closed: FileDispositionInformation
/// (MS-FSCC 2.4.11).
pub fn disposition(file_id: FileId, delete: bool) -> Request {
    built(file_id, [INFO_FILE, FILE_DISPOSITION_INFORMATION], 0, &[delete.into()], 1)
}

/// Sets those parts of the security descriptor that `additional` names (MS-SMB2 2.2.39; MS-DTYP 2.4.6).
///
/// # Errors
/// [`TooLong`] when the descriptor is longer than one credit pays for.
pub fn security(file_id: FileId, additional: u32, descriptor: &[u8]) -> Result<Request, TooLong> {
    set_info(file_id, INFO_SECURITY, 0, additional, descriptor)
}

/// Sets extended attributes, each Flags, EaName and EaValue; one with an empty value is taken away:
/// FileFullEaInformation (MS-FSCC 2.4.16).
///
/// # Errors
/// [`TooLong`] when a name, a value, or all together does not fit.
pub fn full_ea(file_id: FileId, attributes: &[(u8, &[u8], &[u8])]) -> Result<Request, TooLong> {
    let mut list = Vec::new();
    let mut before: Option<usize> = None;
    for (flags, name, value) in attributes {
        list.resize(list.len().next_multiple_of(4), 0);
        let start = list.len();
        if let Some(before) = before.replace(start) {
            let next = u32::try_from(start.saturating_sub(before)).unwrap_or(u32::MAX);
            let _ = header::patch(&mut list, before, &next.to_le_bytes());
        }
        let long = |_| TooLong { what: "name of the extended attribute", length: name.len(), most: u8::MAX.into() };
        let name_length = u8::try_from(name.len()).map_err(long)?;
        let value_length = super::length_field("value of the extended attribute", value.len())?;
        list.extend_from_slice(&[0, 0, 0, 0, *flags, name_length]);
        list.extend_from_slice(&value_length.to_le_bytes());
        list.extend_from_slice(name);
        list.push(0);
        list.extend_from_slice(value);
    }
    set_info(file_id, INFO_FILE, FILE_FULL_EA_INFORMATION, 0, &list)
}

fn built(file_id: FileId, type_and_class: [u8; 2], additional: u32, buffer: &[u8], length: u32) -> Request {
    let reserved = 0u16;
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &type_and_class,
        &length.to_le_bytes(),
        &BUFFER_OFFSET.to_le_bytes(),
        &reserved.to_le_bytes(),
        &additional.to_le_bytes(),
        &file_id.0,
        variable_part(buffer),
    ]
    .concat();
    Request { command: Command::SET_INFO, body }
}

const STRUCTURE_SIZE: u16 = 33;
/// SMB2_0_INFO_FILE.
const INFO_FILE: u8 = 0x01;
/// SMB2_0_INFO_SECURITY.
const INFO_SECURITY: u8 = 0x03;
const FILE_BASIC_INFORMATION: u8 = 4;
const FILE_DISPOSITION_INFORMATION: u8 = 13;
const FILE_FULL_EA_INFORMATION: u8 = 15;
const FILE_END_OF_FILE_INFORMATION: u8 = 20;
const BUFFER_OFFSET: u16 = SetInfoRequest::FIXED_END as u16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::fscc::ExtendedAttribute;
    use smb2::fscc::extended_attribute::extended_attributes;

    const FILE: FileId = FileId([7; 16]);

    /// InfoType, class, AdditionalInformation and buffer of a request about [`FILE`].
    fn read(request: &Request) -> (u8, u8, u32, Vec<u8>) {
        let message = request.message(&Place::default());
        let view = SetInfoRequest::parse(&message).unwrap();
        assert_eq!(view.file_id(), FILE);
        let buffer = view.buffer().unwrap().to_vec();
        (view.info_type(), view.file_info_class(), view.additional_information(), buffer)
    }

    #[test]
    fn the_size_lies_where_the_fields_say() {
        let size = 5_000_000_000u64;
        assert_eq!(read(&end_of_file(FILE, size)), (1, 20, 0, size.to_le_bytes().to_vec()));
    }

    #[test]
    fn times_and_attributes_are_in_the_order_of_the_specification() {
        let wanted = BasicInformation { creation: 1, last_access: 2, last_write: 3, change: 4, attributes: 0x21 };
        let buffer = [1, 2, 3, 4, 0x21].map(u64::to_le_bytes).concat();
        assert_eq!(read(&basic(FILE, &wanted)), (1, 4, 0, buffer));
    }

    #[test]
    fn a_deletion_is_one_byte() {
        assert_eq!(read(&disposition(FILE, true)), (1, 13, 0, vec![1]));
        assert_eq!(read(&disposition(FILE, false)), (1, 13, 0, vec![0]));
    }

    #[test]
    fn a_security_descriptor_is_named_by_its_parts() {
        assert_eq!(read(&security(FILE, 4, &[9; 20]).unwrap()), (3, 0, 4, vec![9; 20]));
    }

    #[test]
    fn extended_attributes_are_aligned_and_follow_each_other() {
        let attributes: [(u8, &[u8], &[u8]); 3] = [(0x80, b"ONE", b"1"), (0, b"TWO", &[]), (0, b"X", &[3; 300])];
        let (info_type, class, _, buffer) = read(&full_ea(FILE, &attributes).unwrap());
        assert_eq!((info_type, class), (1, 15));
        let expected = attributes.map(|(flags, name, value)| Ok(ExtendedAttribute { flags, name, value }));
        assert_eq!(extended_attributes(&buffer).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let name = full_ea(FILE, &[(0, &[b'n'; 256], b"")]).unwrap_err();
        assert_eq!((name.length, name.most), (256, 255));
        assert_eq!(full_ea(FILE, &[(0, b"n", &[0; 65_536])]).unwrap_err().most, 65_535);
        assert_eq!(security(FILE, 4, &[0; 65_537]).unwrap_err().most, 65_536);
        set_info(FILE, 1, 4, 0, &[0; 65_536]).unwrap();
    }
}
