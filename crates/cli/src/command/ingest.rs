//! `ingest`: captures become sessions.

use super::{Context, trace};
use crate::arguments::{Format, Global, IngestArguments, TraceSelection};
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output, Progress, counted, duration, size};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use store::ingest::{IngestError, IngestReport, IngestRequest, Phase};
use store::layout::session_file_name;
use store::{Key, TracePlace};

/// Ingests each capture; one that fails does not keep the others from being read.
pub(crate) fn run(arguments: &IngestArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let mut reports = Vec::new();
    let mut failed: Option<Failure> = None;
    for selection in selections(arguments) {
        let ingested = trace::find(&context, &selection).and_then(|place| ingest(place, arguments.force, &context));
        match ingested {
            Ok(report) => reports.push(report),
            Err(interrupted @ Failure::Interrupted(_)) => return Err(interrupted),
            Err(failure) => {
                if let Some(earlier) = failed.replace(failure) {
                    earlier.tell();
                }
            }
        }
    }
    print(&reports, &mut context)?;
    failed.map_or(Ok(Conclusion::Done), Err)
}

/// What the arguments name. A FILE is looked for where the shell that completed it was, then in the case.
fn selections(arguments: &IngestArguments) -> Vec<TraceSelection> {
    let case = &arguments.case;
    if arguments.files.is_empty() {
        return vec![TraceSelection { case: case.clone(), trace: arguments.trace.clone() }];
    }
    let here = |file: &Path| std::path::absolute(file).ok().filter(|path| case.is_none() && path.exists());
    arguments
        .files
        .iter()
        .map(|file| TraceSelection { case: case.clone(), trace: Some(here(file).unwrap_or_else(|| file.clone())) })
        .collect()
}

fn ingest(place: TracePlace, force: bool, context: &Context<'_>) -> Result<IngestReport, Failure> {
    let name = place.trace.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let trace = place.trace.display().to_string();
    let request = IngestRequest { force, ..IngestRequest::new(place) };
    let progress = Progress::bytes(context.output.quiet());
    let mut show = |now: store::IngestProgress| {
        let doing = match now.phase {
            Phase::Hashing => "hashing",
            Phase::Reading => "reading",
            Phase::Writing => "writing",
        };
        progress.show(&format!("{doing} {name}"), now.bytes_read, now.bytes_total);
    };
    let report = store::ingest(&request, &mut show, context.interrupt.flag());
    drop(progress);
    let report = report.map_err(|error| match &error {
        IngestError::Interrupted => Failure::Interrupted(format!("{trace}: {error}")),
        IngestError::Unreadable { .. } => Failure::new(error, "check that it is a file and that you may read it"),
        _ => Failure::plain(error),
    })?;
    for warning in &report.warnings {
        context.warn(&format!("{name}: {warning}"));
    }
    remember(&report, &name, context);
    Ok(report)
}

/// Makes the trace the one later commands use. The session used last belonged to another trace, if the trace changes.
fn remember(report: &IngestReport, name: &str, context: &Context<'_>) {
    let same = context.config.capture_path().is_some_and(|last| last == Path::new(&report.trace));
    let mut values = vec![(Key::CapturePath, report.trace.as_str()), (Key::TraceName, name)];
    if !same {
        values.push((Key::SessionId, ""));
    }
    context.remember(&values);
}

fn print(reports: &[IngestReport], context: &mut Context<'_>) -> Result<(), Failure> {
    match (context.output.format(), reports) {
        (_, []) => Ok(()),
        (Format::Json, [only]) => context.output.json(only),
        (Format::Json, several) => context.output.json(&json!({ "total": several.len(), "traces": several })),
        (Format::Csv, several) => context.output.grid(&grid(several)),
        (Format::Table, several) => several.iter().try_for_each(|report| tell(report, context.output)),
    }
}

fn tell(report: &IngestReport, output: &mut Output) -> Result<(), Failure> {
    let took = if report.unchanged {
        "unchanged since it was ingested, `--force` reads it again".to_owned()
    } else {
        format!("took {}", seconds(report.processing_time))
    };
    let none = session_file_name(0, 1);
    let sessions = counted(report.sessions.iter().filter(|file| **file != none).count(), "session");
    let (packets, bytes, messages) = (report.packets, size(report.bytes), report.smb2_messages);
    let found = format!("{sessions}, {messages} SMB2 messages in {packets} packets ({bytes}); {took}");
    output.paragraph(&format!("{}:", report.trace), &found)?;
    let dropped: Vec<_> = report.dropped.iter().filter(|(_, count)| **count > 0).collect();
    if !dropped.is_empty() {
        let mut grid = Grid::new([Column::text("lost,_repaired_or_set_aside").cut_to(20), Column::number("count")]);
        for (what, count) in dropped {
            grid.push([what.replace('_', " "), count.to_string()]);
        }
        output.line("")?;
        output.grid(&grid)?;
        output.line("")?;
    }
    output.line("see them with `smbreplay session --list`")
}

fn seconds(seconds: f64) -> String {
    duration(Duration::try_from_secs_f64(seconds).map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))
}

fn grid(reports: &[IngestReport]) -> Grid {
    let columns =
        ["trace", "case_id", "output_dir", "packets", "bytes", "smb2_messages", "session_count", "processing_time"];
    let mut grid = Grid::new(columns.map(Column::text));
    for report in reports {
        grid.push([
            report.trace.clone(),
            report.case_id.clone().unwrap_or_default(),
            report.output_dir.clone(),
            report.packets.to_string(),
            report.bytes.to_string(),
            report.smb2_messages.to_string(),
            report.session_count.to_string(),
            report.processing_time.to_string(),
        ]);
    }
    grid
}
