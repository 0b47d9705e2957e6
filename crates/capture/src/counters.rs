//! What reading a trace met: what was read, dropped, guessed or repaired.

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident),* $(,)?) => {
        /// Counts over a whole trace.
        #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
        pub struct Counters {
            $($(#[doc = $doc])+ pub $name: u64,)*
        }

        impl Counters {
            /// Every counter with its name, in the order of their declaration.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

counters! {
    /// Packets handled.
    packets,
    /// Packets of a link type that is not read.
    unsupported_link_packets,
    /// Packets that are neither IPv4 nor IPv6.
    non_ip_packets,
    /// IP packets that are not TCP.
    non_tcp_packets,
    /// Fragments of IP packets.
    ip_fragments,
    /// IP packets put together from fragments.
    reassembled_packets,
    /// Fragments dropped because others of their packet were not captured.
    ip_fragments_lost,
    /// Fragments that the snaplen cut.
    ip_fragments_cut,
    /// Fragments that came again.
    ip_fragments_repeated,
    /// Tunnels unwrapped: VXLAN, GENEVE, GRE, ERSPAN.
    tunnelled_packets,
    /// Datagrams that may be SMB over QUIC (UDP port 443): what they carry is encrypted and not read.
    possible_quic_packets,
    /// Packets of SMB Direct (RDMA: iWARP on TCP port 5445, RoCE on UDP port 4791): not read.
    smb_direct_packets,
    /// Packets with a link, IP or TCP header that is cut or does not fit its specification.
    malformed_packets,
    /// TCP segments.
    tcp_segments,
    /// TCP segments whose payload the snaplen cut.
    snaplen_cut_segments,
    /// Bytes of payload that the snaplen cut off, of every packet, also of those that came again.
    snaplen_cut_bytes,
    /// TCP connections of any protocol.
    connections,
    /// TCP connections that carry SMB.
    smb_connections,
    /// Connections that carry SMB and were open before the capture began.
    midstream_connections,
    /// Connections that took over the addresses and ports of an earlier one.
    port_reuses,
    /// Addresses and ports whose connection is another one before or after an address translation (NAT, load balancer): read as
    /// one.
    translated_connections,
    /// Connections with the handshake of another one that may be the same, but nothing proves it: if they are, their operations
    /// are there twice.
    possibly_translated_connections,
    /// Connections given up because of their number.
    connections_evicted,
    /// TCP payload of connections that show no SMB.
    non_smb_bytes,
    /// Segments that were captured twice: by mirror ports that see both sides of a switch or router, tagged and untagged, before
    /// and after an address translation. What the first copy lacks is taken from the second.
    mirrored_segments,
    /// Segments that were sent again, with bytes seen before only.
    retransmitted_segments,
    /// Segments kept back because bytes before them were missing.
    out_of_order_segments,
    /// Bytes that came again while the first copy was still kept back.
    overlapping_bytes,
    /// Bytes that differ from the first copy, which was taken: some of these, and of segments that were captured twice.
    conflicting_bytes,
    /// TCP keep-alives.
    keep_alives,
    /// Segments that came after their place had been declared a hole: dropped.
    late_segments,
    /// Acknowledgements of bytes far beyond everything seen: not believed.
    implausible_acknowledgements,
    /// Holes in the TCP streams of connections that carry or may carry SMB.
    holes,
    /// Bytes in these holes.
    hole_bytes,
    /// Bytes of these streams whose segment was captured, but cut by the snaplen.
    snaplen_hole_bytes,
    /// Times that the bound on memory forced a hole to be declared or a PDU to be cut.
    memory_bound_reached,
    /// Transport PDUs handed out.
    pdus,
    /// Of these, PDUs with holes.
    pdus_with_holes,
    /// PDUs whose end was not captured: handed out with a hole.
    unfinished_pdus,
    /// PDUs lost because their ProtocolId is in a hole.
    pdus_without_protocol_id,
    /// Captured bytes of these PDUs.
    bytes_without_protocol_id,
    /// NetBIOS session requests and their answers.
    netbios_session_messages,
    /// NetBIOS keep-alives and empty messages.
    netbios_keep_alives,
    /// Times that framing was lost: a transport header in a hole, or bytes that are none.
    framing_lost,
    /// Times that it was found again.
    framing_found,
    /// Bytes of SMB connections that were passed over in search of a transport header.
    unframed_bytes,
    /// Bytes before the first transport header of connections that were open before the capture began.
    midstream_bytes,
}

/// Adds without ever overflowing.
pub(crate) fn count(counter: &mut u64, amount: u64) {
    *counter = counter.saturating_add(amount);
}
