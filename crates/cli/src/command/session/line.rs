//! An operation as a line of a table.

use crate::output::{Cell, Column, duration, instant};
use analysis::Outcome;
use clap::builder::styling::{AnsiColor, Style};
use dissect::{Kind, Operation};
use smb2::NtStatus;
use store::schema;

/// How much of an operation its line says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// What fits a terminal of 80 columns.
    Brief,
    /// Everything that can be said in a line.
    Full,
}

/// The columns of the session file that lines are made of.
pub(super) const NEEDED: &[&str] = &[
    "op",
    "kind",
    "command",
    "status",
    "closed",
    "request_frame",
    "response_frame",
    "interim_frame",
    "request_time",
    "response_time",
    "interim_time",
    "latency_ns",
    "request_chain",
    "compound_index",
    "share",
    "path",
    "pattern",
    "new_path",
    "detail",
    "malformed",
];

const OK: Style = AnsiColor::Green.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default();
const ERROR: Style = AnsiColor::Red.on_default();
const MISSING: Style = AnsiColor::Magenta.on_default();

/// Operations as lines, in their order. A line leaves when the operation behind it is known: only then is it known where a chain ends.
pub(super) struct LineMaker {
    lines: Lines,
    /// Time that counts as 0, nanoseconds since 1970.
    start: i64,
    waiting: Option<Box<Operation>>,
}

impl Lines {
    /// The columns of the table.
    pub(super) fn columns(self) -> Vec<Column> {
        let op = Column::number("op");
        let frame = Column::number("frame").dispensable(5);
        let time = Column::number("time").dispensable(4);
        let latency = Column::number("latency").dispensable(2);
        let chain = Column::text("").dispensable(6);
        let command = Column::text("command");
        let status = Column::text("status").cut_to(14);
        match self {
            Self::Brief => {
                let what = Column::text("what").cut_to(14).dispensable(3);
                vec![op, frame, time, latency, command, status, Column::path("path", 24), what]
            }
            Self::Full => vec![
                op,
                frame,
                Column::number("answer").dispensable(1),
                time,
                latency,
                chain,
                command,
                status,
                Column::text("share").cut_to(6).dispensable(3),
                Column::path("path", 28),
                Column::text("what").cut_to(28).dispensable(3),
            ],
        }
    }
}

impl LineMaker {
    /// Lines with times from `start` on, nanoseconds since 1970.
    pub(super) fn new(lines: Lines, start: i64) -> Self {
        Self { lines, start, waiting: None }
    }

    /// Takes the next operation; the line of the one before it.
    pub(super) fn push(&mut self, operation: &Operation) -> Option<Vec<Cell>> {
        let before = self.waiting.replace(Box::new(operation.clone()));
        before.map(|before| self.cells(&before, goes_on(&before, operation)))
    }

    /// The last line.
    pub(super) fn finish(mut self) -> Option<Vec<Cell>> {
        let last = self.waiting.take()?;
        Some(self.cells(&last, false))
    }

    fn cells(&self, operation: &Operation, chain_goes_on: bool) -> Vec<Cell> {
        let number = |frame: Option<u64>| Cell::from(frame.map(|frame| frame.to_string()).unwrap_or_default());
        let op = Cell::from(operation.op.to_string());
        let time = operation.request_time.or(operation.response_time);
        let time = Cell::from(time.map(|time| relative(time.0, self.start)).unwrap_or_default());
        let latency = Cell::from(operation.latency_ns.map(duration).unwrap_or_default());
        let (command, status) = (Cell::from(what(operation)), status(operation));
        match self.lines {
            Lines::Brief => {
                let frame = number(operation.request_frame.or(operation.response_frame));
                vec![op, frame, time, latency, command, status, place(operation).into(), phrase(operation).into()]
            }
            Lines::Full => vec![
                op,
                number(operation.request_frame),
                number(operation.response_frame),
                time,
                latency,
                chain_mark(operation.compound_index, chain_goes_on).into(),
                command,
                status,
                share_name(operation).into(),
                place(operation).into(),
                phrase(operation).into(),
            ],
        }
    }
}

/// Whether `next` is the next member of the chain that `operation` is in.
fn goes_on(operation: &Operation, next: &Operation) -> bool {
    operation.request_chain.is_some() && operation.request_chain == next.request_chain
}

/// The place of a request in its chain; nothing when it is alone.
fn chain_mark(index: Option<u16>, goes_on: bool) -> &'static str {
    match (index, goes_on) {
        (None | Some(0), false) => "",
        (None | Some(0), true) => "┌",
        (Some(_), true) => "│",
        (Some(_), false) => "└",
    }
}

