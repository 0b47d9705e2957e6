//! The window of MessageIds that the live server grants.

use crate::captured::Captured;
use crate::simulation::{MAX_WAIT, Simulation, options};
use crate::wire::{echo, file, notify};
use std::time::Duration;
use store::runs::Verdict;

#[test]
fn a_request_waits_while_its_message_id_is_outside_the_window() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(20);
    captured.request(0, 11, echo(2)).answered(21);
    let mut simulation = Simulation::start(captured, options());
    simulation.newly_sent();
    simulation.answer_with(0, 0, 0, 1, &[]);
    assert_eq!(simulation.newly_sent(), [(0, 1)]);
    simulation.answer_with(0, 1, 0, 1, &[]);
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
}

#[test]
fn the_credits_of_an_interim_response_count() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, notify(1, file(0xff))).pended(11, 3);
    captured.request(0, 12, echo(2)).answered(21);
    let mut simulation = Simulation::start(captured, options());
    simulation.answer_with(0, 0, 0, 1, &[]);
    simulation.newly_sent();
    simulation.pend(0, 1, 4);
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
}

#[test]
fn when_nothing_outstanding_can_bring_credits_the_request_is_skipped() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(20);
    captured.request(0, 30, echo(2)).answered(31);
    let mut simulation = Simulation::start(captured, options());
    simulation.answer_with(0, 0, 0, 1, &[]);
    simulation.answer_with(0, 1, 0, 0, &[]);
    assert!(simulation.is_done());
    let outcome = simulation.run_out();
    assert_eq!((outcome.verdict(0, 2), outcome.reason(0, 2)), (Verdict::Skipped, "no credits"));
}

/// An exchange, and a pair behind it that needs two credits at once.
fn with_a_pair() -> Captured {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(20);
    captured.chain(0, 30, &[echo(2), echo(3)], 31, &[0, 0]);
    captured
}

#[test]
fn with_one_credit_left_more_are_asked_for() {
    let mut simulation = Simulation::start(with_a_pair(), options());
    simulation.answer_with(0, 0, 0, 1, &[]);
    simulation.newly_sent();
    simulation.answer_with(0, 1, 0, 1, &[]);
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
    assert_eq!(simulation.latest(0, 2).header.credits, 33, "one is missing");
    simulation.answer_with(0, 2, 0, 33, &[]);
    assert_eq!(simulation.newly_sent(), [(0, 3), (0, 4)]);
    simulation.answer(0, 3);
    simulation.answer(0, 4);
    let outcome = simulation.run_out();
    assert_eq!((outcome.verdict(0, 2), outcome.verdict(0, 3)), (Verdict::Match, Verdict::Match));
    assert_eq!(outcome.extras.iter().map(|extra| extra.mark).collect::<Vec<_>>(), ["credits"]);
}

#[test]
fn more_are_asked_for_while_a_watch_without_end_is_outstanding() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, notify(1, file(0xff)));
    captured.chain(0, 30, &[echo(2), echo(3)], 31, &[0, 0]);
    let mut simulation = Simulation::start(captured, options());
    simulation.answer_with(0, 0, 0, 2, &[]);
    simulation.newly_sent();
    simulation.pass(MAX_WAIT);
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
    simulation.answer_with(0, 2, 0, 33, &[]);
    assert_eq!(simulation.newly_sent(), [(0, 3), (0, 4)]);
}

#[test]
fn credits_are_asked_for_once() {
    let mut simulation = Simulation::start(with_a_pair(), options());
    simulation.answer_with(0, 0, 0, 1, &[]);
    simulation.answer_with(0, 1, 0, 1, &[]);
    simulation.answer_with(0, 2, 0, 1, &[]);
    let outcome = simulation.run_out();
    assert_eq!([outcome.reason(0, 2), outcome.reason(0, 3)], ["no credits"; 2]);
    assert_eq!(outcome.extras.len(), 1);
}

#[test]
fn credits_that_only_a_watch_without_end_could_bring_are_given_up() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, notify(1, file(0xff)));
    captured.request(0, 11, echo(2)).answered(12);
    captured.request(0, 20, echo(3)).answered(21);
    let mut simulation = Simulation::start(captured, options());
    simulation.answer_with(0, 0, 0, 1, &[]);
    simulation.pass(MAX_WAIT - Duration::from_nanos(1));
    assert!(!simulation.is_done(), "the watch may still end");
    let outcome = simulation.run_out();
    assert_eq!(outcome.ended, MAX_WAIT);
    assert_eq!([outcome.reason(0, 2), outcome.reason(0, 3)], ["no credits"; 2]);
    assert_eq!(outcome.verdict(0, 1), Verdict::Match);
}

#[test]
fn credits_of_an_overdue_answer_are_given_up() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(20);
    captured.request(0, 30, echo(2)).answered(31);
    let mut simulation = Simulation::start(captured, options());
    simulation.answer_with(0, 0, 0, 1, &[]);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::NoResponse);
    assert_eq!(outcome.reason(0, 2), "no credits");
}
