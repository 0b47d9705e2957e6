//! The commands but QUERY_INFO and IOCTL, each with its own response (MS-SMB2 2.2).
//!
//! Of LOGOFF, TREE_DISCONNECT, FLUSH, LOCK, ECHO and SET_INFO nothing but the status says anything. QUERY_DIRECTORY and
//! CHANGE_NOTIFY are compared as unions of several answers.

use super::{Layout, Part, size_unless_directory, table};
use crate::compare::value::Value;
use smb2::context::create::{QueryMaximalAccessResponse, QueryOnDiskIdResponse, tag, tag_name};
use smb2::context::lease::Lease;
use smb2::message::{
    CloseResponse, CreateResponse, LeaseBreakResponse, NegotiateResponse, OplockBreakResponse, ReadResponse,
    SessionSetupResponse, TreeConnectResponse, WriteResponse,
};
use smb2::rpc::{PacketType, Pdu};
use smb2::{Command, Malformed, names, wire};

table! {
    /// MS-SMB2 2.2.4: a server's properties and what it settled on with this client.
    NEGOTIATE of NegotiateResponse::parse => {
        Volatile dialect_revision = |view| Value::Code(view.dialect_revision().into(), names::dialect(view.dialect_revision()));
        Volatile security_mode = |view| Value::Flags(view.security_mode().into());
        Volatile capabilities = |view| Value::Flags(view.capabilities().into());
        Volatile max_transact_size = |view| Value::Number(view.max_transact_size().into());
        Volatile max_read_size = |view| Value::Number(view.max_read_size().into());
        Volatile max_write_size = |view| Value::Number(view.max_write_size().into());
        Volatile server_guid = |view| Value::Text(view.server_guid().to_string().into());
        Volatile system_time = |view| Value::Flags(view.system_time());
    }
}

table! {
    /// MS-SMB2 2.2.6: guest, anonymous and encrypted sessions are the account's and the server's.
    SESSION_SETUP of SessionSetupResponse::parse => {
        Volatile session_flags = |view| Value::Flags(view.session_flags().into());
    }
}

/// SMB2_SHARE_TYPE_DISK.
const DISK: u8 = 1;

table! {
    /// MS-SMB2 2.2.10. Only disk shares are an administrator's to set up.
    TREE_CONNECT of TreeConnectResponse::parse => {
        Compared share_type = |view| Value::Code(view.share_type().into(), names::share_type(view.share_type()));
        Volatile share_flags = |view| Value::Flags(view.share_flags().into());
        Compared share_capabilities = |view| match view.share_type() {
            DISK => Value::Flags(view.capabilities().into()),
            _ => Value::NotComparable,
        };
        Compared maximal_access = |view| match view.share_type() {
            DISK => Value::Flags(view.maximal_access().into()),
            _ => Value::NotComparable,
        };
    }
}

table! {
    /// MS-SMB2 2.2.14.
    CREATE of CreateResponse::parse => {
        Compared create_action = |view| Value::Code(view.create_action().into(), names::create_action(view.create_action()));
        Compared oplock_granted = |view| Value::Code(view.oplock_level().into(), names::oplock_level(view.oplock_level()));
        Compared lease_granted = |view| match context(&view, tag::REQUEST_LEASE)? {
            Some(data) => Value::Flags(Lease::parse(data)?.lease_state().into()),
            None => Value::Absent,
        };
        Compared file_attributes = |view| Value::Flags(view.file_attributes().into());
        Compared end_of_file = |view| size_unless_directory(view.file_attributes(), view.end_of_file());
        Compared create_contexts = |view| Value::Set(context_names(&view)?);
        Volatile maximal_access = |view| match context(&view, tag::QUERY_MAXIMAL_ACCESS)? {
            Some(data) => Value::Flags(QueryMaximalAccessResponse::parse(data)?.maximal_access().into()),
            None => Value::Absent,
        };
        Volatile disk_file_id = |view| match context(&view, tag::QUERY_ON_DISK_ID)? {
            Some(data) => Value::Flags(QueryOnDiskIdResponse::parse(data)?.disk_file_id()),
            None => Value::Absent,
        };
        Volatile lease_flags = |view| match context(&view, tag::REQUEST_LEASE)? {
            Some(data) => Value::Flags(Lease::parse(data)?.lease_flags().into()),
            None => Value::Absent,
        };
        Volatile allocation_size = |view| Value::Number(view.allocation_size());
        Volatile creation_time = |view| Value::Flags(view.creation_time());
        Volatile last_access_time = |view| Value::Flags(view.last_access_time());
        Volatile last_write_time = |view| Value::Flags(view.last_write_time());
        Volatile change_time = |view| Value::Flags(view.change_time());
        Volatile create_flags = |view| Value::Flags(view.flags().into());
        Volatile file_id = |view| Value::Text(view.file_id().to_string().into());
    }
}

/// SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB: the rest means something.
const POSTQUERY_ATTRIB: u16 = 1;

table! {
    /// MS-SMB2 2.2.16.
    CLOSE of CloseResponse::parse => {
        Compared file_attributes = |view| match view.flags() & POSTQUERY_ATTRIB {
            0 => Value::NotComparable,
            _ => Value::Flags(view.file_attributes().into()),
        };
        Compared end_of_file = |view| match view.flags() & POSTQUERY_ATTRIB {
            0 => Value::NotComparable,
            _ => size_unless_directory(view.file_attributes(), view.end_of_file()),
        };
        Volatile close_flags = |view| Value::Flags(view.flags().into());
        Volatile allocation_size = |view| Value::Number(view.allocation_size());
        Volatile creation_time = |view| Value::Flags(view.creation_time());
        Volatile last_access_time = |view| Value::Flags(view.last_access_time());
        Volatile last_write_time = |view| Value::Flags(view.last_write_time());
        Volatile change_time = |view| Value::Flags(view.change_time());
    }
}

table! {
    /// MS-SMB2 2.2.20.
    READ of ReadResponse::parse => {
        Compared transferred = |view| Value::Number(view.data_length().into());
        Compared data = |view| Value::Data(view.data()?);
        Volatile data_remaining = |view| Value::Number(view.data_remaining().into());
    }
}

table! {
    /// A READ from a pipe: what kind of RPC PDU came (MS-RPCE, C706 12.6.4). The rest is the server's own: names of
    /// machines, context handles, association groups.
    READ_FROM_PIPE of ReadResponse::parse => {
        Compared rpc_packet_type = |view| rpc_packet_type(view.data()?);
        Compared rpc_context_results = |view| rpc_context_results(view.data()?);
        Volatile transferred = |view| Value::Number(view.data_length().into());
        Volatile data = |view| Value::Data(view.data()?);
    }
}

table! {
    /// MS-SMB2 2.2.22.
    WRITE of WriteResponse::parse => {
        Compared transferred = |view| Value::Number(view.count().into());
    }
}

table! {
    /// MS-SMB2 2.2.25.1 and 2.2.25.2; the StructureSize tells which it is.
    OPLOCK_BREAK of |message| wire::u16_at(message, smb2::header::LENGTH, "StructureSize").map(|size| (size, message)) => {
        Compared oplock_granted = |(size, message)| match size {
            LEASE_BREAK_SIZE => Value::NotComparable,
            _ => Value::Code(
                OplockBreakResponse::parse(message)?.oplock_level().into(),
                names::oplock_level(OplockBreakResponse::parse(message)?.oplock_level()),
            ),
        };
        Compared lease_granted = |(size, message)| match size {
            LEASE_BREAK_SIZE => Value::Flags(LeaseBreakResponse::parse(message)?.lease_state().into()),
            _ => Value::NotComparable,
        };
    }
}

/// StructureSize of a LEASE_BREAK Response.
const LEASE_BREAK_SIZE: u16 = 36;

