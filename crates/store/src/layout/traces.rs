//! Finding cases and captures on disk.

use super::{Layout, LayoutError, TRACER, TracePlace, UPLOADING, relocated};
use crate::metadata;
use capture::split_set;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A trace in a case folder.
#[derive(Clone, Debug)]
pub struct FoundTrace {
    /// Path relative to the case folder; of a set, with the common stem of its files.
    pub name: PathBuf,
    /// The trace and its output.
    pub place: TracePlace,
    /// Its files: one, those of a set, or none when it came through the standard input or its files are gone.
    pub files: Vec<PathBuf>,
    /// Size of the files in bytes.
    pub size: u64,
    /// Whether it has been ingested.
    pub ingested: bool,
}

/// Folders below a case that are searched; deeper ones are left out.
const MAX_DEPTH: usize = 16;

pub(super) const EXTENSIONS: [&str; 9] =
    [".pcap", ".pcapng", ".cap", ".pcap.gz", ".pcapng.gz", ".cap.gz", ".pcap.zst", ".pcapng.zst", ".cap.zst"];

/// First four bytes of pcap (micro- and nanosecond, both byte orders) and pcapng files.
const MAGICS: [[u8; 4]; 5] = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x0a, 0x0d, 0x0d, 0x0a],
];

/// Whether `path` looks like a capture: by its extension, which tcpdump puts a number behind, or by the magic at its start.
pub fn is_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.trim_end_matches(|last: char| last.is_ascii_digit());
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

pub(super) fn traces_in(layout: &Layout, case: &str, case_folder: &Path) -> Result<Vec<FoundTrace>, LayoutError> {
    let mut files = Vec::new();
    collect(case_folder, MAX_DEPTH, &mut files)
        .map_err(|source| LayoutError::Io { path: case_folder.to_owned(), source })?;
    files.sort();
    let mut found = Vec::new();
    let mut listed = BTreeSet::new();
    let add = |place: TracePlace, files: Vec<PathBuf>| {
        let size = files.iter().filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum();
        let name = relative_to(&place.trace, case_folder);
        FoundTrace { name, size, ingested: place.output.is_ingested(), place, files }
    };
    for (place, set) in by_name(layout, case, case_folder) {
        // A file that was ingested by itself as well is listed twice: it is two traces.
        listed.extend(set.iter().filter(|file| !is_ingested(layout, file)).cloned());
        found.push(add(place, set));
    }
    for file in files {
        if listed.contains(&file) {
            continue;
        }
        let set = split_set::siblings(&file).unwrap_or_default();
        let alone = set.len() < 2 || is_ingested(layout, &file) || set.iter().any(|file| listed.contains(file));
        let gathered = if alone { None } else { layout.gather(&set, &[], None).ok() };
        let (place, set) = match gathered {
            Some(gathered) => (gathered.place, set.into_iter().filter(|file| !is_ingested(layout, file)).collect()),
            None => match layout.place(&file) {
                Ok(place) => (place, vec![file]),
                Err(_) => continue,
            },
        };
        listed.extend(set.iter().cloned());
        found.push(add(place, set));
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn is_ingested(layout: &Layout, file: &Path) -> bool {
    layout.place(file).is_ok_and(|place| place.output.is_ingested())
}

fn relative_to(trace: &Path, case_folder: &Path) -> PathBuf {
    let real = std::fs::canonicalize(case_folder).unwrap_or_else(|_| case_folder.to_owned());
    trace.strip_prefix(&real).or_else(|_| trace.strip_prefix(case_folder)).unwrap_or(trace).to_owned()
}

/// The ingested traces of `case` that no file has the name of, with those of their files that still are there.
fn by_name(layout: &Layout, case: &str, case_folder: &Path) -> Vec<(TracePlace, Vec<PathBuf>)> {
    let outputs = layout.outputs_of(case);
    let mut ingested = Vec::new();
    collect_ingested(&outputs, MAX_DEPTH, &mut ingested);
    let sets = ingested.into_iter().filter_map(|output| {
        let path = case_folder.join(output.strip_prefix(&outputs).ok()?);
        if path.is_file() {
            return None;
        }
        let place = layout.known_by_name(&path)?;
        let files = metadata::read(&place.output.metadata()).map(|metadata| metadata.trace.files).unwrap_or_default();
        let known: Vec<PathBuf> = files.into_iter().map(|file| PathBuf::from(file.path)).collect();
        let here = |file: PathBuf| case_folder.join(relative_to(&file, case_folder));
        let now = relocated(&known, path.parent()?).into_iter().map(here).filter(|file| file.is_file());
        Some((place, now.collect()))
    });
    sets.collect()
}

/// The folders below `folder` that an ingested trace is in.
fn collect_ingested(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if folder.join("sessions/session_metadata.json").is_file() {
        found.push(folder.to_owned());
    }
    let Some(depth) = depth.checked_sub(1) else { return };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let of_a_trace = name == "sessions" || name == "replays";
        if !of_a_trace && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect_ingested(&entry.path(), depth, found);
        }
    }
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() {
            if !name.starts_with(UPLOADING) && is_capture(&path) {
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
