//! `--html FILE` of `report` and `replay`.

use super::Context;
use super::written::{Written, cannot_read, cannot_write, capture_name, recorded, refused};
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::counted;
use replay::Report;
use replay::page::{PageError, PageSummary, write};
use std::io::{self, BufWriter};
use std::path::Path;
use store::TracePlace;
use store::runs::Run;

/// The option.
const OPTION: &str = "--html";

/// A page in the making.
pub(super) struct Page(Written);

impl Page {
    /// Begins the page that `file` names; `-` is standard output.
    pub(super) fn begin(file: &Path, format: Format) -> Result<Self, Failure> {
        Written::begin(OPTION, file, format).map(Self)
    }

    /// Whether it goes to standard output.
    pub(super) fn is_standard_output(&self) -> bool {
        self.0.is_standard_output()
    }

    /// Writes the page of a run; what is in it, in words, if it is a file.
    pub(super) fn write(
        self,
        place: &TracePlace,
        run: &Run,
        report: &Report,
        context: &Context<'_>,
    ) -> Result<Option<String>, Failure> {
        let capture = capture_name(place);
        let recorded = recorded(place, run, report, &capture);
        match self.0 {
            Written::StandardOutput => {
                // Past the stream of results, which takes bytes out that would steer a terminal.
                let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
                match write(recorded, &mut out, context.interrupt.flag()) {
                    // Who reads has seen enough.
                    Err(PageError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
                    written => written.map(|_| None).map_err(advise),
                }
            }
            Written::File(path, mut destination) => {
                let summary = write(recorded, &mut destination, context.interrupt.flag()).map_err(advise)?;
                destination.complete().map_err(|error| refused(OPTION, error))?;
                Ok(Some(in_words(&summary, &path)))
            }
        }
    }
}

fn in_words(summary: &PageSummary, file: &Path) -> String {
    let count = |count: u64, noun| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let told = [
        Some(format!("{} in {}", count(summary.operations, "request"), file.display())),
        (summary.left_out > 0).then(|| format!("{} more left out", summary.left_out)),
        (summary.causes > 0)
            .then(|| format!("{}, {} with its messages", count(summary.causes, "root divergence"), summary.in_full)),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn advise(error: PageError) -> Failure {
    match &error {
        PageError::Interrupted => Failure::Interrupted(error.to_string()),
        PageError::Replayed(replayed) => cannot_read(replayed),
        PageError::Write(_) => cannot_write(OPTION, error),
    }
}
