//! The shares as a tree for people and programs: everything under the name that it had first, in the order of names.

use crate::map::ShareKind;
use crate::namespace::name::Key;
use crate::namespace::node::{Node, NodeId, Origin, Stream};
use crate::namespace::{Absent, Namespace};
use client::request::create::Kind;
use std::collections::{HashMap, HashSet};

const SEPARATOR: u16 = b'\\' as u16;

/// What is in which folder: folders first, then by name whatever its case.
#[derive(Clone, Debug)]
pub struct Outline<'a> {
    namespace: &'a Namespace,
    /// By folder.
    children: HashMap<NodeId, Vec<NodeId>>,
    /// By the share's own folder.
    missing: HashMap<NodeId, Vec<&'a Absent>>,
}

/// A file or folder of an [`Outline`].
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Which one.
    pub id: NodeId,
    /// What is known of it.
    pub node: &'a Node,
    /// Its path on the share under its first name: UTF-16 code units with `\` between names.
    pub path: Vec<u16>,
    /// In how many folders it is, below the share's own.
    pub depth: usize,
    /// Nothing comes behind it in its folder.
    pub is_last: bool,
    /// It is a folder, or something is in it.
    pub is_folder: bool,
}

impl<'a> Outline<'a> {
    /// That of all shares.
    pub fn of(namespace: &'a Namespace) -> Self {
        let mut children: HashMap<NodeId, Vec<(bool, Key, NodeId)>> = HashMap::new();
        let folders: HashSet<NodeId> =
            namespace.nodes.iter().filter_map(|(_, node)| Some(node.first_place()?.0)).collect();
        for (id, node) in namespace.nodes.iter() {
            if let Some((folder, name)) = node.first_place() {
                let is_file = !(node.is_folder() || folders.contains(&id));
                children.entry(folder).or_default().push((is_file, Key::of(name), id));
            }
        }
        let sorted = children.into_iter().map(|(folder, mut names)| {
            names.sort_unstable();
            (folder, names.into_iter().map(|(_, _, id)| id).collect())
        });
        Self { namespace, children: sorted.collect(), missing: missing(namespace) }
    }

    /// Only what `is_meant` holds for, by path, and the folders that lead there.
    pub fn retain(&mut self, is_meant: impl Fn(&str) -> bool) {
        let mut kept: HashSet<NodeId> = HashSet::new();
        for (_, root) in self.shares() {
            let mut above: Vec<NodeId> = Vec::new();
            for entry in self.entries(root) {
                above.truncate(entry.depth);
                above.push(entry.id);
                if is_meant(&String::from_utf16_lossy(&entry.path)) {
                    // Those above one that is kept are kept as well: no need to go on.
                    above.iter().rev().take_while(|id| kept.insert(**id)).count();
                }
            }
        }
        self.children.values_mut().for_each(|names| names.retain(|id| kept.contains(id)));
    }

    /// The disk shares: index in [`Namespace::shares`] (`None`: the capture does not name it), and its own folder.
    pub fn shares(&self) -> Vec<(Option<usize>, NodeId)> {
        let namespace = self.namespace;
        let kind = |share: Option<usize>| share.and_then(|index| namespace.shares.get(index)).map(|share| share.kind);
        let mut seen = HashSet::new();
        let roots = namespace.roots.iter().copied();
        roots
            .filter(|(share, root)| kind(*share).is_none_or(|kind| kind == ShareKind::Disk) && seen.insert(*root))
            .collect()
    }

    /// What is below a folder, each folder in front of what is in it.
    pub fn entries(&self, root: NodeId) -> impl Iterator<Item = Entry<'a>> + '_ {
        let level =
            |folder: NodeId, end: usize| Level { left: self.children.get(&folder).map_or(&[], Vec::as_slice), end };
        let mut levels = vec![level(root, 0)];
        let mut path: Vec<u16> = Vec::new();
        std::iter::from_fn(move || {
            loop {
                let depth = levels.len().checked_sub(1)?;
                let current = levels.last_mut()?;
                let Some((id, left)) = current.left.split_first() else {
                    levels.pop();
                    continue;
                };
                current.left = left;
                path.truncate(current.end);
                let node = self.namespace.nodes.get(*id)?;
                if depth > 0 {
                    path.push(SEPARATOR);
                }
                path.extend_from_slice(node.first_place()?.1);
                let inside = level(*id, path.len());
                let is_folder = node.is_folder() || self.children.contains_key(id);
                let entry = Entry { id: *id, node, path: path.clone(), depth, is_last: left.is_empty(), is_folder };
                levels.push(inside);
                return Some(entry);
            }
        })
    }

