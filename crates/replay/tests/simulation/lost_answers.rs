//! Captures that lack answers: an id implies the response that issued it, and where the server's side was not captured
//! at all, requests go out one by one.

use crate::captured::Captured;
use crate::simulation::{MAX_WAIT, Simulation, options};
use crate::wire::{chain, create, created, echo, file, message, read};
use smb2::Command;
use smbreplay_replay::{Options, Order};
use store::runs::Verdict;

/// A handle is used whose CREATE has no captured answer; another CREATE before it has none either.
fn with_a_lost_answer() -> Captured {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).on("a");
    captured.request(0, 20, create(2)).on("b");
    captured.request(0, 60, read(3, file(7))).answered(61);
    captured.request(0, 70, read(4, file(7))).answered(71);
    captured
}

#[test]
fn a_handle_stands_for_the_nearest_create_without_a_captured_answer() {
    let mut simulation = Simulation::begin(with_a_lost_answer(), options());
    assert_eq!(simulation.newly_sent(), [(0, 1), (0, 2)], "the answer that issues the handle is awaited");
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    assert_eq!(simulation.newly_sent(), []);
    simulation.answer_with(0, 2, 0, 10, &created(file(0xa2), 0));
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
    assert_eq!(simulation.latest(0, 3).bytes[80..96], file(0xa2).0);
    simulation.answer(0, 3);
    simulation.answer(0, 4);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 2), Verdict::NotCompared);
    for id in [3, 4] {
        assert_eq!((outcome.verdict(0, id), &outcome.record(0, id).marks[..]), (Verdict::Match, &["inferred"][..]));
    }
    assert_eq!(outcome.record(0, 2).marks, [""; 0]);
}

#[test]
fn an_inferred_answer_that_does_not_come_is_given_up() {
    let simulation = Simulation::begin(with_a_lost_answer(), options());
    let outcome = simulation.run_out();
    assert_eq!(outcome.reason(0, 3), "its handle was not obtained live");
    assert!(outcome.ended <= MAX_WAIT * 3, "{:?}", outcome.ended);
}

#[test]
fn an_id_that_the_server_refused_is_no_handle_of_a_lost_answer() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).on("a");
    captured.request(0, 20, read(2, file(7))).answered_with(21, smb2::NtStatus::FILE_CLOSED.0, &[]);
    let mut simulation = Simulation::begin(captured, options());
    assert_eq!(simulation.newly_sent(), [(0, 1), (0, 2)]);
    assert_eq!(simulation.latest(0, 2).bytes.len(), read(2, file(7)).len());
}

/// The client's side of a connection.
fn one_sided(requests: &[Vec<u8>]) -> Captured {
    let mut captured = Captured::default();
    captured.connect(0, "10.0.0.1:50000");
    for (at, request) in (1..).zip(requests) {
        captured.request(0, at, request.clone());
    }
    captured
}

fn in_order_none() -> Options {
    Options { order: Order::None, ..options() }
}

#[test]
fn without_the_servers_side_requests_go_out_one_by_one() {
    let notify = message(Command::CHANGE_NOTIFY, 1, &[32; 32]);
    let mut simulation = Simulation::start(one_sided(&[echo(0), notify, echo(2), echo(3)]), in_order_none());
    assert_eq!(simulation.newly_sent(), [(0, 0)]);
    simulation.answer(0, 0);
    assert_eq!(simulation.newly_sent(), [(0, 1), (0, 2)], "a change may never come");
    simulation.answer(0, 2);
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
}

#[test]
fn without_the_servers_side_the_members_of_a_chain_still_go_out_together() {
    let [first, second]: [_; 2] = chain(&[echo(1), echo(2)]).try_into().unwrap();
    let mut captured = one_sided(&[echo(0)]);
    for (index, member) in (0u16..).zip([first, second]) {
        let mut added = captured.request(0, 10, member);
        added.operation().request_chain = Some(10);
        added.operation().compound_index = Some(index);
    }
    captured.request(0, 20, echo(3));
    let mut simulation = Simulation::start(captured, in_order_none());
    simulation.newly_sent();
    simulation.answer(0, 0);
    assert_eq!(simulation.newly_sent(), [(0, 1), (0, 2)]);
    simulation.answer(0, 2);
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
}

#[test]
fn without_the_servers_side_handles_are_those_of_the_creates_before() {
    let mut captured = one_sided(&[echo(0), create(1), read(2, file(5))]);
    captured.request(0, 9, create(3));
    captured.request(0, 10, read(4, file(6)));
    let mut simulation = Simulation::start(captured, options());
    simulation.answer(0, 0);
    for (id, live) in [(1, 0xb1), (3, 0xb3)] {
        simulation.answer_with(0, id, 0, 10, &created(file(live), 0));
        assert_eq!(simulation.latest(0, id + 1).bytes[80..96], file(live).0);
        simulation.answer(0, id + 1);
    }
}
