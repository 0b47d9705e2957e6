//! Create contexts (MS-SMB2 2.2.13.2, 2.2.14.2).

use super::field::{Field, bytes, file_id, guid, time, u16, u32, u64, x32, x64};
use super::header::status;
use super::information::extended_attributes;
use super::node::Node;
use super::security_descriptor::security_descriptor;
use super::structure::{MOST_ENTRIES, Structure, data, left_out, malformed, numbered, text};
use super::value;
use super::window::Window;
use smb2::Malformed;
use smb2::context::create::{tag, tag_name};
use smb2::names::{self, flags};

/// Reads the data of a context of this name.
pub(super) type Read<'a> = fn(&[u8], &'static str, Window<'a>) -> Node;

const BEGINNING: &[Field] =
    &[u32("Next"), u16("NameOffset"), u16("NameLength"), u16("Reserved"), u16("DataOffset"), u32("DataLength")];
const LEASE_FLAGS: &[(u64, &str)] =
    &[(0x2, "SMB2_LEASE_FLAG_BREAK_IN_PROGRESS"), (0x4, "SMB2_LEASE_FLAG_PARENT_LEASE_KEY_SET")];
const LEASE: &[Field] = &[
    guid("LeaseKey"),
    x32("LeaseState").told(lease_state),
    x32("LeaseFlags").flags(LEASE_FLAGS),
    u64("LeaseDuration"),
];
const LEASE_V2: &[Field] = &[guid("ParentLeaseKey"), u16("Epoch"), u16("Reserved")];
/// Length of the first version of a lease.
const LEASE_LENGTH: usize = 32;
const DURABLE_FLAGS: &[(u64, &str)] = &[(0x2, "SMB2_DHANDLE_FLAG_PERSISTENT")];
const TIMESTAMP: &[Field] = &[time("Timestamp")];
/// kAAPL_SERVER_QUERY.
const SERVER_QUERY: u64 = 1;
/// kAAPL_RESOLVE_ID.
const RESOLVE_ID: u64 = 2;

/// The letters of a LeaseState.
pub(super) fn lease_state(state: u64) -> Option<String> {
    (state != 0).then(|| flags::lease_state(state as u32).to_string())
}

/// The list of contexts.
pub(super) fn list<'a>(name: &'static str, list: Window<'a>, read: Read<'a>) -> Node {
    let mut nodes = Vec::new();
    let mut next = Some(0_usize);
    let mut index = 0_usize;
    while let Some(start) = next {
        if index == MOST_ENTRIES {
            let step = |at: &usize| Some(at.saturating_add(list.u32(*at)? as usize)).filter(|next| next > at);
            let more = std::iter::successors(Some(start), step).take_while(|at| *at < list.len()).count();
            nodes.push(left_out(more, list.from(start)));
            break;
        }
        let step = list.u32(start).unwrap_or_default() as usize;
        next = Some(start.saturating_add(step)).filter(|next| step != 0 && *next < list.len());
        let length = next.unwrap_or(list.len()).saturating_sub(start);
        let window = list.from(start).first(length);
        let mut context = Structure::new(window);
        let called = self::context(&mut context, read);
        if step != 0 && next.is_none() {
            let (offset, value) = (list.place(start), step as u64);
            let expected = "not the offset of a further context in the list";
            let reason = Malformed::BadValue { what: "Next of a create context", offset, value, expected };
            context.push(malformed("Next", offset, &reason));
        }
        nodes.push(context.node(numbered("CreateContext", index)).meaning(called));
        index = index.saturating_add(1);
    }
    Node::new(name, list.range()).with(nodes)
}

fn context<'a>(context: &mut Structure<'a>, read: Read<'a>) -> Option<&'static str> {
    context.fields(BEGINNING);
    let (offset, length) = (context.size("NameOffset"), context.size("NameLength"));
    let tag = context.window().part(offset, length).map(Window::bytes).unwrap_or_default();
    let called = names::create_context(tag);
    context.part("Name", offset, length, |name, window| {
        let text = if length == 4 { value::ascii(window.bytes()) } else { value::hex(window.bytes()) };
        Node::new(name, window.range()).valued(text).meaning(called.or(tag_name(tag)))
    });
    let (offset, length) = (context.size("DataOffset"), context.size("DataLength"));
    context.part("Data", offset, length, |name, window| read(tag, name, window));
    called
}

