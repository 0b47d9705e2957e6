//! Rows that did not fit the memory budget: sorted runs, one after the other in one file.
//!
//! A run is rows in the order of their numbers. A row is its number, the length of its packed bytes and how many large messages
//! it has (32 bits each), the packed bytes, and each large message with its length before it.

use super::{WriteError, wrong};
use crate::packed::{Row, Rows};
use bytes::Bytes;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes read at once of a run, which are held for each run that is being merged.
const READ: usize = 64 << 10;
/// Bytes written at once.
const WRITE: usize = 1 << 20;

/// The file of the runs.
pub(super) struct Spill {
    path: PathBuf,
    /// Made with the first run.
    file: Option<BufWriter<File>>,
    length: u64,
}

/// A run: sorted rows of one session on the disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Number of its first row.
    pub(super) first: u32,
    start: u64,
    rows: u64,
}

impl Spill {
    /// A spill file that will be in `folder` when it is needed.
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join(".spill"), file: None, length: 0 }
    }

    /// Writes `rows` in the order of their numbers as a run; `None` when there is none.
    pub(super) fn write(&mut self, mut rows: Rows) -> Result<Option<Run>, WriteError> {
        rows.sort();
        let Some(first) = rows.get(0) else { return Ok(None) };
        let mut run = self.begin(first.op)?;
        rows.iter().try_for_each(|row| self.append(&mut run, row))?;
        Ok(Some(run))
    }

    /// Begins a run whose first row will be number `first`.
    pub(super) fn begin(&mut self, first: u32) -> Result<Run, WriteError> {
        if self.file.is_none() {
            let file = File::create_new(&self.path).map_err(|source| wrong(&self.path, source))?;
            self.file = Some(BufWriter::with_capacity(WRITE, file));
        }
        Ok(Run { first, start: self.length, rows: 0 })
    }

    /// Appends a row to the run that was begun last.
    pub(super) fn append(&mut self, run: &mut Run, row: Row<'_>) -> Result<(), WriteError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = write_row(file, row).map_err(|source| wrong(&self.path, source))?;
        self.length = self.length.saturating_add(written);
        run.rows = run.rows.saturating_add(1);
        Ok(())
    }

    /// The path of the file, all that was appended being in it.
    pub(super) fn flushed(&mut self) -> Result<&Path, WriteError> {
        if let Some(file) = &mut self.file {
            file.flush().map_err(|source| wrong(&self.path, source))?;
        }
        Ok(&self.path)
    }

    /// Removes the file, if there is one.
    pub(super) fn remove(self) -> Result<(), WriteError> {
        let Self { path, file, .. } = self;
        if file.is_none() {
            return Ok(());
        }
        std::fs::remove_file(&path).map_err(|source| wrong(&path, source))
    }
}

/// The rows of a run.
pub(super) struct RunRows {
    path: PathBuf,
    file: BufReader<File>,
    left: u64,
    row: Owned,
}

/// A row read back.
#[derive(Default)]
struct Owned {
    op: u32,
    bytes: Vec<u8>,
    large: Vec<Bytes>,
}

impl Run {
    /// The rows of the run in their order, from the file at `path`.
    pub(super) fn read(&self, path: &Path) -> Result<RunRows, WriteError> {
        let failed = |source| wrong(path, source);
        let mut file = File::open(path).map_err(failed)?;
        file.seek(SeekFrom::Start(self.start)).map_err(failed)?;
        let file = BufReader::with_capacity(READ, file);
        Ok(RunRows { path: path.to_owned(), file, left: self.rows, row: Owned::default() })
    }
}

impl RunRows {
    /// Goes to the next row; says whether there is one.
    pub(super) fn advance(&mut self) -> Result<bool, WriteError> {
        if self.left == 0 {
            return Ok(false);
        }
        self.left = self.left.saturating_sub(1);
        read_row(&mut self.file, &mut self.row).map_err(|source| wrong(&self.path, source))?;
        Ok(true)
    }

    /// The row that [`RunRows::advance`] went to.
    pub(super) fn row(&self) -> Row<'_> {
        Row { op: self.row.op, bytes: &self.row.bytes, large: &self.row.large }
    }
}

fn write_row(file: &mut impl Write, row: Row<'_>) -> std::io::Result<u64> {
    let mut written = 0_u64;
    let mut put = |bytes: &[u8]| {
        written = written.saturating_add(bytes.len() as u64);
        file.write_all(bytes)
    };
    put(&row.op.to_le_bytes())?;
    put(&length(row.bytes.len())?)?;
    put(&length(row.large.len())?)?;
    put(row.bytes)?;
    for message in row.large {
        put(&length(message.len())?)?;
        put(message)?;
    }
    Ok(written)
}

fn length(length: usize) -> std::io::Result<[u8; 4]> {
    let length = u32::try_from(length).map_err(|_| std::io::Error::new(ErrorKind::InvalidInput, "a row of 4 GiB"))?;
    Ok(length.to_le_bytes())
}

fn read_row(file: &mut impl Read, row: &mut Owned) -> std::io::Result<()> {
    fn number(file: &mut impl Read) -> std::io::Result<u32> {
        let mut bytes = [0; 4];
        file.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
    row.op = number(file)?;
    let (length, large) = (number(file)?, number(file)?);
    fill(file, length, &mut row.bytes)?;
    row.large.clear();
    for _ in 0..large {
        let length = number(file)?;
        let mut message = Vec::new();
        fill(file, length, &mut message)?;
        row.large.push(message.into());
    }
    Ok(())
}

/// Reads `length` bytes into `bytes`; the memory grows with what is read, not with what a damaged file promises.
fn fill(file: &mut impl Read, length: u32, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    bytes.clear();
    let read = file.take(u64::from(length)).read_to_end(bytes)?;
    if read == length as usize { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}
