//! From a capture to session files and metadata.

mod earlier;
mod error;
mod fingerprint;
mod read;

pub use error::IngestError;

use crate::layout::TracePlace;
use crate::metadata::{SessionMetadata, TraceFile};
use crate::writer::DEFAULT_BUDGET;
use dissect::Secrets;
use earlier::Earlier;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What to ingest.
#[derive(Clone, Debug)]
pub struct IngestRequest {
    /// The capture and where its output goes.
    pub place: TracePlace,
    /// Whether to ingest an unchanged trace again, and to replace what smbreplay did not write.
    pub force: bool,
    /// Memory for rows that wait to be written, bytes.
    pub budget: usize,
    /// Keys and passwords that decrypt and verify; they never reach the output.
    pub secrets: Secrets,
}

impl IngestRequest {
    /// Ingests the trace at `place`, not forced, with the default memory budget and no secrets.
    pub fn new(place: TracePlace) -> Self {
        Self { place, force: false, budget: DEFAULT_BUDGET, secrets: Secrets::default() }
    }
}

/// How far an ingest is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IngestProgress {
    /// What is being done.
    pub phase: Phase,
    /// Bytes of the capture file that this phase has read.
    pub bytes_read: u64,
    /// Size of the capture file.
    pub bytes_total: u64,
    /// Operations found so far.
    pub operations: u64,
}

/// What an ingest is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Hashing the capture file.
    Hashing,
    /// Reading packets.
    Reading,
    /// Writing session files.
    Writing,
}

/// What an ingest did: the JSON of `ingest`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IngestReport {
    /// Path of the capture.
    pub trace: String,
    /// The case it lies in.
    pub case_id: Option<String>,
    /// Folder with the output.
    pub output_dir: String,
    /// Packets read.
    pub packets: u64,
    /// Bytes of these packets.
    pub bytes: u64,
    /// SMB2 messages found.
    pub smb2_messages: u64,
    /// Number of session files.
    pub session_count: u64,
    /// Names of the session files.
    pub sessions: Vec<String>,
    /// What was lost, repaired, guessed or evicted.
    pub dropped: BTreeMap<String, u64>,
    /// What the user should know, a sentence each: a truncated capture, for example.
    pub warnings: Vec<String>,
    /// Whether the trace had been ingested before and has not changed: nothing was done.
    pub unchanged: bool,
    /// Seconds it took.
    pub processing_time: f64,
}

/// Ingests a trace. Until the end everything is written to a temporary folder: an error or an interrupt leaves an
/// earlier result as it was. An unchanged trace that was ingested before is not ingested again unless forced.
///
/// `progress` is called now and then; when `cancelled` becomes true the ingest ends with [`IngestError::Interrupted`].
///
/// # Errors
/// [`IngestError`], one line each.
pub fn ingest(
    request: &IngestRequest,
    progress: &mut dyn FnMut(IngestProgress),
    cancelled: &AtomicBool,
) -> Result<IngestReport, IngestError> {
    let started = Instant::now();
    let place = &request.place;
    let trace = read::open(&place.trace)?;
    let file = fingerprint::describe(&place.trace)?;
    let earlier = Earlier::look(&place.output)?;
    if !request.force {
        earlier.refuse_foreign(&place.output)?;
    }
    let hash =
        |progress: &mut dyn FnMut(IngestProgress)| fingerprint::hash(&place.trace, file.size, progress, cancelled);
    let (file, unchanged) = match earlier.complete(&place.output).filter(|_| !request.force) {
        Some(known) if fingerprint::looks_same(&file, &known.trace) => (file, Some(known)),
        Some(known) => {
            let xxh3_128 = hash(progress)?;
            let same = fingerprint::has_hash(&known.trace, &xxh3_128);
            (TraceFile { xxh3_128, ..file }, Some(known).filter(|_| same))
        }
        None => (TraceFile { xxh3_128: hash(progress)?, ..file }, None),
    };
    if let Some(metadata) = unchanged {
        return Ok(report(place, metadata, true, started));
    }
    let metadata = read::read(request, trace, file, progress, cancelled)?;
    Ok(report(place, &metadata, false, started))
}

fn report(place: &TracePlace, metadata: &SessionMetadata, unchanged: bool, started: Instant) -> IngestReport {
    let sessions: Vec<String> = metadata.sessions.iter().map(|session| session.file.clone()).collect();
    IngestReport {
        trace: place.trace.display().to_string(),
        case_id: place.case_id.clone(),
        output_dir: place.output.path().display().to_string(),
        packets: metadata.trace.packets,
        bytes: metadata.trace.bytes,
        smb2_messages: metadata.smb2_messages,
        session_count: u64::try_from(sessions.len()).unwrap_or(u64::MAX),
        sessions,
        dropped: metadata.dropped.clone(),
        warnings: metadata.warnings.clone(),
        unchanged,
        processing_time: started.elapsed().as_secs_f64(),
    }
}

#[cfg(test)]
mod tests;
