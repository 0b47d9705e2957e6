//! Chains are sent whole or not at all.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire::{close, create, created, echo, file, read};
use store::runs::Verdict;

const ACCESS_DENIED: u32 = 0xc000_0022;
const FILE_CLOSED: u32 = 0xc000_0128;

/// A CREATE, then a chain of a READ and a CLOSE of its handle, then an ECHO.
fn read_in_a_chain() -> Captured {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).opened(20, file(1), 0, "a");
    captured.chain(0, 30, &[read(2, file(1)), close(3, file(1))], 40, &[0, 0]);
    captured.request(0, 50, echo(4)).answered(51);
    captured
}

#[test]
fn its_members_go_out_together_with_their_links() {
    let mut simulation = Simulation::begin(read_in_a_chain(), options());
    simulation.newly_sent();
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    assert_eq!(simulation.newly_sent(), [(0, 2), (0, 3)]);
    assert_eq!(simulation.latest(0, 2).header.next_command, 120);
    assert_eq!(simulation.latest(0, 3).header.next_command, 0);
}

#[test]
fn it_is_skipped_whole_with_its_cause_when_a_handle_was_not_obtained() {
    let mut simulation = Simulation::begin(read_in_a_chain(), options());
    simulation.newly_sent();
    simulation.answer_with(0, 1, ACCESS_DENIED, 10, &[]);
    assert_eq!(simulation.newly_sent(), [(0, 2)], "what follows closes up");
    simulation.answer(0, 2);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::Status);
    for member in [2, 3] {
        assert_eq!(outcome.verdict(0, member), Verdict::Skipped);
        assert_eq!(outcome.reason(0, member), "its handle was not obtained live");
        assert_eq!(outcome.cause(0, member), Some(1));
    }
    assert_eq!(outcome.verdict(0, 4), Verdict::Match);
}

#[test]
fn later_members_are_judged_by_the_live_failure_before_them() {
    let mut simulation = Simulation::begin(read_in_a_chain(), options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    simulation.answer_with(0, 2, ACCESS_DENIED, 10, &[]);
    simulation.answer_with(0, 3, FILE_CLOSED, 10, &[]);
    simulation.answer(0, 4);
    let outcome = simulation.run_out();
    assert_eq!((outcome.verdict(0, 2), outcome.cause(0, 2)), (Verdict::Status, None));
    assert_eq!((outcome.verdict(0, 3), outcome.cause(0, 3)), (Verdict::Status, Some(2)));
}

#[test]
fn a_chain_of_which_a_part_is_not_in_the_replay_is_not_sent() {
    for missing in [0, 1] {
        let mut captured = Captured::with_connections(1);
        captured.chain(0, 30, &[echo(1), echo(2)], 40, &[0, 0]);
        captured.rows.remove(1 + missing);
        let mut simulation = Simulation::begin(captured, options());
        assert_eq!(simulation.newly_sent(), []);
        let left = if missing == 0 { 2 } else { 1 };
        assert_eq!(simulation.run_out().verdict(0, left), Verdict::Skipped);
    }
}

#[test]
fn a_handle_that_the_captured_server_did_not_give_is_closed() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).answered_with(20, ACCESS_DENIED, &[]);
    let mut simulation = Simulation::begin(captured, options());
    simulation.newly_sent();
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
    assert_eq!(simulation.latest(0, 2).bytes[64..], close(2, file(0xa1))[64..]);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::Status);
    assert_eq!(outcome.extras[0].mark, "unexpected_handle");
}
