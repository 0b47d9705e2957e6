//! A recorded run, as what is written of it needs it.

use crate::report::Report;
use store::OutputFolder;
use store::runs::Run;

/// A recorded run of the trace whose sessions are in `output`.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// Where the sessions are.
    pub output: &'a OutputFolder,
    /// The run.
    pub run: &'a Run,
    /// Its report.
    pub report: &'a Report,
    /// How the capture is called in what is written.
    pub capture: &'a str,
}

/// The id of the session that a session file is of: `0x` and 16 hex digits, with its generation if that is not the first.
pub(crate) fn session_name(file: &str) -> String {
    match store::layout::parse_session_file_name(file) {
        Some((id, 1)) => format!("{id:#018x}"),
        Some((id, generation)) => format!("{id:#018x}-{generation}"),
        None => file.to_owned(),
    }
}
