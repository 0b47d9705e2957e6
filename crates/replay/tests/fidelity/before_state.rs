//! The before-state of captures, built on empty Sambas, replayed on, and taken away again.

use crate::corpus::{corpus, secrets};
use crate::middle::{BEFORE, from_packet, open_to_all};
use crate::scene::{target, whole_trace};
use lab::{Samba, SambaOptions, Tree};
use smbreplay_replay::provisioning::{Before, CleanupReport, Found, Part, SetupOptions, SetupReport, Site, cleanup};
use smbreplay_replay::report::Root;
use smbreplay_replay::{Options, Report};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use store::layout::Layout;
use store::metadata::SessionMetadata;
use store::runs::{Run, RunFile, Verdict};
use store::{IngestRequest, OutputFolder, Payload, ingest};
use tempfile::TempDir;

pub(crate) fn office() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap")
}

static NEVER: AtomicBool = AtomicBool::new(false);

/// An ingested capture, and a Samba to set it up on.
pub(crate) struct Stage {
    pub(crate) samba: Samba,
    output: OutputFolder,
    metadata: SessionMetadata,
    options: Options,
    _folder: TempDir,
}

impl Stage {
    pub(crate) fn of(capture: &Path) -> Self {
        Self::stored(capture, Payload::Full)
    }

    /// With session files that have so much of the data of READs and WRITEs.
    pub(crate) fn stored(capture: &Path, payload: Payload) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
        let place = layout.place(capture).unwrap();
        let mut request = IngestRequest { payload, ..IngestRequest::new(place.clone()) };
        secrets(&mut request, capture);
        ingest(&request, &mut |_| {}, &NEVER).unwrap();
        let metadata = store::metadata::read(&place.output.metadata()).unwrap();
        let samba = Samba::start(SambaOptions::default()).unwrap();
        let options = Options::to(target(&samba));
        Self { samba, output: place.output, metadata, options, _folder: folder }
    }

    fn before(&self) -> Before<'_> {
        let files: Vec<String> = self.metadata.sessions.iter().map(|session| session.file.clone()).collect();
        Before::of(&self.output, &self.metadata, &files, &self.options, &mut |_| {}).unwrap()
    }

    pub(crate) fn set_up(&self) -> SetupReport {
        self.before().set_up(SetupOptions::default(), &NEVER, &mut |_| {}).unwrap()
    }

    pub(crate) fn replay(&self) -> Report {
        smbreplay_replay::run(whole_trace(&self.output), &self.output, &self.options, &NEVER, &mut |_| {}).unwrap()
    }

    fn clean_up(&self) -> CleanupReport {
        let address = format!("127.0.0.1:{}", self.samba.port()).parse().unwrap();
        let site = Site::new(address, &self.options).unwrap();
        let journals = store::changes::list(&self.output).unwrap();
        cleanup(&journals, Part::default(), &site, false, &NEVER, &mut |_| {}).unwrap()
    }

    fn tree(&self) -> Tree {
        Tree::of(&self.samba.share_path()).unwrap()
    }
}

/// What a better before-state could avoid: names that are or are not there, sizes, data.
fn is_of_the_share(root: &Root) -> bool {
    const NAMES: [&str; 5] = [
        "STATUS_OBJECT_NAME_NOT_FOUND",
        "STATUS_OBJECT_PATH_NOT_FOUND",
        "STATUS_OBJECT_NAME_COLLISION",
        "STATUS_NO_SUCH_FILE",
        "STATUS_END_OF_FILE",
    ];
    const FIELDS: [&str; 8] = [
        "create_action",
        "end_of_file",
        "data",
        "data_length",
        "entry",
        "entry_type",
        "streams",
        "extended_attributes",
    ];
    let by_status = root.captured_status != root.live_status
        && [&root.captured_status, &root.live_status].iter().any(|status| NAMES.contains(&status.as_str()));
    by_status || root.fields.iter().any(|field| FIELDS.contains(&field.as_str()))
}

/// Those that no before-state helps against, and why.
fn excuse(root: &Root) -> Option<&'static str> {
    let statuses = (root.command.as_str(), root.captured_status.as_str(), root.live_status.as_str());
    match statuses {
        ("CLOSE" | "READ" | "QUERY_INFO", "STATUS_FILE_CLOSED", "STATUS_OBJECT_NAME_NOT_FOUND") => {
            Some("after a CREATE that failed in its chain as captured, servers differ in the status of the rest")
        }
        ("READ", "STATUS_SUCCESS", "STATUS_END_OF_FILE")
            if root.path.as_deref().is_some_and(|path| path.ends_with(":AFP_AfpInfo")) =>
        {
            Some("a server for macOS gives a new AFP_AfpInfo 60 bytes")
        }
        _ => None,
    }
}

/// Session file, number, verdict and live status of an operation.
type Outcome = (Option<Arc<str>>, Option<u32>, Verdict, Option<u32>);