/// The data of a context of a request (MS-SMB2 2.2.13.2).
pub(super) fn of_request<'a>(tag: &[u8], name: &'static str, window: Window<'a>) -> Node {
    let fields: &[Field] = match tag {
        tag::DURABLE_HANDLE_REQUEST => &[bytes("DurableRequest", 16)],
        tag::DURABLE_HANDLE_RECONNECT => &[file_id("FileId")],
        tag::DURABLE_HANDLE_REQUEST_V2 => {
            &[u32("Timeout"), x32("Flags").flags(DURABLE_FLAGS), u64("Reserved"), guid("CreateGuid")]
        }
        tag::DURABLE_HANDLE_RECONNECT_V2 => &[file_id("FileId"), guid("CreateGuid"), x32("Flags").flags(DURABLE_FLAGS)],
        tag::ALLOCATION_SIZE => &[u64("AllocationSize")],
        tag::QUERY_MAXIMAL_ACCESS | tag::TIMEWARP_TOKEN => TIMESTAMP,
        tag::APP_INSTANCE_ID => &[u16("StructureSize"), u16("Reserved"), guid("AppInstanceId")],
        tag::APP_INSTANCE_VERSION => &[
            u16("StructureSize"),
            u16("Reserved"),
            u32("Padding"),
            u64("AppInstanceVersionHigh"),
            u64("AppInstanceVersionLow"),
        ],
        tag::EA_BUFFER => return Node::new(name, window.range()).with(extended_attributes(window)),
        tag::SD_BUFFER => return security_descriptor(name, window),
        tag::AAPL => return apple(name, window, false),
        tag::POSIX => &[x32("Perms")],
        _ => return of_both(tag, name, window),
    };
    Node::new(name, window.range()).with(Structure::new(window).read(fields))
}

/// The data of a context of a response (MS-SMB2 2.2.14.2).
pub(super) fn of_response<'a>(tag: &[u8], name: &'static str, window: Window<'a>) -> Node {
    let fields: &[Field] = match tag {
        tag::DURABLE_HANDLE_REQUEST => &[u64("Reserved")],
        tag::DURABLE_HANDLE_REQUEST_V2 => &[u32("Timeout"), x32("Flags").flags(DURABLE_FLAGS)],
        tag::QUERY_MAXIMAL_ACCESS => &[x32("QueryStatus").told(status), x32("MaximalAccess").bits(flags::access_mask)],
        tag::QUERY_ON_DISK_ID => &[x64("DiskFileId"), x64("VolumeId"), bytes("Reserved", 16)],
        tag::AAPL => return apple(name, window, true),
        tag::POSIX => &[u32("NumberOfLinks"), x32("ReparseTag"), x32("Perms")],
        _ => return of_both(tag, name, window),
    };
    Node::new(name, window.range()).with(Structure::new(window).read(fields))
}

/// A lease is the same both ways; of other contexts nothing is known.
fn of_both<'a>(tag: &[u8], name: &'static str, window: Window<'a>) -> Node {
    if tag != tag::REQUEST_LEASE {
        return data(name, window);
    }
    let mut lease = Structure::new(window);
    lease.fields(LEASE);
    if window.len() > LEASE_LENGTH {
        lease.fields(LEASE_V2);
    }
    lease.node(name)
}

/// Apple's extension, as macOS clients and Samba's vfs_fruit speak it; its specification is their sources.
fn apple<'a>(name: &'static str, window: Window<'a>, is_response: bool) -> Node {
    const QUERIES: &[(u64, &str)] = &[(1, "server capabilities"), (2, "volume capabilities"), (4, "model")];
    const SERVER: &[(u64, &str)] = &[
        (1, "kAAPL_SUPPORTS_READ_DIR_ATTR"),
        (2, "kAAPL_SUPPORTS_OSX_COPYFILE"),
        (4, "kAAPL_UNIX_BASED"),
        (8, "kAAPL_SUPPORTS_NFS_ACE"),
    ];
    const VOLUME: &[(u64, &str)] =
        &[(1, "kAAPL_SUPPORT_RESOLVE_ID"), (2, "kAAPL_CASE_SENSITIVE"), (4, "kAAPL_SUPPORTS_FULL_SYNC")];
    let mut query = Structure::new(window);
    let command = u32("CommandCode").codes(&[(SERVER_QUERY, "kAAPL_SERVER_QUERY"), (RESOLVE_ID, "kAAPL_RESOLVE_ID")]);
    query.fields(&[command, u32("Reserved")]);
    if query.get("CommandCode") == SERVER_QUERY {
        query.fields(&[x64("RequestBitmap").flags(QUERIES)]);
        let asked = query.get("RequestBitmap");
        if !is_response || asked & 1 != 0 {
            query.fields(&[x64("ServerCapabilities").flags(SERVER)]);
        }
        if is_response && asked & 2 != 0 {
            query.fields(&[x64("VolumeCapabilities").flags(VOLUME)]);
        }
        if is_response && asked & 4 != 0 {
            query.fields(&[u32("Padding"), u32("ModelLength")]);
            let length = query.size("ModelLength");
            query.next("Model", length, text);
        }
    } else if query.get("CommandCode") == RESOLVE_ID && is_response {
        query.fields(&[x32("ResolveStatus").told(status), u32("PathLength")]);
        let length = query.size("PathLength");
        query.next("Path", length, text);
    } else if query.get("CommandCode") == RESOLVE_ID {
        query.fields(&[x64("FileId")]);
    }
    query.node(name)
}
