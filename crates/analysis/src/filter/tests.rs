//! What expressions mean, on rows made for it; and what is said of texts that are none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use super::*;
use dissect::{Kind, Operation};
use proptest::prelude::*;
use smb2::{FileId, NtStatus};
use std::sync::Arc;
use store::schema;

fn row(op: u32, command: smb2::Command) -> Operation {
    let mut row = Operation::new(op, Kind::Exchange, 0);
    row.command = Some(command);
    row.message_id = Some(op.into());
    (row.request_frame, row.response_frame) = (Some(u64::from(op) * 2 + 1), Some(u64::from(op) * 2 + 2));
    (row.request_flags, row.response_flags) = (Some(0), Some(1));
    row.status = Some(0);
    row
}

/// A CREATE that is refused, a READ with an interim response, a WRITE without an answer, and the end of the connection.
fn rows() -> Vec<Operation> {
    let mut create = row(0, smb2::Command::CREATE);
    create.status = Some(NtStatus::ACCESS_DENIED.0);
    create.path = Some(r"Reports\Plan.DOC".into());
    create.create_disposition = Some(1);
    create.create_contexts = vec!["MxAc".to_owned(), "QFid".to_owned()];
    let mut read = row(1, smb2::Command::READ);
    read.path = Some(r"Reports\Plan.DOC".into());
    (read.length, read.transferred, read.latency_ns) = (Some(4096), Some(100), Some(2_500_000));
    (read.interim_frame, read.async_id, read.response_flags) = (Some(5), Some(7), Some(3));
    read.response_frame = Some(6);
    read.request_time = Some(Timestamp(1_700_000_000_500_000_000));
    read.file_id = Some(FileId([0xdf, 0x91, 0xe3, 0xb7, 0, 0, 0, 0, 0xe3, 0x91, 0xc8, 0x0d, 0, 0, 0, 0]));
    let mut write = row(2, smb2::Command::WRITE);
    (write.kind, write.status, write.response_frame, write.response_flags) = (Kind::Request, None, None, None);
    write.encrypted = true;
    (write.length, write.path) = (Some(10), Some("other.txt".into()));
    let mut close = Operation::new(3, Kind::Close, 0);
    close.response_frame = Some(9);
    vec![create, read, write, close]
}

/// These rows as session files have them.
fn batch() -> arrow::array::RecordBatch {
    let columns = schema::COLUMNS.iter().filter(|column| !column.is_message());
    let arrays = columns.map(|column| (column.name, column.array(&rows()), true));
    arrow::array::RecordBatch::try_from_iter_with_nullable(arrays).unwrap()
}

/// The numbers of the rows that `text` selects.
#[track_caller]
fn selected(text: &str) -> Vec<u32> {
    in_scope(text, Scope::Operation)
}

#[track_caller]
fn in_scope(text: &str, scope: Scope) -> Vec<u32> {
    let filter = Filter::parse(text, Some(Timestamp(1_700_000_000_000_000_000)));
    let filter = filter.unwrap_or_else(|error| panic!("{text}: {error} at {:?}", error.range));
    let batch = batch();
    let selected = filter.selector(scope).rows(&batch).unwrap();
    selected.set_indices().map(|row| u32::try_from(row).unwrap()).collect()
}

fn error(text: &str) -> FilterError {
    Filter::parse(text, None).expect_err(text)
}

#[test]
fn fields_of_request_and_response_go_together() {
    assert_eq!(selected("smb2.nt_status == STATUS_ACCESS_DENIED && smb2.filename contains \"DOC\""), [0]);
    assert_eq!(selected("smb2.filename contains \"DOC\""), [0, 1]);
    assert_eq!(in_scope("smb2.filename contains \"DOC\"", Scope::Request), [0]);
    assert_eq!(in_scope("smb2.nt_status && smb2.filename", Scope::Request), [0; 0]);
}

