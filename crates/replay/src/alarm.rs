//! Waking up on time. The clocks that threads wait for sockets with count milliseconds; requests of a capture lie closer
//! together.

use client::sockets::Bell;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How late a wait for sockets may end.
const COARSE: Duration = Duration::from_millis(2);

/// A thread that does nothing but ring when the next request is due. It ends with its owner.
pub struct Alarm {
    orders: Sender<Instant>,
    ordered: Option<Instant>,
}

impl Alarm {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system refuses one.
    pub fn new(bell: Bell) -> io::Result<Self> {
        let (orders, inbox) = channel();
        thread::Builder::new().name("alarm".to_owned()).spawn(move || keep_time(&inbox, &bell))?;
        Ok(Self { orders, ordered: None })
    }

    /// Until when a wait for sockets may last that has to end at `time`. When that is near, the bell rings then. It may
    /// ring for a time that was given before, too.
    pub fn set(&mut self, time: Instant) -> Instant {
        let now = Instant::now();
        if let Some(early) = time.checked_sub(COARSE).filter(|early| *early > now) {
            return early;
        }
        if time > now && self.ordered != Some(time) {
            self.ordered = Some(time);
            // Without the thread, the coarse clock has to do.
            let _ = self.orders.send(time);
        }
        time
    }
}

/// Rings at the time that was ordered last.
fn keep_time(orders: &Receiver<Instant>, bell: &Bell) {
    while let Ok(mut time) = orders.recv() {
        loop {
            match orders.recv_timeout(time.saturating_duration_since(Instant::now())) {
                Ok(other) => time = other,
                Err(RecvTimeoutError::Timeout) => {
                    let _ = bell.ring();
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
    use client::sockets::Sockets;

    fn sleep_until(time: Instant, alarm: &mut Alarm, sockets: &mut Sockets<u8>) -> Duration {
        while Instant::now() < time {
            let until = alarm.set(time);
            sockets.wait(Some(until), |_| ()).unwrap();
        }
        time.elapsed()
    }

    #[test]
    fn waits_end_closer_to_their_time_than_whole_milliseconds() {
        let mut sockets = Sockets::new().unwrap();
        let mut alarm = Alarm::new(sockets.bell().unwrap()).unwrap();
        let waits = [100, 1_100, 2_100, 7_100].repeat(8);
        let late = |wait| sleep_until(Instant::now() + Duration::from_micros(wait), &mut alarm, &mut sockets);
        let least = waits.into_iter().map(late).min().unwrap();
        assert!(least < Duration::from_micros(500), "{least:?}");
    }

    #[test]
    fn an_alarm_that_was_set_anew_rings_at_the_later_time_as_well() {
        let mut sockets = Sockets::<u8>::new().unwrap();
        let mut alarm = Alarm::new(sockets.bell().unwrap()).unwrap();
        alarm.set(Instant::now() + Duration::from_micros(1_000));
        let late = sleep_until(Instant::now() + Duration::from_micros(1_900), &mut alarm, &mut sockets);
        assert!(late < Duration::from_secs(5), "{late:?}");
    }
}
