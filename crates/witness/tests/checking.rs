//! The witness accepts a replay whose changes are declared, and rejects each kind of lie.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod fabricated;

use fabricated::{PORT, Run, Traffic, write_pcap};
use smbreplay_witness::{Patch, Recording, Row};

const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const TREE_CONNECT: u16 = 3;
const CREATE: u16 = 5;
const CLOSE: u16 = 6;
const READ: u16 = 8;
const WRITE: u16 = 9;
const CANCEL: u16 = 12;

/// Index of the chain's PDU, and of its messages among the requests of a connection.
const CHAIN_PDU: usize = 4;
const CHAIN: std::ops::Range<usize> = 4..7;
/// Index of the WRITE's PDU and of the WRITE.
const WRITE_PDU: usize = 5;
const WRITE_REQUEST: usize = 7;

/// A message; the body's bytes follow from its length.
fn message(command: u16, flags: u32, id: u64, body: usize) -> Vec<u8> {
    let mut bytes = b"\xfeSMB\x40\0\x01\0".to_vec();
    bytes.resize(64, 0);
    bytes[12..14].copy_from_slice(&command.to_le_bytes());
    bytes[16..20].copy_from_slice(&flags.to_le_bytes());
    bytes[24..32].copy_from_slice(&id.to_le_bytes());
    bytes.extend((0..body).map(|index| (index * 7 + body) as u8));
    bytes
}

fn session_setup(id: u64, blob: u16) -> Vec<u8> {
    let mut bytes = message(SESSION_SETUP, 0, id, 24 + usize::from(blob));
    bytes[76..80].copy_from_slice(&[88, 0, blob as u8, 0]);
    bytes
}

fn chained(members: [Vec<u8>; 3]) -> Vec<u8> {
    let [mut first, mut second, third] = members;
    for member in [&mut first, &mut second] {
        member.resize(member.len().next_multiple_of(8), 0);
        let next = member.len() as u32;
        member[20..24].copy_from_slice(&next.to_le_bytes());
    }
    [first, second, third].concat()
}

fn traffic(seed: u64) -> Traffic {
    let requests = vec![
        message(NEGOTIATE, 0, seed, 40),
        session_setup(seed + 1, 50),
        session_setup(seed + 2, 200),
        message(TREE_CONNECT, 8, seed + 3, 31),
        chained([message(CREATE, 8, seed + 4, 61), message(READ, 12, seed + 5, 49), message(CLOSE, 12, seed + 6, 24)]),
        message(WRITE, 8, seed + 7, 3000),
        message(READ, 8, seed + 8, 49),
        message(READ, 8, seed + 9, 49),
        message(CANCEL, 0, seed + 9, 4),
    ];
    let response = |command, id| message(command, 1, id, 16);
    let responses = vec![
        response(NEGOTIATE, seed),
        response(SESSION_SETUP, seed + 1),
        response(SESSION_SETUP, seed + 2),
        response(TREE_CONNECT, seed + 3),
        chained([response(CREATE, seed + 4), response(READ, seed + 5), response(CLOSE, seed + 6)]),
        response(WRITE, seed + 7),
        response(READ, seed + 8),
        response(READ, seed + 9),
    ];
    Traffic { requests, responses }
}

fn captured() -> Recording {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("captured.pcap");
    write_pcap(&path, &[traffic(0), traffic(100)]);
    Recording::read(&path, PORT).unwrap()
}

#[test]
fn a_replay_with_declared_changes_is_accepted() {
    let captured = captured();
    let verdict = Run::of(&captured).judged_against(&captured);
    assert!(verdict.holds(), "{verdict}");
    assert_eq!((verdict.connections, verdict.captured, verdict.reached, verdict.live), (2, 22, 22, 22));
    assert_eq!((verdict.statuses, verdict.status_differences.len()), (20, 0));
    assert_eq!(verdict.patched["security_blob"].bytes, 2 * (50 + 200 + 14));
    assert_eq!(verdict.close_differences, Vec::<String>::new());
    assert!(verdict.to_string().ends_with("the replay is faithful"), "{verdict}");
}

