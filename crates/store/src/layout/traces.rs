//! Finding cases and captures on disk.

use super::{Layout, LayoutError, TRACER, TracePlace};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A capture in a case folder.
#[derive(Clone, Debug)]
pub struct FoundTrace {
    /// Path relative to the case folder.
    pub name: PathBuf,
    /// The capture and its output.
    pub place: TracePlace,
    /// Size in bytes.
    pub size: u64,
    /// Whether it has been ingested.
    pub ingested: bool,
}

/// Folders below a case that are searched; deeper ones are left out.
const MAX_DEPTH: usize = 16;

const EXTENSIONS: [&str; 7] = [".pcap", ".pcapng", ".cap", ".pcap.gz", ".pcapng.gz", ".pcap.zst", ".pcapng.zst"];

/// First four bytes of pcap (micro- and nanosecond, both byte orders) and pcapng files.
const MAGICS: [[u8; 4]; 5] = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x0a, 0x0d, 0x0d, 0x0a],
];

/// Whether `path` looks like a capture: by its extension, or by the magic at its start.
pub fn is_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    EXTENSIONS.iter().any(|extension| name.ends_with(extension)) || has_capture_magic(path)
}

fn has_capture_magic(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && MAGICS.contains(&start)
}

pub(super) fn case_names(traces_folder: &Path) -> Result<Vec<String>, LayoutError> {
    let failed = |source| LayoutError::Io { path: traces_folder.to_owned(), source };
    let entries = match std::fs::read_dir(traces_folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

pub(super) fn traces_in(layout: &Layout, case_folder: &Path) -> Result<Vec<FoundTrace>, LayoutError> {
    let mut files = Vec::new();
    collect(case_folder, MAX_DEPTH, &mut files)
        .map_err(|source| LayoutError::Io { path: case_folder.to_owned(), source })?;
    files.sort();
    let found = files.into_iter().filter_map(|path| {
        let place = layout.place(&path).ok()?;
        let size = std::fs::metadata(&path).ok()?.len();
        let name = path.strip_prefix(case_folder).unwrap_or(&path).to_owned();
        Some(FoundTrace { name, size, ingested: place.output.is_ingested(), place })
    });
    Ok(found.collect())
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() {
            if is_capture(&path) {
                files.push(path);
            }
        } else if path.is_dir() && !path.is_symlink() && name != TRACER {
            // A folder that may not be read hides its captures, but not those of its neighbours.
            if let Some(depth) = depth.checked_sub(1) {
                let _unreadable = collect(&path, depth, files);
            }
        }
    }
    Ok(())
}