#[test]
fn a_comparison_asks_whether_one_value_passes_and_unequal_whether_all_do() {
    // The READ has two statuses: that of its interim response is STATUS_PENDING.
    assert_eq!(selected("smb2.nt_status == STATUS_PENDING"), [1]);
    assert_eq!(selected("smb2.nt_status == STATUS_SUCCESS"), [1]);
    assert_eq!(selected("smb2.nt_status != STATUS_SUCCESS"), [0]);
    assert_eq!(selected("smb2.nt_status !== STATUS_SUCCESS"), [0, 1]);
    assert_eq!(selected("smb2.nt_status === STATUS_SUCCESS"), [0; 0]);
    assert_eq!(selected("all smb2.nt_status < 0x80000000"), [1]);
    assert_eq!(selected("status == STATUS_SUCCESS"), [1]);
    assert_eq!(selected("status == STATUS_PENDING"), [0; 0]);
}

#[test]
fn what_is_not_there_passes_no_comparison_but_its_negation() {
    assert_eq!(selected("status != STATUS_SUCCESS"), [0]);
    assert_eq!(selected("!(status == STATUS_SUCCESS)"), [0, 2, 3]);
    assert_eq!(selected("!smb2.nt_status"), [2, 3]);
    assert_eq!(selected("smb2 && !smb2.nt_status"), [2]);
    assert_eq!(selected("smb2.cmd not in {5, 8}"), [2, 3]);
}

#[test]
fn and_binds_tighter_than_xor_and_xor_tighter_than_or() {
    assert_eq!(selected("op == 0 or op == 1 and op == 2"), [0]);
    assert_eq!(selected("op == 0 || op < 2 ^^ op < 3 && op > 0"), [0, 2]);
    assert_eq!(selected("(op == 0 or op == 1) and op == 1"), [1]);
    assert_eq!(selected("not op == 0 and op < 2"), [1]);
    assert_eq!(selected("op < 2 xor op < 3 xor op < 4"), [0, 1, 3]);
}

#[test]
fn numbers_go_by_masks_ranges_and_other_fields() {
    assert_eq!(selected("response_flags & 2"), [1]);
    assert_eq!(selected("response_flags & 3 == 1"), [0]);
    assert_eq!(selected("op in {0, 2..3}"), [0, 2, 3]);
    assert_eq!(selected("transferred < length"), [1]);
    assert_eq!(selected("request_frame == response_frame"), [0; 0]);
    assert_eq!(selected("frame.number in {5..6}"), [1, 2]);
    assert_eq!(selected("smb2.read_length >= 4096 || smb2.write_length >= 4096"), [1]);
}

