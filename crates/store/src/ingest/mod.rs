//! From a capture to session files and metadata.

pub(crate) mod batches;
pub(crate) mod described;
mod earlier;
mod error;
mod files;
mod payload;
pub(crate) mod read;
mod stream;
mod without;

pub use error::IngestError;

use crate::layout::{Gathered, TracePlace};
use crate::metadata::{Damage, Payload, SessionMetadata, TraceFile};
use crate::writer::DEFAULT_BUDGET;
use dissect::Secrets;
use earlier::Earlier;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What to ingest.
#[derive(Clone, Debug)]
pub struct IngestRequest {
    /// The trace and where its output goes.
    pub place: TracePlace,
    /// The files of the trace, read as one in the order of time; not looked at when it comes as a stream.
    pub files: Vec<PathBuf>,
    /// Whether to ingest an unchanged trace again, and to replace what smbreplay did not write.
    pub force: bool,
    /// Memory for rows that wait to be written, bytes.
    pub budget: usize,
    /// Threads; what is written does not depend on their number.
    pub jobs: NonZero<usize>,
    /// Keys and passwords that decrypt and verify; they never reach the output.
    pub secrets: Secrets,
    /// What is stored of the data of READs and WRITEs.
    pub payload: Payload,
}

impl IngestRequest {
    /// Ingests the one file at `place`, not forced, with the default memory budget, as many threads as there are processors, no
    /// secrets and all data.
    pub fn new(place: TracePlace) -> Self {
        Self::of(Gathered { files: vec![place.trace.clone()], place })
    }

    /// Ingests `gathered` files as one trace, not forced, with the default memory budget, as many threads as there are
    /// processors, no secrets and all data.
    pub fn of(gathered: Gathered) -> Self {
        let Gathered { files, place } = gathered;
        Self {
            place,
            files,
            force: false,
            budget: DEFAULT_BUDGET,
            jobs: default_jobs(),
            secrets: Secrets::default(),
            payload: Payload::Full,
        }
    }
}

/// As many threads as there are processors, and not more than their memory is worth.
pub fn default_jobs() -> NonZero<usize> {
    const MOST: NonZero<usize> = NonZero::new(4).unwrap();
    std::thread::available_parallelism().map_or(NonZero::<usize>::MIN, |found| found.min(MOST))
}

/// How far an ingest is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IngestProgress {
    /// What is being done.
    pub phase: Phase,
    /// Bytes that this phase has read of all files.
    pub bytes_read: u64,
    /// Size of all files; 0 when it is not known.
    pub bytes_total: u64,
    /// Operations found so far.
    pub operations: u64,
}

/// What an ingest is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Hashing the capture files.
    Hashing,
    /// Reading packets.
    Reading,
    /// Writing session files.
    Writing,
}

/// What an ingest did: the JSON of `ingest`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IngestReport {
    /// Path of the capture; of a set, its folder and common stem.
    pub trace: String,
    /// Its files.
    pub files: Vec<ReportedFile>,
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
    /// How much there was.
    pub counters: BTreeMap<String, u64>,
    /// Encrypted messages that were decrypted.
    pub decrypted_messages: u64,
    /// Encrypted messages that no key opened.
    pub encrypted_messages: u64,
    /// What is stored of the data of READs and WRITEs.
    pub payload: Payload,
    /// What the user should know, a sentence each: a truncated capture, for example.
    pub warnings: Vec<String>,
    /// Whether the trace had been ingested before and has not changed: nothing was done.
    pub unchanged: bool,
    /// How the files differ from those of the earlier ingest, a phrase for each kind of change.
    pub changes: Vec<String>,
    /// Seconds it took.
    pub processing_time: f64,
}

/// A file of a trace, as a report tells of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedFile {
    /// Its path; `-` for the standard input.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Packets read.
    pub packets: Option<u64>,
    /// Why it was left out of its set.
    pub left_out: Option<String>,
    /// Places where it is cut or damaged; `damages` has the first of them.
    pub damaged_places: u64,
    /// Where it is cut or damaged.
    pub damages: Vec<Damage>,
}

