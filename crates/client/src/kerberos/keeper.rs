//! Keeping tickets valid while a run goes on, aside from what it does.

use super::Tickets;
use super::kdc::now;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// Longest time for which it is not looked: there may be tickets more by then, and clocks are set.
const LOOK: Duration = Duration::from_secs(60);
/// Shortest one, also after a KDC that gave no ticket.
const PAUSE: Duration = Duration::from_secs(1);

/// A thread that gets new tickets before those that are held have ended. It ends when this is dropped, or once the KDC that
/// it waits for then has answered.
#[derive(Debug)]
pub struct Keeper {
    _stop: Sender<()>,
}

impl Keeper {
    /// Keeps these tickets.
    pub fn start(tickets: Arc<Tickets>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let keep = move || {
            let mut wait = PAUSE;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = renew_due(&tickets).clamp(PAUSE, LOOK);
            }
        };
        // Without the thread, tickets end when they end: a run that is shorter is none the worse.
        if let Err(error) = thread::Builder::new().name("tickets".to_owned()).spawn(keep) {
            tracing::warn!(%error, "tickets are not renewed");
        }
        Self { _stop: stop }
    }
}

/// Gets a new ticket for each that has little time left; returns how long there is nothing to do.
fn renew_due(tickets: &Tickets) -> Duration {
    let now = now().seconds;
    let mut next = LOOK;
    for (credentials, start, end) in tickets.holders() {
        let due = due(start, end);
        if now < due {
            let left = u64::try_from(due.saturating_sub(now)).unwrap_or_default();
            next = next.min(Duration::from_secs(left));
        } else if let Err(error) = tickets.renew(&credentials) {
            tracing::warn!(user = %tickets.principal(&credentials), %error, "there is no new ticket");
        }
    }
    next
}

/// When a ticket of this lifetime is to be replaced: after four fifths of it.
fn due(start: i64, end: i64) -> i64 {
    end.saturating_sub(end.saturating_sub(start) / 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_replaced_while_a_fifth_of_its_life_is_left() {
        assert_eq!(due(1000, 1100), 1080);
        assert_eq!(due(i64::MIN, i64::MAX), i64::MAX - i64::MAX / 5);
    }
}
