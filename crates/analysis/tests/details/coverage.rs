//! Nothing of a message is left out, and nothing stands twice.

use super::captured::{captures, messages, operations};
use smbreplay_analysis::details::{Details, Mark, Node};
use std::collections::BTreeMap;

/// The leaves that say what a byte is.
fn leaves(details: &Details) -> impl Iterator<Item = &Node> {
    details.walk().filter(|node| node.children.is_empty() && node.mark != Some(Mark::Shared) && node.length > 0)
}

/// Panics unless the leaves are all bytes of the message, each once, and lie in their parents.
pub(crate) fn assert_complete(details: &Details) {
    let mut at = 0;
    for leaf in leaves(details) {
        assert_eq!(leaf.offset, at, "{} begins where the one before it ends: {details:?}", leaf.name);
        at = leaf.range().end;
    }
    assert_eq!(at, details.length, "the leaves end where the message does: {details:?}");
    for parent in details.walk() {
        for child in &parent.children {
            let inside = child.offset >= parent.offset && child.range().end <= parent.range().end;
            assert!(inside, "{} lies in {}: {details:?}", child.name, parent.name);
        }
    }
}

#[test]
fn the_leaves_of_a_message_are_all_its_bytes_each_once() {
    let mut count = 0;
    for capture in captures() {
        for operation in operations(&capture) {
            for message in messages(&operation) {
                assert_eq!(message.details.length, message.bytes.len());
                assert_complete(&message.details);
                count += 1;
            }
        }
    }
    eprintln!("{count} messages");
    assert!(count > 500, "only {count} messages");
}

/// What of well-formed captures no field is about, or does not fit: by name of message, structure and mark.
fn strange(details: &Details) -> Vec<(String, Mark)> {
    let marked = details.walk().filter_map(|node| node.mark.map(|mark| (node, mark)));
    marked
        .filter(|(_, mark)| matches!(mark, Mark::Unknown | Mark::Malformed | Mark::Shared))
        .map(|(node, mark)| {
            (format!("{}: {} ({} bytes) {:?}", details.name, node.name, node.length, node.meaning), mark)
        })
        .collect()
}

/// What captures hold that is no field, and why.
const ACCEPTED: [(&str, &str); 1] = [(
    "smb-length-5786.pcap Unknown SMB2 WRITE Request: Unknown (512 bytes) None frame 370",
    "the client appended bytes that Length does not count",
)];

#[test]
fn of_what_clients_and_servers_sent_almost_nothing_is_unknown_or_malformed() {
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = 0;
    for capture in captures() {
        let file = capture.file_name().unwrap().to_string_lossy().into_owned();
        for operation in &operations(&capture) {
            for message in messages(operation) {
                count += 1;
                for (what, mark) in strange(&message.details) {
                    *found.entry(format!("{file} {mark:?} {what} frame {}", message.frame)).or_default() += 1;
                }
            }
        }
    }
    found.retain(|what, _| !ACCEPTED.iter().any(|(accepted, _)| accepted == what));
    eprintln!("{count} messages");
    assert!(found.is_empty(), "{found:#?}");
}
