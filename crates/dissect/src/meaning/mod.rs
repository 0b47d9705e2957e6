//! What a message means: the columns that its body fills, one module per command or group of commands.
//!
//! `request` and `response` of a module read one body each, without state; what an identifier names is found elsewhere.

pub(crate) mod create;
mod error;
mod handle;
mod ioctl;
mod lock;
pub(crate) mod negotiate;
mod notify;
mod oplock_break;
mod query_directory;
mod query_info;
mod read_write;
pub(crate) mod session_setup;
pub(crate) mod set_info;
mod tree_connect;

use crate::operation::{Operation, payload_hash};
use bytes::Bytes;
use capture::Hole;
use smb2::message::{
    CancelRequest, EchoRequest, EchoResponse, ErrorResponse, LogoffRequest, LogoffResponse, ServerToClientNotification,
    TreeDisconnectRequest, TreeDisconnectResponse, notification,
};
use smb2::{Command, Header, Malformed};
use std::fmt::{Display, Write as _};
use std::ops::Range;

/// Room for the detail of a row, bytes: most need no more.
const DETAIL: usize = 64;

/// Fills in what a request says; what was read before a mistake in it stands.
pub(crate) fn request(operation: &mut Operation, message: &Bytes, holes: &[Hole]) -> Result<(), Malformed> {
    match operation.command {
        Some(Command::NEGOTIATE) => negotiate::request(operation, message),
        Some(Command::SESSION_SETUP) => session_setup::request(operation, message),
        Some(Command::LOGOFF) => LogoffRequest::parse(message).map(drop),
        Some(Command::TREE_CONNECT) => tree_connect::request(operation, message),
        Some(Command::TREE_DISCONNECT) => TreeDisconnectRequest::parse(message).map(drop),
        Some(Command::CREATE) => create::request(operation, message),
        Some(Command::CLOSE) => handle::close_request(operation, message),
        Some(Command::FLUSH) => handle::flush_request(operation, message),
        Some(Command::READ) => read_write::read_request(operation, message),
        Some(Command::WRITE) => read_write::write_request(operation, message, holes),
        Some(Command::LOCK) => lock::request(operation, message),
        Some(Command::IOCTL) => ioctl::request(operation, message),
        Some(Command::CANCEL) => CancelRequest::parse(message).map(drop),
        Some(Command::ECHO) => EchoRequest::parse(message).map(drop),
        Some(Command::QUERY_DIRECTORY) => query_directory::request(operation, message),
        Some(Command::CHANGE_NOTIFY) => notify::request(operation, message),
        Some(Command::QUERY_INFO) => query_info::request(operation, message),
        Some(Command::SET_INFO) => set_info::request(operation, message),
        Some(Command::OPLOCK_BREAK) => oplock_break::request(operation, message),
        _ => Ok(()),
    }
}

/// Fills in what a final response says, beside what its request said.
pub(crate) fn response(
    operation: &mut Operation,
    header: &Header,
    message: &Bytes,
    holes: &[Hole],
) -> Result<(), Malformed> {
    if ErrorResponse::is_in(header, message) {
        return error::response(operation, message);
    }
    match header.command {
        Command::NEGOTIATE => negotiate::response(operation, message),
        Command::SESSION_SETUP => session_setup::response(operation, message),
        Command::LOGOFF => LogoffResponse::parse(message).map(drop),
        Command::TREE_CONNECT => tree_connect::response(operation, message),
        Command::TREE_DISCONNECT => TreeDisconnectResponse::parse(message).map(drop),
        Command::CREATE => create::response(operation, message),
        Command::CLOSE => handle::close_response(operation, message),
        Command::FLUSH => handle::flush_response(message),
        Command::READ => read_write::read_response(operation, message, holes),
        Command::WRITE => read_write::write_response(operation, message),
        Command::LOCK => lock::response(message),
        Command::IOCTL => ioctl::response(operation, message),
        Command::ECHO => EchoResponse::parse(message).map(drop),
        Command::QUERY_DIRECTORY => query_directory::response(operation, message),
        Command::CHANGE_NOTIFY => notify::response(operation, message),
        Command::QUERY_INFO => query_info::response(operation, message),
        Command::SET_INFO => set_info::response(message),
        Command::OPLOCK_BREAK => oplock_break::response(operation, message),
        _ => Ok(()),
    }
}

/// Fills in what a message of the server says that answers no request.
pub(crate) fn notification(operation: &mut Operation, message: &Bytes) -> Result<(), Malformed> {
    /// SMB2 SERVER_TO_CLIENT_NOTIFICATION (MS-SMB2 2.2.44).
    const SERVER_TO_CLIENT_NOTIFICATION: Command = Command(0x13);
    match operation.command {
        Some(Command::OPLOCK_BREAK) => oplock_break::notification(operation, message),
        Some(SERVER_TO_CLIENT_NOTIFICATION) => {
            let kind = ServerToClientNotification::parse(message)?.notification_type();
            operation.detail = Some(match kind {
                notification::NOTIFY_SESSION_CLOSED => "session closed".to_owned(),
                kind => format!("of unknown type {kind:#x}"),
            });
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Adds a phrase to the detail of a row.
fn say(operation: &mut Operation, phrase: impl Display) {
    let detail = operation.detail.get_or_insert_with(|| String::with_capacity(DETAIL));
    if !detail.is_empty() {
        detail.push_str(", ");
    }
    // A string takes everything.
    let _ = write!(detail, "{phrase}");
}

/// A number of bytes as people say it: `64 KiB`, `100 bytes`; never rounded.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    if bytes == 1 {
        return "1 byte".to_owned();
    }
    let unit = UNITS.into_iter().find(|(unit, _)| bytes != 0 && bytes.is_multiple_of(*unit));
    match unit.and_then(|(unit, name)| Some((bytes.checked_div(unit)?, name))) {
        Some((count, name)) => format!("{count} {name}"),
        None => format!("{bytes} bytes"),
    }
}

/// Fills in where the data of a READ or WRITE lies in its message; its hash only if no byte of it is missing.
fn payload(operation: &mut Operation, message: &[u8], range: Range<usize>, holes: &[Hole]) {
    operation.payload_offset = u32::try_from(range.start).ok();
    operation.payload_length = u32::try_from(range.len()).ok();
    let missing = |hole: &Hole| {
        let start = hole.offset as usize;
        start < range.end && start.saturating_add(hole.length as usize) > range.start
    };
    if !holes.iter().any(missing) {
        operation.payload_hash = message.get(range).filter(|data| !data.is_empty()).map(payload_hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Kind;

    #[test]
    fn sizes_are_said_in_the_greatest_unit_that_fits_exactly() {
        assert_eq!(
            [0, 1, 1023, 1024, 65536, 65537, 3 << 20, 1 << 31].map(size),
            ["0 bytes", "1 byte", "1023 bytes", "1 KiB", "64 KiB", "65537 bytes", "3 MiB", "2 GiB"]
        );
    }

    #[test]
    fn payload_with_a_missing_byte_has_no_hash() {
        let message = [7; 100];
        let hash_with = |holes: &[Hole]| {
            let mut operation = Operation::new(0, Kind::Exchange, 0);
            payload(&mut operation, &message, 80..100, holes);
            assert_eq!((operation.payload_offset, operation.payload_length), (Some(80), Some(20)));
            operation.payload_hash
        };
        assert!(hash_with(&[Hole { offset: 70, length: 10 }]).is_some());
        assert_eq!(hash_with(&[Hole { offset: 70, length: 11 }]), None);
        assert_eq!(hash_with(&[Hole { offset: 99, length: 1 }]), None);
    }
}
