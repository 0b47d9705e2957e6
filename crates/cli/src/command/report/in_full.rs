//! `report RUN`: the first operation of each group of root divergences in full.

use crate::command::Context;
use crate::command::written::{cannot_read, capture_name, recorded};
use crate::failure::Failure;
use crate::output::{Output, Pair, counted, printable, with_visible_ends};
use clap::builder::styling::{AnsiColor, Style};
use replay::Report;
use replay::in_full::{Bounds, Cell, First, InFull, InFullError, Marked, Meaning, Messages, firsts};
use replay::report::Root;
use store::TracePlace;
use store::runs::{Difference, Run};

/// Groups that are shown, and lines of all their messages.
const BOUNDS: Bounds = Bounds { groups: 20, lines: 30_000 };
/// Groups that a page of `--html` shows.
const ON_A_PAGE: usize = 100;
const COUNTS: Style = AnsiColor::Red.on_default();
const DIFFERS: Style = AnsiColor::Yellow.on_default();
const WRITTEN: Style = AnsiColor::Cyan.on_default();
const LACKS: Style = Style::new().dimmed();

/// Writes what diverged first in each group. Where that cannot be read, the report has been shown, and a warning says why this
/// has not.
pub(super) fn write(place: &TracePlace, run: &Run, report: &Report, context: &mut Context<'_>) -> Result<(), Failure> {
    if report.roots.is_empty() {
        return Ok(());
    }
    let capture = capture_name(place);
    let found = match firsts(recorded(place, run, report, &capture), BOUNDS, context.interrupt.flag()) {
        Ok(found) => found,
        Err(error @ InFullError::Interrupted) => return Err(Failure::Interrupted(error.to_string())),
        Err(InFullError::Replayed(error)) => {
            // A pager has the terminal until it has ended.
            context.output.flush()?;
            context.warn(&format!("what diverged cannot be shown in full: {}", cannot_read(&error)));
            return Ok(());
        }
    };
    let shown = report.roots.iter().zip(&found).take(BOUNDS.groups);
    let output = &mut *context.output;
    legend(output)?;
    for (number, (root, first)) in (1_usize..).zip(shown) {
        context.interrupt.check()?;
        group(number, root, first, output)?;
    }
    let more = report.roots.len().saturating_sub(BOUNDS.groups);
    if more > 0 {
        let words = format!(
            "{} not shown in full: `smbreplay report {} --html FILE` has up to {ON_A_PAGE}",
            counted(more, "more group"),
            report.run
        );
        output.line("")?;
        output.paragraph("", &words)?;
    }
    Ok(())
}

/// What the marks mean, on as few lines as fit.
fn legend(output: &mut Output) -> Result<(), Failure> {
    let marks = [
        ("≠", COUNTS, "differs, and counts"),
        ("~", DIFFERS, "differs, is not compared"),
        ("→", WRITTEN, "written by the replay"),
        ("?", LACKS, "not captured"),
        ("-", Style::new(), "not there"),
    ];
    output.line("")?;
    output.paragraph("", "the first operation of each group in full, field by field:")?;
    output.items(&marks.map(|(mark, style, words)| (style, format!("{mark} {words}"))))
}

fn group(number: usize, root: &Root, first: &First, output: &mut Output) -> Result<(), Failure> {
    output.heading(&printable(&heading(number, root)))?;
    match first {
        First::InFull(operation) => in_full(operation, output),
        First::Beyond => output.paragraph("", "not shown, because there is too much of it: --html FILE may have it"),
        First::NotFound => output.paragraph("", "not shown: it is about no captured operation of the sessions"),
    }
}

/// `1. READ: SUCCESS → ACCESS_DENIED, 3 operations, the first in frame 97: letters\offer.txt`.
fn heading(number: usize, root: &Root) -> String {
    let short = |status: &str| status.strip_prefix("STATUS_").unwrap_or(status).to_owned();
    let (captured, live) = (short(&root.captured_status), short(&root.live_status));
    let change = match root.fields.as_slice() {
        [field] if captured == live => format!("{captured}, but {field} differs"),
        [_, ..] if captured == live => format!("{captured}, but {} differ", root.fields.join(", ")),
        _ => format!("{captured} → {live}"),
    };
    let count = counted(usize::try_from(root.count).unwrap_or(usize::MAX), "operation");
    let which = if root.count == 1 { "" } else { "the first " };
    let frame = root.first_frame.map(|frame| format!(", {which}in frame {frame}")).unwrap_or_default();
    let path = root.path.as_deref().filter(|path| !path.is_empty()).map(|path| format!(": {path}"));
    format!("{number}. {}: {change}, {count}{frame}{}", root.command, path.unwrap_or_default())
}

