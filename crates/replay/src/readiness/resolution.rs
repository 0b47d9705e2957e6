//! The addresses of a name, asked for without waiting for ever.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How often it is looked whether to go on.
const LOOK: Duration = Duration::from_millis(50);

/// The addresses of `host`, or why there are none; `None` when `cancelled` was set first. The system's resolver has its own idea
/// of patience, so it is left behind when that is longer than `patience`.
pub(super) fn resolve(
    host: &str,
    port: u16,
    patience: Duration,
    cancelled: &AtomicBool,
) -> Option<io::Result<Vec<SocketAddr>>> {
    let (answer, answered) = mpsc::channel();
    let host = host.to_owned();
    std::thread::spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        // Nobody listens any more when it took too long.
        let _ = answer.send(found);
    });
    let begun = Instant::now();
    loop {
        match answered.recv_timeout(LOOK) {
            Ok(found) => return Some(found),
            Err(RecvTimeoutError::Disconnected) => return Some(Err(io::Error::other("the resolver gave up"))),
            Err(RecvTimeoutError::Timeout) if cancelled.load(Ordering::Relaxed) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if begun.elapsed() >= patience {
            return Some(Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {patience:?}"))));
        }
    }
}
