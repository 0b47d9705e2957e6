//! What an export leaves behind when it does not come to its end.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use smbreplay_replay::export::{ExportOptions, ExportReport, export};
use smbreplay_replay::namespace::Namespace;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use store::layout::Layout;
use store::{IngestRequest, OutputFolder, ingest};
use tempfile::TempDir;

/// The project's own capture, ingested.
struct Office {
    folder: TempDir,
    output: OutputFolder,
    namespace: Namespace,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap");
        let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
        let place = layout.place(&capture).unwrap();
        ingest(&IngestRequest::new(place.clone()), &mut |_| {}, &AtomicBool::new(false)).unwrap();
        let metadata = store::metadata::read(&place.output.metadata()).unwrap();
        let files: Vec<String> = metadata.sessions.iter().map(|session| session.file.clone()).collect();
        let namespace = Namespace::infer(&place.output, &metadata, &files, &mut |_| {}).unwrap();
        Self { folder, output: place.output, namespace }
    }

    /// Exports into this folder; stopped once more than `most` bytes are written.
    fn export(&self, name: &str, most: u64) -> (ExportReport, BTreeMap<PathBuf, Vec<u8>>) {
        let folder = self.folder.path().join(name);
        let options = ExportOptions { folder: folder.clone(), before: false, force: false };
        let stop = AtomicBool::new(most == 0);
        let report = export(&self.output, &self.namespace, &options, &stop, &mut |done, total| {
            assert!(done <= total);
            stop.fetch_or(done > most, Ordering::Relaxed);
        });
        (report.unwrap(), files_in(&folder))
    }
}

fn files_in(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    drop(files.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap()))
                }
            }
        }
    }
    files
}

#[test]
fn an_interrupted_export_leaves_complete_files_and_nothing_else() {
    let office = Office::new();
    let (whole, all) = office.export("whole", u64::MAX);
    assert!(!whole.interrupted && whole.exported == all.len() as u64, "{whole:?}");
    let mut sizes = Vec::new();
    for most in [0, 1, 10_000, 60_000, 100_000] {
        let (report, files) = office.export(&format!("part-{most}"), most);
        assert!(report.interrupted);
        assert_eq!(report.exported, files.len() as u64);
        for (path, bytes) in &files {
            assert_eq!(Some(bytes), all.get(path), "{}", path.display());
        }
        sizes.push(files.len());
    }
    assert!(sizes.is_sorted() && sizes.first() == Some(&0) && sizes.last() < Some(&all.len()), "{sizes:?}");
}

#[test]
fn what_cannot_be_written_is_told_and_the_rest_is() {
    let office = Office::new();
    let share = office.folder.path().join("out-of-it/testshare");
    std::fs::create_dir_all(share.join("Minutes/January.txt")).unwrap();
    std::fs::write(share.join("Projects"), b"in the way").unwrap();
    let (report, files) = office.export("out-of-it", u64::MAX);
    let what = |part: &str| report.errors.iter().filter(|error| error.what.contains(part)).count();
    assert_eq!(what("January.txt is a folder"), 1, "{report:?}");
    assert!(what("Projects is no folder") > 3, "{report:?}");
    assert_eq!(what("is a folder") + what("is no folder"), report.errors.len());
    assert_eq!(report.exported + 1, files.len() as u64, "and the file that was in the way");
}
