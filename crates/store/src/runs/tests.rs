#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::fixture::noise;
use crate::layout::OutputFolder;
use crate::reader::ReadError;
use crate::schema::column;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
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
        own_lag_ns: Some(7),
        live_status: Some(0xc000_0022),
        live_request: Some(Bytes::from_static(b"\xfeSMB request")),
        live_request_left: Some(u32::MAX),
        live_response: Some(Bytes::new()),
        live_response_left: Some(0),
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
    let without: Vec<RunRow> =
        rows.into_iter().map(|row| RunRow { live_request: None, live_response: None, ..row }).collect();
    assert_eq!(file.rows_without_messages().map(Result::unwrap).collect::<Vec<_>>(), without);
}

/// Writes the operations of a run as they are stored, without these columns and under this version.
fn write_older(run: &Run, rows: &[RunRow], version: &str, without: &[&str]) {
    let batch = column::encode(RUN_COLUMNS, &columns::schema(), rows).unwrap();
    let names = RUN_COLUMNS.iter().map(|column| column.name);
    let kept: Vec<usize> =
        names.enumerate().filter(|(_, name)| !without.contains(name)).map(|(index, _)| index).collect();
    let batch = batch.project(&kept).unwrap();
    let version = KeyValue::new("schema_version".to_owned(), version.to_owned());
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![version])).build();
    let file = fs::File::create(run.operations()).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_run_from_before_data_was_left_out_is_read_with_its_messages_whole() {
    let (_folder, output) = output();
    let run = Run::create(&output).unwrap();
    write_older(&run, &[full()], "1.1", &["live_request_left", "live_response_left"]);
    let rows: Vec<RunRow> = RunFile::open(&run).unwrap().rows().map(Result::unwrap).collect();
    assert_eq!(rows, [RunRow { live_request_left: None, live_response_left: None, ..full() }]);
    write_older(&run, &[full()], "1.1", &["live_request"]);
    assert!(matches!(RunFile::open(&run), Err(ReadError::Foreign { .. })));
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

#[test]
fn rows_are_chosen_by_their_verdicts() {
    let (_folder, output) = output();
    let run = Run::create(&output).unwrap();
    let mut writer = RunWriter::create(&run).unwrap();
    Verdict::ALL.into_iter().chain([Verdict::Body]).for_each(|verdict| writer.push(RunRow::new(verdict)).unwrap());
    writer.finish().unwrap();
    let file = RunFile::open(&run).unwrap();
    let read = |verdicts: &[Verdict]| {
        let selection = file.select(&mut OfVerdicts(verdicts.to_vec())).unwrap();
        let rows = file.rows_without_messages().selecting(Some(selection));
        rows.map(|row| row.unwrap().verdict).collect::<Vec<_>>()
    };
    assert_eq!(read(&[Verdict::Body]), [Verdict::Body, Verdict::Body]);
    assert_eq!(read(&[Verdict::Skipped, Verdict::Match]), [Verdict::Match, Verdict::Skipped]);
    assert_eq!(read(&[]), []);
}
