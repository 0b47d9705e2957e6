//! What a request waits for.

use crate::captured::Captured;
use crate::logon::negotiate;
use crate::simulation::{Simulation, options};
use crate::wire::{create, created, echo, file, read};
use smbreplay_replay::{Options, Order};
use std::time::Duration;

fn in_order(order: Order) -> Options {
    Options { order, ..options() }
}

/// Two requests pipelined, answered at 30 and 31, and a third one after that.
fn pipelined(third_acks: Option<u64>) -> Simulation {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(30);
    captured.request(0, 11, echo(2)).answered(31);
    let third = captured.request(0, 40, echo(3)).answered(41);
    if let Some(acks) = third_acks {
        third.acks(acks);
    }
    Simulation::begin(captured, options())
}

#[test]
fn requests_that_were_pipelined_are_pipelined() {
    assert_eq!(pipelined(None).newly_sent(), [(0, 1), (0, 2)]);
}

#[test]
fn a_request_waits_for_exactly_the_responses_that_the_client_had_received() {
    let mut simulation = pipelined(Some(30));
    simulation.newly_sent();
    simulation.answer(0, 1);
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
}

#[test]
fn a_request_does_not_go_out_for_a_response_that_its_client_had_not_received() {
    let mut simulation = pipelined(Some(30));
    simulation.newly_sent();
    simulation.answer(0, 2);
    assert_eq!(simulation.newly_sent(), []);
}

#[test]
fn without_acknowledgements_a_request_waits_for_all_responses_before_it() {
    let mut simulation = pipelined(None);
    simulation.newly_sent();
    simulation.answer(0, 1);
    assert_eq!(simulation.newly_sent(), []);
    simulation.answer(0, 2);
    assert_eq!(simulation.newly_sent(), [(0, 3)]);
}

#[test]
fn requests_of_several_connections_that_may_go_out_do_so_in_captured_order() {
    let mut captured = Captured::with_connections(2);
    for (connection, at, message_id) in [(1, 10, 1), (0, 11, 1), (1, 12, 2), (0, 13, 2)] {
        captured.request(connection, at, echo(message_id)).answered(100 + at);
    }
    assert_eq!(Simulation::begin(captured, options()).newly_sent(), [(1, 1), (0, 1), (1, 2), (0, 2)]);
}

/// A request answered on one connection, then a request on another.
fn one_after_the_other(second_client: &str) -> Captured {
    let mut captured = Captured::with_connections(1);
    captured.connect(1, second_client);
    captured.request(1, 0, echo(0)).answered(1);
    captured.request(0, 10, echo(1)).answered(20);
    captured.request(1, 30, echo(1)).answered(31);
    captured
}

const SAME_CLIENT: &str = "10.0.0.1:50001";
const OTHER_CLIENT: &str = "10.0.0.7:50001";

#[test]
fn in_the_order_of_the_trace_a_request_waits_for_the_responses_before_it_on_every_connection() {
    let mut simulation = Simulation::begin(one_after_the_other(OTHER_CLIENT), in_order(Order::Trace));
    assert_eq!(simulation.newly_sent(), [(0, 1)]);
    simulation.answer(0, 1);
    assert_eq!(simulation.newly_sent(), [(1, 1)]);
}

#[test]
fn in_the_order_of_sessions_only_connections_of_one_client_wait_for_each_other() {
    let mut simulation = Simulation::begin(one_after_the_other(OTHER_CLIENT), in_order(Order::Session));
    assert_eq!(simulation.newly_sent(), [(0, 1), (1, 1)]);
    let mut simulation = Simulation::begin(one_after_the_other(SAME_CLIENT), in_order(Order::Session));
    assert_eq!(simulation.newly_sent(), [(0, 1)]);
}

/// Two connections from one address; the second is made after the answer to the first one's NEGOTIATE.
fn negotiated_one_after_the_other(client_guids: [u8; 2]) -> Captured {
    let mut captured = Captured::default();
    captured.connect(0, "10.0.0.1:50000");
    captured.connect(1, SAME_CLIENT);
    for (connection, client_guid) in (0u32..).zip(client_guids) {
        let mut negotiate = negotiate();
        negotiate[76..92].fill(client_guid);
        let at = 10 + 20 * u64::from(connection);
        captured.request(connection, at, negotiate).answered(at + 10);
    }
    captured
}

