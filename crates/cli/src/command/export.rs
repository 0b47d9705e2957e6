//! `export`: the files that a capture shows, in a folder.

use super::trace;
use super::{Context, namespace};
use crate::arguments::{ExportArguments, Format, Global};
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output, Progress, counted, size};
use replay::export::{ExportError, ExportOptions, ExportReport, ExportedFile, Hole, export};
use store::Payload;

/// Files with holes, and troubles, that are listed for people; JSON has all.
const MOST_LISTED: usize = 40;
/// Holes that are told of a file.
const MOST_HOLES: usize = 3;

/// Writes the files and tells what they lack.
pub(crate) fn run(arguments: &ExportArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let trace = trace::open(&context, &arguments.trace)?;
    let sessions = trace.named(&context, &arguments.sessions)?;
    if let [only] = sessions.as_slice() {
        context.remember_session(only);
    }
    trace.tell_payload(&context);
    let files: Vec<String> = sessions.iter().map(|session| session.file.clone()).collect();
    let found = namespace::infer(&trace, &files, &context)?;
    context.interrupt.check()?;
    let options = ExportOptions { folder: arguments.files.clone(), before: arguments.before, force: arguments.force };
    let progress = Progress::bytes(context.output.quiet());
    let flag = context.interrupt.flag();
    let report = export(&trace.place.output, &found, &options, flag, &mut |done, total| {
        progress.show("writing", done, total);
    });
    drop(progress);
    let report = report.map_err(|error| match &error {
        ExportError::Folder { .. } => Failure::new(error, "name another folder with --files"),
        ExportError::Read(_) => Failure::new(error, "ingest the trace again with --force"),
    })?;
    match context.output.format() {
        Format::Json => context.output.json(&report)?,
        Format::Csv => context.output.grid(&complete(&report))?,
        Format::Table => for_people(&report, &mut context)?,
    }
    match (report.interrupted, report.errors.is_empty()) {
        (true, _) => Err(Failure::Interrupted("interrupted; the files that were complete stay".to_owned())),
        (false, true) => Ok(Conclusion::Done),
        (false, false) => Ok(Conclusion::Incomplete),
    }
}

fn for_people(report: &ExportReport, context: &mut Context<'_>) -> Result<(), Failure> {
    let incomplete: Vec<&ExportedFile> = report.files.iter().filter(|file| !file.complete).collect();
    if !incomplete.is_empty() {
        let mut grid = Grid::new([
            Column::path("incomplete", 16),
            Column::number("size").dispensable(1),
            Column::number("shown"),
            Column::text("not shown, as zeros").wrapped_to(12),
        ]);
        for file in incomplete.iter().take(MOST_LISTED) {
            let known = if file.size_known { size(file.size) } else { format!("≥ {}", size(file.size)) };
            grid.push([file.exported_as.clone(), known, size(file.shown), holes(&file.holes)]);
        }
        context.output.grid(&grid)?;
        more(incomplete.len(), context)?;
        context.output.line("")?;
    }
    for error in report.errors.iter().take(MOST_LISTED) {
        context.output.paragraph("not written:", &format!("{}: {}", error.path, error.what))?;
    }
    more(report.errors.len(), context)?;
    let count = |count: u64, noun| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let state = if report.before { "before the capture" } else { "at the end of the capture" };
    let told = [
        Some(format!("{} in {}, as {state}", count(report.exported, "file"), report.folder)),
        (report.incomplete > 0).then(|| format!("{} of them incomplete", report.incomplete)),
        (report.not_shown > 0).then(|| match report.payload {
            Payload::Full => format!("of {} more the capture shows no data", report.not_shown),
            _ => format!("of {} more no data is stored", report.not_shown),
        }),
        (!report.errors.is_empty()).then(|| format!("{} could not be written", report.errors.len())),
    ];
    context.output.paragraph("", &told.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn more(count: usize, context: &mut Context<'_>) -> Result<(), Failure> {
    match count.saturating_sub(MOST_LISTED) {
        0 => Ok(()),
        left => context.output.line(&format!("… and {left} more (--format json has all)")),
    }
}

/// `512 B at 0, 1.0 KiB at 4096, …`.
fn holes(holes: &[Hole]) -> String {
    let mut told: Vec<String> =
        holes.iter().take(MOST_HOLES).map(|hole| format!("{} at {}", size(hole.length), hole.offset)).collect();
    if holes.len() > MOST_HOLES {
        told.push(format!("{} more", holes.len().saturating_sub(MOST_HOLES)));
    }
    if told.is_empty() { "its size is not known".to_owned() } else { told.join(", ") }
}

fn complete(report: &ExportReport) -> Grid {
    let names = ["path", "exported_as", "size", "size_known", "shown", "holes", "complete", "deleted", "error"];
    let mut grid = Grid::new(names.map(Column::text));
    for file in &report.files {
        let holes: Vec<String> = file.holes.iter().map(|hole| format!("{}+{}", hole.offset, hole.length)).collect();
        grid.push([
            file.path.clone(),
            file.exported_as.clone(),
            file.size.to_string(),
            file.size_known.to_string(),
            file.shown.to_string(),
            holes.join(" "),
            file.complete.to_string(),
            file.deleted.to_string(),
            String::new(),
        ]);
    }
    for error in &report.errors {
        let mut row: [String; 9] = Default::default();
        [row[0], row[8]] = [error.path.clone(), error.what.clone()];
        grid.push(row);
    }
    grid
}
