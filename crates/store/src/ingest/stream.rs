//! Hashing a trace while it is read: the standard input, which can be read only once, and a file, which is not worth reading twice.

use super::files::digest;
use crate::layout::STANDARD_INPUT;
use crate::metadata::TraceFile;
use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// A reader that hashes what it hands on.
pub(super) struct Hashing {
    reader: Box<dyn Read + Send>,
    seen: Seen,
}

/// What went through a [`Hashing`] reader so far.
#[derive(Clone)]
pub(super) struct Seen(Arc<Mutex<(Xxh3, u64)>>);

impl Hashing {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, seen: Seen(Arc::new(Mutex::new((Xxh3::new(), 0)))) }
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.clone()
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.0.update(buffer.get(..length).unwrap_or_default());
        seen.1 = seen.1.saturating_add(u64::try_from(length).unwrap_or(0));
        Ok(length)
    }
}

/// The file behind a [`Hashing`] reader, whose end a damaged capture may not reach.
pub(super) struct Hashed {
    file: File,
    seen: Seen,
}

impl Hashed {
    /// A reader of `file`, and what it will have hashed.
    pub(super) fn reading(file: File) -> io::Result<(Hashing, Self)> {
        let same = file.try_clone()?;
        let reader = Hashing::new(Box::new(file));
        let seen = reader.seen();
        Ok((reader, Self { file: same, seen }))
    }

    /// Reads what is left and fills in size and hash of `described`.
    pub(super) fn complete(self, described: &mut TraceFile) -> io::Result<()> {
        let Self { file, seen } = self;
        // Both read on from the same place.
        let mut rest = Hashing { reader: Box::new(file), seen: seen.clone() };
        io::copy(&mut rest, &mut io::sink())?;
        let TraceFile { size, xxh3_128, .. } = seen.file();
        (described.size, described.xxh3_128) = (size, xxh3_128);
        Ok(())
    }
}

impl Seen {
    /// The stream as a file of the trace.
    pub(super) fn file(&self) -> TraceFile {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = STANDARD_INPUT.to_owned();
        TraceFile { path, size: seen.1, xxh3_128: digest(&seen.0), ..TraceFile::default() }
    }
}