    /// Whether something is in it.
    pub fn has_inside(&self, entry: &Entry<'_>) -> bool {
        self.children.get(&entry.id).is_some_and(|inside| !inside.is_empty())
    }

    /// Names below a share's folder that nothing had before the capture and that no captured request gave to anything, with their
    /// paths.
    pub fn missing(&self, root: NodeId) -> impl ExactSizeIterator<Item = (Vec<u16>, &'a Absent)> + '_ {
        let missing = self.missing.get(&root).map_or(&[][..], Vec::as_slice);
        missing.iter().map(|absent| {
            let mut names = self.namespace.path_before(absent.folder).map(|(_, names)| names).unwrap_or_default();
            names.push(&absent.name);
            (names.join(&SEPARATOR), *absent)
        })
    }
}

/// The names that nothing had, by the share's own folder.
fn missing(namespace: &Namespace) -> HashMap<NodeId, Vec<&Absent>> {
    let mut roots: HashMap<NodeId, NodeId> = HashMap::new();
    let mut had: HashSet<(NodeId, Key)> = HashSet::new();
    for (id, node) in namespace.nodes.iter() {
        let place = node.first_place();
        // A folder comes before what is in it.
        let root = place.and_then(|(folder, _)| roots.get(&folder).copied()).unwrap_or(id);
        roots.insert(id, root);
        let places = [place, node.last_place()].into_iter().flatten();
        had.extend(places.map(|(folder, name)| (folder, Key::of(name))));
    }
    let mut missing: HashMap<NodeId, Vec<&Absent>> = HashMap::new();
    for absent in namespace.absent() {
        if let Some(root) = roots.get(&absent.folder)
            && !had.contains(&(absent.folder, Key::of(&absent.name)))
        {
            missing.entry(*root).or_default().push(absent);
        }
    }
    missing
}

/// What of a folder is still to come, and where in the path it ends.
struct Level<'a> {
    left: &'a [NodeId],
    end: usize,
}

impl Entry<'_> {
    /// Its name.
    pub fn name(&self) -> &[u16] {
        self.node.first_place().map_or(&[], |(_, name)| name)
    }

    /// Frame that first shows it, 0 for none.
    pub fn frame(&self) -> u64 {
        match &self.node.origin {
            Origin::Root => 0,
            Origin::Before { frame, .. } | Origin::Made { frame, .. } | Origin::Appeared { frame, .. } => *frame,
        }
    }

    /// File or folder; `None` when the capture tells only that something has the name.
    pub fn kind(&self) -> Option<Kind> {
        if self.is_folder { Some(Kind::Folder) } else { self.node.kind.map(|kind| kind.value) }
    }

    /// The path it was given last, where that is another than its first one: the share's own folder, and the names.
    pub fn renamed_to<'a>(&self, namespace: &'a Namespace) -> Option<Vec<&'a [u16]>> {
        let moved = self.node.activity.renamed && self.node.first_place() != self.node.last_place();
        if moved { namespace.path_last(self.id).map(|(_, names)| names) } else { None }
    }

    /// Its named streams, in the order of their names.
    pub fn named_streams(&self) -> impl Iterator<Item = &Stream> {
        self.node.streams.values().filter(|stream| !stream.name.is_empty())
    }
}

impl Stream {
    /// Its size before the capture, bytes, and whether that is only the least that it can have been; `None` when it was
    /// not there, or nothing tells.
    pub fn known_before(&self) -> Option<(u64, bool)> {
        match (self.before, self.size) {
            (false, _) => None,
            (true, Some(size)) => Some((size.value, false)),
            (true, None) => (self.at_least > 0).then_some((self.at_least, true)),
        }
    }

