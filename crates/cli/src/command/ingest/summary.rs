//! What is told of an ingest.

use crate::arguments::Format;
use crate::command::Context;
use crate::failure::Failure;
use crate::output::{Column, Grid, Output, counted, duration, size};
use analysis::counters::{self, Meaning};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use store::ingest::IngestReport;
use store::layout::{STANDARD_INPUT, session_file_name};

/// Prints what became of the traces; for one trace, its JSON is the document.
pub(super) fn print(reports: &[IngestReport], context: &mut Context<'_>) -> Result<(), Failure> {
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
    let read = report.files.iter().filter(|file| file.left_out.is_none()).count();
    let files = match report.files.len() {
        0 | 1 => String::new(),
        several if several == read => format!("{several} files read as one trace, "),
        several => format!("{read} of {several} files read as one trace, "),
    };
    let found = format!("{files}{sessions}, {messages} SMB2 messages in {packets} packets ({bytes}); {took}");
    output.paragraph(&format!("{}:", report.trace), &found)?;
    if !report.changes.is_empty() {
        output.paragraph("since it was ingested before:", &report.changes.join("; "))?;
    }
    if let Some(what) = report.payload.left_out() {
        output.line(what)?;
    }
    tell_counters(report, output)?;
    damages(report, output)?;
    output.line("")?;
    output.line("see them with `smbreplay session --list`")
}

/// Every counter that is not zero.
fn tell_counters(report: &IngestReport, output: &mut Output) -> Result<(), Failure> {
    let all = counters::merged(&report.counters, &report.dropped);
    for meaning in Meaning::ALL {
        let mut grid = Grid::new([Column::text(meaning.heading()).cut_to(20), Column::number("count")]);
        for counter in counters::told(&all, meaning) {
            grid.push([counter.meaning, counter.count.to_string()]);
        }
        table(&grid, output)?;
    }
    Ok(())
}

/// Where files are cut or damaged.
fn damages(report: &IngestReport, output: &mut Output) -> Result<(), Failure> {
    let mut grid = Grid::new([
        Column::path("damaged_file", 12),
        Column::number("at_byte"),
        Column::text("what").wrapped_to(16),
        Column::number("bytes_skipped"),
    ]);
    for file in &report.files {
        let name = match Path::new(&file.path).file_name() {
            Some(name) if file.path != STANDARD_INPUT => name.to_string_lossy().into_owned(),
            _ => "standard input".to_owned(),
        };
        for damage in &file.damages {
            grid.push([name.clone(), damage.offset.to_string(), damage.reason.clone(), damage.skipped.to_string()]);
        }
        let listed = u64::try_from(file.damages.len()).unwrap_or(u64::MAX);
        match file.damaged_places.saturating_sub(listed) {
            0 => {}
            more => grid.push([name, "…".to_owned(), format!("{more} more places"), String::new()]),
        }
    }
    table(&grid, output)
}

fn table(grid: &Grid, output: &mut Output) -> Result<(), Failure> {
    if grid.rows.is_empty() {
        return Ok(());
    }
    output.line("")?;
    output.grid(grid)
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
