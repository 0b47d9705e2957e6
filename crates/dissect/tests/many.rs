//! What the dissector remembers when a trace has very much of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod wire;

use smb2::Command;
use wire::*;

fn numbered(number: u64) -> [u8; 16] {
    let mut file_id = [0; 16];
    file_id[..8].copy_from_slice(&number.to_le_bytes());
    file_id[8..].copy_from_slice(&(!number).to_le_bytes());
    file_id
}

#[test]
fn a_hundred_thousand_open_files_keep_their_paths() {
    const OPENS: u64 = 100_000;
    let mut trace = Trace::new();
    let path = |number: u64| format!("dir{}\\file{number}", number % 100);
    for number in 0..OPENS {
        trace.send(&[message(Command::CREATE, number, &create_request(&path(number), 0, &[]))]);
        trace.receive(&[message(Command::CREATE, number, &create_response(numbered(number), 0, &[]))]);
        assert_eq!(trace.rows()[0].open.map(u64::from), Some(number));
    }
    for number in (0..OPENS).rev() {
        let id = 2 * OPENS - number;
        trace.send(&[message(Command::CLOSE, id, &close_request(numbered(number)))]);
        trace.receive(&[message(Command::CLOSE, id, &close_response())]);
        let row = trace.rows().pop().unwrap();
        assert_eq!((row.open.map(u64::from), row.path.as_deref()), (Some(number), Some(path(number).as_str())));
    }
    let counters = trace.dissector.counters();
    assert_eq!((counters.opens_evicted, counters.requests_without_response), (0, 0));
}

#[test]
fn ten_thousand_sessions_are_told_apart() {
    const SESSIONS: u64 = 10_000;
    let mut trace = Trace::new();
    for session in 1..=SESSIONS {
        let share = format!("\\\\srv\\share{session}");
        trace.send(&[message(Command::TREE_CONNECT, 1, &tree_connect_request(&share)).session(session).tree(0)]);
        trace.receive(&[message(Command::TREE_CONNECT, 1, &tree_connect_response()).session(session)]);
    }
    trace.rows();
    for session in 1..=SESSIONS {
        trace.send(&[message(Command::CREATE, 2, &create_request("x", 0, &[])).session(session)]);
        trace.receive(&[message(Command::CREATE, 2, &create_response(file_id(5), 0, &[])).session(session)]);
        let row = trace.rows().pop().unwrap();
        assert_eq!(row.session.map(u64::from), Some(session - 1));
        assert_eq!(row.share.as_deref(), Some(format!("\\\\srv\\share{session}").as_str()));
    }
    assert_eq!(trace.dissector.sessions().len() as u64, SESSIONS);
    assert_eq!(trace.dissector.counters().sessions_dropped, 0);
}
