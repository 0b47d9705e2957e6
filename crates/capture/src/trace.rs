//! A capture file read through to its events.

use crate::assembler::Assembler;
use crate::counters::Counters;
use crate::format::{FileFacts, OpenError, PacketReader, ReadError};
use crate::limits::Limits;
use crate::pdu::Event;
use std::path::Path;

/// A trace that is being read.
pub struct Trace {
    reader: PacketReader,
    assembler: Assembler,
    ended: bool,
}

impl Trace {
    /// Opens the capture file at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is empty or is not a capture.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::new(PacketReader::open(path)?, Limits::default()))
    }

    /// Reads the packets of `reader`.
    pub fn new(reader: PacketReader, limits: Limits) -> Self {
        Self { reader, assembler: Assembler::new(limits), ended: false }
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
            match self.reader.next_packet()? {
                Some(packet) => self.assembler.handle_packet(&packet),
                None => {
                    self.assembler.finish();
                    self.ended = true;
                }
            }
        }
    }

    /// Bytes read from the file and, where known, its length, both before decompression.
    pub fn progress(&self) -> (u64, Option<u64>) {
        self.reader.progress()
    }

    /// What is known of the file so far.
    pub fn facts(&self) -> &FileFacts {
        self.reader.facts()
    }

    /// What was read, dropped, guessed or repaired so far.
    pub fn counters(&self) -> &Counters {
        self.assembler.counters()
    }
}
