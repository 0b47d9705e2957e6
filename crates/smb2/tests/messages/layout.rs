//! Every field of every fixed part lies where the specification draws it.
//!
//! The bytes count upwards from the start of the structure, so that each field's value tells its offset and width. The
//! offsets below are those of the diagrams in MS-SMB2 and MS-FSCC, written down independently of the views.

use smb2::compression::CompressionHeader;
use smb2::context::{create::*, durable::*, lease::*, negotiate::*};
use smb2::message::ioctl::{copy_chunk::*, duplicate_extents::*, pipe_wait::*, validate_negotiate_info::*};
use smb2::message::tree_connect::TreeConnectExtension;
use smb2::message::*;
use smb2::transform::TransformHeader;
use smb2::{FileId, Guid};

/// The value of a field at `offset` of a structure whose bytes count upwards.
trait Counted {
    fn at(offset: u8) -> Self;
}

fn count<const N: usize>(offset: u8) -> [u8; N] {
    std::array::from_fn(|index| offset + u8::try_from(index).unwrap())
}

macro_rules! counted {
    ($($type:ty: $make:expr),* $(,)?) => {
        $(impl Counted for $type {
            fn at(offset: u8) -> Self {
                $make(count(offset))
            }
        })*
    };
}

counted! {
    u8: u8::from_le_bytes,
    u16: u16::from_le_bytes,
    u32: u32::from_le_bytes,
    u64: u64::from_le_bytes,
    FileId: FileId,
    Guid: Guid,
    [u8; 4]: std::convert::identity,
    [u8; 7]: std::convert::identity,
    [u8; 10]: std::convert::identity,
    [u8; 16]: std::convert::identity,
    [u8; 24]: std::convert::identity,
}

/// A message whose body counts upwards behind its StructureSize.
fn counting_message(structure_size: u16) -> Vec<u8> {
    let mut message = vec![0; 64];
    message.extend(0..120);
    message[64..66].copy_from_slice(&structure_size.to_le_bytes());
    message
}

fn assert_counted<T: Counted + PartialEq + std::fmt::Debug>(found: T, offset: u8, field: &str) {
    assert_eq!(found, T::at(offset), "{field}");
}

macro_rules! layouts {
    ($($test:ident: $View:ident, $bytes:expr, $base:literal { $($field:ident @ $offset:literal),* } to $end:literal;)*) => {
        $(#[test]
        fn $test() {
            let bytes: Vec<u8> = $bytes;
            let view = $View::parse(&bytes).unwrap();
            $(assert_counted(view.$field(), $offset, stringify!($field));)*
            assert_eq!($View::FIXED_END, $base + $end, "the end of the fixed part");
        })*
    };
}

macro_rules! messages {
    ($($test:ident: $View:ident, $size:literal $fields:tt to $end:literal;)*) => {
        layouts! { $($test: $View, counting_message($size), 64 $fields to $end;)* }
    };
}

macro_rules! structures {
    ($($test:ident: $View:ident $fields:tt to $end:literal;)*) => {
        layouts! { $($test: $View, (0..120).collect(), 0 $fields to $end;)* }
    };
}

