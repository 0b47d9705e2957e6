//! QUERY_INFO and SET_INFO (MS-SMB2 2.2.37 to 2.2.40), quotas (MS-FSCC 2.4.40) and extended attributes (2.4.15).

use super::context::Context;
use super::create::boolean;
use super::field::{Field, file_id, u8, u16, u32, u64, x8, x32};
use super::node::Node;
use super::security_descriptor::{security_descriptor, sid, sid_length};
use super::structure::{Structure, chained, data};
use super::value;
use super::window::Window;
use super::{file_information, file_system_information};
use smb2::names::{self, flags};

const INFO_FILE: u8 = 1;
const INFO_FILESYSTEM: u8 = 2;
const INFO_SECURITY: u8 = 3;
const INFO_QUOTA: u8 = 4;
/// FileFullEaInformation.
const FULL_EA: u8 = 15;

const INFO_TYPE: Field = u8("InfoType").named8(names::info_type);
const QUERY_FLAGS: &[(u64, &str)] = &[(1, "SL_RESTART_SCAN"), (2, "SL_RETURN_SINGLE_ENTRY"), (4, "SL_INDEX_SPECIFIED")];
const QUERY_REQUEST: &[Field] = &[
    u32("OutputBufferLength"),
    u16("InputBufferOffset"),
    u16("Reserved"),
    u32("InputBufferLength"),
    x32("AdditionalInformation"),
    x32("Flags").flags(QUERY_FLAGS),
    file_id("FileId"),
];
const QUERY_RESPONSE: &[Field] = &[u16("StructureSize"), u16("OutputBufferOffset"), u32("OutputBufferLength")];
const SET_REQUEST: &[Field] =
    &[u32("BufferLength"), u16("BufferOffset"), u16("Reserved"), x32("AdditionalInformation"), file_id("FileId")];
/// SET_INFO Response.
pub(super) const SET_RESPONSE: &[Field] = &[u16("StructureSize")];
const SECURITY: Field = x32("AdditionalInformation").bits(flags::security_information);

pub(super) fn query_request(body: &mut Structure<'_>) {
    let context = beginning(body, QUERY_REQUEST);
    let (offset, length) = (body.size("InputBufferOffset"), body.size("InputBufferLength"));
    body.part("Buffer", offset, length, |name, window| match (context.info_type, context.info_class) {
        (Some(INFO_QUOTA), _) => query_quota(name, window),
        (Some(INFO_FILE), Some(FULL_EA)) => Node::new(name, window.range()).with(wanted_attributes(window)),
        _ => data(name, window),
    });
}

pub(super) fn query_response(body: &mut Structure<'_>, context: Context) {
    body.fields(QUERY_RESPONSE);
    let (offset, length) = (body.size("OutputBufferOffset"), body.size("OutputBufferLength"));
    body.part("Buffer", offset, length, |name, window| information(name, window, context));
}

pub(super) fn set_request(body: &mut Structure<'_>) {
    let context = beginning(body, SET_REQUEST);
    let (offset, length) = (body.size("BufferOffset"), body.size("BufferLength"));
    body.part("Buffer", offset, length, |name, window| information(name, window, context));
}

/// StructureSize, InfoType and FileInfoClass, which say how the rest is read.
fn beginning(body: &mut Structure<'_>, rest: &[Field]) -> Context {
    body.fields(&[u16("StructureSize"), INFO_TYPE]);
    let info_type = body.get(INFO_TYPE.name) as u8;
    body.fields(&[match info_type {
        INFO_FILE => u8("FileInfoClass").told(|class| names::info_class(1, class as u8).map(str::to_owned)),
        INFO_FILESYSTEM => u8("FileInfoClass").told(|class| names::info_class(2, class as u8).map(str::to_owned)),
        _ => u8("FileInfoClass"),
    }]);
    for field in rest {
        let is_security = info_type == INFO_SECURITY && field.name == SECURITY.name;
        body.fields(&[if is_security { SECURITY } else { *field }]);
    }
    let info_class = Some(body.get("FileInfoClass") as u8);
    Context { info_type: Some(info_type), info_class, ..Context::default() }
}

