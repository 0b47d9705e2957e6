//! What the shares looked like before the capture began, as far as it shows that (the before-state).
//!
//! The operations are gone through in the order in which they were answered. Whatever is opened, listed, in the way or
//! read before a captured request made or changed it was there before; what is found missing was not. Names are followed
//! through renames, links and deletions, so that each fact is about the name that was there before. Every fact keeps the
//! frame that shows it, and nothing that the capture does not show is made up.

mod captured;
pub mod document;
mod name;
mod node;
mod observe;
mod outline;
mod spans;
mod tree;

pub use name::{Key, Name, NotFollowed, unusual};
pub use node::{
    Absent, Activity, Descriptor, ExtendedAttribute, Facts, Node, NodeId, Origin, Seen, Source, Stream, Why,
};
pub use outline::{Entry, Outline};
pub use spans::{Part, Spans};
pub use tree::Nodes;

use crate::map::CapturedShare;
use crate::message::tree_connect::share_name;
use captured::Answered;
use observe::Observer;
use std::net::{IpAddr, SocketAddr};
use store::metadata::SessionMetadata;
use store::{OutputFolder, Payload, ReadError};

/// The shares before the capture, and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    /// The shares that the chosen sessions name.
    pub shares: Vec<CapturedShare>,
    /// The folder of each share that something was seen on; `None` is for what lies on a share that the capture does not
    /// name.
    pub roots: Vec<(Option<usize>, NodeId)>,
    /// Files and folders.
    pub nodes: Nodes,
    /// Session files, by [`Source::file`].
    pub files: Vec<String>,
    /// What could not be followed: the frame, and why.
    pub not_followed: Vec<(u64, &'static str)>,
    /// Operations that were gone through.
    pub operations: u64,
    /// What the session files have of the data of READs and WRITEs.
    pub payload: Payload,
}

impl Namespace {
    /// What the sessions with these file names show.
    ///
    /// # Errors
    /// [`ReadError`]: a session file cannot be read.
    pub fn infer(
        output: &OutputFolder,
        metadata: &SessionMetadata,
        files: &[String],
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, ReadError> {
        let server = |text: &str| text.parse::<SocketAddr>().ok().map(|address: SocketAddr| -> IpAddr { address.ip() });
        let servers = metadata.connections.iter().filter_map(|known| Some((known.connection, server(&known.server)?)));
        let chosen = metadata.sessions.iter().filter(|session| files.contains(&session.file));
        let shares = chosen.flat_map(|session| &session.shares).map(|path| share_name(path).to_lowercase());
        let mut observer = Observer::new(servers.collect(), &shares.filter(|name| name != "ipc$").collect());
        let mut operations = 0_u64;
        for captured in Answered::new(output, files)? {
            observer.handle(&captured?);
            operations = operations.saturating_add(1);
            if operations.is_multiple_of(4096) {
                progress(operations);
            }
        }
        let mut roots: Vec<(Option<usize>, NodeId)> = observer.roots.into_iter().collect();
        roots.sort_unstable();
        let is_named = |root: &NodeId| roots.iter().any(|(share, other)| share.is_some() && other == root);
        let named: Vec<bool> = roots.iter().map(|(share, root)| share.is_some() || !is_named(root)).collect();
        let mut named = named.into_iter();
        roots.retain(|_| named.next().unwrap_or(true));
        Ok(Self {
            shares: observer.shares,
            roots,
            nodes: observer.nodes,
            files: files.to_vec(),
            not_followed: observer.not_followed.into_iter().collect(),
            operations,
            payload: metadata.trace.payload,
        })
    }

    /// These shares, of which nothing else is known; `used` are those that something may be done on.
    pub(crate) fn of_shares(shares: Vec<CapturedShare>, used: &[Option<usize>]) -> Self {
        let mut nodes = Nodes::default();
        let mut root = |share: &Option<usize>| Some((*share, nodes.add(Node::new(Origin::Root, None, None))?));
        let roots = used.iter().filter_map(&mut root).collect();
        Self { shares, roots, nodes, ..Self::default() }
    }

    /// Names that nothing had before the capture.
    pub fn absent(&self) -> &[Absent] {
        &self.nodes.absent
    }

    /// How many names were left out because there are too many.
    pub fn left_out(&self) -> u64 {
        self.nodes.left_out
    }

    /// The share's own folder, and the names below it, of what was there before; `None` for what was not.
    pub fn path_before(&self, id: NodeId) -> Option<(NodeId, Vec<&[u16]>)> {
        let mut names = Vec::new();
        let mut at = id;
        // A folder is always seen before what is in it, so this comes to an end.
        while let Origin::Before { folder, name, .. } = &self.nodes.get(at)?.origin {
            names.push(name.as_slice());
            at = *folder;
        }
        names.reverse();
        (self.nodes.get(at)?.origin == Origin::Root).then_some((at, names))
    }

    /// The same of what is there at the end of the capture.
    pub fn path_now(&self, id: NodeId) -> Option<(NodeId, Vec<&[u16]>)> {
        self.path(id, |node| node.place.as_ref().map(|(folder, name)| (*folder, name.as_slice())))
    }

    /// The same of what is there at the end of the capture, or was there when it was deleted.
    pub fn path_last(&self, id: NodeId) -> Option<(NodeId, Vec<&[u16]>)> {
        self.path(id, Node::last_place)
    }

    fn path<'a>(
        &'a self,
        id: NodeId,
        place: impl Fn(&'a Node) -> Option<(NodeId, &'a [u16])>,
    ) -> Option<(NodeId, Vec<&'a [u16]>)> {
        const DEEPEST: usize = 32_768;
        let mut names = Vec::new();
        let mut at = id;
        for _ in 0..DEEPEST {
            let node = self.nodes.get(at)?;
            if node.origin == Origin::Root {
                names.reverse();
                return Some((at, names));
            }
            let (folder, name) = place(node)?;
            names.push(name);
            at = folder;
        }
        None
    }

    /// `\\\\server\share` of an index in [`Namespace::shares`]; `(unnamed share)` for what the capture does not name.
    pub fn share_path(&self, share: Option<usize>) -> String {
        let Some(share) = share.and_then(|index| self.shares.get(index)) else { return "(unnamed share)".to_owned() };
        let server = match (share.server.as_str(), share.address) {
            ("", Some(address)) => address.to_string(),
            (server, _) => server.to_owned(),
        };
        format!("\\\\{server}\\{}", share.name)
    }

    /// The share of a folder of [`Namespace::roots`].
    pub fn share_of(&self, root: NodeId) -> Option<usize> {
        self.roots.iter().find(|(_, known)| *known == root).and_then(|(share, _)| *share)
    }
}
