//! `--junit FILE` of `report` and `replay`.

use super::Context;
use super::written::{cannot_read, cannot_write, capture_name, recorded, refused};
use crate::failure::Failure;
use replay::report::junit::{self, JunitError};
use replay::{Destination, Report};
use std::path::Path;
use store::TracePlace;
use store::runs::Run;

/// The option.
const OPTION: &str = "--junit";

/// A file of test results in the making; it has its name when it is complete.
pub(super) struct TestResults(Destination);

impl TestResults {
    /// Begins the file.
    pub(super) fn begin(file: &Path) -> Result<Self, Failure> {
        if file == Path::new("-") {
            return Err(Failure::new("test results go into a file", "name one with --junit"));
        }
        Destination::begin(file).map(Self).map_err(|error| refused(OPTION, error))
    }

    /// Writes those of a run.
    pub(super) fn write(
        mut self,
        place: &TracePlace,
        run: &Run,
        report: &Report,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let capture = capture_name(place);
        let recorded = recorded(place, run, report, &capture);
        junit::write(recorded, &mut self.0, context.interrupt.flag()).map_err(|error| match &error {
            JunitError::Interrupted => Failure::Interrupted(error.to_string()),
            JunitError::Replayed(replayed) => cannot_read(replayed),
            JunitError::Write(_) => cannot_write(OPTION, error),
        })?;
        self.0.complete().map(drop).map_err(|error| refused(OPTION, error))
    }
}
