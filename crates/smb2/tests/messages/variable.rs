//! The parts of variable length.

use crate::example;
use smb2::message::ioctl::copy_chunk::{Chunk, CopyChunkRequest, ResumeKeyResponse};
use smb2::message::ioctl::pipe_wait::PipeWaitRequest;
use smb2::message::ioctl::validate_negotiate_info::ValidateNegotiateInfoRequest;
use smb2::message::*;
use smb2::{Command, FileId, Header, utf16};

const FILE_ID: FileId =
    FileId([0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8]);

#[test]
fn negotiate_lists_its_dialects() {
    let message = example::negotiate_request();
    let view = NegotiateRequest::parse(&message).unwrap();
    assert_eq!(view.dialects().unwrap().collect::<Vec<_>>(), [0x0302, 0x0311]);
    assert_eq!(view.dialects_range().unwrap(), 100..104);
}

#[test]
fn security_buffers_are_found() {
    let message = example::negotiate_response();
    assert_eq!(NegotiateResponse::parse(&message).unwrap().security_buffer().unwrap(), [0x60, 2, 6, 6]);
    let message = example::session_setup_request();
    let view = SessionSetupRequest::parse(&message).unwrap();
    assert_eq!(view.security_buffer().unwrap(), b"NTL");
    assert_eq!(view.security_buffer_range().unwrap(), 88..91);
    let message = example::session_setup_response();
    assert_eq!(SessionSetupResponse::parse(&message).unwrap().security_buffer().unwrap(), [0xa1, 0x81]);
}

#[test]
fn tree_connect_has_its_path_with_and_without_the_extension() {
    let message = example::tree_connect_request();
    let view = TreeConnectRequest::parse(&message).unwrap();
    assert_eq!(utf16::to_string(view.path().unwrap()), r"\\s\d");
    assert!(view.extension().unwrap().is_none());
    let message = example::tree_connect_extension();
    let view = TreeConnectRequest::parse(&message).unwrap();
    assert_eq!(utf16::to_string(view.path().unwrap()), r"\\");
    assert_eq!(view.extension().unwrap().unwrap().tree_connect_context_offset(), 32);
}

#[test]
fn create_has_its_name() {
    let message = example::create_request();
    let view = CreateRequest::parse(&message).unwrap();
    assert_eq!(utf16::to_string(view.name().unwrap()), r"a\b");
    assert_eq!(view.name_range().unwrap(), 120..126);
    assert_eq!(view.create_contexts_range().unwrap(), 128..message.len());
}

#[test]
fn read_and_write_have_their_data() {
    let message = example::read_request();
    assert_eq!(ReadRequest::parse(&message).unwrap().read_channel_info().unwrap(), [0xde, 0xad, 0xbe, 0xef]);
    let message = example::read_response();
    let view = ReadResponse::parse(&message).unwrap();
    assert_eq!(view.data().unwrap(), b"hello");
    assert_eq!(view.data_range().unwrap(), 80..85);
    let message = example::write_request();
    let view = WriteRequest::parse(&message).unwrap();
    assert_eq!(view.data().unwrap(), b"abc");
    assert_eq!(view.data_range().unwrap(), 112..115);
}

#[test]
fn a_read_of_nothing_has_an_empty_range_inside_the_message() {
    let message = example::read_response_without_data();
    let view = ReadResponse::parse(&message).unwrap();
    assert_eq!(view.data().unwrap(), b"");
    assert_eq!(view.data_range().unwrap(), 80..80);
}

#[test]
fn lock_lists_its_elements() {
    let message = example::lock_request();
    let view = LockRequest::parse(&message).unwrap();
    assert_eq!(
        view.locks().unwrap().collect::<Vec<_>>(),
        [
            LockElement { offset: 10, length: 5, flags: LockElement::EXCLUSIVE_LOCK | LockElement::FAIL_IMMEDIATELY },
            LockElement { offset: u64::MAX, length: 1, flags: LockElement::UNLOCK },
        ]
    );
}

#[test]
fn ioctl_bodies_are_found_and_read() {
    let key: [u8; 24] = std::array::from_fn(|index| u8::try_from(index).unwrap());
    let message = example::copy_chunk_request();
    let view = IoctlRequest::parse(&message).unwrap();
    assert_eq!(view.input_range().unwrap(), 120..176);
    assert_eq!(view.output().unwrap(), b"");
    let copy = CopyChunkRequest::parse(view.input().unwrap()).unwrap();
    assert_eq!(copy.source_key(), key);
    assert_eq!(
        copy.chunks().unwrap().collect::<Vec<_>>(),
        [Chunk { source_offset: 0x100, target_offset: 0x200, length: 0x1000 }]
    );
    let message = example::ioctl_response();
    let view = IoctlResponse::parse(&message).unwrap();
    assert_eq!(view.input().unwrap(), b"");
    assert_eq!(ResumeKeyResponse::parse(view.output().unwrap()).unwrap().resume_key(), key);
}

#[test]
fn a_pipe_is_waited_for_by_name() {
    let body = example::hex("0100000000000000 04000000 01 00 7300 7000");
    assert_eq!(utf16::to_string(PipeWaitRequest::parse(&body).unwrap().name().unwrap()), "sp");
}

