//! A ticket of the lab server, for any number of logons.

use kerberos::client::{Initiator, InitiatorEntropy, IssuedTicket, Moment};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A ticket, and the time of the latest logon with it.
#[derive(Debug)]
pub struct ServiceTicket {
    issued: Arc<IssuedTicket>,
    /// Microseconds since the beginning of 1970. Servers refuse an authenticator whose time they have seen before.
    latest: AtomicU64,
}

impl ServiceTicket {
    pub(super) fn new(issued: IssuedTicket) -> Self {
        Self { issued: Arc::new(issued), latest: AtomicU64::new(0) }
    }

    /// The ticket.
    pub fn issued(&self) -> &IssuedTicket {
        &self.issued
    }

    /// A logon with it, `now` in microseconds since the beginning of 1970; its time is one that no other logon with
    /// this ticket has.
    pub fn logon(&self, now: u64, random: LogonEntropy) -> Initiator {
        let LogonEntropy { subkey, confounder, sequence_number } = random;
        let advance = |latest: u64| Some(now.max(latest.saturating_add(1)));
        let latest = self.latest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, advance).unwrap_or(now);
        let time = Moment::from_microseconds(now.max(latest.saturating_add(1)));
        Initiator::new(Arc::clone(&self.issued), InitiatorEntropy { time, subkey, confounder, sequence_number })
    }
}

/// Random bytes for a logon, fresh for each.
#[derive(Clone, Copy)]
pub struct LogonEntropy {
    /// The client's own key.
    pub subkey: [u8; 32],
    /// Goes in front of what is encrypted.
    pub confounder: [u8; 16],
    /// Where the client begins to count messages.
    pub sequence_number: [u8; 4],
}

impl std::fmt::Debug for LogonEntropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogonEntropy").finish_non_exhaustive()
    }
}
