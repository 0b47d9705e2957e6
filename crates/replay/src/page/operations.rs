//! The frame of the table of operations, which the script fills.

use super::figures::{counted, grouped};
use super::{Content, MOST_OPERATIONS};
use maud::{Markup, html};

/// The table of operations.
pub(super) fn operations(content: &Content<'_>) -> Markup {
    html! {
        section #operations aria-labelledby="operations-heading" {
            h2 #operations-heading { "Operations" }
            (bounds(content))
            div.tools {
                label for="filter" { "Filter" }
                input #filter type="search" autocomplete="off" spellcheck="false"
                    placeholder="read offer.txt status:denied frame:412";
                span #verdicts .checks role="group" aria-label="Verdicts" {}
                output #shown for="filter" aria-live="polite" {}
            }
            p.muted {
                "Words that all have to occur in command, share, path, statuses, session, verdict or remark; a number is a frame. "
                code { "command:" } ", " code { "path:" } ", " code { "status:" } ", " code { "verdict:" } ", " code { "frame:" } ", "
                code { "op:" } ", " code { "session:" } ", " code { "connection:" } " and " code { "cause:" }
                " look in one place. A click or the arrow keys show an operation."
            }
            p.on-paper { "On paper there are only the operations that were in view." }
            div.browser {
                div #table role="grid" aria-label="Operations" tabindex="0" {
                    div #table-head role="row" {}
                    div #table-scroller { div #table-space {} }
                }
                aside #details aria-label="The chosen operation" aria-live="polite" {
                    p.muted { "No operation is chosen." }
                }
            }
        }
    }
}

/// What the table does not have.
fn bounds(content: &Content<'_>) -> Markup {
    let left_out = content.sampling.left_out();
    let texts = content.rows.texts_left_out();
    html! {
        @if left_out > 0 {
            p.bounds {
                "The page has " (counted(content.rows.len() as u64, "operation")) "; " (grouped(left_out))
                " more of the run are left out, because it holds " (grouped(MOST_OPERATIONS)) " at most. "
                @if content.sampling.samples_divergences() {
                    "It has a sample of what diverged, and nothing else."
                } @else {
                    "All that diverged are there; of the others it has an even sample."
                }
                " Counts and percentiles are of all."
            }
        }
        @if texts > 0 {
            p.bounds { "Names and values are left out " (grouped(texts)) " times, shown as …, to keep the page small." }
        }
    }
}
