//! A replay's report for people.

use super::{Column, Grid, Output, counted, setup_in_words};
use crate::arguments::Format;
use crate::failure::Failure;
use replay::Report;
use replay::report::Percentiles;
use std::path::Path;

impl Output {
    /// The report: as JSON, as CSV of its root divergences, or for people.
    pub(crate) fn report(&mut self, report: &Report) -> Result<(), Failure> {
        match self.format() {
            Format::Json => self.json(report),
            Format::Csv => self.grid(&roots(report, "")),
            Format::Table => self.report_for_people(report),
        }
    }

    fn report_for_people(&mut self, report: &Report) -> Result<(), Failure> {
        let target = &report.target;
        let sessions = counted(report.sessions.len(), "session");
        let user = if target.domain.is_empty() {
            target.username.clone()
        } else {
            format!("{}\\{}", target.domain, target.username)
        };
        let of_shard = match (&report.shard, report.shards.len()) {
            (Some(shard), _) => format!(", shard {}/{}", shard.index, shard.count),
            (None, 0) => String::new(),
            (None, shards) => format!(", merged of {}", counted(shards, "shard")),
        };
        self.paragraph(
            "",
            &format!(
                "run {}{of_shard}: {sessions} on {}:{}, share {}, as {user}",
                report.run, target.server, target.port, target.share
            ),
        )?;
        if let Some(setup) = &report.setup {
            self.paragraph("", &setup_in_words(setup))?;
        }
        if let Some(missing) = report.missing() {
            self.paragraph("incomplete:", &format!("{missing}; nothing below is about their sessions"))?;
        }
        if !report.shards.is_empty() {
            self.line("")?;
            self.grid(&shards(report))?;
        }
        self.line("")?;
        self.grid(&verdicts(report))?;
        if !report.reasons.is_empty() {
            self.line("")?;
            self.grid(&reasons(report))?;
        }
        if !report.roots.is_empty() {
            self.line("")?;
            self.grid(&roots(report, "STATUS_"))?;
        }
        if report.roots.iter().any(|root| !root.differences.is_empty()) {
            self.line("")?;
            self.grid(&differences(report))?;
        }
        if report.ignored.iter().any(|ignored| ignored.differences > 0) {
            self.line("")?;
            self.grid(&ignored(report))?;
        }
        if report.matched > 0 {
            self.line("")?;
            self.grid(&times(report))?;
        }
        self.line("")?;
        for warning in &report.warnings {
            self.paragraph("warning:", warning)?;
        }
        if report.interrupted {
            self.line("interrupted: the rest was not sent")?;
        }
        self.paragraph("", &conclusion(report))?;
        if !report.path.is_empty() {
            let path = Path::new(&report.path).join("report.json");
            self.line(&format!("report: {}", super::printable(&path.display().to_string())))?;
        }
        Ok(())
    }
}

fn conclusion(report: &Report) -> String {
    let live = format!("{:.1} s", report.elapsed);
    let captured = format!("{:.1} s in the capture", report.captured_span);
    let explained = match report.explained {
        0 => String::new(),
        explained => format!(" ({explained} because of earlier ones)"),
    };
    let verdict = match (report.diverged(), report.skipped) {
        (0, 0) if report.matched == 0 => match &report.shard {
            Some(shard) if shard.session_files.is_empty() => {
                let clients = counted(usize::try_from(shard.clients_of_all).unwrap_or(usize::MAX), "client");
                format!(
                    "no client falls to shard {}/{} ({clients} in all): there was nothing to replay",
                    shard.index, shard.count
                )
            }
            _ => "nothing was compared".to_owned(),
        },
        (0, 0) if report.not_compared > 0 => format!("all {} that were compared match", report.matched),
        (0, 0) => format!("all {} match", report.matched),
        (diverged, 0) => format!("{diverged} of {} diverge{explained}", report.sent),
        (diverged, skipped) => {
            format!("{diverged} of {} sent diverge{explained}, {skipped} were not sent", report.sent)
        }
    };
    let missing = report.missing().map(|missing| format!(", but {missing}"));
    format!("{verdict}{}; took {live} ({captured})", missing.unwrap_or_default())
}

