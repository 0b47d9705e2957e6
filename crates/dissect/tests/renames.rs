//! Renames: which handles have a new path afterwards.

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

fn open(trace: &mut Trace, session: u64, path: &str, id: u8) {
    trace.send(&[message(Command::CREATE, 1, &create_request(path, 0, &[])).session(session)]);
    trace.receive(&[message(Command::CREATE, 1, &create_response(file_id(id), 0, &[])).session(session)]);
    trace.rows();
}

fn close(trace: &mut Trace, session: u64, id: u8) -> String {
    trace.send(&[message(Command::CLOSE, 2, &close_request(file_id(id))).session(session)]);
    trace.receive(&[message(Command::CLOSE, 2, &close_response()).session(session)]);
    trace.rows().pop().unwrap().path.unwrap().to_string()
}

fn rename(trace: &mut Trace, id: u8, name: &str) {
    trace.send(&[message(Command::SET_INFO, 3, &rename_request(file_id(id), name))]);
    trace.receive(&[message(Command::SET_INFO, 3, &[2, 0])]);
    trace.rows();
}

/// Sessions 7 and 8, each with the same share as tree 1, and 9 with another one.
fn with_shares() -> Trace {
    let mut trace = Trace::new();
    for (session, share) in [(7, "\\\\srv\\a"), (8, "\\\\SRV\\A"), (9, "\\\\srv\\b")] {
        trace.send(&[message(Command::TREE_CONNECT, 1, &tree_connect_request(share)).tree(0).session(session)]);
        trace.receive(&[message(Command::TREE_CONNECT, 1, &tree_connect_response()).session(session)]);
    }
    trace.rows();
    trace
}

#[test]
fn a_renamed_folder_takes_the_open_files_below_it_along() {
    let mut trace = with_shares();
    open(&mut trace, 7, "old", 1);
    open(&mut trace, 7, "Old\\sub\\file", 2);
    open(&mut trace, 7, "older\\file", 3);
    open(&mut trace, 9, "old\\file", 4);
    open(&mut trace, 7, "old\\gone", 5);
    close(&mut trace, 7, 5);
    rename(&mut trace, 1, "new\\name");
    assert_eq!(close(&mut trace, 7, 2), "new\\name\\sub\\file");
    assert_eq!(close(&mut trace, 7, 3), "older\\file", "a longer name is another one");
    assert_eq!(close(&mut trace, 9, 4), "old\\file", "of another share");
    assert_eq!(close(&mut trace, 7, 5), "old\\gone", "closed before");
    rename(&mut trace, 1, "third");
    assert_eq!(close(&mut trace, 7, 1), "third");
}

#[test]
fn other_handles_of_a_renamed_file_have_its_new_path() {
    let mut trace = with_shares();
    open(&mut trace, 7, "file", 1);
    open(&mut trace, 8, "FILE", 2);
    open(&mut trace, 7, "file:stream", 4);
    rename(&mut trace, 1, "renamed");
    assert_eq!(close(&mut trace, 8, 2), "renamed");
    assert_eq!(close(&mut trace, 7, 4), "renamed:stream");
    open(&mut trace, 8, "file", 3);
    assert_eq!(close(&mut trace, 8, 3), "file", "a new file of the old name");
}