#[test]
fn one_undeclared_byte_is_found_wherever_it_is() {
    let captured = captured();
    let chain = captured.connections[0].requests[CHAIN.start].bytes.len();
    let padding = chain - 1;
    let in_second_member = chain + 64 + 3;
    for (pdu, at) in [(WRITE_PDU, 2900), (CHAIN_PDU, padding), (CHAIN_PDU, in_second_member), (0, 5), (2, 70)] {
        let mut run = Run::of(&captured);
        run.traffic[0].requests[pdu][at] ^= 0x10;
        // The run tells what it sent, and does not declare the change.
        let changed = rows_from_wire(&mut run);
        let verdict = run.judged_against(&captured);
        assert!(!verdict.holds(), "PDU {pdu}, byte {at}");
        assert_eq!((changed, verdict.byte_differences.len(), verdict.reached), (1, 1, 22), "PDU {pdu}, byte {at}");
        let bytes = &verdict.byte_differences[0].bytes;
        assert_eq!(bytes.captured[0] ^ bytes.live[0], 0x10);
    }
}

/// Sets `live_request` of the first connection's rows to what is on the wire; returns how many changed.
fn rows_from_wire(run: &mut Run) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.pcap");
    write_pcap(&path, &run.traffic);
    let live = Recording::read(&path, PORT).unwrap();
    let mut changed = 0;
    for (request, message) in live.connections[0].requests.iter().enumerate() {
        let row = run.row(0, request);
        if run.rows[row].live_request.as_ref() != Some(&message.bytes) {
            run.rows[row].live_request = Some(message.bytes.clone());
            changed += 1;
        }
    }
    changed
}

#[test]
fn a_row_that_does_not_tell_what_was_sent_is_found() {
    let captured = captured();
    let mut run = Run::of(&captured);
    run.traffic[1].requests[WRITE_PDU][200] ^= 1;
    let verdict = run.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.unexplained.len(), verdict.unwitnessed.len(), verdict.missing.len()), (1, 1, 1), "{verdict}");
}

/// The bytes of the WRITE that its row leaves out below.
const LEFT: usize = 2900;

/// A faithful replay whose first WRITE leaves out what is as captured.
fn leaving_out(captured: &Recording) -> Run {
    let mut run = Run::of(captured);
    let row = run.row(0, WRITE_REQUEST);
    let request = run.rows[row].live_request.as_mut().unwrap();
    request.truncate(request.len() - LEFT);
    run.rows[row].live_request_left = Some(LEFT as u32);
    run
}

#[test]
fn what_a_row_leaves_out_is_had_from_the_captured_request() {
    let captured = captured();
    let verdict = leaving_out(&captured).judged_against(&captured);
    assert!(verdict.holds(), "{verdict}");
    assert_eq!((verdict.reached, verdict.live), (22, 22));
    let whole = Run::of(&captured).judged_against(&captured);
    assert_eq!(verdict.bytes_compared, whole.bytes_compared);
}

#[test]
fn a_wrong_beginning_of_a_request_that_leaves_bytes_out_is_found() {
    let captured = captured();
    let mut run = leaving_out(&captured);
    let row = run.row(0, WRITE_REQUEST);
    run.rows[row].live_request.as_mut().unwrap()[100] ^= 1;
    let verdict = run.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.unexplained.len(), verdict.unwitnessed.len(), verdict.missing.len()), (1, 1, 1), "{verdict}");
}

#[test]
fn bytes_that_are_left_out_and_were_not_sent_as_captured_are_found() {
    let captured = captured();
    let mut run = leaving_out(&captured);
    run.traffic[0].requests[WRITE_PDU][3000] ^= 1;
    let verdict = run.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.byte_differences.len(), verdict.broken_rules.len()), (1, 1), "{verdict}");

    // No patch excuses it either.
    let row = run.row(0, WRITE_REQUEST);
    let what = "rpc".to_owned();
    run.rows[row].patches.push(Patch { offset: 3000, length: 1, captured_length: None, what });
    let verdict = run.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.byte_differences.len(), verdict.broken_rules.len()), (0, 1), "{verdict}");
}

