//! Recognising the files of a trace: size, time of modification, hash.

use super::{IngestError, IngestProgress, Phase};
use crate::metadata::{Time, TraceFile};
use capture::Timestamp;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;
use xxhash_rust::xxh3::Xxh3;

/// Bytes hashed at a time.
const CHUNK: usize = 1 << 20;

/// The files at `paths` without their hashes.
pub(super) fn describe(paths: &[PathBuf]) -> Result<Vec<TraceFile>, IngestError> {
    paths.iter().map(|path| describe_one(path)).collect()
}

fn describe_one(path: &Path) -> Result<TraceFile, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: path.to_owned(), source };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(std::io::ErrorKind::IsADirectory.into()));
    }
    let since_epoch = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = since_epoch.and_then(|time| i64::try_from(time.as_nanos()).ok()).map(|time| Time(Timestamp(time)));
    Ok(TraceFile { path: path.display().to_string(), size: metadata.len(), modified, ..TraceFile::default() })
}

/// Fills in the XXH3-128 of each of `files`, 32 hex digits.
pub(super) fn hash(
    files: &mut [TraceFile],
    progress: &mut dyn FnMut(IngestProgress),
    cancelled: &AtomicBool,
) -> Result<(), IngestError> {
    let bytes_total = total(files);
    let mut bytes_read = 0_u64;
    let mut chunk = vec![0; CHUNK];
    for described in files {
        let path = PathBuf::from(&described.path);
        let unreadable = |source| IngestError::Unreadable { path: path.clone(), source };
        let mut file = File::open(&path).map_err(unreadable)?;
        let mut hasher = Xxh3::new();
        loop {
            if cancelled.load(Ordering::Relaxed) {
                return Err(IngestError::Interrupted);
            }
            let length = match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            hasher.update(chunk.get(..length).unwrap_or_default());
            bytes_read = bytes_read.saturating_add(u64::try_from(length).unwrap_or(0));
            progress(IngestProgress { phase: Phase::Hashing, bytes_read, bytes_total, operations: 0 });
        }
        described.xxh3_128 = digest(&hasher);
    }
    Ok(())
}

/// Bytes of all files.
pub(super) fn total(files: &[TraceFile]) -> u64 {
    files.iter().fold(0, |total, file| total.saturating_add(file.size))
}

/// A hash as it is written.
pub(super) fn digest(hasher: &Xxh3) -> String {
    format!("{:032x}", hasher.digest128())
}

/// Whether `files` are by size and time of modification those that `known` were.
pub(super) fn look_same(files: &[TraceFile], known: &[TraceFile]) -> bool {
    let same = |file: &TraceFile, known: &TraceFile| {
        file.modified.is_some() && (file.size, file.modified) == (known.size, known.modified)
    };
    pairs(files, known).is_some_and(|mut pairs| pairs.all(|(file, known)| same(file, known)))
}

/// Whether `files` have the hashes that `known` have.
pub(super) fn have_same_hashes(files: &[TraceFile], known: &[TraceFile]) -> bool {
    pairs(files, known).is_some_and(|mut pairs| pairs.all(|(file, known)| file.xxh3_128 == known.xxh3_128))
}

/// What became of the files of `known`, a phrase for each kind of change. Both have their hashes.
pub(super) fn changes(files: &[TraceFile], known: &[TraceFile]) -> Vec<String> {
    let among = |files: &[TraceFile], wanted: &TraceFile| files.iter().any(|file| name(file) == name(wanted));
    let differs =
        |file: &&TraceFile| known.iter().any(|known| name(known) == name(file) && known.xxh3_128 != file.xxh3_128);
    let kinds = [
        ("changed", files.iter().filter(differs).collect::<Vec<_>>()),
        ("added", files.iter().filter(|file| !among(known, file)).collect()),
        ("removed", known.iter().filter(|file| !among(files, file)).collect()),
    ];
    let phrase = |(kind, files): (&str, Vec<&TraceFile>)| {
        let shown = files.iter().take(SHOWN).map(|file| name(file)).collect::<Vec<_>>().join(", ");
        match files.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            Some(more) => format!("{kind}: {shown} and {more} more"),
            None => format!("{kind}: {shown}"),
        }
    };
    kinds.into_iter().filter(|(_, files)| !files.is_empty()).map(phrase).collect()
}

/// Names that a phrase lists.
const SHOWN: usize = 3;

/// Whether a trace of `files` is `known` as it is now: it has one of its files.
pub(super) fn may_be(files: &[TraceFile], known: &[TraceFile]) -> bool {
    known.is_empty() || files.iter().any(|file| known.iter().any(|known| name(known) == name(file)))
}

/// The files in pairs if they have the same names in the same order.
fn pairs<'a>(
    files: &'a [TraceFile],
    known: &'a [TraceFile],
) -> Option<impl Iterator<Item = (&'a TraceFile, &'a TraceFile)>> {
    let same = files.len() == known.len() && files.iter().zip(known).all(|(file, known)| name(file) == name(known));
    same.then(|| files.iter().zip(known))
}

/// The name without its folder: a case folder may be moved.
fn name(file: &TraceFile) -> &str {
    Path::new(&file.path).file_name().and_then(|name| name.to_str()).unwrap_or(&file.path)
}
