//! What there shall be on the live shares before a replay: the before-state of the captured shares, where live names lie.

use crate::map::{Names, ShareKind, folded};
use crate::namespace::{Name, Namespace, Node, NodeId, Origin, Stream, unusual};
use client::request::create::Kind;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

const SEPARATOR: u16 = b'\\' as u16;
/// Folders that something may lie in; no file system of the lab goes so deep.
const DEEPEST: usize = 512;
/// Unknown bytes of a file that are filled with a pattern; more are left a hole, where the server can.
pub(super) const MOST_PATTERN: u64 = 1 << 20;

/// What there shall be and shall not be on one live share.
#[derive(Clone, Debug, Default)]
pub struct WantedShare {
    /// Name of the live share.
    pub name: String,
    /// Folders and files, each behind the folder that it is in.
    pub things: Vec<Thing>,
    /// What shall not be there.
    pub absent: Vec<Unwanted>,
}

/// A folder or file that shall be there.
#[derive(Clone, Debug)]
pub struct Thing {
    /// Its live path.
    pub path: Vec<u16>,
    /// What it is.
    pub kind: Kind,
    /// What the capture shows of it; `None` for a folder that only names of the user's lead through.
    pub node: Option<NodeId>,
    /// Frame that first shows it, 0 for none.
    pub frame: u64,
}

/// What shall not be there.
#[derive(Clone, Debug)]
pub struct Unwanted {
    /// Its live path.
    pub path: Vec<u16>,
    /// Frame that shows that it was not.
    pub frame: u64,
}

impl Thing {
    /// How many folders it lies in.
    pub fn depth(&self) -> usize {
        depth(&self.path)
    }

    /// The path of the folder it is in; `None` when that is the share's own.
    pub fn folder(&self) -> Option<&[u16]> {
        folder_of(&self.path)
    }

    /// What the capture shows of it.
    pub fn node<'a>(&self, namespace: &'a Namespace) -> Option<&'a Node> {
        namespace.nodes.get(self.node?)
    }

    /// Its size, bytes; 0 for folders.
    pub fn size(&self, namespace: &Namespace) -> u64 {
        self.node(namespace).and_then(Node::data).map_or(0, Stream::size_before)
    }

    /// Its named streams that were there.
    pub fn named_streams<'a>(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a Stream> {
        let node = self.node(namespace);
        node.into_iter()
            .flat_map(|node| node.streams.values())
            .filter(|stream| stream.before && !stream.name.is_empty())
    }
}

/// Bytes of a stream that a setup leaves a hole.
pub fn hole(data: &Stream) -> u64 {
    let unknown = data.unknown_bytes();
    if unknown > MOST_PATTERN { unknown } else { 0 }
}

/// How many folders a path leads through.
pub(super) fn depth(path: &[u16]) -> usize {
    path.iter().filter(|unit| **unit == SEPARATOR).count()
}

/// The folder of a path; `None` when that is the share's own.
pub(super) fn folder_of(path: &[u16]) -> Option<&[u16]> {
    path.iter().rposition(|unit| *unit == SEPARATOR).and_then(|at| path.get(..at))
}

