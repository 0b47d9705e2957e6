//! Waking up on time. The runtime's own clock counts milliseconds; requests of a capture lie closer together.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How late the runtime may wake a task.
const RUNTIME_RESOLUTION: Duration = Duration::from_millis(2);

/// A thread that does nothing but wait for the time of the next request. It ends with its owner.
pub struct Alarm {
    orders: Sender<Instant>,
    rings: Arc<Notify>,
}

impl Alarm {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system refuses one.
    pub fn new() -> io::Result<Self> {
        let (orders, inbox) = channel();
        let rings = Arc::new(Notify::new());
        let bell = Arc::clone(&rings);
        thread::Builder::new().name("alarm".to_owned()).spawn(move || keep_time(&inbox, &bell))?;
        Ok(Self { orders, rings })
    }

    /// Returns at `time`, or at once when it has passed; may be given up at any moment.
    pub async fn at(&self, time: Instant) {
        let remaining = time.saturating_duration_since(Instant::now());
        if let Some(most) = remaining.checked_sub(RUNTIME_RESOLUTION).filter(|most| !most.is_zero()) {
            tokio::time::sleep(most).await;
        }
        while Instant::now() < time {
            if self.orders.send(time).is_err() {
                // Without the thread, the runtime's clock has to do.
                return tokio::time::sleep_until(time.into()).await;
            }
            self.rings.notified().await;
        }
    }
}

/// Rings at the time that was ordered last.
fn keep_time(orders: &Receiver<Instant>, bell: &Notify) {
    while let Ok(mut time) = orders.recv() {
        loop {
            match orders.recv_timeout(time.saturating_duration_since(Instant::now())) {
                Ok(other) => time = other,
                Err(RecvTimeoutError::Timeout) => {
                    bell.notify_one();
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn it_never_returns_before_its_time() {
        let alarm = Alarm::new().unwrap();
        for microseconds in [0, 1, 300, 1_700, 2_500, 7_000] {
            let time = Instant::now() + Duration::from_micros(microseconds);
            alarm.at(time).await;
            assert!(Instant::now() >= time);
        }
    }

    #[tokio::test]
    async fn an_alarm_that_was_given_up_does_not_ring_for_the_next() {
        let alarm = Alarm::new().unwrap();
        let now = Instant::now();
        for after in [1, 2] {
            let _ = tokio::time::timeout(Duration::ZERO, alarm.at(now + Duration::from_millis(after))).await;
        }
        let time = now + Duration::from_millis(9);
        alarm.at(time).await;
        assert!(Instant::now() >= time);
    }
}
