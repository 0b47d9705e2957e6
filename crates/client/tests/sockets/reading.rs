//! What servers send, and how much of it at once.

use crate::scene::{Caller, PATIENCE, Told, bytes, until_end_of_stream};
use std::collections::BTreeMap;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

/// Most that is told of one connection in one turn.
const TURN: usize = 256 * 1024;

#[test]
fn an_answer_and_the_end_that_come_together_are_both_told() {
    for length in [1, 1_000, TURN - 1, TURN, TURN + 1, 3 * TURN] {
        let mut caller = Caller::new();
        let mut server = caller.connected(1);
        let answer = bytes(length);
        let sent = answer.clone();
        let server = thread::spawn(move || server.write_all(&sent).unwrap());
        thread::sleep(Duration::from_millis(10));
        assert!(caller.until_closed() == [Told::Received(answer), Told::Closed(None)], "{length} bytes");
        server.join().unwrap();
    }
}

#[test]
fn an_end_that_comes_after_the_answer_was_read_is_told() {
    for _ in 0..50 {
        let mut caller = Caller::new();
        let mut server = caller.connected(1);
        server.write_all(b"answer").unwrap();
        assert_eq!(caller.until(|_, told| !told.is_empty()), [Told::Received(b"answer".to_vec())]);
        drop(server);
        assert_eq!(caller.until_closed(), [Told::Closed(None)]);
    }
}

#[test]
fn an_end_that_comes_while_the_answer_is_read_is_told() {
    for delay in 0..200 {
        let mut caller = Caller::new();
        let mut server = caller.connected(1);
        let server = thread::spawn(move || {
            server.write_all(b"answer").unwrap();
            for _ in 0..delay * 20 {
                std::hint::spin_loop();
            }
        });
        assert_eq!(caller.until_closed(), [Told::Received(b"answer".to_vec()), Told::Closed(None)]);
        server.join().unwrap();
    }
}

#[test]
fn every_answer_of_many_small_ones_is_told() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    let server = thread::spawn(move || {
        for chunk in bytes(300_000).chunks(97) {
            server.write_all(chunk).unwrap();
        }
    });
    assert!(caller.until_closed() == [Told::Received(bytes(300_000)), Told::Closed(None)]);
    server.join().unwrap();
}

#[test]
fn a_server_that_floods_lets_others_have_their_turn() {
    let mut caller = Caller::new();
    let mut flooding = caller.connected(1);
    let mut quiet = caller.connected(2);
    let flood = thread::spawn(move || {
        let flood = bytes(1_000_000);
        while flooding.write_all(&flood).is_ok() {}
    });
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(100) {
        caller.turn(PATIENCE);
    }
    quiet.write_all(b"answer").unwrap();
    let mut turns = 0;
    let mut heard = false;
    while !heard {
        turns += 1;
        let mut in_turn = BTreeMap::<u8, usize>::new();
        for (key, told) in caller.turn(PATIENCE) {
            let Told::Received(bytes) = told else { panic!("{told:?}") };
            *in_turn.entry(key).or_default() += bytes.len();
        }
        assert!(in_turn.values().all(|length| *length <= TURN), "{in_turn:?}");
        heard = in_turn.contains_key(&2);
    }
    assert!(turns <= 3, "{turns} turns");
    caller.sockets.reset(1);
    flood.join().unwrap();
}

#[test]
fn what_is_not_asked_for_is_not_read() {
    let mut caller = Caller::new();
    let mut server = caller.connected(1);
    server.set_nonblocking(true).unwrap();
    let flood = bytes(1_000_000);
    let mut sent = 0;
    while let Ok(length @ 1..) = server.write(&flood) {
        sent += length;
        assert!(sent < 100_000_000, "somebody reads");
    }
    drop(server);
    let told = caller.until_closed();
    let received: usize = told.iter().map(|told| if let Told::Received(bytes) = told { bytes.len() } else { 0 }).sum();
    assert_eq!(received, sent);
}

#[test]
fn connections_are_told_apart() {
    let mut caller = Caller::new();
    let mut servers = [1, 2, 3].map(|key| caller.connected(key));
    for (server, word) in servers.iter_mut().zip([b"one", b"two", b"six"]) {
        server.write_all(word).unwrap();
    }
    let mut told = BTreeMap::new();
    while told.len() < 3 {
        told.extend(caller.turn(PATIENCE));
    }
    let word = |word: &[u8]| Told::Received(word.to_vec());
    assert_eq!(told.into_iter().collect::<Vec<_>>(), [(1, word(b"one")), (2, word(b"two")), (3, word(b"six"))]);
    caller.sockets.close_all();
    servers.iter_mut().for_each(|server| assert_eq!(until_end_of_stream(server), b""));
}
