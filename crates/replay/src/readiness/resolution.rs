//! The addresses of a name, asked for without waiting for ever.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
    let Some(asking) = Asking::begin() else {
        return Some(Err(io::Error::other("the system's resolver has not answered earlier questions yet")));
    };
    let (answer, answered) = mpsc::channel();
    let host = host.to_owned();
    let resolver = std::thread::Builder::new().spawn(move || {
        let _asking = asking;
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        // Nobody listens any more when it took too long.
        let _ = answer.send(found);
    });
    if let Err(error) = resolver {
        return Some(Err(error));
    }
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

/// A question to the system's resolver. Those that were left behind count until they are answered.
struct Asking;

/// How many there are.
static ASKING: AtomicUsize = AtomicUsize::new(0);
/// How many there may be.
const MOST_ASKING: usize = 16;

impl Asking {
    fn begin() -> Option<Self> {
        let more = |asking: usize| asking.checked_add(1).filter(|asking| *asking <= MOST_ASKING);
        ASKING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASKING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_were_left_behind_are_bounded() {
        let asking: Vec<Option<Asking>> = (0..=MOST_ASKING).map(|_| Asking::begin()).collect();
        assert_eq!(asking.iter().flatten().count(), MOST_ASKING);
        drop(asking);
        assert!(Asking::begin().is_some());
    }
}
