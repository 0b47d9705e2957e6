//! An outcome held against the clean one, column by column.

use crate::outcome::Outcome;
use capture::Hole;
use smb2::Command;
use smbreplay_dissect::{Kind, Operation};
use std::collections::BTreeMap;

/// Columns that say where in the trace something is, and how long it took; and the bytes, which are compared apart.
const PLACE: [&str; 24] = [
    "op",
    "connection",
    "request_seq",
    "request_start_seq",
    "response_seq",
    "interim_seq",
    "request_acks",
    "request_frame",
    "response_frame",
    "interim_frame",
    "request_start_time",
    "request_time",
    "response_time",
    "interim_time",
    "latency_ns",
    "request_chain",
    "response_chain",
    "request",
    "response",
    "interim",
    "request_holes",
    "response_holes",
    "kind",
    "malformed",
];
/// Columns with numbers that count what the trace has.
const NUMBERS: [&str; 3] = ["session", "tree", "open"];
/// Columns whose value tells of both messages of an exchange.
const OF_BOTH: [&str; 4] = ["signature_state", "detail", "file_attributes", "credit_charge"];

/// Columns with ids that the answer gives; the request has zero there.
const GIVEN: [&str; 2] = ["session_id", "tree_id"];

/// What tells an operation from all others of the trace.
type Key = (u16, &'static str, Option<u64>, Option<Command>);

/// The path of a file before and after it was renamed.
type Rename<'a> = (Option<&'a str>, Option<&'a str>);

/// Asserts that `found` says what `clean` does.
pub(crate) fn assert_equal(found: &Outcome, clean: &Outcome) {
    let (ours, theirs) = (keyed(found), keyed(clean));
    assert_eq!(ours.len(), found.rows.len(), "operations twice");
    assert!(ours.keys().eq(theirs.keys()), "{:?}", difference(&ours, &theirs));
    let mut numbers = BTreeMap::new();
    for (key, row) in &ours {
        let clean = theirs[key][0];
        let row = row[0];
        assert_eq!(row.kind, clean.kind, "{key:?}");
        assert_eq!(row.malformed, clean.malformed, "{key:?}");
        assert_eq!((&row.request, &row.response, &row.interim), (&clean.request, &clean.response, &clean.interim));
        assert!(row.request_holes.is_empty() && row.response_holes.is_empty());
        let (ours, theirs) = (columns(row), columns(clean));
        for (name, value) in &theirs {
            if NUMBERS.contains(&name.as_str()) {
                let other = numbers.entry((name.clone(), value.clone())).or_insert_with(|| ours[name].clone());
                assert_eq!(&ours[name], other, "{key:?} {name}");
            } else if row.kind != Kind::Connect {
                assert_eq!(&ours[name], value, "{key:?} {name}");
            }
        }
    }
}

/// Asserts that `found` differs from `clean` only by what it lacks.
pub(crate) fn assert_explained(found: &Outcome, clean: &Outcome) {
    let (ours, theirs) = (keyed(found), keyed(clean));
    // Whoever did not see a file opened and renamed knows it by its earlier name.
    let renamed = clean.rows.iter().filter(|row| row.new_path.is_some());
    let renames: Vec<Rename<'_>> = renamed.map(|row| (row.path.as_deref(), row.new_path.as_deref())).collect();
    for (key, rows) in ours {
        let Some(same) = theirs.get(&key) else {
            assert!(key.2.is_none(), "{key:?} is in no clean result");
            rows.iter().for_each(|row| assert_is_part_of_one(row, found.ports[&row.connection], clean));
            continue;
        };
        let clean = same[0];
        let halves: Vec<_> = rows.iter().map(|row| row.kind).collect();
        let alone = match halves[..] {
            [_] => true,
            [one, other] => {
                (one, other) == (Kind::Request, Kind::Response) || (one, other) == (Kind::Response, Kind::Request)
            }
            _ => false,
        };
        assert!(alone, "{key:?} comes as {halves:?}");
        for row in rows {
            assert_lacks(&key, row, clean, &renames);
        }
    }
    let lost = found.transport.hole_bytes + found.transport.snaplen_hole_bytes;
    if found.rows.len() < clean.rows.len() || found.rows.iter().any(has_holes) {
        let transport = &found.transport;
        let told = lost + transport.ip_fragments_lost + transport.ip_fragments_cut + transport.unfinished_pdus;
        assert!(told > 0 || transport.midstream_connections > 0, "{:?}", found.transport);
    }
}

/// Asserts that `row` says what `clean` says or nothing.
fn assert_lacks(key: &Key, row: &Operation, clean: &Operation, renames: &[Rename<'_>]) {
    let kinds = (clean.kind, row.kind);
    let explained = row.kind == clean.kind || matches!(kinds, (Kind::Exchange, Kind::Request | Kind::Response));
    assert!(explained, "{key:?}: {kinds:?}");
    if row.kind == Kind::Connect || row.kind == Kind::Close {
        return;
    }
    assert_bytes(key, &row.request, &row.request_holes, &clean.request);
    assert_bytes(key, &row.response, &row.response_holes, &clean.response);
    assert!(row.malformed == clean.malformed || has_holes(row), "{key:?}: {:?}", row.malformed);
    let (ours, theirs) = (columns(row), columns(clean));
    for (name, value) in &theirs {
        let found = &ours[name];
        let lacking = found == "None" || found == "[]";
        let not_given = GIVEN.contains(&name.as_str()) && row.kind == Kind::Request && found.starts_with("Some(0,)");
        let interim = name == "credits_granted" && row.interim.is_none() && clean.interim.is_some();
        // Without the bind of a pipe the interface of its calls has no name.
        let call = |detail: &str| detail.split_once(", ").map(|(_, rest)| rest.to_owned());
        let unnamed = name == "detail" && found.starts_with("Some(\"RPC operation ") && call(found) == call(value);
        let half = unnamed
            || not_given
            || interim
            || OF_BOTH.contains(&name.as_str()) && (row.kind != clean.kind || has_holes(row));
        let renamed = name == "path" && renames.contains(&(row.path.as_deref(), clean.path.as_deref()));
        let same = renamed || found == value || lacking || NUMBERS.contains(&name.as_str()) || half;
        assert!(same, "{key:?} {:?} {name}: {found} where the clean result has {value}", row.kind);
    }
}

/// Asserts that `row`, whose MessageId was not captured, is a part of a clean operation of the connection from `port`.
fn assert_is_part_of_one(row: &Operation, port: u16, clean: &Outcome) {
    let fits = |bytes: &Option<bytes::Bytes>, holes: &[Hole], other: &Option<bytes::Bytes>| match (bytes, other) {
        (None, _) => true,
        (Some(bytes), Some(other)) => is_part(bytes, holes, other),
        (Some(_), None) => false,
    };
    let part = clean.rows.iter().filter(|other| clean.ports[&other.connection] == port).any(|other| {
        fits(&row.request, &row.request_holes, &other.request)
            && (fits(&row.response, &row.response_holes, &other.response)
                || fits(&row.response, &row.response_holes, &other.interim))
    });
    assert!(part && has_holes(row), "in no clean result: {:?}", row.malformed);
}

fn assert_bytes(key: &Key, bytes: &Option<bytes::Bytes>, holes: &[Hole], clean: &Option<bytes::Bytes>) {
    let Some(bytes) = bytes else { return };
    assert!(clean.as_ref().is_some_and(|clean| is_part(bytes, holes, clean)), "{key:?}: other bytes");
}

/// Whether `bytes` are those of `clean` outside `holes`.
fn is_part(bytes: &[u8], holes: &[Hole], clean: &[u8]) -> bool {
    let mut expected = clean.to_vec();
    for hole in holes {
        let range = hole.offset as usize..(hole.offset + hole.length) as usize;
        match expected.get_mut(range) {
            Some(missing) => missing.fill(0),
            None => return false,
        }
    }
    expected == bytes
}

fn has_holes(row: &Operation) -> bool {
    !row.request_holes.is_empty() || !row.response_holes.is_empty()
}

fn keyed(outcome: &Outcome) -> BTreeMap<Key, Vec<&Operation>> {
    let mut keyed: BTreeMap<Key, Vec<&Operation>> = BTreeMap::new();
    for row in &outcome.rows {
        let what = match row.kind {
            Kind::Connect => "connect",
            Kind::Close => "close",
            Kind::Notification => "notification",
            _ => "message",
        };
        let command = row.command.filter(|_| row.message_id.is_some());
        keyed.entry((outcome.ports[&row.connection], what, row.message_id, command)).or_default().push(row);
    }
    keyed
}

fn difference<'a>(
    ours: &'a BTreeMap<Key, Vec<&Operation>>,
    theirs: &'a BTreeMap<Key, Vec<&Operation>>,
) -> Vec<&'a Key> {
    let only = |one: &'a BTreeMap<Key, _>, other: &BTreeMap<Key, _>| {
        one.keys().filter(|key| !other.contains_key(*key)).collect::<Vec<_>>()
    };
    [only(ours, theirs), only(theirs, ours)].concat()
}

/// Every column but those of [`PLACE`], as text: also columns that are added later are compared.
fn columns(row: &Operation) -> BTreeMap<String, String> {
    let mut row = row.clone();
    (row.request, row.response, row.interim) = (None, None, None);
    let text = format!("{row:#?}");
    let mut columns: BTreeMap<String, String> = BTreeMap::new();
    let mut last: Option<String> = None;
    for line in text.lines().skip(1).filter(|line| *line != "}") {
        match line.strip_prefix("    ").and_then(|line| line.split_once(": ")) {
            Some((name, value)) if !name.starts_with([' ', ')', '}', ']']) => {
                columns.insert(name.to_owned(), value.trim_end_matches(',').to_owned());
                last = Some(name.to_owned());
            }
            _ => {
                if let Some(value) = last.as_ref().and_then(|last| columns.get_mut(last)) {
                    value.push_str(line.trim());
                }
            }
        }
    }
    assert!(columns.len() > 60);
    columns.retain(|name, _| !PLACE.contains(&name.as_str()));
    columns
}
