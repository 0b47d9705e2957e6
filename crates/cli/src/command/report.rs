//! `report --list`, `report RUN`, `report --merge RUN…` and `report A B`.

mod in_full;
mod merged;
mod two_runs;

use super::written::Files;
use super::{Context, trace};
use crate::arguments::{Format, Global, ReportArguments};
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output};
use replay::Report;
use replay::report::listed::ListedRun;
use serde_json::json;
use store::TracePlace;
use store::runs::{self, Run, RunError};

/// Shows earlier replays of a trace.
pub(crate) fn run(arguments: &ReportArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let place = trace::find(&context, &arguments.trace)?;
    match (&arguments.run, &arguments.other) {
        (Some(a), Some(b)) => {
            let (a, b) = (find(&place, a)?, find(&place, b)?);
            two_runs::run(&place, &a, &b, &mut context)
        }
        (Some(name), None) => {
            let run = find(&place, name)?;
            let report: Report = run.read_report().map_err(|error| Failure::new(error, "replay again"))?;
            show(&place, run, report, arguments, &mut context)
        }
        (None, _) if !arguments.merge.is_empty() => {
            let (run, report) = merged::run(&place, &arguments.merge, &context)?;
            show(&place, run, report, arguments, &mut context)
        }
        (None, _) => list(&place, &mut context),
    }
}

/// The run that the user means; only one that was finished can be shown.
fn find(place: &TracePlace, name: &str) -> Result<Run, Failure> {
    let latest = || runs::list(&place.output).ok().and_then(|runs| runs.into_iter().next_back());
    let found = match (name, latest()) {
        ("last", Some(latest)) => Ok(latest),
        _ => Run::find(&place.output, name),
    };
    let run = found.map_err(|error| match error {
        RunError::Unknown { .. } => {
            Failure::new(format!("{}: {error}", place.trace.display()), "see `smbreplay report --list`")
        }
        other => Failure::plain(other),
    })?;
    if !run.is_complete() {
        let what = format!("{}: the run was not finished, it has no report", run.path().display());
        return Err(Failure::new(what, "replay again"));
    }
    Ok(run)
}

fn show(
    place: &TracePlace,
    run: Run,
    mut report: Report,
    arguments: &ReportArguments,
    context: &mut Context<'_>,
) -> Result<Conclusion, Failure> {
    // The folder may have been moved since.
    report.path = run.path().display().to_string();
    let names = [&arguments.html, &arguments.pcap, &arguments.junit].map(|name| name.as_deref());
    let [html, pcap, junit] = names;
    let files = Files::begin(html, pcap, junit, context.output.format())?;
    let takes_output = files.take_standard_output();
    let told = files.write(place, &run, &report, context)?;
    if takes_output {
        return Ok(Conclusion::Done);
    }
    context.output.page()?;
    context.output.report(&report)?;
    if context.output.format() == Format::Table {
        told.iter().try_for_each(|(heading, words)| context.output.paragraph(heading, words))?;
        in_full::write(place, &run, &report, context)?;
    }
    Ok(Conclusion::Done)
}

fn list(place: &TracePlace, context: &mut Context<'_>) -> Result<Conclusion, Failure> {
    let runs = runs::list(&place.output).map_err(Failure::plain)?;
    let reports: Vec<(&Run, Option<Report>)> = runs.iter().map(|run| (run, run.read_report().ok())).collect();
    match context.output.format() {
        Format::Json => {
            let documents: Vec<ListedRun> =
                reports.iter().map(|(run, report)| ListedRun::of(run, report.as_ref())).collect();
            let total = documents.len();
            context.output.json(&json!({ "capture_path": place.trace, "total": total, "runs": documents }))?;
        }
        Format::Table if reports.is_empty() => {
            context.output.line(&format!("{}: not replayed yet", place.trace.display()))?;
        }
        format => {
            let shards = reports.iter().filter_map(|(_, report)| report.as_ref()?.shard_count());
            let mut grid = grid(&reports);
            if format == Format::Table && shards.count() == 0 {
                grid.remove_column(1);
            }
            context.output.grid(&grid)?;
        }
    }
    Ok(Conclusion::Done)
}

/// Which shard a run was of, or how many it was made of.
fn of_shard(report: &Report) -> String {
    match (&report.shard, report.shards.len()) {
        (Some(shard), _) => format!("{}/{}", shard.index, shard.count),
        (None, 0) => String::new(),
        (None, merged) if report.missing_shards.is_empty() => format!("{merged} merged"),
        (None, merged) => format!("{merged} of {} merged", merged.saturating_add(report.missing_shards.len())),
    }
}

fn grid(reports: &[(&Run, Option<Report>)]) -> Grid {
    let mut grid = Grid::new([
        Column::text("run"),
        Column::text("shard").dispensable(4),
        Column::text("server").cut_to(12).dispensable(1),
        Column::number("sessions").dispensable(2),
        Column::number("operations"),
        Column::number("match"),
        Column::number("diverged"),
        Column::number("skipped"),
        Column::text("state").dispensable(3),
    ]);
    for (run, report) in reports {
        let count =
            |pick: fn(&Report) -> u64| report.as_ref().map(|report| pick(report).to_string()).unwrap_or_default();
        let server = report.as_ref().map(|report| format!("{}:{}", report.target.server, report.target.port));
        let state = match report {
            Some(report) if report.interrupted => "interrupted",
            Some(_) => "complete",
            None => "not finished",
        };
        grid.push([
            run.name().to_owned(),
            report.as_ref().map(of_shard).unwrap_or_default(),
            server.unwrap_or_default(),
            report.as_ref().map(|report| report.sessions.len().to_string()).unwrap_or_default(),
            count(|report| report.total_operations),
            count(|report| report.matched),
            count(Report::diverged),
            count(|report| report.skipped),
            state.to_owned(),
        ]);
    }
    grid
}