#[test]
fn texts_go_by_parts_patterns_length_and_case() {
    assert_eq!(selected("path contains \"plan\""), [0; 0]);
    assert_eq!(selected("lower(path) contains \"plan\""), [0, 1]);
    assert_eq!(selected(r#"path matches "^REPORTS\\\\plan""#), [0, 1]);
    assert_eq!(selected(r#"path ~ r"\.txt$""#), [2]);
    assert_eq!(selected("len(path) == 9"), [2]);
    assert_eq!(selected("upper(path) == \"OTHER.TXT\""), [2]);
    assert_eq!(selected("path in {\"a\"..\"p\"}"), [2]);
    assert_eq!(selected("kind == close"), [3]);
    assert_eq!(selected("smb2.tag == \"QFid\""), [0]);
    assert_eq!(selected("all create_contexts == \"QFid\""), [0; 0]);
}

#[test]
fn ids_truths_and_times_have_forms_of_their_own() {
    assert_eq!(selected("smb2.fid == b7e391df-0000-0000-e391-c80d00000000"), [1]);
    assert_eq!(selected("file_id > b7e391de-ffff-0000-0000-000000000000"), [1]);
    assert_eq!(selected("encrypted == True"), [2]);
    assert_eq!(selected("encrypted == 0"), [0, 1, 3]);
    assert_eq!(selected("smb2.time > 0.002"), [1]);
    assert_eq!(selected("latency_ns == 2500000"), [1]);
    assert_eq!(selected("frame.time_relative == 0.5"), [1]);
    assert_eq!(selected("frame.time >= \"2023-11-14 22:13:20.5\""), [1]);
    assert_eq!(selected("frame.time_epoch < 1700000001"), [1]);
}

#[test]
fn a_blank_filter_selects_everything() {
    assert_eq!(selected(" \n"), [0, 1, 2, 3]);
    assert_eq!(in_scope("", Scope::Interim), [1]);
}

#[test]
fn errors_point_at_what_is_to_blame() {
    for (text, blamed) in [
        ("smb2.cmd == 5 && smb2.nt_statu == 0", "smb2.nt_statu"),
        ("smb2.nt_status == STATUS_ACESS_DENIED", "STATUS_ACESS_DENIED"),
        ("smb2.cmd == 70000", "70000"),
        ("smb2.cmd contains \"x\"", "smb2.cmd"),
        ("smb2.time > 100us", "100us"),
        ("smb2.fid == d7601cc1", "d7601cc1"),
        ("path matches \"(\"", "\"(\""),
        ("op == 1)", ")"),
        ("smb2.cmd in {1 2}", "2"),
        ("smb2.cmd[0:2] == 1", "["),
        ("count(smb2.cmd) == 1", "count"),
        ("upper(smb2.cmd) == 1", "upper"),
        ("frame.time_relative > 1", "1"),
        ("path == new_path", "new_path"),
        ("length == path", "path"),
        ("encrypted", "encrypted"),
        ("op == and", "and"),
    ] {
        let error = error(text);
        assert_eq!(text.get(error.range.clone()), Some(blamed), "{text}: {error}");
    }
    assert_eq!(error("op ==").range, 5..5);
    // A letter of two bytes is one unit of UTF-16, one of four bytes two.
    let text = "path == \"é😀\" && opp";
    assert_eq!((error(text).range, error(text).range_in_utf16(text)), (20..23, 17..20));
    assert_eq!(error("(op == 1 && path").range, 16..16);
}

#[test]
fn errors_say_what_would_be_allowed() {
    for (text, word) in [
        ("smb2.nt_statu == 0", "smb2.nt_status"),
        ("filename == \"x\"", "smb2.filename"),
        ("status == ACCESS_DENIED", "STATUS_ACCESS_DENIED"),
        ("smb2.cmd == \"Crate\"", "CREATE"),
        ("smb2.cmd == 70000", "65535"),
        ("path == \"a\\q\"", "r\"…\""),
        ("smb2.time > 1ms", "0.25"),
        ("encrypted", "compare it"),
        ("smb2.cmd contains 5", "number"),
    ] {
        let message = error(text).to_string();
        assert!(message.contains(word) && !message.contains('\n'), "{text}: {message}");
    }
}

#[test]
fn an_error_is_one_line_whatever_the_expression() {
    for text in [
        "op == \"a\nb\"",
        "status == \"a\\nb\"",
        "'\n\n'",
        "path == \"\\\n\"",
        "path ~ \"(\\n\"",
        "a\u{85}b == 1",
        "len(path) == \"\n\"",
    ] {
        assert_eq!(error(text).to_string().lines().count(), 1, "{text:?}");
    }
}

#[test]
fn depth_length_and_regular_expressions_are_bounded() {
    let deep = |depth: usize| format!("{}op == 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&deep(64), None).is_ok());
    assert!(matches!(error(&deep(65)).kind, FilterErrorKind::TooDeep { .. }));
    assert!(matches!(error(&format!("{} op == 1", "!".repeat(5000))).kind, FilterErrorKind::TooDeep { .. }));
    assert!(matches!(error(&"op == 1 || ".repeat(2000)).kind, FilterErrorKind::TooLong { .. }));
    assert!(Filter::parse(&format!("op == 1{}", " || op == 1".repeat(1400)), None).is_ok());
    assert!(matches!(error("path ~ \"(a{1000}){1000}\"").kind, FilterErrorKind::Regex(_)));
}

#[test]
fn every_field_has_columns_of_session_files_and_a_name_of_its_own() {
    let names: Vec<&str> = fields().iter().map(|field| field.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    for field in fields().iter().filter(|field| !field.always) {
        let filter = Filter::parse(field.name, None).unwrap();
        for scope in [Scope::Operation, Scope::Request, Scope::Response, Scope::Interim] {
            let batch = batch();
            assert!(filter.selector(scope).rows(&batch).is_ok(), "{}", field.name);
        }
    }
}

#[test]
fn the_wireshark_names_of_columns_are_fields() {
    for column in schema::COLUMNS.iter().filter(|column| !column.wireshark.is_empty()) {
        assert!(field::named(column.wireshark).is_some(), "{}", column.wireshark);
    }
}

#[test]
fn a_batch_of_other_columns_is_an_error() {
    let filter = Filter::parse("path == \"x\"", None).unwrap();
    let numbers: arrow::array::ArrayRef = Arc::new(arrow::array::Int8Array::from(vec![1]));
    for (name, expected) in [("path", "Int8"), ("other", "'path'")] {
        let batch = arrow::array::RecordBatch::try_from_iter([(name, numbers.clone())]).unwrap();
        let error = filter.selector(Scope::Operation).rows(&batch).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// Pieces that expressions are made of, so that random ones get far.
fn pieces() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(fields().iter().map(|field| field.name).collect::<Vec<_>>());
    let signs = proptest::sample::select(vec![
        "==",
        "!=",
        "===",
        "!==",
        "<",
        ">=",
        "&&",
        "||",
        "^^",
        "!",
        "(",
        ")",
        "{",
        "}",
        ",",
        "..",
        "in",
        "not",
        "contains",
        "matches",
        "~",
        "&",
        "any",
        "all",
        "len(",
        "upper(",
        "5",
        "0x1f",
        "0.5",
        "\"a\"",
        "r\"\\d\"",
        "'c'",
        "True",
        "Create",
        "STATUS_SUCCESS",
        "\"2024-01-31\"",
        "00000000-0000-0000-0000-0000000000ff",
        "\"",
        "\\",
        "é",
    ]);
    prop_oneof![3 => known.prop_map(str::to_owned), 6 => signs.prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error_with_a_place_in_it(parts in proptest::collection::vec(pieces(), 0..12)) {
        let text = parts.join(" ");
        let batch = batch();
        match Filter::parse(&text, Some(Timestamp(0))) {
            Ok(filter) => {
                for scope in [Scope::Operation, Scope::Request, Scope::Response, Scope::Interim] {
                    let rows = filter.selector(scope).rows(&batch).unwrap();
                    prop_assert_eq!(rows.len(), batch.num_rows());
                }
            }
            Err(error) => {
                prop_assert!(text.get(error.range.clone()).is_some(), "{:?} {:?}", text, error);
                prop_assert_eq!(error.to_string().lines().count(), 1);
            }
        }
    }

    #[test]
    fn a_negation_selects_the_other_rows(parts in proptest::collection::vec(pieces(), 0..8)) {
        let text = parts.join(" ");
        let batch = batch();
        if let (Ok(filter), Ok(negated)) = (Filter::parse(&text, None), Filter::parse(&format!("!({text})"), None)) {
            let one = filter.selector(Scope::Operation).rows(&batch).unwrap();
            let other = negated.selector(Scope::Operation).rows(&batch).unwrap();
            prop_assert_eq!(!&one, other);
        }
    }
}

#[test]
fn rows_are_chosen_by_a_filter_and_by_their_paths() {
    let mut rows = rows();
    let mut renamed = row(9, smb2::Command::SET_INFO);
    (renamed.path, renamed.new_path) = (Some("old".into()), Some(r"Reports\New".into()));
    rows.push(renamed);
    let columns = schema::COLUMNS.iter().filter(|column| !column.is_message());
    let arrays = columns.map(|column| (column.name, column.array(&rows), true));
    let batch = arrow::array::RecordBatch::try_from_iter_with_nullable(arrays).unwrap();
    let chosen = |filter: Option<&str>, accepts: Option<&dyn Fn(&str) -> bool>| -> Vec<u32> {
        let filter = filter.map(|text| Filter::parse(text, None).unwrap());
        let mut choice = Rows::new(filter.as_ref(), accepts);
        assert!(store::RowChoice::columns(&choice).iter().all(|name| batch.column_by_name(name).is_some()));
        let chosen = store::RowChoice::choose(&mut choice, &batch).unwrap();
        chosen.set_indices().map(|row| rows[row].op).collect()
    };
    let reports = |path: &str| path.starts_with("Reports");
    assert_eq!(chosen(None, None), [0, 1, 2, 3, 9]);
    assert_eq!(chosen(None, Some(&reports)), [0, 1, 9], "the new name of a rename counts");
    assert_eq!(chosen(Some("status != 0"), Some(&reports)), [0]);
    assert_eq!(chosen(Some("smb2.cmd == WRITE"), Some(&reports)), [0; 0]);
    assert_eq!(chosen(Some("smb2.cmd == WRITE"), None), [2]);
}
