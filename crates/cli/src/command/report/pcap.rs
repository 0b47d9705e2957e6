//! `report RUN --pcap FILE`.

use crate::command::Context;
use crate::failure::{Conclusion, Failure};
use crate::output::{counted, printable};
use replay::traffic::{TrafficError, TrafficSummary, write};
use replay::{Destination, Recorded, ReplayedError, Report};
use std::io::{self, BufWriter, IsTerminal as _};
use std::path::Path;
use store::TracePlace;
use store::runs::Run;

/// Whether a file is named that stands for standard output.
pub(super) fn is_standard_output(file: &Path) -> bool {
    file == Path::new("-")
}

/// Writes the live traffic of a run to standard output, and nothing else.
pub(super) fn to_standard_output(
    place: &TracePlace,
    run: &Run,
    report: &Report,
    context: &Context<'_>,
) -> Result<Conclusion, Failure> {
    if io::stdout().is_terminal() {
        return Err(Failure::new(
            "standard output is a terminal",
            "name a file with --pcap, or pipe it into a program",
        ));
    }
    // Past the stream of results, which takes bytes out that would steer a terminal.
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let sorted_in = std::env::temp_dir();
    let written = write(recorded(place, run, report, &name(place)), &sorted_in, &mut out, context.interrupt.flag());
    written.map(|_| Conclusion::Done).map_err(|error| match error {
        TrafficError::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => Failure::from(error),
        other => advise(other),
    })
}

/// Writes the live traffic of a run to a file; says what is in it.
pub(super) fn to_file(
    place: &TracePlace,
    run: &Run,
    report: &Report,
    file: &Path,
    context: &Context<'_>,
) -> Result<String, Failure> {
    let refused = |error| Failure::new(error, "name another file with --pcap");
    let mut destination = Destination::begin(file).map_err(refused)?;
    let folder = destination.folder().to_owned();
    let flag = context.interrupt.flag();
    let summary = write(recorded(place, run, report, &name(place)), &folder, &mut destination, flag).map_err(advise)?;
    destination.complete().map_err(refused)?;
    Ok(in_words(&summary, file))
}

fn recorded<'a>(place: &'a TracePlace, run: &'a Run, report: &'a Report, capture: &'a str) -> Recorded<'a> {
    Recorded { output: &place.output, run, report, capture }
}

/// How the capture is called in remarks.
fn name(place: &TracePlace) -> String {
    let name = place.trace.file_name().unwrap_or(place.trace.as_os_str());
    printable(&name.to_string_lossy()).into_owned()
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
        TrafficError::Replayed(ReplayedError::Session { .. }) => {
            Failure::new(error, "put the session files back where they were, or ingest the trace and replay again")
        }
        TrafficError::Replayed(_) => Failure::new(error, "replay again"),
        TrafficError::Write(_) => Failure::new(error, "make room there, or name another file with --pcap"),
    }
}
