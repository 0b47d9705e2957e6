//! Servers that let fewer in, and connections that go wrong while a crew is at work.

use crate::script::{Script, files, run_at};
use lab::{Samba, SambaOptions};
use smbreplay_client::crew::{CrewError, End};
use smbreplay_client::probe::ProbeError;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Copy)]
enum Trouble {
    Close,
    Stall,
    Garble,
}

/// Bytes of the server that go through before there is trouble: more than the logon takes.
const BEFORE: usize = 20_000;

/// A way to the server that passes the first [`BEFORE`] bytes of its answers.
async fn way_with(trouble: Trouble, server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(Some(trouble), client, server));
        }
    });
    address
}

async fn pass(trouble: Option<Trouble>, mut client: TcpStream, server: SocketAddr) {
    let mut server = TcpStream::connect(server).await.unwrap();
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let answers = async {
        let mut passed = 0;
        let mut buffer = vec![0; 1000];
        while passed < BEFORE || trouble.is_none() {
            let length = from_server.read(&mut buffer).await.unwrap_or(0);
            if length == 0 || to_client.write_all(&buffer[..length]).await.is_err() {
                return;
            }
            passed += length;
        }
        match trouble {
            None | Some(Trouble::Close) => {}
            Some(Trouble::Stall) => std::future::pending().await,
            Some(Trouble::Garble) => {
                let _ = to_client.write_all(&[b'x'; 1_000_000]).await;
                std::future::pending().await
            }
        }
    };
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        () = answers => {}
    }
}

async fn error_of(trouble: Trouble) -> CrewError {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let way = way_with(trouble, (Ipv4Addr::LOCALHOST, samba.port()).into()).await;
    let mut script = Script::new(files(2000));
    let patience = Duration::from_secs(2);
    run_at(way, &samba, patience, 2, &mut script, &AtomicBool::new(false)).await.unwrap_err()
}

#[tokio::test]
async fn a_connection_that_is_closed_is_an_error() {
    let error = error_of(Trouble::Close).await;
    assert!(matches!(error, CrewError::Probe(ProbeError::Closed { .. })), "{error:?}");
}

#[tokio::test]
async fn a_server_that_falls_silent_costs_no_more_than_the_patience() {
    let error = error_of(Trouble::Stall).await;
    assert!(matches!(error, CrewError::Probe(ProbeError::Timeout { .. })), "{error:?}");
}

#[tokio::test]
async fn garbage_is_called_so() {
    let error = error_of(Trouble::Garble).await;
    assert!(matches!(error, CrewError::Probe(ProbeError::NotSmb { .. })), "{error:?}");
}

#[tokio::test]
async fn those_connections_do_the_work_that_the_server_lets_in() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let server = (Ipv4Addr::LOCALHOST, samba.port()).into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let way = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for _ in 0..2 {
            tokio::spawn(pass(None, listener.accept().await.unwrap().0, server));
        }
        while listener.accept().await.is_ok() {}
    });
    let mut script = Script::new(files(200));
    let end = run_at(way, &samba, Duration::from_secs(30), 8, &mut script, &AtomicBool::new(false)).await.unwrap();
    assert_eq!(end, End::Done);
    script.assert_success(200, 2);
    assert_eq!(script.connections, BTreeSet::from([0, 1]));
}

#[tokio::test]
async fn a_crew_that_cannot_log_on_says_why() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let mut script = Script::new(files(1));
    let never = AtomicBool::new(false);
    let error = run_at(nobody, &samba, Duration::from_secs(30), 2, &mut script, &never).await.unwrap_err();
    assert!(matches!(error, CrewError::Probe(ProbeError::Unreachable { .. })), "{error:?}");
}
