//! How waiting for an answer ends.

use crate::captured::Captured;
use crate::simulation::{MAX_WAIT, Simulation, options};
use crate::wire::{echo, file, notify};
use smbreplay_replay::{Options, Pace};
use std::time::Duration;
use store::runs::Verdict;

/// A request answered after 20 ms, then one on this and one on another connection.
fn one_slow_request() -> Captured {
    let mut captured = Captured::with_connections(2);
    captured.request(0, 10, echo(1)).answered(30);
    captured.request(0, 40, echo(2)).answered(41);
    captured.request(1, 42, echo(1)).answered(43);
    captured
}

const DEADLINE: Duration = Duration::from_millis(20 + 1000);

#[test]
fn an_answer_that_does_not_come_is_given_up_and_the_rest_goes_on() {
    let mut simulation = Simulation::begin(one_slow_request(), options());
    simulation.newly_sent();
    simulation.pass(DEADLINE - Duration::from_nanos(1));
    assert_eq!(simulation.newly_sent(), []);
    simulation.pass(Duration::from_nanos(1));
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
    simulation.answer(0, 2);
    assert_eq!(simulation.newly_sent(), [(1, 1)], "what timed out has left every wait set");
    simulation.answer(1, 1);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::NoResponse);
    assert_eq!(outcome.record(0, 1).marks, ["timed_out"]);
    assert_eq!([outcome.verdict(0, 2), outcome.verdict(1, 1)], [Verdict::Match; 2]);
}

#[test]
fn an_answer_that_comes_late_is_judged_and_marked() {
    let mut simulation = Simulation::begin(one_slow_request(), options());
    simulation.pass(DEADLINE);
    simulation.answer(0, 1);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::Match);
    assert_eq!(outcome.record(0, 1).marks, ["timed_out"]);
}

#[test]
fn a_slower_pace_allows_an_answer_more_time() {
    let slower = Options { pace: Pace::Times(0.5), ..options() };
    let mut simulation = Simulation::begin(one_slow_request(), slower);
    simulation.pass(Duration::from_millis(20));
    simulation.newly_sent();
    simulation.pass(Duration::from_millis(40) + MAX_WAIT - Duration::from_nanos(1));
    assert_eq!(simulation.newly_sent(), []);
    simulation.pass(Duration::from_nanos(1));
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
}

#[test]
fn a_request_that_the_captured_server_did_not_answer_is_not_waited_for() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, notify(1, file(0xff))).pended(11, 3);
    captured.request(0, 20, echo(2)).answered(21);
    let mut simulation = Simulation::begin(captured, options());
    assert_eq!(simulation.newly_sent(), [(0, 1), (0, 2)]);
    simulation.answer(0, 2);
    assert!(simulation.is_done());
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::Match, "no answer, as captured");
}
