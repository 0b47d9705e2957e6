//! How connections end, seen from the server's side.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use smbreplay_client::driver::{Arrival, Socket, SocketEvent};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, channel};

const PATIENCE: Duration = Duration::from_secs(10);

async fn connected() -> (Socket, Receiver<Arrival<u8>>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (events, mut arrivals) = channel(1);
    let socket = Socket::connect(listener.local_addr().unwrap(), PATIENCE, 1, events);
    let (server, _) = listener.accept().await.unwrap();
    assert!(matches!(arrivals.recv().await.unwrap().event, SocketEvent::Connected));
    (socket, arrivals, server)
}

async fn until_end_of_stream(server: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    tokio::time::timeout(PATIENCE, server.read_to_end(&mut received)).await.unwrap().unwrap();
    received
}

#[tokio::test]
async fn a_dropped_connection_is_gone_although_the_server_keeps_its_side_open() {
    let (socket, mut arrivals, mut server) = connected().await;
    socket.write(b"last words".to_vec());
    drop(socket);
    assert_eq!(until_end_of_stream(&mut server).await, b"last words");
    let ended = tokio::time::timeout(PATIENCE, arrivals.recv()).await.unwrap();
    assert!(ended.is_none(), "{ended:?}");
}

#[tokio::test]
async fn a_dropped_connection_still_takes_what_the_server_has_to_say() {
    let (socket, mut arrivals, mut server) = connected().await;
    drop(socket);
    assert_eq!(until_end_of_stream(&mut server).await, b"");
    server.write_all(b"answer").await.unwrap();
    drop(server);
    assert!(matches!(arrivals.recv().await.unwrap().event, SocketEvent::Received(_)));
    assert!(matches!(arrivals.recv().await.unwrap().event, SocketEvent::Closed(None)));
}

#[tokio::test]
async fn after_finish_the_server_can_still_answer() {
    let (socket, mut arrivals, mut server) = connected().await;
    socket.finish();
    assert_eq!(until_end_of_stream(&mut server).await, b"");
    server.write_all(b"answer").await.unwrap();
    drop(server);
    let event = arrivals.recv().await.unwrap().event;
    assert!(matches!(&event, SocketEvent::Received(bytes) if bytes == "answer"), "{event:?}");
    assert!(matches!(arrivals.recv().await.unwrap().event, SocketEvent::Closed(None)));
}

#[tokio::test]
async fn a_finished_connection_can_be_reset() {
    let (socket, _arrivals, mut server) = connected().await;
    socket.finish();
    assert_eq!(until_end_of_stream(&mut server).await, b"");
    socket.reset();
    let error = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Err(error) = server.write_all(b"into the void").await {
                return error;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let kind = error.await.unwrap().kind();
    assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{kind:?}");
}
