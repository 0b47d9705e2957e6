//! Driving capture, dissector and writer.

use super::batches::{self, Stopped};
use super::stream::Hashed;
use super::{IngestError, IngestProgress, IngestRequest, Phase, described, payload, without};
use crate::metadata::{self, Payload, SCHEMA_VERSION, SessionMetadata, Trace, TraceFile};
use crate::writer::{SessionsWriter, WriteError};
use capture::{EmbeddedKeys, Limits, OpenError, PacketReader, ReadError};
use dissect::{Dissector, SecretError};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What messages call a stream.
const STREAM: &str = "standard input";

/// Opens the captures at `paths` as one trace; a single one is hashed while it is read.
pub(super) fn open(paths: &[PathBuf]) -> Result<(capture::Trace, Option<Hashed>), IngestError> {
    let [path] = paths else { return capture::Trace::open_set(paths).map(|trace| (trace, None)).map_err(refused) };
    let unreadable = |source| IngestError::Unreadable { path: path.clone(), source };
    let (reader, hashed) = File::open(path).and_then(Hashed::reading).map_err(unreadable)?;
    let reader = PacketReader::from_reader(Box::new(reader), &path.display().to_string()).map_err(refused)?;
    Ok((capture::Trace::new(reader, Limits::default()), Some(hashed)))
}

/// Opens the capture that comes as a stream.
pub(crate) fn open_stream(
    stream: impl Read + Send + 'static,
    cancelled: &AtomicBool,
) -> Result<capture::Trace, IngestError> {
    match PacketReader::from_reader(Box::new(stream), STREAM) {
        Ok(reader) => Ok(capture::Trace::new(reader, Limits::default())),
        Err(_) if cancelled.load(Ordering::Relaxed) => Err(IngestError::Interrupted),
        Err(error) => Err(refused(error)),
    }
}

/// What opening the files failed by.
pub(crate) fn refused(error: OpenError) -> IngestError {
    match error {
        OpenError::Empty { name } => IngestError::Empty { path: name.into() },
        OpenError::Io { name, source } => IngestError::Unreadable { path: name.into(), source },
        OpenError::Broken { name, reason } => IngestError::Broken { path: name.into(), reason },
        OpenError::NotACapture { name, offset, magic } => {
            let magic: String = magic.iter().map(|byte| format!("{byte:02x}")).collect();
            IngestError::NotACapture {
                path: name.into(),
                reason: format!("{magic} at byte {offset} where its magic number should be"),
            }
        }
        OpenError::HeaderCut { name, length } => IngestError::NotACapture {
            path: name.into(),
            reason: format!("it ends after {length} bytes, inside the file header"),
        },
    }
}

/// Reads the trace, `size` bytes if that is known, and writes its sessions. `files` says at the end what it was made of.
pub(super) fn read(
    request: &IngestRequest,
    trace: capture::Trace,
    size: u64,
    files: &mut dyn FnMut() -> Result<Vec<TraceFile>, IngestError>,
    progress: &mut dyn FnMut(IngestProgress),
    cancelled: &AtomicBool,
) -> Result<SessionMetadata, IngestError> {
    let path = &request.place.trace;
    let mut dissector = Dissector::with_secrets(request.secrets.clone());
    let mut writer = SessionsWriter::create(&request.place.output, request.budget, request.jobs)?;
    let mut report = |phase, (bytes_read, total): (u64, Option<u64>), operations| {
        progress(IngestProgress { phase, bytes_read, bytes_total: total.unwrap_or(size), operations });
    };
    let mut misread = None;
    let apart = (request.jobs.get() > 1).then(|| [writer.assistant(), writer.assistant()]);
    let read = batches::read(trace, apart, cancelled, &mut |batch| {
        misread = take_keys(&mut dissector, &batch.keys).err().or(misread.take());
        for event in batch.events {
            dissector.handle(event);
            write(&mut dissector, &mut writer, request.payload)?;
        }
        report(Phase::Reading, batch.progress, dissector.counters().operations);
        Ok::<(), WriteError>(())
    });
    let trace = read.map_err(|stopped| ended_early(stopped, cancelled))?;
    dissector.finish();
    write(&mut dissector, &mut writer, request.payload)?;
    refuse_without_smb2(path, &trace, &dissector)?;
    report(Phase::Writing, trace.progress(), dissector.counters().operations);
    let described = Trace {
        secrets_given: !request.secrets.is_empty(),
        payload: request.payload,
        ..described::trace(trace.facts(), trace.files(), files()?)
    };
    let (counters, dropped) = described::counters(&trace, &dissector);
    let (facts, files_read) = (trace.facts().clone(), trace.files().to_vec());
    let sessions = dissector.sessions();
    let connections = dissector.connections().iter().map(metadata::connection).collect();
    let smb2_messages = dissector.counters().messages;
    // The state of thousands of connections: not to be held while files are written.
    drop((trace, dissector));
    let metadata = writer.finish(sessions, cancelled, |sessions| SessionMetadata {
        schema_version: SCHEMA_VERSION.to_owned(),
        created_by: crate::CREATED_BY.to_owned(),
        warnings: described::warnings(&facts, &files_read, &described, &sessions, misread.as_ref()),
        trace: described,
        dropped,
        counters,
        smb2_messages,
        connections,
        sessions,
    })?;
    Ok(metadata)
}

/// Takes up the keys that the files hold.
pub(crate) fn take_keys(dissector: &mut Dissector, keys: &[EmbeddedKeys]) -> Result<(), SecretError> {
    keys.iter().try_for_each(|keys| dissector.add_embedded_keys(keys.expose()))
}

/// Why a reading ended before the trace did.
pub(crate) fn ended_early<E: Into<IngestError>>(stopped: Stopped<E>, cancelled: &AtomicBool) -> IngestError {
    match stopped {
        Stopped::Cancelled => IngestError::Interrupted,
        // A stream that is told to stop fails to read.
        Stopped::Unreadable(_) if cancelled.load(Ordering::Relaxed) => IngestError::Interrupted,
        Stopped::Unreadable(ReadError::Io { name, source, .. }) => {
            IngestError::Unreadable { path: name.into(), source }
        }
        Stopped::Refused(error) => error.into(),
    }
}

/// Writes the rows that are complete, with what `stored` asks for of their data.
fn write(dissector: &mut Dissector, writer: &mut SessionsWriter, stored: Payload) -> Result<(), WriteError> {
    while let Some(mut operation) = dissector.poll() {
        payload::cut(&mut operation, stored);
        writer.push(&operation, |session| dissector.first_unfinished(session))?;
    }
    while let Some(session) = dissector.poll_ended() {
        writer.ended(session, |session| dissector.first_unfinished(session))?;
    }
    Ok(())
}

/// Refuses a trace in which no SMB2 was found.
pub(crate) fn refuse_without_smb2(
    path: &Path,
    trace: &capture::Trace,
    dissector: &Dissector,
) -> Result<(), IngestError> {
    let counters = dissector.counters();
    let path = path.to_owned();
    match counters {
        _ if counters.messages > 0 || counters.encrypted_pdus > 0 || counters.compressed_pdus > 0 => Ok(()),
        _ if counters.decryption_failures > 0 => Ok(()),
        _ if counters.smb1_pdus > 0 && without::headless(trace, &counters) == 0 => {
            Err(IngestError::OnlySmb1 { path, messages: counters.smb1_pdus })
        }
        _ => {
            let (packets, connections) = (trace.facts().packets, trace.counters().connections);
            let advice = without::advice(trace, &counters);
            Err(IngestError::NoSmb2 { path, packets, connections, advice })
        }
    }
}
