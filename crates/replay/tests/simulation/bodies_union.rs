//! Listings and watches: however a server spreads entries and changes over its answers, all of them are compared.

use crate::captured::Captured;
use crate::simulation::{Outcome, Simulation, options};
use crate::wire::{create, created, file, message, notify};
use smb2::{Command, utf16};
use store::runs::Verdict;

const NO_MORE_FILES: u32 = 0x8000_0006;
const CANCELLED: u32 = 0xc000_0120;
const NOTIFY_ENUM_DIR: u32 = 0x0000_010c;
const RESTART: u8 = 1;
const DIRECTORY: u32 = 0x10;

/// QUERY_DIRECTORY for FileDirectoryInformation (MS-SMB2 2.2.33).
fn list(message_id: u64, flags: u8, pattern: &str) -> Vec<u8> {
    let pattern = utf16::from_str(pattern);
    let mut body = vec![33, 0, 1, flags, 0, 0, 0, 0];
    body.extend(file(1).0);
    body.extend([96, 0]);
    body.extend(u16::try_from(pattern.len()).unwrap().to_le_bytes());
    body.extend(65536_u32.to_le_bytes());
    body.extend(pattern);
    message(Command::QUERY_DIRECTORY, message_id, &body)
}

/// The body of a response whose buffer holds `items`, each behind its NextEntryOffset.
fn buffer(items: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mut item = [vec![0; 4], item.clone()].concat();
        if index + 1 < items.len() {
            item.resize(item.len().next_multiple_of(8), 0);
            let next = u32::try_from(item.len()).unwrap();
            item[..4].copy_from_slice(&next.to_le_bytes());
        }
        bytes.extend(item);
    }
    let mut body = vec![9, 0, 72, 0];
    body.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
    body.extend(bytes);
    body
}

/// FILE_DIRECTORY_INFORMATION (MS-FSCC 2.4.10) without NextEntryOffset.
fn entry(name: &str, attributes: u32, size: u64) -> Vec<u8> {
    let name = utf16::from_str(name);
    let mut bytes = vec![0; 60];
    bytes[36..44].copy_from_slice(&size.to_le_bytes());
    bytes[52..56].copy_from_slice(&attributes.to_le_bytes());
    bytes[56..60].copy_from_slice(&u32::try_from(name.len()).unwrap().to_le_bytes());
    bytes.extend(name);
    bytes
}

/// FILE_NOTIFY_INFORMATION (MS-FSCC 2.7.1) without NextEntryOffset.
fn change(action: u32, name: &str) -> Vec<u8> {
    let name = utf16::from_str(name);
    let length = u32::try_from(name.len()).unwrap();
    [action.to_le_bytes().to_vec(), length.to_le_bytes().to_vec(), name].concat()
}

type Answer = (u32, Vec<u8>);

fn entries(names: &[&str]) -> Answer {
    (0, buffer(&names.iter().map(|name| entry(name, 0x20, 1)).collect::<Vec<_>>()))
}

fn no_more() -> Answer {
    (NO_MORE_FILES, vec![9, 0, 0, 0, 0, 0, 0, 0])
}

