//! tshark reads the export, knows no key, and sees the messages that the original's rows have.

use super::captures::{self, Captured};
use super::rows;
use dissect::Operation;
use lab::Program;
use smb2::Header;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The messages of a connection in their order: of each its command, MessageId, SessionId and flags; then, as not every message
/// has one, the TreeIds and the statuses of responses.
#[derive(Debug, Default, PartialEq)]
struct Conversation {
    messages: Vec<(u16, u64, u64, u32)>,
    trees: Vec<u32>,
    statuses: Vec<u32>,
}

fn run(home: &Path, capture: &Path, arguments: &[&str]) -> String {
    let mut tshark = Command::new(Program::Tshark.find().unwrap());
    tshark.env("WIRESHARK_CONFIG_DIR", home).arg("-n").arg("-r").arg(capture).args(arguments);
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Numbers of the frames that `filter` finds.
fn frames(home: &Path, capture: &Path, filter: &str) -> usize {
    let checked = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    run(home, capture, &[&checked[..], &["-Y", filter]].concat()).lines().count()
}

/// The connections as tshark sees them, by the client's port, in the order of their first message.
fn seen(home: &Path, capture: &Path) -> Vec<Conversation> {
    let columns = ["tcp.stream", "smb2.cmd", "smb2.msg_id", "smb2.sesid", "smb2.flags", "smb2.tid", "smb2.nt_status"];
    let columns = columns.iter().flat_map(|column| ["-e", column]);
    let form = ["-Y", "smb2", "-T", "fields", "-E", "aggregator=;"];
    let mut found: BTreeMap<u32, Conversation> = BTreeMap::new();
    for line in run(home, capture, &form.into_iter().chain(columns).collect::<Vec<_>>()).lines() {
        let cells: Vec<Vec<u64>> = line.split('\t').map(|cell| cell.split(';').filter_map(number).collect()).collect();
        let conversation = found.entry(u32::try_from(cells[0][0]).unwrap()).or_default();
        for (index, command) in cells[1].iter().enumerate() {
            let flags = u32::try_from(cells[4][index]).unwrap();
            conversation.messages.push((u16::try_from(*command).unwrap(), cells[2][index], cells[3][index], flags));
        }
        let low = |values: &[u64]| values.iter().map(|value| u32::try_from(*value).unwrap()).collect::<Vec<_>>();
        conversation.trees.extend(low(&cells[5]));
        if cells[4].iter().any(|flags| flags & 1 != 0) {
            conversation.statuses.extend(low(&cells[6]));
        }
    }
    found.into_values().filter(|conversation| !conversation.messages.is_empty()).collect()
}

fn number(cell: &str) -> Option<u64> {
    match cell.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => cell.parse().ok(),
    }
}

/// The connections as the rows have them. PDUs with holes are left out: tshark does not put them together.
fn expected(rows: &[Operation]) -> Vec<Conversation> {
    let mut placed: BTreeMap<(u32, u64, u16), Header> = BTreeMap::new();
    let mut holed = BTreeSet::new();
    for row in rows {
        let index = row.response_compound_index;
        let parts = [
            (&row.request, row.request_seq, row.compound_index, row.request_holes.is_empty()),
            (&row.interim, row.interim_seq, None, true),
            (&row.response, row.response_seq, index, row.response_holes.is_empty()),
        ];
        for (bytes, seq, index, whole) in parts {
            let (Some(bytes), Some(seq)) = (bytes, seq) else { continue };
            if !whole {
                holed.insert((row.connection, seq));
            }
            if let Ok(header) = Header::parse(bytes) {
                let earlier = placed.insert((row.connection, seq, index.unwrap_or(0)), header);
                assert!(earlier.is_none(), "two messages in one place: {row:?}");
            }
        }
    }
    placed.retain(|(connection, seq, _), _| !holed.contains(&(*connection, *seq)));
    let mut found: BTreeMap<u32, Conversation> = BTreeMap::new();
    for ((connection, ..), header) in placed {
        let conversation = found.entry(connection).or_default();
        let flags = header.flags.0;
        conversation.messages.push((header.command.0, header.message_id, header.session_id, flags));
        conversation.trees.extend(header.tree_id());
        conversation.statuses.extend(Some(header.status).filter(|_| header.flags.is_response()));
    }
    found.into_values().collect()
}

