//! Driving capture, dissector and writer.

use super::stream::Hashing;
use super::{IngestError, IngestProgress, IngestRequest, Phase, described, payload, without};
use crate::metadata::{self, SCHEMA_VERSION, SessionMetadata, Trace, TraceFile};
use crate::writer::SessionsWriter;
use capture::{Limits, OpenError, PacketReader};
use dissect::Dissector;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Events between two reports of progress.
const REPORT_EVERY: u32 = 1024;

/// What messages call a stream.
const STREAM: &str = "standard input";

/// Opens the captures at `paths` as one trace.
pub(super) fn open(paths: &[PathBuf]) -> Result<capture::Trace, IngestError> {
    capture::Trace::open_set(paths).map_err(refused)
}

/// Opens the capture that comes as a stream.
pub(super) fn open_stream(stream: Hashing, cancelled: &AtomicBool) -> Result<capture::Trace, IngestError> {
    match PacketReader::from_reader(Box::new(stream), STREAM) {
        Ok(reader) => Ok(capture::Trace::new(reader, Limits::default())),
        Err(_) if cancelled.load(Ordering::Relaxed) => Err(IngestError::Interrupted),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: OpenError) -> IngestError {
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
    mut trace: capture::Trace,
    size: u64,
    files: &mut dyn FnMut() -> Vec<TraceFile>,
    progress: &mut dyn FnMut(IngestProgress),
    cancelled: &AtomicBool,
) -> Result<SessionMetadata, IngestError> {
    let path = &request.place.trace;
    let mut dissector = Dissector::with_secrets(request.secrets.clone());
    let mut writer = SessionsWriter::create(&request.place.output, request.budget)?;
    let mut operations = 0_u64;
    let mut write = |dissector: &mut Dissector| {
        while let Some(mut operation) = dissector.poll() {
            operations = operations.saturating_add(1);
            payload::cut(&mut operation, request.payload);
            writer.push(operation)?;
        }
        Ok::<u64, IngestError>(operations)
    };
    let mut report = |phase, trace: &capture::Trace, operations| {
        let (bytes_read, total) = trace.progress();
        progress(IngestProgress { phase, bytes_read, bytes_total: total.unwrap_or(size), operations });
    };
    let mut until_report = 0;
    loop {
        if cancelled.load(Ordering::Relaxed) {
            return Err(IngestError::Interrupted);
        }
        let event = trace.next_event().map_err(|error| {
            let capture::ReadError::Io { name, source, .. } = error;
            // A stream that is told to stop fails to read.
            let stopped = cancelled.load(Ordering::Relaxed);
            if stopped { IngestError::Interrupted } else { IngestError::Unreadable { path: name.into(), source } }
        });
        let Some(event) = event? else { break };
        dissector.handle(event);
        let operations = write(&mut dissector)?;
        if until_report == 0 {
            report(Phase::Reading, &trace, operations);
            until_report = REPORT_EVERY;
        }
        until_report = until_report.saturating_sub(1);
    }
    dissector.finish();
    let operations = write(&mut dissector)?;
    refuse_without_smb2(path, &trace, &dissector)?;
    report(Phase::Writing, &trace, operations);
    let described = Trace {
        secrets_given: !request.secrets.is_empty(),
        payload: request.payload,
        ..described::trace(trace.facts(), trace.files(), files())
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
        warnings: described::warnings(&facts, &files_read, &described, &sessions),
        trace: described,
        dropped,
        counters,
        smb2_messages,
        connections,
        sessions,
    })?;
    Ok(metadata)
}

fn refuse_without_smb2(path: &Path, trace: &capture::Trace, dissector: &Dissector) -> Result<(), IngestError> {
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
