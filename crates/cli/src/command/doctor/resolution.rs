//! The addresses of a name, asked for without waiting for ever.

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How often it is looked whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(50);

/// The addresses of `host`, or why there are none. The system's resolver has its own idea of patience, so it is left
/// behind when that is longer than `patience`.
pub(super) fn resolve(
    host: &str,
    port: u16,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<io::Result<Vec<SocketAddr>>, Failure> {
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
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(io::Error::other("the resolver gave up"))),
            Err(RecvTimeoutError::Timeout) => interrupt.check()?,
        }
        if begun.elapsed() >= patience {
            return Ok(Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {patience:?}"))));
        }
    }
}