messages! {
    error_response: ErrorResponse, 9 { error_context_count @ 2, reserved @ 3, byte_count @ 4 } to 8;
    negotiate_request: NegotiateRequest, 36 {
        dialect_count @ 2, security_mode @ 4, reserved @ 6, capabilities @ 8, client_guid @ 12,
        negotiate_context_offset @ 28, negotiate_context_count @ 32, reserved2 @ 34
    } to 36;
    negotiate_response: NegotiateResponse, 65 {
        security_mode @ 2, dialect_revision @ 4, negotiate_context_count @ 6, server_guid @ 8, capabilities @ 24,
        max_transact_size @ 28, max_read_size @ 32, max_write_size @ 36, system_time @ 40, server_start_time @ 48,
        security_buffer_offset @ 56, security_buffer_length @ 58, negotiate_context_offset @ 60
    } to 64;
    session_setup_request: SessionSetupRequest, 25 {
        flags @ 2, security_mode @ 3, capabilities @ 4, channel @ 8, security_buffer_offset @ 12,
        security_buffer_length @ 14, previous_session_id @ 16
    } to 24;
    session_setup_response: SessionSetupResponse, 9 {
        session_flags @ 2, security_buffer_offset @ 4, security_buffer_length @ 6
    } to 8;
    logoff_request: LogoffRequest, 4 { reserved @ 2 } to 4;
    logoff_response: LogoffResponse, 4 { reserved @ 2 } to 4;
    tree_connect_request: TreeConnectRequest, 9 { flags @ 2, path_offset @ 4, path_length @ 6 } to 8;
    tree_connect_response: TreeConnectResponse, 16 {
        share_type @ 2, reserved @ 3, share_flags @ 4, capabilities @ 8, maximal_access @ 12
    } to 16;
    tree_disconnect_request: TreeDisconnectRequest, 4 { reserved @ 2 } to 4;
    tree_disconnect_response: TreeDisconnectResponse, 4 { reserved @ 2 } to 4;
    create_request: CreateRequest, 57 {
        security_flags @ 2, requested_oplock_level @ 3, impersonation_level @ 4, smb_create_flags @ 8, reserved @ 16,
        desired_access @ 24, file_attributes @ 28, share_access @ 32, create_disposition @ 36, create_options @ 40,
        name_offset @ 44, name_length @ 46, create_contexts_offset @ 48, create_contexts_length @ 52
    } to 56;
    create_response: CreateResponse, 89 {
        oplock_level @ 2, flags @ 3, create_action @ 4, creation_time @ 8, last_access_time @ 16, last_write_time @ 24,
        change_time @ 32, allocation_size @ 40, end_of_file @ 48, file_attributes @ 56, reserved2 @ 60, file_id @ 64,
        create_contexts_offset @ 80, create_contexts_length @ 84
    } to 88;
    close_request: CloseRequest, 24 { flags @ 2, reserved @ 4, file_id @ 8 } to 24;
    close_response: CloseResponse, 60 {
        flags @ 2, reserved @ 4, creation_time @ 8, last_access_time @ 16, last_write_time @ 24, change_time @ 32,
        allocation_size @ 40, end_of_file @ 48, file_attributes @ 56
    } to 60;
    flush_request: FlushRequest, 24 { reserved1 @ 2, reserved2 @ 4, file_id @ 8 } to 24;
    flush_response: FlushResponse, 4 { reserved @ 2 } to 4;
    read_request: ReadRequest, 49 {
        padding @ 2, flags @ 3, length @ 4, offset @ 8, file_id @ 16, minimum_count @ 32, channel @ 36,
        remaining_bytes @ 40, read_channel_info_offset @ 44, read_channel_info_length @ 46
    } to 48;
    read_response: ReadResponse, 17 {
        data_offset @ 2, reserved @ 3, data_length @ 4, data_remaining @ 8, flags @ 12
    } to 16;
    write_request: WriteRequest, 49 {
        data_offset @ 2, length @ 4, offset @ 8, file_id @ 16, channel @ 32, remaining_bytes @ 36,
        write_channel_info_offset @ 40, write_channel_info_length @ 42, flags @ 44
    } to 48;
    write_response: WriteResponse, 17 {
        reserved @ 2, count @ 4, remaining @ 8, write_channel_info_offset @ 12, write_channel_info_length @ 14
    } to 16;
    oplock_break_notification: OplockBreakNotification, 24 {
        oplock_level @ 2, reserved @ 3, reserved2 @ 4, file_id @ 8
    } to 24;
    lease_break_notification: LeaseBreakNotification, 44 {
        new_epoch @ 2, flags @ 4, lease_key @ 8, current_lease_state @ 24, new_lease_state @ 28, break_reason @ 32,
        access_mask_hint @ 36, share_mask_hint @ 40
    } to 44;
    oplock_break_acknowledgment: OplockBreakAcknowledgment, 24 {
        oplock_level @ 2, reserved @ 3, reserved2 @ 4, file_id @ 8
    } to 24;
    lease_break_acknowledgment: LeaseBreakAcknowledgment, 36 {
        reserved @ 2, flags @ 4, lease_key @ 8, lease_state @ 24, lease_duration @ 28
    } to 36;
    oplock_break_response: OplockBreakResponse, 24 {
        oplock_level @ 2, reserved @ 3, reserved2 @ 4, file_id @ 8
    } to 24;
    lease_break_response: LeaseBreakResponse, 36 {
        reserved @ 2, flags @ 4, lease_key @ 8, lease_state @ 24, lease_duration @ 28
    } to 36;
    lock_request: LockRequest, 48 { lock_count @ 2, lock_sequence @ 4, file_id @ 8 } to 24;
    lock_response: LockResponse, 4 { reserved @ 2 } to 4;
    echo_request: EchoRequest, 4 { reserved @ 2 } to 4;
    echo_response: EchoResponse, 4 { reserved @ 2 } to 4;
    cancel_request: CancelRequest, 4 { reserved @ 2 } to 4;
    ioctl_request: IoctlRequest, 57 {
        reserved @ 2, ctl_code @ 4, file_id @ 8, input_offset @ 24, input_count @ 28, max_input_response @ 32,
        output_offset @ 36, output_count @ 40, max_output_response @ 44, flags @ 48, reserved2 @ 52
    } to 56;
    ioctl_response: IoctlResponse, 49 {
        reserved @ 2, ctl_code @ 4, file_id @ 8, input_offset @ 24, input_count @ 28, output_offset @ 32,
        output_count @ 36, flags @ 40, reserved2 @ 44
    } to 48;
    query_directory_request: QueryDirectoryRequest, 33 {
        file_information_class @ 2, flags @ 3, file_index @ 4, file_id @ 8, file_name_offset @ 24,
        file_name_length @ 26, output_buffer_length @ 28
    } to 32;
    query_directory_response: QueryDirectoryResponse, 9 { output_buffer_offset @ 2, output_buffer_length @ 4 } to 8;
    change_notify_request: ChangeNotifyRequest, 32 {
        flags @ 2, output_buffer_length @ 4, file_id @ 8, completion_filter @ 24, reserved @ 28
    } to 32;
    change_notify_response: ChangeNotifyResponse, 9 { output_buffer_offset @ 2, output_buffer_length @ 4 } to 8;
    query_info_request: QueryInfoRequest, 41 {
        info_type @ 2, file_info_class @ 3, output_buffer_length @ 4, input_buffer_offset @ 8, reserved @ 10,
        input_buffer_length @ 12, additional_information @ 16, flags @ 20, file_id @ 24
    } to 40;
    query_info_response: QueryInfoResponse, 9 { output_buffer_offset @ 2, output_buffer_length @ 4 } to 8;
    set_info_request: SetInfoRequest, 33 {
        info_type @ 2, file_info_class @ 3, buffer_length @ 4, buffer_offset @ 8, reserved @ 10,
        additional_information @ 12, file_id @ 16
    } to 32;
    server_to_client_notification: ServerToClientNotification, 4 { reserved @ 2, notification_type @ 4 } to 8;
}

