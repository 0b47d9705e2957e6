//! CREATE: what is there, what is not, and what an open shows of its file (MS-SMB2 2.2.13, 2.2.14).

use super::{Observer, Open, frame};
use crate::message::dfs::DfsName;
use crate::namespace::captured::Captured;
use crate::namespace::name::{Key, Name};
use crate::namespace::node::{Child, Node, NodeId, Seen, Why};
use crate::namespace::tree::Sight;
use client::request::create::Kind;
use dissect::Operation;
use smb2::context::create::tag;
use smb2::fscc::FileTimes;
use smb2::message::create::{CreateRequest, CreateResponse};
use smb2::utf16::units;
use smb2::{HeaderFlags, NtStatus};

/// CreateOptions (MS-SMB2 2.2.13).
const DIRECTORY_FILE: u32 = 0x0000_0001;
const NON_DIRECTORY_FILE: u32 = 0x0000_0040;
const DELETE_ON_CLOSE: u32 = 0x0000_1000;
const OPEN_BY_FILE_ID: u32 = 0x0000_2000;
/// CreateDisposition: those that need something to be there.
const OPEN: u32 = 1;
const OVERWRITE: u32 = 4;
/// CreateAction (MS-SMB2 2.2.14).
const SUPERSEDED: u32 = 0;
const CREATED: u32 = 2;
const OVERWRITTEN: u32 = 3;
const ATTRIBUTE_DIRECTORY: u32 = 0x10;

/// What a CREATE asks for.
struct Wanted {
    root: NodeId,
    name: Name,
    disposition: u32,
    options: u32,
    /// It takes up a durable open again.
    reconnects: bool,
}

impl Observer {
    pub(super) fn create(&mut self, captured: &Captured, status: NtStatus) {
        let operation = &captured.operation;
        let frame = frame(operation);
        let Some(wanted) = self.wanted(operation, frame) else { return };
        if status.is_success() {
            self.opened(captured, &wanted, frame);
        } else if let Some((name, folders)) = wanted.name.components.split_last() {
            self.refused(&wanted, (folders, name), status, frame);
        }
    }

    fn wanted(&mut self, operation: &Operation, frame: u64) -> Option<Wanted> {
        let view = CreateRequest::parse(operation.request.as_deref()?).ok()?;
        if view.create_options() & OPEN_BY_FILE_ID != 0 {
            return None;
        }
        let mut name = units(view.name().ok()?);
        let share = self.share(operation);
        if operation.request_flags.is_some_and(|flags| flags & HeaderFlags::DFS_OPERATIONS != 0)
            && let Some(dfs) = DfsName::of(&name)
        {
            name = dfs.path.to_vec();
        }
        let has = |wanted: &[u8]| view.contexts().filter_map(Result::ok).any(|context| context.name == wanted);
        if has(tag::TIMEWARP_TOKEN) {
            self.not_followed.insert((frame, "a snapshot is used, which cannot be set up"));
            return None;
        }
        Some(Wanted {
            root: self.root(share)?,
            name: self.name(&name, frame)?,
            disposition: view.create_disposition(),
            options: view.create_options(),
            reconnects: has(tag::DURABLE_HANDLE_RECONNECT) || has(tag::DURABLE_HANDLE_RECONNECT_V2),
        })
    }

