//! How connections end.

use crate::scene::{Caller, Told, bytes, until_end_of_stream};
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_closed_connection_is_gone_although_the_server_keeps_its_side_open() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    caller.sockets.write(1, b"last words".to_vec());
    caller.sockets.close(1);
    assert_eq!(until_end_of_stream(&mut server), b"last words");
    assert!(!caller.sockets.is_empty());
    assert_eq!(caller.until_empty(), []);
}

#[test]
fn a_closed_connection_still_takes_what_the_server_has_to_say() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    caller.sockets.close(1);
    assert_eq!(until_end_of_stream(&mut server), b"");
    server.write_all(b"answer").unwrap();
    drop(server);
    let begin = Instant::now();
    assert_eq!(caller.until_empty(), [Told::Received(b"answer".to_vec()), Told::Closed(None)]);
    assert!(begin.elapsed() < Duration::from_millis(900), "it was waited for longer than the server took");
}

#[test]
fn answers_that_were_not_read_do_not_take_the_last_words_away() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    server.write_all(&bytes(100_000)).unwrap();
    let request = bytes(8_000_000);
    caller.sockets.write(1, request.clone());
    caller.sockets.close(1);
    let server = thread::spawn(move || until_end_of_stream(&mut server));
    assert_eq!(caller.until_empty(), [Told::Received(bytes(100_000)), Told::Closed(None)]);
    assert!(server.join().unwrap() == request);
}

#[test]
fn after_finish_the_server_can_still_answer() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    caller.sockets.finish(1);
    assert_eq!(until_end_of_stream(&mut server), b"");
    server.write_all(b"answer").unwrap();
    drop(server);
    assert_eq!(caller.until_empty(), [Told::Received(b"answer".to_vec()), Told::Closed(None)]);
}

#[test]
fn a_finished_connection_is_waited_for_as_long_as_the_caller_likes() {
    let mut caller = Caller::new();
    let _server = caller.connected(1);
    caller.sockets.finish(1);
    let end = Instant::now() + Duration::from_millis(1_500);
    assert_eq!(caller.until(|_, _| Instant::now() > end), []);
    assert!(!caller.sockets.is_empty());
}

#[test]
fn a_finished_connection_can_be_reset() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    caller.sockets.finish(1);
    assert_eq!(until_end_of_stream(&mut server), b"");
    caller.sockets.reset(1);
    assert!(caller.sockets.is_empty());
    let kind = loop {
        match server.write_all(b"into the void") {
            Ok(()) => thread::sleep(Duration::from_millis(5)),
            Err(error) => break error.kind(),
        }
    };
    assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{kind:?}");
}

#[test]
fn after_a_reset_nothing_more_is_told() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    server.write_all(b"too late").unwrap();
    caller.sockets.reset(1);
    assert_eq!(caller.turn(Duration::from_millis(50)), []);
    let error = server.read(&mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_connection_that_the_server_broke_is_gone() {
    let mut caller = Caller::new();
    let server = caller.connected(1);
    socket2::SockRef::from(&server).set_linger(Some(Duration::ZERO)).unwrap();
    drop(server);
    assert_eq!(caller.until_empty(), [Told::Closed(Some(ErrorKind::ConnectionReset))]);
    caller.sockets.write(1, b"into the void".to_vec());
    caller.sockets.finish(1);
    caller.sockets.reset(1);
    assert_eq!(caller.turn(Duration::from_millis(50)), []);
}

#[test]
fn a_server_that_says_nothing_more_can_still_be_told_something() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(caller.until_closed(), [Told::Closed(None)]);
    caller.sockets.write(1, b"last words".to_vec());
    assert!(!caller.sockets.is_empty());
    caller.sockets.finish(1);
    assert!(caller.sockets.is_empty(), "closed on both sides");
    assert_eq!(until_end_of_stream(&mut server), b"last words");
}

#[test]
fn all_are_closed_together() {
    let mut caller = Caller::new();
    let servers = [1, 2, 3].map(|key| caller.connected(key));
    caller.sockets.write(2, b"last words".to_vec());
    caller.sockets.close_all();
    let said = servers.map(|mut server| until_end_of_stream(&mut server));
    assert_eq!(said, [&b""[..], b"last words", b""]);
    assert_eq!(caller.until_empty(), [Told::Closed(None), Told::Closed(None), Told::Closed(None)]);
}
