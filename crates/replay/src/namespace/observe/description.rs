//! QUERY_INFO and SET_INFO: attributes, times, sizes, streams, extended attributes and security (MS-FSCC 2.4).

use super::{Observer, frame};
use crate::namespace::name::{Key, Name};
use crate::namespace::node::{Child, Descriptor, ExtendedAttribute, Node, Origin, Seen, Why};
use crate::namespace::tree::Sight;
use bytes::Bytes;
use client::request::create::Kind;
use dissect::Operation;
use smb2::fscc::{FileTimes, extended_attribute, file_information, stream};
use smb2::message::{QueryInfoRequest, QueryInfoResponse, SetInfoRequest};
use smb2::utf16::units;
use smb2::{NtStatus, wire};

/// InfoType (MS-SMB2 2.2.37).
const FILE: u8 = 1;
const SECURITY: u8 = 3;
/// Information classes (MS-FSCC 2.4).
const BASIC: u8 = 4;
const FULL_EA: u8 = 15;
const ALLOCATION: u8 = 19;
const END_OF_FILE: u8 = 20;
const STREAM: u8 = 22;
/// Name of what a folder is given that was not empty for reasons that the capture does not show.
const SOMETHING: &str = "before-the-capture";

impl Observer {
    pub(super) fn query_info(&mut self, operation: &Operation) {
        let frame = frame(operation);
        let request = operation.request.as_deref().and_then(|message| QueryInfoRequest::parse(message).ok());
        let response = operation.response.as_deref().and_then(|message| QueryInfoResponse::parse(message).ok());
        let (Some(request), Some(Ok(buffer))) = (request, response.map(|view| view.buffer())) else { return };
        if operation.status != Some(NtStatus::SUCCESS.0) {
            return;
        }
        match (request.info_type(), request.file_info_class()) {
            (SECURITY, _) => self.descriptor(operation, request.additional_information(), buffer, frame),
            (FILE, FULL_EA) => self.extended_attributes(operation, buffer, frame),
            (FILE, STREAM) => self.streams(operation, buffer, frame),
            (FILE, class) => {
                let Some(Ok(found)) = file_information::file_information(buffer, class) else { return };
                let Some(node) = self.node_of(operation) else { return };
                if let Some(attributes) = found.attributes {
                    node.observe_attributes(attributes, frame);
                }
                if let Some(times) = found.times {
                    node.observe_times(times, frame);
                }
                let is_folder = node.is_folder();
                if let (Some(size), false) = (found.end_of_file, is_folder)
                    && let Some((stream, _)) = self.stream_of(operation)
                {
                    stream.observe_size(size, frame);
                }
            }
            _ => {}
        }
    }

    pub(super) fn set_info(&mut self, operation: &Operation, status: NtStatus) {
        let Some(view) = operation.request.as_deref().and_then(|message| SetInfoRequest::parse(message).ok()) else {
            return;
        };
        let Ok(buffer) = view.buffer() else { return };
        let (kind, class) = (view.info_type(), view.file_info_class());
        if status == NtStatus::DIRECTORY_NOT_EMPTY {
            return self.not_empty(operation);
        }
        if kind == FILE && self.set_name(operation, class, buffer, status) || !status.is_success() {
            return;
        }
        let size = || wire::u64_at(buffer, 0, "EndOfFile").ok();
        match (kind, class) {
            (FILE, END_OF_FILE) => self.resize(operation, size()),
            (FILE, ALLOCATION) => {
                let now = self.stream_of(operation).and_then(|(stream, _)| stream.size_now);
                let cuts = size().filter(|size| now.is_some_and(|now| *size < now));
                self.resize(operation, cuts);
            }
            (FILE, BASIC | FULL_EA) | (SECURITY, _) => {
                let Some(node) = self.node_of(operation) else { return };
                node.activity.described = true;
                match (kind, class) {
                    (SECURITY, _) => node.facts.descriptor_changed = true,
                    (_, FULL_EA) => node.facts.extended_attributes_changed = true,
                    _ => (node.facts.attributes_changed, node.facts.times_changed) = (true, true),
                }
            }
            _ => {}
        }
    }

