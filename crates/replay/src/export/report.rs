//! What an export wrote.

use serde::Serialize;
use store::Payload;

/// The outcome of an export. Keys of its JSON form are a contract.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ExportReport {
    /// The folder that the files are in.
    pub folder: String,
    /// Whether they are as before the capture, not as at its end.
    pub before: bool,
    /// The files, by their names.
    pub files: Vec<ExportedFile>,
    /// How many files were written.
    pub exported: u64,
    /// How many of them are not complete.
    pub incomplete: u64,
    /// How many files and streams were not written, because the capture shows nothing of their data.
    pub not_shown: u64,
    /// What was stored of the data when the trace was ingested: with less than all, no contents are shown.
    pub payload: Payload,
    /// What could not be written.
    pub errors: Vec<ExportTrouble>,
    /// The user stopped it: some files are missing.
    pub interrupted: bool,
}

/// A file that was written.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedFile {
    /// `\\server\share\path`, with `:stream` behind a named stream.
    pub path: String,
    /// Its path below the folder, with `/`.
    pub exported_as: String,
    /// Its captured size, bytes; where the capture does not tell it, the end of what is shown.
    pub size: u64,
    /// Whether the capture tells the size.
    pub size_known: bool,
    /// Bytes that the capture shows.
    pub shown: u64,
    /// What it does not show, in order: zeros in the file.
    pub holes: Vec<Hole>,
    /// The size is known, and there are no holes.
    pub complete: bool,
    /// It was deleted in the capture, and is as it was then.
    pub deleted: bool,
}

/// Bytes of a file that the capture does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hole {
    /// Where in the file.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

/// A file that could not be written.
#[derive(Clone, Debug, Serialize)]
pub struct ExportTrouble {
    /// `\\server\share\path`, with `:stream` behind a named stream.
    pub path: String,
    /// Why, with the local path.
    pub what: String,
}
