//! Recordings, and their replays on private Sambas whose shares the test prepares.

use lab::{Recorder, Samba, SambaOptions, Smbtorture};
use smbreplay_replay::{Options, Report, Target};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use store::layout::Layout;
use store::runs::{Run, RunFile, RunRow, Verdict};
use store::{IngestRequest, OutputFolder, ingest};
use tempfile::TempDir;

/// A capture that was ingested.
pub(crate) struct Recording {
    output: OutputFolder,
    _folder: TempDir,
}

/// A replay that was carried out.
pub(crate) struct Outcome {
    pub(crate) report: Report,
    pub(crate) rows: Vec<RunRow>,
}

impl Recording {
    /// The project's own recording of ordinary office work.
    pub(crate) fn of_office() -> Self {
        Self::ingest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap"))
    }

    /// Suites of smbtorture, on a fresh Samba.
    pub(crate) fn of_suites(tests: &[&str]) -> Self {
        Self::of(|samba| {
            let suite = Smbtorture::new(samba).limit(Duration::from_secs(180)).run(tests).unwrap();
            assert!(suite.finished, "{}", suite.output);
        })
    }

    /// What `script` has clients do with a fresh Samba.
    pub(crate) fn of(script: impl FnOnce(&Samba)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let capture = folder.path().join("recorded.pcap");
        let samba = Samba::start(SambaOptions::default()).unwrap();
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        script(&samba);
        assert_eq!(recorder.finish().unwrap().dropped, 0);
        Self::ingest(&capture)
    }

    fn ingest(capture: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
        let place = layout.place(capture).unwrap();
        let never = AtomicBool::new(false);
        ingest(&IngestRequest::new(place.clone()), &mut |_| {}, &never).unwrap();
        Self { output: place.output, _folder: folder }
    }

    /// Replays it on a fresh Samba.
    pub(crate) fn replay(&self) -> Outcome {
        self.replay_on(|_| {}, |_| {})
    }

    /// Replays it on a fresh Samba whose share was prepared, with options of one's own.
    pub(crate) fn replay_on(&self, prepare: impl FnOnce(&Samba), adjust: impl FnOnce(&mut Options)) -> Outcome {
        let metadata = store::metadata::read(&self.output.metadata()).unwrap();
        let files: Vec<String> = metadata.sessions.iter().map(|session| session.file.clone()).collect();
        let trace = smbreplay_replay::load(&self.output, &metadata, &files).unwrap();
        let samba = Samba::start(SambaOptions::default()).unwrap();
        prepare(&samba);
        let target = Target {
            server: "127.0.0.1".into(),
            port: samba.port(),
            domain: String::new(),
            username: samba.username().into(),
            password: samba.password().into(),
            share: samba.share().into(),
            kerberos: None,
        };
        let mut options = Options { ping: false, ..Options::to(target) };
        adjust(&mut options);
        let never = AtomicBool::new(false);
        let report = smbreplay_replay::run(trace, &self.output, &options, &never, &mut |_| {}).unwrap();
        let run = Run::find(&self.output, &report.run).unwrap();
        let rows = RunFile::open(&run).unwrap().rows().map(Result::unwrap).collect();
        Outcome { report, rows }
    }
}

impl Outcome {
    /// Field and values of everything that differs and that nothing earlier explains.
    pub(crate) fn roots(&self) -> Vec<(String, String, String)> {
        let roots = self.rows.iter().filter(|row| row.cause_op.is_none()).flat_map(|row| &row.differences);
        roots.map(|found| (found.field.clone(), found.captured.clone(), found.live.clone())).collect()
    }

    /// Captured operations that came out differently, as text: what, where, which fields.
    pub(crate) fn differing(&self) -> Vec<String> {
        let differing = self.rows.iter().filter(|row| row.verdict == Verdict::Body);
        let texts = differing.map(|row| {
            let fields: Vec<String> = row
                .differences
                .iter()
                .map(|found| format!("{}: {} -> {}", found.field, found.captured, found.live))
                .collect();
            format!("op {:?}, explained by {:?}: {}", row.op, row.cause_op, fields.join("; "))
        });
        texts.collect()
    }
}
