//! The two ends of a connection, before it is known which one is the client.

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

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

/// What tells connections apart: the addresses and ports of both ends. Packed, since it is compared and copied several times for
/// each packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Flow {
    low: [u64; 2],
    high: [u64; 2],
    ports: Pair<u16>,
    is_ipv6: Pair<bool>,
}

impl Flow {
    /// The end on `side`.
    pub(super) fn of(&self, side: Side) -> SocketAddr {
        let [upper, lower] = match side {
            Side::Low => self.low,
            Side::High => self.high,
        };
        let bits = u128::from(upper) << 64 | u128::from(lower);
        let ip = match u32::try_from(bits) {
            Ok(bits) if !self.is_ipv6.of(side) => IpAddr::V4(bits.into()),
            _ => IpAddr::V6(bits.into()),
        };
        SocketAddr::new(ip, self.port(side))
    }

    /// The port of the end on `side`.
    pub(super) fn port(&self, side: Side) -> u16 {
        *self.ports.of(side)
    }
}

impl Hash for Flow {
    /// In two numbers for IPv4: this is done for each packet.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { low: [low_upper, low], high: [high_upper, high], ports, is_ipv6 } = *self;
        if is_ipv6.low || is_ipv6.high {
            [low_upper, low, high_upper, high].into_iter().for_each(|number| state.write_u64(number));
        } else {
            state.write_u64(low << 32 | high);
        }
        state.write_u32(u32::from(ports.low) << 16 | u32::from(ports.high));
    }
}

/// The flow of a segment and the end that sent it.
pub(super) fn flow(source: SocketAddr, destination: SocketAddr) -> (Flow, Side) {
    if source <= destination {
        (of_ends(source, destination), Side::Low)
    } else {
        (of_ends(destination, source), Side::High)
    }
}

fn of_ends(low: SocketAddr, high: SocketAddr) -> Flow {
    let bits = |end: SocketAddr| match end.ip() {
        IpAddr::V4(ip) => [0, u64::from(ip.to_bits())],
        IpAddr::V6(ip) => [(ip.to_bits() >> 64) as u64, ip.to_bits() as u64],
    };
    Flow {
        low: bits(low),
        high: bits(high),
        ports: Pair { low: low.port(), high: high.port() },
        is_ipv6: Pair { low: low.is_ipv6(), high: high.is_ipv6() },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_flow_has_the_ends_that_it_was_made_of() {
        let ends = ["10.0.0.1:445", "192.168.3.4:50000", "[::ffff:10.0.0.1]:445", "[fe80::1]:139", "[::1]:1"];
        for (one, other) in ends.iter().flat_map(|one| ends.iter().map(move |other| (one, other))) {
            let (source, destination): (SocketAddr, SocketAddr) = (one.parse().unwrap(), other.parse().unwrap());
            let (there, sender) = flow(source, destination);
            assert_eq!((there.of(sender), there.of(sender.other())), (source, destination));
            assert_eq!(there.port(sender), source.port());
            let (back, receiver) = flow(destination, source);
            assert_eq!(there, back);
            assert!(source == destination || receiver == sender.other());
        }
    }
}
