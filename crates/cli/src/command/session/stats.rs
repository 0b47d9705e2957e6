//! `session ID --stats`: what the operations of a session, or of all of a trace, add up to.

mod tables;

use crate::arguments::{FilesBy, Format, SessionArguments};
use crate::command::Context;
use crate::command::trace::Trace;
use crate::failure::{Conclusion, Failure};
use crate::output::{counted, duration, instant};
use analysis::statistics::{self, Document, FileOrder, Statistics, Tally};
use replay::FileFilter;
use store::SessionFile;
use store::metadata::Session;

/// Writes what the operations of `sessions` that `filter` accepts add up to.
pub(super) fn run(
    trace: &Trace,
    sessions: &[&Session],
    arguments: &SessionArguments,
    filter: Option<&FileFilter>,
    context: &mut Context<'_>,
) -> Result<Conclusion, Failure> {
    let accepts = |path: &str| filter.is_none_or(|filter| filter.accepts(path));
    let mut tally = Tally::new(arguments.top);
    if filter.is_some() {
        tally = tally.of_paths(&accepts);
    }
    for session in sessions {
        count(trace, session, &mut tally, context)?;
    }
    let statistics = tally.finish(match arguments.files_by {
        FilesBy::Bytes => FileOrder::Bytes,
        FilesBy::Operations => FileOrder::Operations,
    });
    match context.output.format() {
        Format::Json => {
            let sessions = sessions.iter().map(|session| session.session_id).collect();
            context.output.json(&Document { sessions, statistics })?;
        }
        Format::Csv => context.output.grid(&tables::commands_for_programs(&statistics))?,
        Format::Table if statistics.operations == 0 && filter.is_some() => {
            context.output.line("no operation has such a path")?;
        }
        Format::Table => for_people(&statistics, arguments.top, context)?,
    }
    Ok(Conclusion::Done)
}

fn count(trace: &Trace, session: &Session, tally: &mut Tally<'_>, context: &mut Context<'_>) -> Result<(), Failure> {
    let path = trace.place.output.session_file(&session.file);
    let advice = "ingest the trace again with --force";
    let file = SessionFile::open(&path).map_err(|error| match &error {
        store::ReadError::Io { .. } => Failure::new(error, advice),
        _ => Failure::plain(error),
    })?;
    for batch in file.batches(statistics::COLUMNS) {
        context.interrupt.check()?;
        let batch = batch.map_err(Failure::plain)?;
        tally.add(&batch).map_err(|error| Failure::new(format!("{}: {error}", path.display()), advice))?;
    }
    Ok(())
}

fn for_people(statistics: &Statistics, top: usize, context: &mut Context<'_>) -> Result<(), Failure> {
    context.output.page()?;
    context.output.paragraph("", &summary(statistics))?;
    let sections = [
        ("response times by command".to_owned(), tables::commands(statistics)),
        ("final statuses".to_owned(), tables::statuses(statistics)),
        (files_heading(statistics), tables::files(statistics)),
        (format!("slowest operations (top {top})"), tables::slowest(statistics)),
        (format!("longest idle times (top {top})"), tables::gaps(statistics)),
        (
            "service response times, as tshark -z smb2,srt; seconds".to_owned(),
            tables::service_response_times(statistics),
        ),
    ];
    for (heading, grid) in sections {
        if !grid.rows.is_empty() {
            context.output.heading(&heading)?;
            context.output.grid(&grid)?;
        }
    }
    let above = statistics.gaps.known_above_ns;
    if above > 0 {
        let words = format!("there may be more idle times of {} and less: not all were kept", duration(above));
        context.output.paragraph("", &words)?;
    }
    Ok(())
}

fn files_heading(statistics: &Statistics) -> String {
    let by = match statistics.files.order {
        FileOrder::Bytes => "bytes",
        FileOrder::Operations => "operations",
    };
    format!("files by {by} (top {})", statistics.files.top.len())
}

/// How many operations in which time, and what is not known of them.
fn summary(statistics: &Statistics) -> String {
    let count = |count: u64, noun| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let mut words = count(statistics.operations, "operation");
    if let (Some(first), Some(last)) = (statistics.first_time, statistics.last_time) {
        let span = duration(last.0.0.abs_diff(first.0.0));
        words.push_str(&format!(" in {span} from {} on", instant(first.0.0)));
    }
    let missing = &statistics.missing;
    for (number, what) in [
        (missing.no_response, "without a captured answer"),
        (missing.no_request, "without a captured request"),
        (missing.no_response_time, "without a response time"),
        (statistics.notifications, "sent by the server unasked"),
        (statistics.encrypted, "encrypted without a key"),
        (statistics.statuses.other, "with a status beyond those that are listed"),
    ] {
        if number > 0 {
            words.push_str(&format!(", {number} {what}"));
        }
    }
    words
}