    fn opened(&mut self, captured: &Captured, wanted: &Wanted, frame: u64) {
        let operation = &captured.operation;
        let Some(view) = operation.response.as_deref().and_then(|message| CreateResponse::parse(message).ok()) else {
            return;
        };
        let attributes = view.file_attributes();
        let is_folder = attributes & ATTRIBUTE_DIRECTORY != 0 && wanted.name.stream.is_none();
        let kind = if is_folder { Kind::Folder } else { Kind::File };
        let sight = Sight { frame, why: Why::Opened };
        let action = view.create_action();
        let stream = wanted.name.stream.clone().unwrap_or_default();
        let found = match wanted.name.components.split_last() {
            None => Some((wanted.root, None)),
            Some((name, folders)) => self.nodes.folder(wanted.root, folders, sight).and_then(|folder| {
                let id = match action {
                    CREATED if stream.is_empty() => self.nodes.made(folder, name, kind, frame),
                    // That of a stream is the attribute of its file.
                    _ if !stream.is_empty() => self.nodes.there(folder, name, None, sight),
                    _ => self.nodes.there(folder, name, Some(kind), sight),
                };
                Some((id?, Some((folder, Key::of(name)))))
            }),
        };
        let Some((id, place)) = found else { return };
        let Some(node) = self.nodes.get_mut(id) else { return };
        node.activity.opens = node.activity.opens.saturating_add(1);
        if stream.is_empty() && node.kind.is_none_or(|known| known.value != kind) {
            // What was taken from a refusal may be wrong.
            node.kind = Some(Seen { value: kind, frame });
        }
        if !is_folder || !stream.is_empty() {
            let is_known = node.streams.contains_key(&Key::of(&stream));
            let was_there = node.was_there();
            let data = node.stream_mut(&stream);
            if !is_known {
                data.before = was_there && action != CREATED;
            }
            match action {
                SUPERSEDED | OVERWRITTEN => overwrite(node, action == SUPERSEDED),
                CREATED => {
                    // One of this name may have been there and gone.
                    data.resize(0);
                    (data.size_now, data.gone) = (Some(view.end_of_file()), false);
                }
                _ => data.observe_size(view.end_of_file(), frame),
            }
        }
        if !matches!(action, SUPERSEDED | OVERWRITTEN | CREATED) && !wanted.reconnects {
            node.observe_attributes(attributes, frame);
            let times = FileTimes {
                creation: view.creation_time(),
                last_access: view.last_access_time(),
                last_write: view.last_write_time(),
                change: view.change_time(),
            };
            node.observe_times(times, frame);
        }
        if let Some(open) = operation.open {
            let delete_on_close = wanted.options & DELETE_ON_CLOSE != 0;
            let opened = Open { node: id, place, stream, tree: operation.tree, delete_on_close, pattern: Vec::new() };
            self.of_sessions.entry(captured.file).or_default().push(open);
            if let Some(tree) = operation.tree {
                self.of_trees.entry(tree).or_default().push(open);
            }
            if let Some(file_id) = operation.file_id {
                self.file_ids.insert(file_id, open);
            }
            if self.opens.insert(open, opened).is_none() {
                node.open = node.open.saturating_add(1);
            }
        }
    }

    /// What the refusal of a CREATE tells of its name.
    fn refused(&mut self, wanted: &Wanted, place: (&[Vec<u16>], &[u16]), status: NtStatus, frame: u64) {
        let (folders, name) = place;
        let sight = |why| Sight { frame, why };
        let asked = match wanted.options & (DIRECTORY_FILE | NON_DIRECTORY_FILE) {
            DIRECTORY_FILE => Some(Kind::Folder),
            NON_DIRECTORY_FILE => Some(Kind::File),
            _ => None,
        };
        let is_stream = wanted.name.stream.is_some();
        let needs_it = matches!(wanted.disposition, OPEN | OVERWRITE);
        let (there, why) = match status {
            // With a stream, it may be that or its file that is missing.
            NtStatus::OBJECT_NAME_NOT_FOUND if !is_stream => {
                if let Some(folder) = self.nodes.folder(wanted.root, folders, sight(Why::FolderOf)) {
                    self.nodes.missing(folder, name, frame);
                }
                return;
            }
            NtStatus::OBJECT_PATH_NOT_FOUND => {
                // Some folder is missing; which one is certain only where those above it are known.
                if let Some((last, above)) = folders.split_last()
                    && let Some(folder) = self.nodes.known(wanted.root, above)
                {
                    self.nodes.missing(folder, last, frame);
                }
                return;
            }
            NtStatus::OBJECT_NAME_COLLISION if !is_stream => (None, Why::InTheWay),
            NtStatus::FILE_IS_A_DIRECTORY => (Some(Kind::Folder), Why::Refused),
            NtStatus::NOT_A_DIRECTORY => (Some(Kind::File), Why::Refused),
            NtStatus::SHARING_VIOLATION | NtStatus::DELETE_PENDING | NtStatus::OPLOCK_NOT_GRANTED => {
                (asked, Why::Refused)
            }
            NtStatus::ACCESS_DENIED | NtStatus::CANNOT_DELETE if needs_it => (asked, Why::Refused),
            _ => return,
        };
        // Folders have streams as well.
        let there = if is_stream { None } else { there };
        if let Some(folder) = self.nodes.folder(wanted.root, folders, sight(why)) {
            // What a captured request took away may be going only: then there is nothing new to learn.
            if self.nodes.child(folder, name) != Some(Child::Absent) {
                self.nodes.there(folder, name, there, sight(why));
            }
        }
    }
}

/// All data go, and with `superseded` all else as well.
fn overwrite(node: &mut Node, superseded: bool) {
    for stream in node.streams.values_mut() {
        stream.resize(0);
    }
    node.activity.resized = true;
    node.facts.times_changed = true;
    node.facts.attributes_changed = true;
    if superseded {
        node.facts.extended_attributes_changed = true;
        node.facts.descriptor_changed = true;
    }
}
