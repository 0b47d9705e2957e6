//! Wireshark's fields: in which messages of an operation it shows them, and which columns have their values.
//!
//! Checked against tshark in `tests/tshark_filter.rs`; what is not the same is listed in `docs/filter.md`.

use super::field::{Field, FieldKind, Form, Messages, Source, When};
use super::names::Names;
use smb2::{Command, HeaderFlags as Flags};

const REQUEST: Messages = Messages::REQUEST;
const RESPONSE: Messages = Messages::RESPONSE;
const INTERIM: Messages = Messages::INTERIM;
const ALL: Messages = Messages::ALL;
/// Request and final response.
const EXCHANGED: Messages = Messages(3);

const NUMBER_8: FieldKind = FieldKind::Number(8);
const NUMBER_16: FieldKind = FieldKind::Number(16);
const NUMBER_32: FieldKind = FieldKind::Number(32);
const NUMBER_64: FieldKind = FieldKind::Number(64);

/// The fields.
pub(super) fn fields() -> Vec<Field> {
    let mut fields = Vec::new();
    fields.extend(frames());
    fields.extend(header());
    fields.extend(meaning());
    fields.extend(flags());
    fields
}

/// A column in some messages.
const fn of(messages: Messages, column: &'static str) -> Source {
    Source { messages, column, form: Form::Number, when: &[], shown: &[] }
}

impl Source {
    const fn as_form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    const fn when(mut self, when: &'static [When]) -> Self {
        self.when = when;
        self
    }

    const fn shown(mut self, shown: &'static [When]) -> Self {
        self.shown = shown;
        self
    }
}

fn field<const N: usize>(name: &'static str, kind: FieldKind, names: Names, sources: [Source; N]) -> Field {
    Field { name, kind, names, sources: sources.into(), always: false }
}

fn plain<const N: usize>(name: &'static str, kind: FieldKind, sources: [Source; N]) -> Field {
    field(name, kind, Names::None, sources)
}

/// Frames and times. A message is shown in the frame that completes it.
fn frames() -> Vec<Field> {
    let frames = || [of(REQUEST, "request_frame"), of(RESPONSE, "response_frame"), of(INTERIM, "interim_frame")];
    let times = || [of(REQUEST, "request_time"), of(RESPONSE, "response_time"), of(INTERIM, "interim_time")];
    let messages = frames().map(|frame| frame.as_form(Form::Always(1)).when(&[When::MESSAGE]));
    vec![
        plain("smb2", FieldKind::Flag, messages),
        plain("frame.number", NUMBER_32, frames()),
        plain("frame.time", FieldKind::Time, times()),
        plain("frame.time_epoch", FieldKind::Epoch, times()),
        plain("frame.time_relative", FieldKind::SinceFirstFrame, times()),
        plain("tcp.stream", NUMBER_32, [of(ALL, "connection")]),
        plain("smb2.response_in", NUMBER_32, [of(REQUEST, "response_frame")]),
        plain("smb2.response_to", NUMBER_32, [of(Messages::RESPONSES, "request_frame")]),
        plain("smb2.time", FieldKind::Seconds, [of(RESPONSE, "latency_ns")]),
    ]
}

const ASYNC: u32 = Flags::ASYNC_COMMAND;

