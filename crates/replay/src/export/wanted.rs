//! Which streams are written, and how much of each the capture shows.

use super::file_name::{file_name, stream_name};
use super::places::{Folder, Places};
use crate::namespace::{Namespace, Node, NodeId, Source, Spans, Stream};
use client::request::create::Kind;
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// Bytes that a file has at most: what lies behind is told as a hole. A capture may claim any size.
pub const MOST_SIZE: u64 = 1 << 40;
/// 100 ns from 1601 to 1970.
const TO_1970: u64 = 116_444_736_000_000_000;
const SEPARATOR: u16 = b'\\' as u16;

/// A stream of which something is shown.
pub(super) struct Wanted<'a> {
    /// `share\path`, with `:stream`.
    pub(super) path: String,
    pub(super) folder: Folder,
    /// Its name there.
    pub(super) name: String,
    /// Its size; where that is not known, the end of what is shown.
    pub(super) size: u64,
    pub(super) is_size_known: bool,
    /// Bytes that the file gets.
    pub(super) length: u64,
    pub(super) shown: &'a Spans<Source>,
    pub(super) deleted: bool,
    /// LastWriteTime, where that is known.
    pub(super) written: Option<SystemTime>,
}

impl Wanted<'_> {
    /// What the capture does not show, or the file cannot have.
    pub(super) fn holes(&self) -> Vec<Range<u64>> {
        let mut holes = self.shown.gaps(0..self.size.min(self.length));
        if self.length < self.size {
            let last = holes.pop_if(|hole| hole.end == self.length);
            holes.push(last.map_or(self.length, |hole| hole.start)..self.size);
        }
        holes
    }
}

/// What is written, how many streams are not because nothing of them is shown, and what has no place.
pub(super) struct Chosen<'a> {
    pub(super) wanted: Vec<Wanted<'a>>,
    pub(super) not_shown: u64,
    pub(super) without_place: Vec<String>,
}

/// All streams of a state: before the capture, or at its end.
pub(super) fn wanted<'a>(namespace: &'a Namespace, places: &mut Places<'a>, before: bool) -> Chosen<'a> {
    let mut chosen = Chosen { wanted: Vec::new(), not_shown: 0, without_place: Vec::new() };
    // What is there at the end has its name before what was deleted.
    for deleted in [false, true] {
        for (id, node) in namespace.nodes.iter() {
            let is_deleted = !before && node.place.is_none() && node.gone.is_some();
            if is_deleted == deleted && (!before || node.was_there()) {
                chosen.add(namespace, places, (id, node), before);
            }
        }
    }
    chosen
}

impl<'a> Chosen<'a> {
    fn add(&mut self, namespace: &'a Namespace, places: &mut Places<'a>, (id, node): (NodeId, &'a Node), before: bool) {
        if node.data().is_none() && node.kind.is_some_and(|kind| kind.value == Kind::File) {
            self.not_shown = self.not_shown.saturating_add(1);
        }
        let mut file: Option<(Folder, String)> = None;
        for stream in node.streams.values() {
            let is_data = stream.name.is_empty();
            if before && !stream.before || is_data && node.is_folder() {
                continue;
            }
            let (size, shown) = match before {
                true => (stream.size.map(|size| size.value), &stream.shown),
                false => (stream.size_now, &stream.now),
            };
            if size != Some(0) && shown.within(0..size.unwrap_or(MOST_SIZE).min(MOST_SIZE)).next().is_none() {
                self.not_shown = self.not_shown.saturating_add(1);
                continue;
            }
            if file.is_none() {
                file = place(places, id, node);
            }
            let path = path(namespace, id, stream, before);
            let Some((folder, name)) = file.clone() else {
                self.without_place.push(path);
                continue;
            };
            let name = match is_data {
                true => name,
                false => places.claim(folder, stream_name(&name, &stream.name)),
            };
            let size_shown = size.unwrap_or_else(|| shown.end());
            self.wanted.push(Wanted {
                path,
                folder,
                name,
                size: size_shown,
                is_size_known: size.is_some(),
                length: if size_shown <= MOST_SIZE { size_shown } else { shown.end().min(size_shown).min(MOST_SIZE) },
                shown,
                deleted: !before && (node.place.is_none() && node.gone.is_some() || stream.gone),
                written: written(node, before).filter(|_| is_data),
            });
        }
    }
}

/// Where a file goes, and the name that is its own there. Streams of a folder go beside it.
fn place(places: &mut Places<'_>, id: NodeId, node: &Node) -> Option<(Folder, String)> {
    if node.is_folder() {
        let own = places.folder(id)?;
        return places.named(own);
    }
    let (folder, name) = places.place(places.namespace().nodes.get(id)?)?;
    let folder = places.folder(folder)?;
    Some((folder, places.claim(folder, file_name(name))))
}

fn path(namespace: &Namespace, id: NodeId, stream: &Stream, before: bool) -> String {
    let found = if before { namespace.path_before(id) } else { namespace.path_last(id) };
    let (root, names) = match found {
        Some((root, names)) => (Some(root), names.join(&SEPARATOR)),
        None => (None, Vec::new()),
    };
    let share = root.map(|root| namespace.share_path(namespace.share_of(root))).unwrap_or_default();
    let path = format!("{share}\\{}", String::from_utf16_lossy(&names));
    match stream.name.as_slice() {
        [] => path,
        name => format!("{path}:{}", String::from_utf16_lossy(name)),
    }
}

/// When it was written last before the capture, if that is still so.
fn written(node: &Node, before: bool) -> Option<SystemTime> {
    let is_so = before || node.facts.times_are_kept();
    let time = node.facts.times.filter(|_| is_so)?.value.last_write;
    let since_1970 = time.checked_sub(TO_1970)?;
    let nanoseconds = u32::try_from(since_1970 % 10_000_000).unwrap_or(0).saturating_mul(100);
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(since_1970 / 10_000_000, nanoseconds))
}
