//! `lab start|stop|status`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::net::{TcpListener, TcpStream};
use support::Home;

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_server_in_the_background_runs_until_it_is_stopped() {
    let home = Home::new();
    assert_eq!(home.json(&["lab", "status"])["status"], "stopped");
    let port = free_port().to_string();
    let started = home.json(&["lab", "start", "--port", &port]);
    let address = started["server"]["address"].as_str().unwrap().to_owned();
    assert_eq!(address, format!("127.0.0.1:{port}"));
    assert_eq!(home.json(&["lab", "status"])["status"], "running");
    home.run(&["lab", "start", "--port", &port]).refused(&[&address, "smbreplay lab stop"]);
    TcpStream::connect(&address).unwrap();
    assert_eq!(home.json(&["lab", "stop"])["stopped"], true);
    assert!(TcpStream::connect(&address).is_err());
    assert_eq!(home.json(&["lab", "stop"])["stopped"], false);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    home.run(&["lab", "start", "--port", &port]).refused(&[&port, "--port"]);
    assert_eq!(home.json(&["lab", "status"])["status"], "stopped");
}
