//! `POST /api/replay/execute`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::Json;
use crate::jobs::{AsJob, Job, JobDocument, JobKind, JobProgress, Wanted, answer};
use crate::metrics::Metrics;
use crate::replaying::{
    How, Names, Sessions, no_before_state, not_loaded, not_replayed, not_validated, options, shown,
};
use crate::security::Account;
use crate::trace::{self, Trace};
use axum::extract::State;
use axum::response::Response;
use replay::provisioning::Before;
use replay::report::Root;
use replay::validation::{Validation, WhatToCheck, validate};
use replay::{Event, Options, Progress, Report};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::metadata::Session;
use utoipa::ToSchema;

/// What to replay, where and how.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Execute {
    #[serde(flatten)]
    sessions: Sessions,
    #[serde(flatten)]
    account: Account,
    #[serde(flatten)]
    names: Names,
    #[serde(flatten)]
    how: How,
    /// Check first that everything can be sent and that the lab share is ready; if not, do not replay.
    #[serde(default)]
    validate_first: bool,
    /// Set up what was there before the sessions began, if it is not there. The default is to do so with `root`.
    setup: Option<bool>,
}

/// What became of a replay. Beside these members it has those of the report, if something was replayed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(transform = has_total)]
pub(crate) struct Execution {
    /// Everything was sent, and everything that was compared matches.
    success: bool,
    /// Those whose live answer is the captured one.
    successful_operations: u64,
    /// Those whose live answer is another one or is missing, and those that were not sent.
    failed_operations: u64,
    /// What differs, a sentence for each kind; what stands in the way when nothing was replayed.
    errors: Vec<String>,
    /// What was checked before, if that was asked for.
    validation: Option<Validation>,
    /// The replay.
    #[serde(flatten)]
    report: Option<Report>,
}

/// Replays sessions on the lab server and compares its answers with the captured ones.
#[utoipa::path(post, path = "/api/replay/execute", operation_id = "executeReplay", tag = "replay", params(AsJob), request_body = Execute, responses(
    (status = OK, description = "It was done", body = ref("#/components/schemas/Execution")),
    (status = ACCEPTED, description = "It will be done", body = JobDocument)))]
pub(crate) async fn execute(
    State(app): State<App>,
    wanted: Wanted,
    Json(asked): Json<Execute>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    let prepared = app.readers.read(move || {
        let trace = trace::open(&config, asked.sessions.capture_path.as_deref(), asked.sessions.case_id.as_deref())?;
        let files: Vec<String> = asked.sessions.of(&trace, true)?.iter().map(|session| session.file.clone()).collect();
        let options = options(&config, &asked.account, &asked.names, &asked.how)?;
        let sets_up = asked.setup.unwrap_or(options.mapping.root.is_some());
        if options.clones.get() > 1 && options.mapping.root.is_none() && (sets_up || asked.validate_first) {
            let error =
                ApiError::new(ErrorCode::InvalidValue, "clones are set up and checked below a folder that is named");
            return Err(error.advise("name it with root"));
        }
        Ok(Planned { trace, files, options, sets_up, validates: asked.validate_first })
    });
    let planned = prepared.await?;
    let told = planned.told();
    let metrics = Arc::clone(&app.metrics);
    let claim = app.claims.shared(planned.trace.place.output.path())?;
    let job = app.jobs.start(JobKind::Replay, told, move |job| {
        let _claim = claim;
        planned.work(job, &metrics)
    });
    Ok(answer(job.await?, wanted).await)
}

struct Planned {
    trace: Trace,
    files: Vec<String>,
    options: Options,
    sets_up: bool,
    validates: bool,
}

impl Planned {
    /// What was asked for, without secrets.
    fn told(&self) -> Value {
        let target = &self.options.target;
        json!({
            "capture_path": self.trace.path(),
            "sessions": self.files,
            "server": target.server,
            "port": target.port,
            "domain": target.domain,
            "username": target.username,
            "tree_name": target.share,
            "setup": self.sets_up,
            "validate_first": self.validates,
            "clones": self.options.clones,
        })
    }

