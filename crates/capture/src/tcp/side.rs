//! The two ends of a connection, before it is known which one is the client.

use std::hash::{Hash, Hasher};
use std::net::SocketAddr;

/// An end of a connection, told apart by the order of their addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Low,
    High,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// A value for each end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Pair<T> {
    pub(super) low: T,
    pub(super) high: T,
}

impl<T> Pair<T> {
    pub(super) fn of(&self, side: Side) -> &T {
        match side {
            Side::Low => &self.low,
            Side::High => &self.high,
        }
    }

    pub(super) fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Low => &mut self.low,
            Side::High => &mut self.high,
        }
    }

    /// The value of `side`, to change it, and that of the other.
    pub(super) fn split(&mut self, side: Side) -> (&mut T, &T) {
        match side {
            Side::Low => (&mut self.low, &self.high),
            Side::High => (&mut self.high, &self.low),
        }
    }
}

/// What tells connections apart: the addresses and ports of both ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Flow {
    pub(super) low: SocketAddr,
    pub(super) high: SocketAddr,
}

impl Flow {
    pub(super) fn of(&self, side: Side) -> &SocketAddr {
        match side {
            Side::Low => &self.low,
            Side::High => &self.high,
        }
    }
}

impl Hash for Flow {
    /// In two numbers for IPv4: this is done several times for each packet.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (self.low, self.high) {
            (SocketAddr::V4(low), SocketAddr::V4(high)) => {
                state.write_u64(u64::from(low.ip().to_bits()) << 32 | u64::from(high.ip().to_bits()));
                state.write_u32(u32::from(low.port()) << 16 | u32::from(high.port()));
            }
            ends => ends.hash(state),
        }
    }
}

/// The flow of a segment and the end that sent it.
pub(super) fn flow(source: SocketAddr, destination: SocketAddr) -> (Flow, Side) {
    if source <= destination {
        (Flow { low: source, high: destination }, Side::Low)
    } else {
        (Flow { low: destination, high: source }, Side::High)
    }
}
