//! The folders that are read and written, and the room there.

use crate::command::trace::shell_word;
use replay::readiness::Check;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use store::layout::{Layout, TRACER, TracePlace};
use store::{Config, Key};

const TRACES: &str = "traces_folder";
const CASE: &str = "case_folder";
const OUTPUT: &str = "output_folder";
const SPACE: &str = "free_space";
/// Names of the checks here, in their order.
pub(super) const ALL: [&str; 4] = [TRACES, CASE, OUTPUT, SPACE];

/// What there is to say of the folders; `last` is the last trace, if there is one.
pub(super) fn examine(config: &Config, last: Option<&TracePlace>) -> Vec<Check> {
    let layout = Layout::new(config);
    let traces = layout.traces_folder();
    let case = layout.case_folder(config.case_id()).unwrap_or_else(|_| traces.join(config.case_id()));
    let mut checks = vec![
        readable(TRACES, traces, Key::TracesFolder, "DIR"),
        match traces.is_dir() {
            true => readable(CASE, &case, Key::CaseId, "CASE"),
            false => Check::not_tried(CASE, "make the traces folder first"),
        },
    ];
    // Where the next ingest or replay would write.
    let output = match (config.output_dir(), last) {
        (Some(folder), _) => Some(folder),
        (None, Some(place)) => Some(place.output.path().to_owned()),
        (None, None) => case.is_dir().then(|| case.join(TRACER)),
    };
    match output {
        Some(folder) => checks.extend([writable(&folder), room(&folder)]),
        None => {
            let advice = "ingest a trace: the output goes beside it, or into output_dir when that is set";
            checks.extend([OUTPUT, SPACE].map(|name| Check::not_tried(name, advice)));
        }
    }
    checks
}

fn readable(name: &'static str, folder: &Path, key: Key, other: &str) -> Check {
    let shown = folder.display();
    let other = format!("name another with `smbreplay config set {key} {other}`");
    match fs::read_dir(folder) {
        Ok(_) => Check::ok(name, shown),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let make = format!("mkdir -p {}, or {other}", shell_word(&shown.to_string()));
            Check::warning(name, format!("{shown}: not there, so no trace is found in it by name"), make)
        }
        Err(error) => Check::failed(name, format!("{shown}: {error}"), format!("let it be read, or {other}")),
    }
}

/// Really tries it; a folder that is not there would be made, so the one above has to take it.
fn writable(folder: &Path) -> Check {
    let advice = "let it be written to, or choose another with `smbreplay config set output_dir DIR`";
    let Some(existing) = nearest(folder) else {
        return Check::failed(OUTPUT, format!("{}: nothing of this path is there", folder.display()), advice);
    };
    match try_to_write(existing) {
        Ok(()) if existing == folder => Check::ok(OUTPUT, format!("{}: can be written", folder.display())),
        Ok(()) => Check::ok(OUTPUT, format!("{}: will be made when it is needed", folder.display())),
        Err(error) => Check::failed(OUTPUT, format!("{}: cannot be written: {error}", existing.display()), advice),
    }
}

/// The folder itself, or the nearest one above it that is there (a file in its place counts as there).
fn nearest(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|path| fs::symlink_metadata(path).is_ok())
}

fn try_to_write(folder: &Path) -> io::Result<()> {
    if !fs::metadata(folder)?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    let path: PathBuf = folder.join(format!(".smbreplay-doctor-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
    let written = file.write_all(b"smbreplay doctor\n").and_then(|()| file.sync_all());
    drop(file);
    let removed = fs::remove_file(&path);
    written.and(removed)
}

/// Less than this is soon full: a trace of some gigabytes takes as much again.
#[cfg(unix)]
const LITTLE_ROOM: u64 = 1 << 30;

#[cfg(unix)]
fn room(folder: &Path) -> Check {
    use crate::output::size;
    let advice = "make room, or choose another folder with `smbreplay config set output_dir DIR`";
    let existing = nearest(folder).unwrap_or(folder);
    match rustix::fs::statvfs(existing) {
        Ok(found) => match found.f_bavail.saturating_mul(found.f_frsize) {
            free if free < LITTLE_ROOM => Check::warning(SPACE, format!("{} left for the output", size(free)), advice),
            free => Check::ok(SPACE, size(free)),
        },
        Err(error) => Check::warning(SPACE, format!("{}: {}", existing.display(), io::Error::from(error)), advice),
    }
}

#[cfg(not(unix))]
fn room(_: &Path) -> Check {
    Check::not_tried(SPACE, "look yourself: this system is not asked")
}
