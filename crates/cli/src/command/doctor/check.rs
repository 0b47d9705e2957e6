//! A check as people read it.

use crate::output::Finding;
use clap::builder::styling::{AnsiColor, Style};
use replay::readiness::{Check, Outcome};

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Ok => AnsiColor::Green.on_default(),
        Outcome::Warning => AnsiColor::Yellow.on_default().bold(),
        Outcome::Failed => AnsiColor::Red.on_default().bold(),
        Outcome::NotTried => Style::new().dimmed(),
    }
}

/// A check for people, who read blanks in the place of `_`.
pub(super) fn finding(check: &Check) -> Finding<'_> {
    let readable = |name: &str| name.replace('_', " ");
    Finding {
        outcome: readable(check.outcome.word()),
        style: style(check.outcome),
        subject: readable(check.name),
        found: &check.found,
        advice: check.advice.as_deref(),
    }
}