/// The runs that a merged one was made of.
fn shards(report: &Report) -> Grid {
    let mut grid = Grid::new([
        Column::number("shard"),
        Column::text("run").dispensable(1),
        Column::text("machine").cut_to(12).dispensable(2),
        Column::number("sessions"),
        Column::number("operations"),
        Column::number("match"),
        Column::number("diverged"),
        Column::number("skipped").dispensable(3),
    ]);
    for shard in &report.shards {
        grid.push([
            shard.index.to_string(),
            shard.run.clone(),
            shard.machine.clone(),
            shard.sessions.len().to_string(),
            shard.total_operations.to_string(),
            shard.matched.to_string(),
            shard.diverged.to_string(),
            shard.skipped.to_string(),
        ]);
    }
    grid
}

fn verdicts(report: &Report) -> Grid {
    let mut grid =
        Grid::new([Column::text("verdict"), Column::number("operations"), Column::number("share").dispensable(1)]);
    for (verdict, count) in [
        ("match", report.matched),
        ("status", report.status_diverged),
        ("body", report.body_diverged),
        ("no_response", report.no_response),
        ("skipped", report.skipped),
        ("not_compared", report.not_compared),
        ("total", report.total_operations),
    ] {
        if count > 0 || matches!(verdict, "match" | "status" | "no_response" | "total") {
            grid.push([verdict.to_owned(), count.to_string(), percent(count, report.total_operations)]);
        }
    }
    grid
}

/// Rounded down, so that 100% means all.
fn percent(count: u64, total: u64) -> String {
    match u128::from(count).checked_mul(1000).and_then(|tenths| tenths.checked_div(u128::from(total))) {
        Some(tenths) => format!("{}.{}%", tenths / 10, tenths % 10),
        None => "-".to_owned(),
    }
}

fn reasons(report: &Report) -> Grid {
    let mut grid = Grid::new([Column::text("verdict"), Column::number("count"), Column::text("reason").wrapped_to(20)]);
    for reason in &report.reasons {
        grid.push([reason.verdict.clone(), reason.count.to_string(), reason.reason.clone()]);
    }
    grid
}

/// The root divergences; names of statuses lose `prefix`, which they all have.
fn roots(report: &Report, prefix: &str) -> Grid {
    let mut grid = Grid::new([
        Column::text("command"),
        Column::text("captured_status").cut_to(16),
        Column::text("live_status").cut_to(16),
        Column::number("count"),
        Column::number("first_frame").dispensable(2),
        Column::path("path", 16).dispensable(1),
    ]);
    let short = |status: &str| status.strip_prefix(prefix).unwrap_or(status).to_owned();
    for root in &report.roots {
        grid.push([
            root.command.clone(),
            short(&root.captured_status),
            short(&root.live_status),
            root.count.to_string(),
            root.first_frame.map(|frame| frame.to_string()).unwrap_or_default(),
            root.path.clone().unwrap_or_default(),
        ]);
    }
    grid
}

/// Which fields differ in the first operation of each group, and how.
fn differences(report: &Report) -> Grid {
    let mut grid = Grid::new([
        Column::text("command"),
        Column::number("first_frame").dispensable(2),
        Column::text("field"),
        Column::text("captured").wrapped_to(16),
        Column::text("live").wrapped_to(16),
    ]);
    for root in &report.roots {
        for found in &root.differences {
            grid.push([
                root.command.clone(),
                root.first_frame.map(|frame| frame.to_string()).unwrap_or_default(),
                found.field.clone(),
                found.captured.clone(),
                found.live.clone(),
            ]);
        }
    }
    grid
}

/// Differences that were asked not to count.
fn ignored(report: &Report) -> Grid {
    let mut grid = Grid::new([Column::text("ignored").wrapped_to(20), Column::number("differences")]);
    for ignored in report.ignored.iter().filter(|ignored| ignored.differences > 0) {
        grid.push([ignored.rule.clone(), ignored.differences.to_string()]);
    }
    grid
}

fn times(report: &Report) -> Grid {
    let mut grid =
        Grid::new([Column::text("milliseconds"), Column::number("p50"), Column::number("p99"), Column::number("max")]);
    let mut push = |what: &str, times: Percentiles| {
        let [p50, p99, max] = [times.p50, times.p99, times.max].map(|ms| format!("{ms:.2}"));
        grid.push([what.to_owned(), p50, p99, max]);
    };
    push("latency captured", report.latency_ms.captured);
    push("latency live", report.latency_ms.live);
    push("sent late by", report.lag_ms);
    push("of it by the replay itself", report.own_lag_ms);
    grid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_down() {
        assert_eq!(percent(999, 1000), "99.9%");
        assert_eq!(percent(99_999, 100_000), "99.9%");
        assert_eq!(percent(5, 5), "100.0%");
        assert_eq!(percent(0, 0), "-");
    }
}
