//! All pages of a list, one after the other, as a client reads it.

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::addresses::Question;
use super::served::Served;
use crate::bench::interrupt::Interrupt;

/// The largest pages there are, with one column.
const LARGE: [(&str, &str); 2] = [("limit", "10000"), ("fields", "op")];
/// Cursors that clients begin at.
const CURSORS: usize = 12;

/// A list that was read to its end.
pub(super) struct Walked {
    pub(super) pages: u64,
    pub(super) rows: u64,
    /// Some cursors, at equal distances.
    pub(super) cursors: Vec<String>,
}

/// What is needed of a page.
#[derive(Deserialize)]
struct Page {
    total: u64,
    next_cursor: Option<String>,
    operations: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    op: u64,
}

/// Reads all pages of what `question` asks for; rows must rise, and be as many as each page says they are.
pub(super) fn cursors(server: &Served<'_>, question: &Question, interrupt: &Interrupt) -> anyhow::Result<Walked> {
    let mut walked = Walked { pages: 0, rows: 0, cursors: Vec::new() };
    let (mut cursor, mut last) = (None, None);
    loop {
        interrupt.check()?;
        let address = question.clone().at(cursor.as_ref()).page(&LARGE);
        let page: Page = serde_json::from_value(server.client().get(&address)?)
            .with_context(|| format!("{address} is no page of operations"))?;
        let Page { total, next_cursor, operations } = page;
        ensure!(!operations.is_empty(), "{address} is an empty page");
        for row in &operations {
            ensure!(last.is_none_or(|last| last < row.op), "{address}: operation {} comes late", row.op);
            last = Some(row.op);
        }
        walked.pages = walked.pages.saturating_add(1);
        walked.rows = walked.rows.saturating_add(operations.len() as u64);
        let Some(next) = next_cursor else {
            ensure!(walked.rows == total, "{address}: {} rows on all pages, and {total} were said", walked.rows);
            walked.cursors = spread(&walked.cursors);
            return Ok(walked);
        };
        walked.cursors.push(next.clone());
        cursor = Some(next);
    }
}

/// Some of these, at equal distances.
fn spread(all: &[String]) -> Vec<String> {
    all.iter().step_by(all.len().div_ceil(CURSORS).max(1)).cloned().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn some_of_many_cursors_are_taken_all_over_the_list() {
        let all: Vec<String> = (0..120).map(|number| number.to_string()).collect();
        let some = spread(&all);
        assert_eq!((some.len(), some.first().unwrap().as_str(), some.last().unwrap().as_str()), (12, "0", "110"));
        assert_eq!(spread(all.get(..3).unwrap()).len(), 3);
        assert!(spread(&[]).is_empty());
    }
}
