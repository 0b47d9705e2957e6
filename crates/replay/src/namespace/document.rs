//! The tree of each share for programs; it is written as it goes.

use super::{Entry, Namespace, NodeId, Origin, Outline, Stream};
use crate::FileFilter;
use client::request::create::Kind;
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

const SEPARATOR: u16 = b'\\' as u16;
/// What sessions show of their shares, as JSON.
#[derive(Debug, serde::Serialize)]
pub struct Document<'a> {
    session_id: String,
    shares: Vec<Share<'a>>,
    not_followed: Vec<Value>,
    left_out: u64,
}

#[derive(Debug, serde::Serialize)]
struct Share<'a> {
    share: String,
    entries: Entries<'a>,
    absent: Missing<'a>,
}

#[derive(Debug)]
struct Entries<'a> {
    found: &'a Namespace,
    outline: &'a Outline<'a>,
    root: NodeId,
}

#[derive(Debug)]
struct Missing<'a> {
    outline: &'a Outline<'a>,
    root: NodeId,
    filter: Option<&'a FileFilter>,
}

impl<'a> Document<'a> {
    /// The tree of a session, of which `filter` accepts what is listed as missing; the outline is filtered already.
    pub fn new(
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

/// A file or folder, but for its streams.
pub fn document(found: &Namespace, entry: &Entry<'_>) -> Value {
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

/// A named stream.
pub fn stream(stream: &Stream) -> Value {
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
