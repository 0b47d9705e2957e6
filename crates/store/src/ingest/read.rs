//! Driving capture, dissector and writer.

use super::{IngestError, IngestProgress, IngestRequest, Phase};
use crate::metadata::{self, SCHEMA_VERSION, SessionMetadata, Time, Trace, TraceFile};
use crate::writer::SessionsWriter;
use capture::format::Interface;
use capture::{FileFacts, OpenError};
use dissect::Dissector;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Events between two reports of progress.
const REPORT_EVERY: u32 = 1024;

/// Opens the capture at `path`.
pub(super) fn open(path: &Path) -> Result<capture::Trace, IngestError> {
    let path = || path.to_owned();
    capture::Trace::open(&path()).map_err(|error| match error {
        OpenError::Empty { .. } => IngestError::Empty { path: path() },
        OpenError::Io { source, .. } => IngestError::Unreadable { path: path(), source },
        OpenError::NotACapture { offset, magic, .. } => {
            let magic: String = magic.iter().map(|byte| format!("{byte:02x}")).collect();
            IngestError::NotACapture {
                path: path(),
                reason: format!("{magic} at byte {offset} where its magic number should be"),
            }
        }
        OpenError::HeaderCut { length, .. } => IngestError::NotACapture {
            path: path(),
            reason: format!("it ends after {length} bytes, inside the file header"),
        },
    })
}

/// Reads the trace and writes its sessions.
pub(super) fn read(
    request: &IngestRequest,
    mut trace: capture::Trace,
    file: TraceFile,
    progress: &mut dyn FnMut(IngestProgress),
    cancelled: &AtomicBool,
) -> Result<SessionMetadata, IngestError> {
    let path = &request.place.trace;
    let mut dissector = Dissector::with_secrets(request.secrets.clone());
    let mut writer = SessionsWriter::create(&request.place.output, request.budget)?;
    let mut operations = 0_u64;
    let mut write = |dissector: &mut Dissector| {
        while let Some(operation) = dissector.poll() {
            operations = operations.saturating_add(1);
            writer.push(operation)?;
        }
        Ok::<u64, IngestError>(operations)
    };
    let mut report = |phase, trace: &capture::Trace, operations| {
        let (bytes_read, total) = trace.progress();
        progress(IngestProgress { phase, bytes_read, bytes_total: total.unwrap_or(file.size), operations });
    };
    let mut until_report = 0;
    loop {
        if cancelled.load(Ordering::Relaxed) {
            return Err(IngestError::Interrupted);
        }
        let event = trace.next_event();
        let event = event
            .map_err(|capture::ReadError::Io { source, .. }| IngestError::Unreadable { path: path.clone(), source });
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
    let metadata = writer.finish(&dissector.sessions(), cancelled, |sessions| SessionMetadata {
        schema_version: SCHEMA_VERSION.to_owned(),
        created_by: crate::CREATED_BY.to_owned(),
        trace: describe(trace.facts(), file.clone()),
        dropped: dropped(&trace, &dissector),
        warnings: warnings(trace.facts()),
        smb2_messages: dissector.counters().messages,
        connections: dissector.connections().iter().map(metadata::connection).collect(),
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
        _ if counters.smb1_pdus > 0 => Err(IngestError::OnlySmb1 { path, messages: counters.smb1_pdus }),
        _ => {
            Err(IngestError::NoSmb2 { path, packets: trace.facts().packets, connections: trace.counters().connections })
        }
    }
}

fn describe(facts: &FileFacts, file: TraceFile) -> Trace {
    let name = |interface: &Interface| interface.name.clone();
    let mut interfaces: Vec<String> = facts.interfaces.iter().filter_map(name).collect();
    interfaces.dedup();
    Trace {
        files: vec![file],
        packets: facts.packets,
        bytes: facts.captured_bytes,
        first_time: facts.first_time.map(Time),
        last_time: facts.last_time.map(Time),
        link_types: facts.link_types().iter().map(ToString::to_string).collect(),
        interfaces,
    }
}

/// Counters of the capture and the dissector that only say how much there was.
const NOT_LOSSES: [&str; 11] = [
    "packets",
    "tcp_segments",
    "connections",
    "smb_connections",
    "non_tcp_packets",
    "pdus",
    "messages",
    "operations",
    "decrypted_pdus",
    "tunnelled_packets",
    "reassembled_packets",
];

/// Each counter of what was lost, repaired, guessed or evicted.
fn dropped(trace: &capture::Trace, dissector: &Dissector) -> BTreeMap<String, u64> {
    let facts = trace.facts();
    let file = [
        ("cut_packets", facts.cut_packets),
        ("backward_times", facts.backward_times),
        ("packets_without_time", facts.packets_without_time),
        ("packets_of_unknown_interface", facts.packets_of_unknown_interface),
        ("truncated_bytes", facts.truncated_bytes),
        ("skipped_bytes", facts.skipped_bytes),
    ];
    let all = file.into_iter().chain(trace.counters().iter()).chain(dissector.counters().iter());
    all.filter(|(name, _)| !NOT_LOSSES.contains(name)).map(|(name, count)| (name.to_owned(), count)).collect()
}

fn warnings(facts: &FileFacts) -> Vec<String> {
    let damage = facts.damage.as_ref().map(|damage| match facts.truncated_bytes {
        0 => format!(
            "damaged at byte {} ({}): {} bytes skipped in {} places, the rest was read",
            damage.offset, damage.reason, facts.skipped_bytes, facts.damaged_places
        ),
        cut => format!(
            "truncated at byte {} ({}): read up to there, {cut} bytes of an unfinished record left out",
            damage.offset, damage.reason
        ),
    });
    let cut = (facts.cut_packets > 0).then(|| {
        format!(
            "{} of {} packets were cut by the capture's snaplen; missing bytes are holes",
            facts.cut_packets, facts.packets
        )
    });
    damage.into_iter().chain(cut).collect()
}
