//! The messages of an operation in full, captured beside live, with what counts of their differences.

use super::side_by_side::{Comparison, Field, Line, Side, side_by_side};
use super::texts::cut;
use crate::replayed::ReplayedOperation;
use analysis::details::{self, Context, Details, Mark, Node};
use capture::Hole;
use store::runs::{Difference, Patch, RunRow, Verdict};

/// Lines that are shown of a message.
const MOST_LINES: usize = 600;
/// Characters that are shown of a value.
const MOST_CHARACTERS: usize = 400;
/// Bytes of a message that are shown in hex.
const MOST_BYTES: usize = 1024;

/// An operation with its messages.
#[derive(Debug)]
pub(super) struct InFull {
    /// Its row, without messages.
    pub(super) row: RunRow,
    /// The requests.
    pub(super) request: Messages,
    /// The final responses.
    pub(super) response: Messages,
}

/// A captured and a live message.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// What they are: `SMB2 CREATE Request`.
    pub(super) name: String,
    /// Their fields.
    pub(super) lines: Vec<Marked>,
    /// Fields beyond the bound.
    pub(super) left_out: usize,
    /// The captured bytes.
    pub(super) captured: Option<Dump>,
    /// The live bytes.
    pub(super) live: Option<Dump>,
}

/// A field on both sides, and what its difference means.
#[derive(Debug)]
pub(super) struct Marked {
    pub(super) line: Line,
    pub(super) meaning: Meaning,
}

/// What the difference of a field means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// There is none.
    Same,
    /// It is why the operation diverged.
    Counts,
    /// It is not compared, or lies in a structure that has one which counts.
    Differs,
    /// The replay wrote another value into the request.
    Patched(String),
    /// The capture lacks it.
    NotCaptured,
}

/// Bytes of a message in hex.
#[derive(Debug)]
pub(super) struct Dump {
    /// Lines of offset, 16 bytes and their characters.
    pub(super) hex: String,
    /// Bytes of the message.
    pub(super) length: usize,
    /// Bytes that the lines do not show.
    pub(super) left_out: usize,
}

impl InFull {
    /// An operation that was read with all columns and its live messages whole.
    pub(super) fn of(found: ReplayedOperation) -> Option<Self> {
        let ReplayedOperation { captured, live } = found;
        let captured = captured?;
        let context = Context::of(&captured);
        let request = |message: &[u8], holes: &[Hole]| details::request(message, holes, context);
        let response = |message: &[u8], holes: &[Hole]| details::response(message, holes, context);
        let requests = Messages::of(
            captured.request.as_deref().map(|message| Read::new(message, &captured.request_holes, request)),
            live.live_request.as_deref().map(|message| Read::new(message, &[], request)),
            |line| patched(line, &live.patches),
        );
        let responses = Messages::of(
            captured.response.as_deref().map(|message| Read::new(message, &captured.response_holes, response)),
            live.live_response.as_deref().map(|message| Read::new(message, &[], response)),
            |line| counts(line, live.verdict, &live.differences),
        );
        let row = RunRow { live_request: None, live_response: None, ..live };
        Some(Self { row, request: requests, response: responses })
    }

    /// Lines of both pairs of messages.
    pub(super) fn lines(&self) -> usize {
        self.request.lines.len().saturating_add(self.response.lines.len())
    }
}

/// A message that was read.
struct Read<'a> {
    message: &'a [u8],
    holes: &'a [Hole],
    details: Details,
    fields: Vec<Field>,
}

impl<'a> Read<'a> {
    fn new(message: &'a [u8], holes: &'a [Hole], read: impl Fn(&[u8], &[Hole]) -> Details) -> Self {
        let details = read(message, holes);
        let fields = details.fields.iter().map(field).collect();
        Self { message, holes, details, fields }
    }

    fn side(&self) -> Side<'_> {
        Side { message: self.message, fields: &self.fields }
    }

    fn dump(&self) -> Dump {
        let shown = self.message.get(..MOST_BYTES).unwrap_or(self.message);
        let lines: Vec<String> = details::hex(shown, self.holes, &self.details.withheld()).collect();
        let left_out = self.message.len().saturating_sub(shown.len());
        Dump { hex: lines.join("\n"), length: self.message.len(), left_out }
    }
}

