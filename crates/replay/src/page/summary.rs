//! The head of a page: what was replayed where, the verdict, the counts, and what the reader should know.

use super::Content;
use super::figures::{counted, grouped, instant, share};
use crate::report::Report;
use maud::{Markup, html};

/// Sessions that are named.
const MOST_SESSIONS: usize = 8;
/// Warnings, reasons and rules that are shown.
const MOST_LINES: usize = 100;

/// The head of a page.
pub(super) fn summary(content: &Content<'_>) -> Markup {
    let report = content.recorded.report;
    html! {
        header {
            h1 { "Replay of " span.name { (content.recorded.capture) } }
            p #verdict .verdict .diverged[report.diverged() > 0 || !report.missing_shards.is_empty()] { (verdict(report)) }
            (bar(report))
            div.columns {
                (facts(content))
                (counts(report))
            }
            (remarks(report))
            (reasons(report))
            (ignored(report))
        }
    }
}

/// The verdict in one sentence.
pub(super) fn verdict(report: &Report) -> String {
    let causes = counted(u64::try_from(report.roots.len()).unwrap_or(u64::MAX), "cause");
    let requests = counted(report.sent, "request");
    let mut sentence = match report.diverged() {
        0 if report.matched == 0 => "Nothing was compared".to_owned(),
        0 if report.not_compared > 0 => {
            format!("All {} that were compared were answered as captured", counted(report.matched, "request"))
        }
        0 => format!("All {requests} were answered as captured"),
        1 => format!("1 of {requests} was answered differently; {causes}"),
        diverged => format!("{} of {requests} were answered differently; {causes}", grouped(diverged)),
    };
    if report.skipped > 0 {
        let were = if report.skipped == 1 { "was" } else { "were" };
        sentence.push_str(&format!("; {} {were} not sent", grouped(report.skipped)));
    }
    if report.interrupted {
        sentence.push_str("; the run was interrupted");
    }
    if let Some(missing) = report.missing() {
        sentence.push_str("; ");
        sentence.push_str(&missing);
    }
    sentence.push('.');
    sentence
}

/// The counts by verdict: word, what it says, number.
fn verdicts(report: &Report) -> [(&'static str, &'static str, u64); 6] {
    [
        ("match", "answered as captured", report.matched),
        ("status", "another status", report.status_diverged),
        ("body", "the same status, other contents", report.body_diverged),
        ("no_response", "not answered in time", report.no_response),
        ("skipped", "not sent", report.skipped),
        ("not_compared", "sent, but there is nothing to compare with", report.not_compared),
    ]
}

/// The counts as a bar. Its parts are in the table beside it, so that it says nothing to screen readers.
fn bar(report: &Report) -> Markup {
    const WIDTH: u64 = 10_000;
    let mut at = 0_u64;
    let parts = verdicts(report).map(|(word, _, count)| {
        let width = count.saturating_mul(WIDTH).checked_div(report.total_operations).unwrap_or(0);
        // What there is can be seen.
        let width = if count > 0 { width.max(30) } else { 0 };
        let start = at;
        at = at.saturating_add(width);
        (word, start, width)
    });
    html! {
        svg.bar viewBox=(format!("0 0 {} 100", at.max(1))) preserveAspectRatio="none" aria-hidden="true" {
            @for (word, start, width) in parts {
                rect class=(format!("fill-{word}")) x=(start) y="0" width=(width) height="100" {}
            }
        }
    }
}

fn facts(content: &Content<'_>) -> Markup {
    let report = content.recorded.report;
    let target = &report.target;
    let user = if target.domain.is_empty() {
        target.username.clone()
    } else {
        format!("{}\\{}", target.domain, target.username)
    };
    let began = content.rows.first_sent().and_then(instant);
    html! {
        dl.facts {
            dt { "Capture" } dd.name { (content.recorded.capture) }
            dt { (if report.sessions.len() == 1 { "Session" } else { "Sessions" }) }
            dd {
                @for session in report.sessions.iter().take(MOST_SESSIONS) { code { (session) } " " }
                @if let Some(more) = report.sessions.len().checked_sub(MOST_SESSIONS).filter(|more| *more > 0) {
                    "and " (more) " more"
                }
            }
            dt { "Server" } dd { (target.server) ":" (target.port) ", share " (target.share) ", as " (user) }
            dt { "Run" } dd { code { (content.recorded.run.name()) } @if let Some(began) = began { ", began " (began) } }
            dt { "Took" }
            dd { (format!("{:.3}", report.elapsed)) " s; " (format!("{:.3}", report.captured_span)) " s in the capture" }
            @if report.clones > 1 { dt { "Clones" } dd { (report.clones) } }
            @if let Some(shard) = &report.shard { dt { "Shard" } dd { (shard.index) " of " (shard.count) ", counted from 0" } }
            @if !report.shards.is_empty() { dt { "Shards" } dd { (shards(report)) } }
            @if let Some(setup) = &report.setup {
                dt { "Set up" }
                dd {
                    (counted(setup.directories_created, "folder")) " and " (counted(setup.files_created, "file")) " made, "
                    (grouped(setup.existing)) " there already"
                    @if !setup.errors.is_empty() { ", " (counted(setup.errors.len() as u64, "failure")) }
                }
            }
        }
    }
}

