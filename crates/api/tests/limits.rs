//! Clients that are slow, never end, or are too many.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use smbreplay_api::{Environment, Limits, Server, Settings};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A server in a folder of its own; it ends with this.
struct Running {
    folder: tempfile::TempDir,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

/// What a pcap file begins with.
const PCAP: [u8; 24] = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];

impl Running {
    fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_owned();
        let settings = Settings {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            key: None,
            origins: Vec::new(),
            state_folder: folder.path().join("state"),
            limits,
            environment: Environment::new(move |name| match name {
                "HOME" => home.to_str().map(str::to_owned),
                _ => None,
            }),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let server = runtime.block_on(Server::bind(settings)).unwrap();
        let address = server.address();
        runtime.spawn(server.run(std::future::pending()));
        Self { folder, address, _runtime: runtime }
    }

    fn cases(&self) -> PathBuf {
        self.folder.path().join("cases")
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// A connection that has sent this head.
    fn begin(&self, head: &str) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(format!("{head}\r\nHost: {}\r\n\r\n", self.address).as_bytes()).unwrap();
        stream
    }

    fn health(&self) -> String {
        answer(self.begin("GET /health HTTP/1.1\r\nConnection: close"))
    }
}

/// All that the server says until it closes the connection, which it must.
fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "it is open still");
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a byte now and then until the server closes the connection.
fn trickle(stream: &TcpStream) -> std::thread::JoinHandle<()> {
    let mut stream = stream.try_clone().unwrap();
    std::thread::spawn(move || {
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    })
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

fn upload(name: &str, length: usize) -> String {
    format!(
        "POST /api/traces?name={name} HTTP/1.1\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {length}"
    )
}

#[test]
fn an_upload_that_stops_or_only_trickles_is_given_up() {
    let server = Running::with(Limits { idle: Duration::from_millis(600), ..Limits::default() });
    let mut stopped = server.begin(&upload("x.pcap", 1000));
    stopped.write_all(&PCAP).unwrap();
    let told = answer(stopped);
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("\"too_slow\""), "{told}");
    let mut trickling = server.begin(&upload("x.pcap", 100_000));
    trickling.write_all(&PCAP).unwrap();
    let sending = trickle(&trickling);
    let told = answer(trickling);
    // What is sent behind the answer may keep it from arriving.
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 408"), "{told}");
    sending.join().unwrap();
    assert!(is_empty(&server.cases()));
}

#[test]
fn an_upload_that_is_slow_but_steady_is_taken() {
    let server = Running::with(Limits { idle: Duration::from_secs(3), ..Limits::default() });
    let body = [PCAP.to_vec(), vec![0; 100_000]].concat();
    let mut stream = server.begin(&upload("x.pcap", body.len()));
    // It takes longer than the limit in all.
    for piece in body.chunks(20_000) {
        stream.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(900));
    }
    let told = answer(stream);
    assert!(told.starts_with("HTTP/1.1 201"), "{told}");
}

#[test]
fn an_upload_beyond_the_limit_is_refused_by_its_length_and_by_its_bytes() {
    let server = Running::with(Limits { upload: 100_000, ..Limits::default() });
    let told = answer(server.begin(&upload("x.pcap", 100_001)));
    assert!(told.starts_with("HTTP/1.1 413") && told.contains("\"too_large\""), "{told}");
    let mut stream = server.begin(&upload("x.pcap", 0).replace("Content-Length: 0", "Transfer-Encoding: chunked"));
    let body = [PCAP.to_vec(), vec![0; 99_977]].concat();
    assert_eq!(body.len(), 100_001);
    stream.write_all(format!("{:x}\r\n", body.len()).as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let told = answer(stream);
    assert!(told.starts_with("HTTP/1.1 413"), "{told}");
    assert!(is_empty(&server.cases()));
}

#[test]
fn more_uploads_than_there_may_be_are_refused() {
    let server = Running::with(Limits { uploads: 1, ..Limits::default() });
    let mut first = server.begin(&upload("x.pcap", 1000));
    first.write_all(&PCAP).unwrap();
    let folder = server.cases().join("2010101010");
    while is_empty(&folder) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let told = answer(server.begin(&upload("y.pcap", 24)));
    assert!(told.starts_with("HTTP/1.1 503"), "{told}");
}

#[test]
fn a_head_that_never_ends_and_a_connection_without_requests_are_closed() {
    let server = Running::with(Limits { head: Duration::from_millis(500), ..Limits::default() });
    let mut slow = server.connect();
    slow.write_all(b"GET /health HTTP/1.1\r\nX-Slow: ").unwrap();
    let sending = trickle(&slow);
    answer(slow);
    sending.join().unwrap();
    answer(server.connect());
    // After an answer the connection waits for another request, but not for ever.
    let kept = answer(server.begin("GET /health HTTP/1.1"));
    assert!(kept.starts_with("HTTP/1.1 200"), "{kept}");
}

#[test]
fn a_json_body_that_never_ends_is_given_up() {
    let server = Running::with(Limits { body_time: Duration::from_millis(500), ..Limits::default() });
    let head = "PUT /api/config HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100";
    let mut stream = server.begin(head);
    stream.write_all(b"{").unwrap();
    let told = answer(stream);
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("\"too_slow\""), "{told}");
}

#[test]
fn connections_beyond_the_limit_wait_for_the_others() {
    let server = Running::with(Limits { connections: 2, head: Duration::from_millis(700), ..Limits::default() });
    let idle = [server.connect(), server.connect()];
    assert!(server.health().starts_with("HTTP/1.1 200"));
    drop(idle);
}

#[test]
fn who_asks_for_much_and_reads_nothing_is_given_up() {
    let server = Running::with(Limits { idle: Duration::from_millis(700), connections: 1, ..Limits::default() });
    // So many documents fit into no buffer.
    let mut greedy = server.connect();
    let request = format!("GET /openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    greedy.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
    for _ in 0..2000 {
        if greedy.write_all(request.as_bytes()).is_err() {
            break;
        }
    }
    // Its place is given to another.
    assert!(server.health().starts_with("HTTP/1.1 200"));
    drop(greedy);
}
