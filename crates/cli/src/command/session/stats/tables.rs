//! The tables of `session --stats`.

use crate::output::{Column, Grid, duration, instant, size};
use analysis::statistics::{CommandTotals, Place, ResponseTimes, Statistics, Sums};
use smb2::Command;

/// What is counted of a command, and a time of it.
type Count = fn(&CommandTotals) -> u64;
type Time = fn(&ResponseTimes) -> u64;

/// Response times and counts of each command. Columns in which nothing is counted are left out.
pub(super) fn commands(statistics: &Statistics) -> Grid {
    let all: [(Column, Count); 7] = [
        (Column::number("warnings").dispensable(5), |command| command.warnings),
        (Column::number("errors"), |command| command.errors),
        (Column::number("no answer").dispensable(8), |command| command.missing.no_response),
        (Column::number("no request").dispensable(7), |command| command.missing.no_request),
        (Column::number("no time").dispensable(6), |command| command.missing.no_response_time),
        (Column::number("pending").dispensable(2), |command| command.interim),
        (Column::number("unasked").dispensable(2), |command| command.notifications),
    ];
    let counts: Vec<_> = all.into_iter().filter(|(_, of)| statistics.commands.iter().any(|row| of(row) > 0)).collect();
    let before = [Column::text("command"), Column::number("operations")];
    let behind = [
        Column::number("bytes").dispensable(4),
        Column::number("min").dispensable(3),
        Column::number("p50"),
        Column::number("p99"),
        Column::number("max"),
        Column::number("mean").dispensable(3),
        Column::number("sum").dispensable(4),
    ];
    let mut grid = Grid::new(before.into_iter().chain(counts.iter().map(|(column, _)| column.clone())).chain(behind));
    for row in &statistics.commands {
        let time = |of: Time| row.response_time.as_ref().map(|times| duration(of(times)));
        let mut cells = vec![row.command.to_owned(), row.operations.to_string()];
        cells.extend(counts.iter().map(|(_, of)| some(of(row))));
        cells.push(if row.bytes > 0 { size(row.bytes) } else { String::new() });
        let times: [Time; 6] = [
            |times| times.min_ns,
            |times| times.p50_ns,
            |times| times.p99_ns,
            |times| times.max_ns,
            |times| times.mean_ns,
            |times| times.sum_ns,
        ];
        cells.extend(times.map(|of| time(of).unwrap_or_default()));
        grid.rows.push(cells);
    }
    grid
}

/// The same with everything, times in nanoseconds.
pub(super) fn commands_for_programs(statistics: &Statistics) -> Grid {
    let columns = [
        "command",
        "operations",
        "successes",
        "warnings",
        "errors",
        "interim",
        "notifications",
        "no_response",
        "no_request",
        "no_response_time",
        "bytes",
        "count",
        "min_ns",
        "p50_ns",
        "p99_ns",
        "max_ns",
        "mean_ns",
        "sum_ns",
    ];
    let mut grid = Grid::new(columns.map(Column::text));
    for row in &statistics.commands {
        let counts = [
            row.operations,
            row.successes,
            row.warnings,
            row.errors,
            row.interim,
            row.notifications,
            row.missing.no_response,
            row.missing.no_request,
            row.missing.no_response_time,
            row.bytes,
            row.response_time.map_or(0, |times| times.count),
        ];
        let times = row.response_time.map(|times| {
            [times.min_ns, times.p50_ns, times.p99_ns, times.max_ns, times.mean_ns, times.sum_ns]
                .map(|time| time.to_string())
        });
        let cells = std::iter::once(row.command.to_owned()).chain(counts.map(|count| count.to_string()));
        grid.rows.push(cells.chain(times.unwrap_or_default()).collect());
    }
    grid
}

/// How often each final status was answered.
pub(super) fn statuses(statistics: &Statistics) -> Grid {
    let mut grid = Grid::new([
        Column::text("status").cut_to(24),
        Column::text("is").dispensable(2),
        Column::number("operations"),
        Column::number("first frame").dispensable(1),
        Column::text("of").cut_to(16).dispensable(3),
    ]);
    for status in &statistics.statuses.each {
        let mut commands: Vec<_> = status.commands.iter().collect();
        commands.sort_by(|a, b| b.1.cmp(a.1));
        let commands: Vec<String> = commands.iter().map(|(command, count)| format!("{command} {count}")).collect();
        grid.push([
            status.name.trim_start_matches("STATUS_").to_owned(),
            status.outcome.to_owned(),
            status.count.to_string(),
            frame(status.first_frame),
            commands.join(", "),
        ]);
    }
    grid
}