/// Which machine replayed how much of it.
fn shards(report: &Report) -> Markup {
    html! {
        @for shard in report.shards.iter().take(MOST_LINES) {
            div { (shard.index) ": " (counted(shard.total_operations, "operation")) " on " span.name { (shard.machine) } }
        }
        (more(report.shards.len()))
    }
}

fn counts(report: &Report) -> Markup {
    html! {
        table.counts {
            caption { "Operations by verdict" }
            thead { tr { th scope="col" { "Verdict" } th.number scope="col" { "Operations" } th.number scope="col" { "Share" } } }
            tbody {
                @for (word, meaning, count) in verdicts(report) {
                    tr.zero[count == 0] {
                        th scope="row" { span class=(format!("tag {word}")) { (word) } " " span.muted { (meaning) } }
                        td.number { (grouped(count)) }
                        td.number { (share(count, report.total_operations)) }
                    }
                }
                tr.total {
                    th scope="row" { "total" } td.number { (grouped(report.total_operations)) }
                    td.number { (share(report.total_operations, report.total_operations)) }
                }
            }
        }
    }
}

fn remarks(report: &Report) -> Markup {
    let setup = report.setup.as_ref();
    let troubles = setup.iter().flat_map(|setup| &setup.errors);
    let troubles = troubles.map(|trouble| format!("set up {} on {}: {}", trouble.path, trouble.share, trouble.what));
    let of_setup = setup.iter().flat_map(|setup| setup.warnings.iter().cloned());
    let all: Vec<String> = report.warnings.iter().cloned().chain(troubles).chain(of_setup).collect();
    html! {
        @if !all.is_empty() {
            section.remarks aria-label="Warnings" {
                h2 { "Warnings" }
                ul { @for warning in all.iter().take(MOST_LINES) { li { (warning) } } }
                (more(all.len()))
            }
        }
    }
}

fn reasons(report: &Report) -> Markup {
    html! {
        @if !report.reasons.is_empty() {
            section aria-label="Not sent or not compared" {
                h2 { "Not sent or not compared" }
                table {
                    thead { tr { th scope="col" { "Verdict" } th.number scope="col" { "Operations" } th scope="col" { "Reason" } } }
                    tbody {
                        @for reason in report.reasons.iter().take(MOST_LINES) {
                            tr {
                                td { span class=(format!("tag {}", reason.verdict)) { (reason.verdict) } }
                                td.number { (grouped(reason.count)) }
                                td { (reason.reason) }
                            }
                        }
                    }
                }
                (more(report.reasons.len()))
            }
        }
    }
}

fn ignored(report: &Report) -> Markup {
    let ignored: Vec<_> = report.ignored.iter().filter(|ignored| ignored.differences > 0).collect();
    html! {
        @if !ignored.is_empty() {
            section aria-label="Differences that do not count" {
                h2 { "Differences that do not count" }
                table {
                    thead { tr { th scope="col" { "Rule" } th.number scope="col" { "Differences" } } }
                    tbody {
                        @for ignored in ignored.iter().take(MOST_LINES) {
                            tr { td { code { (ignored.rule) } } td.number { (grouped(ignored.differences)) } }
                        }
                    }
                }
                (more(ignored.len()))
            }
        }
    }
}

fn more(all: usize) -> Markup {
    let more = all.checked_sub(MOST_LINES).filter(|more| *more > 0);
    html! { @if let Some(more) = more { p.muted { (more) " more are in report.json" } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Root;

    #[test]
    fn the_verdict_is_one_sentence() {
        let matched = Report { total_operations: 512, sent: 512, matched: 512, ..Report::default() };
        assert_eq!(verdict(&matched), "All 512 requests were answered as captured.");
        let diverged = Report { matched: 500, status_diverged: 12, roots: vec![Root::default(); 3], ..matched.clone() };
        assert_eq!(verdict(&diverged), "12 of 512 requests were answered differently; 3 causes.");
        let skipped = Report {
            matched: 509,
            status_diverged: 1,
            skipped: 1,
            sent: 511,
            roots: vec![Root::default()],
            ..matched.clone()
        };
        assert_eq!(verdict(&skipped), "1 of 511 requests was answered differently; 1 cause; 1 was not sent.");
        let nothing = Report { skipped: 5, interrupted: true, ..Report::default() };
        assert_eq!(verdict(&nothing), "Nothing was compared; 5 were not sent; the run was interrupted.");
        let lacking = Report { missing_shards: vec![0], ..matched };
        assert_eq!(verdict(&lacking), "All 512 requests were answered as captured; shard 0 of 1 is missing.");
        let partly = Report { matched: 2, sent: 3, not_compared: 1, ..Report::default() };
        assert_eq!(verdict(&partly), "All 2 requests that were compared were answered as captured.");
    }

    #[test]
    fn what_comes_from_a_capture_is_text() {
        let report = Report { warnings: vec!["<img src=x onerror=alert(1)>".into()], ..Report::default() };
        let html = remarks(&report).into_string();
        assert!(html.contains("&lt;img src=x") && !html.contains("<img"), "{html}");
    }
}
