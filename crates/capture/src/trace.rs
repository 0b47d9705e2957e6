//! A capture file, or a set of them, read through to its events.

use crate::assembler::Assembler;
use crate::counters::Counters;
use crate::format::{EmbeddedKeys, FileFacts, OpenError, PacketReader, ReadError};
use crate::limits::Limits;
use crate::merge::FileRead;
use crate::packet_files::PacketFiles;
use crate::pdu::{Direction, Event, Mark, Pdu};
use bytes::Bytes;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// A trace that is being read.
pub struct Trace {
    packets: PacketFiles,
    assembler: Assembler,
    /// Bytes of the bodies of PDUs that were handed out together.
    bytes: u64,
    ended: bool,
}

impl Trace {
    /// Opens the capture file at `path`; `-` is the standard input.
    ///
    /// # Errors
    /// When the file cannot be read, is empty or is not a capture.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::new(PacketReader::open(path)?, Limits::default()))
    }

    /// Opens several files of one capture as one trace, as [`PacketFiles::open_set`] does: connections run across files.
    ///
    /// # Errors
    /// When there is no file, or one of them cannot be read or is not a capture.
    pub fn open_set(paths: &[PathBuf]) -> Result<Self, OpenError> {
        Ok(Self::of(PacketFiles::open_set(paths)?, Limits::default()))
    }

    /// Reads the packets of `reader`.
    pub fn new(reader: PacketReader, limits: Limits) -> Self {
        Self::of(PacketFiles::of(reader), limits)
    }

    fn of(packets: PacketFiles, limits: Limits) -> Self {
        Self { packets, assembler: Assembler::new(limits), bytes: 0, ended: false }
    }

    /// The next event; `None` at the end of the trace.
    ///
    /// # Errors
    /// When the operating system cannot read on. Damage and truncation are no errors: see [`Trace::facts`].
    pub fn next_event(&mut self) -> Result<Option<Event>, ReadError> {
        loop {
            if let Some(event) = self.assembler.poll_event() {
                return Ok(Some(event));
            }
            if self.ended {
                return Ok(None);
            }
            self.advance()?;
        }
    }

    /// The next events, `count` or a few more, fewer when the bodies of their PDUs have `bytes` bytes; none at the end of the
    /// trace.
    ///
    /// # Errors
    /// As those of [`Trace::next_event`].
    pub fn next_events(&mut self, count: usize, bytes: usize) -> Result<VecDeque<Event>, ReadError> {
        let enough = self.bytes.saturating_add(bytes as u64);
        // Memory that another processor has had comes into the cache all at once, before events are written one by one.
        let events = self.assembler.events();
        if events.is_empty() {
            events.resize_with(count, nothing);
            events.clear();
        }
        loop {
            let waiting = self.assembler.events().len();
            if waiting >= count || (waiting > 0 && self.assembler.bytes() >= enough) {
                break;
            }
            // One after the other: each may bring a large PDU of which nearly all is missing.
            if self.assembler.finish_retired() {
                continue;
            }
            if self.ended {
                break;
            }
            self.advance()?;
        }
        self.bytes = self.assembler.bytes();
        Ok(std::mem::take(self.assembler.events()))
    }

    /// Reads the next packet.
    fn advance(&mut self) -> Result<(), ReadError> {
        match self.packets.next_packet()? {
            Some(packet) => self.assembler.handle_packet(&packet),
            None => {
                self.assembler.finish();
                self.ended = true;
            }
        }
        Ok(())
    }

    /// The keys that the files were found to hold since they were last asked for: those of the events that come next among
    /// them, as far as they stand before their packets.
    pub fn take_embedded_keys(&mut self) -> Vec<EmbeddedKeys> {
        self.packets.take_embedded_keys()
    }

    /// Bytes read from the files and, where known, their length, both before decompression.
    pub fn progress(&self) -> (u64, Option<u64>) {
        self.packets.progress()
    }

    /// What is known of the file so far; of a set, of its files together that were read to their end.
    pub fn facts(&self) -> &FileFacts {
        self.packets.facts()
    }

    /// The files of a set that were read to their end or left out, in the order in which they ended; of a single file,
    /// nothing.
    pub fn files(&self) -> &[FileRead] {
        self.packets.files()
    }

    /// What was read, dropped, guessed or repaired so far.
    pub fn counters(&self) -> &Counters {
        self.assembler.counters()
    }
}

/// An event that fills the memory of one.
fn nothing() -> Event {
    Event::Pdu(Pdu {
        connection: 0,
        direction: Direction::ClientToServer,
        body: Bytes::new(),
        holes: Vec::new(),
        first: Mark::default(),
        last: Mark::default(),
        stream_end: 0,
        acked: None,
    })
}