/// The header (MS-SMB2 2.2.1).
fn header() -> Vec<Field> {
    let command = of(ALL, "command").as_form(Form::Command);
    let statuses = [of(RESPONSE, "status"), of(INTERIM, "interim_frame").as_form(Form::Always(STATUS_PENDING))];
    vec![
        field("smb2.cmd", NUMBER_16, Names::Command, [command]),
        field("smb2.nt_status", NUMBER_32, Names::Status, statuses),
        plain("smb2.msg_id", NUMBER_64, [of(ALL, "message_id")]),
        plain(
            "smb2.aid",
            NUMBER_64,
            [
                of(REQUEST, "async_id").shown(&[When::Has("request_flags", ASYNC)]),
                of(RESPONSE, "async_id").shown(&[When::Has("response_flags", ASYNC)]),
                of(INTERIM, "async_id"),
            ],
        ),
        plain("smb2.sesid", NUMBER_64, [of(ALL, "session_id")]),
        plain(
            "smb2.tid",
            NUMBER_32,
            [
                of(REQUEST, "tree_id")
                    .shown(&[When::Lacks("request_flags", ASYNC), When::NotCommand(&[Command::TREE_CONNECT])]),
                of(RESPONSE, "tree_id").shown(&[When::Lacks("response_flags", ASYNC)]),
            ],
        ),
        plain("smb2.credit.charge", NUMBER_16, [of(REQUEST, "credit_charge")]),
        plain("smb2.credits.requested", NUMBER_16, [of(REQUEST, "credits_requested")]),
        plain("smb2.credits.granted", NUMBER_16, [of(RESPONSE, "credits_granted")]),
        plain("smb2.channel_sequence", NUMBER_16, [of(REQUEST, "channel_sequence")]),
        plain("smb2.flags", NUMBER_32, [of(REQUEST, "request_flags"), of(RESPONSE, "response_flags")]),
    ]
}

/// STATUS_PENDING is what makes a response an interim one (MS-SMB2 3.2.5.1.5).
const STATUS_PENDING: u32 = 0x0000_0103;

