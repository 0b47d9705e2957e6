//! Many TCP connections served by the thread that asks for what happened on them: no task, channel or buffer for each.
//!
//! Bytes to write go to the kernel at once where it takes them; everything else happens inside [`Sockets::wait`]. What
//! a server sends is read only there, so that it cannot make the caller hold more than the caller asks for.

mod bell;
mod deadlines;
mod socket;

pub use bell::Bell;

use bytes::Bytes;
use deadlines::Deadlines;
use mio::{Events, Poll, Token};
use rustc_hash::FxHashMap;
use socket::{Reading, Socket};
use std::hash::Hash;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Bytes taken from one socket before the others have their turn; also the size of the one buffer that all share.
const TURN: usize = 256 * 1024;
/// Sockets told of at once; more are told of in the next turn.
const EVENTS: usize = 256;
/// How long a connection that was closed waits for the server to close its side.
const LINGER: Duration = Duration::from_secs(1);
/// What [`Bell`] rings with.
const BELL: Token = Token(usize::MAX);

/// What happened on a socket.
#[derive(Debug)]
pub enum Event<'a> {
    /// The TCP connection stands.
    Connected,
    /// It could not be made. Nothing more is heard of it.
    ConnectFailed(io::Error),
    /// Bytes came; at least one.
    Received(&'a [u8]),
    /// The server closed its side (`None`), or the connection broke. Nothing more is heard of it.
    Closed(Option<io::Error>),
}

/// An [`Event`] with the connection it happened on, and when it was seen.
#[derive(Debug)]
pub struct Arrival<'a, K> {
    /// The caller's name for the connection.
    pub key: K,
    /// When its socket had its turn.
    pub at: Instant,
    /// What happened.
    pub event: Event<'a>,
}

/// Connections by the caller's names for them. Dropping it closes them at once, whatever is still queued.
pub struct Sockets<K> {
    poll: Poll,
    events: Events,
    buffer: Box<[u8]>,
    sockets: FxHashMap<Token, Socket<K>>,
    /// Those that the caller has not closed.
    tokens: FxHashMap<K, Token>,
    next_token: usize,
    /// Sockets to be looked at in this turn, each once.
    ready: Vec<Token>,
    /// Connects that failed before there was anything to wait for.
    failed: Vec<(K, io::Error)>,
    /// Until when connections may be in the making, and closed ones wait for the server.
    deadlines: Deadlines,
}

