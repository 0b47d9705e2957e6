//! The tree for programs: JSON, and CSV with a row for each file, folder and named stream. Both are written as they go.

use crate::output::csv_record;
use client::request::create::Kind;
use replay::FileFilter;
use replay::namespace::{Entry, Namespace, NodeId, Origin, Outline, Stream};
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};
use std::io::{self, Write};

const SEPARATOR: u16 = b'\\' as u16;
/// Columns of the CSV form, which are the keys of an entry but for its streams, behind the share.
const COLUMNS: [&str; 23] = [
    "path",
    "kind",
    "before",
    "size",
    "size_is_minimum",
    "frame",
    "why",
    "size_after",
    "deleted",
    "made",
    "appeared",
    "renamed_to",
    "renamed",
    "linked",
    "resized",
    "described",
    "read",
    "written",
    "opens",
    "listings",
    "attributes",
    "shown_bytes",
    "shown_bytes_after",
];

/// The JSON document.
#[derive(serde::Serialize)]
pub(super) struct Document<'a> {
    session_id: String,
    shares: Vec<Share<'a>>,
    not_followed: Vec<Value>,
    left_out: u64,
}

#[derive(serde::Serialize)]
struct Share<'a> {
    share: String,
    entries: Entries<'a>,
    absent: Missing<'a>,
}

struct Entries<'a> {
    found: &'a Namespace,
    outline: &'a Outline<'a>,
    root: NodeId,
}

struct Missing<'a> {
    outline: &'a Outline<'a>,
    root: NodeId,
    filter: Option<&'a FileFilter>,
}

impl<'a> Document<'a> {
    pub(super) fn new(
        session_id: String,
        found: &'a Namespace,
        outline: &'a Outline<'a>,
        filter: Option<&'a FileFilter>,
    ) -> Self {
        let share = |(share, root)| Share {
            share: found.share_path(share),
            entries: Entries { found, outline, root },
            absent: Missing { outline, root, filter },
        };
        let reason = |(frame, reason): &(u64, &str)| json!({ "frame": frame, "reason": reason });
        Self {
            session_id,
            shares: outline.shares().into_iter().map(share).collect(),
            not_followed: found.not_followed.iter().map(reason).collect(),
            left_out: found.left_out(),
        }
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.outline.entries(self.root).map(|entry| {
            let mut document = document(self.found, &entry);
            if let Some(object) = document.as_object_mut() {
                object.insert("streams".to_owned(), entry.named_streams().map(stream).collect());
            }
            document
        }))
    }
}

impl Serialize for Missing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let missing = self.outline.missing(self.root).map(|(path, absent)| (String::from_utf16_lossy(&path), absent));
        let meant = missing.filter(|(path, _)| self.filter.is_none_or(|filter| filter.accepts(path)));
        serializer.collect_seq(meant.map(|(path, absent)| json!({ "path": path, "frame": absent.frame })))
    }
}

fn document(found: &Namespace, entry: &Entry<'_>) -> Value {
    let node = entry.node;
    let data = node.data().filter(|_| !entry.is_folder);
    let before = data.and_then(Stream::known_before);
    let kind = entry.kind().map(|kind| match kind {
        Kind::Folder => "folder",
        Kind::File => "file",
    });
    let why = match &node.origin {
        Origin::Before { why, .. } => Some(why.phrase()),
        _ => None,
    };
    let activity = &node.activity;
    json!({
        "path": String::from_utf16_lossy(&entry.path),
        "kind": kind,
        "before": node.was_there(),
        "size": before.map(|(size, _)| size),
        "size_is_minimum": before.is_some_and(|(_, is_least)| is_least),
        "frame": entry.frame(),
        "why": why,
        "size_after": data.and_then(|data| data.size_now),
        "deleted": activity.deleted,
        "made": matches!(node.origin, Origin::Made { .. }),
        "appeared": matches!(node.origin, Origin::Appeared { .. }),
        "renamed_to": entry.renamed_to(found).map(|names| String::from_utf16_lossy(&names.join(&SEPARATOR))),
        "renamed": activity.renamed,
        "linked": activity.linked,
        "resized": activity.resized,
        "described": activity.described,
        "read": activity.read,
        "written": activity.written,
        "opens": activity.opens,
        "listings": activity.listings,
        "attributes": node.facts.attributes.map(|attributes| attributes.value),
        "shown_bytes": data.map_or(0, |data| data.shown.bytes()),
        "shown_bytes_after": data.map_or(0, |data| data.now.bytes()),
    })
}

fn stream(stream: &Stream) -> Value {
    let before = stream.known_before();
    json!({
        "name": String::from_utf16_lossy(&stream.name),
        "before": stream.before,
        "deleted": stream.gone,
        "size": before.map(|(size, _)| size),
        "size_is_minimum": before.is_some_and(|(_, is_least)| is_least),
        "size_after": stream.size_now,
        "shown_bytes": stream.shown.bytes(),
        "shown_bytes_after": stream.now.bytes(),
    })
}

/// The CSV form.
pub(super) fn rows(found: &Namespace, outline: &Outline<'_>, to: &mut impl Write) -> io::Result<()> {
    csv_record(to, std::iter::once("share").chain(COLUMNS))?;
    for (share, root) in outline.shares() {
        let share = found.share_path(share);
        for entry in outline.entries(root) {
            row(to, &share, &document(found, &entry))?;
            for named in entry.named_streams() {
                let mut cells = stream(named);
                let path = [&entry.path, &[u16::from(b':')][..], &named.name].concat();
                if let Some(object) = cells.as_object_mut() {
                    object.insert("path".to_owned(), String::from_utf16_lossy(&path).into());
                    object.insert("kind".to_owned(), "stream".into());
                }
                row(to, &share, &cells)?;
            }
        }
    }
    Ok(())
}

fn row(to: &mut impl Write, share: &str, cells: &Value) -> io::Result<()> {
    let text = |column: &&str| match cells.get(*column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let cells: Vec<String> = COLUMNS.iter().map(text).collect();
    csv_record(to, std::iter::once(share).chain(cells.iter().map(String::as_str)))
}
