//! The packets of a capture file, or of several in the order of time.

use crate::format::{Compression, EmbeddedKeys, FileFacts, FileFormat, OpenError, Packet, PacketReader, ReadError};
use crate::merge::{FileRead, Merge};
use std::path::{Path, PathBuf};

/// Files that are being read as one sequence of packets.
pub struct PacketFiles(Input);

enum Input {
    One(Box<PacketReader>),
    Set { files: Box<Merge>, nothing: Box<FileFacts> },
}

impl PacketFiles {
    /// Opens the capture file at `path`; `-` is the standard input.
    ///
    /// # Errors
    /// When the file cannot be read, is empty or is not a capture.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::of(PacketReader::open(path)?))
    }

    /// Opens several files of one capture: their packets come in the order of time, of the same time in the order of `paths`;
    /// each file's own order is kept. Frames are counted through all of them.
    ///
    /// Files that are empty or cut inside their header are left out, unless all are: see [`PacketFiles::files`].
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
        Ok(Self(Input::Set { files: Box::new(Merge::open(paths)?), nothing }))
    }

    /// The packets of `reader`.
    pub fn of(reader: PacketReader) -> Self {
        Self(Input::One(Box::new(reader)))
    }

    /// The next packet; `None` at the end.
    ///
    /// # Errors
    /// When the operating system cannot read on. Damage and truncation are no errors: see [`PacketFiles::facts`].
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, ReadError> {
        match &mut self.0 {
            Input::One(reader) => reader.next_packet(),
            Input::Set { files, .. } => files.next_packet(),
        }
    }

    /// The keys that the files were found to hold since they were last asked for: those of the packets that come next among
    /// them.
    pub fn take_embedded_keys(&mut self) -> Vec<EmbeddedKeys> {
        match &mut self.0 {
            Input::One(reader) => reader.take_embedded_keys(),
            Input::Set { files, .. } => files.take_embedded_keys(),
        }
    }

    /// Bytes read from the files and, where known, their length, both before decompression.
    pub fn progress(&self) -> (u64, Option<u64>) {
        match &self.0 {
            Input::One(reader) => reader.progress(),
            Input::Set { files, .. } => files.progress(),
        }
    }

    /// What is known of the file so far; of a set, of its files together that were read to their end.
    pub fn facts(&self) -> &FileFacts {
        match &self.0 {
            Input::One(reader) => reader.facts(),
            Input::Set { files, nothing } => files.facts().unwrap_or(nothing),
        }
    }

    /// The files of a set that were read to their end or left out, in the order in which they ended; of a single file,
    /// nothing.
    pub fn files(&self) -> &[FileRead] {
        match &self.0 {
            Input::One(_) => &[],
            Input::Set { files, .. } => files.files(),
        }
    }
}
