//! What a capture without SMB2 has in its place.

/// What to do when nothing in the capture tells more.
const USUAL_ADVICE: &str = "capture on the port of the file server, usually 445";
const CUT: &str = "that the snaplen cut too short to tell: capture whole packets, as with `tcpdump -s 0`";
const SMB_DIRECT: &str = "of SMB Direct (RDMA), which is not read: capture with RDMA disabled";
const QUIC: &str = "that may be SMB over QUIC, which is not read";

/// Messages of which too little was captured to tell what they are.
pub(super) fn headless(trace: &capture::Trace, dissected: &dissect::Counters) -> u64 {
    dissected.messages_without_header.saturating_add(trace.counters().pdus_without_protocol_id)
}

/// What was not read of a trace without SMB2 and may have been it, and what to do.
pub(super) fn advice(trace: &capture::Trace, dissected: &dissect::Counters) -> String {
    let (facts, counters) = (trace.facts(), trace.counters());
    let kinds = facts.link_types().into_iter().filter(|kind| kind.name().is_none());
    let kinds = kinds.map(|kind| kind.to_string()).collect::<Vec<_>>().join(", ");
    let too_short = headless(trace, dissected) > 0 || counters.malformed_packets > 0;
    let cut = if too_short { facts.cut_packets } else { 0 };
    let unread = [
        (counters.smb_direct_packets, SMB_DIRECT.to_owned()),
        (counters.possible_quic_packets, QUIC.to_owned()),
        (counters.unsupported_link_packets, format!("of link type {kinds}, which is not read")),
        (cut, CUT.to_owned()),
    ];
    let told = unread.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} packets {what}"));
    let damage = facts.damage.as_ref();
    let damage =
        damage.map(|damage| format!("the file is cut or damaged at byte {}: {}", damage.offset, damage.reason));
    let usual = (counters.smb_direct_packets == 0 && cut == 0).then(|| USUAL_ADVICE.to_owned());
    told.chain(damage).chain(usual).collect::<Vec<_>>().join("; ")
}
