//! What our rows say, in the words of tshark's fields.

#![allow(dead_code, reason = "each test program uses its part")]

use smb2::context::create::{CreateContext, tag};
use smb2::context::durable::{DurableHandleReconnect, DurableHandleReconnectV2};
use smb2::message::{
    ChangeNotifyResponse, CreateRequest, ErrorResponse, IoctlResponse, LockRequest, QueryDirectoryResponse,
    QueryInfoResponse,
};
use smb2::transport::Protocol;
use smb2::{Command, FileId, Header, HeaderFlags, utf16, wire};
use smbreplay_dissect::{Kind, Operation};
use std::collections::BTreeMap;

/// The fields compared. The others of the files are not asked for here.
pub(crate) const COLUMNS: [&str; 15] = [
    "smb2.protocol_id",
    "smb2.cmd",
    "smb2.flags.response",
    "smb2.flags.async",
    "smb2.flags.signature",
    "smb2.msg_id",
    "smb2.sesid",
    "smb2.tid",
    "smb2.nt_status",
    "smb2.tree",
    "smb2.filename",
    "smb2.fid",
    "smb2.file_offset",
    "smb2.read_length",
    "smb2.write_length",
];

/// The role of a message in its row.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Request,
    Interim,
    Response,
}

/// The values of one message, by field.
type Fields = BTreeMap<&'static str, Vec<String>>;
/// The place of a message: position of its PDU in the trace, index in its chain.
type Place = (u64, u16);

/// What we say of a message.
pub(crate) struct Said<'a> {
    pub(crate) row: &'a Operation,
    pub(crate) role: Role,
    /// The message itself.
    pub(crate) bytes: &'a [u8],
    fields: Fields,
}

impl Said<'_> {
    /// The values of a column.
    pub(crate) fn values(&self, column: &str) -> &[String] {
        self.fields.get(column).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The messages of every frame.
#[derive(Default)]
pub(crate) struct Frames<'a> {
    frames: BTreeMap<u64, Vec<(Place, Said<'a>)>>,
}

impl<'a> Frames<'a> {
    /// Takes up to three messages out of each row.
    pub(crate) fn of(rows: &'a [Operation]) -> Self {
        let mut frames = Self::default();
        for row in rows {
            frames.add(row, Role::Request, &row.request, row.request_frame, row.request_seq, row.compound_index);
            frames.add(row, Role::Interim, &row.interim, row.interim_frame, row.interim_seq, None);
            let index = row.response_compound_index;
            frames.add(row, Role::Response, &row.response, row.response_frame, row.response_seq, index);
        }
        for messages in frames.frames.values_mut() {
            messages.sort_by_key(|(place, _)| *place);
        }
        frames
    }

    pub(crate) fn frames(&self) -> impl Iterator<Item = u64> {
        self.frames.keys().copied()
    }

    /// The messages of a frame, in their order.
    pub(crate) fn messages(&self, frame: u64) -> impl Iterator<Item = &Said<'a>> {
        self.frames.get(&frame).into_iter().flatten().map(|(_, said)| said)
    }

    /// What tshark should print for `column` of `frame`.
    pub(crate) fn value(&self, frame: u64, column: &str) -> String {
        let values: Vec<_> = self.messages(frame).flat_map(|said| said.values(column)).cloned().collect();
        values.join(";")
    }

    fn add(
        &mut self,
        row: &'a Operation,
        role: Role,
        bytes: &'a Option<bytes::Bytes>,
        frame: Option<u64>,
        seq: Option<u64>,
        index: Option<u16>,
    ) {
        let Some(bytes) = bytes else { return };
        let fields = match Protocol::of(bytes) {
            Some(Protocol::Smb1) => return,
            Some(Protocol::Smb2) if row.command.is_some() => {
                let mut fields = plain(row, role, bytes);
                if index.unwrap_or(0) == 0 {
                    wrapped(row, &mut fields);
                }
                fields
            }
            Some(Protocol::Encrypted) if row.kind == Kind::Encrypted => BTreeMap::from([
                ("smb2.protocol_id", vec!["0xfd534d42".to_owned()]),
                ("smb2.sesid", vec![hex64(row.session_id.unwrap())]),
            ]),
            _ => BTreeMap::from([("smb2.protocol_id", vec![row.malformed.clone().unwrap()])]),
        };
        let place = (seq.unwrap(), index.unwrap_or(0));
        self.frames.entry(frame.unwrap()).or_default().push((place, Said { row, role, bytes, fields }));
    }
}

