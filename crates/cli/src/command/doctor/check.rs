//! What one check found.

use crate::output::Finding;
use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Value, json};
use std::fmt::Display;

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// As it should be.
    Ok,
    /// A replay is possible, but something may surprise.
    Warning,
    /// It does not work.
    Failed,
    /// It needs something that failed or is not there.
    NotTried,
}

impl Outcome {
    /// The word for it that scripts read; people read it with a blank for `_`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotTried => "not_tried",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Ok => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Failed => AnsiColor::Red.on_default().bold(),
            Self::NotTried => Style::new().dimmed(),
        }
    }
}

/// A check and its outcome. Whatever is not ok says what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Check {
    /// What was looked at: a name for scripts, with `_` for blanks.
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    /// What was found; empty when it was not tried.
    pub(super) found: String,
    pub(super) advice: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &'static str, found: impl Display) -> Self {
        Self { name, outcome: Outcome::Ok, found: found.to_string(), advice: None }
    }

    pub(super) fn warning(name: &'static str, found: impl Display, advice: impl Display) -> Self {
        Self { name, outcome: Outcome::Warning, found: found.to_string(), advice: Some(advice.to_string()) }
    }

    pub(super) fn failed(name: &'static str, found: impl Display, advice: impl Display) -> Self {
        Self { outcome: Outcome::Failed, ..Self::warning(name, found, advice) }
    }

    pub(super) fn not_tried(name: &'static str, advice: impl Display) -> Self {
        Self { outcome: Outcome::NotTried, ..Self::warning(name, "", advice) }
    }

    /// Those of `names` that need `what`, which failed.
    pub(super) fn behind<'a>(what: &'a str, names: &'a [&'static str]) -> impl Iterator<Item = Self> + 'a {
        names.iter().map(move |name| Self::not_tried(name, format!("mend the {what} first")))
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "check": self.name,
            "outcome": self.outcome.word(),
            "found": self.found,
            "advice": self.advice,
        })
    }

    /// For people, who read blanks in the place of `_`.
    pub(super) fn finding(&self) -> Finding<'_> {
        let readable = |name: &str| name.replace('_', " ");
        Finding {
            outcome: readable(self.outcome.word()),
            style: self.outcome.style(),
            subject: readable(self.name),
            found: &self.found,
            advice: self.advice.as_deref(),
        }
    }
}