    fn work(mut self, job: &Job, metrics: &Metrics) -> Result<Value, ApiError> {
        let mut validation = None;
        if self.validates {
            let found = self.check(WhatToCheck { operations: true, file_system: false }, job)?;
            refuse_cancelled(job)?;
            if !found.ready {
                return Execution::not_ready(found);
            }
            validation = Some(found);
        }
        if self.sets_up {
            let mut shown = shown(job);
            let output = &self.trace.place.output;
            let before = Before::of(output, &self.trace.metadata, &self.files, &self.options, &mut shown);
            let done =
                before.and_then(|before| before.restore(job.cancelled(), &mut shown)).map_err(no_before_state)?;
            for warning in done.iter().flat_map(|report| &report.warnings) {
                job.event("warning", warning.as_str().into());
            }
            refuse_cancelled(job)?;
            self.options.setup = done;
        }
        if let Some(before) = validation.take() {
            let mut found = self.check(WhatToCheck { operations: false, file_system: true }, job)?;
            refuse_cancelled(job)?;
            found.checks.operations = before.checks.operations;
            found.warnings.splice(0..0, before.warnings);
            if !found.ready {
                return Execution::not_ready(found);
            }
            validation = Some(found);
        }
        refuse_cancelled(job)?;
        let output = &self.trace.place.output;
        let captured = replay::load(output, &self.trace.metadata, &self.files).map_err(|error| not_loaded(&error))?;
        let mut counted = metrics.replay(self.options.pace);
        let mut tell = |event: Event| match event {
            Event::Progress(now) => {
                counted.at(&now);
                job.progress(progress(&now));
            }
            // Jobs begin when they are prepared.
            Event::Waits(_) => {}
            Event::Diverged(found) => {
                counted.diverged(found.verdict);
                job.event("divergence", serde_json::to_value(found).unwrap_or_default());
            }
        };
        let report = replay::run(captured, output, &self.options, job.cancelled(), &mut tell).map_err(not_replayed)?;
        counted.ended(&report);
        Execution::of(report, validation)
    }

    fn check(&self, what: WhatToCheck, job: &Job) -> Result<Validation, ApiError> {
        let metadata = &self.trace.metadata;
        let named = |session: &&Session| self.files.contains(&session.file);
        let sessions: Vec<&Session> = metadata.sessions.iter().filter(named).collect();
        let in_words = |error| no_before_state(error).to_string();
        let of_trace = (&self.trace.place.output, metadata);
        validate(of_trace, &sessions, &self.options, what, &in_words, job.cancelled(), &mut shown(job))
            .map_err(not_validated)
    }
}

fn refuse_cancelled(job: &Job) -> Result<(), ApiError> {
    match job.is_cancelled() {
        true => Err(ApiError::new(ErrorCode::Cancelled, "cancelled before anything was replayed")),
        false => Ok(()),
    }
}

fn progress(now: &Progress) -> JobProgress {
    JobProgress {
        doing: "replaying".to_owned(),
        done: now.done,
        total: now.total,
        divergences: now.divergences,
        skipped: now.skipped,
        in_flight: now.in_flight,
        lag_ms: now.lag.as_secs_f64() * 1e3,
    }
}

impl Execution {
    fn of(report: Report, validation: Option<Validation>) -> Result<Value, ApiError> {
        let execution = Self {
            success: report.diverged() == 0 && report.skipped == 0 && !report.interrupted,
            successful_operations: report.matched,
            failed_operations: report.diverged().saturating_add(report.skipped),
            errors: report.roots.iter().map(sentence).collect(),
            validation,
            report: Some(report),
        };
        serde_json::to_value(execution).map_err(ApiError::internal)
    }

    /// Nothing was replayed.
    fn not_ready(found: Validation) -> Result<Value, ApiError> {
        let planned = found.checks.operations.as_ref().map_or(0, |check| check.total_operations);
        let execution = Self {
            success: false,
            successful_operations: 0,
            failed_operations: 0,
            errors: found.errors.clone(),
            validation: Some(found),
            report: None,
        };
        let mut execution = serde_json::to_value(execution).map_err(ApiError::internal)?;
        // Clients rely on this member of the report, also where there is none.
        if let Value::Object(members) = &mut execution {
            members.insert("total_operations".to_owned(), planned.into());
        }
        Ok(execution)
    }
}

/// `total_operations` is there with a report and without.
fn has_total(schema: &mut schemars::Schema) {
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.push("total_operations".into());
    }
}

/// `CREATE letters\offer.txt (2 times, first in frame 412): STATUS_SUCCESS captured, STATUS_ACCESS_DENIED live`.
fn sentence(root: &Root) -> String {
    let path = root.path.as_deref().map(|path| format!(" {path}")).unwrap_or_default();
    let times = if root.count == 1 { "once".to_owned() } else { format!("{} times, first", root.count) };
    let frame = root.first_frame.map(|frame| format!(" in frame {frame}")).unwrap_or_default();
    let what = match root.fields.is_empty() {
        true => format!("{} captured, {} live", root.captured_status, root.live_status),
        false => format!("{}, but other {}", root.live_status, root.fields.join(", ")),
    };
    format!("{}{path} ({times}{frame}): {what}", root.command)
}
