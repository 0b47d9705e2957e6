//! How long a client may leave unread what is sent to it.

use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// A listener that gives connections up when nothing more can be written to them for a while: what waits to be read keeps memory,
/// files and a thread.
#[derive(Debug)]
pub(crate) struct Patient {
    listener: TcpListener,
    idle: Duration,
}

impl Patient {
    /// Gives up after this time without a byte.
    pub(crate) fn new(listener: TcpListener, idle: Duration) -> Self {
        Self { listener, idle }
    }
}

impl Listener for Patient {
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.idle));
        (Box::pin(stream), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
