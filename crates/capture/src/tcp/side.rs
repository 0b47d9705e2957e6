//! The two ends of a connection, before it is known which one is the client.

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
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
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
pub(super) type Flow = Pair<SocketAddr>;

/// The flow of a segment and the end that sent it.
pub(super) fn flow(source: SocketAddr, destination: SocketAddr) -> (Flow, Side) {
    if source <= destination {
        (Pair { low: source, high: destination }, Side::Low)
    } else {
        (Pair { low: destination, high: source }, Side::High)
    }
}
