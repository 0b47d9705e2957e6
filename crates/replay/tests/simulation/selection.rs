//! A part of the sessions: what was chosen goes out, and what that needs.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire;
use smbreplay_replay::{FileFilter, Options, Selection};

/// Requests in frames 10, 20, …: CREATE a (1), CREATE b (2), READ a (3), READ b (4), CLOSE a (5), each answered.
fn captured() -> Captured {
    let (a, b) = (wire::file(3), wire::file(4));
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, wire::create(1)).opened(11, a, 0, "dir\\a.txt");
    captured.request(0, 20, wire::create(2)).opened(21, b, 0, "dir\\b.txt");
    captured.request(0, 30, wire::read(3, a)).answered(31).on("dir\\a.txt");
    captured.request(0, 40, wire::read(4, b)).answered(41).on("dir\\b.txt");
    captured.request(0, 50, wire::close(5, a)).answered(51).on("dir\\a.txt");
    for row in &mut captured.rows {
        row.operation.request_frame = row.operation.request_seq;
    }
    captured
}

/// Live MessageIds of what goes out, each answered as it comes.
fn sent(selection: Selection) -> Vec<u64> {
    let mut simulation = Simulation::start(captured(), Options { selection, ..options() });
    let mut message_ids = Vec::new();
    loop {
        let new = simulation.newly_sent();
        if new.is_empty() {
            let outcome = simulation.run_out();
            assert!(outcome.records.iter().all(|record| record.lane.is_some()), "nothing is skipped");
            return message_ids;
        }
        for (lane, message_id) in new {
            let message = simulation.latest(lane, message_id);
            let file_id = wire::file(u8::try_from(message_id).unwrap() + 100);
            message_ids.push(message_id);
            match message.header.command {
                smb2::Command::CREATE => simulation.answer_with(lane, message_id, 0, 10, &wire::created(file_id, 0)),
                _ => simulation.answer(lane, message_id),
            }
        }
    }
}

#[test]
fn message_ids_close_up_over_what_is_left_out() {
    let everything = Selection::default();
    assert_eq!(sent(everything), [0, 1, 2, 3, 4, 5]);
    assert_eq!(sent(Selection { limit: Some(2), ..Selection::default() }), [0, 1]);
}

#[test]
fn what_is_on_other_files_is_left_out() {
    let files = Some(FileFilter::new("B.*"));
    assert_eq!(sent(Selection { files, ..Selection::default() }), [0, 1]);
}

#[test]
fn a_handle_is_opened_also_when_its_create_is_outside_the_range() {
    // READ b and CLOSE a, with both CREATEs.
    assert_eq!(sent(Selection { from: Some(40), to: Some(50), ..Selection::default() }), [0, 1, 2, 3]);
    let files = Some(FileFilter::new("dir"));
    assert_eq!(sent(Selection { from: Some(40), limit: Some(1), files, ..Selection::default() }), [0, 1]);
}
