//! Reading a trace through the dissector, and what that found.

use super::{DecryptError, DecryptPhase, DecryptProgress, DecryptReport, DecryptRequest, LeftOut};
use crate::IngestError;
use crate::ingest::batches::{self, Stopped};
use crate::ingest::{described, read};
use crate::layout::STANDARD_INPUT;
use crate::metadata::{self, Session, TraceFile};
use crate::writer::Assistant;
use capture::{Event, Trace};
use dissect::{Dissector, Kind, KnownKeys, SecretError};
use rustc_hash::FxHashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What a reading works with.
pub(super) struct Reading<'a> {
    pub(super) request: &'a DecryptRequest,
    pub(super) progress: &'a mut dyn FnMut(DecryptProgress),
    pub(super) cancelled: &'a AtomicBool,
}

/// What a trace was found to hold.
pub(super) struct Found {
    pub(super) report: DecryptReport,
    pub(super) keys: KnownKeys,
}

/// Why a reading was not gone on with.
enum Refused {
    Write(io::Error),
}

impl Reading<'_> {
    /// Finds out which keys fit.
    pub(super) fn try_keys(&mut self, trace: Trace) -> Result<Found, DecryptError> {
        self.through(trace, DecryptPhase::TryingKeys, &mut |dissector, event| {
            Ok(dissector.handle_opening(event).is_some())
        })
    }

    /// The files that are read.
    fn files(&self) -> Vec<TraceFile> {
        let file = |path: String| TraceFile { path, ..TraceFile::default() };
        match self.request.files.as_slice() {
            [] => vec![file(STANDARD_INPUT.to_owned())],
            paths => paths.iter().map(|path| file(path.display().to_string())).collect(),
        }
    }

    /// Reads a trace to its end; `take` gives its events to the dissector and says whether something was opened in a PDU.
    pub(super) fn through(
        &mut self,
        trace: Trace,
        phase: DecryptPhase,
        take: &mut dyn FnMut(&mut Dissector, Event) -> io::Result<bool>,
    ) -> Result<Found, DecryptError> {
        let mut dissector = Dissector::with_secrets(self.request.secrets.clone());
        let mut locked = FxHashMap::default();
        let (mut misread, mut opened) = (None, 0_u64);
        let apart = std::thread::available_parallelism().is_ok_and(|processors| processors.get() > 1);
        let apart = apart.then(|| [Assistant::idle(), Assistant::idle()]);
        let read = batches::read(trace, apart, self.cancelled, &mut |batch| {
            misread = read::take_keys(&mut dissector, &batch.keys).err().or(misread.take());
            for event in batch.events {
                opened = opened.saturating_add(take(&mut dissector, event).map_err(Refused::Write)?.into());
                count_locked(&mut dissector, &mut locked);
            }
            let (bytes_read, total) = batch.progress;
            (self.progress)(DecryptProgress { phase, bytes_read, bytes_total: total.unwrap_or(0) });
            Ok(())
        });
        let trace = read.map_err(|stopped| match stopped {
            Stopped::Refused(Refused::Write(error)) => DecryptError::Write(error),
            Stopped::Cancelled => DecryptError::Interrupted,
            Stopped::Unreadable(error) => {
                read::ended_early(Stopped::<IngestError>::Unreadable(error), self.cancelled).into()
            }
        })?;
        dissector.finish();
        count_locked(&mut dissector, &mut locked);
        read::refuse_without_smb2(Path::new(&self.request.name), &trace, &dissector)?;
        let mut found = found(&trace, self.files(), &dissector, &locked, misread.as_ref());
        found.report.as_they_came = found.report.pdus.saturating_sub(opened);
        Ok(found)
    }
}

/// Takes the rows that are complete, and counts those that stay encrypted, by session.
fn count_locked(dissector: &mut Dissector, locked: &mut FxHashMap<u32, u64>) {
    while let Some(operation) = dissector.poll() {
        if let Some(session) = operation.session.filter(|_| operation.kind == Kind::Encrypted) {
            let count: &mut u64 = locked.entry(session).or_default();
            *count = count.saturating_add(1);
        }
    }
}

fn found(
    trace: &Trace,
    files: Vec<TraceFile>,
    dissector: &Dissector,
    locked: &FxHashMap<u32, u64>,
    misread: Option<&SecretError>,
) -> Found {
    let (captured, dissected) = (trace.counters(), dissector.counters());
    let keys = dissector.known_keys();
    let sessions = dissector.sessions();
    let described_session = |summary: &dissect::SessionSummary| {
        metadata::session(summary, "", 0, locked.get(&summary.session).copied().unwrap_or(0))
    };
    let sessions: Vec<Session> = sessions.iter().map(described_session).collect();
    let described = described::trace(trace.facts(), trace.files(), files);
    let report = DecryptReport {
        connections: captured.smb_connections,
        pdus: dissected.pdus,
        messages: dissected.messages,
        decrypted: dissected.decrypted_pdus,
        expanded: dissected.expanded_pdus,
        as_they_came: 0,
        still_encrypted: dissected.encrypted_pdus.saturating_add(dissected.decryption_failures),
        still_compressed: dissected.compressed_pdus,
        pdus_with_holes: captured.pdus_with_holes,
        as_captured: false,
        packets: 0,
        left_out: LeftOut {
            connections: captured.connections.saturating_sub(captured.smb_connections),
            packets: [
                captured.unsupported_link_packets,
                captured.non_ip_packets,
                captured.non_tcp_packets,
                captured.malformed_packets,
            ]
            .into_iter()
            .fold(0, u64::saturating_add),
            connections_dropped: dissected.connections_dropped,
            netbios_messages: captured.netbios_session_messages.saturating_add(captured.netbios_keep_alives),
        },
        sessions_with_keys: 0,
        warnings: described::warnings(trace.facts(), trace.files(), &described, &sessions, misread),
    };
    Found { report, keys }
}
