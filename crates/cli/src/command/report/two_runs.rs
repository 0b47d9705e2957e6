//! `report A B`.

use crate::arguments::Format;
use crate::command::Context;
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, counted};
use replay::TwoRuns;
use replay::report::FieldDifference;
use replay::two_runs::{Change, Direction, Side, TwoRunsError};
use store::TracePlace;
use store::runs::Run;

/// Shows how the run `b` differs from the run `a`.
pub(super) fn run(place: &TracePlace, a: &Run, b: &Run, context: &mut Context<'_>) -> Result<Conclusion, Failure> {
    let found = TwoRuns::compare(&place.output, a, b, context.interrupt.flag()).map_err(|error| match error {
        TwoRunsError::Interrupted => Failure::Interrupted(error.to_string()),
        TwoRunsError::NothingInCommon { .. } => Failure::new(error, "name two runs of the same sessions"),
        other => Failure::new(other, "replay again"),
    })?;
    let printed = match context.output.format() {
        Format::Json => context.output.json(&found),
        Format::Csv => context.output.grid(&changes(&found, "")),
        Format::Table => for_people(&found, context),
    };
    match printed {
        // Whether they are the same does not depend on who reads it.
        Ok(()) | Err(Failure::OutputClosed) => {}
        Err(failure) => return Err(failure),
    }
    Ok(if found.are_the_same() { Conclusion::Done } else { Conclusion::Diverged })
}

fn for_people(found: &TwoRuns, context: &mut Context<'_>) -> Result<(), Failure> {
    let output = &mut *context.output;
    output.page()?;
    output.grid(&sides(found))?;
    output.line("")?;
    if !found.changes.is_empty() {
        output.grid(&changes(found, "STATUS_"))?;
        output.line("")?;
    }
    if found.changes.iter().any(|change| !change.fields.is_empty()) {
        output.grid(&fields(found))?;
        output.line("")?;
    }
    for (only, side) in [(found.only_in_a, &found.a), (found.only_in_b, &found.b)] {
        if only > 0 {
            output.paragraph("", &format!("only in {}: {}", side.run, operations(only)))?;
        }
    }
    output.paragraph("", &conclusion(found))
}

fn operations(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "operation")
}

fn conclusion(found: &TwoRuns) -> String {
    let differ = found.compared.saturating_sub(found.same);
    if differ == 0 {
        return format!("all {} that are in both are the same", operations(found.compared));
    }
    let sum = |direction: Direction| {
        let of = found.changes.iter().filter(|change| change.direction == direction);
        of.map(|change| change.count).fold(0, u64::saturating_add)
    };
    let parts = [
        (sum(Direction::Worse), "got worse"),
        (sum(Direction::Better), "got better"),
        (sum(Direction::Different), "differ otherwise"),
        (found.explained, "differ because of earlier ones"),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    format!("{differ} of {} differ: {}", operations(found.compared), parts.join(", "))
}

/// The two runs beside each other.
fn sides(found: &TwoRuns) -> Grid {
    let mut grid = Grid::new([Column::text(""), Column::text("a").wrapped_to(12), Column::text("b").wrapped_to(12)]);
    let mut push = |what: &str, of: fn(&Side) -> String| grid.push([what.to_owned(), of(&found.a), of(&found.b)]);
    push("run", |side| side.run.clone());
    push("server", |side| format!("{}:{}", side.target.server, side.target.port));
    push("share", |side| side.target.share.clone());
    push("operations", |side| side.total_operations.to_string());
    push("match", |side| side.matched.to_string());
    push("diverged", |side| side.diverged.to_string());
    push("skipped", |side| side.skipped.to_string());
    push("not compared", |side| side.not_compared.to_string());
    push("latency p50, ms", |side| format!("{:.2}", side.latency_ms.live.p50));
    push("latency p99, ms", |side| format!("{:.2}", side.latency_ms.live.p99));
    push("latency max, ms", |side| format!("{:.2}", side.latency_ms.live.max));
    push("took, s", |side| format!("{:.1}", side.elapsed));
    grid
}

/// What changed; names of statuses lose `prefix`, which they all have.
fn changes(found: &TwoRuns, prefix: &str) -> Grid {
    let mut grid = Grid::new([
        Column::text("b_is"),
        Column::text("command"),
        Column::text("captured_status").cut_to(12).dispensable(1),
        Column::text("a").cut_to(12),
        Column::text("b").cut_to(12),
        Column::number("count"),
        Column::number("first_frame").dispensable(3),
        Column::path("path", 16).dispensable(2),
    ]);
    let short = |status: &str| status.strip_prefix(prefix).unwrap_or(status).to_owned();
    for change in &found.changes {
        grid.push([
            direction(change).to_owned(),
            change.command.clone(),
            short(&change.captured_status),
            short(&change.a),
            short(&change.b),
            change.count.to_string(),
            change.first_frame.map(|frame| frame.to_string()).unwrap_or_default(),
            change.path.clone().unwrap_or_default(),
        ]);
    }
    grid
}

fn direction(change: &Change) -> &'static str {
    match change.direction {
        Direction::Worse => "worse",
        Direction::Better => "better",
        Direction::Different => "different",
    }
}

/// What differs in the first operation of each group, as captured and in the run where it does; a run that is not told of has the
/// captured value, or differs otherwise in a further line.
fn fields(found: &TwoRuns) -> Grid {
    let mut grid = Grid::new([
        Column::text("command"),
        Column::number("first_frame").dispensable(1),
        Column::text("field"),
        Column::text("captured").wrapped_to(12),
        Column::text("a").wrapped_to(12),
        Column::text("b").wrapped_to(12),
    ]);
    for change in &found.changes {
        let only = |of: &[FieldDifference], other: &[FieldDifference], field: &str| -> Vec<FieldDifference> {
            let of = of.iter().filter(|found| found.field == field && !other.contains(found));
            of.cloned().collect()
        };
        let frame = change.first_frame.map(|frame| frame.to_string()).unwrap_or_default();
        for field in &change.fields {
            let in_a = only(&change.a_differences, &change.b_differences, field);
            let in_b = only(&change.b_differences, &change.a_differences, field);
            let mut line = |captured: &str, a: &str, b: &str| {
                grid.push([&change.command, &frame, field, captured, a, b].map(str::to_owned));
            };
            match (in_a.as_slice(), in_b.as_slice()) {
                ([a], [b]) if a.captured == b.captured => line(&a.captured, &a.live, &b.live),
                (in_a, in_b) => {
                    in_a.iter().for_each(|found| line(&found.captured, &found.live, &found.captured));
                    in_b.iter().for_each(|found| line(&found.captured, &found.captured, &found.live));
                }
            }
        }
    }
    grid
}
