//! Clients that ask and do not read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use smbreplay_api::{Environment, Limits, Server, Settings};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use store::{IngestRequest, Layout, ingest};

/// A server with the project's capture, whose patience is a second.
fn impatient(folder: &Path) -> SocketAddr {
    let cases = folder.join("cases");
    std::fs::create_dir_all(cases.join("2010101010")).unwrap();
    let capture = cases.join("2010101010/office.pcap");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap"), &capture).unwrap();
    let place = Layout::with_folders(cases.clone(), None).place(&capture).unwrap();
    ingest(&IngestRequest::new(place), &mut |_| {}, &AtomicBool::new(false)).unwrap();
    let home = folder.to_owned();
    let settings = Settings {
        address: "127.0.0.1:0".parse().unwrap(),
        key: None,
        origins: Vec::new(),
        state_folder: folder.join("state"),
        limits: Limits { idle: Duration::from_secs(1), ..Limits::default() },
        environment: Environment::new(move |name| match name {
            "HOME" => Some(home.display().to_string()),
            "TRACES_FOLDER" => Some(home.join("cases").display().to_string()),
            _ => None,
        }),
    };
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
            let server = Server::bind(settings).await.unwrap();
            told.send(server.address()).unwrap();
            server.run(std::future::pending()).await;
        });
    });
    address.recv().unwrap()
}

const REQUEST: &[u8] = b"GET /api/sessions/1?capture_path=office.pcap HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[test]
fn a_stream_that_is_not_read_is_given_up_and_others_are_answered() {
    const ASKED: usize = 60;
    let folder = tempfile::tempdir().unwrap();
    let address = impatient(folder.path());
    let mut whole = TcpStream::connect(address).unwrap();
    whole.write_all(&[REQUEST, b""].concat()).unwrap();
    whole.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut length = 0;
    let mut buffer = vec![0; 1 << 16];
    let mut end = Vec::new();
    while !end.ends_with(b"\r\n0\r\n\r\n") {
        let read = whole.read(&mut buffer).unwrap();
        assert_ne!(read, 0);
        length += read;
        end.extend_from_slice(buffer.get(..read).unwrap());
    }
    // More than all buffers between the two take.
    let mut unread = TcpStream::connect(address).unwrap();
    unread.write_all(&REQUEST.repeat(ASKED)).unwrap();
    std::thread::sleep(Duration::from_secs(4));
    let mut read = 0;
    while let Ok(more @ 1..) = unread.read(&mut buffer) {
        read += more;
    }
    assert!(read < length * ASKED / 2, "{read} bytes of {ASKED} answers of {length}");
    let mut health = TcpStream::connect(address).unwrap();
    health.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    health.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
