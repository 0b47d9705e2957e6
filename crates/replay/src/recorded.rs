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