#[test]
fn in_the_order_of_sessions_programs_on_one_machine_that_name_themselves_differently_do_not_wait_for_each_other() {
    let first_sent = |client_guids| {
        Simulation::start(negotiated_one_after_the_other(client_guids), in_order(Order::Session)).newly_sent()
    };
    assert_eq!(first_sent([1, 2]), [(0, 0), (1, 0)]);
    assert_eq!(first_sent([1, 1]), [(0, 0)]);
    assert_eq!(first_sent([0, 0]), [(0, 0)]);
}

#[test]
fn without_order_no_connection_waits_for_another() {
    let mut simulation = Simulation::begin(one_after_the_other(SAME_CLIENT), in_order(Order::None));
    assert_eq!(simulation.newly_sent(), [(0, 1), (1, 1)]);
}

#[test]
fn without_order_a_handle_is_still_waited_for() {
    let mut captured = Captured::with_connections(2);
    captured.request(0, 10, create(1)).opened(20, file(1), 0, "a");
    captured.request(1, 30, read(1, file(1))).answered(40);
    let mut simulation = Simulation::begin(captured, in_order(Order::None));
    assert_eq!(simulation.newly_sent(), [(0, 1)]);
    simulation.answer_with(0, 1, 0, 10, &created(file(0xaa), 0));
    assert_eq!(simulation.newly_sent(), [(1, 1)]);
    assert_eq!(simulation.latest(1, 1).bytes[80..96], file(0xaa).0);
}

#[test]
fn an_interim_response_or_the_final_one_lets_go_what_waited_for_the_interim() {
    for pends in [true, false] {
        let mut captured = Captured::with_connections(2);
        captured.request(0, 10, create(1)).pended(12, 5).opened(50, file(1), 0, "a");
        captured.request(1, 20, echo(1)).answered(21);
        captured.request(1, 60, echo(2)).answered(61);
        let mut simulation = Simulation::begin(captured, options());
        assert_eq!(simulation.newly_sent(), [(0, 1)]);
        if pends {
            simulation.pend(0, 1, 77);
            assert_eq!(simulation.newly_sent(), [(1, 1)]);
            simulation.answer(1, 1);
            assert_eq!(simulation.newly_sent(), [], "the final response is still to come");
        }
        simulation.answer_with(0, 1, 0, 10, &created(file(2), 0));
        assert_eq!(simulation.newly_sent(), [(1, if pends { 2 } else { 1 })]);
    }
}

/// Two CREATEs on two connections with no response between them; when the second goes out live.
fn second_create_goes_out_after(gap: u64, paths: [&str; 2]) -> Duration {
    let mut captured = Captured::with_connections(2);
    captured.request(0, 10, create(1)).opened(100, file(1), 0, paths[0]);
    captured.request(1, 10 + gap, create(1)).opened(101, file(2), 0, paths[1]);
    let mut simulation = Simulation::begin(captured, options());
    simulation.pass(Duration::from_millis(50));
    simulation.latest(1, 1).at
}

#[test]
fn requests_on_one_object_keep_their_captured_distance_up_to_5_ms() {
    assert_eq!(second_create_goes_out_after(2, ["dir\\a", "DIR\\A"]), Duration::from_millis(2));
    assert_eq!(second_create_goes_out_after(50, ["a", "a"]), Duration::from_millis(5));
    assert_eq!(second_create_goes_out_after(3, ["dir", "dir\\a"]), Duration::from_millis(3));
}

#[test]
fn requests_on_different_objects_are_not_held() {
    assert_eq!(second_create_goes_out_after(2, ["dir\\a", "dir\\b"]), Duration::ZERO);
}

#[test]
fn a_request_is_held_no_longer_than_until_the_earlier_one_is_answered() {
    let mut captured = Captured::with_connections(2);
    captured.request(0, 10, create(1)).opened(100, file(1), 0, "a");
    captured.request(1, 14, create(1)).opened(101, file(2), 0, "a");
    let mut simulation = Simulation::begin(captured, options());
    assert_eq!(simulation.newly_sent(), [(0, 1)]);
    simulation.pass(Duration::from_millis(1));
    simulation.pend(0, 1, 9);
    assert_eq!(simulation.newly_sent(), [(1, 1)]);
}
