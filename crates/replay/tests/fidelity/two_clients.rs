//! Two clients, one of them blocked by what the other one holds: an oplock that has to be broken, or a lock.

use crate::scene::{target, whole_trace};
use lab::{Recorder, Samba, SambaOptions, Smbtorture};
use smbreplay_replay::Options;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use store::layout::Layout;
use store::runs::{Run, RunFile};
use store::{IngestRequest, OutputFolder, ingest};
use tempfile::TempDir;

/// How often each recording is replayed.
const TIMES: usize = 50;

/// A recording that was ingested.
struct Recorded {
    output: OutputFolder,
    _folder: TempDir,
}

/// What happened in order: requests, by their place in the trace, and on each connection the final answers with NTSTATUS.
/// Which of two answers on different connections comes first, the processes of the server decide between them.
#[derive(Debug, PartialEq, Eq)]
struct Course {
    requests: Vec<u32>,
    answers: BTreeMap<u32, Vec<(u32, u32)>>,
}

impl Course {
    fn of<T>(requests: Vec<(T, u32)>, answers: Vec<(impl Ord, u32, (u32, u32))>) -> Self {
        let mut course = Self { requests: requests.into_iter().map(|(_, op)| op).collect(), answers: BTreeMap::new() };
        for (_, connection, answer) in answers {
            course.answers.entry(connection).or_default().push(answer);
        }
        course
    }
}

fn record(tests: &[&str]) -> Recorded {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("two.pcap");
    {
        let samba = Samba::start(SambaOptions::default()).unwrap();
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        let suite = Smbtorture::new(&samba).run(tests).unwrap();
        assert!(suite.finished && suite.failed.is_empty(), "{}", suite.output);
        assert_eq!(recorder.finish().unwrap().dropped, 0);
    }
    let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
    let place = layout.place(&capture).unwrap();
    ingest(&IngestRequest::new(place.clone()), &mut |_| {}, &AtomicBool::new(false)).unwrap();
    Recorded { output: place.output, _folder: folder }
}

impl Recorded {
    /// What happened in the capture.
    fn captured(&self) -> Course {
        let trace = whole_trace(&self.output);
        let operations = || trace.rows.iter().filter(|row| row.request().is_some());
        let mut requests: Vec<_> = operations().map(|it| (it.request_start_seq(), it.op())).collect();
        let mut answers: Vec<_> = operations()
            .filter_map(|it| Some((it.response_seq()?, it.connection(), (it.op(), it.status()?))))
            .collect();
        requests.sort_unstable();
        answers.sort_unstable();
        Course::of(requests, answers)
    }

    /// What happens in a replay below a folder of its own.
    fn replayed(&self, samba: &Samba, root: &str) -> Course {
        let mut options = Options { ping: false, ..Options::to(target(samba)) };
        options.mapping.root = Some(root.parse().unwrap());
        let never = AtomicBool::new(false);
        let report =
            smbreplay_replay::run(whole_trace(&self.output), &self.output, &options, &never, &mut |_| {}).unwrap();
        assert_eq!((report.skipped, report.no_response), (0, 0), "{report:#?}");
        let run = Run::find(&self.output, &report.run).unwrap();
        let rows: Vec<_> = RunFile::open(&run).unwrap().rows().map(Result::unwrap).collect();
        let captured = || rows.iter().filter_map(|row| Some((row.op?, row)));
        let mut requests: Vec<_> = captured().filter_map(|(op, row)| Some((row.sent_time?.0, op))).collect();
        // Messages of one chain, and answers that came in one segment, have one time.
        requests.sort_by_key(|(time, _)| *time);
        let mut answers: Vec<_> = captured()
            .filter_map(|(op, row)| Some((row.response_time?.0, row.connection?, (op, row.live_status?))))
            .collect();
        answers.sort_by_key(|(time, ..)| *time);
        Course::of(requests, answers)
    }
}

/// Replays what these tests of smbtorture do, again and again: every time in the same order and with the same statuses.
fn assert_same_every_time(tests: &[&str]) {
    let recorded = record(tests);
    let captured = recorded.captured();
    assert!(captured.answers.len() > 1 && captured.requests.len() > 20, "{captured:?}");
    let samba = Samba::start(SambaOptions::default()).unwrap();
    for time in 0..TIMES {
        assert_eq!(recorded.replayed(&samba, &format!("time-{time}")), captured, "replay {time}");
    }
}

#[test]
fn an_open_that_waits_for_the_break_of_an_oplock_waits_every_time() {
    assert_same_every_time(&["smb2.oplock.batch1", "smb2.oplock.batch7", "smb2.oplock.exclusive5"]);
}

#[test]
fn a_lock_that_waits_for_another_one_waits_every_time() {
    assert_same_every_time(&["smb2.lock.async", "smb2.lock.contend"]);
}
