//! The tree of each share for programs; it is written as it goes.

use super::{Entry, Namespace, NodeId, Origin, Outline, Stream};
use crate::FileFilter;
use client::request::create::Kind;
use schemars::JsonSchema;
use serde::ser::{Serialize, Serializer};

const SEPARATOR: u16 = b'\\' as u16;

/// What sessions show of their shares, as JSON.
#[derive(Debug, serde::Serialize, JsonSchema)]
#[schemars(rename = "SessionTree")]
pub struct Document<'a> {
    /// Id of the session.
    session_id: String,
    /// Its shares.
    shares: Vec<Share<'a>>,
    /// What could not be followed.
    not_followed: Vec<NotFollowed>,
    /// Names that were left out because there are too many.
    left_out: u64,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
#[schemars(rename = "ShareTree")]
struct Share<'a> {
    /// Its path; empty for what lies on a share that the capture does not name.
    share: String,
    /// Files and folders.
    #[schemars(with = "Vec<WithStreams>")]
    entries: Entries<'a>,
    /// Names that nothing had.
    #[schemars(with = "Vec<NotThere>")]
    absent: Missing<'a>,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct NotFollowed {
    /// The frame that shows it.
    frame: u64,
    /// Why not.
    reason: &'static str,
}

#[derive(Debug, serde::Serialize, JsonSchema)]
struct NotThere {
    /// Path on the share.
    path: String,
    /// The frame that shows it.
    frame: u64,
}

/// A file or folder, before the session and after it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, JsonSchema)]
pub struct FoundEntry {
    /// Path on the share.
    pub path: String,
    /// `file` or `folder`, where that is known.
    pub kind: Option<&'static str>,
    /// Whether it was there before.
    pub before: bool,
    /// Bytes that it had before.
    pub size: Option<u64>,
    /// Whether it may have had more.
    pub size_is_minimum: bool,
    /// The first frame that shows it.
    pub frame: u64,
    /// How it is known that it was there.
    pub why: Option<&'static str>,
    /// Bytes that it had at the end.
    pub size_after: Option<u64>,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Whether the session made it.
    pub made: bool,
    /// Whether it came from somewhere that the session does not show.
    pub appeared: bool,
    /// Path that it had at the end, if that is another one.
    pub renamed_to: Option<String>,
    /// Whether it was renamed or moved.
    pub renamed: bool,
    /// Whether it was given a further name.
    pub linked: bool,
    /// Whether its size was set, or it was overwritten.
    pub resized: bool,
    /// Whether attributes, times, extended attributes or security were set.
    pub described: bool,
    /// Bytes that were read.
    pub read: u64,
    /// Bytes that were written.
    pub written: u64,
    /// How often it was opened.
    pub opens: u64,
    /// How often it was listed.
    pub listings: u64,
    /// Its attributes before.
    pub attributes: Option<u32>,
    /// Bytes of its contents before that the session shows.
    pub shown_bytes: u64,
    /// Bytes of its contents at the end that it shows.
    pub shown_bytes_after: u64,
}

/// A file or folder with its streams.
#[derive(Debug, serde::Serialize, JsonSchema)]
struct WithStreams {
    #[serde(flatten)]
    entry: FoundEntry,
    /// Its named streams.
    streams: Vec<FoundStream>,
}

/// A named stream.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, JsonSchema)]
pub struct FoundStream {
    /// Its name.
    pub name: String,
    /// Whether it was there before.
    pub before: bool,
    /// Whether it was deleted, or renamed.
    pub deleted: bool,
    /// Bytes that it had before.
    pub size: Option<u64>,
    /// Whether it may have had more.
    pub size_is_minimum: bool,
    /// Bytes that it had at the end.
    pub size_after: Option<u64>,
    /// Bytes of its contents before that the session shows.
    pub shown_bytes: u64,
    /// Bytes of its contents at the end that it shows.
    pub shown_bytes_after: u64,
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
        let reason = |(frame, reason): &(u64, &'static str)| NotFollowed { frame: *frame, reason };
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
        serializer.collect_seq(self.outline.entries(self.root).map(|entry| WithStreams {
            entry: document(self.found, &entry),
            streams: entry.named_streams().map(stream).collect(),
        }))
    }
}

impl Serialize for Missing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let missing = self.outline.missing(self.root).map(|(path, absent)| (String::from_utf16_lossy(&path), absent));
        let meant = missing.filter(|(path, _)| self.filter.is_none_or(|filter| filter.accepts(path)));
        serializer.collect_seq(meant.map(|(path, absent)| NotThere { path, frame: absent.frame }))
    }
}

/// A file or folder, but for its streams.
pub fn document(found: &Namespace, entry: &Entry<'_>) -> FoundEntry {
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
    FoundEntry {
        path: String::from_utf16_lossy(&entry.path),
        kind,
        before: node.was_there(),
        size: before.map(|(size, _)| size),
        size_is_minimum: before.is_some_and(|(_, is_least)| is_least),
        frame: entry.frame(),
        why,
        size_after: data.and_then(|data| data.size_now),
        deleted: activity.deleted,
        made: matches!(node.origin, Origin::Made { .. }),
        appeared: matches!(node.origin, Origin::Appeared { .. }),
        renamed_to: entry.renamed_to(found).map(|names| String::from_utf16_lossy(&names.join(&SEPARATOR))),
        renamed: activity.renamed,
        linked: activity.linked,
        resized: activity.resized,
        described: activity.described,
        read: activity.read,
        written: activity.written,
        opens: activity.opens,
        listings: activity.listings,
        attributes: node.facts.attributes.map(|attributes| attributes.value),
        shown_bytes: data.map_or(0, |data| data.shown.bytes()),
        shown_bytes_after: data.map_or(0, |data| data.now.bytes()),
    }
}

/// A named stream.
pub fn stream(stream: &Stream) -> FoundStream {
    let before = stream.known_before();
    FoundStream {
        name: String::from_utf16_lossy(&stream.name),
        before: stream.before,
        deleted: stream.gone,
        size: before.map(|(size, _)| size),
        size_is_minimum: before.is_some_and(|(_, is_least)| is_least),
        size_after: stream.size_now,
        shown_bytes: stream.shown.bytes(),
        shown_bytes_after: stream.now.bytes(),
    }
}
