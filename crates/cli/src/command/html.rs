//! `--html FILE` of `report` and `replay`.

use super::Context;
use crate::failure::Failure;
use crate::output::{counted, printable};
use replay::page::{PageError, PageSummary, write};
use replay::{Destination, Recorded, ReplayedError, Report};
use std::io::{self, BufWriter, IsTerminal as _};
use std::path::{Path, PathBuf};
use store::TracePlace;
use store::runs::Run;

/// Where a page goes.
pub(super) enum Page {
    /// To standard output, in the place of all else.
    StandardOutput,
    /// Into a file, which has its name when the page is complete.
    File(PathBuf, Destination),
}

impl Page {
    /// Begins the page that `file` names; `-` is standard output.
    pub(super) fn begin(file: &Path) -> Result<Self, Failure> {
        if file == Path::new("-") {
            return match io::stdout().is_terminal() {
                true => Err(Failure::new("standard output is a terminal", "name a file with --html")),
                false => Ok(Self::StandardOutput),
            };
        }
        let destination = Destination::begin(file).map_err(refused)?;
        Ok(Self::File(file.to_owned(), destination))
    }

    /// Whether it goes to standard output.
    pub(super) fn is_standard_output(&self) -> bool {
        matches!(self, Self::StandardOutput)
    }

    /// Writes the page of a run; what is in it, in words, if it is a file.
    pub(super) fn write(
        self,
        place: &TracePlace,
        run: &Run,
        report: &Report,
        context: &Context<'_>,
    ) -> Result<Option<String>, Failure> {
        let name = place.trace.file_name().unwrap_or(place.trace.as_os_str());
        let capture = printable(&name.to_string_lossy()).into_owned();
        let recorded = Recorded { output: &place.output, run, report, capture: &capture };
        match self {
            Self::StandardOutput => {
                // Past the stream of results, which takes bytes out that would steer a terminal.
                let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
                let written = write(recorded, &mut out, context.interrupt.flag());
                written.map(|_| None).map_err(|error| match error {
                    PageError::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => Failure::from(error),
                    other => advise(other),
                })
            }
            Self::File(path, mut destination) => {
                let summary = write(recorded, &mut destination, context.interrupt.flag()).map_err(advise)?;
                destination.complete().map_err(refused)?;
                Ok(Some(in_words(&summary, &path)))
            }
        }
    }
}

fn in_words(summary: &PageSummary, file: &Path) -> String {
    let count = |count: u64, noun| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let told = [
        Some(format!("{} in {}", count(summary.operations, "operation"), file.display())),
        (summary.left_out > 0).then(|| format!("{} more left out", summary.left_out)),
        (summary.causes > 0)
            .then(|| format!("{}, {} with its messages", count(summary.causes, "root divergence"), summary.in_full)),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn refused(error: replay::DestinationError) -> Failure {
    Failure::new(error, "name another file with --html")
}

fn advise(error: PageError) -> Failure {
    match &error {
        PageError::Interrupted => Failure::Interrupted(error.to_string()),
        PageError::Replayed(ReplayedError::Session { .. }) => {
            Failure::new(error, "put the session files back where they were, or ingest the trace and replay again")
        }
        PageError::Replayed(_) => Failure::new(error, "replay again"),
        PageError::Write(_) => Failure::new(error, "make room there, or name another file with --html"),
    }
}
