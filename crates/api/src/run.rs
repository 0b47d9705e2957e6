//! The replay that a request means.

use crate::error::{ApiError, ErrorCode};
use crate::trace::{self, unreadable};
use replay::{Recorded, ReplayedError, Report};
use std::path::Path;
use store::runs::{self, Run, RunError};
use store::{Config, TracePlace};

/// A finished run, and what it is of.
#[derive(Debug)]
pub(crate) struct Opened {
    place: TracePlace,
    /// The run.
    pub(crate) run: Run,
    /// Its report.
    pub(crate) report: Report,
    capture: String,
}

impl Opened {
    /// The run of this name, or the latest, of the trace that a request names.
    ///
    /// # Errors
    /// Those of [`trace::find`], [`find`] and [`report`].
    pub(crate) fn find(config: &Config, path: Option<&str>, case: Option<&str>, name: &str) -> Result<Self, ApiError> {
        let place = trace::find(config, path, case)?;
        let run = find(&place, name)?;
        let report = report(&run)?;
        let capture = place.trace.file_name().unwrap_or(place.trace.as_os_str()).to_string_lossy();
        let capture = capture.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect();
        Ok(Self { place, run, report, capture })
    }

    /// The run beside what it replayed.
    pub(crate) fn recorded(&self) -> Recorded<'_> {
        Recorded { output: &self.place.output, run: &self.run, report: &self.report, capture: &self.capture }
    }
}

/// The name that stands for the latest run.
const LAST: &str = "last";

/// The run of a trace that has this name, or the latest.
///
/// # Errors
/// [`ErrorCode::RunNotFound`].
pub(crate) fn find(place: &TracePlace, name: &str) -> Result<Run, ApiError> {
    match name {
        LAST => list(place)?.pop().ok_or_else(unknown),
        name => named(place, name),
    }
}

/// The run of a trace that has this name. `last` is none.
///
/// # Errors
/// [`ErrorCode::RunNotFound`].
pub(crate) fn named(place: &TracePlace, name: &str) -> Result<Run, ApiError> {
    // No path is made of what is no name.
    let found = if is_name(name) { list(place)?.into_iter().find(|run| run.name() == name) } else { None };
    found.ok_or_else(unknown)
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::RunNotFound, "the trace has no such replay").advise("see /api/replays")
}

/// The runs of a trace, oldest first.
///
/// # Errors
/// [`ErrorCode::Internal`].
pub(crate) fn list(place: &TracePlace) -> Result<Vec<Run>, ApiError> {
    let mut runs = runs::list(&place.output).map_err(ApiError::internal)?;
    runs.retain(|run| is_name(run.name()) && is_in(&place.output.replays(), run.path()));
    Ok(runs)
}

/// The report of a run.
///
/// # Errors
/// [`ErrorCode::Conflict`] when it was not finished, or its report cannot be read.
pub(crate) fn report(run: &Run) -> Result<Report, ApiError> {
    if !run.is_complete() {
        let error = ApiError::new(ErrorCode::Conflict, "the run was not finished: it has no report");
        return Err(error.advise("wait for its end, or replay again"));
    }
    let mut report: Report = run.read_report().map_err(|error: RunError| {
        tracing::warn!("{error}");
        ApiError::new(ErrorCode::Conflict, "the report of the run cannot be read").advise("replay again")
    })?;
    // The folder may have been moved since.
    report.path = run.path().display().to_string();
    Ok(report)
}

/// Nobody waits for what was being read.
pub(crate) fn interrupted() -> ApiError {
    ApiError::new(ErrorCode::Unavailable, "nobody reads it")
}

/// A run that cannot be read beside what it replayed.
pub(crate) fn not_beside(error: ReplayedError) -> ApiError {
    match error {
        ReplayedError::Run(error) => {
            tracing::warn!("{error}");
            ApiError::new(ErrorCode::Conflict, "the operations of the run cannot be read").advise("replay again")
        }
        ReplayedError::Session { source, .. } => unreadable(source),
        ReplayedError::IngestedAgain { .. } => ApiError::new(ErrorCode::Conflict, error).advise("replay again"),
        ReplayedError::Changed { op, run, reason, .. } => {
            let told = format!("operation {op} is not the one that run {run} replayed: {reason}");
            ApiError::new(ErrorCode::Conflict, told).advise("replay again")
        }
    }
}

/// Whether a text has the form of a name: `20250131T235959Z`, and a number behind `-` where several began in one second.
fn is_name(text: &str) -> bool {
    let (time, number) = text.split_once('-').unwrap_or((text, "2"));
    let digits = |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|digit| digit.is_ascii_digit()));
    let is_time = time.len() == 16
        && digits(time.get(..8))
        && time.get(8..9) == Some("T")
        && digits(time.get(9..15))
        && time.ends_with('Z');
    is_time && number.len() <= 10 && !number.is_empty() && digits(Some(number))
}

/// Whether a run lies where its trace keeps runs, and is no link to elsewhere.
fn is_in(folder: &Path, run: &Path) -> bool {
    let real = |path| std::fs::canonicalize(path).ok();
    real(run).zip(real(folder)).is_some_and(|(run, folder)| run.parent() == Some(folder.as_path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_runs_are_names() {
        for name in ["20250131T235959Z", "20250131T235959Z-2", "20250131T235959Z-4294967295"] {
            assert!(is_name(name), "{name}");
        }
        let others =
            ["", "last", "..", "20250131T235959", "20250131T235959Z-", "20250131T235959Z/..", "x0250131T235959Z"];
        for name in others.into_iter().chain(["20250131T235959Z-1a", "20250131T235959Z-2-3", "2025013éT23595Z"]) {
            assert!(!is_name(name), "{name}");
        }
    }
}