/// What became of each operation, in the order of the trace.
fn verdicts(stage: &Stage, report: &Report) -> Vec<Outcome> {
    let run = Run::find(&stage.output, &report.run).unwrap();
    let rows = RunFile::open(&run).unwrap().rows().map(Result::unwrap);
    let mut found: Vec<_> = rows
        .filter(|row| row.op.is_some())
        .map(|row| (row.session_file.clone(), row.op, row.verdict, row.live_status))
        .collect();
    found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    found
}

/// Things of other people on the share, which must survive.
fn put_others(share: &Path) {
    std::fs::create_dir_all(share.join("lab/theirs")).unwrap();
    for (name, contents) in [("own.txt", "ours"), ("lab/theirs/plan.txt", "theirs"), ("lab/empty", "")] {
        std::fs::write(share.join(name), contents).unwrap();
    }
    for folder in ["lab", "lab/theirs"] {
        open_to_all(&share.join(folder), share);
    }
}

/// Sets a capture up, replays it, cleans up, and does all of that once more.
fn twice(stage: &Stage) -> Report {
    put_others(&stage.samba.share_path());
    let untouched = stage.tree();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let report = stage.set_up();
        assert!(report.success && report.files_created > 0 || report.directories_created > 0, "{report:#?}");
        for (share, state) in stage.before().compare(&NEVER, &mut |_| {}).unwrap() {
            let wrong: Vec<_> =
                share.things.iter().zip(&state.things).filter(|(_, found)| **found != Found::Same).collect();
            assert!(wrong.is_empty(), "not as it was set up: {wrong:?}");
        }
        let report = stage.replay();
        seen.push((verdicts(stage, &report), report));
        let cleaned = stage.clean_up();
        assert!(cleaned.success && cleaned.removed > 0, "{cleaned:#?}");
        assert_eq!(untouched.differences(&stage.tree()), [""; 0]);
        assert_eq!(stage.clean_up().removed, 0, "it is safe to repeat");
    }
    let (second, first) = (seen.pop().unwrap(), seen.pop().unwrap());
    assert_eq!(first.0, second.0, "a second replay gives the same verdicts");
    first.1
}

/// The divergences that a better before-state could avoid and that have no excuse.
fn avoidable(report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    for root in report.roots.iter().filter(|root| is_of_the_share(root)) {
        match excuse(root) {
            Some(why) => println!("  {} {} -> {}: {why}", root.command, root.captured_status, root.live_status),
            None => found.push(format!("{root:?}")),
        }
    }
    found
}

#[test]
fn captures_from_elsewhere_find_the_share_as_it_was_and_leave_it_as_it_is() {
    let Some(corpus) = corpus() else { return };
    let mut wrong = Vec::new();
    let captures =
        ["smb2_100_small_files.pcap", "smb2-peter.pcap", "smb2.pcap", "smb2readwrite.pcap", "smb-length-5786.pcap"];
    for name in captures {
        let mut stage = Stage::of(&corpus.join(name));
        stage.options.mapping.root = Some("lab\\root".parse().unwrap());
        // The one that does not tell its dialect.
        stage.options.dialect = (name == "smb2readwrite.pcap").then_some(0x0210);
        let report = twice(&stage);
        println!("{name}: {} of {} match", report.matched, report.total_operations);
        wrong.extend(avoidable(&report).into_iter().map(|what| format!("{name}: {what}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_office_session_from_its_middle_finds_what_it_had_made_before() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("middle.pcap");
    std::fs::write(&capture, from_packet(BEFORE)).unwrap();
    let mut stage = Stage::of(&capture);
    stage.options.mapping.root = Some("lab\\root".parse().unwrap());
    stage.options.dialect = Some(0x0311);
    let report = twice(&stage);
    println!("{} of {} match", report.matched, report.total_operations);
    assert_eq!(avoidable(&report), [""; 0]);
}

#[test]
fn what_is_there_and_different_is_replaced_only_by_force() {
    let corpus_independent = office();
    let mut stage = Stage::of(&corpus_independent);
    stage.options.mapping.root = Some("lab".parse().unwrap());
    let share = stage.samba.share_path();
    std::fs::create_dir_all(share.join("lab")).unwrap();
    std::fs::write(share.join("lab/Projects"), "in the way").unwrap();
    open_to_all(&share.join("lab"), &share);
    let before = stage.tree();
    let report = stage.set_up();
    assert!(!report.success, "{report:#?}");
    let told = &report.errors[0];
    assert_eq!((told.path.as_str(), told.what.as_str()), ("lab\\Projects", "is there, and was not in the capture"));
    assert_eq!(before.differences(&stage.tree()), [""; 0]);
    let plan = stage.before().set_up(SetupOptions { dry_run: true, force: true }, &NEVER, &mut |_| {}).unwrap();
    assert_eq!((plan.deletions, plan.plan.len()), (1, 1), "{plan:#?}");
    assert_eq!(before.differences(&stage.tree()), [""; 0], "a plan changes nothing");
    let forced = stage.before().set_up(SetupOptions { dry_run: false, force: true }, &NEVER, &mut |_| {}).unwrap();
    assert!(forced.success && forced.deletions == 1, "{forced:#?}");
    assert!(!share.join("lab/Projects").exists());
    let report = stage.replay();
    assert_eq!(report.status_diverged, 0, "{:#?}", report.roots);
}
