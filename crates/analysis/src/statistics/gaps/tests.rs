#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use super::super::fixture::exchange;
use super::*;

fn quiet_of<'a>(rows: impl IntoIterator<Item = &'a Row<'a>>, top: usize) -> Vec<(u64, i64, u32, u32)> {
    let mut quiet = Quiet::default();
    rows.into_iter().for_each(|row| quiet.take_out(row));
    quiet
        .finish(top)
        .longest
        .into_iter()
        .map(|gap| (gap.length_ns, gap.from.0.0, gap.before.op, gap.after.op))
        .collect()
}

fn read(op: u32, from: i64, to: i64) -> Row<'static> {
    exchange(op, Command::READ, from, to)
}

#[test]
fn a_gap_is_between_the_last_answer_and_the_next_request() {
    // 0..10, 15..40 with 20..30 in it, 45..50, 150..160: gaps 10..15, 40..45 and 50..150.
    let rows = [read(0, 0, 10), read(1, 15, 40), read(2, 20, 30), read(3, 45, 50), read(4, 150, 160)];
    assert_eq!(quiet_of(&rows, 9), [(100, 50, 3, 4), (5, 10, 0, 1), (5, 40, 1, 3)]);
    assert_eq!(quiet_of(&rows, 1), [(100, 50, 3, 4)]);
}

#[test]
fn gaps_do_not_depend_on_the_order_of_the_rows() {
    let rows = [read(0, 0, 10), read(1, 15, 40), read(2, 60, 70), read(3, 90, 95), read(4, 62, 91), read(5, 120, 130)];
    let expected = quiet_of(&rows, 9);
    assert_eq!(expected, [(25, 95, 3, 5), (20, 40, 1, 2), (5, 10, 0, 1)]);
    for first in 0..rows.len() {
        let turned = rows[first..].iter().chain(&rows[..first]);
        assert_eq!(quiet_of(turned, 9), expected, "{first}");
    }
    assert_eq!(quiet_of(rows.iter().rev(), 9), expected);
}

#[test]
fn a_change_notify_that_waits_keeps_no_client_busy() {
    let waits = Row { interim_time: Some(12), ..exchange(1, Command::CHANGE_NOTIFY, 10, 5_000) };
    assert_eq!(quiet_of(&[read(0, 0, 9), waits, read(2, 100, 101)], 9), [(88, 12, 1, 2), (1, 9, 0, 1)]);
    let locks = Row { interim_time: Some(12), ..exchange(1, Command::LOCK, 10, 5_000) };
    assert_eq!(quiet_of(&[read(0, 0, 9), locks, read(2, 100, 101)], 9), [(1, 9, 0, 1)]);
}

#[test]
fn a_request_without_an_answer_counts_when_it_was_sent() {
    let unanswered = Row { kind: Kind::Request, response_time: None, ..read(1, 30, 0) };
    assert_eq!(quiet_of(&[read(0, 0, 10), unanswered, read(2, 45, 50)], 9), [(20, 10, 0, 1), (15, 30, 1, 2)]);
}

#[test]
fn before_an_answer_without_its_request_nobody_knows() {
    let answer = Row { kind: Kind::Response, request_start_time: None, request_time: None, ..read(1, 0, 30) };
    assert_eq!(quiet_of(&[read(0, 0, 10), answer, read(2, 45, 50)], 9), [(15, 30, 1, 2)]);
}

#[test]
fn encrypted_messages_are_no_idle_time() {
    let sent = Row { kind: Kind::Encrypted, command: None, response_time: None, ..read(1, 30, 0) };
    let came = Row { kind: Kind::Encrypted, request_start_time: None, request_time: None, ..read(2, 0, 35) };
    assert_eq!(quiet_of(&[read(0, 0, 10), sent, came, read(3, 45, 50)], 9), [(20, 10, 0, 1), (10, 35, 2, 3)]);
}

#[test]
fn events_and_breaks_are_no_work_of_a_client() {
    let others = [Kind::Notification, Kind::Connect, Kind::Close].map(|kind| Row { kind, ..read(1, 20, 30) });
    let rows = [&[read(0, 0, 10)], &others[..], &[read(2, 45, 50)]].concat();
    assert_eq!(quiet_of(&rows, 9), [(35, 10, 0, 2)]);
}

#[test]
fn an_answer_from_before_its_request_is_taken_for_immediate() {
    assert_eq!(quiet_of(&[read(0, 0, 10), read(1, 30, 20), read(2, 45, 50)], 9), [(20, 10, 0, 1), (15, 30, 1, 2)]);
}

#[test]
fn the_longest_gaps_are_exact_though_the_shorter_ones_are_forgotten() {
    // Gaps of 1, 2, 3 … in a scrambled order, one after the other.
    let (mut rows, mut time) = (Vec::new(), 0);
    for op in 0..500_u32 {
        rows.push(read(op, time, time + 10));
        time += 10 + i64::from(op * 211 % 499 + 1);
    }
    let mut few = Quiet { most: 16, ..Quiet::default() };
    let mut all = Quiet::default();
    let is_late = |row: &&Row<'_>| row.op % 250 == 3;
    for row in rows.iter().filter(|row| !is_late(row)).chain(rows.iter().filter(is_late)) {
        few.take_out(row);
        all.take_out(row);
        assert!(few.spans.len() <= 17);
    }
    assert_eq!(all.clone().finish(9999).longest.len(), 499);
    let (few, all) = (few.finish(3), all.finish(3));
    assert_eq!(all.longest.iter().map(|gap| gap.length_ns).collect::<Vec<_>>(), [499, 498, 497]);
    assert_eq!((few.longest, all.known_above_ns), (all.longest, 0));
    assert!(few.known_above_ns > 400, "{}", few.known_above_ns);
}

#[test]
fn gaps_that_others_have_cut_to_less_than_was_forgotten_are_not_told() {
    let mut quiet = Quiet { most: 16, ..Quiet::default() };
    (0..40_u32).for_each(|op| quiet.take_out(&read(op, i64::from(op) * 100, i64::from(op) * 100 + 1)));
    (40..80_u32).for_each(|op| quiet.take_out(&read(op, i64::from(op - 40) * 100 + 50, i64::from(op - 40) * 100 + 51)));
    let gaps = quiet.finish(3);
    assert_eq!((gaps.longest, gaps.known_above_ns), (Vec::new(), 99));
}

#[test]
fn gaps_that_are_all_as_long_are_not_all_forgotten() {
    let mut quiet = Quiet { most: 16, ..Quiet::default() };
    (0..100_u32).for_each(|op| quiet.take_out(&read(op, i64::from(op) * 100, i64::from(op) * 100 + 1)));
    let gaps = quiet.finish(3);
    assert_eq!(
        gaps.longest.iter().map(|gap| (gap.length_ns, gap.before.op)).collect::<Vec<_>>(),
        [(99, 0), (99, 1), (99, 2)]
    );
}