/// Information of a file or file system, a security descriptor, or quotas.
fn information(name: &'static str, window: Window<'_>, context: Context) -> Node {
    let class = context.info_class.unwrap_or_default();
    let parts = match context.info_type {
        Some(INFO_FILE) => file_information::read(class, window),
        Some(INFO_FILESYSTEM) => file_system_information::read(class, window),
        Some(INFO_SECURITY) => return security_descriptor(name, window),
        Some(INFO_QUOTA) => quotas(window),
        _ => return data(name, window),
    };
    let called = context.info_type.and_then(|info_type| names::info_class(info_type, class));
    Node::new(name, window.range()).meaning(called).with(parts)
}

/// FILE_FULL_EA_INFORMATION entries.
pub(super) fn extended_attributes(window: Window<'_>) -> Vec<Node> {
    chained("FILE_FULL_EA_INFORMATION", window, |entry| {
        entry.fields(&[
            u32("NextEntryOffset"),
            x8("Flags").flags(&[(0x80, "FILE_NEED_EA")]),
            u8("EaNameLength"),
            u16("EaValueLength"),
        ]);
        entry.next("EaName", entry.size("EaNameLength").saturating_add(1), ascii_to_zero);
        entry.next("EaValue", entry.size("EaValueLength"), data);
    })
}

/// FILE_GET_EA_INFORMATION entries (MS-FSCC 2.4.15.1): whose values are wanted.
fn wanted_attributes(window: Window<'_>) -> Vec<Node> {
    chained("FILE_GET_EA_INFORMATION", window, |entry| {
        entry.fields(&[u32("NextEntryOffset"), u8("EaNameLength")]);
        entry.next("EaName", entry.size("EaNameLength").saturating_add(1), ascii_to_zero);
    })
}

/// A name in 8-bit characters with the zero behind it.
fn ascii_to_zero(name: &'static str, window: Window<'_>) -> Node {
    let text = window.bytes().strip_suffix(&[0]).unwrap_or(window.bytes());
    Node::new(name, window.range()).valued(value::ascii(text))
}

/// FILE_QUOTA_INFORMATION entries.
fn quotas(window: Window<'_>) -> Vec<Node> {
    const QUOTA: &[Field] = &[
        u32("NextEntryOffset"),
        u32("SidLength"),
        super::field::time("ChangeTime"),
        u64("QuotaUsed"),
        u64("QuotaThreshold"),
        u64("QuotaLimit"),
    ];
    chained("FILE_QUOTA_INFORMATION", window, |entry| {
        entry.fields(QUOTA);
        entry.next("Sid", entry.size("SidLength"), sid);
    })
}

/// SMB2_QUERY_QUOTA_INFO (MS-SMB2 2.2.37.1).
fn query_quota(name: &'static str, window: Window<'_>) -> Node {
    let mut query = Structure::new(window);
    query.fields(&[
        boolean("ReturnSingle"),
        boolean("RestartScan"),
        u16("Reserved"),
        u32("SidListLength"),
        u32("StartSidLength"),
        u32("StartSidOffset"),
    ]);
    let (list, start) = (query.size("SidListLength"), query.size("StartSidLength"));
    if list != 0 {
        query.next("SidBuffer", list, |name, window| {
            let entries = chained("FILE_GET_QUOTA_INFORMATION", window, |entry| {
                entry.fields(&[u32("NextEntryOffset"), u32("SidLength")]);
                entry.next("Sid", entry.size("SidLength"), sid);
            });
            Node::new(name, window.range()).with(entries)
        });
    } else if start != 0 {
        let offset = query.at().saturating_add(query.size("StartSidOffset"));
        let length = start.min(sid_length(window.from(offset)));
        query.part("StartSid", offset, length, sid);
    }
    query.node(name)
}
