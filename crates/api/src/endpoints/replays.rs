//! `GET /api/replays`, and what is written of a replay.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::reading::{
    Cursor, Out, Rows, SelectionKey, answer, document, json as written_json, limit, listing, streamed,
};
use crate::run::{self, Opened};
use crate::trace::{self, OfCapture};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use replay::page::{self, PageError};
use replay::replayed::document::{NEEDED, ReplayedRow};
use replay::report::junit::{self, JunitError};
use replay::report::listed::ListedRun;
use replay::traffic::{self, TrafficError};
use replay::{Recorded, Replayed, Wanted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::atomic::AtomicBool;
use store::Selection;
use store::runs::{OfVerdicts, RunFile, Verdict};
use utoipa::IntoParams;

/// Which operations of a run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfRun {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// Only operations with these verdicts, with commas between them: `match`, `status`, `body`, `no_response`, `skipped`,
    /// `not_compared`; `diverged` stands for `status,body,no_response`.
    #[param(pattern = "^((match|status|body|no_response|skipped|not_compared|diverged)(,|$))*$")]
    verdict: Option<String>,
    /// Rows of a page; without it all are answered, as a stream.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// The first row of the page, counted from 0 among those that match; not beside `cursor`.
    #[param(minimum = 0, maximum = 9007199254740991i64)]
    offset: Option<u64>,
}

/// The replays of a capture.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunList")]
pub(crate) struct RunList {
    /// Oldest first.
    runs: Vec<ListedRun>,
    /// The capture.
    capture_path: String,
    /// How many they are.
    total: usize,
}

/// Operations of a replay.
#[derive(JsonSchema)]
#[schemars(rename = "ReplayedList")]
#[expect(dead_code, reason = "only its schema is needed: it is written row by row")]
pub(crate) struct ReplayedList {
    /// Name of the run.
    run: String,
    /// How many operations match, on all pages.
    total: u64,
    /// The verdicts that were asked for.
    verdict: Option<String>,
    /// Where the next page begins; null where there is none.
    next_cursor: Option<String>,
    /// In the order in which they ended.
    operations: Vec<ReplayedRow>,
}

/// The replays of a capture.
#[utoipa::path(get, path = "/api/replays", operation_id = "listReplays", tag = "replays", params(OfCapture),
    responses((status = OK, body = ref("#/components/schemas/RunList"))))]
pub(crate) async fn list(State(app): State<App>, Query(of): Query<OfCapture>) -> Result<Response, ApiError> {
    let config = app.config()?;
    document(&app, move |out| {
        let place = trace::find(&config, of.capture_path.as_deref(), of.case_id.as_deref())?;
        let runs = run::list(&place)?;
        let runs: Vec<ListedRun> = runs.iter().map(|run| ListedRun::of(run, run.read_report().ok().as_ref())).collect();
        written_json(out, &RunList { total: runs.len(), capture_path: place.trace.display().to_string(), runs })
    })
    .await
}

/// The report of a replay. `last` is the latest.
#[utoipa::path(get, path = "/api/replays/{run}", operation_id = "getReplay", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"), OfCapture),
    responses((status = OK, body = ref("#/components/schemas/Report"))))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfCapture>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    document(&app, move |out| {
        let place = trace::find(&config, of.capture_path.as_deref(), of.case_id.as_deref())?;
        written_json(out, &run::report(&run::find(&place, &name)?)?)
    })
    .await
}

/// The operations of a replay beside what they replayed: all as a stream, or a page.
#[utoipa::path(get, path = "/api/replays/{run}/operations", operation_id = "getReplayOperations", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"), OfRun),
    responses((status = OK, body = ref("#/components/schemas/ReplayedList"),
        headers(("X-Total" = u64, description = "How many operations match"),
            ("X-Next-Cursor" = Option<String>, description = "Where the next page begins")))))]
pub(crate) async fn operations(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfRun>,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    answer(&app, move || prepare(&shared, &name, &of)).await
}

