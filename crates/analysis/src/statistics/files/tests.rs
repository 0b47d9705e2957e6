#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use super::super::columns::Name;
use super::super::fixture::exchange;
use super::*;

/// Rows that do something to files, counted.
fn counted(rows: &[(Option<&str>, Option<&str>, Row<'_>)], top: usize, order: FileOrder) -> Files {
    let (mut names, mut files) = (Names::default(), FileCounts::default());
    for (share, path, row) in rows {
        let mut name = |text| Name { number: names.number(text), text };
        files.count(&Row { share: share.map(&mut name), path: path.map(&mut name), ..*row });
    }
    files.finish(&names, top, order)
}

fn moved(command: Command, bytes: u64) -> Row<'static> {
    Row { transferred: Some(bytes), ..exchange(0, command, 0, 7) }
}

#[test]
fn a_path_is_another_file_in_another_share() {
    let create = exchange(0, Command::CREATE, 0, 5);
    let refused = Row { status: Some(0xc000_0022), ..create };
    let rows = [
        (Some("a"), Some("x"), create),
        (Some("b"), Some("x"), refused),
        (Some("a"), Some("x"), moved(Command::READ, 100)),
        (Some("a"), Some("x"), moved(Command::WRITE, 30)),
        (Some("a"), Some("x"), moved(Command::QUERY_INFO, 1000)),
    ];
    let files = counted(&rows, 9, FileOrder::Bytes);
    assert_eq!(files.top.len(), 2);
    let expected = Sums {
        operations: 4,
        opens: 1,
        reads: 1,
        writes: 1,
        bytes_read: 100,
        bytes_written: 30,
        errors: 0,
        response_time_ns: 26,
    };
    assert_eq!((files.top[0].share.as_deref(), files.top[0].sums), (Some("a"), expected));
    assert_eq!((files.top[1].share.as_deref(), files.top[1].sums.opens, files.top[1].sums.errors), (Some("b"), 0, 1));
}

#[test]
fn the_first_files_are_named_and_the_rest_is_summed() {
    let close = exchange(0, Command::CLOSE, 0, 1);
    let rows = [
        (None, Some("small but busy"), close),
        (None, Some("small but busy"), close),
        (None, Some("small but busy"), close),
        (None, Some("large"), moved(Command::READ, 5000)),
        (None, Some("idle"), close),
        (None, None, close),
    ];
    let by_bytes = counted(&rows, 1, FileOrder::Bytes);
    assert_eq!((by_bytes.top[0].path.as_str(), by_bytes.rest_files, by_bytes.rest.operations), ("large", 2, 4));
    let by_operations = counted(&rows, 1, FileOrder::Operations);
    assert_eq!(by_operations.top[0].path, "small but busy");
    assert_eq!((by_operations.rest.bytes_read, by_operations.without_path.operations), (5000, 1));
}

#[test]
fn what_is_done_to_more_files_than_are_told_apart_is_summed() {
    let names: Vec<String> = (0..=MOST).map(|number| number.to_string()).collect();
    let rows: Vec<_> = names
        .iter()
        .chain(&names[..2])
        .map(|name| (None, Some(name.as_str()), exchange(0, Command::CLOSE, 0, 1)))
        .collect();
    let files = counted(&rows, 1, FileOrder::Operations);
    assert_eq!((files.beyond.operations, files.top[0].path.as_str(), files.top[0].sums.operations), (1, "0", 2));
    assert_eq!(files.rest_files, u64::try_from(MOST).unwrap() - 1);
}
