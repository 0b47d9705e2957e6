//! A window on a byte stream that grows to one record.

use super::{Compression, compression};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Initial size of the window; it grows only for a record that is longer.
const WINDOW: usize = 1 << 18;

/// The bytes of a capture file after decompression, read through a window.
pub(super) struct Source {
    reader: Box<dyn Read + Send>,
    compression: Compression,
    buffer: Vec<u8>,
    /// Window: `start..end` of `buffer`.
    start: usize,
    end: usize,
    /// Offset of the window's first byte, after decompression.
    position: u64,
    /// Bytes taken from the file, before decompression.
    taken: Arc<AtomicU64>,
    /// The compressed data were cut or damaged, and how.
    broken: Option<String>,
    ended: bool,
}

impl Source {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Box::new(Counted { reader, taken: Arc::clone(&taken) });
        let (reader, compression) = compression::unwrap(counted)?;
        Ok(Self {
            reader,
            compression,
            buffer: vec![0; WINDOW],
            start: 0,
            end: 0,
            position: 0,
            taken,
            broken: None,
            ended: false,
        })
    }

    pub(super) fn compression(&self) -> Compression {
        self.compression
    }

    /// Offset of the read position, after decompression.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Bytes taken from the file, before decompression.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Why the compressed data end early, if they do.
    pub(super) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// What is in the window.
    pub(super) fn window(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Makes the window hold at least `length` bytes, or as many as there are, and returns it.
    pub(super) fn fill(&mut self, length: usize) -> io::Result<&[u8]> {
        if self.end.saturating_sub(self.start) < length && !self.ended {
            self.read(length)?;
        }
        Ok(self.window())
    }

    /// Moves the read position on by `length` bytes, at most to the window's end.
    pub(super) fn consume(&mut self, length: usize) {
        let length = length.min(self.end.saturating_sub(self.start));
        self.start = self.start.saturating_add(length);
        self.position = self.position.saturating_add(length as u64);
    }

    fn read(&mut self, length: usize) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        while self.end < length {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.reader.read(free) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => self.end = self.end.saturating_add(count).min(self.buffer.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if self.compression.is_damage(&error) => {
                    self.broken = Some(format!("the compressed data are cut or damaged: {error}"));
                    self.ended = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Counts what is read from the file itself, for progress.
struct Counted {
    reader: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