const NEGOTIATE_LAYOUT: Layout = Layout::message(&[Part { fields: NEGOTIATE, offset: 0 }]);
const SESSION_SETUP_LAYOUT: Layout = Layout::message(&[Part { fields: SESSION_SETUP, offset: 0 }]);
const TREE_CONNECT_LAYOUT: Layout = Layout::message(&[Part { fields: TREE_CONNECT, offset: 0 }]);
const CREATE_LAYOUT: Layout = Layout::message(&[Part { fields: CREATE, offset: 0 }]);
const CLOSE_LAYOUT: Layout = Layout::message(&[Part { fields: CLOSE, offset: 0 }]);
const READ_LAYOUT: Layout = Layout::message(&[Part { fields: READ, offset: 0 }]);
const WRITE_LAYOUT: Layout = Layout::message(&[Part { fields: WRITE, offset: 0 }]);
const OPLOCK_BREAK_LAYOUT: Layout = Layout::message(&[Part { fields: OPLOCK_BREAK, offset: 0 }]);
/// A READ from a pipe.
pub(super) const PIPE_READ: Layout = Layout::message(&[Part { fields: READ_FROM_PIPE, offset: 0 }]);

/// Every layout of this file, with what it is of.
pub(super) fn all() -> impl Iterator<Item = (String, Layout)> {
    let commands = Command::ALL.iter().map(|command| (command.to_string(), layout(*command)));
    commands.filter(|(_, layout)| !layout.parts.is_empty()).chain([("READ from a pipe".to_owned(), PIPE_READ)])
}

/// The layout of a command's own response.
pub(super) fn layout(command: Command) -> Layout {
    match command {
        Command::NEGOTIATE => NEGOTIATE_LAYOUT,
        Command::SESSION_SETUP => SESSION_SETUP_LAYOUT,
        Command::TREE_CONNECT => TREE_CONNECT_LAYOUT,
        Command::CREATE => CREATE_LAYOUT,
        Command::CLOSE => CLOSE_LAYOUT,
        Command::READ => READ_LAYOUT,
        Command::WRITE => WRITE_LAYOUT,
        Command::OPLOCK_BREAK => OPLOCK_BREAK_LAYOUT,
        _ => Layout::NOTHING,
    }
}

/// The data of the context with this tag.
fn context<'a>(view: &CreateResponse<'a>, tag: &[u8]) -> Result<Option<&'a [u8]>, Malformed> {
    for context in view.contexts() {
        let context = context?;
        if context.name == tag {
            return Ok(Some(context.data));
        }
    }
    Ok(None)
}

fn context_names(view: &CreateResponse<'_>) -> Result<std::collections::BTreeSet<String>, Malformed> {
    let named = |name: &[u8]| tag_name(name).map_or_else(|| name.escape_ascii().to_string(), str::to_owned);
    view.contexts().map(|context| context.map(|context| named(context.name))).collect()
}

/// Which of the proposed interfaces and encodings an RPC server accepts, in their order (C706 12.6.4.4).
pub(super) fn rpc_context_results(data: &[u8]) -> Value<'static> {
    const RESULTS: [&str; 4] = ["acceptance", "user_rejection", "provider_rejection", "negotiate_ack"];
    let Ok(pdu) = Pdu::parse(data) else { return Value::NotComparable };
    let answers = matches!(pdu.packet_type(), PacketType::BIND_ACK | PacketType::ALTER_CONTEXT_RESP);
    let Some(Ok(results)) = answers.then(|| pdu.context_results()) else { return Value::NotComparable };
    let name = |result: u16| RESULTS.get(usize::from(result)).copied().unwrap_or("unknown");
    let names: Vec<&str> = results.map(|result| name(result.result)).collect();
    Value::Text(names.join(", ").into())
}

/// PTYPE of a DCE/RPC PDU of version 5 (C706 12.6.3.1).
pub(super) fn rpc_packet_type(data: &[u8]) -> Value<'static> {
    const TYPES: [(u8, &str); 6] =
        [(0, "request"), (2, "response"), (3, "fault"), (12, "bind_ack"), (13, "bind_nak"), (15, "alter_context_resp")];
    match data {
        [5, _, kind, ..] => {
            let name = TYPES.iter().find(|(code, _)| code == kind).map(|(_, name)| *name);
            Value::Code((*kind).into(), name)
        }
        // A further fragment's rest, or another protocol.
        _ => Value::NotComparable,
    }
}