/// What there shall be, by live share, for each of `names` (one of a clone each); and what may be in the way of that, as
/// sentences.
pub fn wanted(namespace: &Namespace, names: &[&Names]) -> (Vec<WantedShare>, Vec<String>) {
    let mut shares: BTreeMap<String, Gathered> = BTreeMap::new();
    let mut warnings = Vec::new();
    let mut too_deep = 0_u64;
    let folders: HashSet<NodeId> = namespace.nodes.iter().filter_map(|(_, node)| folder_before(node)).collect();
    for names in names {
        for (share, _) in &namespace.roots {
            let is_disk = share.and_then(|index| namespace.shares.get(index)).is_none_or(|s| s.kind == ShareKind::Disk);
            if is_disk {
                let live = names.share(*share);
                shares.entry(live.name.clone()).or_default().add_folders(live.place.folder());
            }
        }
        for (id, node) in namespace.nodes.iter() {
            let Origin::Before { name, frame, .. } = &node.origin else { continue };
            let Some((root, path)) = namespace.path_before(id) else { continue };
            if path.len() > DEEPEST {
                too_deep = too_deep.saturating_add(1);
                continue;
            }
            let live = names.share(namespace.share_of(root));
            let captured = path.join(&SEPARATOR);
            if let Some(why) = unusual(name) {
                let path = String::from_utf16_lossy(&captured);
                warnings.push(format!("{path} (frame {frame}): {why}, which the server may not keep as it is"));
            }
            let kind = match node.kind {
                Some(kind) => kind.value,
                None if folders.contains(&id) => Kind::Folder,
                None => Kind::File,
            };
            let thing = Thing { path: live.place.live(&captured).into_owned(), kind, node: Some(id), frame: *frame };
            shares.entry(live.name.clone()).or_default().add(thing);
        }
        for absent in namespace.absent() {
            let Some((root, mut path)) = namespace.path_before(absent.folder) else { continue };
            if path.len() > DEEPEST {
                continue;
            }
            let live = names.share(namespace.share_of(root));
            path.push(&absent.name);
            let path = live.place.live(&path.join(&SEPARATOR)).into_owned();
            let gathered = shares.entry(live.name.clone()).or_default();
            gathered.absent.push(Unwanted { path, frame: absent.frame });
        }
    }
    if too_deep > 0 {
        warnings.push(format!("{too_deep} paths with more than {DEEPEST} folders are not set up"));
    }
    if namespace.left_out() > 0 {
        warnings.push(format!("{} names are not set up: there are too many", namespace.left_out()));
    }
    warnings.extend(namespace.not_followed.iter().map(|(frame, why)| format!("frame {frame}: {why}")));
    warnings.sort();
    warnings.dedup();
    (shares.into_iter().map(|(name, gathered)| gathered.finish(name)).collect(), warnings)
}

fn folder_before(node: &Node) -> Option<NodeId> {
    match &node.origin {
        Origin::Before { folder, .. } => Some(*folder),
        _ => None,
    }
}

/// Things by their path, in the form that servers compare.
#[derive(Default)]
struct Gathered {
    things: BTreeMap<Vec<Vec<u16>>, Thing>,
    absent: Vec<Unwanted>,
}

impl Gathered {
    fn add(&mut self, thing: Thing) {
        // Names of the capture are taken apart and checked before; this is the last place where one could lead elsewhere.
        if Name::parse(&thing.path).is_err() {
            return;
        }
        if let Some(folder) = thing.folder() {
            self.add_folders(folder);
        }
        let known = self.things.entry(key(&thing.path)).or_insert_with(|| thing.clone());
        if known.node.is_none() {
            *known = thing;
        }
    }

    /// The folder at `path` and those above it, which names of the user's lead through.
    fn add_folders(&mut self, path: &[u16]) {
        let mut at = Some(path).filter(|path| !path.is_empty());
        while let Some(folder) = at {
            let thing = || Thing { path: folder.to_vec(), kind: Kind::Folder, node: None, frame: 0 };
            match self.things.entry(key(folder)) {
                // Then those above it are there as well.
                Entry::Occupied(_) => return,
                Entry::Vacant(free) => free.insert(thing()),
            };
            at = folder_of(folder).filter(|folder| !folder.is_empty());
        }
    }

    fn finish(self, name: String) -> WantedShare {
        // Where rules of the user's let names of the capture meet, what was there counts.
        let is_free = |unwanted: &Unwanted| !self.things.contains_key(&key(&unwanted.path));
        let absent = self.absent.into_iter().filter(is_free).collect();
        let mut things: Vec<Thing> = self.things.into_values().collect();
        things.sort_by_key(Thing::depth);
        WantedShare { name, things, absent }
    }
}

/// A path by its components, in upper case.
fn key(path: &[u16]) -> Vec<Vec<u16>> {
    let components = Name::parse(path).map(|name| name.components).unwrap_or_else(|_| vec![path.to_vec()]);
    components.iter().map(|name| folded(name)).collect()
}