/// What was done to the first files, to the others, and to none.
pub(super) fn files(statistics: &Statistics) -> Grid {
    let mut grid = Grid::new([
        Column::path("path", 24),
        Column::text("share").cut_to(8).dispensable(2),
        Column::number("operations"),
        Column::number("errors").dispensable(6),
        Column::number("opens").dispensable(3),
        Column::number("reads").dispensable(4),
        Column::number("writes").dispensable(4),
        Column::number("read"),
        Column::number("written"),
        Column::number("time").dispensable(5),
    ]);
    let mut push = |path: String, share: &str, sums: &Sums| {
        if sums.operations > 0 {
            grid.push([
                path,
                share.to_owned(),
                sums.operations.to_string(),
                some(sums.errors),
                some(sums.opens),
                some(sums.reads),
                some(sums.writes),
                if sums.reads > 0 { size(sums.bytes_read) } else { String::new() },
                if sums.writes > 0 { size(sums.bytes_written) } else { String::new() },
                duration(sums.response_time_ns),
            ]);
        }
    };
    let files = &statistics.files;
    for file in &files.top {
        let share = file.share.as_deref().unwrap_or_default();
        let path = if file.path.is_empty() { "\\".to_owned() } else { file.path.clone() };
        push(path, share.rsplit('\\').next().unwrap_or_default(), &file.sums);
    }
    push(format!("({} others)", files.rest_files), "", &files.rest);
    push("(more files than are told apart)".to_owned(), "", &files.beyond);
    push("(no path)".to_owned(), "", &files.without_path);
    grid
}

/// The operations that took longest.
pub(super) fn slowest(statistics: &Statistics) -> Grid {
    let mut grid = Grid::new([
        Column::number("latency"),
        Column::number("op").dispensable(2),
        Column::number("frame"),
        Column::number("answer").dispensable(1),
        Column::text("command"),
        Column::text("status").cut_to(14),
        Column::path("path", 16),
    ]);
    for slow in &statistics.slowest {
        grid.push([
            duration(slow.latency_ns),
            slow.op.to_string(),
            frame(slow.request_frame),
            frame(slow.response_frame),
            named(slow.command),
            slow.status_name.as_deref().unwrap_or_default().trim_start_matches("STATUS_").to_owned(),
            slow.path.clone().unwrap_or_default(),
        ]);
    }
    grid
}

/// When no request was in flight, and between which operations.
pub(super) fn gaps(statistics: &Statistics) -> Grid {
    let mut grid = Grid::new([
        Column::number("idle"),
        Column::text("from").dispensable(2),
        Column::number("op").dispensable(1),
        Column::number("frame"),
        Column::text("after"),
        Column::number("op").dispensable(1),
        Column::number("frame"),
        Column::text("before"),
    ]);
    for gap in &statistics.gaps.longest {
        let [after, before] = [gap.before, gap.after].map(place);
        let mut cells = vec![duration(gap.length_ns), instant(gap.from.0.0)];
        cells.extend(after);
        cells.extend(before);
        grid.rows.push(cells);
    }
    grid
}

/// The table of tshark.
pub(super) fn service_response_times(statistics: &Statistics) -> Grid {
    let mut grid = Grid::new([
        Column::number("index").dispensable(1),
        Column::text("procedure"),
        Column::number("calls"),
        Column::number("min"),
        Column::number("max"),
        Column::number("avg"),
        Column::number("sum"),
    ]);
    for line in &statistics.service_response_times {
        let [min, max, avg, sum] = [line.min_ns, line.max_ns, line.avg_ns, line.sum_ns].map(seconds);
        grid.push([line.index.to_string(), line.procedure.to_owned(), line.calls.to_string(), min, max, avg, sum]);
    }
    grid
}

/// With six decimals, rounded like tshark's.
fn seconds(nanoseconds: u64) -> String {
    let microseconds = nanoseconds.saturating_add(500) / 1_000;
    format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000)
}

fn place(place: Place) -> [String; 3] {
    [place.op.to_string(), frame(place.frame), named(place.command)]
}

fn named(command: Option<Command>) -> String {
    command.map(|command| command.to_string()).unwrap_or_default()
}

fn frame(number: Option<u64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn some(count: u64) -> String {
    if count > 0 { count.to_string() } else { String::new() }
}