structures! {
    tree_connect_extension: TreeConnectExtension {
        tree_connect_context_offset @ 0, tree_connect_context_count @ 4, reserved @ 6
    } to 16;
    symbolic_link_error: SymbolicLinkError {
        sym_link_length @ 0, sym_link_error_tag @ 4, reparse_tag @ 8, reparse_data_length @ 12,
        unparsed_path_length @ 14, substitute_name_offset @ 16, substitute_name_length @ 18, print_name_offset @ 20,
        print_name_length @ 22, flags @ 24
    } to 28;
    name_information: NameInformation {
        replace_if_exists @ 0, reserved @ 1, root_directory @ 8, file_name_length @ 16
    } to 20;
    validate_negotiate_info_request: ValidateNegotiateInfoRequest {
        capabilities @ 0, guid @ 4, security_mode @ 20, dialect_count @ 22
    } to 24;
    validate_negotiate_info_response: ValidateNegotiateInfoResponse {
        capabilities @ 0, guid @ 4, security_mode @ 20, dialect @ 22
    } to 24;
    resume_key_response: ResumeKeyResponse { resume_key @ 0, context_length @ 24 } to 28;
    copy_chunk_request: CopyChunkRequest { source_key @ 0, chunk_count @ 24, reserved @ 28 } to 32;
    copy_chunk_response: CopyChunkResponse {
        chunks_written @ 0, chunk_bytes_written @ 4, total_bytes_written @ 8
    } to 12;
    pipe_wait_request: PipeWaitRequest { timeout @ 0, name_length @ 8, timeout_specified @ 12, padding @ 13 } to 14;
    duplicate_extents: DuplicateExtents {
        file_id @ 0, source_file_offset @ 16, target_file_offset @ 24, byte_count @ 32
    } to 40;
    duplicate_extents_ex: DuplicateExtentsEx {
        structure_size @ 0, file_id @ 8, source_file_offset @ 24, target_file_offset @ 32, byte_count @ 40, flags @ 48,
        reserved @ 52
    } to 56;
    allocation_size: AllocationSize { allocation_size @ 0 } to 8;
    query_maximal_access_request: QueryMaximalAccessRequest { timestamp @ 0 } to 8;
    query_maximal_access_response: QueryMaximalAccessResponse { query_status @ 0, maximal_access @ 4 } to 8;
    timewarp_token: TimewarpToken { timestamp @ 0 } to 8;
    query_on_disk_id_response: QueryOnDiskIdResponse { disk_file_id @ 0, volume_id @ 8, reserved @ 16 } to 32;
    app_instance_id: AppInstanceId { structure_size @ 0, reserved @ 2, app_instance_id @ 4 } to 20;
    app_instance_version: AppInstanceVersion {
        structure_size @ 0, reserved @ 2, padding @ 4, app_instance_version_high @ 8, app_instance_version_low @ 16
    } to 24;
    lease: Lease { lease_key @ 0, lease_state @ 16, lease_flags @ 20, lease_duration @ 24 } to 32;
    lease_v2: LeaseV2 {
        lease_key @ 0, lease_state @ 16, flags @ 20, lease_duration @ 24, parent_lease_key @ 32, epoch @ 48,
        reserved @ 50
    } to 52;
    durable_handle_request: DurableHandleRequest { durable_request @ 0 } to 16;
    durable_handle_response: DurableHandleResponse { reserved @ 0 } to 8;
    durable_handle_reconnect: DurableHandleReconnect { file_id @ 0 } to 16;
    durable_handle_request_v2: DurableHandleRequestV2 { timeout @ 0, flags @ 4, reserved @ 8, create_guid @ 16 } to 32;
    durable_handle_response_v2: DurableHandleResponseV2 { timeout @ 0, flags @ 4 } to 8;
    durable_handle_reconnect_v2: DurableHandleReconnectV2 { file_id @ 0, create_guid @ 16, flags @ 32 } to 36;
    preauth_integrity_capabilities: PreauthIntegrityCapabilities { hash_algorithm_count @ 0, salt_length @ 2 } to 4;
    encryption_capabilities: EncryptionCapabilities { cipher_count @ 0 } to 2;
    compression_capabilities: CompressionCapabilities {
        compression_algorithm_count @ 0, padding @ 2, flags @ 4
    } to 8;
    transport_capabilities: TransportCapabilities { flags @ 0 } to 4;
    rdma_transform_capabilities: RdmaTransformCapabilities { transform_count @ 0, reserved1 @ 2, reserved2 @ 4 } to 8;
    signing_capabilities: SigningCapabilities { signing_algorithm_count @ 0 } to 2;
    transform_header: TransformHeader {
        protocol_id @ 0, signature @ 4, nonce @ 20, original_message_size @ 36, reserved @ 40, flags @ 42,
        session_id @ 44
    } to 52;
    compression_header: CompressionHeader {
        protocol_id @ 0, original_compressed_segment_size @ 4, compression_algorithm @ 8, flags @ 10,
        offset_or_length @ 12
    } to 16;
}

