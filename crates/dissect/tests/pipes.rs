//! RPC over named pipes: which interface and operation a row is about.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod wire;

use capture::{Direction, Hole};
use smb2::Command;
use wire::*;

const SRVSVC: u128 = 0x4b324fc8_1670_01d3_1278_5a47bf6ee188;
const SAMR: u128 = 0x12345778_1234_abcd_ef00_0123456789ac;
const BIND: u8 = 11;
const BIND_ACK: u8 = 12;
const RESPONSE: u8 = 2;
const FAULT: u8 = 3;
const WHOLE: u8 = 3;

/// A PDU of call 1, little-endian.
fn pdu(packet_type: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(16 + body.len()).unwrap();
    bytes(&[&[5, 0, packet_type, flags, 0x10, 0, 0, 0], &length.to_le_bytes(), &[0; 2], &1_u32.to_le_bytes(), body])
}

/// A bind of contexts 0, 1, … to interfaces.
fn bind(interfaces: &[u128]) -> Vec<u8> {
    let mut body = bytes(&[&[0; 8], &[u8::try_from(interfaces.len()).unwrap(), 0, 0, 0]]);
    for (id, interface) in interfaces.iter().enumerate() {
        let mut uuid = interface.to_be_bytes();
        uuid[..4].reverse();
        uuid[4..6].reverse();
        uuid[6..8].reverse();
        body.extend(bytes(&[&[u8::try_from(id).unwrap(), 0, 1, 0], &uuid, &[3, 0, 0, 0], &[0; 20]]));
    }
    pdu(BIND, WHOLE, &body)
}

fn bind_ack(result: u8, reason: u8) -> Vec<u8> {
    pdu(BIND_ACK, WHOLE, &bytes(&[&[0; 8], &[0; 4], &[1, 0, 0, 0], &[result, 0, reason, 0], &[0; 20]]))
}

fn request(flags: u8, context: u16, opnum: u16) -> Vec<u8> {
    pdu(0, flags, &bytes(&[&[0; 4], &context.to_le_bytes(), &opnum.to_le_bytes(), &[0; 8]]))
}

/// A trace with IPC$ as tree 1 and a pipe open as `file_id(5)`.
fn with_pipe() -> Trace {
    let mut trace = Trace::new();
    let mut connected = tree_connect_response();
    connected[2] = 2;
    trace.send(&[message(Command::TREE_CONNECT, 1, &tree_connect_request("\\\\srv\\IPC$")).tree(0)]);
    trace.receive(&[message(Command::TREE_CONNECT, 1, &connected)]);
    trace.send(&[message(Command::CREATE, 2, &create_request("srvsvc", 0, &[]))]);
    trace.receive(&[message(Command::CREATE, 2, &create_response(file_id(5), 0, &[]))]);
    trace.rows();
    trace
}

fn detail(trace: &mut Trace) -> String {
    trace.rows().pop().unwrap().detail.unwrap()
}

fn transceive(trace: &mut Trace, message_id: u64, input: &[u8], output: &[u8]) -> String {
    trace.send(&[message(Command::IOCTL, message_id, &ioctl_request(0x0011_c017, file_id(5), input))]);
    trace.receive(&[message(Command::IOCTL, message_id, &ioctl_response(0x0011_c017, file_id(5), output))]);
    detail(trace)
}

fn write(trace: &mut Trace, message_id: u64, data: &[u8]) -> String {
    trace.send(&[message(Command::WRITE, message_id, &write_request(file_id(5), 0, data))]);
    trace.receive(&[message(Command::WRITE, message_id, &write_response(u32::try_from(data.len()).unwrap()))]);
    detail(trace)
}

fn read(trace: &mut Trace, message_id: u64, data: &[u8]) -> String {
    trace.send(&[message(Command::READ, message_id, &read_request(file_id(5), 0, 1024))]);
    trace.receive(&[message(Command::READ, message_id, &read_response(data))]);
    detail(trace)
}

#[test]
fn a_call_in_one_ioctl_is_named_by_the_interface_bound_before() {
    let mut trace = with_pipe();
    assert_eq!(
        transceive(&mut trace, 3, &bind(&[SRVSVC, SRVSVC]), &bind_ack(0, 0)),
        "bind to srvsvc, accepted, FSCTL_PIPE_TRANSCEIVE, 116 bytes in, 56 bytes out"
    );
    let answer = pdu(RESPONSE, WHOLE, &[0; 16]);
    assert_eq!(
        transceive(&mut trace, 4, &request(WHOLE, 0, 15), &answer),
        "srvsvc NetrShareEnum, FSCTL_PIPE_TRANSCEIVE, 32 bytes in, 32 bytes out"
    );
    let fault = pdu(FAULT, WHOLE, &bytes(&[&[0; 8], &0x1c01_0002_u32.to_le_bytes(), &[0; 4]]));
    assert_eq!(
        transceive(&mut trace, 5, &request(WHOLE, 1, 99), &fault),
        "srvsvc operation 99, fault nca_s_op_rng_error, FSCTL_PIPE_TRANSCEIVE, 32 bytes in, 32 bytes out"
    );
}

