//! A capture, replayed on a fresh private Samba while tcpdump records what really goes over the wire.

use bytes::Bytes;
use lab::{Recorder, Samba, SambaOptions, Tshark};
use smbreplay_replay::trace::Trace;
use smbreplay_replay::{Options, Pace, Replayed, ReplayedOperation, Report, Target, Wanted};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use store::layout::Layout;
use store::runs::{Run, RunFile, RunRow};
use store::{Columns, IngestRequest, OutputFolder, Payload, SessionFile, ingest};
use tempfile::TempDir;

/// What a replay left behind.
pub(crate) struct Outcome {
    /// What the product says.
    pub(crate) report: Report,
    /// What it recorded.
    pub(crate) rows: Vec<RunRow>,
    /// What the witness says.
    pub(crate) witnessed: witness::Verdict,
    /// The live server, still running.
    pub(crate) samba: Samba,
    /// The ingested capture and its runs.
    pub(crate) output: OutputFolder,
    _folder: TempDir,
}

impl Outcome {
    /// The rows with their messages whole: what they leave out, the session files have.
    pub(crate) fn whole_rows(&self) -> Vec<RunRow> {
        let metadata = store::metadata::read(&self.output.metadata()).unwrap();
        let mut captured = HashMap::new();
        for session in &metadata.sessions {
            let file = SessionFile::open(&self.output.session_file(&session.file)).unwrap();
            for row in file.operations(Columns::Only(&["op", "request", "response"])).map(Result::unwrap) {
                captured.insert((session.file.clone(), row.op), (row.request, row.response));
            }
        }
        let whole = |message: &mut Option<Bytes>, left: &mut Option<u32>, captured: &Option<Bytes>| {
            let (Some(head), Some(left)) = (message.as_ref(), left.take()) else { return };
            let captured = captured.as_ref().unwrap();
            *message = Some([head, &captured[captured.len() - left as usize..]].concat().into());
        };
        let mut rows = self.rows.clone();
        for row in &mut rows {
            let Some((file, op)) = row.session_file.as_deref().zip(row.op) else { continue };
            let (request, response) = &captured[&(file.to_owned(), op)];
            whole(&mut row.live_request, &mut row.live_request_left, request);
            whole(&mut row.live_response, &mut row.live_response_left, response);
        }
        rows
    }
}

/// The rows of the run beside what they replayed.
pub(crate) fn replayed(outcome: &Outcome, wanted: Wanted<'_>) -> Vec<ReplayedOperation> {
    let run = Run::find(&outcome.output, &outcome.report.run).unwrap();
    Replayed::open(&outcome.output, &run, wanted).unwrap().map(Result::unwrap).collect()
}

/// What the product makes whole is what was left out, and each row is beside the operation it replayed.
fn check_replayed(outcome: &Outcome) {
    let replayed = replayed(outcome, Wanted::new(Columns::Only(&[])).with_messages());
    let live: Vec<RunRow> = replayed.iter().map(|found| found.live.clone()).collect();
    assert!(live == outcome.whole_rows());
    for ReplayedOperation { captured, live, .. } in &replayed {
        let captured = captured.as_ref().map(|captured| (captured.op, captured.connection));
        assert_eq!(captured, live.op.zip(live.connection));
    }
}

/// Replays all sessions of `capture`, whose server listened on `port`.
pub(crate) fn replay_all(capture: &Path, port: u16, pace: Pace) -> Outcome {
    replay_with(capture, port, SambaOptions::default(), 0, |options| options.pace = pace)
}

/// Replays all sessions of `capture` on a Samba of one's own making, with options of one's own, which make the replay
/// open so many connections before it begins.
pub(crate) fn replay_with(
    capture: &Path,
    port: u16,
    samba: SambaOptions,
    before: usize,
    adjust: impl FnOnce(&mut Options),
) -> Outcome {
    replay_on(Samba::start(samba).unwrap(), capture, port, before, adjust)
}

/// A private Samba as the lab server.
pub(crate) fn target(samba: &Samba) -> Target {
    Target {
        server: "127.0.0.1".into(),
        port: samba.port(),
        domain: String::new(),
        username: samba.username().into(),
        password: samba.password().into(),
        share: samba.share().into(),
        kerberos: None,
    }
}

/// All sessions of an ingested capture.
pub(crate) fn whole_trace(output: &OutputFolder) -> Trace {
    let metadata = store::metadata::read(&output.metadata()).unwrap();
    let files: Vec<String> = metadata.sessions.iter().map(|session| session.file.clone()).collect();
    smbreplay_replay::load(output, &metadata, &files).unwrap()
}

/// What went over the wire; what was encrypted is what tshark makes of it.
fn in_clear(capture: &Path, port: u16, password: &str) -> witness::Recording {
    let recording = witness::Recording::read(capture, port).unwrap();
    if !recording.has_encrypted() {
        return recording;
    }
    recording.decrypted(Tshark { capture, port, password }.decrypted().unwrap())
}

/// The same on a Samba that was prepared.
pub(crate) fn replay_on(
    samba: Samba,
    capture: &Path,
    port: u16,
    before: usize,
    adjust: impl FnOnce(&mut Options),
) -> Outcome {
    replay_stored(samba, capture, port, before, Payload::Full, adjust)
}

/// The same of session files with so much of the data of READs and WRITEs.
pub(crate) fn replay_stored(
    samba: Samba,
    capture: &Path,
    port: u16,
    before: usize,
    payload: Payload,
    adjust: impl FnOnce(&mut Options),
) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
    let place = layout.place(capture).unwrap();
    let never = AtomicBool::new(false);
    let mut request = IngestRequest { payload, ..IngestRequest::new(place.clone()) };
    request.secrets.add_nt_password(&format!("{}={}", samba.username(), samba.password())).unwrap();
    let ingested = ingest(&request, &mut |_| {}, &never).unwrap();
    assert!(ingested.session_count > 0, "{ingested:?}");

    let trace = whole_trace(&place.output);

    let recording = folder.path().join("live.pcap");
    let recorder = Recorder::start(samba.port(), &recording).unwrap();
    let mut options = Options { ping: false, ..Options::to(target(&samba)) };
    adjust(&mut options);
    let report = smbreplay_replay::run(trace, &place.output, &options, &never, &mut |_| {}).unwrap();
    let run = Run::find(&place.output, &report.run).unwrap();
    let recorded_rows = RunFile::open(&run).unwrap().rows().map(Result::unwrap).collect();
    let recorded = recorder.finish().unwrap();
    assert_eq!(recorded.dropped, 0, "the recording has drops and proves nothing");

    let captured = in_clear(capture, port, samba.password());
    let live = in_clear(&recording, samba.port(), samba.password()).without_first(before);
    let mut rows = witness::RunRows::read(&Path::new(&report.path).join("operations.parquet")).unwrap();
    rows.may_lack_data = payload != Payload::Full;
    let witnessed = witness::compare(&captured, &live, &rows);
    println!("{report:#?}\n{witnessed}");
    let output = place.output;
    let outcome = Outcome { report, rows: recorded_rows, witnessed, samba, output, _folder: folder };
    check_replayed(&outcome);
    outcome
}
