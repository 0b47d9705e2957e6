//! `--junit FILE` of `report` and `replay`.

use crate::failure::Failure;
use replay::report::junit::{self, JunitError};
use replay::{Destination, DestinationError, ReplayedError, Report};
use std::path::Path;
use store::TracePlace;
use store::runs::Run;

/// A file of test results in the making; it has its name when it is complete.
pub(super) struct TestResults {
    destination: Destination,
}

impl TestResults {
    /// Begins the file.
    pub(super) fn begin(file: &Path) -> Result<Self, Failure> {
        Destination::begin(file).map(|destination| Self { destination }).map_err(refused)
    }

    /// Writes those of a run.
    pub(super) fn write(mut self, place: &TracePlace, run: &Run, report: &Report) -> Result<(), Failure> {
        junit::write(&place.output, run, report, &mut self.destination).map_err(|error| match &error {
            JunitError::Replayed(ReplayedError::Session { .. }) => {
                Failure::new(error, "put the session files back where they were, or ingest the trace and replay again")
            }
            JunitError::Replayed(_) => Failure::new(error, "replay again"),
            JunitError::Write(_) => Failure::new(error, "make room there, or name another file with --junit"),
        })?;
        self.destination.complete().map(drop).map_err(refused)
    }
}

fn refused(error: DestinationError) -> Failure {
    Failure::new(error, "name another file with --junit")
}
