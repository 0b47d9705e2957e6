//! A port that nothing else takes between choosing it and the server's binding it.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// The range ports are taken from: below the ports that the kernel hands out to outgoing connections.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// The loopback address whose ports stand for reservations; nothing is ever sent there.
const RESERVATIONS: Ipv4Addr = Ipv4Addr::new(127, 77, 83, 66);

/// A port of 127.0.0.1 that is free and reserved for as long as this value lives.
///
/// The reservation is a listener on another loopback address: seen by every process of every user on this machine, and
/// gone with the process that holds it.
#[derive(Debug)]
pub(crate) struct ReservedPort {
    port: u16,
    _reservation: TcpListener,
}

impl ReservedPort {
    /// Reserves a port that is free on 127.0.0.1.
    pub(crate) fn reserve() -> io::Result<Self> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Processes that start together look at different ports first.
        let start = u64::from(std::process::id()).wrapping_mul(61);
        for _ in 0..COUNT {
            let step = u64::from(NEXT.fetch_add(1, Ordering::Relaxed));
            let offset =
                start.wrapping_add(step).checked_rem(COUNT.into()).and_then(|offset| u16::try_from(offset).ok());
            let port = FIRST.saturating_add(offset.unwrap_or_default());
            if let Some(reserved) = Self::try_reserve(port) {
                return Ok(reserved);
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no free port from 20000 to 29999"))
    }

    /// Reserves this port.
    pub(crate) fn reserve_this(port: u16) -> io::Result<Self> {
        let in_use = || io::Error::new(io::ErrorKind::AddrInUse, format!("port {port} of 127.0.0.1 is in use"));
        Self::try_reserve(port).ok_or_else(in_use)
    }

    fn try_reserve(port: u16) -> Option<Self> {
        let reservation = TcpListener::bind((RESERVATIONS, port)).ok()?;
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
        Some(Self { port, _reservation: reservation })
    }

    pub(crate) fn number(&self) -> u16 {
        self.port
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn reserved_ports_are_all_different_while_they_are_held() {
        let held: Vec<ReservedPort> = (0..50).map(|_| ReservedPort::reserve().unwrap()).collect();
        let numbers: BTreeSet<u16> = held.iter().map(ReservedPort::number).collect();
        assert_eq!(numbers.len(), held.len());
    }

    #[test]
    fn a_port_that_is_in_use_is_not_reserved() {
        let held = ReservedPort::reserve().unwrap();
        let port = held.number();
        drop(held);
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        assert_eq!(ReservedPort::reserve_this(port).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