#[test]
fn set_info_response_is_its_structure_size_alone() {
    assert!(SetInfoResponse::parse(&counting_message(2)[..66]).is_ok());
    assert_eq!(SetInfoResponse::FIXED_END, 66);
}

#[test]
fn the_constants_for_patching_point_at_their_fields() {
    let offsets = [
        (NegotiateRequest::CLIENT_GUID_FIELD, 64 + 12),
        (NegotiateRequest::NEGOTIATE_CONTEXT_OFFSET_FIELD, 64 + 28),
        (NegotiateRequest::DIALECTS_OFFSET, 64 + 36),
        (SessionSetupRequest::SECURITY_BUFFER_OFFSET_FIELD, 64 + 12),
        (SessionSetupRequest::SECURITY_BUFFER_LENGTH_FIELD, 64 + 14),
        (SessionSetupRequest::PREVIOUS_SESSION_ID_OFFSET, 64 + 16),
        (TreeConnectRequest::PATH_OFFSET_FIELD, 64 + 4),
        (TreeConnectRequest::PATH_LENGTH_FIELD, 64 + 6),
        (CreateRequest::NAME_OFFSET_FIELD, 64 + 44),
        (CreateRequest::NAME_LENGTH_FIELD, 64 + 46),
        (CreateRequest::CREATE_CONTEXTS_OFFSET_FIELD, 64 + 48),
        (CreateRequest::CREATE_CONTEXTS_LENGTH_FIELD, 64 + 52),
        (CreateResponse::FILE_ID_OFFSET, 64 + 64),
        (IoctlRequest::INPUT_OFFSET_FIELD, 64 + 24),
        (IoctlRequest::OUTPUT_OFFSET_FIELD, 64 + 36),
        (SetInfoRequest::BUFFER_LENGTH_FIELD, 64 + 4),
        (SetInfoRequest::BUFFER_OFFSET_FIELD, 64 + 8),
        (NameInformation::FILE_NAME_LENGTH_FIELD, 16),
        (NameInformation::FILE_NAME_OFFSET, 20),
        (CopyChunkRequest::SOURCE_KEY_OFFSET, 0),
        (DuplicateExtentsEx::FILE_ID_OFFSET, 8),
        (DurableHandleReconnectV2::FILE_ID_OFFSET, 0),
        (TransformHeader::SESSION_ID_OFFSET, 44),
    ];
    for (found, expected) in offsets {
        assert_eq!(found, expected);
    }
}
