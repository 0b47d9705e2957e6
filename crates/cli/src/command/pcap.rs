//! `--pcap FILE` of `report` and `replay`.

use super::Context;
use super::written::{Written, cannot_read, cannot_write, capture_name, recorded, refused};
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::counted;
use replay::Report;
use replay::traffic::{TrafficError, TrafficSummary, write};
use std::io::{self, BufWriter};
use std::path::Path;
use store::TracePlace;
use store::runs::Run;

/// The option.
const OPTION: &str = "--pcap";

/// A file of live traffic in the making.
pub(super) struct Traffic(Written);

impl Traffic {
    /// Begins the file that `file` names; `-` is standard output.
    pub(super) fn begin(file: &Path, format: Format) -> Result<Self, Failure> {
        Written::begin(OPTION, file, format).map(Self)
    }

    /// Whether it goes to standard output.
    pub(super) fn is_standard_output(&self) -> bool {
        self.0.is_standard_output()
    }

    /// Writes the live traffic of a run; what is in it, in words, if it is a file.
    pub(super) fn write(
        self,
        place: &TracePlace,
        run: &Run,
        report: &Report,
        context: &Context<'_>,
    ) -> Result<Option<String>, Failure> {
        let capture = capture_name(place);
        let recorded = recorded(place, run, report, &capture);
        let flag = context.interrupt.flag();
        match self.0 {
            Written::StandardOutput => {
                // Past the stream of results, which takes bytes out that would steer a terminal.
                let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
                match write(recorded, &std::env::temp_dir(), &mut out, flag) {
                    // Who reads has seen enough.
                    Err(TrafficError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
                    written => written.map(|_| None).map_err(advise),
                }
            }
            Written::File(path, mut destination) => {
                let folder = destination.folder().to_owned();
                let summary = write(recorded, &folder, &mut destination, flag).map_err(advise)?;
                destination.complete().map_err(|error| refused(OPTION, error))?;
                Ok(Some(in_words(&summary, &path)))
            }
        }
    }
}

fn in_words(summary: &TrafficSummary, file: &Path) -> String {
    let count = |count: u64, noun| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let told = [
        Some(format!(
            "{} on {} in {}",
            count(summary.messages, "message"),
            count(summary.connections, "connection"),
            file.display()
        )),
        (summary.remarks > 0).then(|| format!("{} on what diverged", count(summary.remarks, "comment"))),
        (summary.not_sent > 0).then(|| format!("{} not sent", count(summary.not_sent, "operation"))),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn advise(error: TrafficError) -> Failure {
    match &error {
        TrafficError::Interrupted => Failure::Interrupted(error.to_string()),
        TrafficError::Replayed(replayed) => cannot_read(replayed),
        TrafficError::Write(_) => cannot_write(OPTION, error),
    }
}
