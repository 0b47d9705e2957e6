//! Ids of files on their volume: told in a QFid context (MS-SMB2 2.2.14.2.9), by FileInternalInformation and its like,
//! and in listings (MS-FSCC 2.4); used by a CREATE with FILE_OPEN_BY_FILE_ID (MS-SMB2 2.2.13).

use super::{Slot, Token};
use smb2::context::create::tag;
use smb2::message::{
    CreateRequest, CreateResponse, QueryDirectoryRequest, QueryDirectoryResponse, QueryInfoRequest, QueryInfoResponse,
};
use smb2::{Command, Header, wire};

const LENGTH: usize = 8;
/// FILE_OPEN_BY_FILE_ID of CreateOptions.
const OPEN_BY_FILE_ID: u32 = 0x0000_2000;
/// SMB2_0_INFO_FILE (MS-SMB2 2.2.37).
const INFO_FILE: u8 = 1;

/// Where the id stands in what QUERY_INFO answers, by class of file information (MS-FSCC 2.4).
const IN_INFORMATION: [(u8, usize); 3] = [
    (6, 0),   // FileInternalInformation
    (18, 64), // FileAllInformation
    (59, 8),  // FileIdInformation
];

/// Where id and name stand in an entry of a listing, by class (MS-FSCC 2.4).
const IN_ENTRIES: [(u8, usize, usize); 5] = [
    (37, 96, 104), // FileIdBothDirectoryInformation
    (38, 72, 80),  // FileIdFullDirectoryInformation
    (60, 72, 88),  // FileIdExtdDirectoryInformation
    (78, 72, 80),  // FileId64ExtdDirectoryInformation
    (79, 72, 106), // FileId64ExtdBothDirectoryInformation
];
/// FileNameLength of these classes.
const NAME_LENGTH: usize = 60;

/// The id that a CREATE opens.
pub(super) fn used(message: &[u8]) -> Option<Token<'_, usize>> {
    let view = CreateRequest::parse(message).ok()?;
    (view.create_options() & OPEN_BY_FILE_ID != 0).then_some(())?;
    let name = view.name().ok()?;
    Some(Token { place: usize::from(view.name_offset()), value: name.get(..LENGTH)? })
}

/// The ids that an answer tells.
pub(super) fn issued<'a>(request: &[u8], response: &'a [u8]) -> Vec<Token<'a, Slot>> {
    let one = match Header::parse(response).map(|header| header.command) {
        Ok(Command::CREATE) => in_create(response),
        Ok(Command::QUERY_INFO) => in_information(request, response),
        _ => return in_listing(request, response).unwrap_or_default(),
    };
    one.map(|value| Token { place: Slot::FileReference, value }).into_iter().collect()
}

fn in_create(response: &[u8]) -> Option<&[u8]> {
    let view = CreateResponse::parse(response).ok()?;
    let mut contexts = view.contexts().filter_map(Result::ok);
    contexts.find(|context| context.name == tag::QUERY_ON_DISK_ID)?.data.get(..LENGTH)
}

fn in_information<'a>(request: &[u8], response: &'a [u8]) -> Option<&'a [u8]> {
    let asked = QueryInfoRequest::parse(request).ok().filter(|view| view.info_type() == INFO_FILE)?;
    let (_, at) = *IN_INFORMATION.iter().find(|(class, _)| *class == asked.file_info_class())?;
    QueryInfoResponse::parse(response).ok()?.buffer().ok()?.get(at..at.checked_add(LENGTH)?)
}

fn in_listing<'a>(request: &[u8], response: &'a [u8]) -> Option<Vec<Token<'a, Slot>>> {
    let class = QueryDirectoryRequest::parse(request).ok()?.file_information_class();
    let (_, id_at, name_at) = *IN_ENTRIES.iter().find(|(known, ..)| *known == class)?;
    let mut rest = QueryDirectoryResponse::parse(response).ok()?.buffer().ok()?;
    let mut found = Vec::new();
    loop {
        let length = wire::u32_at(rest, NAME_LENGTH, "FileNameLength").ok()? as usize;
        let name = rest.get(name_at..name_at.checked_add(length)?)?;
        let value = rest.get(id_at..id_at.checked_add(LENGTH)?)?;
        found.push(Token { place: Slot::EntryReference(name.to_vec()), value });
        match wire::u32_at(rest, 0, "NextEntryOffset").ok()? as usize {
            0 => return Some(found),
            next => rest = rest.get(next..)?,
        }
    }
}