#[test]
fn more_bytes_left_out_than_the_captured_request_has_are_found() {
    let captured = captured();
    let have = captured.connections[0].requests[WRITE_REQUEST].bytes.len();
    // What was sent and what the row tells go together; the captured request is shorter.
    let mut run = leaving_out(&captured);
    let row = run.row(0, WRITE_REQUEST);
    let head = run.rows[row].live_request.clone().unwrap();
    run.traffic[0].requests[WRITE_PDU] = [head, vec![7; have + 1]].concat();
    run.rows[row].live_request_left = Some(have as u32 + 1);
    let verdict = run.judged_against(&captured);
    assert!(!verdict.holds());
    let told = format!("{} bytes are left out, and the captured message has {have}", have + 1);
    assert!(verdict.broken_rules.iter().any(|finding| finding.what == told), "{verdict}");

    // The row tells of more than was sent.
    let mut run = leaving_out(&captured);
    run.rows[row].live_request_left = Some(u32::MAX);
    let verdict = run.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.unexplained.len(), verdict.unwitnessed.len()), (1, 1), "{verdict}");
}

#[test]
fn a_request_of_the_replays_own_leaves_nothing_out() {
    let captured = captured();
    let mut run = Run::of(&captured);
    let request = message(CLOSE, 8, 999, 24);
    run.traffic[0].requests.push(request.clone());
    run.rows.push(Row {
        live_connection: Some(7),
        live_request: Some(request[..80].to_vec()),
        live_request_left: Some(request.len() as u32 - 80),
        marks: vec!["extra".to_owned()],
        ..Row::default()
    });
    let verdict = run.judged_against(&captured);
    assert_eq!((verdict.holds(), verdict.unexplained.len()), (false, 1), "{verdict}");
}

#[test]
fn a_request_that_did_not_reach_the_server_is_missing() {
    let captured = captured();
    let mut claimed = Run::of(&captured);
    claimed.traffic[0].requests.remove(WRITE_PDU);
    let verdict = claimed.judged_against(&captured);
    assert!(!verdict.holds() && !verdict.sent_faithfully());
    assert_eq!((verdict.reached, verdict.missing.len(), verdict.unwitnessed.len()), (21, 1, 1), "{verdict}");
    assert_eq!(verdict.missing[0].place.request, WRITE_REQUEST);

    let mut admitted = claimed.clone();
    let row = admitted.row(0, WRITE_REQUEST);
    admitted.rows[row].verdict = Some("skipped".to_owned());
    admitted.rows[row].live_request = None;
    admitted.rows[row].patches.clear();
    let verdict = admitted.judged_against(&captured);
    assert!(!verdict.holds() && verdict.sent_faithfully(), "{verdict}");
    assert_eq!((verdict.missing.len(), verdict.missing[0].place.request), (1, WRITE_REQUEST));

    let mut hidden = admitted.clone();
    hidden.rows.remove(row);
    let verdict = hidden.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.missing.len(), verdict.missing[0].place.request), (1, WRITE_REQUEST));
}

#[test]
fn swapped_requests_are_found_also_when_the_rows_are_swapped_with_them() {
    let captured = captured();
    let mut swapped = Run::of(&captured);
    swapped.traffic[0].requests.swap(WRITE_PDU, WRITE_PDU + 1);
    let verdict = swapped.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.out_of_order.len(), verdict.byte_differences.len()), (1, 0), "{verdict}");

    let (write, read) = (swapped.row(0, WRITE_REQUEST), swapped.row(0, WRITE_REQUEST + 1));
    let (write_op, read_op) = (swapped.rows[write].op, swapped.rows[read].op);
    (swapped.rows[write].op, swapped.rows[read].op) = (read_op, write_op);
    let verdict = swapped.judged_against(&captured);
    assert!(!verdict.holds());
    assert!(verdict.out_of_order.is_empty() && !verdict.byte_differences.is_empty(), "{verdict}");
}

#[test]
fn requests_that_differ_in_their_message_id_alone_cannot_be_swapped_unseen() {
    let captured = captured();
    let mut run = Run::of(&captured);
    run.traffic[0].requests.swap(6, 7);
    let (first, second) = (run.row(0, 8), run.row(0, 9));
    let (first_op, second_op) = (run.rows[first].op, run.rows[second].op);
    (run.rows[first].op, run.rows[second].op) = (second_op, first_op);
    let verdict = run.judged_against(&captured);
    assert_eq!(verdict.faults, ["connection 0: MessageIds are not moved by a constant"]);
    assert!(!verdict.holds());
}

