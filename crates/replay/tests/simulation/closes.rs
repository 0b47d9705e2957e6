//! Connections that end.

use crate::captured::Captured;
use crate::simulation::{MAX_WAIT, Simulation, Tcp, options};
use crate::wire::{create, echo, file};
use capture::{CloseKind, Direction};
use std::time::Duration;
use store::runs::Verdict;

use Direction::{ClientToServer, ServerToClient};

/// Two requests on each of two connections.
fn two_connections() -> Captured {
    let mut captured = Captured::with_connections(2);
    captured.request(0, 10, echo(1)).answered(11);
    captured.request(0, 20, echo(2)).answered(21);
    captured.request(1, 30, echo(1)).answered(31);
    captured
}

#[test]
fn when_the_server_closes_midway_what_was_outstanding_has_no_response_and_the_rest_is_skipped() {
    let mut simulation = Simulation::begin(two_connections(), options());
    simulation.newly_sent();
    simulation.server_closes(0);
    assert_eq!(simulation.newly_sent(), [(1, 1)], "the other connection goes on");
    simulation.answer(1, 1);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::NoResponse);
    assert_eq!(outcome.reason(0, 1), "the live server closed the connection");
    assert_eq!(outcome.verdict(0, 2), Verdict::Skipped);
    assert_eq!(outcome.reason(0, 2), "the live server had closed the connection");
    assert_eq!(outcome.verdict(1, 1), Verdict::Match);
}

#[test]
fn a_connection_that_cannot_be_made_skips_its_requests() {
    let outcome = Simulation::refused(two_connections(), options()).run_out();
    assert!(outcome.sent.is_empty());
    assert_eq!(outcome.reason(1, 1), "its connection could not be made");
}

#[test]
fn a_captured_client_close_is_performed_in_its_way() {
    for (how, done) in [(CloseKind::Fin, Tcp::Finished), (CloseKind::Rst, Tcp::Reset)] {
        let mut captured = Captured::with_connections(1);
        captured.request(0, 10, echo(1)).answered(11);
        captured.close(0, 20, ClientToServer, how);
        let mut simulation = Simulation::begin(captured, options());
        assert_eq!(simulation.tcp, [(0, Tcp::Connected)]);
        simulation.answer(0, 1);
        assert_eq!(simulation.tcp, [(0, Tcp::Connected), (0, done)]);
        assert!(simulation.is_done());
        let outcome = simulation.run_out();
        assert_eq!(outcome.tcp.len(), 2, "closed once");
        assert_eq!(outcome.ended, Duration::ZERO);
    }
}

#[test]
fn what_comes_after_a_close_waits_until_the_server_has_closed_its_side() {
    let mut captured = Captured::with_connections(2);
    captured.close(0, 20, ClientToServer, CloseKind::Fin);
    captured.request(1, 30, echo(1)).answered(31);
    let mut simulation = Simulation::begin(captured, options());
    assert_eq!(simulation.newly_sent(), []);
    simulation.server_closes(0);
    assert_eq!(simulation.newly_sent(), [(1, 1)]);
}

#[test]
fn a_server_that_does_not_close_its_side_is_not_waited_for_longer_than_patience() {
    let mut captured = Captured::with_connections(2);
    captured.close(0, 20, ClientToServer, CloseKind::Fin);
    captured.request(1, 30, echo(1)).answered(31);
    let mut simulation = Simulation::begin(captured, options());
    simulation.pass(MAX_WAIT + Duration::from_millis(1));
    assert_eq!(simulation.newly_sent(), [(1, 1)]);
}

/// A request that the captured server answered with a close.
fn closed_instead_of_answered() -> Captured {
    let mut captured = Captured::with_connections(2);
    captured.request(0, 10, create(1)).on("a");
    captured.close(0, 20, ServerToClient, CloseKind::Rst);
    captured.request(1, 30, echo(1)).answered(31);
    captured
}

#[test]
fn a_live_close_in_the_place_of_a_captured_one_is_a_match() {
    let mut simulation = Simulation::begin(closed_instead_of_answered(), options());
    simulation.newly_sent();
    simulation.server_closes(0);
    assert_eq!(simulation.newly_sent(), [(1, 1)]);
    simulation.answer(1, 1);
    assert_eq!(simulation.run_out().verdict(0, 1), Verdict::Match);
}

#[test]
fn a_live_answer_in_the_place_of_a_captured_close_is_a_difference_and_the_connection_is_closed() {
    let mut simulation = Simulation::begin(closed_instead_of_answered(), options());
    simulation.newly_sent();
    simulation.answer_with(0, 1, 0, 10, &crate::wire::created(file(1), 0));
    simulation.pass(MAX_WAIT + Duration::from_millis(10));
    assert_eq!(simulation.newly_sent(), [(1, 1)]);
    assert_eq!(simulation.tcp.last(), Some(&(0, Tcp::Finished)));
    simulation.answer(1, 1);
    assert_eq!(simulation.run_out().verdict(0, 1), Verdict::Status);
}

#[test]
fn an_interrupt_ends_the_run_at_once_and_judges_nothing_that_was_under_way() {
    let mut simulation = Simulation::begin(two_connections(), options());
    simulation.interrupt();
    assert!(simulation.is_done());
    let outcome = simulation.run_out();
    assert_eq!((outcome.verdict(0, 1), outcome.reason(0, 1)), (Verdict::NotCompared, "the replay was interrupted"));
    assert_eq!((outcome.verdict(0, 2), outcome.reason(0, 2)), (Verdict::Skipped, "the replay was interrupted"));
    assert_eq!(outcome.tcp.iter().filter(|(_, done)| *done == Tcp::Finished).count(), 2);
}