/// A folder opened as message 1, then these requests, each answered before the next; live likewise.
fn replayed(requests: &[Vec<u8>], captured: &[Answer], live: &[Answer]) -> Outcome {
    let mut trace = Captured::with_connections(1);
    trace.request(0, 10, create(1)).opened(20, file(1), 0, "d");
    for (index, (request, (status, body))) in requests.iter().zip(captured).enumerate() {
        let at = 30 + 20 * index as u64;
        let mut added = trace.request(0, at, request.clone()).answered_with(at + 10, *status, body).on("d");
        added.operation().open = Some(1);
    }
    let mut simulation = Simulation::begin(trace, options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    for (index, (status, body)) in live.iter().enumerate() {
        simulation.answer_with(0, 2 + index as u64, *status, 10, body);
    }
    simulation.run_out()
}

fn listed(captured: &[Answer], live: &[Answer]) -> Outcome {
    let requests: Vec<_> =
        (0..captured.len()).map(|index| list(2 + index as u64, if index == 0 { RESTART } else { 0 }, "*")).collect();
    replayed(&requests, captured, live)
}

fn shown(outcome: &Outcome, message_id: u64) -> Vec<(&str, &str, &str)> {
    let differences = &outcome.record(0, message_id).differences;
    differences.iter().map(|found| (found.field.as_str(), found.captured.as_str(), found.live.as_str())).collect()
}

#[test]
fn entries_match_in_any_order_and_any_parts() {
    let captured = [entries(&["a", "b"]), entries(&["c"]), no_more()];
    let live = [entries(&["c"]), entries(&["b", "a"]), no_more()];
    let outcome = listed(&captured, &live);
    assert!((2..5).all(|id| outcome.verdict(0, id) == Verdict::Match));
}

#[test]
fn what_is_missing_or_new_is_told_where_the_listing_ends() {
    let outcome = listed(&[entries(&["a", "b"]), no_more()], &[entries(&["b", "c"]), no_more()]);
    assert_eq!((outcome.verdict(0, 2), outcome.verdict(0, 3)), (Verdict::Match, Verdict::Body));
    assert_eq!(
        shown(&outcome, 3),
        [("entry", "a (file, 1 bytes)", "absent"), ("entry", "absent", "c (file, 1 bytes)")]
    );
}

#[test]
fn types_and_sizes_of_files_are_compared() {
    let captured = (0, buffer(&[entry("x", 0x20, 5), entry("y", 0x20, 5), entry("z", DIRECTORY, 0)]));
    let live = (0, buffer(&[entry("x", DIRECTORY, 0), entry("y", 0x20, 6), entry("z", DIRECTORY, 4096)]));
    let outcome = listed(&[captured, no_more()], &[live, no_more()]);
    assert_eq!(shown(&outcome, 3), [("entry_type", "x: file", "x: directory"), ("end_of_file", "y: 5", "y: 6")]);
}

#[test]
fn another_number_of_calls_is_one_explained_divergence() {
    let captured = [entries(&["a"]), entries(&["b"]), no_more(), no_more()];
    let live = [entries(&["a", "b"]), no_more(), no_more(), no_more()];
    let outcome = listed(&captured, &live);
    assert_eq!((outcome.verdict(0, 3), outcome.cause(0, 3)), (Verdict::Status, None));
    assert_eq!(outcome.reason(0, 3), "the live server lists the same entries in another number of calls");
    assert!([2, 4, 5].iter().all(|id| outcome.verdict(0, *id) == Verdict::Match));

    let captured = [entries(&["a", "b"]), no_more(), no_more()];
    let live = [entries(&["a"]), entries(&["b"]), no_more()];
    let outcome = listed(&captured, &live);
    assert_eq!(outcome.verdict(0, 3), Verdict::Status);
    assert!(outcome.reason(0, 3).contains("in other parts"), "{}", outcome.reason(0, 3));
    assert_eq!(outcome.verdict(0, 4), Verdict::Match);
}

#[test]
fn nothing_is_said_to_be_missing_of_a_listing_that_was_not_seen_to_its_end() {
    let unfinished = listed(&[entries(&["a", "b"])], &[entries(&["a", "c"])]);
    assert_eq!(unfinished.verdict(0, 2), Verdict::Match);
    let one_name = replayed(&[list(2, RESTART, "a")], &[entries(&["a"])], &[(0, buffer(&[entry("a", 0x20, 9)]))]);
    assert_eq!(shown(&one_name, 2), [("end_of_file", "a: 1", "a: 9")]);
}

#[test]
fn a_restart_begins_another_listing() {
    let requests = [list(2, RESTART, "*"), list(3, 0, "*"), list(4, RESTART, "*"), list(5, 0, "*")];
    let captured = [entries(&["a"]), no_more(), entries(&["b"]), no_more()];
    let live = [entries(&["b"]), no_more(), entries(&["b"]), no_more()];
    let outcome = replayed(&requests, &captured, &live);
    assert_eq!(shown(&outcome, 3).len(), 2);
    assert_eq!(outcome.verdict(0, 5), Verdict::Match);
}

#[test]
fn a_malformed_listing_is_told_and_claims_nothing() {
    let mut broken = entries(&["a", "b"]);
    broken.1[8..12].fill(0xff);
    let outcome = listed(&[entries(&["a", "b"]), no_more()], &[broken, no_more()]);
    assert_eq!(shown(&outcome, 2)[0].0, "malformed");
    assert_eq!(outcome.verdict(0, 3), Verdict::Match);
}

fn watched(captured: &[Answer], live: &[Answer]) -> Outcome {
    let requests: Vec<_> = (0..captured.len()).map(|index| notify(2 + index as u64, file(1))).collect();
    replayed(&requests, captured, live)
}

fn changes(changes: &[(u32, &str)]) -> Answer {
    (0, buffer(&changes.iter().map(|(action, name)| change(*action, name)).collect::<Vec<_>>()))
}

#[test]
fn changes_of_a_watch_match_in_any_parts() {
    let captured = [changes(&[(1, "a"), (3, "a")]), changes(&[(2, "a")])];
    let live = [changes(&[(1, "a")]), changes(&[(3, "a"), (2, "a")])];
    let outcome = watched(&captured, &live);
    assert!([2, 3].iter().all(|id| outcome.verdict(0, *id) == Verdict::Match));
}

#[test]
fn a_change_that_only_one_server_reports_is_told_with_the_last_answer() {
    let outcome = watched(&[changes(&[(1, "a")]), changes(&[(2, "a")])], &[changes(&[(1, "a")]), changes(&[(2, "b")])]);
    assert_eq!(outcome.verdict(0, 2), Verdict::Match);
    assert_eq!(
        shown(&outcome, 3),
        [("change", "FILE_ACTION_REMOVED a", "absent"), ("change", "absent", "FILE_ACTION_REMOVED b")]
    );
}

#[test]
fn the_same_changes_in_another_number_of_answers_are_one_explained_divergence() {
    let cancelled = (CANCELLED, vec![9, 0, 0, 0, 0, 0, 0, 0]);
    let captured = [changes(&[(1, "a"), (2, "a")]), cancelled];
    let live = [changes(&[(1, "a")]), changes(&[(2, "a")])];
    let outcome = watched(&captured, &live);
    assert_eq!((outcome.verdict(0, 2), outcome.verdict(0, 3)), (Verdict::Match, Verdict::Status));
    assert_eq!(outcome.reason(0, 3), "the live server reports the same changes in another number of answers");
    assert_eq!(shown(&outcome, 3), []);
}

#[test]
fn after_an_overflow_nothing_is_said_to_be_missing() {
    let overflow = (NOTIFY_ENUM_DIR, vec![9, 0, 0, 0, 0, 0, 0, 0]);
    let outcome = watched(&[changes(&[(1, "a")]), overflow.clone()], &[changes(&[(1, "b")]), overflow]);
    assert!([2, 3].iter().all(|id| outcome.verdict(0, *id) == Verdict::Match));
}
