//! Renames, links and deletions: what has which name from then on (MS-FSCC 2.4.11, 2.4.27, 2.4.42).

use super::{Observer, Open, frame};
use crate::namespace::name::Key;
use crate::namespace::node::{NodeId, Stream, Why};
use crate::namespace::tree::Sight;
use dissect::Operation;
use smb2::NtStatus;
use smb2::fscc::FileTimes;
use smb2::message::close::CloseResponse;
use smb2::message::set_info::NameInformation;
use smb2::utf16::units;

/// Information classes (MS-FSCC 2.4).
const RENAME: u8 = 10;
const LINK: u8 = 11;
const DISPOSITION: u8 = 13;
const DISPOSITION_EX: u8 = 64;
const RENAME_EX: u8 = 65;
const LINK_EX: u8 = 72;
/// SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB.
const POSTQUERY_ATTRIB: u16 = 1;

impl Observer {
    /// Takes a SET_INFO that is about a name; false when it is about something else.
    pub(super) fn set_name(&mut self, operation: &Operation, class: u8, buffer: &[u8], status: NtStatus) -> bool {
        match class {
            RENAME | RENAME_EX => self.named_anew(operation, buffer, status, true),
            LINK | LINK_EX => self.named_anew(operation, buffer, status, false),
            DISPOSITION | DISPOSITION_EX => {
                let pending = buffer.first().is_some_and(|byte| byte & 1 != 0);
                if let Some(node) = self.node_of(operation).filter(|_| status.is_success()) {
                    node.delete_pending = pending;
                }
            }
            _ => return false,
        }
        true
    }

    fn named_anew(&mut self, operation: &Operation, buffer: &[u8], status: NtStatus, takes_old: bool) {
        let frame = frame(operation);
        let Ok(view) = NameInformation::parse(buffer) else { return };
        let Ok(name) = view.file_name().map(units) else { return };
        let Some(Open { node: id, place, stream, tree, .. }) = self.open_of(operation).cloned() else { return };
        let share = self.share(operation);
        let Some(root) = self.root(share).filter(|_| tree.is_some() || share.is_none()) else { return };
        if name.first() == Some(&u16::from(b':')) {
            if status.is_success() {
                self.rename_stream(operation, id, &stream, &name);
            }
            return;
        }
        let Some(parsed) = self.name(&name, frame) else { return };
        let Some((last, folders)) = parsed.components.split_last() else { return };
        let sight = Sight { frame, why: Why::InTheWay };
        let Some(folder) = self.nodes.folder(root, folders, sight) else { return };
        match status {
            NtStatus::OBJECT_NAME_COLLISION => {
                self.nodes.there(folder, last, None, sight);
            }
            NtStatus::SUCCESS if !self.is_within(folder, id) => {
                if view.replace_if_exists() & 1 == 0 {
                    self.nodes.missing(folder, last, frame);
                }
                if takes_old {
                    self.nodes.unlink(id, place.as_ref());
                    if let Some(open) = operation.open.and_then(|open| self.opens.get_mut(&open)) {
                        open.place = Some((folder, Key::of(last)));
                    }
                }
                self.nodes.link(folder, last, id);
                if let Some(node) = self.nodes.get_mut(id) {
                    node.activity.renamed |= takes_old;
                    node.activity.linked |= !takes_old;
                }
            }
            _ => {}
        }
    }

    /// Whether `folder` lies in `node`: nothing can be moved into itself.
    fn is_within(&self, folder: NodeId, node: NodeId) -> bool {
        const DEEPEST: usize = 32_768;
        let mut at = Some(folder);
        for _ in 0..DEEPEST {
            let Some(id) = at else { return false };
            if id == node {
                return true;
            }
            at = self.nodes.get(id).and_then(|node| node.place.as_ref()).map(|(folder, _)| *folder);
        }
        true
    }

    fn rename_stream(&mut self, operation: &Operation, id: NodeId, old: &[u16], name: &[u16]) {
        let new: Vec<u16> = name.iter().skip(1).copied().take_while(|unit| *unit != u16::from(b':')).collect();
        let Some(node) = self.nodes.get_mut(id) else { return };
        node.activity.renamed = true;
        if Key::of(old) == Key::of(&new) {
            return;
        }
        // What it was before stays under its old name.
        let Some(stream) = node.streams.get_mut(&Key::of(old)) else { return };
        let moved =
            Stream { now: std::mem::take(&mut stream.now), size_now: stream.size_now.take(), ..Stream::default() };
        match stream.before {
            true => stream.gone = true,
            false => drop(node.streams.remove(&Key::of(old))),
        }
        // So does what had the new name.
        let target = node.stream_mut(&new);
        target.resize(0);
        (target.now, target.size_now, target.gone) = (moved.now, moved.size_now, false);
        if let Some(open) = operation.open.and_then(|open| self.opens.get_mut(&open)) {
            open.stream = new;
        }
    }

    pub(super) fn close(&mut self, operation: &Operation) {
        let frame = frame(operation);
        let response = operation.response.as_deref().and_then(|message| CloseResponse::parse(message).ok());
        if let Some(view) = response.filter(|view| view.flags() & POSTQUERY_ATTRIB != 0) {
            let times = FileTimes {
                creation: view.creation_time(),
                last_access: view.last_access_time(),
                last_write: view.last_write_time(),
                change: view.change_time(),
            };
            // A file that goes when it is closed has neither times nor attributes any more.
            if times != FileTimes::default()
                && let Some(node) = self.node_of(operation)
            {
                node.observe_attributes(view.file_attributes(), frame);
                node.observe_times(times, frame);
                if !node.is_folder()
                    && let Some((stream, _)) = self.stream_of(operation)
                {
                    stream.observe_size(view.end_of_file(), frame);
                }
            }
        }
        if let Some(open) = operation.open.and_then(|open| self.opens.remove(&open)) {
            self.closed(&open);
        }
    }

    /// What of these opens is not closed yet is.
    pub(super) fn close_all(&mut self, opens: Vec<u32>) {
        for number in opens {
            if let Some(open) = self.opens.remove(&number) {
                self.closed(&open);
            }
        }
    }

    fn closed(&mut self, open: &Open) {
        let Some(node) = self.nodes.get_mut(open.node) else { return };
        node.open = node.open.saturating_sub(1);
        if open.delete_on_close && !open.stream.is_empty() {
            if let Some(stream) = node.streams.get_mut(&Key::of(&open.stream)) {
                stream.gone = true;
            }
            return;
        }
        node.delete_pending |= open.delete_on_close;
        // The name that was opened goes, of a file with several.
        if node.open == 0 && std::mem::take(&mut node.delete_pending) {
            let is_gone = self.nodes.unlink(open.node, open.place.as_ref());
            if let Some(node) = self.nodes.get_mut(open.node) {
                node.activity.deleted |= is_gone;
            }
        }
    }
}
