//! Rows for tests.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use bytes::Bytes;
use capture::{CloseKind, Direction, Hole, Timestamp};
use dissect::{Closed, Kind, Operation, SessionSummary, SignatureState};
use smb2::{Command, FileId, Guid};
use std::collections::BTreeMap;

/// A row with every field set, each with another value.
pub(crate) fn full(op: u32) -> Operation {
    let n = u64::from(op) * 1000;
    Operation {
        session: Some(0),
        op,
        kind: Kind::Notification,
        connection: 1,
        open: Some(2),
        tree: Some(3),
        request_seq: Some(n + 4),
        request_start_seq: Some(n + 5),
        response_seq: Some(n + 6),
        interim_seq: Some(u64::MAX),
        request_acks: Some(n + 8),
        request_frame: Some(9),
        response_frame: Some(10),
        interim_frame: Some(11),
        request_start_time: Some(Timestamp(-1)),
        request_time: Some(Timestamp(1_700_000_000_123_456_789)),
        response_time: Some(Timestamp(i64::MAX)),
        interim_time: Some(Timestamp(0)),
        latency_ns: Some(12),
        message_id: Some(u64::MAX - 1),
        async_id: Some(13),
        session_id: Some(0xffff_0000_0000_0001),
        tree_id: Some(u32::MAX),
        credit_charge: Some(14),
        credits_requested: Some(u16::MAX),
        credits_granted: Some(15),
        channel_sequence: Some(16),
        request_flags: Some(17),
        response_flags: Some(18),
        signature_state: Some(SignatureState::Bad),
        encrypted: true,
        compressed: true,
        request_chain: Some(19),
        response_chain: Some(20),
        compound_index: Some(21),
        response_compound_index: Some(22),
        related: true,
        command: Some(Command(0x1234)),
        status: Some(0xc000_0022),
        share: Some(r"\\server\teilen ß".into()),
        share_type: Some(1),
        path: Some(r"dir\файл.txt".into()),
        file_id: Some(FileId([23; 16])),
        offset: Some(24),
        length: Some(25),
        transferred: Some(26),
        desired_access: Some(27),
        share_access: Some(28),
        create_disposition: Some(29),
        create_options: Some(30),
        create_action: Some(31),
        file_attributes: Some(32),
        end_of_file: Some(33),
        oplock_requested: Some(34),
        oplock_granted: Some(255),
        lease_requested: Some(35),
        lease_granted: Some(36),
        lease_key: Some(Guid([37; 16])),
        parent_lease_key: Some(Guid([38; 16])),
        create_guid: Some(Guid([39; 16])),
        create_contexts: vec!["DH2Q".to_owned(), String::new()],
        info_type: Some(40),
        info_class: Some(41),
        ctl_code: Some(42),
        pattern: Some("*".to_owned()),
        new_path: Some(String::new()),
        closed: Some(Closed { by: Direction::ServerToClient, how: CloseKind::Rst }),
        detail: Some("a phrase".to_owned()),
        malformed: Some("a reason".to_owned()),
        request: Some(Bytes::from(vec![op.to_le_bytes()[0]; 300])),
        response: Some(Bytes::new()),
        interim: Some(Bytes::from_static(b"\xfeSMB")),
        request_length: Some(43),
        response_length: Some(0),
        request_holes: vec![Hole { offset: 1, length: 2 }, Hole { offset: 5, length: u32::MAX }],
        response_holes: vec![Hole { offset: 0, length: 1 }],
        payload_offset: Some(45),
        payload_length: Some(46),
        payload_hash: Some([47; 16]),
    }
}

/// A small row of `session`.
pub(crate) fn small(session: Option<u32>, op: u32) -> Operation {
    let mut row = Operation::new(op, Kind::Exchange, 0);
    row.session = session;
    row.command = Some(Command::WRITE);
    row.status = Some(0);
    row.path = Some(format!("file {}", op % 7).into());
    row.request_time = Some(Timestamp(i64::from(op)));
    row.request = Some(Bytes::from(op.to_le_bytes().repeat(50)));
    row
}

/// Bytes that no compression makes smaller; `seed` is not 0.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| byte()).collect()
}

/// A session of the dissector.
pub(crate) fn summary(session: u32, session_id: u64, generation: u32) -> SessionSummary {
    SessionSummary {
        session,
        session_id,
        generation,
        connections: vec![0],
        user: Some("user".to_owned()),
        domain: None,
        workstation: None,
        mechanism: Some("NTLM".to_owned()),
        service: None,
        logon_status: Some(0),
        shares: vec![r"\\server\share".to_owned()],
        commands: BTreeMap::from([(Command::WRITE, 3)]),
        statuses: BTreeMap::from([(0, 2), (0xc000_0022, 1)]),
        bytes_read: 1,
        bytes_written: 2,
        operations: 3,
        encrypted: false,
        decrypted: false,
        missing_key: None,
        first_time: Timestamp(1_700_000_000_000_000_001),
        last_time: Timestamp(1_700_000_000_000_000_002),
        not_replayable: Vec::new(),
    }
}

/// Rows compared as text: the session is not a column.
pub(crate) fn shown(row: &Operation) -> String {
    let mut row = row.clone();
    row.session = None;
    format!("{row:?}")
}