/// Seconds from `start` to `time`, both nanoseconds.
fn relative(time: i64, start: i64) -> String {
    let span = i128::from(time).saturating_sub(i128::from(start));
    let (sign, microseconds) = (if span < 0 { "-" } else { "" }, span.unsigned_abs() / 1_000);
    format!("{sign}{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000)
}

/// The command; of an event, its kind.
pub(super) fn what(operation: &Operation) -> String {
    match (operation.command, operation.kind) {
        (Some(command), Kind::Notification) => format!("{command} notification"),
        (Some(command), _) => command.to_string(),
        (None, kind) => kind.name().to_owned(),
    }
}

/// The status, in the colour of its outcome; of an event, how it ended.
pub(super) fn status(operation: &Operation) -> Cell {
    match (operation.status, operation.kind, operation.closed) {
        (Some(status), ..) => {
            let style = match Outcome::of(NtStatus(status)) {
                Outcome::Success => OK,
                Outcome::Warning => WARNING,
                Outcome::Error => ERROR,
            };
            Cell::styled(schema::status_name(status).trim_start_matches("STATUS_"), style)
        }
        (None, _, Some(closed)) => closed.name().into(),
        (None, Kind::Request, _) => Cell::styled("no response", MISSING),
        _ => Cell::default(),
    }
}

/// The share without its server.
fn share_name(operation: &Operation) -> &str {
    operation.share.as_deref().and_then(|share| share.rsplit('\\').next()).unwrap_or_default()
}

/// Path, and where a rename leads. The root of a share is `\\`, as against a path that is not known.
pub(super) fn place(operation: &Operation) -> String {
    let path = operation.path.as_deref().map(|path| if path.is_empty() { "\\" } else { path });
    let path = path.or(operation.pattern.as_deref()).unwrap_or_default();
    match &operation.new_path {
        Some(new) => format!("{path} -> {new}"),
        None => path.to_owned(),
    }
}

/// What the command did, and that the server let the client wait.
fn phrase(operation: &Operation) -> String {
    let malformed = operation.malformed.as_ref().map(|reason| format!("malformed: {reason}"));
    let said = malformed.or(operation.detail.clone()).unwrap_or_default();
    let Some(frame) = operation.interim_frame else { return said };
    let after = operation.interim_time.zip(operation.request_time);
    let after = after.and_then(|(interim, request)| u64::try_from(interim.0.saturating_sub(request.0)).ok());
    let after = after.map(|after| format!(" after {}", duration(after))).unwrap_or_default();
    let comma = if said.is_empty() { "" } else { ", " };
    format!("{said}{comma}pending in frame {frame}{after}")
}

/// A line for people that says which time counts as 0.
pub(super) fn start_in_words(start: i64) -> String {
    format!("times are seconds from the first packet of the trace, {} UTC", instant(start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use capture::Timestamp;

    fn member(op: u32, chain: u64, index: u16) -> Operation {
        let mut operation = Operation::new(op, Kind::Exchange, 0);
        operation.request_chain = Some(chain);
        operation.compound_index = Some(index);
        operation
    }

    #[test]
    fn members_of_a_chain_are_bracketed_and_single_requests_are_not() {
        let mut lines = LineMaker::new(Lines::Full, 0);
        let operations = [member(0, 7, 0), member(1, 8, 0), member(2, 8, 1), member(3, 8, 2), member(4, 9, 0)];
        let mut rows: Vec<Vec<Cell>> = operations.iter().filter_map(|operation| lines.push(operation)).collect();
        rows.extend(lines.finish());
        let marks: Vec<&str> = rows.iter().map(|row| row.get(5).unwrap().text.as_str()).collect();
        assert_eq!(marks, ["", "┌", "│", "└", ""]);
    }

    #[test]
    fn a_request_that_had_to_wait_says_so() {
        let mut operation = Operation::new(0, Kind::Exchange, 0);
        operation.detail = Some("all changes".to_owned());
        operation.interim_frame = Some(12);
        operation.request_time = Some(Timestamp(1_000_000));
        operation.interim_time = Some(Timestamp(2_500_000));
        assert_eq!(phrase(&operation), "all changes, pending in frame 12 after 1.5 ms");
    }

    #[test]
    fn a_time_before_the_start_is_negative() {
        assert_eq!([relative(1_500_000, 0), relative(0, 2_000_001_000)], ["0.001500", "-2.000001"]);
    }
}
