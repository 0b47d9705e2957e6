//! NETWORK_INTERFACE_INFO Response (MS-SMB2 2.2.32.5).

use super::field::{Field, bytes, u32, u64, x16, x32};
use super::node::Node;
use super::structure::{Structure, chained};
use super::window::Window;
use std::net::{Ipv4Addr, Ipv6Addr};

const INTERFACE: &[Field] = &[
    u32("Next"),
    u32("IfIndex"),
    x32("Capability").flags(&[(1, "RSS_CAPABLE"), (2, "RDMA_CAPABLE")]),
    u32("Reserved"),
    u64("LinkSpeed"),
];
/// Bytes of a SOCKADDR_STORAGE.
const STORAGE: usize = 128;
const INTER_NETWORK: u64 = 0x0002;
const INTER_NETWORK_V6: u64 = 0x0017;

/// The interfaces listed.
pub(super) fn interfaces(window: Window<'_>) -> Vec<Node> {
    chained("NETWORK_INTERFACE_INFO", window, |entry| {
        entry.fields(INTERFACE);
        entry.next("SockAddr_Storage", STORAGE, address);
    })
}

fn address(name: &'static str, window: Window<'_>) -> Node {
    const FAMILIES: &[(u64, &str)] = &[(INTER_NETWORK, "InterNetwork"), (INTER_NETWORK_V6, "InterNetworkV6")];
    let mut parts = Structure::new(window);
    parts.fields(&[x16("Family").codes(FAMILIES)]);
    let family = parts.get("Family");
    if !matches!(family, INTER_NETWORK | INTER_NETWORK_V6) {
        parts.remainder("Reserved", super::structure::data);
        return parts.node(name);
    }
    parts.next("Port", 2, |name, window| {
        let port = window.bytes().try_into().map(u16::from_be_bytes).unwrap_or_default();
        Node::new(name, window.range()).valued(port.to_string())
    });
    if family == INTER_NETWORK {
        parts.next("IPv4Address", 4, |name, window| {
            let address: [u8; 4] = window.bytes().try_into().unwrap_or_default();
            Node::new(name, window.range()).valued(Ipv4Addr::from(address).to_string())
        });
        parts.fields(&[bytes("Reserved", 8)]);
    } else {
        parts.fields(&[u32("FlowInfo")]);
        parts.next("IPv6Address", 16, |name, window| {
            let address: [u8; 16] = window.bytes().try_into().unwrap_or_default();
            Node::new(name, window.range()).valued(Ipv6Addr::from(address).to_string())
        });
        parts.fields(&[u32("ScopeId")]);
    }
    parts.remainder("Unused", super::structure::data);
    parts.node(name)
}
