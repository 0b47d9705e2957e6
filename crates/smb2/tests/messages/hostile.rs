//! No bytes make a view panic, loop, or hand out what lies outside the message.

use crate::example;
use smb2::compression::CompressionHeader;
use smb2::context::{create::*, durable::*, lease::*, negotiate::*};
use smb2::message::ioctl::{copy_chunk::*, duplicate_extents::*, pipe_wait::*, validate_negotiate_info::*};
use smb2::message::*;
use smb2::transform::TransformHeader;
use smb2::{Command, Header, Malformed, chain, utf16};
use std::ops::Range;

/// Formats a view, which reads each of its fields.
macro_rules! read_all {
    ($bytes:expr; $($View:ident),* $(,)?) => {
        $(let _ = $View::parse($bytes).map(|view| format!("{view:?}"));)*
    };
}

/// Reads everything that can be read from `message`, as whatever it may be taken for.
fn read_everything(message: &[u8]) {
    read_all!(message; ErrorResponse, NegotiateRequest, NegotiateResponse, SessionSetupRequest, SessionSetupResponse,
        LogoffRequest, LogoffResponse, TreeConnectRequest, TreeConnectResponse, TreeDisconnectRequest,
        TreeDisconnectResponse, CreateRequest, CreateResponse, CloseRequest, CloseResponse, FlushRequest, FlushResponse,
        ReadRequest, ReadResponse, WriteRequest, WriteResponse, LockRequest, LockResponse, EchoRequest, EchoResponse,
        CancelRequest, IoctlRequest, IoctlResponse, QueryDirectoryRequest, QueryDirectoryResponse, ChangeNotifyRequest,
        ChangeNotifyResponse, QueryInfoRequest, QueryInfoResponse, SetInfoRequest, SetInfoResponse,
        OplockBreakNotification, OplockBreakAcknowledgment, OplockBreakResponse, LeaseBreakNotification,
        LeaseBreakAcknowledgment, LeaseBreakResponse, ServerToClientNotification);
    let inside = |range: Result<Range<usize>, Malformed>| {
        if let Ok(range) = range {
            assert!(message.get(range.clone()).is_some(), "{range:?} of {}", message.len());
        }
    };
    for offset in Command::ALL.iter().filter_map(|command| request_file_id_offset(*command, message)) {
        inside(Ok(offset..offset + 16));
    }
    if let Ok(header) = Header::parse(message) {
        ErrorResponse::is_in(&header, message);
    }
    if let Ok(view) = ErrorResponse::parse(message) {
        let _ = view.error_data();
        let _ = view.contexts().map(Iterator::count);
        if let Ok(Some(link)) = view.symbolic_link() {
            let _ = (format!("{link:?}"), link.substitute_name(), link.print_name());
        }
    }
    if let Ok(view) = NegotiateRequest::parse(message) {
        let _ = view.dialects().map(Iterator::count);
        inside(view.dialects_range());
        read_negotiate_contexts(message, view.contexts());
    }
    if let Ok(view) = NegotiateResponse::parse(message) {
        inside(view.security_buffer_range());
        read_negotiate_contexts(message, view.contexts());
    }
    if let Ok(view) = SessionSetupRequest::parse(message) {
        inside(view.security_buffer_range());
    }
    if let Ok(view) = SessionSetupResponse::parse(message) {
        inside(view.security_buffer_range());
    }
    if let Ok(view) = TreeConnectRequest::parse(message) {
        inside(view.path_range());
        let _ = view.extension().map(|extension| format!("{extension:?}"));
    }
    if let Ok(view) = CreateRequest::parse(message) {
        inside(view.name_range());
        inside(view.create_contexts_range());
        read_create_contexts(message, view.contexts());
    }
    if let Ok(view) = CreateResponse::parse(message) {
        inside(view.create_contexts_range());
        read_create_contexts(message, view.contexts());
    }
    if let Ok(view) = ReadRequest::parse(message) {
        inside(view.read_channel_info_range());
    }
    if let Ok(view) = ReadResponse::parse(message) {
        inside(view.data_range());
    }
    if let Ok(view) = WriteRequest::parse(message) {
        inside(view.data_range());
        inside(view.write_channel_info_range());
    }
    if let Ok(view) = LockRequest::parse(message) {
        let _ = view.locks().map(Iterator::count);
    }
    if let Ok(view) = IoctlRequest::parse(message) {
        inside(view.input_range());
        inside(view.output_range());
        read_structures(view.input().unwrap_or_default());
    }
    if let Ok(view) = IoctlResponse::parse(message) {
        inside(view.input_range());
        inside(view.output_range());
        read_structures(view.output().unwrap_or_default());
    }
    if let Ok(view) = QueryDirectoryRequest::parse(message) {
        inside(view.file_name_range());
    }
    if let Ok(view) = QueryDirectoryResponse::parse(message) {
        inside(view.buffer_range());
    }
    if let Ok(view) = QueryInfoRequest::parse(message) {
        inside(view.buffer_range());
    }
    if let Ok(view) = SetInfoRequest::parse(message) {
        inside(view.buffer_range());
        let _ = view.rename().map(|name| name.map(|name| name.file_name().map(utf16::to_string)));
        let _ = view.link().map(|name| name.map(|name| name.file_name().map(utf16::to_string)));
    }
    let members: Vec<_> = chain::messages(message).collect();
    assert_eq!(members.last().map(|member| member.range.end), Some(message.len()));
}