/// The bodies (MS-SMB2 2.2.3 to 2.2.40).
fn meaning() -> Vec<Field> {
    const READ: When = When::Command(&[Command::READ]);
    const WRITE: When = When::Command(&[Command::WRITE]);
    const SEARCH: When = When::Command(&[Command::QUERY_DIRECTORY]);
    const CREATE: When = When::Command(&[Command::CREATE]);
    let name = of(REQUEST, "path").as_form(Form::Text).shown(&[CREATE]);
    let of_type = |info_type: &'static [When]| [of(EXCHANGED, "info_class").when(info_type)];
    let guid = |source: Source| source.as_form(Form::Wide);
    let tree = |source: Source| {
        [
            Source { messages: REQUEST, ..source }.shown(&[When::Lacks("request_flags", ASYNC)]),
            Source { messages: RESPONSE, ..source }
                .shown(&[When::Lacks("response_flags", ASYNC), When::NotKind(&["notification"])]),
        ]
    };
    vec![
        plain("smb2.tree", FieldKind::Text, tree(of(ALL, "share").as_form(Form::Text))),
        field(
            "smb2.share_type",
            NUMBER_8,
            Names::ShareType,
            tree(of(ALL, "share_type")).map(|source| match source.messages {
                REQUEST => {
                    source.shown(&[When::Lacks("request_flags", ASYNC), When::NotCommand(&[Command::TREE_CONNECT])])
                }
                _ => source,
            }),
        ),
        plain("smb2.filename", FieldKind::Text, [name, of(REQUEST, "new_path").as_form(Form::Text)]),
        plain(
            "smb2.fid",
            FieldKind::Guid,
            [
                guid(of(REQUEST, "file_id")).shown(&[When::NotCommand(&[Command::CREATE, Command::CANCEL])]),
                guid(of(RESPONSE, "file_id")).shown(&[When::Command(&[Command::CREATE, Command::OPLOCK_BREAK])]),
            ],
        ),
        plain(
            "smb2.file_offset",
            NUMBER_64,
            [of(REQUEST, "offset").when(&[When::Command(&[Command::READ, Command::WRITE])])],
        ),
        plain("smb2.read_length", NUMBER_32, [of(REQUEST, "length").when(&[READ])]),
        plain("smb2.write_length", NUMBER_32, [of(REQUEST, "length").when(&[WRITE])]),
        plain("smb2.write.count", NUMBER_32, [of(RESPONSE, "transferred").when(&[WRITE])]),
        plain("smb2.data_offset", NUMBER_16, [of(REQUEST, "payload_offset").when(&[WRITE])]),
        plain("smb.access_mask", NUMBER_32, [of(REQUEST, "desired_access")]),
        plain("smb.share_access", NUMBER_32, [of(REQUEST, "share_access")]),
        plain("smb.create_options", NUMBER_32, [of(REQUEST, "create_options")]),
        field("smb2.create.disposition", NUMBER_32, Names::Disposition, [of(REQUEST, "create_disposition")]),
        field("smb2.create.action", NUMBER_32, Names::Action, [of(RESPONSE, "create_action")]),
        field(
            "smb2.create.oplock",
            NUMBER_8,
            Names::Oplock,
            [of(REQUEST, "oplock_requested"), of(RESPONSE, "oplock_granted")],
        ),
        plain("smb2.file_attribute", NUMBER_32, [of(RESPONSE, "file_attributes").shown(&[CREATE])]),
        plain("smb2.eof", NUMBER_64, [of(RESPONSE, "end_of_file").shown(&[CREATE])]),
        plain("smb2.lease.lease_state", NUMBER_32, [of(REQUEST, "lease_requested"), of(RESPONSE, "lease_granted")]),
        plain("smb2.lease.lease_key", FieldKind::Guid, [guid(of(EXCHANGED, "lease_key"))]),
        plain("smb2.lease.parent_lease_key", FieldKind::Guid, [guid(of(REQUEST, "parent_lease_key"))]),
        plain("smb2.dh2x.create_guid", FieldKind::Guid, [guid(of(REQUEST, "create_guid"))]),
        plain("smb2.tag", FieldKind::Text, [of(REQUEST, "create_contexts").as_form(Form::Texts)]),
        field("smb2.class", NUMBER_8, Names::InfoType, [of(EXCHANGED, "info_type")]),
        field("smb2.file_info.infolevel", NUMBER_8, Names::FileInfo, of_type(&[When::Is("info_type", 1)])),
        field("smb2.fs_info.infolevel", NUMBER_8, Names::FileSystemInfo, of_type(&[When::Is("info_type", 2)])),
        plain("smb2.sec_info.infolevel", NUMBER_8, of_type(&[When::Is("info_type", 3)])),
        plain("smb2.infolevel", NUMBER_8, of_type(&[])),
        field("smb2.find.infolevel", NUMBER_8, Names::FileInfo, of_type(&[SEARCH])),
        plain("smb2.find.pattern", FieldKind::Text, [of(REQUEST, "pattern").as_form(Form::Text)]),
        field("smb2.ioctl.function", NUMBER_32, Names::CtlCode, [of(REQUEST, "ctl_code")]),
        plain(
            "smb2.ioctl.function.device",
            NUMBER_16,
            [of(REQUEST, "ctl_code").as_form(Form::Bits { mask: 0xffff_0000 })],
        ),
        plain("smb2.ioctl.function.access", NUMBER_8, [of(REQUEST, "ctl_code").as_form(Form::Bits { mask: 0xc000 })]),
        plain(
            "smb2.ioctl.function.function",
            NUMBER_16,
            [of(REQUEST, "ctl_code").as_form(Form::Bits { mask: 0x3ffc })],
        ),
        plain("smb2.ioctl.function.method", NUMBER_8, [of(REQUEST, "ctl_code").as_form(Form::Bits { mask: 3 })]),
    ]
}