/// Ingests a trace of files. Until the end everything is written to a temporary folder: an error or an interrupt leaves
/// an earlier result as it was. A trace that was ingested before is not ingested again unless forced, one of its files has
/// changed, come or gone, other data of READs and WRITEs is to be stored, or it holds encrypted messages and there are
/// secrets now.
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
    let (trace, mut hashed) = read::open(&request.files)?;
    let mut files = files::describe(&request.files)?;
    let earlier = Earlier::look(&place.output)?;
    if !request.force {
        earlier.refuse_foreign(&place.output)?;
        earlier.refuse_other_files(place, &files)?;
    }
    let known = earlier.complete(&place.output).filter(|_| !request.force);
    let known = known.filter(|known| known.trace.payload == request.payload && !may_gain(known, &request.secrets));
    if let Some(known) = known.filter(|known| files::look_same(&files, &known.trace.files)) {
        return Ok(report(place, known, Vec::new(), true, started));
    }
    // A single file is hashed while it is read, unless it may be the same as before.
    if known.is_some() || hashed.is_none() {
        hashed = None;
        files::hash(&mut files, progress, cancelled)?;
    }
    if let Some(known) = known.filter(|known| files::have_same_hashes(&files, &known.trace.files)) {
        return Ok(report(place, known, Vec::new(), true, started));
    }
    let before = earlier.files();
    let locks_again = earlier.was_decrypted() && request.secrets.is_empty();
    let total = files::total(&files);
    // Thousands of sessions and connections: not to be held while the next ones are read.
    drop(earlier);
    let mut complete = || match (hashed.take(), files.first_mut()) {
        (Some(hashed), Some(file)) => {
            let completed = hashed.complete(file);
            completed.map_err(|source| IngestError::Unreadable { path: file.path.clone().into(), source })?;
            Ok(files.clone())
        }
        _ => Ok(files.clone()),
    };
    let mut metadata = read::read(request, trace, total, &mut complete, progress, cancelled)?;
    let changes = before.map(|before| files::changes(&metadata.trace.files, &before)).unwrap_or_default();
    if locks_again && metadata.sessions.iter().all(|session| !session.decrypted) {
        metadata.warnings.push(LOCKED_AGAIN.to_owned());
    }
    Ok(report(place, &metadata, changes, false, started))
}

/// Ingests a trace that comes as a stream, such as the standard input, to its end. It is hashed while it is read, and never
/// taken for unchanged; otherwise as [`ingest`].
///
/// # Errors
/// [`IngestError`], one line each.
pub fn ingest_stream(
    request: &IngestRequest,
    stream: Box<dyn Read + Send>,
    progress: &mut dyn FnMut(IngestProgress),
    cancelled: &AtomicBool,
) -> Result<IngestReport, IngestError> {
    let started = Instant::now();
    let place = &request.place;
    let stream = stream::Hashing::new(stream);
    let seen = stream.seen();
    let earlier = Earlier::look(&place.output)?;
    if !request.force {
        earlier.refuse_foreign(&place.output)?;
        earlier.refuse_other_files(place, &[seen.file()])?;
    }
    drop(earlier);
    let trace = read::open_stream(stream, cancelled)?;
    let metadata = read::read(request, trace, 0, &mut || Ok(vec![seen.file()]), progress, cancelled)?;
    Ok(report(place, &metadata, Vec::new(), false, started))
}

const LOCKED_AGAIN: &str = "the earlier result was made with keys, this one without; give them again to decrypt";

/// Whether `secrets` may open or verify what the earlier ingest could not.
fn may_gain(known: &SessionMetadata, secrets: &Secrets) -> bool {
    let locked = |counter: &str| known.dropped.get(counter).is_some_and(|count| *count > 0);
    !secrets.is_empty() && (!known.trace.secrets_given || locked("encrypted_pdus") || locked("decryption_failures"))
}

fn report(
    place: &TracePlace,
    metadata: &SessionMetadata,
    changes: Vec<String>,
    unchanged: bool,
    started: Instant,
) -> IngestReport {
    let sessions: Vec<String> = metadata.sessions.iter().map(|session| session.file.clone()).collect();
    let count = |counters: &BTreeMap<String, u64>, name| counters.get(name).copied().unwrap_or(0);
    IngestReport {
        trace: place.trace.display().to_string(),
        files: metadata.trace.files.iter().map(reported).collect(),
        case_id: place.case_id.clone(),
        output_dir: place.output.path().display().to_string(),
        packets: metadata.trace.packets,
        bytes: metadata.trace.bytes,
        smb2_messages: metadata.smb2_messages,
        session_count: u64::try_from(sessions.len()).unwrap_or(u64::MAX),
        sessions,
        dropped: metadata.dropped.clone(),
        counters: metadata.counters.clone(),
        decrypted_messages: count(&metadata.counters, "decrypted_pdus"),
        encrypted_messages: count(&metadata.dropped, "encrypted_pdus")
            .saturating_add(count(&metadata.dropped, "decryption_failures")),
        payload: metadata.trace.payload,
        warnings: metadata.warnings.clone(),
        unchanged,
        changes,
        processing_time: started.elapsed().as_secs_f64(),
    }
}

fn reported(file: &TraceFile) -> ReportedFile {
    ReportedFile {
        path: file.path.clone(),
        size: file.size,
        packets: file.packets,
        left_out: file.left_out.clone(),
        damaged_places: file.damaged_places,
        damages: file.damages.clone(),
    }
}

#[cfg(test)]
mod tests;