#[test]
fn a_call_that_is_written_is_named_again_where_its_answer_is_read() {
    let mut trace = with_pipe();
    assert_eq!(write(&mut trace, 3, &bind(&[SAMR])), "bind to samr, 72 bytes at 0");
    assert_eq!(
        read(&mut trace, 4, &bind_ack(2, 1)),
        "refused: the interface is not supported, 1 KiB at 0, 56 bytes read"
    );
    assert_eq!(write(&mut trace, 5, &request(WHOLE, 0, 64)), "samr SamrConnect5, 32 bytes at 0");
    assert_eq!(
        read(&mut trace, 6, &pdu(RESPONSE, 1, &[0; 8])),
        "response of samr SamrConnect5, 1 KiB at 0, 24 bytes read"
    );
    assert_eq!(read(&mut trace, 7, &pdu(RESPONSE, 2, &[0; 8])), "1 KiB at 0, 24 bytes read", "a later fragment");
    assert_eq!(read(&mut trace, 8, &pdu(RESPONSE, WHOLE, &[0; 8])), "RPC response, 1 KiB at 0, 24 bytes read");
}

#[test]
fn the_rest_of_a_fragment_is_not_taken_for_a_new_one() {
    let mut trace = with_pipe();
    write(&mut trace, 3, &bind(&[SRVSVC]));
    let mut fragment = request(1, 0, 15);
    fragment.extend(request(WHOLE, 0, 16));
    let length = u16::try_from(fragment.len()).unwrap();
    fragment[8..10].copy_from_slice(&length.to_le_bytes());
    let (first, rest) = fragment.split_at(32);
    assert_eq!(write(&mut trace, 4, first), "srvsvc NetrShareEnum, 32 bytes at 0");
    assert_eq!(write(&mut trace, 5, rest), "32 bytes at 0", "looks like a call, and is its data");
    assert_eq!(write(&mut trace, 6, &request(2, 0, 15)), "32 bytes at 0", "only the first fragment names the call");
    assert_eq!(write(&mut trace, 7, &request(WHOLE, 0, 21)), "srvsvc NetrServerGetInfo, 32 bytes at 0");
}

#[test]
fn a_bind_from_before_the_capture_leaves_the_interface_open() {
    let mut trace = Trace::new();
    assert_eq!(
        transceive(&mut trace, 3, &request(WHOLE, 0, 15), &pdu(RESPONSE, WHOLE, &[0; 16])),
        "RPC operation 15 of context 0, FSCTL_PIPE_TRANSCEIVE, 32 bytes in, 32 bytes out"
    );
    assert_eq!(write(&mut trace, 4, &bind(&[SRVSVC])), "72 bytes at 0", "nothing shows that this is a pipe");
}

#[test]
fn an_unknown_interface_is_shown_by_its_uuid_and_a_new_open_knows_nothing_of_an_old_one() {
    let mut trace = with_pipe();
    assert_eq!(
        write(&mut trace, 3, &bind(&[1])),
        "bind to interface 00000000-0000-0000-0000-000000000001, 72 bytes at 0"
    );
    trace.send(&[message(Command::CREATE, 4, &create_request("samr", 0, &[]))]);
    trace.receive(&[message(Command::CREATE, 4, &create_response(file_id(5), 0, &[]))]);
    trace.rows();
    assert_eq!(write(&mut trace, 5, &request(WHOLE, 0, 0)), "RPC operation 0 of context 0, 32 bytes at 0");
}

#[test]
fn a_call_cut_by_the_snaplen_is_named_and_does_not_swallow_the_next_one() {
    let mut trace = with_pipe();
    write(&mut trace, 3, &bind(&[SRVSVC]));
    let call = message(Command::WRITE, 4, &write_request(file_id(5), 0, &request(WHOLE, 0, 15)));
    let body = chained(Direction::ClientToServer, &[call]);
    let end = u32::try_from(body.len()).unwrap();
    trace.pdu_with_holes(Direction::ClientToServer, body, vec![Hole { offset: end - 8, length: 8 }]);
    trace.receive(&[message(Command::WRITE, 4, &write_response(32))]);
    assert_eq!(detail(&mut trace), "srvsvc NetrShareEnum, 32 bytes at 0");
    assert_eq!(write(&mut trace, 5, &request(WHOLE, 0, 16)), "srvsvc NetrShareGetInfo, 32 bytes at 0");
}
