//! Ingest of an export finds what ingest of the original with its keys finds.

use super::captures::{self, Captured};
use super::rows;
use dissect::Operation;
use serde_json::Value;
use std::collections::BTreeMap;

/// Columns that say where in a file something is, and how it was protected there.
const OTHER_IN_THE_EXPORT: [&str; 15] = [
    "encrypted",
    "compressed",
    "signature_state",
    "interim_frame",
    "interim_seq",
    "request_acks",
    "request_chain",
    "request_frame",
    "request_seq",
    "request_start_seq",
    "request_start_time",
    "response_chain",
    "response_frame",
    "response_seq",
    "detail",
];

/// Rows as `session` prints them, by the file of their session, without the columns that are others in an export.
fn printed(captured: &Captured, capture: &str) -> BTreeMap<String, Vec<Value>> {
    let sessions = captured.home.json(&["session", "--list", "--trace", capture]);
    let files = sessions["sessions"].as_array().unwrap().iter().map(|session| session["file_name"].as_str().unwrap());
    let rows = |file: &str| {
        let told = captured.home.json(&["session", file, "--trace", capture]);
        let mut rows = told["operations"].as_array().unwrap().clone();
        for row in &mut rows {
            let row = row.as_object_mut().unwrap();
            // What is said of a close or a connection is kept, what is said of encryption is not.
            let kept = row["kind"] == "connect" || row["kind"] == "close";
            row.retain(|column, _| !OTHER_IN_THE_EXPORT.contains(&column.as_str()) || kept && column == "detail");
        }
        rows
    };
    files.map(|file| (file.to_owned(), rows(file))).collect()
}

/// What remains of the places of messages when they are in another file: the order of all, and which are one chain.
#[derive(Debug, PartialEq)]
struct Order {
    /// For each message its rank among all of its connection.
    ranks: Vec<[Option<usize>; 3]>,
    /// How many PDUs of the server the client had acknowledged with each request.
    acknowledged: Vec<Option<usize>>,
    /// For each row the first one of its request's and its response's chain.
    chains: Vec<[Option<usize>; 2]>,
}

fn order(rows: &[Operation]) -> Order {
    let places = |row: &Operation| [row.request_seq, row.interim_seq, row.response_seq];
    let mut all: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    let mut answers: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for row in rows {
        all.entry(row.connection).or_default().extend(places(row).into_iter().flatten());
        answers.entry(row.connection).or_default().extend([row.interim_seq, row.response_seq].into_iter().flatten());
    }
    for seqs in all.values_mut().chain(answers.values_mut()) {
        seqs.sort_unstable();
        seqs.dedup();
    }
    let rank = |row: &Operation, seq: Option<u64>| all[&row.connection].binary_search(&seq?).ok();
    let first = |chain: Option<u64>, of: fn(&Operation) -> Option<u64>| {
        let chain = chain?;
        rows.iter().position(|row| of(row) == Some(chain))
    };
    Order {
        ranks: rows.iter().map(|row| places(row).map(|seq| rank(row, seq))).collect(),
        acknowledged: rows
            .iter()
            .map(|row| row.request_acks.map(|acked| answers[&row.connection].partition_point(|seq| *seq <= acked)))
            .collect(),
        chains: rows
            .iter()
            .map(|row| {
                [first(row.request_chain, |row| row.request_chain), first(row.response_chain, |row| row.response_chain)]
            })
            .collect(),
    }
}

