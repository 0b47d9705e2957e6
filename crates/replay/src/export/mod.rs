//! Writing the files whose contents a capture shows into a local folder.
//!
//! Nothing of a capture leads outside that folder: each captured name becomes one plain component ([`file_name()`]), links
//! in the folder are not followed, and what is there already stays unless the user insists. Bytes that the capture does not
//! show are holes: zeros in the file, and told. No more than one message is held, and few files are open at a time.

mod file_name;
mod places;
mod report;
mod wanted;
mod writer;

pub use file_name::file_name;
pub use report::{ExportReport, ExportTrouble, ExportedFile, Hole};
pub use wanted::MOST_SIZE;
pub use writer::WriteError;

use crate::namespace::Namespace;
use crate::provisioning::Contents;
use places::Places;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use store::{OutputFolder, ReadError};
use wanted::{Wanted, wanted};
use writer::Writer;

/// What to write, and how.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// The folder; made if missing. It may be a link itself.
    pub folder: PathBuf,
    /// The files as before the capture, not as at its end.
    pub before: bool,
    /// Files that are there are overwritten.
    pub force: bool,
}

/// Why nothing, or no more, can be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder cannot be made or written to.
    #[error("cannot write into {}: {error}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A session file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Writes the files of `namespace`; `progress` is told bytes written and in all.
///
/// # Errors
/// [`ExportError`]. That a single file cannot be written is in the report.
pub fn export(
    output: &OutputFolder,
    namespace: &Namespace,
    options: &ExportOptions,
    interrupt: &AtomicBool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ExportReport, ExportError> {
    prepare(&options.folder).map_err(|error| ExportError::Folder { folder: options.folder.clone(), error })?;
    let mut places = Places::new(namespace, options.before);
    let chosen = wanted(namespace, &mut places, options.before);
    let mut report = ExportReport {
        folder: options.folder.display().to_string(),
        before: options.before,
        not_shown: chosen.not_shown,
        payload: namespace.payload,
        ..ExportReport::default()
    };
    for path in chosen.without_place {
        report.errors.push(ExportTrouble { path, what: "its folder is too deep, or unknown".to_owned() });
    }
    let mut contents = Contents::new(output, namespace);
    let mut writer = Writer::new(&options.folder, &places, options.force);
    let mut left: Vec<Option<usize>> = Vec::with_capacity(chosen.wanted.len());
    for (number, wanted) in chosen.wanted.iter().enumerate() {
        left.push(Some(contents.want(number, wanted.shown.iter(), wanted.length)));
    }
    let total = chosen.wanted.iter().map(|wanted| wanted.shown.bytes()).fold(0, u64::saturating_add);
    let mut done = 0_u64;
    for (number, wanted) in chosen.wanted.iter().enumerate().filter(|(number, _)| left.get(*number) == Some(&Some(0))) {
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
        let written = writer.finish(number, wanted);
        conclude(&mut report, &places, wanted, written);
    }
    while !interrupt.load(Ordering::Relaxed) {
        let Some(piece) = contents.next_piece()? else { break };
        let number = piece.as_ref().map_or_else(|number| *number, |piece| piece.receiver);
        let (Some(wanted), Some(Some(pieces))) = (chosen.wanted.get(number), left.get_mut(number).map(Option::as_mut))
        else {
            continue;
        };
        *pieces = pieces.saturating_sub(1);
        let is_last = *pieces == 0;
        let written = match piece {
            Ok(piece) => {
                done = done.saturating_add(piece.bytes.len() as u64);
                progress(done, total);
                writer.write(number, wanted, piece.offset, &piece.bytes)
            }
            Err(_) => Err(WriteError::Lacking),
        };
        let written = written.and_then(|()| if is_last { writer.finish(number, wanted) } else { Ok(()) });
        if written.is_err() || is_last {
            if written.is_err() {
                writer.give_up(number);
                left.get_mut(number).into_iter().for_each(|left| *left = None);
            }
            conclude(&mut report, &places, wanted, written);
        }
    }
    report.interrupted = interrupt.load(Ordering::Relaxed);
    report.files.sort_by(|a, b| a.exported_as.cmp(&b.exported_as));
    Ok(report)
}

/// Makes the folder, and sees whether it can be written to.
fn prepare(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::tempfile_in(folder).map(drop)
}

fn conclude(report: &mut ExportReport, places: &Places<'_>, wanted: &Wanted<'_>, written: Result<(), WriteError>) {
    if let Err(error) = written {
        report.errors.push(ExportTrouble { path: wanted.path.clone(), what: error.to_string() });
        return;
    }
    let holes: Vec<Hole> = wanted
        .holes()
        .into_iter()
        .map(|hole| Hole { offset: hole.start, length: hole.end.saturating_sub(hole.start) })
        .collect();
    let complete = holes.is_empty() && wanted.is_size_known;
    let unknown = holes.iter().map(|hole| hole.length).fold(0, u64::saturating_add);
    let names = places.path(Path::new(""), wanted.folder).join(&wanted.name);
    report.exported = report.exported.saturating_add(1);
    report.incomplete = report.incomplete.saturating_add(u64::from(!complete));
    report.files.push(ExportedFile {
        path: wanted.path.clone(),
        exported_as: names.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join("/"),
        size: wanted.size,
        size_known: wanted.is_size_known,
        shown: wanted.size.saturating_sub(unknown),
        holes,
        complete,
        deleted: wanted.deleted,
    });
}
