//! `POST /api/traces/ingest`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::Json;
use crate::jobs::{AsJob, Job, JobDocument, JobKind, JobProgress, Wanted, answer};
use crate::security::inside;
use crate::trace;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dissect::{SecretError, Secrets};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;
use std::{fmt, io};
use store::ingest::{IngestError, IngestReport, IngestRequest, Phase};
use store::layout::{Gathered, LayoutError};
use store::writer::WriteError;
use store::{Config, Key, Layout, Payload, StagedError};
use utoipa::ToSchema;

/// A capture to ingest.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Ingest {
    /// Path of the capture: as `/api/traces` has it, or relative to the case. A folder or a pattern is a set of files.
    path: Option<String>,
    /// Another name for `path`.
    capture_path: Option<String>,
    /// Ingest again what has not changed, and replace what smbreplay did not write.
    #[serde(default)]
    force: bool,
    /// Taken, and of no effect: TCP streams and fragments are always put together.
    #[expect(dead_code, reason = "clients send it")]
    reassembly: Option<bool>,
    /// The case that a relative path lies in; the configured one by default.
    #[serde(alias = "caseId")]
    case_id: Option<String>,
    /// What is stored of the data of READs and WRITEs: `full`, `hash` or `none`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(full|hash|none)$")]
    payload: Option<Payload>,
    /// Keys that decrypt: `SESSION_ID=KEY` in hex each. They are not kept.
    #[serde(default)]
    session_keys: Vec<String>,
    /// Keys of the server's and the client's messages: `SESSION_ID=S2C,C2S` in hex each. They are not kept.
    #[serde(default)]
    decryption_keys: Vec<String>,
    /// Passwords of accounts that log on with NTLM, or of the service of Kerberos logons: `USER=PASSWORD` each. They are not kept.
    #[serde(default)]
    nt_passwords: Vec<String>,
    /// NT hashes of such passwords: `USER=HASH` in hex each. They are not kept.
    #[serde(default)]
    nt_hashes: Vec<String>,
    /// Keytabs of the server, which open Kerberos logons: the file in base64 each. They are not kept.
    #[serde(default)]
    keytabs: Vec<String>,
}

impl fmt::Debug for Ingest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingest").field("path", &self.path()).field("case_id", &self.case_id).finish_non_exhaustive()
    }
}

/// What an ingest did.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IngestAnswer {
    /// It was done.
    success: bool,
    /// Path of the trace.
    capture_path: String,
    /// The case it lies in.
    case_id: Option<String>,
    /// Names of the session files.
    sessions: Vec<String>,
    /// How many there are.
    session_count: u64,
    /// Packets that were read.
    total_frames: u64,
    /// SMB2 messages that were found.
    smb2_messages: u64,
    /// Encrypted messages that no key opened.
    encrypted_messages: u64,
    /// The trace had been ingested before and has not changed: nothing was done.
    unchanged: bool,
    /// What was lost, repaired, guessed or evicted.
    dropped: std::collections::BTreeMap<String, u64>,
    /// What is worth knowing, a sentence each.
    warnings: Vec<String>,
    /// Seconds it took.
    processing_time: f64,
    /// Nothing: what goes wrong is answered as an error.
    error: Option<String>,
}

/// Finds the SMB sessions of a capture and stores their operations.
#[utoipa::path(post, path = "/api/traces/ingest", operation_id = "ingestTrace", tag = "traces", params(AsJob), request_body = Ingest, responses(
    (status = OK, description = "It was done", body = ref("#/components/schemas/IngestAnswer")),
    (status = ACCEPTED, description = "It will be done", body = JobDocument)))]
pub(crate) async fn ingest(
    State(app): State<App>,
    wanted: Wanted,
    Json(asked): Json<Ingest>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    // Looking for the files of a set may take a while.
    let request = app.readers.read(move || request(&config, &asked)).await?;
    let told = json!({
        "capture_path": request.place.trace,
        "case_id": request.place.case_id,
        "force": request.force,
        "payload": request.payload,
        "with_keys": !request.secrets.is_empty(),
    });
    let claim = app.claims.shared(request.place.output.path())?;
    let shared = app.clone();
    let job = app.jobs.start(JobKind::Ingest, told, move |job| {
        let _claim = claim;
        let report = work(&request, job)?;
        shared.remember(&[(Key::CapturePath, &report.trace), (Key::TraceName, name(Path::new(&report.trace)))]);
        serde_json::to_value(IngestAnswer::of(report)).map_err(ApiError::internal)
    });
    Ok(answer(job.await?, wanted).await)
}

impl Ingest {
    fn path(&self) -> Option<&str> {
        self.path.as_deref().or(self.capture_path.as_deref()).filter(|path| !path.is_empty())
    }
}

fn request(config: &Config, asked: &Ingest) -> Result<IngestRequest, ApiError> {
    let path = asked.path().ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidValue, "no capture is named").advise("name one with path; see /api/traces")
    })?;
    let layout = Layout::new(config);
    let named = trace::named(&layout, config, path, asked.case_id.as_deref())?;
    trace::must_be_inside(layout.traces_folder(), &named)?;
    let gathered = layout.gather(&[named], &[], None).map_err(cannot_gather)?;
    confine(&layout, &gathered)?;
    Ok(IngestRequest {
        force: asked.force,
        secrets: secrets(asked)?,
        payload: asked.payload.unwrap_or_default(),
        ..IngestRequest::of(gathered)
    })
}

