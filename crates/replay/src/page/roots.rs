//! The groups of root divergences, each with its first operation in full.

use super::figures::{counted, grouped};
use super::{Content, IN_FULL, messages};
use crate::in_full::{First, InFull};
use crate::report::{FieldDifference, Root};
use maud::{Markup, html};
use store::runs::RunRow;

/// Groups that are open when the page is.
const OPEN: usize = 1;

/// The groups of root divergences.
pub(super) fn roots(content: &Content<'_>) -> Markup {
    let report = content.recorded.report;
    let shown = content.causes.len();
    let explained = report.explained;
    html! {
        section #divergences aria-labelledby="divergences-heading" {
            h2 #divergences-heading { "Root divergences" }
            @if report.roots.is_empty() && report.diverged() == 0 {
                p { "No operation diverges." }
            } @else if report.roots.is_empty() {
                p { "Everything that diverges does so because of something else: a request that was not sent, or a handle from before the capture." }
            } @else {
                p.muted {
                    "What no earlier divergence explains, grouped by command, statuses and fields; the first of each group in full. "
                    @if explained > 0 {
                        (counted(explained, "further operation")) " " (if explained == 1 { "diverges" } else { "diverge" })
                        " because of earlier ones. "
                    }
                    @if content.causes.left_out() > 0 {
                        (counted(content.causes.left_out() as u64, "more group")) " are in report.json. "
                    }
                    @if report.roots.len() > content.in_full.iter().filter_map(First::operation).count() {
                        "Messages are shown for the first " (IN_FULL.groups) " groups at most, and while there is room. "
                    }
                }
                p.legend {
                    span.mark.counts { "≠" } " differs, and counts  "
                    span.mark.differs { "≠" } " differs, and is not one of the compared fields above  "
                    span.mark.patched { "→" } " written by the replay  "
                    span.mark.not-captured { "?" } " not captured"
                }
                @for ((number, root), in_full) in report.roots.iter().take(shown).enumerate().zip(&content.in_full) {
                    (group(number, root, in_full.operation()))
                }
            }
        }
    }
}

fn group(number: usize, root: &Root, in_full: Option<&InFull>) -> Markup {
    let name = number.saturating_add(1);
    html! {
        details.root id=(format!("cause-{name}")) open[number < OPEN] {
            summary {
                span.ordinal { (name) }
                span.command { (root.command) }
                (change(root))
                span.count { (grouped(root.count)) " ×" }
                @if let Some(frame) = root.first_frame { span.frame { "first in frame " (frame) } }
                @if let Some(path) = &root.path { span.path { (path) } }
            }
            div.root-body {
                @if let Some(in_full) = in_full { (outcome(&in_full.operation.live)) }
                @if !root.differences.is_empty() { (differences(&root.differences)) }
                p { a.in-table href="#operations" data-cause=(name) { "Show " (counted(root.count, "operation")) " of this group in the table" } }
                @match in_full {
                    Some(in_full) => {
                        (messages::beside("Response", &in_full.response, name, true))
                        (messages::beside("Request", &in_full.request, name, false))
                    }
                    None => p.muted { "Its messages are not in this page; `smbreplay session --op` shows the captured ones." }
                }
            }
        }
    }
}

/// From which status to which, or which fields.
fn change(root: &Root) -> Markup {
    let short = |status: &str| status.strip_prefix("STATUS_").unwrap_or(status).to_owned();
    html! {
        span.change {
            @if root.captured_status == root.live_status && !root.fields.is_empty() {
                code { (short(&root.captured_status)) } ", but " code { (root.fields.join(", ")) }
            } @else {
                code { (short(&root.captured_status)) } " → " code { (short(&root.live_status)) }
            }
        }
    }
}

fn outcome(row: &RunRow) -> Markup {
    html! {
        p {
            "Operation " (row.op.unwrap_or_default())
            @if let Some(connection) = row.connection { " on captured connection " (connection) }
            @if let Some(connection) = row.live_connection { ", live connection " (connection) }
            @if let Some(detail) = &row.detail { ": " (detail) }
            "."
        }
    }
}

fn differences(found: &[FieldDifference]) -> Markup {
    html! {
        table.differences {
            caption { "Compared fields that differ" }
            thead { tr { th scope="col" { "Field" } th scope="col" { "Captured" } th scope="col" { "Live" } } }
            tbody {
                @for FieldDifference { field, captured, live } in found {
                    tr { th scope="row" { code { (field) } } td { (captured) } td { (live) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_names_what_changed_and_a_hostile_path_stays_text() {
        let root = Root {
            command: "READ".into(),
            captured_status: "STATUS_SUCCESS".into(),
            live_status: "STATUS_SUCCESS".into(),
            fields: vec!["data".into()],
            path: Some("</summary><script>".into()),
            ..Root::default()
        };
        let html = group(0, &root, None).into_string();
        assert!(html.contains("<code>SUCCESS</code>, but <code>data</code>"), "{html}");
        assert!(html.contains("&lt;/summary&gt;&lt;script&gt;") && !html.contains("<script"), "{html}");
    }
}
