//! Which files belong to one trace: a folder, a pattern, the files of a ring buffer.

use crate::format::PacketReader;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Extensions behind which tcpdump puts its file counter.
const COUNTED: [&str; 4] = [".pcapng", ".pcap", ".cap", ".dmp"];
/// Extensions of compression, behind everything else.
const COMPRESSED: [&str; 2] = [".gz", ".zst"];

/// The captures in `folder` itself, by name; hidden files and what is no capture are left out.
///
/// # Errors
/// When the folder cannot be read.
pub fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.is_file() && PacketReader::open(&path).is_ok() {
            found.push(path);
        }
    }
    found.sort_by_cached_key(|path| order(path));
    Ok(found)
}

/// The files that match the shell pattern `pattern` (`*`, `?`, `[a-z]`, `**`), by name.
///
/// # Errors
/// When the pattern is malformed, or a folder in it cannot be read.
pub fn matching(pattern: &str) -> io::Result<Vec<PathBuf>> {
    let paths = glob::glob(pattern).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let mut found = paths.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    found.retain(|path| path.is_file());
    found.sort_by_cached_key(|path| order(path));
    Ok(found)
}

/// The files of the set that `path` belongs to by its name, in their order: `name_00001_20241123201132.pcapng` as dumpcap
/// numbers a ring buffer, `name.pcap`, `name.pcap1` or `name.pcap00` as tcpdump does with `-C`. Without others, `path` alone.
///
/// # Errors
/// When the folder cannot be read.
pub fn siblings(path: &Path) -> io::Result<Vec<PathBuf>> {
    let alone = || Ok(vec![path.to_owned()]);
    let Some(set) = path.file_name().and_then(member) else { return alone() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let name = entry?.file_name();
        match member(&name) {
            Some(other) if (&other.before, &other.behind) == (&set.before, &set.behind) => {
                found.push((other.number, path.with_file_name(name)));
            }
            _ => {}
        }
    }
    found.sort();
    if found.is_empty() { alone() } else { Ok(found.into_iter().map(|(_, path)| path).collect()) }
}

/// A file name of a set: what is the same in all names, and the number between.
struct Member {
    before: String,
    /// `None` for tcpdump's first file.
    number: Option<u64>,
    behind: String,
}

fn member(name: &OsStr) -> Option<Member> {
    let name = name.to_str()?;
    let compression = COMPRESSED.into_iter().find(|extension| name.ends_with(extension)).unwrap_or_default();
    let name = name.strip_suffix(compression)?;
    ring_buffer(name, compression).or_else(|| counted(name, compression))
}

/// `name_00001_20241123201132.pcapng`.
fn ring_buffer(name: &str, compression: &str) -> Option<Member> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let (rest, time) = stem.rsplit_once('_')?;
    let (before, number) = rest.rsplit_once('_')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if time.len() != 14 || !digits(time) || number.len() < 5 || !digits(number) {
        return None;
    }
    let behind = format!("_.{extension}{compression}");
    Some(Member { before: before.to_owned(), number: Some(number.parse().ok()?), behind })
}

/// `name.pcap`, `name.pcap1`.
fn counted(name: &str, compression: &str) -> Option<Member> {
    let before = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let number = name.strip_prefix(before)?;
    if !COUNTED.iter().any(|extension| before.ends_with(extension)) {
        return None;
    }
    let number = if number.is_empty() { None } else { Some(number.parse().ok()?) };
    Some(Member { before: before.to_owned(), number, behind: compression.to_owned() })
}

/// Files of a set by their number, others by their name.
fn order(path: &Path) -> (PathBuf, Option<u64>, PathBuf) {
    match path.file_name().and_then(member) {
        Some(set) => (path.with_file_name(set.before), set.number, path.to_owned()),
        None => (path.to_owned(), None, path.to_owned()),
    }
}