/// A link in a folder or pattern may lead elsewhere.
fn confine(layout: &Layout, gathered: &Gathered) -> Result<(), ApiError> {
    for file in &gathered.files {
        inside(layout.traces_folder(), file)?;
    }
    match gathered.place.case_id {
        Some(_) => Ok(()),
        None => Err(ApiError::new(ErrorCode::OutsideTracesFolder, "the capture is in no case of the traces folder")),
    }
}

fn cannot_gather(error: LayoutError) -> ApiError {
    match error {
        LayoutError::NoTrace { .. } | LayoutError::NoMatch { .. } | LayoutError::Io { .. } => {
            ApiError::new(ErrorCode::TraceNotFound, "there is no such capture").advise("see /api/traces")
        }
        LayoutError::NoCaptures { .. } => ApiError::new(ErrorCode::NotACapture, "the folder has no captures"),
        LayoutError::NotAFile { .. } => ApiError::new(ErrorCode::NotACapture, "it is no file"),
        _ => ApiError::new(ErrorCode::BadPath, "the path does not name a capture"),
    }
}

fn secrets(asked: &Ingest) -> Result<Secrets, ApiError> {
    type Add = fn(&mut Secrets, &str) -> Result<(), SecretError>;
    let kinds: [(&str, &[String], Add); 4] = [
        ("session_keys", &asked.session_keys, Secrets::add_session_key),
        ("decryption_keys", &asked.decryption_keys, Secrets::add_decryption_keys),
        ("nt_passwords", &asked.nt_passwords, Secrets::add_nt_password),
        ("nt_hashes", &asked.nt_hashes, Secrets::add_nt_hash),
    ];
    let mut secrets = Secrets::default();
    for (member, given, add) in kinds {
        for (index, text) in given.iter().enumerate() {
            add(&mut secrets, text)
                .map_err(|error| ApiError::new(ErrorCode::InvalidValue, format!("{member}[{index}]: {error}")))?;
        }
    }
    for (index, text) in asked.keytabs.iter().enumerate() {
        let refused =
            |why: &dyn fmt::Display| ApiError::new(ErrorCode::InvalidValue, format!("keytabs[{index}]: {why}"));
        // What is wrong with the text would repeat a piece of it.
        let file = STANDARD.decode(text).map_err(|_| refused(&"it is not in base64"))?;
        secrets.add_keytab(&file).map_err(|error| refused(&error))?;
    }
    Ok(secrets)
}

fn work(request: &IngestRequest, job: &Job) -> Result<IngestReport, ApiError> {
    let mut show = |now: store::IngestProgress| {
        let doing = match now.phase {
            Phase::Hashing => "hashing",
            Phase::Reading => "reading",
            Phase::Writing => "writing",
        };
        let (done, total) = (now.bytes_read, now.bytes_total);
        job.progress(JobProgress { doing: doing.to_owned(), done, total, ..JobProgress::default() });
    };
    let report = store::ingest(request, &mut show, job.cancelled()).map_err(failed)?;
    for warning in &report.warnings {
        job.event("warning", warning.as_str().into());
    }
    Ok(report)
}

fn failed(error: IngestError) -> ApiError {
    let told = |code| ApiError::new(code, &error);
    match &error {
        IngestError::Interrupted => ApiError::new(ErrorCode::Cancelled, &error),
        IngestError::Unreadable { .. } => told(ErrorCode::TraceNotFound),
        IngestError::Empty { .. }
        | IngestError::NotACapture { .. }
        | IngestError::Broken { .. }
        | IngestError::NoSmb2 { .. }
        | IngestError::OnlySmb1 { .. } => told(ErrorCode::NotACapture),
        IngestError::Foreign { .. } | IngestError::OtherFiles { .. } => {
            told(ErrorCode::Conflict).advise("ingest it with force to replace them")
        }
        IngestError::Write(WriteError::Interrupted) => ApiError::new(ErrorCode::Cancelled, &error),
        IngestError::Write(WriteError::Folder(StagedError::Busy { .. })) => {
            ApiError::new(ErrorCode::Conflict, "the trace is being ingested already")
        }
        IngestError::Write(WriteError::Io { source, .. }) if source.kind() == io::ErrorKind::StorageFull => {
            told(ErrorCode::NoRoom)
        }
        IngestError::Write(_) => ApiError::internal(&error),
    }
}

fn name(trace: &Path) -> &str {
    trace.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

impl IngestAnswer {
    fn of(report: IngestReport) -> Self {
        Self {
            success: true,
            capture_path: report.trace,
            case_id: report.case_id,
            sessions: report.sessions,
            session_count: report.session_count,
            total_frames: report.packets,
            smb2_messages: report.smb2_messages,
            encrypted_messages: report.encrypted_messages,
            unchanged: report.unchanged,
            dropped: report.dropped,
            warnings: report.warnings,
            processing_time: report.processing_time,
            error: None,
        }
    }
}
