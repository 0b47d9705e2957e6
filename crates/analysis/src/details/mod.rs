//! One message, field by field, with the names of MS-SMB2 and MS-FSCC.
//!
//! [`request`] and [`response`] make a tree of a message's bytes; [`operation`] makes those of all messages of an operation.
//! What no field is about is in the tree too: the leaves that are not [`Mark::Shared`] are together every byte, each once.
//! Lists are cut after 256 entries, data is told by its length and its first bytes. [`hex`] shows the bytes themselves, and
//! [`HandleHistory`] what became of the handle an operation uses.

mod complete;
mod context;
mod control;
mod control_code;
mod create;
mod create_context;
mod dfs;
mod directory;
mod error;
mod field;
mod file;
mod file_information;
mod file_system_information;
mod foreign;
mod handle;
mod having;
mod header;
mod hex;
mod in_full;
mod information;
mod lacking;
mod lookup;
mod negotiate;
mod network_interface;
mod node;
mod ntlm;
mod oplock_break;
mod reparse_point;
mod rpc;
mod security_descriptor;
mod security_token;
mod session;
mod structure;
mod timing;
mod tree;
mod value;
mod window;

pub use context::Context;
pub use handle::{HandleHistory, Use};
pub use hex::hex;
pub use in_full::{Document, InFull};
pub use lookup::{first_and_last, in_frame};
pub use node::{Mark, Node};
pub use timing::{ChainMember, Timing, chain};

use capture::Hole;
use dissect::Operation;
use lacking::Lacking;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::message::ErrorResponse;
use smb2::{Command, Header, NtStatus};
use std::ops::Range;
use structure::Structure;
use window::Window;

/// A message, field by field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Details {
    /// What it is: `SMB2 CREATE Request`.
    pub name: String,
    /// Bytes of the message.
    pub length: usize,
    /// Header and body, and what lies behind them.
    pub fields: Vec<Node>,
}

/// The messages of an operation. Of an encrypted PDU without a key, `request` or `response` are its bytes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Messages {
    /// The request.
    pub request: Option<Details>,
    /// The interim response.
    pub interim: Option<Details>,
    /// The final response, or the notification.
    pub response: Option<Details>,
}

/// The messages of an operation, read with all its columns.
pub fn operation(operation: &Operation) -> Messages {
    let context = Context::of(operation);
    Messages {
        request: operation.request.as_deref().map(|message| request(message, &operation.request_holes, context)),
        interim: operation.interim.as_deref().map(|message| response(message, &[], context)),
        response: operation.response.as_deref().map(|message| response(message, &operation.response_holes, context)),
    }
}

/// A message of a client: its header and body, decrypted and expanded. Of `context` only the pipe counts, the rest is in the
/// message. `holes` are the ranges that the capture does not have.
pub fn request(message: &[u8], holes: &[Hole], context: Context) -> Details {
    read(message, holes, |command, body| request_body(command, body, context), "Request")
}

/// A message of a server likewise: an interim or final response, or a notification.
pub fn response(message: &[u8], holes: &[Hole], context: Context) -> Details {
    let header = Header::parse(message);
    let status = header.as_ref().map(|header| NtStatus(header.status)).unwrap_or_default();
    let is_error = header.as_ref().is_ok_and(|header| ErrorResponse::is_in(header, message));
    let kind = match &header {
        _ if is_error => "ERROR Response",
        Ok(header) if header.message_id == u64::MAX => "Notification",
        _ => "Response",
    };
    let body = |command, body: &mut Structure<'_>| match is_error {
        true => error::body(body, status),
        false => response_body(command, body, context),
    };
    read(message, holes, body, kind)
}

impl Details {
    /// All parts, in the order in which they are shown.
    pub fn walk(&self) -> impl Iterator<Item = &Node> {
        self.fields.iter().flat_map(Node::walk)
    }

    /// Where lies what is not shown, for [`hex`].
    pub fn withheld(&self) -> Vec<Range<usize>> {
        self.walk().filter(|node| node.is_withheld).map(Node::range).collect()
    }
}

fn read<'a>(
    message: &'a [u8],
    holes: &[Hole],
    read_body: impl FnOnce(Command, &mut Structure<'a>),
    kind: &str,
) -> Details {
    let window = Window::of(message);
    let holes = &Lacking::of(holes);
    let (name, fields) = match Header::parse(message) {
        Ok(parsed) => {
            let mut body = Structure::body(window, smb2::header::LENGTH);
            read_body(parsed.command, &mut body);
            let name = format!("SMB2 {} {kind}", parsed.command);
            let rest = window.from(smb2::header::LENGTH);
            (name.clone(), vec![header::header(window), Node::new(name, rest.range()).with(body.finish())])
        }
        Err(problem) => {
            let (name, fields) = foreign::message(window, &problem, holes);
            (name.to_owned(), fields)
        }
    };
    Details { name, length: message.len(), fields: complete::complete(fields, 0..message.len(), window, holes) }
}

fn request_body(command: Command, body: &mut Structure<'_>, context: Context) {
    match command {
        Command::NEGOTIATE => negotiate::request(body),
        Command::SESSION_SETUP => session::setup_request(body),
        Command::TREE_CONNECT => tree::request(body),
        Command::LOGOFF | Command::TREE_DISCONNECT | Command::CANCEL | Command::ECHO => {
            body.fields(session::EMPTY);
        }
        Command::CREATE => create::request(body),
        Command::CLOSE => file::close_request(body),
        Command::FLUSH => {
            body.fields(file::FLUSH_REQUEST);
        }
        Command::READ => file::read_request(body),
        Command::WRITE => file::write_request(body, context),
        Command::LOCK => file::lock_request(body),
        Command::IOCTL => control::request(body),
        Command::QUERY_DIRECTORY => directory::request(body),
        Command::CHANGE_NOTIFY => directory::notify_request(body),
        Command::QUERY_INFO => information::query_request(body),
        Command::SET_INFO => information::set_request(body),
        Command::OPLOCK_BREAK => oplock_break::body(body),
        _ => body.remainder("Body", structure::data),
    }
}

fn response_body(command: Command, body: &mut Structure<'_>, context: Context) {
    match command {
        Command::NEGOTIATE => negotiate::response(body),
        Command::SESSION_SETUP => session::setup_response(body),
        Command::TREE_CONNECT => tree::response(body),
        Command::LOGOFF | Command::TREE_DISCONNECT | Command::ECHO | Command::FLUSH | Command::LOCK => {
            body.fields(session::EMPTY);
        }
        Command::CREATE => create::response(body),
        Command::CLOSE => file::close_response(body),
        Command::READ => file::read_response(body, context),
        Command::WRITE => {
            body.fields(file::WRITE_RESPONSE);
        }
        Command::IOCTL => control::response(body),
        Command::QUERY_DIRECTORY => directory::response(body, context),
        Command::CHANGE_NOTIFY => directory::notify_response(body),
        Command::QUERY_INFO => information::query_response(body, context),
        Command::SET_INFO => {
            body.fields(information::SET_RESPONSE);
        }
        Command::OPLOCK_BREAK => oplock_break::body(body),
        oplock_break::NOTIFICATION => {
            body.fields(oplock_break::TO_CLIENT);
        }
        _ => body.remainder("Body", structure::data),
    }
}
