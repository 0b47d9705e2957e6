//! The TCP side of a conversation in a tokio runtime: a task that carries bytes between a socket and a channel of events.
//! It is for those that wait for each answer, like [`probe`](crate::probe); a replay has [`sockets`](crate::sockets).

use bytes::{Bytes, BytesMut};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::mpsc;

/// Bytes read at once from a socket.
const READ_SIZE: usize = 256 * 1024;

/// How long a connection that the caller has dropped waits for the server to close its side.
const LINGER: Duration = Duration::from_secs(1);

/// What happened on a socket.
#[derive(Debug)]
pub enum SocketEvent {
    /// The TCP connection stands.
    Connected,
    /// It could not be made.
    ConnectFailed(io::Error),
    /// Bytes came.
    Received(Bytes),
    /// The server closed its side (`None`), or the connection broke.
    Closed(Option<io::Error>),
}

/// A [`SocketEvent`] with the number its connection was given, and when it was seen.
#[derive(Debug)]
pub struct Arrival<K> {
    /// The caller's name for the connection.
    pub key: K,
    /// When the socket gave it.
    pub at: Instant,
    /// What happened.
    pub event: SocketEvent,
}

/// What the caller wants done.
#[derive(Debug)]
enum Order {
    Write(Vec<u8>),
    Finish,
    Reset,
}

/// The caller's end of one connection. Dropping it ends the connection: what is queued goes out and the sending side is
/// closed (FIN); when the server does not close its side within a second, the connection is gone without a last event.
#[derive(Debug)]
pub struct Socket {
    orders: mpsc::UnboundedSender<Order>,
}

impl Socket {
    /// Starts to connect to `address`; what comes of it arrives in `events` under `key`. While nobody takes events out,
    /// nothing more is read from the socket: what a server can make the caller hold is bounded by the channel's size
    /// times 256 KiB. Must be called inside a tokio runtime.
    pub fn connect<K: Copy + Send + Sync + 'static>(
        address: SocketAddr,
        patience: Duration,
        key: K,
        events: mpsc::Sender<Arrival<K>>,
    ) -> Self {
        let (orders, inbox) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let events = Events { key, events };
            let stream = match tokio::time::timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    events.tell(SocketEvent::ConnectFailed(error)).await;
                    return;
                }
                Err(_) => {
                    events.tell(SocketEvent::ConnectFailed(io::ErrorKind::TimedOut.into())).await;
                    return;
                }
            };
            // Without it a small request waits for the acknowledgement of the one before.
            let _ = stream.set_nodelay(true);
            if events.tell(SocketEvent::Connected).await {
                carry(stream, events, inbox).await;
            }
        });
        Self { orders }
    }

    /// Queues bytes. They are lost without notice when the connection is already closed; the close is an event.
    pub fn write(&self, bytes: Vec<u8>) {
        let _ = self.orders.send(Order::Write(bytes));
    }

    /// Closes the sending side after what is queued (FIN); the server's side stays readable until it closes too.
    pub fn finish(&self) {
        let _ = self.orders.send(Order::Finish);
    }

    /// Breaks the connection at once (RST).
    pub fn reset(&self) {
        let _ = self.orders.send(Order::Reset);
    }
}

/// How the caller ended a connection.
#[derive(PartialEq, Eq)]
enum End {
    Dropped,
    Reset,
}

/// Where the caller learns what happens.
struct Events<K> {
    key: K,
    events: mpsc::Sender<Arrival<K>>,
}

impl<K: Copy> Events<K> {
    /// False when the caller is gone.
    async fn tell(&self, event: SocketEvent) -> bool {
        self.events.send(Arrival { key: self.key, at: Instant::now(), event }).await.is_ok()
    }
}

async fn carry<K: Copy>(mut stream: TcpStream, events: Events<K>, mut inbox: mpsc::UnboundedReceiver<Order>) {
    let end = {
        let (reading, writing) = stream.split();
        let mut reading = std::pin::pin!(read(reading, &events));
        let mut writing = std::pin::pin!(write(writing, &mut inbox));
        tokio::select! {
            () = &mut reading => writing.await,
            end = &mut writing => {
                if end == End::Dropped {
                    // Closing with answers unread makes the kernel send RST, and what was just written may be lost.
                    let _ = tokio::time::timeout(LINGER, reading).await;
                }
                end
            }
        }
    };
    if end == End::Reset {
        // Closing with nothing to linger for is what makes the kernel send RST instead of FIN.
        let _ = stream.set_zero_linger();
    }
}

async fn read<K: Copy>(mut reading: ReadHalf<'_>, events: &Events<K>) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(READ_SIZE);
        match reading.read_buf(&mut buffer).await {
            Ok(0) => {
                events.tell(SocketEvent::Closed(None)).await;
                return;
            }
            Ok(_) => {
                if !events.tell(SocketEvent::Received(buffer.split().freeze())).await {
                    return;
                }
            }
            Err(error) => {
                events.tell(SocketEvent::Closed(Some(error))).await;
                return;
            }
        }
    }
}

/// Obeys until the caller has had enough: also a connection that is closed on one side or both can still be reset.
async fn write(mut writing: WriteHalf<'_>, inbox: &mut mpsc::UnboundedReceiver<Order>) -> End {
    while let Some(order) = inbox.recv().await {
        // The reading side reports a broken connection; here there is nobody to tell twice.
        let _ = match order {
            Order::Write(bytes) => writing.write_all(&bytes).await,
            Order::Finish => writing.shutdown().await,
            Order::Reset => return End::Reset,
        };
    }
    let _ = writing.shutdown().await;
    End::Dropped
}
