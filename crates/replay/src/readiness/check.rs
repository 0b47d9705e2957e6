//! What one check found.

use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Display;

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
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
    /// The word for it that programs read; people read it with a blank for `_`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotTried => "not_tried",
        }
    }
}

/// A check and its outcome. Whatever is not ok says what to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Check {
    /// What was looked at: a name for programs, with `_` for blanks.
    #[serde(rename = "check")]
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found; empty when it was not tried.
    pub found: String,
    /// What to do; null when it is as it should be.
    pub advice: Option<String>,
}

impl Check {
    /// It is as it should be.
    pub fn ok(name: &'static str, found: impl Display) -> Self {
        Self { name, outcome: Outcome::Ok, found: found.to_string(), advice: None }
    }

    /// Something may surprise.
    pub fn warning(name: &'static str, found: impl Display, advice: impl Display) -> Self {
        Self { name, outcome: Outcome::Warning, found: found.to_string(), advice: Some(advice.to_string()) }
    }

    /// It does not work.
    pub fn failed(name: &'static str, found: impl Display, advice: impl Display) -> Self {
        Self { outcome: Outcome::Failed, ..Self::warning(name, found, advice) }
    }

    /// It needs something that is not there.
    pub fn not_tried(name: &'static str, advice: impl Display) -> Self {
        Self { outcome: Outcome::NotTried, ..Self::warning(name, "", advice) }
    }

    /// Those of `names` that need `what`, which failed.
    pub fn behind<'a>(what: &'a str, names: &'a [&'static str]) -> impl Iterator<Item = Self> + 'a {
        names.iter().map(move |name| Self::not_tried(name, format!("mend the {what} first")))
    }
}
