//! What the counters of an ingest mean to a user, in words.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use store::metadata::SessionMetadata;

/// What a counter says of the trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CounterGroup")]
pub enum Meaning {
    /// How much there was.
    Found,
    /// What was unusual and is read all the same.
    Mended,
    /// What is missing, was not read or is not sure.
    Lost,
}

impl Meaning {
    /// All, as they are told.
    pub const ALL: [Self; 3] = [Self::Found, Self::Mended, Self::Lost];

    /// Heading of their table.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Mended => "unusual, read all the same",
            Self::Lost => "lost, not read or not sure",
        }
    }
}

/// A counter of an ingest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Counter")]
pub struct Counter {
    /// Its name in `session_metadata.json`.
    pub name: String,
    /// How many.
    pub count: u64,
    /// What it says of the trace.
    pub group: Meaning,
    /// What is counted, in words.
    pub meaning: String,
}

/// The counters of a trace that are not zero, in the order of its way: from the file to the messages.
pub fn of(metadata: &SessionMetadata) -> Vec<Counter> {
    let all: BTreeMap<&str, u64> = merged(&metadata.counters, &metadata.dropped);
    Meaning::ALL.into_iter().flat_map(|group| told(&all, group)).collect()
}

/// What was counted under either of two headings.
pub fn merged<'a>(found: &'a BTreeMap<String, u64>, dropped: &'a BTreeMap<String, u64>) -> BTreeMap<&'a str, u64> {
    found.iter().chain(dropped).map(|(name, count)| (name.as_str(), *count)).collect()
}

/// Those of `found` with this meaning that are not zero. One that has no words yet is told by its name: better so than not at all.
pub fn told<'a>(found: &'a BTreeMap<&'a str, u64>, group: Meaning) -> impl Iterator<Item = Counter> + 'a {
    let counter = move |name: &str, meaning: String| {
        let count = found.get(name).copied().filter(|count| *count > 0)?;
        Some(Counter { name: name.to_owned(), count, group, meaning })
    };
    let known = COUNTERS.iter().filter(move |(_, of, _)| *of == group);
    let worded = known.filter_map(move |(name, _, words)| counter(name, (*words).to_owned()));
    let is_new = |name: &str| COUNTERS.iter().all(|(known, ..)| *known != name);
    let others = found.keys().filter(move |name| group == Meaning::Lost && is_new(name));
    worded.chain(others.filter_map(move |name| counter(name, name.replace('_', " "))))
}