/// Asserts that tshark sees in the export what the rows of the original have, and nothing wrong.
fn check(captured: &Captured) -> usize {
    let (name, home) = (&captured.name, captured.home.path());
    let export = captured.export();
    let rows = rows::with_keys(captured);
    let (ours, theirs) = (expected(&rows), seen(home, &export));
    assert_eq!(ours.len(), theirs.len(), "{name}");
    let mut messages = 0;
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours.messages, theirs.messages, "{name}");
        assert_eq!(ours.trees, theirs.trees, "{name}");
        // Apple's create context has a status of its own, which tshark calls by the same name.
        let mut statuses = theirs.statuses.iter();
        assert!(ours.statuses.iter().all(|status| statuses.any(|other| other == status)), "{name}");
        assert!(name == "smb-length-5786.pcap" || ours.statuses == theirs.statuses, "{name}");
        messages += ours.messages.len();
    }
    assert_eq!(frames(home, &export, "smb2.header.transform.signature"), 0, "{name}");
    let malformed = |capture: &Path| frames(home, capture, "_ws.malformed");
    assert_eq!(
        malformed(&export),
        malformed(&captured.path()),
        "{name}: some dissectors find fault in the original too"
    );
    let holes: usize = rows.iter().map(|row| row.request_holes.len() + row.response_holes.len()).sum();
    let gaps = "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment";
    assert_eq!(frames(home, &export, "tcp.analysis.lost_segment") > 0, holes > 0, "{name}");
    assert_eq!(frames(home, &export, &format!("tcp.analysis.flags && !({gaps})")), 0, "{name}");
    assert_eq!(frames(home, &export, "tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\""), 0, "{name}");
    messages
}

#[test]
fn tshark_sees_in_the_export_the_messages_of_the_original() {
    let messages: usize = captures::all().iter().map(check).sum();
    assert!(messages > 1000, "{messages}");
}

#[test]
fn tshark_sees_what_a_recorded_session_had_inside_of_encryption() {
    let recorded = captures::recorded();
    assert!(check(&recorded) > 40);
    let objects = recorded.home.path().join("objects");
    let export = recorded.home.path().join("clear.pcapng");
    run(recorded.home.path(), &export, &["-q", "--export-objects", &format!("smb,{}", objects.display())]);
    let file = std::fs::read_dir(&objects).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read(file).unwrap(), std::fs::read(recorded.home.path().join("large.bin")).unwrap());
}

#[test]
fn what_was_lost_is_a_gap() {
    let lossy = captures::lossy(50);
    let export = lossy.export();
    let gaps = frames(lossy.home.path(), &export, "tcp.analysis.lost_segment");
    let others = "tcp.analysis.flags && !(tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment)";
    // Of the segments left out some carry nothing.
    assert!(gaps > 10, "{gaps}");
    assert_eq!(frames(lossy.home.path(), &export, others), 0);
}

#[test]
fn a_packet_says_which_frame_of_the_original_it_is() {
    let Some(captured) = captures::elsewhere("smb3.pcap") else { return };
    let export = captured.export();
    let fields = ["-T", "fields", "-e", "frame.time_epoch", "-e", "frame.comment", "-e", "ip.src", "-e", "tcp.srcport"];
    let of = |capture: &Path| run(captured.home.path(), capture, &fields);
    let (original, told) = (of(&captured.path()), of(&export));
    let frames: Vec<Vec<&str>> = original.lines().map(|line| line.split('\t').collect()).collect();
    let mut decrypted = 0;
    for line in told.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let (frame, how) = cells[1].strip_prefix("frame ").unwrap().split_once(" of smb3.pcap").unwrap();
        let frame = &frames[frame.parse::<usize>().unwrap() - 1];
        assert_eq!([cells[0], cells[2], cells[3]], [frame[0], frame[2], frame[3]]);
        decrypted += usize::from(how == ", decrypted");
    }
    assert_eq!((told.lines().count(), decrypted), (54, 44));
}
