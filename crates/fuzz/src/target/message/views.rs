//! The message as whatever it may be taken for.

use super::carried;
use smb2::context::create::{CreateContexts, tag_name};
use smb2::context::negotiate::NegotiateContexts;
use smb2::message::*;
use smb2::{Command, Header, Malformed, utf16};
use std::ops::Range;

/// Formats views, which reads each of their fields, and checks their parts of variable length.
macro_rules! views {
    ($message:expr; $($View:ident { $($part:ident in $range:ident),* })*) => {
        $(if let Ok(view) = $View::parse($message) {
            let _ = format!("{view:?}");
            $(is_inside($message, view.$part(), view.$range());)*
        })*
    };
}

/// Reads everything that can be read from `message`.
pub(super) fn read(message: &[u8]) {
    views! { message;
        NegotiateRequest {} NegotiateResponse { security_buffer in security_buffer_range }
        SessionSetupRequest { security_buffer in security_buffer_range }
        SessionSetupResponse { security_buffer in security_buffer_range }
        LogoffRequest {} LogoffResponse {}
        TreeConnectRequest {} TreeConnectResponse {} TreeDisconnectRequest {} TreeDisconnectResponse {}
        CreateRequest { name in name_range } CreateResponse {}
        CloseRequest {} CloseResponse {} FlushRequest {} FlushResponse {}
        ReadRequest { read_channel_info in read_channel_info_range } ReadResponse { data in data_range }
        WriteRequest { data in data_range, write_channel_info in write_channel_info_range } WriteResponse {}
        LockRequest {} LockResponse {} EchoRequest {} EchoResponse {} CancelRequest {}
        IoctlRequest { input in input_range, output in output_range }
        IoctlResponse { input in input_range, output in output_range }
        QueryDirectoryRequest { file_name in file_name_range } QueryDirectoryResponse { buffer in buffer_range }
        ChangeNotifyRequest {} ChangeNotifyResponse { buffer in buffer_range }
        QueryInfoRequest { buffer in buffer_range } QueryInfoResponse { buffer in buffer_range }
        SetInfoRequest { buffer in buffer_range } SetInfoResponse {}
        OplockBreakNotification {} OplockBreakAcknowledgment {} OplockBreakResponse {}
        LeaseBreakNotification {} LeaseBreakAcknowledgment {} LeaseBreakResponse {} ServerToClientNotification {}
        ErrorResponse {}
    }
    let lies_inside = |range: Result<Range<usize>, Malformed>| {
        assert!(range.is_err() || range.is_ok_and(|range| message.get(range).is_some()));
    };
    for command in Command::ALL.iter().copied() {
        let offset = request_file_id_offset(command, message);
        assert_eq!(offset.is_some(), request_file_id(command, message).is_some());
        lies_inside(Ok(offset.map_or(0..0, |offset| offset..offset + 16)));
    }
    let _ = structure_size(message);
    if let Ok(header) = Header::parse(message) {
        ErrorResponse::is_in(&header, message);
    }
    if let Ok(view) = ErrorResponse::parse(message) {
        let _ = view.error_data();
        for context in view.contexts().into_iter().flatten().flatten() {
            let range = context.data_offset..context.data_offset + context.data.len();
            assert_eq!(message.get(range), Some(context.data));
        }
        if let Ok(Some(link)) = view.symbolic_link() {
            let _ = (format!("{link:?}"), link.substitute_name(), link.print_name());
        }
    }
    if let Ok(view) = NegotiateRequest::parse(message) {
        let count = view.dialects().map(|dialects| dialects.map(smb2::names::dialect).count());
        assert!(count.is_err() || count == Ok(view.dialect_count().into()));
        lies_inside(view.dialects_range());
        negotiate_contexts(message, view.contexts());
    }
    if let Ok(view) = NegotiateResponse::parse(message) {
        negotiate_contexts(message, view.contexts());
    }
    if let Ok(view) = TreeConnectRequest::parse(message) {
        lies_inside(view.path_range());
        let _ = view.extension().map(|extension| format!("{extension:?}"));
    }
    if let Ok(view) = CreateRequest::parse(message) {
        let _ = view.name().map(utf16::to_string);
        lies_inside(view.create_contexts_range());
        create_contexts(message, view.contexts());
    }
    if let Ok(view) = CreateResponse::parse(message) {
        lies_inside(view.create_contexts_range());
        create_contexts(message, view.contexts());
    }
    if let Ok(view) = LockRequest::parse(message) {
        let count = view.locks().map(|locks| locks.map(|lock| format!("{lock:?}")).count());
        assert!(count.is_err() || count == Ok(view.lock_count().into()));
    }
    if let Ok(view) = SetInfoRequest::parse(message) {
        for name in [view.rename(), view.link()].into_iter().flatten().flatten() {
            let _ = (format!("{name:?}"), name.file_name().map(utf16::to_string));
        }
    }
    buffers(message);
}

/// What messages carry whose form their fields tell.
fn buffers(message: &[u8]) {
    let buffers = [
        IoctlRequest::parse(message).ok().and_then(|view| view.input().ok()),
        IoctlResponse::parse(message).ok().and_then(|view| view.output().ok()),
        QueryDirectoryResponse::parse(message).ok().and_then(|view| view.buffer().ok()),
        ChangeNotifyResponse::parse(message).ok().and_then(|view| view.buffer().ok()),
        QueryInfoResponse::parse(message).ok().and_then(|view| view.buffer().ok()),
        SetInfoRequest::parse(message).ok().and_then(|view| view.buffer().ok()),
        ReadResponse::parse(message).ok().and_then(|view| view.data().ok()),
        WriteRequest::parse(message).ok().and_then(|view| view.data().ok()),
    ];
    buffers.into_iter().flatten().for_each(carried::read);
}

fn is_inside(message: &[u8], part: Result<&[u8], Malformed>, range: Result<Range<usize>, Malformed>) {
    assert_eq!(part.is_ok(), range.is_ok());
    if let (Ok(part), Ok(range)) = (part, range) {
        assert_eq!(message.get(range.clone()), Some(part), "{range:?} of {}", message.len());
    }
}

fn create_contexts(message: &[u8], contexts: CreateContexts<'_>) {
    for context in contexts.flatten() {
        assert_eq!(message.get(context.data_range.clone()), Some(context.data));
        assert!(message.get(context.range).is_some());
        let _ = (tag_name(context.name), smb2::names::create_context(context.name));
        carried::read(context.data);
    }
}

fn negotiate_contexts(message: &[u8], contexts: NegotiateContexts<'_>) {
    for context in contexts.flatten() {
        assert_eq!(message.get(context.data_range.clone()), Some(context.data));
        let _ = smb2::names::negotiate_context(context.context_type);
        carried::read(context.data);
    }
}
