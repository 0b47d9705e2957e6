//! QUERY_DIRECTORY (MS-SMB2 2.2.33, 2.2.34) and CHANGE_NOTIFY (2.2.35, 2.2.36), with their entries (MS-FSCC 2.4, 2.7.1).

use super::context::Context;
use super::field::{Field, bytes, file_id, guid, time, u8, u16, u32, u64, x8, x16, x32, x64};
use super::file_information::FILE_ATTRIBUTES;
use super::node::Node;
use super::reparse_point::reparse_tag;
use super::structure::{Structure, chained, data, text};
use super::window::Window;
use smb2::names::{self, flags};

const REQUEST: &[Field] = &[
    u16("StructureSize"),
    u8("FileInformationClass").told(class_name),
    x8("Flags").bits8(flags::query_directory_flags),
    u32("FileIndex"),
    file_id("FileId"),
    u16("FileNameOffset"),
    u16("FileNameLength"),
    u32("OutputBufferLength"),
];
const RESPONSE: &[Field] = &[u16("StructureSize"), u16("OutputBufferOffset"), u32("OutputBufferLength")];
const NOTIFY_REQUEST: &[Field] = &[
    u16("StructureSize"),
    x16("Flags").flags(&[(1, "SMB2_WATCH_TREE")]),
    u32("OutputBufferLength"),
    file_id("FileId"),
    x32("CompletionFilter").bits(flags::completion_filter),
    u32("Reserved"),
];

/// FileNamesInformation: names and nothing else.
const NAMES: u8 = 12;
const NAMES_ENTRY: &[Field] = &[u32("NextEntryOffset"), u32("FileIndex"), u32("FileNameLength")];
/// What all other classes begin with.
const ENTRY: &[Field] = &[
    u32("NextEntryOffset"),
    u32("FileIndex"),
    time("CreationTime"),
    time("LastAccessTime"),
    time("LastWriteTime"),
    time("ChangeTime"),
    u64("EndOfFile"),
    u64("AllocationSize"),
    FILE_ATTRIBUTES,
    u32("FileNameLength"),
];
const EA_SIZE: Field = u32("EaSize").told(reparse_tag);
const REPARSE_TAG: Field = x32("ReparsePointTag").told(reparse_tag);
const FILE_ID: Field = x64("FileId");
const SHORT_NAME_LENGTH: Field = u8("ShortNameLength");

/// What follows in a class, up to its names.
const CLASSES: &[(u8, &[Field])] = &[
    (1, &[]),
    (2, &[EA_SIZE]),
    (3, &[EA_SIZE, SHORT_NAME_LENGTH, u8("Reserved")]),
    (37, &[EA_SIZE, SHORT_NAME_LENGTH, u8("Reserved1")]),
    (38, &[EA_SIZE, u32("Reserved"), FILE_ID]),
    (50, &[FILE_ID, guid("LockingTransactionId"), x32("TxInfoFlags")]),
    (60, &[EA_SIZE, REPARSE_TAG, bytes("FileId", 16)]),
    (78, &[EA_SIZE, REPARSE_TAG, FILE_ID]),
    (79, &[EA_SIZE, REPARSE_TAG, FILE_ID, SHORT_NAME_LENGTH, u8("Reserved1")]),
    (80, &[EA_SIZE, REPARSE_TAG, FILE_ID, bytes("FileId128", 16)]),
    (81, &[EA_SIZE, REPARSE_TAG, FILE_ID, bytes("FileId128", 16), SHORT_NAME_LENGTH, u8("Reserved1")]),
];
/// Bytes of a ShortName, used or not.
const SHORT_NAME: usize = 24;

pub(super) fn request(body: &mut Structure<'_>) {
    body.fields(REQUEST);
    let (offset, length) = (body.size("FileNameOffset"), body.size("FileNameLength"));
    body.part("FileName", offset, length, text);
}

pub(super) fn response(body: &mut Structure<'_>, context: Context) {
    body.fields(RESPONSE);
    let (offset, length) = (body.size("OutputBufferOffset"), body.size("OutputBufferLength"));
    body.part("Buffer", offset, length, |name, window| match context.info_class {
        Some(class) => list(name, window, class),
        None => data(name, window),
    });
}

fn class_name(class: u64) -> Option<String> {
    names::info_class(1, class as u8).map(str::to_owned)
}

fn list(name: &'static str, window: Window<'_>, class: u8) -> Node {
    let called = names::info_class(1, class);
    let entries = match CLASSES.iter().find(|(known, _)| *known == class) {
        Some((_, fields)) => chained("Entry", window, |entry| {
            entry.fields(ENTRY).fields(fields);
            let has_short_name = fields.iter().any(|field| field.name == SHORT_NAME_LENGTH.name);
            if has_short_name {
                let (length, rest) = (entry.size(SHORT_NAME_LENGTH.name).min(SHORT_NAME), entry.rest());
                entry.next("ShortName", SHORT_NAME, |name, window| {
                    let text = smb2::utf16::to_string(rest.first(length).bytes());
                    Node::new(name, window.range()).valued(text)
                });
            }
            if class == 37 {
                entry.fields(&[u16("Reserved2"), FILE_ID]);
            }
            entry.next("FileName", entry.size("FileNameLength"), text);
        }),
        None if class == NAMES => chained("Entry", window, |entry| {
            entry.fields(NAMES_ENTRY);
            entry.next("FileName", entry.size("FileNameLength"), text);
        }),
        None => return data(name, window).meaning(called),
    };
    Node::new(name, window.range()).meaning(called).with(entries)
}

pub(super) fn notify_request(body: &mut Structure<'_>) {
    body.fields(NOTIFY_REQUEST);
}

pub(super) fn notify_response(body: &mut Structure<'_>) {
    body.fields(RESPONSE);
    let (offset, length) = (body.size("OutputBufferOffset"), body.size("OutputBufferLength"));
    body.part("Buffer", offset, length, |name, window| {
        let changes = chained("FILE_NOTIFY_INFORMATION", window, |entry| {
            entry.fields(&[u32("NextEntryOffset"), u32("Action").named32(names::notify_action), u32("FileNameLength")]);
            entry.next("FileName", entry.size("FileNameLength"), text);
        });
        Node::new(name, window.range()).with(changes)
    });
}
