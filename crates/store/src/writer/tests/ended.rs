//! What waits of a session when it ends.

use super::*;

/// Numbers of rows in the row groups of a session file.
fn row_groups(output: &OutputFolder, file: &str) -> Vec<i64> {
    let file = std::fs::File::open(output.session_file(file)).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect()
}

#[test]
fn rows_of_a_session_that_ended_do_not_wait_for_the_end_of_the_trace() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let mut writer = SessionsWriter::create(&output, usize::MAX, TWO).unwrap();
    let rows: Vec<Operation> = large_rows(1, 402, 5000).collect();
    for row in rows.iter().filter(|row| row.op != 300 && row.op < 401) {
        writer.push(row, |_| row.op.min(300)).unwrap();
    }
    writer.ended(0, |_| 300).unwrap();
    assert!(writer.memory < 1_000_000, "what comes behind one that is outstanding is held: {}", writer.memory);
    // They come all the same.
    writer.push(&rows[401], |_| 300).unwrap();
    writer.push(&rows[300], |_| 402).unwrap();
    let metadata = writer.finish(vec![summary(0, 7, 1)], &GO, describe).unwrap();
    let file = &metadata.sessions[0].file;
    assert_eq!(row_groups(&output, file), [300, 102]);
    let found: Vec<u32> = read(&output, file).iter().map(|row| row.op).collect();
    assert!(found == (0..402).collect::<Vec<_>>());
}

#[test]
fn a_session_that_ends_again_is_looked_at_anew_when_it_has_many_more_rows() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let mut writer = SessionsWriter::create(&output, usize::MAX, TWO).unwrap();
    let rows: Vec<Operation> = large_rows(1, 700, 5000).collect();
    let push = |writer: &mut SessionsWriter, rows: &[Operation]| {
        rows.iter().for_each(|row| writer.push(row, |_| 0).unwrap());
    };
    push(&mut writer, &rows[1..300]);
    writer.ended(0, |_| 0).unwrap();
    writer.ended(0, |_| panic!("it takes long to find out")).unwrap();
    push(&mut writer, &rows[300..]);
    writer.push(&rows[0], |_| 700).unwrap();
    writer.ended(0, |_| 700).unwrap();
    assert!(writer.memory < 100_000, "{}", writer.memory);
}

#[test]
fn few_rows_of_a_session_that_ended_make_no_row_group_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let mut writer = SessionsWriter::create(&output, usize::MAX, TWO).unwrap();
    large_rows(1, 100, 5000).for_each(|row| push(&mut writer, &row));
    writer.ended(0, |_| panic!("it takes long to find out")).unwrap();
    writer.ended(7, |_| panic!("it has no rows")).unwrap();
    assert_eq!(writer.early_files, 0);
}

#[test]
fn files_of_sessions_that_ended_leave_places_to_those_that_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let mut writer = SessionsWriter::create(&output, usize::MAX, TWO).unwrap();
    writer.early_files = EARLY_FILES_OF_ENDED;
    large_rows(1, 300, 5000).for_each(|row| push(&mut writer, &row));
    writer.ended(0, |_| 300).unwrap();
    assert!(writer.memory > 1_400_000, "{}", writer.memory);
    for row in large_rows(1, 3000, 5000).map(|row| Operation { op: row.op + 300, ..row }) {
        writer.push(&row, |_| row.op).unwrap();
    }
    assert_eq!(writer.early_files, EARLY_FILES_OF_ENDED + 1);
}

#[test]
fn files_of_large_messages_do_not_depend_on_the_number_of_threads() {
    let written = |jobs: usize| {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path().join("trace.pcap"));
        let mut writer = SessionsWriter::create(&output, 40 << 20, NonZero::new(jobs).unwrap()).unwrap();
        for row in large_rows(2, 24, 5 << 20) {
            writer.push(&row, |_| row.op + 1).unwrap();
            if row.op == 12 {
                writer.ended(0, |_| row.op + 1).unwrap();
            }
        }
        writer.finish(vec![summary(0, 10, 1), summary(1, 11, 1)], &GO, describe).unwrap();
        files(&output)
    };
    let alone = written(1);
    assert_eq!(alone.len(), 3);
    assert!(alone == written(2));
    assert!(alone == written(5));
}
