//! Recognising a capture file: size, time of modification, hash.

use super::{IngestError, IngestProgress, Phase};
use crate::metadata::{Time, Trace, TraceFile};
use capture::Timestamp;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;
use xxhash_rust::xxh3::Xxh3;

/// Bytes hashed at a time.
const CHUNK: usize = 1 << 20;

/// The file at `path` without its hash.
pub(super) fn describe(path: &Path) -> Result<TraceFile, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: path.to_owned(), source };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(std::io::ErrorKind::IsADirectory.into()));
    }
    let since_epoch = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = since_epoch.and_then(|time| i64::try_from(time.as_nanos()).ok()).map(|time| Time(Timestamp(time)));
    let path = path.display().to_string();
    Ok(TraceFile { path, size: metadata.len(), modified, xxh3_128: String::new(), sha256: None })
}

/// XXH3-128 of the file at `path`, 32 hex digits.
pub(super) fn hash(
    path: &Path,
    size: u64,
    progress: &mut dyn FnMut(IngestProgress),
    cancelled: &AtomicBool,
) -> Result<String, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = Xxh3::new();
    let mut chunk = vec![0; CHUNK];
    let mut read = 0_u64;
    loop {
        if cancelled.load(Ordering::Relaxed) {
            return Err(IngestError::Interrupted);
        }
        let length = match file.read(&mut chunk) {
            Ok(0) => return Ok(format!("{:032x}", hasher.digest128())),
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        hasher.update(chunk.get(..length).unwrap_or_default());
        read = read.saturating_add(u64::try_from(length).unwrap_or(0));
        progress(IngestProgress { phase: Phase::Hashing, bytes_read: read, bytes_total: size, operations: 0 });
    }
}

/// Whether `file` is by its size and time of modification the one that `known` was made of.
pub(super) fn looks_same(file: &TraceFile, known: &Trace) -> bool {
    match known.files.as_slice() {
        [only] => file.modified.is_some() && (only.size, only.modified) == (file.size, file.modified),
        _ => false,
    }
}

/// Whether `known` was made of one file with this hash.
pub(super) fn has_hash(known: &Trace, xxh3_128: &str) -> bool {
    matches!(known.files.as_slice(), [only] if only.xxh3_128 == xxh3_128)
}
