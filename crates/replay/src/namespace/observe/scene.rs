//! Operations written by hand, and what they show. There is one share, which the capture does not name.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "tests")]

use super::Observer;
use crate::namespace::captured::Captured;
use crate::namespace::name::Key;
use crate::namespace::node::{Node, Source, Stream};
use crate::namespace::{Namespace, Spans};
use client::request::{self, Request};
use dissect::{Kind, Operation};
use smb2::{Command, FileId, NtStatus};

/// CreateAction (MS-SMB2 2.2.14).
pub(super) const OPENED: u32 = 1;
pub(super) const CREATED: u32 = 2;
pub(super) const OVERWRITTEN: u32 = 3;
/// Information classes of SET_INFO (MS-FSCC 2.4).
pub(super) const RENAME: u8 = 10;
pub(super) const LINK: u8 = 11;

/// Operations, each answered before the next is sent; frames count from 1.
#[derive(Default)]
pub(super) struct Scene {
    observer: Observer,
    frame: u64,
}

impl Scene {
    /// What is known now.
    pub(super) fn namespace(&self) -> Namespace {
        Namespace {
            roots: self.observer.roots.iter().map(|(share, root)| (*share, *root)).collect(),
            nodes: self.observer.nodes.clone(),
            not_followed: self.observer.not_followed.iter().copied().collect(),
            ..Namespace::default()
        }
    }

    /// A CREATE that succeeds, as this open. A name with `/` at its end is a folder's.
    pub(super) fn create(&mut self, open: u32, name: &str, action: u32, size: u64) {
        let folder = name.ends_with('/');
        let mut body = vec![0; 88];
        body[0] = 89;
        body[4..8].copy_from_slice(&action.to_le_bytes());
        body[48..56].copy_from_slice(&size.to_le_bytes());
        body[56] = if folder { 0x10 } else { 0x80 };
        let request = create(name.trim_end_matches('/'), 0);
        self.exchange(Some(open), request, NtStatus::SUCCESS, &body, |_| {});
    }

    /// A CREATE that is refused.
    pub(super) fn refused(&mut self, name: &str, status: NtStatus) {
        self.exchange(None, create(name, 0), status, &[], |_| {});
    }

    /// A READ that brings `read` of the `asked` bytes.
    pub(super) fn read(&mut self, open: u32, offset: u64, asked: u32, read: u32) {
        let body = [&[17, 0, 80, 0][..], &read.to_le_bytes(), &[0; 8], &vec![b'r'; read as usize]].concat();
        let status = if read == 0 { NtStatus::END_OF_FILE } else { NtStatus::SUCCESS };
        self.exchange(Some(open), request::read::read(FileId::default(), offset, asked), status, &body, |operation| {
            operation.offset = Some(offset);
            operation.length = Some(asked.into());
            operation.transferred = (read > 0).then_some(read.into());
            (operation.payload_offset, operation.payload_length) = (Some(80), Some(read));
        });
    }

    pub(super) fn write(&mut self, open: u32, offset: u64, length: u32) {
        let (request, _) = request::write::write(FileId::default(), offset, &vec![b'w'; length as usize]);
        self.exchange(Some(open), request, NtStatus::SUCCESS, &[0; 16], |operation| {
            operation.offset = Some(offset);
            operation.transferred = Some(length.into());
            (operation.payload_offset, operation.payload_length) = (Some(112), Some(length));
        });
    }

    pub(super) fn resize(&mut self, open: u32, size: u64) {
        let request = request::set_info::end_of_file(FileId::default(), size);
        self.exchange(Some(open), request, NtStatus::SUCCESS, &[2, 0], |_| {});
    }

    /// Zeroes a range by a control (MS-FSCC 2.3.85).
    pub(super) fn zero(&mut self, open: u32, from: u64, to: u64) {
        let input = [from.to_le_bytes(), to.to_le_bytes()].concat();
        let request = request::ioctl::ioctl(FileId::default(), 0x0009_80c8, &input, 0).unwrap();
        self.exchange(Some(open), request, NtStatus::SUCCESS, &[49, 0], |_| {});
    }

    /// A rename or a further name, which replaces nothing.
    pub(super) fn name(&mut self, open: u32, class: u8, name: &str) {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u32::try_from(name.len()).unwrap().to_le_bytes();
        let buffer = [&[0; 16][..], &length, &name].concat();
        let request = request::set_info::set_info(FileId::default(), 1, class, 0, &buffer).unwrap();
        self.exchange(Some(open), request, NtStatus::SUCCESS, &[2, 0], |_| {});
    }

