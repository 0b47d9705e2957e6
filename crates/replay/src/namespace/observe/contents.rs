//! READ, WRITE and what else changes or copies data (MS-SMB2 2.2.20, 2.2.21, 2.2.31; MS-FSCC 2.3).

use super::Observer;
use super::frame;
use crate::namespace::captured::Captured;
use crate::namespace::node::{NodeId, Seen, Source, Stream};
use capture::Hole;
use dissect::Operation;
use smb2::message::ioctl::copy_chunk::{CopyChunkRequest, ResumeKeyResponse};
use smb2::message::ioctl::duplicate_extents::{DuplicateExtents, DuplicateExtentsEx};
use smb2::message::{IoctlRequest, IoctlResponse};
use smb2::{FileId, NtStatus, wire};
use std::ops::Range;

/// The end of all files.
const END: u64 = u64::MAX;
/// Offset of a WRITE that appends (MS-FSA 2.1.5.4).
const APPEND: u64 = u64::MAX;

const SRV_REQUEST_RESUME_KEY: u32 = 0x0014_0078;
const SRV_COPYCHUNK: u32 = 0x0014_40f2;
const SRV_COPYCHUNK_WRITE: u32 = 0x0014_80f2;
const SET_ZERO_DATA: u32 = 0x0009_80c8;
const DUPLICATE_EXTENTS: u32 = 0x0009_8344;
const DUPLICATE_EXTENTS_EX: u32 = 0x0009_83e8;
const OFFLOAD_WRITE: u32 = 0x0009_8268;

impl Observer {
    pub(super) fn read(&mut self, captured: &Captured, status: NtStatus) {
        let operation = &captured.operation;
        let frame = frame(operation);
        let (Some(offset), read) = (operation.offset, operation.transferred.unwrap_or(0)) else { return };
        let asked = operation.length.unwrap_or(0);
        if let Some(node) = self.node_of(operation) {
            node.activity.read = node.activity.read.saturating_add(if status.is_error() { 0 } else { read });
        }
        let Some((stream, was_there)) = self.stream_of(operation) else { return };
        let is_old = was_there && stream.before;
        if status == NtStatus::END_OF_FILE {
            // As much as was read of it before is all there is.
            if is_old && stream.is_untouched() && stream.at_least == offset {
                stream.observe_size(offset, frame);
            }
            return;
        }
        let Some(end) = offset.checked_add(read).filter(|_| !status.is_error() && read > 0) else { return };
        let gaps = stream.written.gaps(offset..end);
        if is_old {
            let last = gaps.last().map_or(0, |gap| gap.end);
            stream.at_least = stream.at_least.max(last);
        }
        for (range, source) in shown(captured, operation.response_holes.as_slice(), true, offset) {
            if is_old {
                for gap in stream.written.gaps(range.clone()) {
                    let by = gap.start.saturating_sub(range.start);
                    stream.shown.put_missing(gap, crate::namespace::spans::Part::after(source, by));
                }
            }
            stream.now.put_missing(range, source);
        }
        if is_old && operation.payload_hash.is_some() && !operation.response_holes.is_empty() {
            gaps.into_iter().for_each(|gap| stream.hashed.put(gap, ()));
        }
        if read < asked && is_old {
            stream.observe_size(end, frame);
        }
    }

    pub(super) fn write(&mut self, captured: &Captured) {
        let operation = &captured.operation;
        let (Some(offset), Some(written)) = (operation.offset, operation.transferred) else { return };
        if let Some(node) = self.node_of(operation) {
            node.activity.written = node.activity.written.saturating_add(written);
            node.facts.times_changed = true;
        }
        let Some((stream, _)) = self.stream_of(operation) else { return };
        let offset = match offset {
            APPEND => stream.size_now.unwrap_or_else(|| stream.written.end().max(stream.size_before())),
            offset => offset,
        };
        let Some(end) = offset.checked_add(written) else { return };
        stream.change(offset..end);
        for (range, source) in shown(captured, operation.request_holes.as_slice(), false, offset) {
            let range = range.start..range.end.min(end);
            stream.now.put(range, source);
        }
        stream.size_now = stream.size_now.map(|size| size.max(end));
    }

    pub(super) fn ioctl(&mut self, operation: &Operation) {
        let Some(view) = operation.request.as_deref().and_then(|message| IoctlRequest::parse(message).ok()) else {
            return;
        };
        let Ok(input) = view.input() else { return };
        match view.ctl_code() {
            SRV_REQUEST_RESUME_KEY => self.resume_key(operation),
            SRV_COPYCHUNK | SRV_COPYCHUNK_WRITE => self.copy_chunks(operation, input),
            DUPLICATE_EXTENTS => {
                if let Ok(view) = DuplicateExtents::parse(input) {
                    let from = (view.file_id(), view.source_file_offset());
                    self.duplicate(operation, from, view.target_file_offset(), view.byte_count());
                }
            }
            DUPLICATE_EXTENTS_EX => {
                if let Ok(view) = DuplicateExtentsEx::parse(input) {
                    let from = (view.file_id(), view.source_file_offset());
                    self.duplicate(operation, from, view.target_file_offset(), view.byte_count());
                }
            }
            SET_ZERO_DATA => {
                let ends = (wire::u64_at(input, 0, "FileOffset"), wire::u64_at(input, 8, "BeyondFinalZero"));
                if let (Ok(from), Ok(to)) = ends {
                    // Clients name the end of all files to zero the rest of one, which gets no longer by that.
                    let size = self.stream_of(operation).and_then(|(stream, _)| stream.size_now);
                    self.change(operation, from..size.map_or(to, |size| to.min(size)).max(from));
                }
            }
            OFFLOAD_WRITE => {
                let ends = (wire::u64_at(input, 8, "FileOffset"), wire::u64_at(input, 16, "CopyLength"));
                if let (Ok(from), Ok(length)) = ends {
                    self.change(operation, from..from.saturating_add(length));
                }
            }
            _ => {}
        }
    }

