//! Where each file goes below the export's folder: `<server>/<share>/<path>`, each name once.

use super::file_name::{file_name, numbered};
use crate::map::ShareKind;
use crate::namespace::{Key, Namespace, Node, NodeId, Origin};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Folders that a file may be in.
const DEEPEST: usize = 1024;

/// Index of a folder of [`Places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Folder(usize);

/// Folders below the export's own, and which names are taken in them.
pub(super) struct Places<'a> {
    namespace: &'a Namespace,
    /// Names from before the capture, not those from its end.
    before: bool,
    /// The folder that each is in, and its name there; the first is the export's own.
    folders: Vec<(Folder, String)>,
    of_node: HashMap<NodeId, Folder>,
    /// By the folder that they are in, and their captured name.
    inside: HashMap<(Folder, Key), Folder>,
    /// Names as file systems compare them that do not tell upper from lower case.
    taken: HashSet<(Folder, String)>,
    /// The number that a name may have next.
    next: HashMap<(Folder, String), u64>,
}

impl<'a> Places<'a> {
    /// The folder of the export itself.
    pub(super) const TOP: Folder = Folder(0);

    /// A folder for each share; in one for its server where there are several servers.
    pub(super) fn new(namespace: &'a Namespace, before: bool) -> Self {
        let mut places = Self {
            namespace,
            before,
            folders: vec![(Self::TOP, String::new())],
            of_node: HashMap::new(),
            inside: HashMap::new(),
            taken: HashSet::new(),
            next: HashMap::new(),
        };
        let shares = shares(namespace);
        let servers: HashSet<Option<String>> = shares.iter().map(|share| share.server_key()).collect();
        let mut of_server: HashMap<Option<String>, Folder> = HashMap::new();
        for share in &shares {
            let server = match servers.len() {
                0 | 1 => Self::TOP,
                _ => *of_server.entry(share.server_key()).or_insert_with(|| {
                    let name = share.server.as_deref().unwrap_or("unnamed server");
                    places.make(Self::TOP, file_name(&units(name)))
                }),
            };
            let name = share.name.as_deref().unwrap_or("unnamed share");
            let folder = places.make(server, file_name(&units(name)));
            places.of_node.insert(share.root, folder);
        }
        places
    }

    /// What is exported.
    pub(super) fn namespace(&self) -> &'a Namespace {
        self.namespace
    }

    /// The local folder of a captured one; `None` when no share has it, or it is too deep.
    pub(super) fn folder(&mut self, node: NodeId) -> Option<Folder> {
        let mut names: Vec<(NodeId, &[u16])> = Vec::new();
        let mut at = node;
        let mut folder = loop {
            if let Some(known) = self.of_node.get(&at) {
                break *known;
            }
            let (above, name) = self.place(self.namespace.nodes.get(at)?)?;
            names.push((at, name));
            at = above;
            if names.len() > DEEPEST {
                return None;
            }
        };
        for (node, name) in names.into_iter().rev() {
            folder = self.enter(folder, name);
            self.of_node.insert(node, folder);
        }
        Some(folder)
    }

    /// The captured folder of something and its name there, in the state that is exported.
    pub(super) fn place(&self, node: &'a Node) -> Option<(NodeId, &'a [u16])> {
        match (&node.origin, self.before) {
            (Origin::Before { folder, name, .. }, true) => Some((*folder, name)),
            (_, true) => None,
            (_, false) => node.last_place(),
        }
    }

    /// A name in a folder that nothing has yet: `name`, or it with a number.
    pub(super) fn claim(&mut self, folder: Folder, name: String) -> String {
        let key = (folder, name.to_lowercase());
        if self.taken.insert(key.clone()) {
            return name;
        }
        let mut number = self.next.get(&key).copied().unwrap_or(2);
        loop {
            let other = numbered(&name, number);
            number = number.saturating_add(1);
            if self.taken.insert((folder, other.to_lowercase())) {
                self.next.insert(key, number);
                return other;
            }
        }
    }

    /// The folder that a folder is in, and its name there.
    pub(super) fn named(&self, folder: Folder) -> Option<(Folder, String)> {
        self.folders.get(folder.0).filter(|_| folder != Self::TOP).cloned()
    }

    /// The folders that lead to one, the outermost first, and itself.
    pub(super) fn way(&self, folder: Folder) -> Vec<Folder> {
        let mut way = Vec::new();
        let mut at = folder;
        while let Some((above, _)) = self.folders.get(at.0).filter(|_| at != Self::TOP) {
            way.push(at);
            at = *above;
        }
        way.reverse();
        way
    }

    /// Where a folder is, below `top`.
    pub(super) fn path(&self, top: &Path, folder: Folder) -> PathBuf {
        let names = self.way(folder).into_iter().filter_map(|folder| self.folders.get(folder.0));
        names.fold(top.to_path_buf(), |path, (_, name)| path.join(name))
    }

    /// Folders that had one name are one.
    fn enter(&mut self, above: Folder, name: &[u16]) -> Folder {
        let key = (above, Key::of(name));
        if let Some(known) = self.inside.get(&key) {
            return *known;
        }
        let made = self.make(above, file_name(name));
        self.inside.insert(key, made);
        made
    }

    fn make(&mut self, above: Folder, name: String) -> Folder {
        let name = self.claim(above, name);
        self.folders.push((above, name));
        Folder(self.folders.len().saturating_sub(1))
    }
}