/// Bits that stand for themselves: the flags of the header, and of some fields of CREATE.
fn flags() -> Vec<Field> {
    let mut fields = Vec::new();
    for (name, mask) in HEADER_FLAGS {
        let bit = |source: Source| source.as_form(Form::Bits { mask });
        let mut sources = vec![bit(of(REQUEST, "request_flags")), bit(of(RESPONSE, "response_flags"))];
        // Of an interim response these two are known: it is an asynchronous response (MS-SMB2 3.3.4.2).
        if matches!(mask, Flags::SERVER_TO_REDIR | Flags::ASYNC_COMMAND) {
            sources.push(of(INTERIM, "interim_frame").as_form(Form::Always(1)));
        }
        fields.push(Field { name, kind: FieldKind::Flag, names: Names::None, sources, always: false });
    }
    let of_create = ACCESS_FLAGS.map(|flag| ("desired_access", flag)).into_iter();
    for (column, (name, mask)) in of_create.chain(OPTION_FLAGS.map(|flag| ("create_options", flag))) {
        fields.push(plain(name, FieldKind::Flag, [of(REQUEST, column).as_form(Form::Bits { mask })]));
    }
    fields
}

const HEADER_FLAGS: [(&str, u32); 7] = [
    ("smb2.flags.response", Flags::SERVER_TO_REDIR),
    ("smb2.flags.async", Flags::ASYNC_COMMAND),
    ("smb2.flags.chained", Flags::RELATED_OPERATIONS),
    ("smb2.flags.signature", Flags::SIGNED),
    ("smb2.flags.priority_mask", Flags::PRIORITY_MASK),
    ("smb2.flags.dfs", Flags::DFS_OPERATIONS),
    ("smb2.flags.replay", Flags::REPLAY_OPERATION),
];

/// DesiredAccess (MS-SMB2 2.2.13.1).
const ACCESS_FLAGS: [(&str, u32); 20] = [
    ("smb.access.read", 0x1),
    ("smb.access.write", 0x2),
    ("smb.access.append", 0x4),
    ("smb.access.read_ea", 0x8),
    ("smb.access.write_ea", 0x10),
    ("smb.access.execute", 0x20),
    ("smb.access.delete_child", 0x40),
    ("smb.access.read_attributes", 0x80),
    ("smb.access.write_attributes", 0x100),
    ("smb.access.delete", 0x1_0000),
    ("smb.access.read_control", 0x2_0000),
    ("smb.access.write_dac", 0x4_0000),
    ("smb.access.write_owner", 0x8_0000),
    ("smb.access.synchronize", 0x10_0000),
    ("smb.access.system_security", 0x100_0000),
    ("smb.access.maximum_allowed", 0x200_0000),
    ("smb.access.generic_all", 0x1000_0000),
    ("smb.access.generic_execute", 0x2000_0000),
    ("smb.access.generic_write", 0x4000_0000),
    ("smb.access.generic_read", 0x8000_0000),
];

/// CreateOptions (MS-SMB2 2.2.13).
const OPTION_FLAGS: [(&str, u32); 20] = [
    ("smb.nt.create_options.directory", 0x1),
    ("smb.nt.create_options.write_through", 0x2),
    ("smb.nt.create_options.sequential_only", 0x4),
    ("smb.nt.create_options.intermediate_buffering", 0x8),
    ("smb.nt.create_options.sync_io_alert", 0x10),
    ("smb.nt.create_options.sync_io_nonalert", 0x20),
    ("smb.nt.create_options.non_directory", 0x40),
    ("smb.nt.create_options.create_tree_connection", 0x80),
    ("smb.nt.create_options.complete_if_oplocked", 0x100),
    ("smb.nt.create_options.no_ea_knowledge", 0x200),
    ("smb.nt.create_options.eight_dot_three_only", 0x400),
    ("smb.nt.create_options.random_access", 0x800),
    ("smb.nt.create_options.delete_on_close", 0x1000),
    ("smb.nt.create_options.open_by_fileid", 0x2000),
    ("smb.nt.create_options.backup_intent", 0x4000),
    ("smb.nt.create_options.no_compression", 0x8000),
    ("smb.nt.create_options.reserve_opfilter", 0x10_0000),
    ("smb.nt.create_options.open_reparse_point", 0x20_0000),
    ("smb.nt.create_options.open_no_recall", 0x40_0000),
    ("smb.nt.create_options.open_for_free_space_query", 0x80_0000),
];
