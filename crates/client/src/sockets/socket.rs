//! One connection: what is still to be written, and what may still be read.

use bytes::Bytes;
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::SockRef;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

/// Whether a read that does not fill the buffer has taken everything, and the system tells when more comes. Elsewhere
/// only a read that finds nothing makes it do so.
const SHORT_READ_TAKES_ALL: bool =
    cfg!(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd"));

/// How far the sending side is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    Open,
    /// To be closed when nothing is queued.
    Finishing,
    /// Closed, or broken: nothing can be sent any more.
    Over,
}

/// How far the receiving side is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiving {
    /// Everything that the system told of was read.
    Drained,
    /// There may be something to read.
    Ready,
    /// There may be, and after it comes the end, of which the system does not tell twice.
    Ending,
    /// The end was read.
    Over,
}

/// What a read gave.
pub(super) enum Reading<'a> {
    Bytes(&'a [u8]),
    /// Nothing before the system tells of more.
    Nothing,
    /// The server closed its side, or the connection broke. Given once.
    End(Option<io::Error>),
}

pub(super) struct Socket<K> {
    key: K,
    stream: TcpStream,
    connecting: bool,
    queue: VecDeque<Bytes>,
    /// Bytes of the first of the queue that the kernel has taken.
    taken: usize,
    sending: Sending,
    receiving: Receiving,
    /// The caller has closed it.
    released: bool,
    /// It will be looked at in this turn.
    noticed: bool,
}

impl<K: Copy> Socket<K> {
    pub(super) fn connect(address: SocketAddr, key: K, token: Token, registry: &Registry) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            key,
            stream,
            connecting: true,
            queue: VecDeque::new(),
            taken: 0,
            sending: Sending::Open,
            receiving: Receiving::Drained,
            released: false,
            noticed: false,
        })
    }

    pub(super) fn key(&self) -> K {
        self.key
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.connecting
    }

    /// Closed on both sides.
    pub(super) fn is_over(&self) -> bool {
        (self.sending, self.receiving) == (Sending::Over, Receiving::Over)
    }

    /// The caller has closed it, everything has gone out, and the server has not closed its side.
    pub(super) fn lingers(&self) -> bool {
        self.released && self.sending == Sending::Over
    }

    /// What one turn did not do.
    pub(super) fn has_more(&self) -> bool {
        self.noticed
    }

    pub(super) fn queued_bytes(&self) -> usize {
        self.queue.iter().fold(0, |sum: usize, bytes| sum.saturating_add(bytes.len())).saturating_sub(self.taken)
    }

    /// The system tells of it. Whether it did not already wait for its turn.
    pub(super) fn notice(&mut self, event: &Event) -> bool {
        let ends = event.is_read_closed() || event.is_error();
        match self.receiving {
            Receiving::Over | Receiving::Ending => {}
            _ if ends => self.receiving = Receiving::Ending,
            _ if event.is_readable() => self.receiving = Receiving::Ready,
            _ => {}
        }
        !std::mem::replace(&mut self.noticed, true)
    }

    /// Whether the connection stands now.
    pub(super) fn try_stand(&mut self) -> io::Result<bool> {
        self.noticed = false;
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => {
                // Without it a small request waits for the acknowledgement of the one before.
                let _ = self.stream.set_nodelay(true);
                self.connecting = false;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
            // It stood, and the server has closed it since: reading tells of that.
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                self.connecting = false;
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn write(&mut self, bytes: Bytes) {
        if self.sending != Sending::Open || bytes.is_empty() {
            return;
        }
        let is_first = self.queue.is_empty();
        self.queue.push_back(bytes);
        if is_first {
            self.flush();
        }
    }

    pub(super) fn finish(&mut self) {
        if self.sending == Sending::Open {
            self.sending = Sending::Finishing;
            self.flush();
        }
    }

    pub(super) fn release(&mut self) {
        self.released = true;
        self.finish();
    }

    /// Closes it so that the server sees it break.
    pub(super) fn reset(self) {
        // Closing with nothing to linger for is what makes the kernel send RST instead of FIN.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// The system need not tell of it any more.
    pub(super) fn leave(&mut self, registry: &Registry) {
        let _ = registry.deregister(&mut self.stream);
    }

    /// Writes until the kernel takes no more, of which the system tells when it takes some again.
    pub(super) fn flush(&mut self) {
        if self.connecting {
            return;
        }
        while let Some(rest) = self.queue.front().and_then(|first| first.get(self.taken..)) {
            if rest.is_empty() {
                self.queue.pop_front();
                self.taken = 0;
                continue;
            }
            match self.stream.write(rest) {
                Ok(written @ 1..) => self.taken = self.taken.saturating_add(written),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // The receiving side reports a broken connection; here there is nobody to tell twice.
                Ok(0) | Err(_) => {
                    self.queue.clear();
                    self.taken = 0;
                    self.sending = Sending::Over;
                }
            }
        }
        if self.sending == Sending::Finishing {
            let _ = self.stream.shutdown(Shutdown::Write);
            self.sending = Sending::Over;
        }
    }

    /// Reads what is there, at most as much as `buffer` holds.
    pub(super) fn read<'a>(&mut self, buffer: &'a mut [u8]) -> Reading<'a> {
        self.noticed = false;
        if matches!(self.receiving, Receiving::Drained | Receiving::Over) {
            return Reading::Nothing;
        }
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return self.end(None),
                Ok(length) => {
                    let is_all = SHORT_READ_TAKES_ALL && length < buffer.len();
                    if is_all && self.receiving == Receiving::Ready {
                        self.receiving = Receiving::Drained;
                    }
                    self.noticed = self.receiving != Receiving::Drained;
                    return Reading::Bytes(buffer.get(..length).unwrap_or_default());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.receiving = Receiving::Drained;
                    return Reading::Nothing;
                }
                Err(error) => return self.end(Some(error)),
            }
        }
    }

    fn end(&mut self, error: Option<io::Error>) -> Reading<'static> {
        self.receiving = Receiving::Over;
        Reading::End(error)
    }
}
