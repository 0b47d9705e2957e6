//! Oplock breaks, captured and not.

use crate::captured::Captured;
use crate::simulation::{MAX_WAIT, Simulation, options};
use crate::wire::{create, created, echo, file, message, oplock_break};
use smb2::Command;
use std::time::Duration;
use store::runs::Verdict;

const BATCH: u8 = 9;
const LEVEL_II: u8 = 1;

fn acknowledgment(message_id: u64) -> Vec<u8> {
    message(Command::OPLOCK_BREAK, message_id, &oplock_break(file(1), LEVEL_II))
}

/// The live server breaks a live handle.
fn break_of(simulation: &mut Simulation, lane: usize, live: u8) {
    let mut notification = message(Command::OPLOCK_BREAK, u64::MAX, &oplock_break(file(live), LEVEL_II));
    notification[16] = 1;
    simulation.receive(lane, &notification);
}

/// A client with a batch oplock; another opens the file (unless left out), which breaks it.
fn broken_oplock(with_cause: bool) -> Captured {
    let mut captured = Captured::with_connections(2);
    captured.request(0, 10, create(1)).opened(20, file(1), BATCH, "a");
    captured.request(0, 22, echo(2)).answered(23);
    if with_cause {
        captured.request(1, 30, create(1)).opened(60, file(2), 0, "a");
    } else {
        captured.request(1, 30, echo(1)).answered(31);
    }
    captured.oplock_break(0, 40, file(1), "a");
    captured.request(0, 50, acknowledgment(3)).on("a").answered(55);
    captured
}

/// Up to where the break has to come; the live handle is 0xa1.
fn up_to_the_break(captured: Captured, granted: u8) -> Simulation {
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), granted));
    simulation.answer(0, 2);
    simulation
}

#[test]
fn a_break_that_the_capture_does_not_show_is_acknowledged_at_once_and_recorded() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).opened(20, file(1), BATCH, "a");
    captured.request(0, 30, echo(2)).answered(31);
    captured.request(0, 40, echo(3)).answered(41);
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), BATCH));
    simulation.newly_sent();
    break_of(&mut simulation, 0, 0xa1);
    assert_eq!(simulation.newly_sent(), [(0, 3)], "the captured request with MessageId 2 is out already");
    let sent = simulation.latest(0, 3);
    assert_eq!((sent.header.command, &sent.bytes[64..]), (Command::OPLOCK_BREAK, &oplock_break(file(0xa1), 1)[..]));
    simulation.answer(0, 3);
    simulation.answer(0, 2);
    assert_eq!(simulation.newly_sent(), [(0, 4)], "captured MessageIds move by the one that was taken");
    simulation.answer(0, 4);
    let outcome = simulation.run_out();
    assert_eq!(outcome.extras.len(), 1);
    assert_eq!((outcome.extras[0].mark, outcome.extras[0].live_status.map(|s| s.0)), ("break_acknowledgment", Some(0)));
    assert_eq!(outcome.verdict(0, 3), Verdict::Match);
}

#[test]
fn a_break_of_a_level_2_oplock_is_not_acknowledged() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).opened(20, file(1), LEVEL_II, "a");
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), LEVEL_II));
    simulation.newly_sent();
    break_of(&mut simulation, 0, 0xa1);
    assert_eq!(simulation.newly_sent(), []);
    assert!(simulation.run_out().extras.is_empty());
}

#[test]
fn a_captured_break_is_waited_for_and_the_captured_acknowledgment_goes_out() {
    let mut simulation = up_to_the_break(broken_oplock(true), BATCH);
    simulation.newly_sent();
    simulation.pass(Duration::from_millis(500));
    assert_eq!(simulation.newly_sent(), []);
    break_of(&mut simulation, 0, 0xa1);
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
    assert_eq!(simulation.latest(0, 3).bytes[72..88], file(0xa1).0);
    simulation.answer(0, 3);
    simulation.answer_with(1, 1, 0, 10, &created(file(0xa2), 0));
    let outcome = simulation.run_out();
    assert!(outcome.extras.is_empty());
    assert_eq!(outcome.verdict(0, 3), Verdict::Match);
}

#[test]
fn a_break_is_not_waited_for_when_the_live_open_has_no_oplock() {
    let mut simulation = up_to_the_break(broken_oplock(true), 0);
    let longest_hold = Duration::from_millis(5);
    simulation.pass(longest_hold);
    assert_eq!(simulation.newly_sent().last(), Some(&(0, 3)));
}

#[test]
fn a_break_is_not_waited_for_when_nothing_in_the_replay_causes_it() {
    let mut simulation = up_to_the_break(broken_oplock(false), BATCH);
    simulation.newly_sent();
    simulation.answer(1, 1);
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
}

#[test]
fn a_captured_break_that_does_not_come_is_given_up() {
    let mut simulation = up_to_the_break(broken_oplock(true), BATCH);
    simulation.newly_sent();
    let captured_distance = Duration::from_millis(10);
    simulation.pass(captured_distance + MAX_WAIT - Duration::from_nanos(1));
    assert_eq!(simulation.newly_sent(), []);
    simulation.pass(Duration::from_nanos(1));
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
}

#[test]
fn a_break_before_the_cause_of_the_captured_one_is_another_one() {
    let mut simulation = Simulation::begin(broken_oplock(true), options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), BATCH));
    simulation.newly_sent();
    break_of(&mut simulation, 0, 0xa1);
    assert_eq!(simulation.latest(0, 3).header.command, Command::OPLOCK_BREAK, "acknowledged at once");
}

#[test]
fn a_break_of_an_unknown_handle_is_told_and_harms_nothing() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(11);
    let mut simulation = Simulation::begin(captured, options());
    break_of(&mut simulation, 0, 0xee);
    simulation.answer(0, 1);
    let outcome = simulation.run_out();
    assert_eq!(outcome.warnings.len(), 1);
    assert_eq!(outcome.verdict(0, 1), Verdict::Match);
}