fn in_full(operation: &InFull, output: &mut Output) -> Result<(), Failure> {
    output.folded(Style::new(), &outcome(operation))?;
    message("Response", &operation.response, &operation.unplaced, output)?;
    message("Request", &operation.request, &[], output)
}

/// Which operation it is, and what the replay says of it.
fn outcome(operation: &InFull) -> String {
    let row = &operation.operation.live;
    let parts = [
        row.op.map(|op| format!("operation {op}")),
        operation.session().map(|session| format!("session {session}")),
        row.connection.map(|connection| format!("captured connection {connection}")),
        row.live_connection.map(|connection| format!("live connection {connection}")),
        (row.clone > 0).then(|| format!("clone {}", row.clone)),
    ];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let detail = row.detail.as_deref().map(|detail| format!(": {detail}"));
    format!("{parts}{}", detail.unwrap_or_default())
}

/// A captured and a live message; `unplaced` differences, which none of its fields shows, stand above its fields.
fn message(kind: &str, messages: &Messages, unplaced: &[Difference], output: &mut Output) -> Result<(), Failure> {
    let length = |side: &str, length: Option<usize>| match length {
        Some(length) => format!("{length} bytes {side}"),
        None => format!("none {side}"),
    };
    let captured = length("captured", messages.captured.as_ref().map(|dump| dump.length));
    let live = length("live", messages.live.as_ref().map(|dump| dump.length));
    let name = if messages.name.is_empty() { String::new() } else { format!("{}, ", messages.name) };
    output.line("")?;
    output.folded(Style::new().bold(), &format!("{kind}: {name}{captured}, {live}"))?;
    let pairs: Vec<Pair> = unplaced.iter().map(of_difference).chain(pairs(&messages.lines)).collect();
    if !pairs.is_empty() {
        output.side_by_side(&pairs)?;
    }
    if messages.left_out > 0 {
        output.paragraph("", &format!("{} not shown", counted(messages.left_out, "more field")))?;
    }
    Ok(())
}

fn of_difference(difference: &Difference) -> Pair {
    let text = |text: &str| with_visible_ends(&printable(text)).into_owned();
    Pair {
        mark: "≠",
        style: COUNTS,
        depth: 0,
        name: text(&difference.field),
        captured: text(&difference.captured),
        live: text(&difference.live),
        is_whole: true,
    }
}

fn pairs(lines: &[Marked]) -> impl Iterator<Item = Pair> {
    let next_depths = lines.iter().skip(1).map(|next| next.line.depth).chain([0]);
    lines.iter().zip(next_depths).map(|(marked, next_depth)| pair(marked, next_depth > marked.line.depth))
}

/// A field; where a structure is on both sides, its parts have marks of their own.
fn pair(Marked { line, meaning }: &Marked, has_parts: bool) -> Pair {
    let parts_tell = has_parts && line.captured.is_some() && line.live.is_some();
    let (mark, style) = match meaning {
        Meaning::Counts => ("≠", COUNTS),
        Meaning::Same => ("", Style::new()),
        Meaning::Differs | Meaning::Patched(_) | Meaning::NotCaptured if parts_tell => ("", Style::new()),
        Meaning::Differs => ("~", DIFFERS),
        Meaning::Patched(_) => ("→", WRITTEN),
        Meaning::NotCaptured => ("?", LACKS),
    };
    let value = |cell: Option<&Cell>| match cell {
        Some(cell) if mark.is_empty() => printable(&cell.value).into_owned(),
        Some(cell) => with_visible_ends(&printable(&cell.value)).into_owned(),
        None => "-".to_owned(),
    };
    let (captured, mut live) = (value(line.captured.as_ref()), value(line.live.as_ref()));
    if let Meaning::Patched(what) = meaning
        && !mark.is_empty()
        && *what != line.name
    {
        live.push_str(&format!(" [{}]", printable(what)));
    }
    let is_whole = !mark.is_empty() && *meaning != Meaning::NotCaptured;
    Pair { mark, style, depth: line.depth, name: printable(&line.name).into_owned(), captured, live, is_whole }
}