impl<K: Copy + Eq + Hash> Sockets<K> {
    /// No connections yet.
    ///
    /// # Errors
    /// When the system has no more means to wait for several sockets.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            buffer: vec![0; TURN].into(),
            sockets: FxHashMap::default(),
            tokens: FxHashMap::default(),
            next_token: 0,
            ready: Vec::new(),
            failed: Vec::new(),
            deadlines: Deadlines::default(),
        })
    }

    /// Starts to connect to `address`, for as long as `patience`; what comes of it is told by [`Sockets::wait`]. An
    /// earlier connection of this name is closed.
    pub fn connect(&mut self, address: SocketAddr, patience: Duration, key: K) {
        self.close(key);
        let token = Token(self.next_token);
        match Socket::connect(address, key, token, self.poll.registry()) {
            Ok(socket) => {
                self.next_token = self.next_token.saturating_add(1);
                self.sockets.insert(token, socket);
                self.tokens.insert(key, token);
                self.deadlines.set(token, Instant::now().checked_add(patience));
            }
            Err(error) => self.failed.push((key, error)),
        }
    }

    /// Writes bytes, or queues what the kernel does not take now. They are lost without notice when the connection is
    /// closed already, also by the server; the latter is an event.
    pub fn write(&mut self, key: K, bytes: impl Into<Bytes>) {
        self.act(key, |socket| socket.write(bytes.into()));
    }

    /// Closes the sending side after what is queued (FIN); the server's side stays readable until it closes too.
    pub fn finish(&mut self, key: K) {
        self.act(key, Socket::finish);
    }

    /// Breaks a connection at once (RST). Nothing more is heard of it.
    pub fn reset(&mut self, key: K) {
        self.failed.retain(|(failed, _)| *failed != key);
        if let Some(socket) = self.tokens.remove(&key).and_then(|token| self.remove(token)) {
            socket.reset();
        }
    }

    /// Ends a connection: what is queued goes out, the sending side is closed (FIN), and what the server still says is
    /// told. When it does not close its side within a second after the FIN, the connection is gone without a last event; a
    /// server that does not read what is queued keeps it for ever.
    pub fn close(&mut self, key: K) {
        self.act(key, Socket::release);
        self.tokens.remove(&key);
    }

    /// [`Sockets::close`] for all of them.
    pub fn close_all(&mut self) {
        let keys: Vec<K> = self.tokens.keys().copied().collect();
        keys.into_iter().for_each(|key| self.close(key));
    }

    /// Whether nothing is left to wait for: no connection stands, is being made or is being closed.
    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty() && self.failed.is_empty()
    }

    /// Bytes that were written on a connection and that the kernel has not taken yet.
    pub fn queued_bytes(&self, key: K) -> usize {
        self.tokens.get(&key).and_then(|token| self.sockets.get(token)).map_or(0, Socket::queued_bytes)
    }

    /// What ends a [`Sockets::wait`] from another thread. There can be one.
    ///
    /// # Errors
    /// When the system has none left.
    pub fn bell(&self) -> io::Result<Bell> {
        Bell::new(self.poll.registry(), BELL)
    }

    /// Waits until something happens, at most until `until` (for ever without), and hands it to `handle`: everything
    /// that has happened, but of each connection not more than one turn's bytes. May return early with nothing, and,
    /// with clocks that count milliseconds, one of them late.
    ///
    /// # Errors
    /// When the system cannot wait; nothing that happens on a connection is an error here.
    pub fn wait(&mut self, until: Option<Instant>, mut handle: impl FnMut(Arrival<'_, K>)) -> io::Result<()> {
        let timeout = self.timeout(until);
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        let at = Instant::now();
        for (key, error) in self.failed.drain(..) {
            handle(Arrival { key, at, event: Event::ConnectFailed(error) });
        }
        for event in &self.events {
            if let Some(socket) = self.sockets.get_mut(&event.token())
                && socket.notice(event)
            {
                self.ready.push(event.token());
            }
        }
        // What is put there meanwhile is for the next turn.
        for index in 0..self.ready.len() {
            if let Some(token) = self.ready.get(index).copied() {
                // Handling the one before may have taken a while.
                self.serve(token, Instant::now(), &mut handle);
            }
        }
        self.ready.retain(|token| self.sockets.get(token).is_some_and(Socket::has_more));
        self.expire(at, &mut handle);
        Ok(())
    }

    fn timeout(&self, until: Option<Instant>) -> Option<Duration> {
        if !self.ready.is_empty() || !self.failed.is_empty() {
            return Some(Duration::ZERO);
        }
        let until = until.into_iter().chain(self.deadlines.first()).min()?;
        Some(until.saturating_duration_since(Instant::now()))
    }

    /// One socket's turn.
    fn serve(&mut self, token: Token, at: Instant, handle: &mut impl FnMut(Arrival<'_, K>)) {
        let Some(socket) = self.sockets.get_mut(&token) else { return };
        let key = socket.key();
        if socket.is_connecting() {
            match socket.try_stand() {
                Ok(false) => return,
                Ok(true) => {
                    self.deadlines.set(token, None);
                    handle(Arrival { key, at, event: Event::Connected });
                }
                Err(error) => {
                    self.forget(token);
                    return handle(Arrival { key, at, event: Event::ConnectFailed(error) });
                }
            }
        }
        socket.flush();
        let mut room = TURN;
        while room > 0 {
            match socket.read(&mut self.buffer) {
                Reading::Bytes(bytes) => {
                    room = room.saturating_sub(bytes.len());
                    handle(Arrival { key, at, event: Event::Received(bytes) });
                }
                Reading::Nothing => break,
                Reading::End(error) => {
                    let is_broken = error.is_some();
                    handle(Arrival { key, at, event: Event::Closed(error) });
                    if is_broken {
                        return self.forget(token);
                    }
                }
            }
        }
        self.settle(token);
    }

    /// Gives up connections that cannot be made, and closed ones whose server stays silent.
    fn expire(&mut self, at: Instant, handle: &mut impl FnMut(Arrival<'_, K>)) {
        while let Some(token) = self.deadlines.take_passed(at) {
            let Some(socket) = self.sockets.get(&token) else { continue };
            let (key, was_connecting) = (socket.key(), socket.is_connecting());
            self.forget(token);
            if was_connecting {
                handle(Arrival { key, at, event: Event::ConnectFailed(io::ErrorKind::TimedOut.into()) });
            }
        }
    }

    fn act(&mut self, key: K, action: impl FnOnce(&mut Socket<K>)) {
        let Some(token) = self.tokens.get(&key).copied() else { return };
        if let Some(socket) = self.sockets.get_mut(&token) {
            action(socket);
        }
        self.settle(token);
    }

    /// A connection that is closed on both sides is gone; one that the caller has closed waits a moment for the server.
    fn settle(&mut self, token: Token) {
        let Some(socket) = self.sockets.get(&token) else { return };
        if socket.is_over() {
            self.forget(token);
        } else if socket.lingers() && !self.deadlines.has(token) {
            self.deadlines.set(token, Instant::now().checked_add(LINGER));
        }
    }

    fn forget(&mut self, token: Token) {
        if let Some(socket) = self.remove(token)
            && self.tokens.get(&socket.key()) == Some(&token)
        {
            self.tokens.remove(&socket.key());
        }
    }

    fn remove(&mut self, token: Token) -> Option<Socket<K>> {
        self.deadlines.set(token, None);
        let mut socket = self.sockets.remove(&token)?;
        socket.leave(self.poll.registry());
        Some(socket)
    }
}
