//! Servers and traces that make no sense: the replay ends, and says what it saw.

use crate::captured::Captured;
use crate::simulation::{Simulation, Tcp, options};
use crate::wire::{create, created, echo, file, read, response};
use capture::{CloseKind, Direction};
use dissect::Kind;
use smbreplay_replay::trace::Row;
use store::runs::Verdict;

fn two_echos() -> Captured {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(11);
    captured.request(0, 20, echo(2)).answered(21);
    captured
}

#[test]
fn a_server_that_answers_garbage_loses_its_connection_and_is_told_of_once() {
    let mut simulation = Simulation::begin(two_echos(), options());
    simulation.receive_bytes(0, b"HTTP/1.1 400 Bad Request\r\n");
    simulation.receive_bytes(0, b"Connection: close\r\n");
    let outcome = simulation.run_out();
    assert_eq!(outcome.tcp, [(0, Tcp::Connected), (0, Tcp::Reset)]);
    assert_eq!([outcome.verdict(0, 1), outcome.verdict(0, 2)], [Verdict::NoResponse, Verdict::Skipped]);
    assert_eq!(outcome.warnings.len(), 1, "{:?}", outcome.warnings);
}

#[test]
fn an_answer_to_nothing_is_told_and_passed_over() {
    let mut simulation = Simulation::begin(two_echos(), options());
    simulation.receive(0, &response(&echo(99), 0, 1, &[]));
    simulation.answer(0, 1);
    simulation.answer(0, 2);
    let outcome = simulation.run_out();
    assert_eq!((outcome.verdict(0, 2), outcome.warnings.len()), (Verdict::Match, 1));
}

#[test]
fn a_create_response_without_a_body_gives_no_handle() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).opened(20, file(1), 0, "a");
    captured.request(0, 30, read(2, file(1))).answered(40);
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer(0, 1);
    let outcome = simulation.run_out();
    assert_eq!(outcome.reason(0, 2), "its handle was not obtained live");
}

#[test]
fn an_answer_captured_before_its_request_does_not_make_the_request_wait_for_itself() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 30, create(1)).opened(20, file(1), 0, "a");
    captured.request(0, 40, read(2, file(1))).answered(35);
    let mut simulation = Simulation::begin(captured, options());
    assert_eq!(simulation.newly_sent(), [(0, 1)]);
    simulation.answer_with(0, 1, 0, 10, &created(file(9), 0));
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
}

#[test]
fn acknowledgements_of_the_future_hold_nothing_back() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(50).acks(u64::MAX);
    assert_eq!(Simulation::begin(captured, options()).newly_sent(), [(0, 1)]);
}

#[test]
fn a_connection_is_made_once_however_often_and_late_the_trace_says_so() {
    let mut captured = two_echos();
    for (op, seq) in [(90, 15), (91, 16)] {
        let mut operation = dissect::Operation::new(op, Kind::Connect, 0);
        operation.request_seq = Some(seq);
        operation.request_time = Some(capture::Timestamp(0));
        captured.rows.push(Row { file: "session".into(), operation, data_left: false, stand_in: false });
    }
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer(0, 1);
    simulation.answer(0, 2);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 2), Verdict::Match);
    assert_eq!(outcome.tcp[0], (0, Tcp::Connected));
    assert_eq!(outcome.tcp.iter().filter(|(_, done)| *done == Tcp::Connected).count(), 1);
}

#[test]
fn requests_after_the_close_of_their_connection_are_skipped() {
    let mut captured = two_echos();
    captured.close(0, 15, Direction::ClientToServer, CloseKind::Fin);
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer(0, 1);
    let outcome = simulation.run_out();
    assert_eq!(outcome.reason(0, 2), "the captured client had closed the connection");
}

#[test]
fn requests_on_a_connection_that_nothing_is_known_of_are_counted_and_skipped() {
    let mut captured = two_echos();
    captured.trace.connections.clear();
    let outcome = Simulation::start(captured, options()).run_out();
    assert_eq!(outcome.reason(0, 2), "nothing is known of its connection");
}

#[test]
fn related_messages_without_a_beginning_are_skipped_however_many() {
    let mut captured = Captured::with_connections(1);
    for index in 1..20_000 {
        let mut message = echo(index);
        message[16] |= 4;
        message[40..48].fill(0xff);
        let mut added = captured.request(0, 10 + index, message).answered(30_000 + index);
        added.operation().compound_index = Some(1);
        added.operation().request_chain = Some(10);
    }
    let outcome = Simulation::begin(captured, options()).run_out();
    assert_eq!(outcome.verdict(0, 19_999), Verdict::Skipped);
}

#[test]
fn a_trace_that_contradicts_itself_ends() {
    // Each chain has a member from before and one from after the other's, on the same object.
    let mut captured = Captured::with_connections(2);
    for (connection, places) in [(0, [10, 40]), (1, [20, 30])] {
        captured.chain(connection, places[0], &[create(1), create(2)], 100, &[0, 0]);
    }
    for row in captured.rows.iter_mut().filter(|row| row.operation.compound_index.is_some()) {
        row.operation.path = Some("a".into());
        row.operation.share = Some("share".into());
    }
    let late =
        captured.rows.iter_mut().find(|row| row.operation.connection == 0 && row.operation.compound_index == Some(1));
    late.unwrap().operation.request_start_seq = Some(40);
    let outcome = Simulation::begin(captured, options()).run_out();
    let skipped = outcome.records.iter().filter(|record| record.verdict == Verdict::Skipped);
    assert!(skipped.count() >= 2);
}