impl Messages {
    fn of(captured: Option<Read<'_>>, live: Option<Read<'_>>, mean: impl Fn(&Line) -> Option<Meaning>) -> Self {
        let lines = side_by_side(captured.as_ref().map(Read::side), live.as_ref().map(Read::side));
        let left_out = lines.len().saturating_sub(MOST_LINES);
        let marked = |line: Line| {
            let meaning = match line.comparison {
                Comparison::Same => Meaning::Same,
                Comparison::NotCaptured => Meaning::NotCaptured,
                Comparison::Differs => mean(&line).unwrap_or(Meaning::Differs),
            };
            Marked { line, meaning }
        };
        let name = captured.as_ref().or(live.as_ref()).map(|read| read.details.name.clone());
        Self {
            name: name.unwrap_or_default(),
            lines: lines.into_iter().take(MOST_LINES).map(marked).collect(),
            left_out,
            captured: captured.as_ref().map(Read::dump),
            live: live.as_ref().map(Read::dump),
        }
    }
}

fn field(node: &Node) -> Field {
    let text = match (&node.value, &node.meaning) {
        (Some(value), Some(meaning)) => Some(format!("{value} ({meaning})")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    };
    Field {
        name: node.name.to_string(),
        value: text.map(|text| cut(&text, MOST_CHARACTERS).into_owned()),
        offset: node.offset,
        length: node.length,
        missing: node.mark == Some(Mark::Missing),
        children: node.children.iter().map(field).collect(),
    }
}

/// Which patch made a field of a request another one.
fn patched(line: &Line, patches: &[Patch]) -> Option<Meaning> {
    let cell = line.live.as_ref()?;
    let end = cell.offset.saturating_add(cell.length);
    let touches = |patch: &&Patch| {
        let (start, length) = (patch.offset as usize, patch.length as usize);
        start < end && cell.offset < start.saturating_add(length)
    };
    let patch = patches.iter().find(touches)?;
    Some(Meaning::Patched(patch.what.to_string()))
}

/// Whether a field of a response is one that was compared.
fn counts(line: &Line, verdict: Verdict, differences: &[Difference]) -> Option<Meaning> {
    let name = letters(&line.name);
    let is_status = verdict == Verdict::Status && name == "status";
    let is_field = || differences.iter().any(|difference| shown_as(&difference.field).any(|shown| shown == name));
    (is_status || is_field()).then_some(Meaning::Counts)
}

/// The names, in [`letters`], of what a compared field is called in a message (MS-SMB2 2.2).
fn shown_as(field: &str) -> impl Iterator<Item = String> {
    let others: &[&str] = match field {
        "transferred" => &["Count", "DataLength"],
        "oplock_granted" => &["OplockLevel"],
        "lease_granted" => &["LeaseState"],
        "share_capabilities" => &["Capabilities"],
        "sd_control" => &["Control"],
        "owner" => &["OwnerSid"],
        "group" => &["GroupSid"],
        _ => &[],
    };
    std::iter::once(letters(field)).chain(others.iter().map(|name| letters(name)))
}

/// A name without what spellings differ in: `EndofFile` and `end_of_file` are one.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::side_by_side::Cell;

    fn line(name: &str, offset: usize) -> Line {
        let cell = Some(Cell { value: String::new(), offset, length: 8 });
        Line { depth: 0, name: name.into(), captured: cell.clone(), live: cell, comparison: Comparison::Differs }
    }

    #[test]
    fn the_fields_of_the_verdict_count_and_the_status_of_a_status_verdict() {
        let found = Difference { field: "end_of_file".into(), captured: "1".into(), live: "2".into() };
        let of = |name, verdict| counts(&line(name, 0), verdict, std::slice::from_ref(&found));
        assert_eq!(of("EndofFile", Verdict::Body), Some(Meaning::Counts));
        assert_eq!(of("Status", Verdict::Status), Some(Meaning::Counts));
        assert_eq!(of("MessageId", Verdict::Status), None);
        assert_eq!(of("Status", Verdict::Body), None);
    }

    #[test]
    fn a_field_of_a_request_is_marked_by_the_patch_that_touches_it() {
        let patch = Patch { offset: 24, length: 8, captured_length: 8, what: "MessageId".into() };
        let of = |offset| patched(&line("x", offset), std::slice::from_ref(&patch));
        assert_eq!(of(24), Some(Meaning::Patched("MessageId".into())));
        assert_eq!((of(16), of(32)), (None, None));
    }
}