    pub(super) fn delete(&mut self, open: u32) {
        let request = request::set_info::disposition(FileId::default(), true);
        self.exchange(Some(open), request, NtStatus::SUCCESS, &[2, 0], |_| {});
    }

    pub(super) fn close(&mut self, open: u32) {
        let mut body = vec![0; 60];
        body[0] = 60;
        self.exchange(Some(open), request::close::close(FileId::default()), NtStatus::SUCCESS, &body, |_| {});
    }

    /// A listing that shows these files with their sizes.
    pub(super) fn list(&mut self, open: u32, entries: &[(&str, u64)]) {
        let mut buffer = Vec::new();
        for (index, (name, size)) in entries.iter().enumerate() {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let mut entry = vec![0; 64];
            entry[40..48].copy_from_slice(&size.to_le_bytes());
            entry[56] = 0x80;
            entry[60..64].copy_from_slice(&u32::try_from(name.len()).unwrap().to_le_bytes());
            entry.extend(name);
            if index + 1 < entries.len() {
                entry.resize(entry.len().next_multiple_of(8), 0);
                let next = u32::try_from(entry.len()).unwrap();
                entry[0..4].copy_from_slice(&next.to_le_bytes());
            }
            buffer.extend(entry);
        }
        let length = u32::try_from(buffer.len()).unwrap().to_le_bytes();
        let body = [&[9, 0, 72, 0][..], &length, &buffer].concat();
        let pattern = [u16::from(b'*')];
        let request = request::query_directory::query_directory(FileId::default(), 1, 0, &pattern, 65_536).unwrap();
        self.exchange(Some(open), request, NtStatus::SUCCESS, &body, |_| {});
    }

    /// A listing of the share's own folder.
    pub(super) fn list_root(&mut self, entries: &[(&str, u64)]) {
        self.create(1000, "/", OPENED, 0);
        self.list(1000, entries);
        self.close(1000);
    }

    fn exchange(
        &mut self,
        open: Option<u32>,
        request: Request,
        status: NtStatus,
        body: &[u8],
        more: impl FnOnce(&mut Operation),
    ) {
        self.frame += 1;
        let mut operation = Operation::new(u32::try_from(self.frame).unwrap(), Kind::Exchange, 0);
        operation.open = open;
        operation.response_frame = Some(self.frame);
        operation.command = Some(request.command);
        operation.status = Some(status.0);
        operation.request = Some(message(request.command, 0, &request.body).into());
        operation.response = Some(message(request.command, 1, body).into());
        more(&mut operation);
        self.observer.handle(&Captured { file: 0, operation });
    }
}

fn create(name: &str, options: u32) -> Request {
    let open = request::create::Open {
        access: 0x0012_019f,
        attributes: 0,
        share_access: 7,
        disposition: 1,
        options,
        contexts: &[],
    };
    request::create::create(&name.encode_utf16().collect::<Vec<_>>(), &open).unwrap()
}

fn message(command: Command, flags: u8, body: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 64];
    header[..6].copy_from_slice(&[0xfe, b'S', b'M', b'B', 64, 0]);
    header[12..14].copy_from_slice(&command.0.to_le_bytes());
    header[16] = flags;
    [&header, body].concat()
}

/// Where things were before, and where they are now: `before -> now`, in the order in which they were first seen; `-` for
/// what was or is not there.
pub(super) fn ways(namespace: &Namespace) -> Vec<String> {
    let text = |path: Option<(_, Vec<&[u16]>)>| {
        path.map_or("-".to_owned(), |(_, names): (crate::namespace::NodeId, _)| {
            names.into_iter().map(String::from_utf16_lossy).collect::<Vec<_>>().join("\\")
        })
    };
    let nodes = namespace.nodes.iter().skip(1);
    nodes.map(|(id, _)| format!("{} -> {}", text(namespace.path_before(id)), text(namespace.path_now(id)))).collect()
}

/// The node that was seen as the `index`th after the share's own folder.
pub(super) fn node(namespace: &Namespace, index: usize) -> &Node {
    namespace.nodes.iter().nth(index + 1).unwrap().1
}

/// A stream of a node, by its name.
pub(super) fn stream<'a>(node: &'a Node, name: &str) -> &'a Stream {
    &node.streams[&Key::of(&name.encode_utf16().collect::<Vec<_>>())]
}

/// The ranges.
pub(super) fn ranges(spans: &Spans<Source>) -> Vec<std::ops::Range<u64>> {
    let mut joined: Vec<std::ops::Range<u64>> = Vec::new();
    for (range, _) in spans.iter() {
        match joined.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => joined.push(range),
        }
    }
    joined
}