    fn resize(&mut self, operation: &Operation, size: Option<u64>) {
        let Some(size) = size else { return };
        if let Some(node) = self.node_of(operation) {
            node.activity.resized = true;
            node.facts.times_changed = true;
        }
        if let Some((stream, _)) = self.stream_of(operation) {
            stream.resize(size);
        }
    }

    fn descriptor(&mut self, operation: &Operation, parts: u32, buffer: &[u8], frame: u64) {
        let Some(node) = self.node_of(operation).filter(|node| node.was_there()) else { return };
        let is_more = node.facts.descriptor.as_ref().is_none_or(|known| known.value.parts & parts != parts);
        if is_more && !node.facts.descriptor_changed {
            let value = Descriptor { parts, bytes: Bytes::copy_from_slice(buffer) };
            node.facts.descriptor = Some(Seen { value, frame });
        }
    }

    fn extended_attributes(&mut self, operation: &Operation, buffer: &[u8], frame: u64) {
        let Some(node) = self.node_of(operation).filter(|node| node.was_there()) else { return };
        let found: Vec<ExtendedAttribute> = extended_attribute::extended_attributes(buffer)
            .map_while(Result::ok)
            .map(|found| ExtendedAttribute {
                flags: found.flags,
                name: found.name.to_vec(),
                value: found.value.to_vec(),
            })
            .collect();
        if !node.facts.extended_attributes_changed && !found.is_empty() && node.facts.extended_attributes.is_none() {
            node.facts.extended_attributes = Some(Seen { value: found, frame });
        }
    }

    /// The named streams of a file, and the unnamed one.
    fn streams(&mut self, operation: &Operation, buffer: &[u8], frame: u64) {
        let Some(node) = self.node_of(operation) else { return };
        let was_there = node.was_there();
        for found in stream::streams(buffer).map_while(Result::ok) {
            let Ok(name) = Name::parse(&[&[u16::from(b'x')], units(found.name).as_slice()].concat()) else { continue };
            let name = name.stream.unwrap_or_default();
            if name.is_empty() && node.is_folder() {
                continue;
            }
            let is_known = node.streams.contains_key(&Key::of(&name));
            let data = node.stream_mut(&name);
            data.before |= was_there && !is_known;
            data.observe_size(found.size, frame);
        }
    }

    /// A folder cannot be deleted: something is in it.
    fn not_empty(&mut self, operation: &Operation) {
        let frame = frame(operation);
        let Some(id) = self.open_of(operation).map(|open| open.node) else { return };
        let Some(node) = self.nodes.get(id) else { return };
        let has_one = node.children.values().any(|child| matches!(child, Child::Is(_)));
        if !has_one && node.was_there() && node.is_folder() {
            let name: Vec<u16> = SOMETHING.encode_utf16().collect();
            self.nodes.there(id, &name, Some(Kind::File), Sight { frame, why: Why::NotEmpty });
        }
    }
}

impl Node {
    /// Its attributes are shown.
    pub(super) fn observe_attributes(&mut self, attributes: u32, frame: u64) {
        let is_from_before = matches!(self.origin, Origin::Before { .. }) && !self.facts.attributes_changed;
        if is_from_before && self.facts.attributes.is_none() {
            self.facts.attributes = Some(Seen { value: attributes, frame });
        }
        if self.kind.is_none() {
            const DIRECTORY: u32 = 0x10;
            let value = if attributes & DIRECTORY != 0 { Kind::Folder } else { Kind::File };
            self.kind = Some(Seen { value, frame });
        }
    }

    /// Its times are shown.
    pub(super) fn observe_times(&mut self, times: FileTimes, frame: u64) {
        let is_from_before = matches!(self.origin, Origin::Before { .. }) && !self.facts.times_changed;
        if is_from_before && self.facts.times.is_none() {
            self.facts.times = Some(Seen { value: times, frame });
        }
    }
}