#[test]
fn validate_negotiate_info_repeats_the_dialects() {
    let body = example::hex("7f000000 000102030405060708090a0b0c0d0e0f 0100 0200 0202 0003");
    let view = ValidateNegotiateInfoRequest::parse(&body).unwrap();
    assert_eq!(view.dialects().unwrap().collect::<Vec<_>>(), [0x0202, 0x0300]);
}

#[test]
fn queries_have_their_patterns_and_buffers() {
    let message = example::query_directory_request();
    assert_eq!(QueryDirectoryRequest::parse(&message).unwrap().file_name().unwrap(), b"*\0");
    let message = example::query_directory_response();
    assert_eq!(QueryDirectoryResponse::parse(&message).unwrap().buffer().unwrap(), [1, 2, 3, 4]);
    let message = example::change_notify_response();
    assert_eq!(ChangeNotifyResponse::parse(&message).unwrap().buffer().unwrap(), [1, 2, 3, 4]);
    let message = example::query_info_request();
    assert_eq!(QueryInfoRequest::parse(&message).unwrap().buffer().unwrap(), [10, 11, 12]);
    let message = example::query_info_response();
    assert_eq!(QueryInfoResponse::parse(&message).unwrap().buffer().unwrap(), [1, 2, 3, 4]);
}

#[test]
fn renames_and_links_have_their_names() {
    let message = example::rename_request();
    let view = SetInfoRequest::parse(&message).unwrap();
    let rename = view.rename().unwrap().unwrap();
    assert_eq!(utf16::to_string(rename.file_name().unwrap()), r"c\d");
    assert_eq!(rename.replace_if_exists(), 1);
    assert!(view.link().unwrap().is_none());
    let message = example::link_request();
    let view = SetInfoRequest::parse(&message).unwrap();
    assert_eq!(utf16::to_string(view.link().unwrap().unwrap().file_name().unwrap()), "e");
    assert!(view.rename().unwrap().is_none());
}

#[test]
fn the_file_id_of_a_request_is_found_by_command() {
    let found = |command, message: Vec<u8>| request_file_id(command, &message);
    assert_eq!(found(Command::READ, example::read_request()), Some(FILE_ID));
    assert_eq!(found(Command::WRITE, example::write_request()), Some(FILE_ID));
    assert_eq!(found(Command::LOCK, example::lock_request()), Some(FILE_ID));
    assert_eq!(found(Command::IOCTL, example::copy_chunk_request()), Some(FILE_ID));
    assert_eq!(found(Command::QUERY_DIRECTORY, example::query_directory_request()), Some(FILE_ID));
    assert_eq!(found(Command::QUERY_INFO, example::query_info_request()), Some(FILE_ID));
    assert_eq!(found(Command::SET_INFO, example::rename_request()), Some(FILE_ID));
    assert_eq!(found(Command::OPLOCK_BREAK, example::oplock_break_acknowledgment()), Some(FILE_ID));
    assert_eq!(found(Command::OPLOCK_BREAK, example::lease_break_acknowledgment()), None);
    assert_eq!(found(Command::CREATE, example::create_request()), None);
}

#[test]
fn error_bodies_are_told_from_those_of_the_command() {
    let is_error = |message: &[u8]| ErrorResponse::is_in(&Header::parse(message).unwrap(), message);
    assert!(is_error(&example::access_denied(3)));
    assert!(is_error(&example::message(15, 0x0000_0103, 1, "0900 00 00 00000000 00")), "interim");
    assert!(is_error(&example::stopped_on_symlink()));
    assert!(!is_error(&example::session_setup_response()), "more processing required");
    assert!(!is_error(&example::message(16, 0x8000_0005, 1, "0900 4800 04000000 01020304")), "buffer overflow");
    assert!(!is_error(&example::message(15, 0x0000_010c, 1, "0900 0000 00000000")), "notify enum dir");
    assert!(!is_error(&example::message(8, 0x8000_0005, 1, "1100 50 00 00000000 00000000 00000000")), "pipe read");
    assert!(!is_error(&example::read_response()));
}

#[test]
fn an_error_without_data_ignores_its_padding() {
    let message = example::access_denied(5);
    let view = ErrorResponse::parse(&message).unwrap();
    assert_eq!(view.error_data().unwrap(), b"");
    assert_eq!(view.contexts().unwrap().count(), 0);
    assert!(view.symbolic_link().unwrap().is_none());
}

#[test]
fn a_symbolic_link_is_read_from_either_form_of_error() {
    for message in [example::stopped_on_symlink(), example::stopped_on_symlink_in_context()] {
        let link = ErrorResponse::parse(&message).unwrap().symbolic_link().unwrap().unwrap();
        assert_eq!(utf16::to_string(link.substitute_name().unwrap()), "..t");
        assert_eq!(utf16::to_string(link.print_name().unwrap()), "t");
        assert_eq!(link.unparsed_path_length(), 4);
    }
}

#[test]
fn error_contexts_follow_each_other_at_multiples_of_eight() {
    let message = example::stopped_on_symlink_in_context();
    let contexts: Vec<_> = ErrorResponse::parse(&message).unwrap().contexts().unwrap().map(Result::unwrap).collect();
    assert_eq!(contexts.len(), 2);
    assert_eq!(contexts[0].data_offset, 80);
    assert_eq!((contexts[1].error_id, contexts[1].data), (ErrorContext::SHARE_REDIRECT, [1, 2].as_slice()));
}