#[test]
fn a_request_of_the_replays_own_has_to_be_declared() {
    let captured = captured();
    let mut run = Run::of(&captured);
    let request = message(CLOSE, 8, 999, 24);
    run.traffic[0].requests.push(request.clone());
    let verdict = run.judged_against(&captured);
    assert!(!verdict.holds());
    assert_eq!((verdict.unexplained.len(), verdict.reached), (1, 22), "{verdict}");

    run.rows.push(Row { live_connection: Some(7), live_request: Some(request), ..Row::default() });
    let verdict = run.judged_against(&captured);
    assert_eq!((verdict.holds(), verdict.unexplained.len()), (false, 1), "an extra row without its mark");

    run.rows.last_mut().unwrap().marks = vec!["extra".to_owned()];
    let verdict = run.judged_against(&captured);
    assert!(verdict.holds(), "{verdict}");
    assert_eq!(verdict.extra, 1);
}

#[test]
fn a_declaration_that_covers_everything_is_refused() {
    let captured = captured();
    let mut run = Run::of(&captured);
    let row = run.row(0, WRITE_REQUEST);
    run.rows[row].patches = vec![Patch { offset: 0, length: 3064, captured_length: None, what: "all".to_owned() }];
    let verdict = run.judged_against(&captured);
    assert_eq!((verdict.byte_differences.len(), verdict.broken_rules.len()), (0, 1), "{verdict}");
    assert!(!verdict.holds());
}

#[test]
fn a_chain_that_was_taken_apart_is_found() {
    let captured = captured();
    let mut run = Run::of(&captured);
    let chain = run.traffic[0].requests.remove(CHAIN_PDU);
    let first = captured.connections[0].requests[CHAIN.start].bytes.len();
    let (create, rest) = chain.split_at(first);
    let mut create = create.to_vec();
    create[20..24].fill(0);
    run.traffic[0].requests.splice(CHAIN_PDU..CHAIN_PDU, [create.clone(), rest.to_vec()]);
    let row = run.row(0, CHAIN.start);
    run.rows[row].live_request = Some(create);
    let next_command = Patch { offset: 20, length: 4, captured_length: None, what: "next_command".to_owned() };
    run.rows[row].patches.push(next_command);
    let verdict = run.judged_against(&captured);
    assert_eq!((verdict.byte_differences.len(), verdict.broken_rules.len()), (0, 3), "{verdict}");
}

#[test]
fn connections_that_are_paired_otherwise_than_the_rows_say_are_found() {
    let captured = captured();
    let mut run = Run::of(&captured);
    for row in &mut run.rows {
        row.live_connection = row.live_connection.map(|number| if number == 7 { 8 } else { 7 });
    }
    let verdict = run.judged_against(&captured);
    assert_eq!(verdict.faults.len(), 2, "{verdict}");
    assert!(!verdict.holds());

    let mut fewer = Run::of(&captured);
    fewer.traffic.pop();
    assert!(!fewer.judged_against(&captured).faults.is_empty());
}

#[test]
fn another_status_of_the_live_server_is_reported_and_does_not_make_the_replay_unfaithful() {
    let captured = captured();
    let mut run = Run::of(&captured);
    run.traffic[0].responses[WRITE_PDU][8..12].copy_from_slice(&0xc000_0022_u32.to_le_bytes());
    run.traffic[1].responses.pop();
    let verdict = run.judged_against(&captured);
    assert!(verdict.holds(), "{verdict}");
    let live: Vec<_> = verdict.status_differences.iter().map(|difference| difference.live_status).collect();
    assert_eq!(live, [Some(0xc000_0022), None]);
    assert!((verdict.equal_statuses() - 0.9).abs() < 1e-9);
}

#[test]
fn a_recording_with_a_lost_segment_proves_nothing() {
    let captured = captured();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lossy.pcap");
    write_pcap(&path, &[traffic(0)]);
    let mut file = std::fs::read(&path).unwrap();
    // The first packet with data: what is lost is the client's NEGOTIATE.
    let lost = 24 + 2 * (16 + 54);
    let length = u32::from_le_bytes(file[lost + 8..lost + 12].try_into().unwrap()) as usize;
    file.drain(lost..lost + 16 + length);
    std::fs::write(&path, file).unwrap();
    let lossy = Recording::read(&path, PORT).unwrap();
    assert_eq!(lossy.faults.len(), 1, "{:?}", lossy.faults);
    let verdict = smbreplay_witness::compare(&captured, &lossy, &smbreplay_witness::RunRows::default());
    assert!(!verdict.holds());
}