fn read_create_contexts(message: &[u8], contexts: CreateContexts<'_>) {
    for context in contexts.flatten() {
        assert_eq!(message.get(context.data_range.clone()), Some(context.data));
        assert!(message.get(context.range).is_some());
        let _ = tag_name(context.name);
        read_structures(context.data);
    }
}

fn read_negotiate_contexts(message: &[u8], contexts: NegotiateContexts<'_>) {
    for context in contexts.flatten() {
        assert_eq!(message.get(context.data_range.clone()), Some(context.data));
        read_structures(context.data);
    }
}

fn read_structures(data: &[u8]) {
    read_all!(data; AllocationSize, QueryMaximalAccessRequest, QueryMaximalAccessResponse, TimewarpToken,
        QueryOnDiskIdResponse, AppInstanceId, AppInstanceVersion, Lease, LeaseV2, DurableHandleRequest,
        DurableHandleResponse, DurableHandleReconnect, DurableHandleRequestV2, DurableHandleResponseV2,
        DurableHandleReconnectV2, TransportCapabilities, ResumeKeyResponse, CopyChunkResponse,
        ValidateNegotiateInfoResponse, DuplicateExtents, DuplicateExtentsEx, TransformHeader);
    let _ = Lease::parse(data).map(|view| view.v2().is_some());
    let _ = PreauthIntegrityCapabilities::parse(data)
        .map(|view| (view.hash_algorithms().map(Iterator::count), view.salt(), view.salt_range()));
    let _ = EncryptionCapabilities::parse(data).map(|view| view.ciphers().map(Iterator::count));
    let _ = CompressionCapabilities::parse(data).map(|view| view.compression_algorithms().map(Iterator::count));
    let _ = RdmaTransformCapabilities::parse(data).map(|view| view.rdma_transform_ids().map(Iterator::count));
    let _ = SigningCapabilities::parse(data).map(|view| view.signing_algorithms().map(Iterator::count));
    let _ = CopyChunkRequest::parse(data).map(|view| view.chunks().map(Iterator::count));
    let _ = PipeWaitRequest::parse(data).map(|view| view.name());
    let _ = ValidateNegotiateInfoRequest::parse(data).map(|view| view.dialects().map(Iterator::count));
    let _ = TransformHeader::parse(data).map(|view| view.encrypted().len());
    let _ = CompressionHeader::parse(data).map(|view| view.payload());
}

#[test]
fn every_truncation_of_every_example_is_survived() {
    for message in example::all() {
        for length in 0..=message.len() {
            read_everything(&message[..length]);
            read_structures(&message[..length]);
        }
    }
}

#[test]
fn every_byte_of_every_example_may_be_anything_extreme() {
    for message in example::all() {
        // Of the header only Status, Command, Flags and NextCommand steer what is read.
        for at in (8..24).chain(64..message.len()) {
            for value in [0x00, 0x80, 0xff] {
                let mut message = message.clone();
                message[at] = value;
                read_everything(&message);
                if at >= 64 {
                    read_structures(&message[64..]);
                }
            }
        }
    }
}

#[test]
fn several_random_bytes_at_once_are_survived() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for message in example::all() {
        for _ in 0..300 {
            let mut message = message.clone();
            for _ in 0..1 + random() % 8 {
                let at = 64 + random() % (message.len() - 64);
                message[at] = random() as u8;
            }
            message.truncate(message.len() - random() % 4);
            read_everything(&message);
        }
    }
}
