//! A trace that can be read only once, such as the standard input: hashed while it is read.

use super::files::digest;
use crate::layout::STANDARD_INPUT;
use crate::metadata::TraceFile;
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

impl Seen {
    /// The stream as a file of the trace.
    pub(super) fn file(&self) -> TraceFile {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = STANDARD_INPUT.to_owned();
        TraceFile { path, size: seen.1, xxh3_128: digest(&seen.0), ..TraceFile::default() }
    }
}