fn prepare(app: &App, name: &str, of: &OfRun) -> Result<Rows, ApiError> {
    let limit = limit(of.limit)?;
    let verdict = of.verdict.clone().filter(|verdict| !verdict.is_empty());
    let verdicts = verdict.as_deref().map(verdicts).transpose()?;
    let place = trace::find(&app.config()?, of.capture_path.as_deref(), of.case_id.as_deref())?;
    let run = run::find(&place, name)?;
    // One that goes on has no file yet.
    run::report(&run)?;
    let unreadable = |error: store::ReadError| run::not_beside(error.into());
    let file = RunFile::open(&run).map_err(unreadable)?;
    let identity = file.identity().map_err(unreadable)?;
    let asked = ["verdict".to_owned(), verdict.clone().unwrap_or_default()];
    let chosen = [asked[0].as_str(), asked[1].as_str()];
    let list = Cursor { file: &identity, chosen: &chosen };
    let begin = list.begin(of.cursor.as_deref(), of.offset)?;
    let selection = match verdicts {
        None => None,
        Some(verdicts) => {
            let key = SelectionKey { file: identity.clone(), asked: asked.to_vec() };
            Some(app.selections.get(key, || file.select(&mut OfVerdicts(verdicts))).map_err(unreadable)?)
        }
    };
    let from = begin.row(|before| file.place(selection.as_ref(), before));
    let total = selection.as_ref().map_or(file.row_count(), Selection::count);
    let page = (limit.is_some() || from > 0).then(|| file.page(selection.as_ref(), from, limit.unwrap_or(u64::MAX)));
    let next = page.as_ref().and_then(|page| page.next).map(|row| list.text(row));
    let rows = page.map(|page| page.selection).or(selection);
    let head = json!({ "run": run.name(), "total": total, "verdict": verdict, "next_cursor": next });
    let head: Map<String, Value> = if let Value::Object(members) = head { members } else { Map::new() };
    Ok(Rows {
        is_page: limit.is_some(),
        media_type: "application/json",
        total,
        next,
        write: Box::new(move |out| {
            let wanted = Wanted::new(NEEDED).of_selection(rows);
            let rows = Replayed::open(&place.output, &run, wanted).map_err(run::not_beside)?;
            let rows = rows.map(|row| row.map(|row| ReplayedRow::of(&row)).map_err(run::not_beside));
            listing(out, &head, "operations", rows)
        }),
    })
}

fn verdicts(text: &str) -> Result<Vec<Verdict>, ApiError> {
    let mut verdicts = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match (name, Verdict::from_name(name)) {
            ("diverged", _) => verdicts.extend(Verdict::ALL.into_iter().filter(|verdict| verdict.is_diverged())),
            (_, Some(verdict)) => verdicts.push(verdict),
            (_, None) => {
                let known = Verdict::ALL.map(Verdict::name).join(", ");
                let error = ApiError::new(ErrorCode::InvalidValue, "there is no such verdict");
                return Err(error.advise(format!("the verdicts are {known}; diverged stands for those that differ")));
            }
        }
    }
    Ok(verdicts)
}

/// The report of a replay as a page, with its operations and what diverged in full. It needs nothing but itself.
#[utoipa::path(get, path = "/api/replays/{run}/report.html", operation_id = "getReplayPage", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"), OfCapture),
    responses((status = OK, body = String, content_type = "text/html")))]
pub(crate) async fn page(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfCapture>,
) -> Result<Response, ApiError> {
    written(app, name, of, ("text/html; charset=utf-8", "inline", "html"), |recorded, out, gone| {
        page::write(recorded, out, gone).map(drop).map_err(|error| match error {
            PageError::Replayed(error) => run::not_beside(error),
            PageError::Write(error) => error.into(),
            PageError::Interrupted => run::interrupted(),
        })
    })
    .await
}

/// The operations of a replay as JUnit XML.
#[utoipa::path(get, path = "/api/replays/{run}/report.xml", operation_id = "getReplayResults", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"), OfCapture),
    responses((status = OK, body = String, content_type = "application/xml")))]
pub(crate) async fn results(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfCapture>,
) -> Result<Response, ApiError> {
    written(app, name, of, ("application/xml", "inline", "xml"), |recorded, out, gone| {
        junit::write(recorded, out, gone).map_err(|error| match error {
            JunitError::Replayed(error) => run::not_beside(error),
            JunitError::Write(error) => error.into(),
            JunitError::Interrupted => run::interrupted(),
        })
    })
    .await
}

/// The live traffic of a replay as pcapng, decrypted, with a comment on each message that diverged.
#[utoipa::path(get, path = "/api/replays/{run}/traffic.pcapng", operation_id = "getReplayTraffic", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"), OfCapture),
    responses((status = OK, body = String, content_type = "application/vnd.tcpdump.pcap")))]
pub(crate) async fn traffic(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfCapture>,
) -> Result<Response, ApiError> {
    written(app, name, of, ("application/vnd.tcpdump.pcap", "attachment", "pcapng"), |recorded, out, gone| {
        traffic::write(recorded, &std::env::temp_dir(), out, gone).map(drop).map_err(|error| match error {
            TrafficError::Replayed(error) => run::not_beside(error),
            TrafficError::Write(error) => error.into(),
            TrafficError::Interrupted => run::interrupted(),
        })
    })
    .await
}

/// What `write` writes of a run, with its media type, whether it is to be shown or kept, and its ending.
async fn written(
    app: App,
    name: String,
    of: OfCapture,
    (media_type, disposition, ending): (&'static str, &'static str, &'static str),
    write: impl FnOnce(Recorded<'_>, &mut Out, &AtomicBool) -> Result<(), ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    let find = move || Opened::find(&config, of.capture_path.as_deref(), of.case_id.as_deref(), &name);
    let opened = app.readers.read(find).await?;
    let disposition = format!("{disposition}; filename=\"{}.{ending}\"", opened.run.name());
    let body = streamed(app.readers.stream()?, move |out| {
        let gone = out.gone();
        write(opened.recorded(), out, &gone)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, &disposition)], body).into_response())
}
