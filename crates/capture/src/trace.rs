//! A capture file, or a set of them, read through to its events.

use crate::assembler::Assembler;
use crate::counters::Counters;
use crate::format::{Compression, FileFacts, FileFormat, OpenError, PacketReader, ReadError};
use crate::limits::Limits;
use crate::merge::{FileRead, Merge};
use crate::pdu::Event;
use std::path::{Path, PathBuf};

/// A trace that is being read.
pub struct Trace {
    input: Input,
    assembler: Assembler,
    ended: bool,
}

enum Input {
    One(Box<PacketReader>),
    Set { files: Box<Merge>, nothing: Box<FileFacts> },
}

impl Trace {
    /// Opens the capture file at `path`; `-` is the standard input.
    ///
    /// # Errors
    /// When the file cannot be read, is empty or is not a capture.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::new(PacketReader::open(path)?, Limits::default()))
    }

    /// Opens several files of one capture as one trace: their packets in the order of time, of the same time in the order of
    /// `paths`; each file's own order is kept. Connections run across files, and frames are counted through all of them.
    ///
    /// Files that are empty or cut inside their header are left out, unless all are: see [`Trace::files`].
    ///
    /// # Errors
    /// When there is no file, or one of them cannot be read or is not a capture.
    pub fn open_set(paths: &[PathBuf]) -> Result<Self, OpenError> {
        if let [path] = paths {
            return Self::open(path);
        }
        if paths.is_empty() {
            return Err(OpenError::Empty { name: "a set of no files".to_owned() });
        }
        let nothing = Box::new(FileFacts::new(FileFormat::Pcap, Compression::None));
        let input = Input::Set { files: Box::new(Merge::open(paths)?), nothing };
        Ok(Self { input, assembler: Assembler::new(Limits::default()), ended: false })
    }

    /// Reads the packets of `reader`.
    pub fn new(reader: PacketReader, limits: Limits) -> Self {
        Self { input: Input::One(Box::new(reader)), assembler: Assembler::new(limits), ended: false }
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
            let packet = match &mut self.input {
                Input::One(reader) => reader.next_packet()?,
                Input::Set { files, .. } => files.next_packet()?,
            };
            match packet {
                Some(packet) => self.assembler.handle_packet(&packet),
                None => {
                    self.assembler.finish();
                    self.ended = true;
                }
            }
        }
    }

    /// Bytes read from the files and, where known, their length, both before decompression.
    pub fn progress(&self) -> (u64, Option<u64>) {
        match &self.input {
            Input::One(reader) => reader.progress(),
            Input::Set { files, .. } => files.progress(),
        }
    }

    /// What is known of the file so far; of a set, of its files together that were read to their end.
    pub fn facts(&self) -> &FileFacts {
        match &self.input {
            Input::One(reader) => reader.facts(),
            Input::Set { files, nothing } => files.facts().unwrap_or(nothing),
        }
    }

    /// The files of a set that were read to their end or left out, in the order in which they ended; of a single file,
    /// nothing.
    pub fn files(&self) -> &[FileRead] {
        match &self.input {
            Input::One(_) => &[],
            Input::Set { files, .. } => files.files(),
        }
    }

    /// What was read, dropped, guessed or repaired so far.
    pub fn counters(&self) -> &Counters {
        self.assembler.counters()
    }
}