    fn resume_key(&mut self, operation: &Operation) {
        let response = operation.response.as_deref().and_then(|message| IoctlResponse::parse(message).ok());
        let output = response.and_then(|view| view.output().ok());
        let key = output.and_then(|output| ResumeKeyResponse::parse(output).ok()).map(|view| view.resume_key());
        if let (Some(key), Some(open)) = (key, self.open_of(operation)) {
            let source = (open.node, open.stream.clone());
            self.resume_keys.insert(key, source);
        }
    }

    fn copy_chunks(&mut self, operation: &Operation, input: &[u8]) {
        let Ok(view) = CopyChunkRequest::parse(input) else { return };
        let Ok(chunks) = view.chunks() else { return };
        let source = self.resume_keys.get(&view.source_key()).cloned();
        for chunk in chunks {
            self.copy(operation, source.as_ref(), chunk.source_offset, chunk.target_offset, chunk.length.into());
        }
    }

    fn duplicate(&mut self, operation: &Operation, from: (FileId, u64), target: u64, length: u64) {
        let open = self.file_ids.get(&from.0).and_then(|open| self.opens.get(open));
        let source = open.map(|open| (open.node, open.stream.clone()));
        self.copy(operation, source.as_ref(), from.1, target, length);
    }

    /// The server copies data; from where, if that is known.
    fn copy(
        &mut self,
        operation: &Operation,
        source: Option<&(NodeId, Vec<u16>)>,
        from: u64,
        target: u64,
        length: u64,
    ) {
        let (range, to) = (from..from.saturating_add(length), target..target.saturating_add(length));
        let copied: Vec<(Range<u64>, Source)> = source
            .and_then(|(node, stream)| self.nodes.get_mut(*node).map(|node| node.stream_mut(stream)))
            .map(|stream| {
                if stream.before {
                    let last = stream.written.gaps(range.clone()).last().map_or(0, |gap| gap.end);
                    stream.at_least = stream.at_least.max(last);
                }
                stream.now.within(range.clone()).collect()
            })
            .unwrap_or_default();
        let end = to.end;
        self.change(operation, to);
        let Some((stream, _)) = self.stream_of(operation) else { return };
        stream.size_now = stream.size_now.map(|size| size.max(end));
        for (span, part) in copied {
            let moved = |at: u64| at.saturating_sub(from).saturating_add(target);
            stream.now.put(moved(span.start)..moved(span.end), part);
        }
    }

    /// Data change in a way that the capture does not show.
    fn change(&mut self, operation: &Operation, range: Range<u64>) {
        if let Some(node) = self.node_of(operation) {
            node.activity.written = node.activity.written.saturating_add(range.end.saturating_sub(range.start));
            node.facts.times_changed = true;
        }
        if let Some((stream, _)) = self.stream_of(operation) {
            stream.change(range);
        }
    }
}

impl Stream {
    /// Nothing was written to it, and it was not cut or extended.
    pub(super) fn is_untouched(&self) -> bool {
        self.written.is_empty() && !self.cut
    }

    /// Its size is shown. That from before is known as long as nothing was written beyond it.
    pub(super) fn observe_size(&mut self, size: u64, frame: u64) {
        self.size_now = Some(size);
        let is_from_before = self.is_untouched() || !self.cut && size > self.written.end();
        if self.before && self.size.is_none() && is_from_before {
            self.size = Some(Seen { value: size, frame });
        }
    }

    /// Data in this range are not those from before any more, and are not known.
    pub(super) fn change(&mut self, range: Range<u64>) {
        self.now.remove(range.clone());
        self.written.put(range, ());
    }

    /// It is given this size.
    pub(super) fn resize(&mut self, size: u64) {
        let known = self.size.map_or(self.at_least, |seen| seen.value);
        self.now.remove(size..END);
        self.written.put(known.min(size)..END, ());
        self.cut = true;
        self.size_now = Some(size);
    }
}

/// Where in the file the data of a READ response or a WRITE request lie, as far as they were captured.
fn shown(captured: &Captured, holes: &[Hole], response: bool, offset: u64) -> Vec<(Range<u64>, Source)> {
    let operation = &captured.operation;
    let (Some(start), Some(length)) = (operation.payload_offset, operation.payload_length) else { return Vec::new() };
    let end = start.saturating_add(length);
    let mut parts = Vec::new();
    let mut at = start;
    let ends = holes.iter().map(|hole| (hole.offset, hole.offset.saturating_add(hole.length)));
    for (hole, after) in ends.chain([(end, end)]) {
        if hole > at {
            let source = Source { file: captured.file, op: operation.op, response, at };
            let place = |at: u32| offset.saturating_add(at.saturating_sub(start).into());
            parts.push((place(at)..place(hole.min(end)), source));
        }
        at = at.max(after);
        if at >= end {
            break;
        }
    }
    parts
}
