//! Rows that are put down one by one: first in memory, then in a nameless file that is mapped, so that the system keeps in
//! memory what is looked at and no more.

use super::Row;
use super::packed;
use super::rows::{self, Rows};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of rows that need no file.
const HELD: usize = 8 << 20;
/// Rows are written when so many bytes have come together.
const WRITE_SIZE: usize = 1 << 20;

/// A spool that is being filled.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    /// None while the rows are few.
    file: Option<File>,
    /// What was not written yet.
    pending: Vec<u8>,
    written: u64,
    places: Vec<u64>,
    files: Vec<Arc<str>>,
}

impl Spool {
    /// An empty spool. When there are many rows, they are put in a file in this folder. It has no name there, and is gone
    /// when its rows are dropped or the process ends.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            file: None,
            pending: Vec::new(),
            written: 0,
            places: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Appends a row.
    ///
    /// # Errors
    /// When the file cannot be made or written, when a part of the row is longer than 4 GiB, and when there are more than
    /// four billion rows.
    pub fn push(&mut self, row: &Row) -> io::Result<()> {
        if u32::try_from(self.places.len()).is_err() {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "there are more than four billion rows"));
        }
        let pending = u64::try_from(self.pending.len()).unwrap_or(u64::MAX);
        let file = rows::number(&mut self.files, &row.file);
        if !packed::pack(row, file, &mut self.pending) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a row holds more than 4 GiB"));
        }
        self.places.push(self.written.saturating_add(pending));
        let most = if self.file.is_some() { WRITE_SIZE } else { HELD };
        if self.pending.len() >= most { self.write() } else { Ok(()) }
    }

    /// The rows, in the order in which they came.
    ///
    /// # Errors
    /// When the file cannot be written or mapped.
    pub fn finish(mut self) -> io::Result<Rows> {
        self.places.shrink_to_fit();
        if self.file.is_none() {
            return Ok(Rows::held(self.pending, self.places, self.files));
        }
        self.write()?;
        let spooled = self.file.as_ref().map(Spooled::map).transpose()?;
        Ok(Rows::spooled(spooled, self.places, self.files))
    }

    fn write(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.folder)?),
        };
        file.write_all(&self.pending)?;
        self.written = self.written.saturating_add(u64::try_from(self.pending.len()).unwrap_or(u64::MAX));
        self.pending = Vec::new();
        Ok(())
    }
}

/// A full spool.
#[derive(Debug)]
pub(super) struct Spooled(memmap2::Mmap);

impl Spooled {
    #[expect(unsafe_code, reason = "a file can only be mapped by a promise that nobody changes it meanwhile")]
    fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the file was made by `Spool::write` under a random name, if any, which is taken away at once or with the
        // last handle; its only handle is the spool's, and nothing writes to it or cuts it after this. Its bytes are as
        // constant as memory of our own. A disk that fails while a page is read ends the process, as it does for a page
        // of a program.
        unsafe { memmap2::Mmap::map(file) }.map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use dissect::{Kind, Operation};

    /// Numbered rows whose requests have so many bytes each.
    fn numbered(count: u32, size: usize) -> impl Iterator<Item = Row> {
        (0..count).map(move |op| {
            let mut operation = Operation::new(op, Kind::Request, op % 3);
            operation.request = Some(vec![op.to_le_bytes()[0]; size].into());
            Row { file: format!("session {}", op % 2).into(), operation, data_left: false, stand_in: false }
        })
    }

    fn spooled(rows: impl Iterator<Item = Row>) -> Rows {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path());
        rows.for_each(|row| spool.push(&row).unwrap());
        let rows = spool.finish().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no name is left in the folder");
        rows
    }

    fn ops(rows: &Rows) -> Vec<u32> {
        rows.iter().map(|row| row.op()).collect()
    }

    #[test]
    fn rows_come_back_as_they_were_whether_they_are_few_or_many() {
        for (count, size) in [(0, 0), (5, 100), (300, 100_000)] {
            let rows = spooled(numbered(count, size));
            assert_eq!(ops(&rows), (0..count).collect::<Vec<_>>());
            for (row, op) in rows.iter().zip(0..) {
                assert_eq!(&**row.file(), format!("session {}", op % 2));
                assert_eq!(row.request(), Some(vec![u32::to_le_bytes(op)[0]; size].as_slice()));
            }
        }
    }

    #[test]
    fn rows_are_put_in_front_and_taken_out_of_few_and_of_many() {
        for (count, size) in [(6, 100), (300, 100_000)] {
            let mut rows = spooled(numbered(count, size));
            rows.put_in_front(numbered(2, 7));
            assert_eq!(ops(&rows).get(..4), Some([0, 1, 0, 1].as_slice()));
            assert_eq!(rows.get(1).unwrap().request().unwrap().len(), 7);
            rows.retain(|row| row != 0 && row != 3);
            assert_eq!(ops(&rows).get(..3), Some([1, 0, 2].as_slice()));
            assert_eq!(rows.len(), count as usize);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_only_for_many_rows() {
        let mut spool = Spool::new(Path::new("/nowhere/at/all"));
        numbered(5, 100).for_each(|row| spool.push(&row).unwrap());
        assert!(numbered(300, 100_000).any(|row| spool.push(&row).is_err()));
    }
}
