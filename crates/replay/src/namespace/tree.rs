//! The tree of a share while the capture is gone through: names, and who has them.

use crate::namespace::name::Key;
use crate::namespace::node::{Absent, Child, Node, NodeId, Origin, Seen, Why};
use client::request::create::Kind;

/// How many nodes a namespace may have; what is beyond it is counted and left out.
const MOST_NODES: usize = 4 << 20;

/// All nodes, of all shares.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    nodes: Vec<Node>,
    /// Names that nothing had before the capture, in the order in which that was seen.
    pub(super) absent: Vec<Absent>,
    /// Names that were left out because there are too many.
    pub(super) left_out: u64,
}

/// What was seen: the frame, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    pub(super) frame: u64,
    pub(super) why: Why,
}

impl Nodes {
    /// A node.
    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    pub(super) fn get_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0)
    }

    /// All nodes with their ids, in the order in which they were first seen.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index), node))
    }

    pub(super) fn add(&mut self, node: Node) -> Option<NodeId> {
        if self.nodes.len() >= MOST_NODES {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        self.nodes.push(node);
        Some(NodeId(self.nodes.len().saturating_sub(1)))
    }

    /// What has this name, which was seen there: for tests of others.
    #[cfg(test)]
    pub(crate) fn seen(&mut self, folder: NodeId, name: &[u16], why: Why) -> Option<NodeId> {
        self.there(folder, name, None, Sight { frame: 1, why })
    }

    pub(super) fn child(&self, folder: NodeId, name: &[u16]) -> Option<Child> {
        self.get(folder)?.children.get(&Key::of(name)).copied()
    }

    /// What has this name, which somebody has seen there.
    pub(super) fn there(&mut self, folder: NodeId, name: &[u16], kind: Option<Kind>, sight: Sight) -> Option<NodeId> {
        let kind = kind.map(|value| Seen { value, frame: sight.frame });
        let was_there = self.get(folder)?.was_there();
        match self.child(folder, name) {
            Some(Child::Is(id)) => {
                if let Some(node) = self.get_mut(id)
                    && node.kind.is_none()
                {
                    node.kind = kind;
                }
                Some(id)
            }
            known => {
                let origin = match known {
                    None if was_there => {
                        Origin::Before { folder, name: name.to_vec(), frame: sight.frame, why: sight.why }
                    }
                    _ => Origin::Appeared { folder, name: name.to_vec(), frame: sight.frame },
                };
                self.put(folder, name, Node::new(origin, kind, Some((folder, name.to_vec()))))
            }
        }
    }

    /// The folder of these names below `root`, which somebody has seen there.
    pub(super) fn folder(&mut self, root: NodeId, names: &[Vec<u16>], sight: Sight) -> Option<NodeId> {
        let sight = Sight { why: Why::FolderOf, ..sight };
        names.iter().try_fold(root, |folder, name| self.there(folder, name, Some(Kind::Folder), sight))
    }

    /// The node with these names below `root`, if it is known.
    pub(super) fn known(&self, root: NodeId, names: &[Vec<u16>]) -> Option<NodeId> {
        names.iter().try_fold(root, |folder, name| match self.child(folder, name) {
            Some(Child::Is(id)) => Some(id),
            _ => None,
        })
    }

    /// A captured request has made this.
    pub(super) fn made(&mut self, folder: NodeId, name: &[u16], kind: Kind, frame: u64) -> Option<NodeId> {
        self.missing(folder, name, frame);
        let kind = Some(Seen { value: kind, frame });
        let origin = Origin::Made { folder, name: name.to_vec(), frame };
        self.put(folder, name, Node::new(origin, kind, Some((folder, name.to_vec()))))
    }

    /// Nobody has this name, as somebody has found out.
    pub(super) fn missing(&mut self, folder: NodeId, name: &[u16], frame: u64) {
        let Some(node) = self.get_mut(folder) else { return };
        let key = Key::of(name);
        if node.children.contains_key(&key) {
            return;
        }
        node.children.insert(key, Child::Absent);
        if node.was_there() && self.absent.len() < MOST_NODES {
            self.absent.push(Absent { folder, name: name.to_vec(), frame });
        }
    }

    /// Takes one of a node's names away: this one, or the one it got last. Whether it has none any more.
    pub(super) fn unlink(&mut self, id: NodeId, from: Option<&(NodeId, Key)>) -> bool {
        let Some(node) = self.get_mut(id) else { return true };
        let is_it = |(folder, name): &(NodeId, Vec<u16>)| from.is_some_and(|from| *from == (*folder, Key::of(name)));
        let taken = match node.further.iter().position(is_it) {
            Some(index) => Some(node.further.remove(index)),
            None => std::mem::replace(&mut node.place, node.further.pop()),
        };
        let Some((folder, name)) = taken else { return true };
        let is_last = node.place.is_none();
        if is_last {
            node.gone = Some((folder, name.clone()));
        }
        if let Some(folder) = self.get_mut(folder) {
            folder.children.insert(Key::of(&name), Child::Absent);
        }
        is_last
    }

    /// Gives a node this name, and takes it from who has it.
    pub(super) fn link(&mut self, folder: NodeId, name: &[u16], id: NodeId) {
        let key = (folder, Key::of(name));
        match self.child(folder, name) {
            Some(Child::Is(other)) if other == id => return,
            Some(Child::Is(other)) => {
                let is_gone = self.unlink(other, Some(&key));
                if let Some(other) = self.get_mut(other) {
                    other.activity.deleted |= is_gone;
                }
            }
            _ => {}
        }
        if let Some(node) = self.get_mut(folder) {
            node.children.insert(key.1, Child::Is(id));
        }
        if let Some(node) = self.get_mut(id) {
            node.further.extend(node.place.replace((folder, name.to_vec())));
            node.gone = None;
        }
    }

    fn put(&mut self, folder: NodeId, name: &[u16], node: Node) -> Option<NodeId> {
        let id = self.add(node)?;
        self.get_mut(folder)?.children.insert(Key::of(name), Child::Is(id));
        Some(id)
    }
}
