//! The table of outcomes.

use super::run::Outcome;

/// One line for each target.
pub(super) fn of(outcomes: &[Outcome]) -> String {
    let head = ["target", "executions", "exec/s", "coverage", "features", "peak RSS", "result"].map(str::to_owned);
    let rows = outcomes.iter().map(|outcome| {
        [
            outcome.target.clone(),
            outcome.executions.to_string(),
            outcome.per_second.to_string(),
            outcome.coverage.to_string(),
            outcome.features.to_string(),
            format!("{} MB", outcome.peak_rss_mb),
            if outcome.failure.is_some() { "FAILED".to_owned() } else { "ok".to_owned() },
        ]
    });
    let widest = outcomes.iter().map(|outcome| outcome.target.len()).max().unwrap_or(0);
    let mut text = String::new();
    for [target, executions, per_second, coverage, features, rss, result] in std::iter::once(head).chain(rows) {
        text.push_str(&format!(
            "{target:<widest$}  {executions:>10}  {per_second:>7}  {coverage:>8}  {features:>8}  {rss:>8}  {result}\n"
        ));
    }
    text
}