/// The fields of what messages were sent in come before those of the first one inside.
fn wrapped(row: &Operation, fields: &mut Fields) {
    let mut before = |field: &str, value: String| fields.get_mut(field).unwrap().insert(0, value);
    if row.compressed {
        before("smb2.protocol_id", "0xfc534d42".to_owned());
    }
    if row.encrypted {
        before("smb2.protocol_id", "0xfd534d42".to_owned());
        before("smb2.sesid", hex64(row.session_id.unwrap()));
    }
}

/// The fields of a message that is not encrypted: from the row's columns, and from its header where a column is about
/// another message of the row.
fn plain(row: &Operation, role: Role, bytes: &[u8]) -> Fields {
    let header = Header::parse(bytes).unwrap();
    let command = row.command.unwrap();
    let request = role == Role::Request;
    // The ids that a response assigns are the row's, but not in the request; related messages may have none.
    let assigned = |assigning| request && command == assigning || row.related;
    let session_id = if assigned(Command::SESSION_SETUP) { header.session_id } else { row.session_id.unwrap() };
    let tree_id = if assigned(Command::TREE_CONNECT) { header.tree_id() } else { row.tree_id };
    let asynchronous = header.flags.is_async();
    let mut fields = BTreeMap::from([
        ("smb2.protocol_id", vec!["0xfe534d42".to_owned()]),
        ("smb2.cmd", vec![command.0.to_string()]),
        ("smb2.flags.response", vec![u8::from(!request).to_string()]),
        ("smb2.flags.async", vec![u8::from(asynchronous).to_string()]),
        ("smb2.flags.signature", vec![u8::from(flags(row, role, &header) & HeaderFlags::SIGNED != 0).to_string()]),
        ("smb2.msg_id", vec![row.message_id.unwrap().to_string()]),
        ("smb2.sesid", vec![hex64(session_id)]),
    ]);
    if !asynchronous {
        fields.insert("smb2.tid", vec![format!("{:#010x}", tree_id.unwrap())]);
    }
    if !request {
        let status = if role == Role::Interim { header.status } else { row.status.unwrap() };
        fields.insert("smb2.nt_status", vec![format!("{status:#010x}")]);
    }
    // tshark shows the share in front of the TreeId, and in TREE_CONNECT's request as its path.
    let shows_share = if command == Command::TREE_CONNECT { request } else { !asynchronous };
    if let Some(share) = row.share.as_deref().filter(|_| shows_share) {
        fields.insert("smb2.tree", vec![share.to_owned()]);
    }
    fields.insert("smb2.fid", handles(row, role, &header, bytes));
    if request {
        fields.insert("smb2.file_offset", offsets(row, bytes));
    }
    if request && matches!(command, Command::READ | Command::WRITE) {
        let length = if command == Command::READ { "smb2.read_length" } else { "smb2.write_length" };
        fields.insert(length, row.length.iter().map(u64::to_string).collect());
    }
    fields.insert("smb2.filename", names(row, role, &header, bytes).iter().map(|name| escaped(name)).collect());
    fields
}

/// The flags of a message: the row has those of request and final response.
fn flags(row: &Operation, role: Role, header: &Header) -> u32 {
    match role {
        Role::Request => row.request_flags.unwrap(),
        Role::Interim => header.flags.0,
        Role::Response => row.response_flags.unwrap(),
    }
}

/// tshark's `smb2.fid`: the handles in a message.
fn handles(row: &Operation, role: Role, header: &Header, bytes: &[u8]) -> Vec<String> {
    let error = ErrorResponse::is_in(header, bytes);
    let names_it = match (row.command.unwrap(), role) {
        (Command::CREATE, Role::Request) => return reconnected(bytes).iter().map(FileId::to_string).collect(),
        (Command::IOCTL, Role::Response) if !error => {
            // A server may answer with less than the request named.
            return vec![IoctlResponse::parse(bytes).unwrap().file_id().to_string()];
        }
        (Command::CREATE, Role::Response) => !error,
        (Command::OPLOCK_BREAK, _) => row.lease_key.is_none() && !error,
        (Command::CANCEL, _) => false,
        (_, Role::Request) => true,
        _ => false,
    };
    // tshark shows what the message has; we, what that stands for.
    let inherited = row.related && bytes.windows(16).any(|window| window == FileId::RELATED.0);
    let file_id = if inherited { Some(FileId::RELATED) } else { row.file_id };
    file_id.filter(|_| names_it).iter().map(FileId::to_string).collect()
}

