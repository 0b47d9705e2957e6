//! `DELETE` of traces and runs.

use crate::app::App;
use crate::claims::in_use;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::run;
use crate::trace::{self, OfCapture};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::io::ErrorKind;
use std::path::{Path as FilePath, PathBuf};
use store::layout::{TracePlace, is_capture};
use store::{Config, Layout, RemovalError};
use utoipa::IntoParams;

/// Which trace.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Doomed {
    /// Path of the capture.
    #[param(min_length = 1)]
    capture_path: String,
    /// The case that a relative path lies in, by default the configured one.
    case_id: Option<String>,
    /// Whether what was ingested of it goes too, with its replays and setups.
    #[serde(default = "yes")]
    #[param(default = true)]
    output: bool,
}

fn yes() -> bool {
    true
}

/// Deletes a capture and, unless told otherwise, what was made of it. With the journals of its setups and replays goes the
/// knowledge of what they made on the lab share: clean up before. Of a trace of several files all are deleted.
#[utoipa::path(delete, path = "/api/traces", operation_id = "deleteTrace", tag = "traces", params(Doomed),
    responses((status = NO_CONTENT, description = "It is gone")))]
pub(crate) async fn delete_trace(State(app): State<App>, Query(doomed): Query<Doomed>) -> Result<StatusCode, ApiError> {
    if doomed.capture_path.is_empty() {
        // The last trace is no default for this.
        return Err(ApiError::new(ErrorCode::BadPath, "the path is empty"));
    }
    let (config, claims) = (app.config()?, app.claims.clone());
    app.readers
        .read(move || {
            let place = trace::find(&config, Some(&doomed.capture_path), doomed.case_id.as_deref())?;
            let _output = claims.alone(place.output.path())?;
            let files = files(&Layout::new(&config), &place)?;
            let _files = files.iter().map(|file| claims.alone(file)).collect::<Result<Vec<_>, _>>()?;
            // What was made of a capture does not go before it is known that the capture can go.
            for file in &files {
                must_be_writable(file)?;
            }
            if doomed.output {
                must_be_where_it_seems(&config, &place)?;
                place.output.remove().map_err(not_removed)?;
            }
            for file in files {
                match std::fs::remove_file(&file) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(ApiError::of_traces_folder(&error));
                    }
                    _ => {}
                }
            }
            tracing::info!("{:?} is deleted", place.trace);
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// Deletes a recorded replay. The journal of what it made on the lab share goes with it: clean up before.
#[utoipa::path(delete, path = "/api/replays/{run}", operation_id = "deleteReplay", tag = "replays",
    params(("run" = String, Path, description = "Name of the run"), OfCapture),
    responses((status = NO_CONTENT, description = "It is gone")))]
pub(crate) async fn delete_run(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfCapture>,
) -> Result<StatusCode, ApiError> {
    let (config, claims) = (app.config()?, app.claims.clone());
    app.readers
        .read(move || {
            let place = trace::find(&config, of.capture_path.as_deref(), of.case_id.as_deref())?;
            // Which one is the last may change until it is gone.
            let run = run::named(&place, &name)?;
            // A run without a report may be one that a job is about to end.
            let _trace = match run.is_complete() {
                true => claims.shared(place.output.path())?,
                false => claims.alone(place.output.path())?,
            };
            let _run = claims.alone(run.path())?;
            must_be_where_it_seems(&config, &place)?;
            run.remove().map_err(not_removed)?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// The files of a trace that are to go: its own, but none that is a trace by itself.
fn files(layout: &Layout, place: &TracePlace) -> Result<Vec<PathBuf>, ApiError> {
    let none = || ApiError::new(ErrorCode::TraceNotFound, "there is no such capture").advise("see /api/traces");
    match std::fs::symlink_metadata(&place.trace) {
        Ok(found) if found.is_file() && is_capture(&place.trace) => return Ok(vec![place.trace.clone()]),
        Ok(_) if !place.output.is_ingested() => return Err(none()),
        _ => {}
    }
    let case = place.case_id.as_deref().ok_or_else(none)?;
    let found =
        layout.traces(case).map_err(|_| none())?.into_iter().find(|found| found.place == *place).ok_or_else(none)?;
    let mut files = Vec::new();
    for file in found.files {
        let of_itself = layout.place(&file).map_err(|_| none())?;
        let is_inside = of_itself.case_id.is_some() && of_itself.trace.is_file();
        if is_inside && !of_itself.output.is_ingested() {
            files.push(of_itself.trace);
        }
    }
    Ok(files)
}

/// Who may not make a file in a folder may not take one away either.
fn must_be_writable(file: &FilePath) -> Result<(), ApiError> {
    let Some(folder) = file.parent() else { return Ok(()) };
    let probe = tempfile::Builder::new().prefix(".deletion").tempfile_in(folder);
    probe.map(drop).map_err(|error| ApiError::of_traces_folder(&error))
}

/// Nothing is removed through a link: who made it may have meant it, and what is behind it may be anybody's.
fn must_be_where_it_seems(config: &Config, place: &TracePlace) -> Result<(), ApiError> {
    let path = place.output.path();
    let Ok(real) = std::fs::canonicalize(path) else { return Ok(()) };
    let output_dir = config.output_dir().and_then(|folder| Some((std::fs::canonicalize(&folder).ok()?, folder)));
    let expected = match output_dir {
        Some((real_folder, folder)) => path.strip_prefix(&folder).map(|below| real_folder.join(below)),
        None => Ok(path.to_owned()),
    };
    match expected {
        Ok(expected) if expected == real => Ok(()),
        _ => Err(ApiError::new(ErrorCode::OutsideTracesFolder, "what was ingested lies behind a link")
            .advise("remove it on the server")),
    }
}

fn not_removed(error: RemovalError) -> ApiError {
    match error {
        RemovalError::Busy { .. } => in_use("it is being ingested or replayed"),
        other => ApiError::internal(other),
    }
}