/// The rows of the original and of the export, by connection.
fn check_rows(captured: &Captured) -> [Vec<Operation>; 2] {
    let name = &captured.name;
    captured.export();
    let mut both = [rows::with_keys(captured), rows::of(captured, "clear.pcapng", &[])];
    both.iter_mut().for_each(|rows| rows.sort_by_key(|row| (row.connection, row.op)));
    let [original, exported] = &both;
    assert_eq!(original.len(), exported.len(), "{name}");
    for (original, exported) in original.iter().zip(exported) {
        let bytes = |row: &Operation| [&row.request, &row.interim, &row.response].map(Clone::clone);
        assert!(bytes(original) == bytes(exported), "{name}: operation {}", original.op);
        let holes = |row: &Operation| [&row.request_holes, &row.response_holes].map(Clone::clone);
        assert_eq!(holes(original), holes(exported), "{name}: operation {}", original.op);
        let times = |row: &Operation| [row.request_time, row.interim_time, row.response_time];
        assert_eq!(times(original), times(exported), "{name}: operation {}", original.op);
        let told = |row: &Operation| (row.connection, row.kind, row.command, row.path.clone(), row.malformed.clone());
        assert_eq!(told(original), told(exported), "{name}: operation {}", original.op);
        assert!(!exported.encrypted, "{name}: operation {}", exported.op);
        // All packets of a PDU have the time of the frame that completed it.
        assert_eq!(exported.request_start_time, original.request_time, "{name}: operation {}", original.op);
    }
    assert_eq!(order(original), order(exported), "{name}");
    both
}

fn check(captured: &Captured) {
    let name = &captured.name;
    let numbers = |rows: &[Operation]| rows.iter().map(|row| row.op).collect::<Vec<_>>();
    let [original, exported] = check_rows(captured);
    assert_eq!(numbers(&original), numbers(&exported), "{name}");
    let (before, after) = (printed(captured, name), printed(captured, "clear.pcapng"));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{name}");
    for (file, rows) in &before {
        assert_eq!(rows.len(), after[file].len(), "{name}: {file}");
        for (original, exported) in rows.iter().zip(&after[file]) {
            assert_eq!(original, exported, "{name}: {file}");
        }
    }
}

#[test]
fn an_export_is_ingested_as_the_original_is_with_its_keys() {
    captures::all().iter().for_each(check);
}

#[test]
fn what_was_lost_is_lost_in_the_export_and_nothing_else() {
    // How long a missing byte is waited for is counted in packets, of which an export has fewer: connections may interleave
    // otherwise.
    for nth in [13, 50, 171] {
        check_rows(&captures::lossy(nth));
    }
}

#[test]
fn an_export_of_a_recorded_session_is_ingested_as_the_original_is_with_its_password() {
    check(&captures::recorded());
}

#[test]
fn an_export_of_a_set_and_of_standard_input_is_that_of_the_file() {
    let captured = captures::office();
    let whole = std::fs::read(captured.path()).unwrap();
    let (header, mut rest) = whole.split_at(24);
    let (mut parts, mut number) = ([header.to_vec(), header.to_vec()], 0);
    while let Some(length) = rest.get(8..12) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
        let (record, behind) = rest.split_at(length + 16);
        parts[usize::from(number >= 400)].extend(record);
        (rest, number) = (behind, number + 1);
    }
    let packets = |file: &str| {
        let bytes = std::fs::read(captured.home.path().join(file)).unwrap();
        // Comments name the capture: only the packets are compared.
        let mut reader = capture::PacketReader::from_reader(Box::new(std::io::Cursor::new(bytes)), file).unwrap();
        let mut packets = Vec::new();
        while let Some(packet) = reader.next_packet().unwrap() {
            packets.push((packet.time, packet.data.to_vec()));
        }
        packets
    };
    captured.export();
    for (part, bytes) in parts.iter().enumerate() {
        captured.home.file(&format!("part/part{part}.pcap"), bytes);
    }
    captured.home.run(&["decrypt", "part/part*.pcap", "set.pcapng"]).succeeded();
    captured.home.run(&["decrypt", "part", "folder.pcapng"]).succeeded();
    captured.home.run(&["decrypt", "part/part0.pcap", "part/part1.pcap", "two.pcapng"]).succeeded();
    let piped = crate::support::ended(captured.home.command(&["decrypt", "-", "piped.pcapng"]).write_stdin(whole));
    piped.succeeded();
    let expected = packets("clear.pcapng");
    assert!(expected.len() > 1000, "{}", expected.len());
    for file in ["set.pcapng", "folder.pcapng", "two.pcapng", "piped.pcapng"] {
        assert!(packets(file) == expected, "{file}");
    }
    let output = captured.home.command(&["decrypt", "office.pcap", "-"]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(output.stdout, std::fs::read(captured.home.path().join("clear.pcapng")).unwrap());
}