/// A disk share: its names, as far as they are known, and its folder.
struct Share {
    server: Option<String>,
    address: Option<std::net::IpAddr>,
    name: Option<String>,
    root: NodeId,
}

impl Share {
    /// What tells its server from others.
    fn server_key(&self) -> Option<String> {
        self.address.map(|address| address.to_string()).or_else(|| self.server.as_ref().map(|name| name.to_lowercase()))
    }
}

fn shares(namespace: &Namespace) -> Vec<Share> {
    let mut seen = HashSet::new();
    let mut shares = Vec::new();
    for (index, root) in &namespace.roots {
        let known = index.and_then(|index| namespace.shares.get(index));
        if known.is_none_or(|share| share.kind == ShareKind::Disk) && seen.insert(*root) {
            let server = known.map(|share| share.server.clone()).filter(|server| !server.is_empty());
            let address = known.and_then(|share| share.address);
            shares.push(Share {
                server: server.or_else(|| address.map(|address| address.to_string())),
                address,
                name: known.map(|share| share.name.clone()),
                root: *root,
            });
        }
    }
    shares
}

fn units(name: &str) -> Vec<u16> {
    name.encode_utf16().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::map::CapturedShare;
    use crate::namespace::{Nodes, Why};

    /// Shares of these servers, each with the file `Folder\File`.
    fn shares(servers: &[(&str, &str)]) -> (Namespace, Vec<NodeId>) {
        let mut shares = Vec::new();
        for (number, (server, name)) in (1_u8..).zip(servers) {
            let address = if *server == "same" { [10, 0, 0, 9].into() } else { [10, 0, 0, number].into() };
            CapturedShare::note(&mut shares, Some(address), &format!("\\\\{server}\\{name}"), Some(1), true);
        }
        let used: Vec<Option<usize>> = (0..shares.len()).map(Some).collect();
        let mut namespace = Namespace::of_shares(shares, &used);
        let roots: Vec<NodeId> = namespace.roots.iter().map(|(_, root)| *root).collect();
        let made = roots.iter().map(|root| {
            let folder = add(&mut namespace.nodes, *root, "Folder");
            add(&mut namespace.nodes, folder, "File")
        });
        let made = made.collect();
        (namespace, made)
    }

    fn add(nodes: &mut Nodes, folder: NodeId, name: &str) -> NodeId {
        nodes.seen(folder, &units(name), Why::Opened).unwrap()
    }

    fn folders(servers: &[(&str, &str)]) -> Vec<String> {
        let (namespace, files) = shares(servers);
        let mut places = Places::new(&namespace, false);
        let mut found = Vec::new();
        for file in files {
            let (folder, _) = places.place(namespace.nodes.get(file).unwrap()).unwrap();
            let folder = places.folder(folder).unwrap();
            found.push(places.path(Path::new(""), folder).to_str().unwrap().replace('\\', "/"));
        }
        found
    }

    #[test]
    fn a_server_has_a_folder_where_there_are_several() {
        assert_eq!(folders(&[("files", "a")]), ["a/Folder"]);
        assert_eq!(folders(&[("same", "a"), ("same", "b")]), ["a/Folder", "b/Folder"]);
        assert_eq!(folders(&[("one", "a"), ("two", "a")]), ["one/a/Folder", "two/a/Folder"]);
        assert_eq!(folders(&[("one", "a"), ("ONE", "a")]), ["one/a/Folder", "ONE (2)/a/Folder"]);
        assert_eq!(folders(&[("..", "."), ("con", "c$")]), [".%2e/%2e/Folder", "%63on/c$/Folder"]);
    }

    #[test]
    fn a_name_is_given_once_whatever_its_case() {
        let (namespace, _) = shares(&[("files", "a")]);
        let mut places = Places::new(&namespace, false);
        let mut claim = |name: &str| places.claim(Places::TOP, name.to_owned());
        let names = ["a.txt", "A.TXT", "a (2).txt", "a.txt", "b"].map(&mut claim);
        assert_eq!(names, ["a.txt", "A (2).TXT", "a (2) (2).txt", "a (3).txt", "b"]);
        for _ in 0..20_000 {
            claim("again");
        }
        assert_eq!(claim("again"), "again (20001)");
    }
}
