//! When requests are due, and how late they are.

use crate::captured::Captured;
use crate::simulation::{Outcome, Simulation, options};
use crate::wire::echo;
use smbreplay_replay::plan::Plan;
use smbreplay_replay::report::RunShard;
use smbreplay_replay::{Options, Pace, Shard};
use std::time::Duration;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Requests at 0, 100 and 1100, answered live after `latency`.
fn replayed(pace: Pace, max_gap: Option<Duration>, latency: Duration) -> Outcome {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 100, echo(1)).answered(101);
    captured.request(0, 1100, echo(2)).answered(1101);
    let mut simulation = Simulation::start(captured, Options { pace, max_gap, ..options() });
    while !simulation.is_done() {
        match simulation.newly_sent().first() {
            Some((lane, message_id)) => {
                simulation.pass(latency);
                simulation.answer(*lane, *message_id);
            }
            None => simulation.pass(ms(1)),
        }
    }
    simulation.run_out()
}

fn sent(outcome: &Outcome) -> [Duration; 2] {
    [1, 2].map(|id| outcome.record(0, id).sent.unwrap())
}

#[test]
fn as_soon_as_possible_nothing_is_due() {
    let outcome = replayed(Pace::Asap, None, ms(2));
    assert_eq!(sent(&outcome), [ms(2), ms(4)]);
    assert_eq!(outcome.record(0, 2).due, None);
}

#[test]
fn at_the_original_pace_requests_go_out_at_their_captured_times() {
    let outcome = replayed(Pace::Original, None, ms(2));
    assert_eq!(sent(&outcome), [ms(100), ms(1100)]);
    assert_eq!(outcome.record(0, 2).due, Some(ms(1100)));
}

#[test]
fn at_a_multiple_of_the_pace_times_shrink() {
    assert_eq!(sent(&replayed(Pace::Times(4.0), None, ms(2))), [ms(25), ms(275)]);
}

#[test]
fn longer_gaps_are_shortened() {
    assert_eq!(sent(&replayed(Pace::Original, Some(ms(150)), ms(2))), [ms(100), ms(250)]);
}

#[test]
fn a_slow_server_makes_requests_late_and_that_is_told() {
    let outcome = replayed(Pace::Original, None, ms(600));
    let late = outcome.record(0, 1);
    assert_eq!((late.due, late.sent), (Some(ms(100)), Some(ms(600))));
    assert_eq!(smbreplay_replay::tally::lag(late), Some(ms(500)));
    let own = |id| smbreplay_replay::tally::own_lag(outcome.record(0, id));
    assert_eq!((own(1), own(2)), (Some(ms(0)), Some(ms(0))), "it was the server that was late");
}

#[test]
fn a_request_that_was_due_and_waited_for_nothing_is_late_by_the_replay_itself() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 100, echo(1)).answered(101);
    let mut simulation = Simulation::start(captured, Options { pace: Pace::Original, ..options() });
    simulation.newly_sent();
    simulation.answer(0, 0);
    simulation.oversleep(ms(107));
    simulation.newly_sent();
    simulation.answer(0, 1);
    let outcome = simulation.run_out();
    let late = outcome.record(0, 1);
    assert_eq!((late.due, late.sent), (Some(ms(100)), Some(ms(107))));
    assert_eq!(smbreplay_replay::tally::own_lag(late), Some(ms(7)));
}

#[test]
fn a_shard_counts_from_where_the_first_of_all_shards_begins() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 1100, echo(1)).answered(1101);
    let earlier = capture::Timestamp(-900_000_000);
    let (files, shares, told) = (Vec::new(), Vec::new(), RunShard::default());
    let shard = Shard { files, origin: Some(earlier), shares, told };
    let options = Options { pace: Pace::Times(2.0), shard: Some(shard), ..options() };
    let plan = Plan::new(captured.into_trace(), &options);
    let dues = (0..plan.lanes[0].steps.len()).map(|step| plan.step(0, step).unwrap().due.unwrap());
    assert_eq!(dues.collect::<Vec<_>>(), [ms(450), ms(450), ms(1000)]);
}
