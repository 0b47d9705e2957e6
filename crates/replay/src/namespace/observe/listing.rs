//! QUERY_DIRECTORY: what else is in a folder (MS-SMB2 2.2.33, 2.2.34).

use super::{Observer, frame};
use crate::namespace::name::Key;
use crate::namespace::node::{Child, Why};
use crate::namespace::tree::Sight;
use client::request::create::Kind;
use dissect::Operation;
use smb2::NtStatus;
use smb2::fscc::directory::{self, DirectoryEntry};
use smb2::message::query_directory::{QueryDirectoryRequest, QueryDirectoryResponse};
use smb2::utf16::units;

/// Flags: restart scans, and reopen, which takes the pattern anew.
const RESTART_SCANS: u8 = 0x01;
const REOPEN: u8 = 0x10;
/// Those of a pattern that stand for others (MS-FSA 2.1.4.4).
const WILDCARDS: &[u8] = b"*?<>\"";
const ATTRIBUTE_DIRECTORY: u32 = 0x10;

impl Observer {
    pub(super) fn query_directory(&mut self, operation: &Operation, status: NtStatus) {
        let frame = frame(operation);
        let Some(view) = operation.request.as_deref().and_then(|message| QueryDirectoryRequest::parse(message).ok())
        else {
            return;
        };
        let Some(open) = operation.open.and_then(|open| self.opens.get_mut(&open)) else { return };
        if open.pattern.is_empty() || view.flags() & (RESTART_SCANS | REOPEN) != 0 {
            open.pattern = units(view.file_name().unwrap_or_default());
        }
        let (folder, pattern) = (open.node, open.pattern.clone());
        if let Some(node) = self.nodes.get_mut(folder) {
            node.activity.listings = node.activity.listings.saturating_add(1);
        }
        let is_one_name = |pattern: &[u16]| {
            let is_wild = |unit: &u16| u8::try_from(*unit).is_ok_and(|byte| WILDCARDS.contains(&byte));
            // One with a separator is no name of something in this folder.
            !pattern.is_empty() && !pattern.iter().any(is_wild) && is_plain(pattern)
        };
        if status == NtStatus::NO_SUCH_FILE && is_one_name(&pattern) {
            return self.nodes.missing(folder, &pattern, frame);
        }
        let response = operation.response.as_deref().and_then(|message| QueryDirectoryResponse::parse(message).ok());
        let Some(Ok(buffer)) = response.filter(|_| status.is_success()).map(|view| view.buffer()) else { return };
        for entry in
            directory::entries(buffer, view.file_information_class()).into_iter().flatten().map_while(Result::ok)
        {
            self.listed(folder, &entry, frame);
        }
    }

    fn listed(&mut self, folder: crate::namespace::node::NodeId, entry: &DirectoryEntry<'_>, frame: u64) {
        let name = units(entry.name);
        // What a captured request took away may still be listed while it is open.
        let is_gone = self.nodes.child(folder, &name) == Some(Child::Absent);
        if !is_plain(&name) || is_gone {
            return;
        }
        let is_folder = entry.attributes.map(|attributes| attributes & ATTRIBUTE_DIRECTORY != 0);
        let kind = is_folder.map(|is_folder| if is_folder { Kind::Folder } else { Kind::File });
        let sight = Sight { frame, why: Why::Listed };
        let Some(id) = self.nodes.there(folder, &name, kind, sight) else { return };
        let Some(node) = self.nodes.get_mut(id) else { return };
        if let Some(attributes) = entry.attributes {
            node.observe_attributes(attributes, frame);
        }
        if let Some(times) = entry.times {
            node.observe_times(times, frame);
        }
        // While it is open, what a listing tells of its size may be old.
        if let (Some(size), Some(false), 0) = (entry.end_of_file, is_folder, node.open) {
            let was_there = node.was_there();
            let is_known = node.streams.contains_key(&Key::of(&[]));
            let data = node.stream_mut(&[]);
            data.before |= was_there && !is_known;
            data.observe_size(size, frame);
        }
    }
}

/// Whether something in a folder can have this name: it is one component, and neither the folder nor the one above it.
fn is_plain(name: &[u16]) -> bool {
    let is_dots = name.len() <= 2 && name.iter().all(|unit| *unit == u16::from(b'.'));
    !is_dots && !name.iter().any(|unit| [b'\\', b'/', b':'].map(u16::from).contains(unit))
}
