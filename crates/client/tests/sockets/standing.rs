//! Connections that are made, and those that cannot be; and waits that end.

use crate::scene::{Caller, PATIENCE, Told};
use socket2::{Domain, Socket, Type};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_connection_that_nobody_takes_is_told_to_have_failed() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut caller = Caller::new();
    caller.sockets.connect(address, PATIENCE, 1);
    assert_eq!(caller.until_empty(), [Told::ConnectFailed(ErrorKind::ConnectionRefused)]);
}

#[test]
fn an_address_that_is_none_is_told_to_have_failed() {
    let mut caller = Caller::new();
    caller.sockets.connect("255.255.255.255:445".parse().unwrap(), PATIENCE, 1);
    assert!(!caller.sockets.is_empty());
    assert!(matches!(caller.until_empty()[..], [Told::ConnectFailed(_)]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_does_not_come_about_is_given_up_in_time() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut caller = Caller::new();
    let begin = Instant::now();
    (1..=4).for_each(|key| caller.sockets.connect(address, Duration::from_millis(200), key));
    let is_failure = |told: &Told| *told == Told::ConnectFailed(ErrorKind::TimedOut);
    caller.until(|_, told| told.iter().any(is_failure));
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

#[test]
fn a_connection_that_was_reset_before_it_stood_is_not_heard_of() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut caller = Caller::new();
    caller.sockets.connect(listener.local_addr().unwrap(), PATIENCE, 1);
    caller.sockets.connect("255.255.255.255:445".parse().unwrap(), PATIENCE, 2);
    caller.sockets.reset(1);
    caller.sockets.reset(2);
    assert!(caller.sockets.is_empty());
    assert_eq!(caller.turn(Duration::from_millis(50)), []);
}

#[test]
fn a_name_can_be_used_again() {
    let mut caller = Caller::new();
    let first = caller.connected(1);
    let _second = caller.connected(1);
    drop(first);
    assert_eq!(caller.until_closed(), [Told::Closed(None)]);
    assert!(!caller.sockets.is_empty(), "the second stands");
}

#[test]
fn a_wait_ends_in_time() {
    let mut caller = Caller::new();
    let _server = caller.connected(1);
    for wait in [0, 3, 40].map(Duration::from_millis) {
        let begin = Instant::now();
        assert_eq!(caller.turn(wait), []);
        assert!(begin.elapsed() >= wait);
        assert!(begin.elapsed() < wait + PATIENCE);
    }
}

#[test]
fn a_bell_ends_a_wait() {
    let mut caller = Caller::new();
    let bell = caller.sockets.bell().unwrap();
    let begin = Instant::now();
    bell.ring().unwrap();
    assert_eq!(caller.turn(PATIENCE), []);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(20));
            bell.ring().unwrap();
        });
        assert_eq!(caller.turn(PATIENCE), []);
    });
    assert!(begin.elapsed() < PATIENCE / 2);
}
