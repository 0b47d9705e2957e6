//! A nameless file that rows are put into one by one and that is then mapped, so that the system keeps in memory what is
//! looked at and no more.

use super::Row;
use super::packed;
use super::rows::{self, Rows};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// Rows are written when so many bytes have come together.
const WRITE_SIZE: usize = 1 << 20;

/// A spool that is being filled.
#[derive(Debug)]
pub struct Spool {
    file: File,
    /// What was not written yet.
    pending: Vec<u8>,
    written: u64,
    places: Vec<u64>,
    files: Vec<Arc<str>>,
}

impl Spool {
    /// An empty spool in a folder. It has no name there, and is gone when its rows are dropped or the process ends.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self { file, pending: Vec::new(), written: 0, places: Vec::new(), files: Vec::new() })
    }

    /// Appends a row.
    ///
    /// # Errors
    /// When the file cannot be written, or a part of the row is longer than 4 GiB.
    pub fn push(&mut self, row: &Row) -> io::Result<()> {
        let pending = u64::try_from(self.pending.len()).unwrap_or(u64::MAX);
        let file = rows::number(&mut self.files, &row.file);
        if !packed::pack(row, file, &mut self.pending) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a row holds more than 4 GiB"));
        }
        self.places.push(self.written.saturating_add(pending));
        if self.pending.len() >= WRITE_SIZE { self.write() } else { Ok(()) }
    }

    /// The rows, in the order in which they came.
    ///
    /// # Errors
    /// When the file cannot be written or mapped.
    pub fn finish(mut self) -> io::Result<Rows> {
        self.write()?;
        self.places.shrink_to_fit();
        Ok(Rows::spooled(Spooled::map(&self.file)?, self.places, self.files))
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_all(&self.pending)?;
        self.written = self.written.saturating_add(u64::try_from(self.pending.len()).unwrap_or(u64::MAX));
        self.pending.clear();
        Ok(())
    }
}

/// A full spool.
#[derive(Debug)]
pub(super) struct Spooled(memmap2::Mmap);

impl Spooled {
    #[expect(unsafe_code, reason = "a file can only be mapped by a promise that nobody changes it meanwhile")]
    fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the file was made by `Spool::new`, has no name and no other handle, and nothing writes to it or cuts it
        // after this: its bytes are as constant as memory of our own.
        unsafe { memmap2::Mmap::map(file) }.map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
