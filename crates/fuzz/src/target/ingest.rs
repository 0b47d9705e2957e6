//! The whole way from the bytes of a capture to files.
//!
//! The files have the rows that the dissector made of the capture, in order, and the metadata say how many.

use super::{dissector, scratch};
use bytes::Bytes;
use capture::{Limits, PacketReader, Trace};
use dissect::{Dissector, Operation};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use store::{Columns, IngestRequest, OutputFolder, SessionFile, TracePlace, ingest_stream};

/// Decompressed bytes of a capture that are looked at.
const MOST_BYTES: u64 = 2 << 20;

pub(super) fn body(input: &[u8]) {
    let Some(expected) = dissected(input) else { return };
    let Some(folder) = scratch::folder() else { return };
    let output = OutputFolder::at(folder.path().join("output"));
    let place = TracePlace { trace: folder.path().join("input"), case_id: None, output: output.clone() };
    // Every other input goes by way of the disk.
    let budget = if input.len() & 1 == 0 { 16 << 10 } else { 48 << 20 };
    let request = IngestRequest { budget, ..IngestRequest::new(place) };
    let stream = Box::new(Cursor::new(input.to_vec()));
    match ingest_stream(&request, stream, &mut |_| {}, &AtomicBool::new(false)) {
        Ok(report) => {
            let Ok(metadata) = store::metadata::read(&output.metadata()) else {
                unreachable!("metadata that were just written cannot be read")
            };
            assert_eq!((metadata.trace.packets, metadata.smb2_messages), (report.packets, report.smb2_messages));
            let files = metadata.sessions.iter().map(|session| (session.file.clone(), session.operations));
            has_rows(&output, files.collect(), expected);
        }
        Err(error) => {
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
            assert!(!output.metadata().exists(), "nothing is half-written");
        }
    }
}

/// A row without its session, which is the file's: its messages, and the rest as text.
type Shown = ([Option<Bytes>; 3], String);

/// The rows of a capture by session and number; `None` when it decompresses to too much.
fn dissected(input: &[u8]) -> Option<BTreeMap<(Option<u32>, u32), Shown>> {
    let mut rows = BTreeMap::new();
    let Ok(reader) = PacketReader::from_reader(Box::new(Cursor::new(input.to_vec())), "input") else {
        return Some(rows);
    };
    let mut trace = Trace::new(reader, Limits::default());
    let mut dissector = Dissector::new();
    let mut take = |dissector: &mut Dissector| {
        while let Some(row) = dissector.poll() {
            dissector::check(&row);
            let place = (row.session, row.op);
            assert!(rows.insert(place, shown(*row)).is_none(), "{place:?} again");
        }
    };
    while let Ok(Some(event)) = trace.next_event() {
        dissector.handle(event);
        take(&mut dissector);
        if trace.facts().captured_bytes > MOST_BYTES {
            return None;
        }
    }
    dissector.finish();
    take(&mut dissector);
    Some(rows)
}

fn shown(mut row: Operation) -> Shown {
    row.session = None;
    let messages = [row.request.take(), row.response.take(), row.interim.take()];
    (messages, format!("{row:?}"))
}

/// Checks that the files, which come in the order of the sessions, have these rows.
fn has_rows(output: &OutputFolder, files: Vec<(String, u64)>, expected: BTreeMap<(Option<u32>, u32), Shown>) {
    let mut expected = expected.into_values();
    for (file, count) in files {
        let rows = rows(&output.session_file(&file));
        assert_eq!(rows.len() as u64, count, "{file}");
        for row in rows {
            assert_eq!(Some(row), expected.next(), "{file}");
        }
    }
    assert_eq!(expected.next(), None, "a row that is in no file");
}

fn rows(path: &Path) -> Vec<Shown> {
    let Ok(file) = SessionFile::open(path) else { unreachable!("a file that was just written cannot be opened") };
    file.operations(Columns::All).map(|row| row.map_or_else(|error| unreachable!("{error}"), shown)).collect()
}