/// The handles in the durable contexts of a CREATE request: a request for one has room for it.
fn reconnected(bytes: &[u8]) -> Vec<FileId> {
    let handle = |context: CreateContext<'_>| match context.name {
        tag::DURABLE_HANDLE_REQUEST => Some(FileId::ZERO),
        tag::DURABLE_HANDLE_RECONNECT => Some(DurableHandleReconnect::parse(context.data).unwrap().file_id()),
        tag::DURABLE_HANDLE_RECONNECT_V2 => Some(DurableHandleReconnectV2::parse(context.data).unwrap().file_id()),
        _ => None,
    };
    CreateRequest::parse(bytes).unwrap().contexts().filter_map(|context| handle(context.ok()?)).collect()
}

/// tshark's `smb2.file_offset`: of READ and WRITE, and the ranges of LOCK.
fn offsets(row: &Operation, bytes: &[u8]) -> Vec<String> {
    let offsets: Vec<u64> = match row.command {
        Some(Command::READ | Command::WRITE) => row.offset.into_iter().collect(),
        Some(Command::LOCK) => LockRequest::parse(bytes).unwrap().locks().unwrap().map(|lock| lock.offset).collect(),
        _ => Vec::new(),
    };
    offsets.iter().map(u64::to_string).collect()
}

/// tshark's `smb2.filename`: the path of a CREATE request, the new one of a rename, and names in the answers of queries.
fn names(row: &Operation, role: Role, header: &Header, bytes: &[u8]) -> Vec<String> {
    match (row.command, role) {
        (Some(Command::CREATE), Role::Request) => row.path.iter().map(|path| path.to_string()).collect(),
        (Some(Command::SET_INFO), Role::Request) => row.new_path.iter().cloned().collect(),
        // tshark lists no entry of a buffer that is not all there.
        (Some(Command::QUERY_DIRECTORY), Role::Response) if row.status == Some(0) && row.response_holes.is_empty() => {
            let buffer = QueryDirectoryResponse::parse(bytes).unwrap().buffer().unwrap();
            entries(buffer, row.info_class)
        }
        (Some(Command::CHANGE_NOTIFY), Role::Response) if !ErrorResponse::is_in(header, bytes) => {
            changes(ChangeNotifyResponse::parse(bytes).unwrap().buffer().unwrap())
        }
        (Some(Command::QUERY_INFO), Role::Response) if row.status == Some(0) => {
            let buffer = QueryInfoResponse::parse(bytes).unwrap().buffer().unwrap();
            match (row.info_type, row.info_class) {
                // FileAllInformation (MS-FSCC 2.4.2) ends with a name.
                (Some(1), Some(18)) => vec![name(buffer, 100, 96)],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The names of directory entries (MS-FSCC 2.4).
fn entries(buffer: &[u8], class: Option<u8>) -> Vec<String> {
    let (length_at, name_at) = match class {
        Some(1) => (60, 64),
        Some(2) => (60, 68),
        Some(3) => (60, 94),
        Some(12) => (8, 12),
        Some(37) => (60, 104),
        Some(38) => (60, 80),
        other => panic!("class {other:?}"),
    };
    chained_names(buffer, length_at, name_at)
}

/// The names of changes (MS-FSCC 2.7.1).
fn changes(buffer: &[u8]) -> Vec<String> {
    chained_names(buffer, 8, 12)
}

/// The names of entries, each of which begins with NextEntryOffset.
fn chained_names(buffer: &[u8], length_at: usize, name_at: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut entry = buffer;
    while !entry.is_empty() {
        names.push(name(entry, name_at, length_at));
        let next = wire::u32_at(entry, 0, "NextEntryOffset").unwrap() as usize;
        entry = if next == 0 { &[] } else { &entry[next..] };
    }
    names
}

fn name(buffer: &[u8], at: usize, length_at: usize) -> String {
    let length = wire::u32_at(buffer, length_at, "FileNameLength").unwrap() as usize;
    utf16::to_string(&buffer[at..at + length])
}

/// tshark prints these control characters by their escapes in C.
fn escaped(text: &str) -> String {
    const ESCAPES: [(char, &str); 5] =
        [('\u{8}', "\\b"), ('\t', "\\t"), ('\n', "\\n"), ('\u{c}', "\\f"), ('\r', "\\r")];
    ESCAPES.iter().fold(text.to_owned(), |text, (character, escape)| text.replace(*character, escape))
}

fn hex64(value: u64) -> String {
    format!("{value:#018x}")
}
