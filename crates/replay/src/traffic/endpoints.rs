//! Addresses and ports of live connections. A run records the server's; those of the client are made up.

use crate::report::ReportTarget;
use capture::Endpoints as Pair;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// First of the ports for outgoing connections (RFC 6335 6).
const FIRST_PORT: u16 = 49152;
/// How many of them there are.
const PORTS: u32 = 16384;
/// For documentation (RFC 5737 3): the client, and a server whose address is not known.
const CLIENT_IPV4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const SERVER_IPV4: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
/// The same for IPv6 (RFC 3849).
const CLIENT_IPV6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// The endpoints of a run's connections.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    server: SocketAddr,
    /// The name of a server that is not given by its address.
    name: Option<String>,
}

impl Endpoints {
    pub(super) fn of(target: &ReportTarget) -> Self {
        let host = target.server.trim_start_matches('[').trim_end_matches(']');
        match host.parse::<IpAddr>() {
            Ok(address) => Self { server: SocketAddr::new(address, target.port), name: None },
            Err(_) => {
                Self { server: SocketAddr::new(SERVER_IPV4.into(), target.port), name: Some(target.server.clone()) }
            }
        }
    }

    /// Those of the live connection with this number: each has a port of its own, and where those do not suffice, another
    /// address.
    pub(super) fn pair(&self, connection: u32) -> Pair {
        let port = u16::try_from(connection.checked_rem(PORTS).unwrap_or(0)).unwrap_or(0);
        let further = connection.checked_div(PORTS).unwrap_or(0);
        let address = match self.server.ip() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(CLIENT_IPV4.to_bits().wrapping_add(further))),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(CLIENT_IPV6.to_bits().wrapping_add(further.into()))),
        };
        Pair { client: SocketAddr::new(address, FIRST_PORT.saturating_add(port)), server: self.server }
    }

    /// What of the endpoints is made up.
    pub(super) fn made_up(&self) -> String {
        let client = self.pair(0).client.ip();
        match &self.name {
            Some(name) => format!(
                "the client's address {client} and ports, the server's address {} (it is {name})",
                self.server.ip()
            ),
            None => format!("the client's address {client} and ports"),
        }
    }

    /// The comment of the interface.
    pub(super) fn comment(&self) -> String {
        format!("No interface: packets are made from the record of a replay. Made up: {}.", self.made_up())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn endpoints(server: &str) -> Endpoints {
        Endpoints::of(&ReportTarget { server: server.to_owned(), port: 445, ..ReportTarget::default() })
    }

    #[test]
    fn no_two_connections_have_the_same_endpoints() {
        for server in ["127.0.0.1", "::1", "lab.example"] {
            let endpoints = endpoints(server);
            let connections = [0, 1, 16_383, 16_384, 16_385, 70_000];
            let pairs: HashSet<Pair> = connections.into_iter().map(|connection| endpoints.pair(connection)).collect();
            assert_eq!(pairs.len(), connections.len(), "{server}");
        }
    }

    #[test]
    fn the_server_is_that_of_the_run_where_it_is_known_by_its_address() {
        assert_eq!(endpoints("[fe80::1]").pair(0).server.to_string(), "[fe80::1]:445");
        let named = endpoints("lab.example");
        assert_eq!(named.pair(0).server.to_string(), "198.51.100.1:445");
        assert!(named.comment().contains("198.51.100.1 (it is lab.example)"), "{}", named.comment());
    }
}
