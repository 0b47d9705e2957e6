#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::fixture::noise;
use crate::layout::OutputFolder;
use crate::reader::ReadError;
use std::fs;

fn output() -> (tempfile::TempDir, OutputFolder) {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path().join("x.pcap"));
    (folder, output)
}

fn full() -> RunRow {
    RunRow {
        session_file: Some("smb2_session_0x0000000000000001.parquet".into()),
        op: Some(1),
        connection: Some(2),
        live_connection: Some(3),
        clone: 4,
        verdict: Verdict::Status,
        cause_op: Some(5),
        marks: vec!["orphan".into(), "inferred".into()],
        due_time: Some(Timestamp(6)),
        sent_time: Some(Timestamp(i64::MAX)),
        response_time: Some(Timestamp(-8)),
        lag_ns: Some(u64::MAX),
        live_status: Some(0xc000_0022),
        live_request: Some(Bytes::from_static(b"\xfeSMB request")),
        live_response: Some(Bytes::new()),
        patches: vec![
            Patch { offset: 24, length: 8, captured_length: 8, what: "message_id".into() },
            Patch { offset: 120, length: 30, captured_length: 10, what: "path".into() },
        ],
        differences: vec![Difference { field: "length".to_owned(), captured: "1".to_owned(), live: "2".to_owned() }],
        detail: Some("differs".to_owned()),
    }
}

#[test]
fn rows_come_back_as_recorded_and_in_that_order() {
    let (_folder, output) = output();
    let run = Run::create(&output).unwrap();
    let rows: Vec<RunRow> = std::iter::once(full()).chain(Verdict::ALL.map(RunRow::new)).chain([full()]).collect();
    let mut writer = RunWriter::create(&run).unwrap();
    rows.iter().for_each(|row| writer.push(row.clone()).unwrap());
    assert!(!run.operations().exists());
    writer.finish().unwrap();
    let file = RunFile::open(&run).unwrap();
    assert_eq!(file.row_count(), 8);
    assert_eq!(file.rows().map(Result::unwrap).collect::<Vec<_>>(), rows);
}

#[test]
fn rows_that_do_not_compress_come_back_as_recorded() {
    let (_folder, output) = output();
    let run = Run::create(&output).unwrap();
    let row = |length: usize| RunRow { live_response: Some(noise(length, 1).into()), ..full() };
    let rows = [row(9 << 20), row(3), row(100_000), RunRow::new(Verdict::Skipped), row(2 << 20)];
    let mut writer = RunWriter::create(&run).unwrap();
    rows.iter().for_each(|row| writer.push(row.clone()).unwrap());
    writer.finish().unwrap();
    assert!(RunFile::open(&run).unwrap().rows().map(Result::unwrap).eq(rows));
}

#[test]
fn a_recording_that_is_given_up_leaves_nothing() {
    let (_folder, output) = output();
    let run = Run::create(&output).unwrap();
    let mut writer = RunWriter::create(&run).unwrap();
    writer.push(full()).unwrap();
    drop(writer);
    assert_eq!(fs::read_dir(run.path()).unwrap().count(), 0);
    assert!(matches!(RunFile::open(&run), Err(ReadError::Io { .. })));
}

#[test]
fn runs_of_one_second_get_names_of_their_own_and_are_listed_by_age() {
    let (_folder, output) = output();
    assert_eq!(list(&output).unwrap(), []);
    let at = |text: &str| Run::create_at(&output, text.parse().unwrap()).unwrap().name().to_owned();
    let mut names: Vec<String> = (0..11).map(|_| at("2025-01-31T23:59:59.5Z")).collect();
    names.push(at("2025-02-01T00:00:00Z"));
    assert_eq!((names[0].as_str(), names[10].as_str()), ("20250131T235959Z", "20250131T235959Z-11"));
    let listed: Vec<String> = list(&output).unwrap().iter().map(|run| run.name().to_owned()).collect();
    assert_eq!(listed, names);
    assert_eq!(Run::find(&output, &names[3]).unwrap().name(), names[3]);
    let message = Run::find(&output, "yesterday").unwrap_err().to_string();
    assert!(message.contains("'yesterday'") && message.contains("20250201T000000Z"), "{message}");
}

#[test]
fn a_report_completes_a_run() {
    let (_folder, output) = output();
    let run = Run::create(&output).unwrap();
    assert!(!run.is_complete());
    run.write_report(&serde_json::json!({"matched": 3})).unwrap();
    assert!(run.is_complete());
    assert_eq!(run.read_report::<serde_json::Value>().unwrap()["matched"], 3);
    assert_eq!(fs::read_dir(run.path()).unwrap().count(), 1);
    fs::write(run.report(), "{").unwrap();
    assert!(matches!(run.read_report::<serde_json::Value>(), Err(RunError::Report { .. })));
}
