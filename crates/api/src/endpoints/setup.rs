//! `POST /api/replay/setup`.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Json;
use crate::jobs::{AsJob, Job, JobDocument, JobKind, Wanted, answer};
use crate::replaying::{How, Names, Sessions, no_before_state, options, shown};
use crate::security::Account;
use crate::trace::{self, Trace};
use axum::extract::State;
use axum::response::Response;
use replay::Options;
use replay::provisioning::{Before, SetupOptions, SetupReport, Trouble};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What to build.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Setup {
    #[serde(flatten)]
    sessions: Sessions,
    #[serde(flatten)]
    account: Account,
    #[serde(flatten)]
    names: Names,
    /// Only show what would be built.
    #[serde(default)]
    dry_run: bool,
    /// Replace what is there and is something else, delete what shall not be there.
    #[serde(default)]
    force: bool,
    /// Let the lab server be one that occurs in the trace.
    #[serde(default)]
    allow_captured_server: bool,
}

/// What a setup did, or would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SetupAnswer {
    /// Everything is there as it shall be.
    success: bool,
    /// Nothing was changed: the figures are those of the plan.
    dry_run: bool,
    /// Folders that were made.
    directories_created: u64,
    /// Files that were made.
    files_created: u64,
    /// Bytes that were written to them.
    bytes_written: u64,
    /// What was deleted.
    deletions: u64,
    /// Folders and files that were there already.
    existing: u64,
    /// What could not be done, a sentence each.
    errors: Vec<String>,
    /// What is worth knowing.
    warnings: Vec<String>,
    /// It was cancelled before its end.
    interrupted: bool,
    /// All that is known of it; of a dry run with the plan.
    report: SetupReport,
}

/// Builds on the lab share what was there before the sessions began.
#[utoipa::path(post, path = "/api/replay/setup", operation_id = "setupInfrastructure", tag = "replay", params(AsJob), request_body = Setup, responses(
    (status = OK, description = "It was done", body = ref("#/components/schemas/SetupAnswer")),
    (status = ACCEPTED, description = "It will be done", body = JobDocument)))]
pub(crate) async fn setup(
    State(app): State<App>,
    wanted: Wanted,
    Json(asked): Json<Setup>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    let prepared = app.readers.read(move || {
        let trace = trace::open(&config, asked.sessions.capture_path.as_deref(), asked.sessions.case_id.as_deref())?;
        let sessions = asked.sessions.of(&trace, true)?;
        let files: Vec<String> = sessions.iter().map(|session| session.file.clone()).collect();
        let how = How { allow_captured_server: asked.allow_captured_server, ..How::default() };
        let options = options(&config, &asked.account, &asked.names, &how)?;
        Ok((trace, files, options, SetupOptions { dry_run: asked.dry_run, force: asked.force }))
    });
    let (trace, files, options, how) = prepared.await?;
    let told = json!({
        "capture_path": trace.path(),
        "sessions": files,
        "server": options.target.server,
        "port": options.target.port,
        "username": options.target.username,
        "tree_name": options.target.share,
        "dry_run": how.dry_run,
        "force": how.force,
    });
    let claim = app.claims.shared(trace.place.output.path())?;
    let job = app.jobs.start(JobKind::Setup, told, move |job| {
        let _claim = claim;
        work(&trace, &files, &options, how, job)
    });
    Ok(answer(job.await?, wanted).await)
}

fn work(trace: &Trace, files: &[String], options: &Options, how: SetupOptions, job: &Job) -> Result<Value, ApiError> {
    let mut shown = shown(job);
    let before =
        Before::of(&trace.place.output, &trace.metadata, files, options, &mut shown).map_err(no_before_state)?;
    let report = before.set_up(how, job.cancelled(), &mut shown).map_err(no_before_state)?;
    serde_json::to_value(SetupAnswer::of(report)).map_err(ApiError::internal)
}

impl SetupAnswer {
    fn of(report: SetupReport) -> Self {
        let sentence = |trouble: &Trouble| format!("{} on share {}: {}", trouble.path, trouble.share, trouble.what);
        Self {
            success: report.success,
            dry_run: report.dry_run,
            directories_created: report.directories_created,
            files_created: report.files_created,
            bytes_written: report.bytes_written,
            deletions: report.deletions,
            existing: report.existing,
            errors: report.errors.iter().map(sentence).collect(),
            warnings: report.warnings.clone(),
            interrupted: report.interrupted,
            report,
        }
    }
}
