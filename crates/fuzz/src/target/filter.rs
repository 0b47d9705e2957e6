//! Expressions of users, as filters on operations.
//!
//! A text is a filter, or refused with one line and a place in it. A filter says of each row of a batch whether it selects it, and
//! its negation selects the others. What it finds in a message by itself is a message.

use analysis::filter::{Filter, Scope};
use arrow::array::RecordBatch;
use capture::Timestamp;
use dissect::{Kind, Operation};
use smb2::{Command, FileId};
use std::sync::LazyLock;
use store::schema::COLUMNS;

/// Rows with and without answers, and an event.
static ROWS: LazyLock<RecordBatch> = LazyLock::new(|| {
    let mut create = Operation::new(0, Kind::Exchange, 0);
    create.command = Some(Command::CREATE);
    (create.request_frame, create.response_frame, create.interim_frame) = (Some(1), Some(3), Some(2));
    (create.request_flags, create.response_flags) = (Some(0), Some(3));
    (create.status, create.latency_ns) = (Some(0xc000_0022), Some(1_500_000));
    create.path = Some("a\\b.txt".into());
    create.file_id = Some(FileId([7; 16]));
    create.create_contexts = vec!["MxAc".to_owned(), "QFid".to_owned()];
    create.request_time = Some(Timestamp(1_700_000_000_000_000_000));
    let mut read = Operation::new(1, Kind::Request, 0);
    read.command = Some(Command::READ);
    (read.request_frame, read.length, read.offset) = (Some(4), Some(4096), Some(u64::MAX));
    let rows = [create, read, Operation::new(2, Kind::Close, 1)];
    let columns = COLUMNS.iter().map(|column| (column.name, column.array(&rows), true));
    match RecordBatch::try_from_iter_with_nullable(columns) {
        Ok(batch) => batch,
        Err(error) => unreachable!("{error}"),
    }
});

pub(super) fn body(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let first_frame = Some(Timestamp(1_700_000_000_000_000_000));
    let filter = match Filter::parse(text, first_frame) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(text.get(error.range.clone()).is_some(), "{:?} is no place", error.range);
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
            return;
        }
    };
    let rows = |filter: &Filter, scope| match filter.selector(scope).rows(&ROWS) {
        Ok(rows) => rows,
        Err(error) => unreachable!("{error}"),
    };
    let selected = rows(&filter, Scope::Operation);
    assert_eq!(selected.len(), ROWS.num_rows());
    if !text.trim().is_empty()
        && let Ok(negated) = Filter::parse(&format!("!({text})"), first_frame)
    {
        assert_eq!(!&selected, rows(&negated, Scope::Operation), "the negation");
    }
    for (scope, messages) in [(Scope::Request, 2), (Scope::Response, 1), (Scope::Interim, 1)] {
        assert!(rows(&filter, scope).count_set_bits() <= messages, "{scope:?}");
    }
}
