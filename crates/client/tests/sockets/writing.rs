//! What is written goes out, whole and in order.

use crate::scene::{Caller, PATIENCE, Told, bytes, until_end_of_stream};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

/// More than the kernel takes of a connection whose server does not read.
const MUCH: usize = 40_000_000;

#[test]
fn a_request_goes_out_before_anything_is_waited_for() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    caller.sockets.write(1, b"re".to_vec());
    caller.sockets.write(1, b"quest".to_vec());
    caller.sockets.write(1, Vec::new());
    caller.sockets.finish(1);
    assert_eq!(until_end_of_stream(&mut server), b"request");
}

#[test]
fn what_is_written_before_the_connection_stands_goes_out_then() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut caller = Caller::new();
    caller.sockets.connect(listener.local_addr().unwrap(), PATIENCE, 1);
    caller.sockets.write(1, b"request".to_vec());
    caller.sockets.close(1);
    let (mut server, _) = listener.accept().unwrap();
    let server = thread::spawn(move || until_end_of_stream(&mut server));
    assert_eq!(caller.until_empty(), [Told::Connected, Told::Closed(None)]);
    assert_eq!(server.join().unwrap(), b"request");
}

#[test]
fn what_the_kernel_does_not_take_goes_out_when_the_server_reads() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    let request = bytes(MUCH);
    for part in request.chunks(MUCH / 7) {
        caller.sockets.write(1, part.to_vec());
    }
    caller.sockets.finish(1);
    let queued = caller.sockets.queued_bytes(1);
    assert!(queued > 0 && queued < MUCH, "{queued}");
    assert_eq!(caller.turn(Duration::from_millis(50)), []);
    let server = thread::spawn(move || until_end_of_stream(&mut server));
    assert_eq!(caller.until_closed(), [Told::Closed(None)]);
    assert!(server.join().unwrap() == request);
    assert_eq!(caller.sockets.queued_bytes(1), 0);
}

#[test]
fn a_closed_connection_whose_server_does_not_read_keeps_what_is_queued_until_it_does() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    let request = bytes(MUCH);
    caller.sockets.write(1, request.clone());
    caller.sockets.close(1);
    let end = Instant::now() + Duration::from_millis(1_500);
    assert_eq!(caller.until(|_, _| Instant::now() > end), []);
    let server = thread::spawn(move || until_end_of_stream(&mut server));
    assert_eq!(caller.until_empty(), [Told::Closed(None)]);
    assert!(server.join().unwrap() == request);
}

#[test]
fn nothing_is_kept_for_a_connection_that_broke() {
    let mut caller = Caller::new();
    let server = caller.connected(1);
    caller.sockets.write(1, bytes(MUCH));
    assert!(caller.sockets.queued_bytes(1) > 0);
    socket2::SockRef::from(&server).set_linger(Some(Duration::ZERO)).unwrap();
    drop(server);
    assert!(matches!(caller.until_closed()[..], [Told::Closed(_)]));
    assert_eq!(caller.sockets.queued_bytes(1), 0);
    caller.sockets.close(1);
    caller.until_empty();
}
