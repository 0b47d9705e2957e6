//! MessageIds: captured plus what the replay leaves out or puts in.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire::{close, echo, file};

#[test]
fn gaps_of_the_capture_stay() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(100);
    captured.request(0, 11, echo(7)).answered(101);
    assert_eq!(Simulation::begin(captured, options()).newly_sent(), [(0, 1), (0, 7)]);
}

#[test]
fn they_close_up_where_a_request_cannot_be_sent() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(100);
    captured.request(0, 11, close(2, file(9))).answered(101);
    captured.request(0, 12, echo(3)).answered(102);
    let mut simulation = Simulation::begin(captured, options());
    assert_eq!(simulation.newly_sent(), [(0, 1), (0, 2)], "the handle of message 2 is from before the capture");
    assert_eq!(simulation.latest(0, 2).header.command, smb2::Command::ECHO);
}

#[test]
fn they_close_up_where_another_session_of_the_connection_is_left_out() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(100);
    captured.request(0, 12, echo(4)).answered(102);
    captured.trace.left_out = vec![(0, 2, 2)];
    assert_eq!(Simulation::begin(captured, options()).newly_sent(), [(0, 1), (0, 2)]);
}
