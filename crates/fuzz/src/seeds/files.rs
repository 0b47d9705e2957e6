//! Seeds of stored files: a session as it is ingested, and small ones of the other kinds.

use super::packets::captures;
use crate::target::StoredFile;
use bytes::Bytes;
use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use store::changes::{CHANGES_FILE, Change, ChangeJournal, LivePath};
use store::runs::{Difference, Patch, Run, RunRow, RunWriter, Verdict};
use store::{IngestRequest, OutputFolder, TracePlace, ingest_stream};

const CONFIG: &str = "# mine\nserver_ip = \"lab.example\"\nport = 445\nusername = \"me\"\npassword = \"x\"\nmax_wait = 2.5\n\
     [other]\nkey = true\n";

/// Files made of a capture.
pub(super) fn files(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (index, part) in captures(capture).into_iter().enumerate() {
        let Ok(folder) = tempfile::tempdir() else { continue };
        let output = OutputFolder::at(folder.path().join("output"));
        let place = TracePlace { trace: "seed".into(), case_id: None, output: output.clone() };
        let stream = Box::new(Cursor::new(part));
        let report = ingest_stream(&IngestRequest::new(place), stream, &mut |_| {}, &AtomicBool::new(false));
        let Ok(report) = report else { continue };
        seeds.extend(read(StoredFile::Metadata, &output.metadata()));
        seeds.extend(report.sessions.iter().filter_map(|file| read(StoredFile::Session, &output.session_file(file))));
        if index == 0 {
            seeds.extend(others(&output));
        }
    }
    seeds
}

/// One file of each other kind.
fn others(output: &OutputFolder) -> Vec<Vec<u8>> {
    let mut seeds = vec![seed(StoredFile::Config, CONFIG.as_bytes())];
    let setup = output.setups().join("one");
    let path = |text: &str| LivePath::Text(text.to_owned());
    let share = || "share".to_owned();
    let mut journal = ChangeJournal::new(&setup, "lab.example", 445);
    for change in [
        Change::Made { share: share(), path: path("a"), folder: true },
        Change::Renamed { share: share(), path: path("a"), to: LivePath::new(&[0xd800, 0x61]) },
        Change::Perhaps { share: share(), path: path("b") },
    ] {
        let _ = journal.push(change);
    }
    seeds.extend(read(StoredFile::Changes, &setup.join(CHANGES_FILE)));
    if let Ok(run) = Run::create(output) {
        let _ = run.write_report(&serde_json::json!({ "schema_version": "1.0", "verdicts": { "match": 2 } }));
        seeds.extend(read(StoredFile::Report, &run.report()));
        if let Ok(mut writer) = RunWriter::create(&run) {
            let written = rows().into_iter().try_for_each(|row| writer.push(row)).and_then(|()| writer.finish());
            seeds.extend(written.ok().and_then(|()| read(StoredFile::Run, &run.operations())));
        }
    }
    seeds
}

fn rows() -> Vec<RunRow> {
    let mut row = RunRow::new(Verdict::Match);
    row.op = Some(7);
    row.live_request = Some(Bytes::from_static(b"\xfeSMB request"));
    row.patches = vec![Patch { offset: 24, length: 8, captured_length: 8, what: "MessageId".into() }];
    row.differences =
        vec![Difference { field: "EndOfFile".to_owned(), captured: "1".to_owned(), live: "2".to_owned() }];
    row.marks = vec!["orphan".into()];
    vec![RunRow::new(Verdict::Match), row]
}

fn read(kind: StoredFile, path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok().map(|bytes| seed(kind, &bytes))
}

fn seed(kind: StoredFile, bytes: &[u8]) -> Vec<u8> {
    let number = StoredFile::ALL.iter().position(|known| *known == kind).unwrap_or_default();
    [&[u8::try_from(number).unwrap_or_default()], bytes].concat()
}
