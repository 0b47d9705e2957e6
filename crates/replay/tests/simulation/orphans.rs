//! Captures that lack what came before them, or data: stand-ins and patterns take the place, and are marked.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire::{close, create, created, file, message, read};
use capture::Hole;
use smb2::Command;
use smbreplay_replay::pattern;
use store::Payload;
use store::runs::Verdict;

/// Where the data of [`write`] begins.
const DATA: usize = 112;

/// WRITE of `data` (MS-SMB2 2.2.21).
fn write(message_id: u64, id: u8, offset: u64, data: &[u8]) -> Vec<u8> {
    let mut body = vec![49, 0];
    body.extend(u16::try_from(DATA).unwrap().to_le_bytes());
    body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    body.extend(offset.to_le_bytes());
    body.extend(file(id).0);
    body.extend([0; 16]);
    body.extend(data);
    message(Command::WRITE, message_id, &body)
}

/// The body of a READ response (MS-SMB2 2.2.20).
fn data(data: &[u8]) -> Vec<u8> {
    let mut body = vec![17, 0, 80, 0];
    body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    body.extend([0; 8]);
    body.extend(data);
    body
}

/// A file is opened and written; of the WRITE this part is missing.
fn written_with_a_hole(offset: usize, length: usize) -> Captured {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).opened(11, file(7), 0, "a");
    let mut written = captured.request(0, 20, write(2, 7, 1000, &[1; 40])).answered(21).on("a");
    written.operation().request_holes =
        vec![Hole { offset: u32::try_from(offset).unwrap(), length: u32::try_from(length).unwrap() }];
    captured.request(0, 30, read(3, file(7))).answered_with(31, 0, &data(&[1; 40])).on("a");
    captured
}

#[test]
fn data_that_the_capture_lacks_is_a_pattern_and_explains_what_reads_back() {
    let mut simulation = Simulation::begin(written_with_a_hole(DATA + 8, 32), options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    let sent = simulation.latest(0, 2).bytes;
    assert_eq!(sent[DATA..DATA + 8], [1; 8]);
    assert_eq!(sent[DATA + 8..], pattern::contents(1008, 32));
    simulation.answer(0, 2);
    simulation.answer_with(0, 3, 0, 10, &data(&sent[DATA..]));
    let outcome = simulation.run_out();
    let written = outcome.record(0, 2);
    assert_eq!((written.verdict, &written.marks[..]), (Verdict::Match, &["pattern_payload"][..]));
    let declared = written.patches.iter().find(|patch| patch.what == "Payload").unwrap();
    assert_eq!((declared.offset as usize, declared.length, declared.captured_length), (DATA + 8, 32, 32));
    assert_eq!((outcome.verdict(0, 3), outcome.cause(0, 3)), (Verdict::Body, Some(2)));
}

#[test]
fn a_request_that_lacks_more_than_data_is_not_sent() {
    for (offset, length) in [(DATA - 8, 20), (DATA + 8, 40)] {
        let mut simulation = Simulation::begin(written_with_a_hole(offset, length), options());
        simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
        let outcome = simulation.run_out();
        assert_eq!(outcome.reason(0, 2), "part of the request is missing in the capture");
    }
}

#[test]
fn nothing_is_awaited_on_a_pipe_after_a_write_that_cannot_be_sent() {
    let mut captured = Captured::with_connections(1);
    captured.trace.payload = Payload::Hash;
    captured.request(0, 10, create(1)).opened(11, file(7), 0, "srvsvc");
    let mut written = captured.request(0, 20, write(2, 7, 0, &[0; 40])).answered(21).on("srvsvc");
    written.operation().request_holes = vec![Hole { offset: u32::try_from(DATA).unwrap(), length: 40 }];
    captured.request(0, 30, read(3, file(7))).answered_with(31, 0, &data(&[0; 40])).on("srvsvc");
    captured.request(0, 40, close(4, file(7))).answered(41).on("srvsvc");
    for row in captured.rows.iter_mut().filter(|row| row.operation.path.is_some()) {
        (row.operation.share_type, row.operation.open) = (Some(2), Some(7));
    }
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    // The numbers of the two that were not sent are not used up.
    simulation.answer(0, 2);
    let outcome = simulation.run_out();
    assert_eq!(outcome.reason(0, 2), "its data is not stored");
    assert_eq!(outcome.reason(0, 3), "what was written to the pipe before it could not be sent");
    assert_eq!(outcome.verdict(0, 4), Verdict::Match);
}