    /// The same at the end of the capture, or when its file was deleted.
    pub fn known_after(&self) -> Option<(u64, bool)> {
        match self.size_now {
            Some(size) => Some((size, false)),
            None => (!self.now.is_empty()).then(|| (self.now.end(), true)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::namespace::node::{Seen, Why};
    use crate::namespace::tree::Sight;

    const SIGHT: Sight = Sight { frame: 1, why: Why::Listed };

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    /// A share with these files; names with `\` before the last lie in folders.
    fn share(paths: impl IntoIterator<Item = String>) -> (Namespace, NodeId) {
        let mut namespace = Namespace::default();
        let folder = Some(Seen { value: Kind::Folder, frame: 0 });
        let root = namespace.nodes.add(Node::new(Origin::Root, folder, None)).unwrap();
        namespace.roots.push((None, root));
        for path in paths {
            let mut names: Vec<Vec<u16>> = path.split('\\').map(units).collect();
            let name = names.pop().unwrap();
            let folder = namespace.nodes.folder(root, &names, SIGHT).unwrap();
            namespace.nodes.there(folder, &name, Some(Kind::File), SIGHT).unwrap();
        }
        (namespace, root)
    }

    fn paths(outline: &Outline<'_>, root: NodeId) -> Vec<String> {
        outline.entries(root).map(|entry| String::from_utf16(&entry.path).unwrap()).collect()
    }

    #[test]
    fn folders_come_first_and_names_go_by_letter_whatever_their_case() {
        let (namespace, root) = share(["b", "C", "a", "z\\2", "z\\1", "Y\\x\\file"].map(String::from));
        let outline = Outline::of(&namespace);
        assert_eq!(paths(&outline, root), ["Y", "Y\\x", "Y\\x\\file", "z", "z\\1", "z\\2", "a", "b", "C"]);
        let shape: Vec<(usize, bool)> = outline.entries(root).map(|entry| (entry.depth, entry.is_last)).collect();
        let expected =
            [(0, false), (1, true), (2, true), (0, false), (1, false), (1, true), (0, false), (0, false), (0, true)];
        assert_eq!(shape, expected);
    }

    #[test]
    fn a_filter_leaves_what_it_accepts_and_the_way_there() {
        let (namespace, root) = share(["a\\b\\c.txt", "a\\b\\d", "a\\e\\f", "g.txt", "h"].map(String::from));
        let mut outline = Outline::of(&namespace);
        outline.retain(|path| path.ends_with(".txt"));
        assert_eq!(paths(&outline, root), ["a", "a\\b", "a\\b\\c.txt", "g.txt"]);
        outline.retain(|_| false);
        assert!(paths(&outline, root).is_empty());
    }

    #[test]
    fn what_was_renamed_stands_under_its_first_name_and_what_has_a_name_now_is_not_missing() {
        let (mut namespace, root) = share(["old".to_owned()]);
        let id = namespace.nodes.child(root, &units("old"));
        let Some(crate::namespace::node::Child::Is(id)) = id else { unreachable!() };
        namespace.nodes.unlink(id, None);
        namespace.nodes.missing(root, &units("new"), 2);
        namespace.nodes.missing(root, &units("never"), 2);
        namespace.nodes.link(root, &units("new"), id);
        namespace.nodes.get_mut(id).unwrap().activity.renamed = true;
        namespace.nodes.made(root, &units("made"), Kind::File, 3);
        let outline = Outline::of(&namespace);
        assert_eq!(paths(&outline, root), ["made", "old"]);
        let renamed: Vec<bool> = outline.entries(root).map(|entry| entry.renamed_to(&namespace).is_some()).collect();
        assert_eq!(renamed, [false, true]);
        let missing: Vec<String> = outline.missing(root).map(|(path, _)| String::from_utf16(&path).unwrap()).collect();
        assert_eq!(missing, ["never"]);
    }

    #[test]
    fn a_hundred_thousand_files_and_a_thousand_folders_in_each_other_are_gone_through() {
        let deep = vec!["d"; 1000].join("\\");
        let (namespace, root) = share((0..100_000).map(|number| format!("folder\\{number}")).chain([deep]));
        let outline = Outline::of(&namespace);
        assert_eq!(outline.entries(root).count(), 101_001);
        assert_eq!(outline.entries(root).map(|entry| entry.depth).max(), Some(999));
    }
}
