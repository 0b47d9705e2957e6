//! The timeline and the plots: their frames, and the times that need no script.

use super::Content;
use super::figures::{grouped, milliseconds};
use crate::report::Percentiles;
use maud::{Markup, html};

/// Timeline, response times and lag.
pub(super) fn timing(content: &Content<'_>) -> Markup {
    html! {
        section #timeline aria-labelledby="timeline-heading" {
            h2 #timeline-heading { "Timeline" }
            noscript { p { "The timeline, the plots and the table of operations need JavaScript; all else does not." } }
            div.tools {
                label { "Lanes by " select #lanes { option value="connection" { "connection" } option value="session" { "session" } } }
                label { input #stretch type="checkbox"; " Stretch the run to the length of the capture" }
                span.buttons {
                    button #zoom-in type="button" { "Zoom in" }
                    button #zoom-out type="button" { "Zoom out" }
                    button #zoom-fit type="button" { "Show all" }
                }
            }
            p.muted {
                "Above in each lane as captured, below as replayed. A tick is a request, its tail lasts until the answer. "
                "Drag to move, Ctrl and wheel to zoom; or with the keyboard: arrows, + and −, 0 for all."
            }
            ul #timeline-legend .legend aria-label="Colours" {}
            div #lanes-scroller .scroller tabindex="-1" {
                div #lanes-space {
                    canvas #timeline-canvas tabindex="0" role="img" aria-label="Timeline of captured and live operations" {}
                }
            }
        }
        section #times aria-labelledby="times-heading" {
            h2 #times-heading { "Response times and lag" }
            div.plots {
                figure {
                    figcaption {
                        "Response time, captured against live. Below the line the live server was faster. "
                        label { "Command " select #plot-command { option value="" { "all" } } }
                    }
                    canvas #latency-canvas role="img" aria-label="Response times, captured against live" {}
                }
                figure {
                    figcaption { "Lag: how much later than due each request was sent, over the run." }
                    canvas #lag-canvas role="img" aria-label="Lag of the requests over the run" {}
                }
            }
            (lag(content))
            (commands(content))
        }
    }
}

fn lag(content: &Content<'_>) -> Markup {
    let report = content.recorded.report;
    let lines = [
        ("response time, captured", report.latency_ms.captured),
        ("response time, live", report.latency_ms.live),
        ("sent late by", report.lag_ms),
        ("of it by the replay itself", report.own_lag_ms),
    ];
    html! {
        table {
            caption { "All operations, milliseconds" }
            thead { tr { th scope="col" { "" } th.number scope="col" { "p50" } th.number scope="col" { "p99" } th.number scope="col" { "max" } } }
            tbody {
                @for (what, times) in lines {
                    tr { th scope="row" { (what) } (percentiles(times)) }
                }
            }
        }
    }
}

fn commands(content: &Content<'_>) -> Markup {
    html! {
        div.wide {
            table #commands {
                caption { "Response times by command, milliseconds, of operations that were answered in the capture and live" }
                thead {
                    tr {
                        th rowspan="2" scope="col" { "Command" } th.number rowspan="2" scope="col" { "Operations" }
                        th.group colspan="3" scope="colgroup" { "Captured" } th.group colspan="3" scope="colgroup" { "Live" }
                    }
                    tr { @for _ in 0..2 { th.number scope="col" { "p50" } th.number scope="col" { "p99" } th.number scope="col" { "max" } } }
                }
                tbody {
                    @for (name, of) in content.latencies.commands() {
                        tr {
                            th scope="row" { (name) } td.number { (grouped(of.count)) }
                            (percentiles(of.captured())) (percentiles(of.live()))
                        }
                    }
                }
            }
        }
    }
}

fn percentiles(times: Percentiles) -> Markup {
    html! { @for time in [times.p50, times.p99, times.max] { td.number { (milliseconds(time)) } } }
}
