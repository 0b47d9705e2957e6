//! A caller with connections to servers of the test.

use smbreplay_client::sockets::{Event, Sockets};
use std::fmt;
use std::io::{ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// What was told of a connection.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Told {
    Connected,
    ConnectFailed(ErrorKind),
    Received(Vec<u8>),
    Closed(Option<ErrorKind>),
}

impl fmt::Debug for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => formatter.write_str("connected"),
            Self::ConnectFailed(kind) => write!(formatter, "not connected: {kind:?}"),
            Self::Received(bytes) if bytes.len() > 20 => write!(formatter, "{} bytes", bytes.len()),
            Self::Received(bytes) => write!(formatter, "\"{}\"", bytes.escape_ascii()),
            Self::Closed(kind) => write!(formatter, "closed: {kind:?}"),
        }
    }
}

pub(crate) struct Caller {
    pub(crate) sockets: Sockets<u8>,
}

impl Caller {
    pub(crate) fn new() -> Self {
        Self { sockets: Sockets::new().unwrap() }
    }

    /// One wait, of at most `longest`.
    pub(crate) fn turn(&mut self, longest: Duration) -> Vec<(u8, Told)> {
        let mut told = Vec::new();
        let before = Instant::now();
        self.sockets
            .wait(Some(before + longest), |arrival| {
                assert!(arrival.at >= before && arrival.at <= Instant::now());
                let what = match arrival.event {
                    Event::Connected => Told::Connected,
                    Event::ConnectFailed(error) => Told::ConnectFailed(error.kind()),
                    Event::Received(bytes) => Told::Received(bytes.to_vec()),
                    Event::Closed(error) => Told::Closed(error.map(|error| error.kind())),
                };
                told.push((arrival.key, what));
            })
            .unwrap();
        told
    }

    /// What is told until `enough`; bytes that come one after the other as one.
    pub(crate) fn until(&mut self, mut enough: impl FnMut(&Sockets<u8>, &[Told]) -> bool) -> Vec<Told> {
        let end = Instant::now() + PATIENCE;
        let mut told: Vec<Told> = Vec::new();
        while !enough(&self.sockets, &told) {
            assert!(Instant::now() < end, "only {told:?}");
            for (_, what) in self.turn(Duration::from_millis(20)) {
                match (told.last_mut(), what) {
                    (Some(Told::Received(all)), Told::Received(more)) => all.extend(more),
                    (_, what) => told.push(what),
                }
            }
        }
        told
    }

    /// What is told until there is nothing left to wait for.
    pub(crate) fn until_empty(&mut self) -> Vec<Told> {
        self.until(|sockets, _| sockets.is_empty())
    }

    /// What is told until one side or both are closed.
    pub(crate) fn until_closed(&mut self) -> Vec<Told> {
        self.until(|_, told| matches!(told.last(), Some(Told::Closed(_))))
    }

    /// A connection that stands, and the server's end of it.
    pub(crate) fn connected(&mut self, key: u8) -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        self.sockets.connect(listener.local_addr().unwrap(), PATIENCE, key);
        let (server, _) = listener.accept().unwrap();
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        server.set_write_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(self.until(|_, told| !told.is_empty()), [Told::Connected]);
        server
    }
}

pub(crate) fn until_end_of_stream(server: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    server.read_to_end(&mut received).unwrap();
    received
}

/// Bytes that are not all the same.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}