/// Every counter of reading and dissecting, in the order of a trace's way: from the file to the messages.
const COUNTERS: [(&str, Meaning, &str); 87] = {
    use Meaning::{Found, Lost, Mended};
    [
        ("packets", Found, "packets"),
        ("tcp_segments", Found, "TCP segments"),
        ("non_tcp_packets", Found, "IP packets of other protocols than TCP"),
        ("non_ip_packets", Found, "packets that are not IP"),
        ("tunnelled_packets", Found, "tunnels unwrapped"),
        ("connections", Found, "TCP connections"),
        ("smb_connections", Found, "of these, with SMB"),
        ("non_smb_bytes", Found, "bytes of TCP connections without SMB"),
        ("pdus", Found, "SMB transport PDUs"),
        ("netbios_session_messages", Found, "NetBIOS session requests and answers"),
        ("netbios_keep_alives", Found, "NetBIOS keep-alives"),
        ("keep_alives", Found, "TCP keep-alives"),
        ("decrypted_pdus", Found, "PDUs decrypted"),
        ("messages", Found, "SMB2 messages"),
        ("operations", Found, "operations"),
        (
            "closed_opens_forgotten",
            Found,
            "handles forgotten some thousand closes later: requests on them have no path",
        ),
        ("joined_files", Found, "captures joined behind another in one file"),
        ("decryption_secrets", Found, "pcapng blocks with secrets of other protocols, passed over"),
        ("name_resolutions", Found, "pcapng blocks of name resolution, passed over"),
        ("other_blocks", Found, "other pcapng blocks, passed over"),
        ("ip_fragments", Found, "IP fragments"),
        ("reassembled_packets", Mended, "IP packets put together from fragments"),
        ("ip_fragments_repeated", Mended, "IP fragments captured twice"),
        ("backward_times", Mended, "packets with an earlier time than the one before"),
        ("packets_without_time", Mended, "packets without a time: given that of the one before"),
        ("mirrored_segments", Mended, "TCP segments captured twice by mirror ports"),
        ("retransmitted_segments", Mended, "TCP segments sent again"),
        ("out_of_order_segments", Mended, "TCP segments kept until those before them came"),
        ("overlapping_bytes", Mended, "bytes that came twice"),
        ("port_reuses", Mended, "connections on the ports of an earlier one"),
        ("translated_connections", Mended, "connections seen before and after NAT, read as one"),
        ("framing_found", Mended, "times the next message was found again"),
        ("repeated_interim_responses", Mended, "interim responses after the first, not in a row"),
        ("negative_latencies", Mended, "responses captured before their request: no latency given"),
        ("truncated_bytes", Lost, "bytes of an unfinished last record"),
        ("damaged_places", Lost, "places where a file is cut or damaged"),
        ("skipped_bytes", Lost, "bytes of the file skipped at damage"),
        ("cut_packets", Lost, "packets cut by the snaplen"),
        ("packets_of_unknown_interface", Lost, "packets of an interface that is not declared"),
        ("unsupported_link_packets", Lost, "packets of a link type that is not read"),
        ("malformed_packets", Lost, "packets with a broken link, IP or TCP header"),
        ("ip_fragments_lost", Lost, "IP fragments without the others of their packet"),
        ("ip_fragments_cut", Lost, "IP fragments cut by the snaplen"),
        ("possible_quic_packets", Lost, "packets that may be SMB over QUIC, which is not read"),
        ("smb_direct_packets", Lost, "packets of SMB Direct (RDMA), which is not read"),
        ("snaplen_cut_segments", Lost, "TCP segments cut by the snaplen"),
        ("snaplen_cut_bytes", Lost, "bytes of TCP payload cut off by the snaplen"),
        ("midstream_connections", Lost, "connections begun before the capture"),
        ("midstream_bytes", Lost, "bytes of these before their first whole message"),
        (
            "possibly_translated_connections",
            Lost,
            "connections that may be others seen behind NAT: their operations may be there twice",
        ),
        ("connections_evicted", Lost, "connections given up because of their number"),
        ("holes", Lost, "holes in the TCP streams with SMB"),
        ("hole_bytes", Lost, "bytes in these holes: never captured"),
        ("snaplen_hole_bytes", Lost, "bytes of these streams cut off by the snaplen"),
        ("late_segments", Lost, "TCP segments too late for their hole: dropped"),
        ("conflicting_bytes", Lost, "bytes that came twice and differ: the first copy was taken"),
        ("implausible_acknowledgements", Lost, "acknowledgements of bytes far off: not believed"),
        ("memory_bound_reached", Lost, "times that a hole was declared to bound memory"),
        ("pdus_with_holes", Lost, "PDUs with holes"),
        ("unfinished_pdus", Lost, "PDUs whose end was not captured"),
        ("pdus_without_protocol_id", Lost, "PDUs lost because their first bytes are missing"),
        ("bytes_without_protocol_id", Lost, "captured bytes of these PDUs"),
        ("framing_lost", Lost, "times the beginning of the next message was lost"),
        ("unframed_bytes", Lost, "bytes passed over in search of it"),
        ("smb1_pdus", Lost, "PDUs of SMB1, which is not read"),
        ("encrypted_pdus", Lost, "encrypted PDUs without a key"),
        ("decryption_failures", Lost, "encrypted PDUs that no given key opened"),
        ("session_keys_refused", Lost, "logons that the given session key does not fit"),
        ("tickets_refused", Lost, "Kerberos tickets that no given keytab or password opened"),
        ("keys_evicted", Lost, "keys and logons forgotten because of their number"),
        ("compressed_pdus", Lost, "compressed PDUs, not expanded"),
        ("unknown_protocol_pdus", Lost, "PDUs that are no SMB"),
        ("malformed_messages", Lost, "SMB2 messages that break their specification"),
        ("messages_without_header", Lost, "SMB2 messages whose header was not captured"),
        ("requests_without_response", Lost, "requests without a response"),
        ("responses_without_request", Lost, "responses without their request"),
        ("duplicate_message_ids", Lost, "requests with the MessageId of one still outstanding"),
        ("outstanding_evicted", Lost, "outstanding requests given up because of their number"),
        ("closed_connections_given_up", Lost, "connections closed with requests outstanding, given up early"),
        ("trees_evicted", Lost, "tree connects forgotten because of their number: no share in later rows"),
        ("opens_evicted", Lost, "opens forgotten because of their number: no path in later rows"),
        ("opens_not_followed", Lost, "opens too many to follow renames: their path may be an old one"),
        ("leases_evicted", Lost, "leases forgotten because of their number: no path in their breaks"),
        ("pipes_evicted", Lost, "named pipes forgotten because of their number: later calls name no interface"),
        ("acknowledgements_forgotten", Lost, "requests whose cause among the responses is not known any more"),
        ("sessions_dropped", Lost, "sessions beyond the bound: rows without a session"),
        ("connections_dropped", Lost, "PDUs of connections beyond the bound"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_words_once() {
        let counted = capture::Counters::default().iter().chain(dissect::Counters::default().iter());
        for (name, _) in counted {
            assert_eq!(COUNTERS.iter().filter(|(known, ..)| *known == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn a_counter_is_told_under_its_meaning_only_when_it_is_not_zero() {
        let found = BTreeMap::from([("pdus", 3), ("holes", 0), ("brand_new", 1)]);
        let told = |group| told(&found, group).map(|it| (it.name, it.count, it.meaning)).collect::<Vec<_>>();
        assert_eq!(told(Meaning::Found), [("pdus".to_owned(), 3, "SMB transport PDUs".to_owned())]);
        assert_eq!(told(Meaning::Mended), []);
        assert_eq!(told(Meaning::Lost), [("brand_new".to_owned(), 1, "brand new".to_owned())]);
    }
}
