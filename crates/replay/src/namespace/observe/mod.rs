//! Going through captured operations, and learning from each what was there before.

mod contents;
mod create;
mod description;
mod listing;
mod naming;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;

use crate::map::{CapturedShare, ShareKind};
use crate::message::tree_connect;
use crate::namespace::captured::Captured;
use crate::namespace::name::{Key, Name, NotFollowed};
use crate::namespace::node::{Node, NodeId, Origin, Seen, Stream};
use crate::namespace::tree::Nodes;
use client::request::create::Kind;
use dissect::{Kind as RowKind, Operation};
use smb2::{Command, FileId, NtStatus};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

/// SMB2_SHARE_TYPE_PIPE and _PRINT (MS-SMB2 2.2.10).
const PIPE: u8 = 2;
const PRINT: u8 = 3;

/// What is learnt so far.
#[derive(Default)]
pub(super) struct Observer {
    /// Server of each connection.
    servers: HashMap<u32, IpAddr>,
    /// The only disk share that the sessions connect to: a tree from before the capture is taken to be of it.
    only_share: Option<String>,
    pub(super) shares: Vec<CapturedShare>,
    /// The folder of each share, and of what lies on a share that the capture does not name (`None`).
    pub(super) roots: HashMap<Option<usize>, NodeId>,
    pub(super) nodes: Nodes,
    /// What could not be followed, by frame.
    pub(super) not_followed: BTreeSet<(u64, &'static str)>,
    /// Share of each tree connect.
    trees: HashMap<u32, usize>,
    opens: HashMap<u32, Open>,
    /// Opens, some of them closed, by tree connect and by session file.
    of_trees: HashMap<u32, Vec<u32>>,
    of_sessions: HashMap<u32, Vec<u32>>,
    file_ids: HashMap<FileId, u32>,
    /// What resume keys stand for (MS-SMB2 2.2.32.3).
    resume_keys: HashMap<[u8; 24], (NodeId, Vec<u16>)>,
}

/// An open of the capture.
#[derive(Clone, Debug)]
struct Open {
    node: NodeId,
    /// The name that was opened.
    place: Option<(NodeId, Key)>,
    /// Name of the stream, empty for the unnamed one.
    stream: Vec<u16>,
    tree: Option<u32>,
    delete_on_close: bool,
    /// What its listing looks for.
    pattern: Vec<u16>,
}

impl Observer {
    /// Nothing is known but the server of each connection, and the disk shares that the sessions connect to.
    pub(super) fn new(servers: HashMap<u32, IpAddr>, shares: &BTreeSet<String>) -> Self {
        let mut names = shares.iter();
        let only_share = names.next().filter(|_| names.next().is_none()).cloned();
        Self { servers, only_share, ..Self::default() }
    }

    /// Takes the next operation, in the order of the answers.
    pub(super) fn handle(&mut self, captured: &Captured) {
        let operation = &captured.operation;
        let is_disk = !matches!(operation.share_type, Some(PIPE | PRINT));
        let (Some(command), Some(status)) = (operation.command, operation.status) else { return };
        if operation.kind != RowKind::Exchange || !(is_disk || command == Command::TREE_CONNECT) {
            return;
        }
        let succeeded = !NtStatus(status).is_error();
        match command {
            Command::TREE_CONNECT => self.tree_connect(operation),
            Command::TREE_DISCONNECT if succeeded => {
                let of_tree = operation.tree.and_then(|tree| self.of_trees.remove(&tree));
                self.close_all(of_tree.unwrap_or_default());
            }
            Command::LOGOFF if succeeded => {
                let of_session = self.of_sessions.remove(&captured.file);
                self.close_all(of_session.unwrap_or_default());
            }
            Command::CREATE => self.create(captured, NtStatus(status)),
            Command::CLOSE if succeeded => self.close(operation),
            Command::READ => self.read(captured, NtStatus(status)),
            Command::WRITE if succeeded => self.write(captured),
            Command::QUERY_DIRECTORY => self.query_directory(operation, NtStatus(status)),
            Command::QUERY_INFO if succeeded => self.query_info(operation),
            Command::SET_INFO => self.set_info(operation, NtStatus(status)),
            Command::IOCTL if succeeded => self.ioctl(operation),
            _ => {}
        }
    }

    /// The server of a connection, and the share of a row; `None` where the capture does not name it.
    fn share(&self, operation: &Operation) -> Option<usize> {
        if let Some(share) = operation.tree.and_then(|tree| self.trees.get(&tree)) {
            return Some(*share);
        }
        let address = self.servers.get(&operation.connection).copied();
        let name = tree_connect::share_name(operation.share.as_deref()?);
        self.shares.iter().position(|share| share.is(address, name))
    }

    /// The share's own folder.
    fn root(&mut self, share: Option<usize>) -> Option<NodeId> {
        if let Some(root) = self.roots.get(&share) {
            return Some(*root);
        }
        // A tree from before the capture is of the only share there is; two servers may have one of the same name.
        let other = match share {
            Some(index) => {
                let name = self.shares.get(index).map(|share| share.name.to_lowercase());
                let is_first = self.roots.keys().all(Option::is_none);
                self.roots.get(&None).filter(|_| is_first && self.only_share.is_some() && self.only_share == name)
            }
            None => self.roots.values().next().filter(|_| self.only_share.is_some() && self.roots.len() == 1),
        };
        if let Some(root) = other.copied() {
            self.roots.insert(share, root);
            return Some(root);
        }
        let root = self.nodes.add(Node::new(Origin::Root, Some(Seen { value: Kind::Folder, frame: 0 }), None))?;
        self.roots.insert(share, root);
        Some(root)
    }

    fn tree_connect(&mut self, operation: &Operation) {
        let address = self.servers.get(&operation.connection).copied();
        let Some(path) = operation.request.as_deref().and_then(tree_connect::captured_path) else { return };
        let connected = operation.status == Some(NtStatus::SUCCESS.0);
        let index = CapturedShare::note(&mut self.shares, address, &path, operation.share_type, connected);
        if let (Some(tree), Some(0)) = (operation.tree, operation.status) {
            self.trees.insert(tree, index);
            if self.shares.get(index).is_some_and(|share| share.kind == ShareKind::Disk) {
                self.root(Some(index));
            }
        }
    }

    /// A name of the capture, taken apart; what cannot be followed is noted.
    fn name(&mut self, units: &[u16], frame: u64) -> Option<Name> {
        let why = match Name::parse(units) {
            Ok(name) => return Some(name),
            Err(NotFollowed::LeadsOut) => "a name leads out of its share",
            Err(NotFollowed::Snapshot) => "a snapshot is used, which cannot be set up",
        };
        self.not_followed.insert((frame, why));
        None
    }

    fn open_of(&self, operation: &Operation) -> Option<&Open> {
        self.opens.get(&operation.open?)
    }

    fn node_of(&mut self, operation: &Operation) -> Option<&mut Node> {
        let id = self.open_of(operation)?.node;
        self.nodes.get_mut(id)
    }

    /// The stream that an operation is about, and whether its file was there before the capture.
    fn stream_of(&mut self, operation: &Operation) -> Option<(&mut Stream, bool)> {
        let Open { node, stream, .. } = self.opens.get(&operation.open?)?;
        let node = self.nodes.get_mut(*node)?;
        let was_there = node.was_there();
        Some((node.stream_mut(stream), was_there))
    }
}

/// The frame that shows what an operation tells.
fn frame(operation: &Operation) -> u64 {
    operation.response_frame.or(operation.request_frame).unwrap_or(0)
}
