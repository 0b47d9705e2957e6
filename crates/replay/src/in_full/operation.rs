//! An operation with its messages field by field, and what the differences of their fields mean.

use super::counting::{counts, unplaced};
use super::side_by_side::{Comparison, Field, Line, Side, side_by_side};
use super::telling_bytes::{Told, tell_apart};
use crate::excerpt::cut;
use crate::recorded::session_name;
use crate::replayed::ReplayedOperation;
use analysis::details::{self, Context, Details, Mark, Node};
use capture::Hole;
use dissect::Operation;
use schemars::JsonSchema;
use serde::Serialize;
use store::runs::{Difference, Patch, RunRow};

/// Lines that are shown of a message.
const MOST_LINES: usize = 600;
/// Characters that are shown of a value.
const MOST_CHARACTERS: usize = 400;
/// Bytes of a message that are shown in hex.
const MOST_BYTES: usize = 1024;

/// An operation with its messages.
#[derive(Debug)]
pub struct InFull {
    /// It, without messages.
    pub operation: ReplayedOperation,
    /// The requests.
    pub request: Messages,
    /// The final responses.
    pub response: Messages,
    /// Differences of the verdict that no line of the responses is marked for: of a folder that was listed in several of them,
    /// of data that is known by its hash, or that one side has no response.
    pub unplaced: Vec<Difference>,
}

/// A captured and a live message.
#[derive(Debug, Default)]
pub struct Messages {
    /// What they are: `SMB2 CREATE Request`.
    pub name: String,
    /// Their fields.
    pub lines: Vec<Marked>,
    /// Fields beyond the bound.
    pub left_out: usize,
    /// The captured bytes.
    pub captured: Option<Dump>,
    /// The live bytes.
    pub live: Option<Dump>,
}

/// A field on both sides, and what its difference means.
#[derive(Debug)]
pub struct Marked {
    /// The field.
    pub line: Line,
    /// What its difference means.
    pub meaning: Meaning,
}

/// What the difference of a field means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Meaning {
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
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayedDump")]
pub struct Dump {
    /// Lines of offset, 16 bytes and their characters.
    pub hex: String,
    /// Bytes of the message.
    pub length: usize,
    /// Bytes that the lines do not show.
    pub left_out: usize,
}

impl InFull {
    /// An operation that was read with all columns and its live messages whole.
    pub(super) fn of(found: ReplayedOperation) -> Self {
        let ReplayedOperation { row, captured, live } = found;
        let was = captured.as_ref();
        let context = match (was, live.live_request.as_deref()) {
            (Some(was), _) => Context::of(was),
            (None, Some(sent)) => Context::of_request(sent),
            (None, None) => Context::default(),
        };
        let request = |message: &[u8], holes: &[Hole]| details::request(message, holes, context);
        let response = |message: &[u8], holes: &[Hole]| details::response(message, holes, context);
        let requests = Messages::of(
            was.and_then(|was| Some(Read::new(was.request.as_deref()?, &was.request_holes, request))),
            live.live_request.as_deref().map(|message| Read::new(message, &[], request)),
            |line| patched(line, &live.patches),
        );
        let responses = Messages::of(
            was.and_then(|was| Some(Read::new(was.response.as_deref()?, &was.response_holes, response))),
            live.live_response.as_deref().map(|message| Read::new(message, &[], response)),
            |line| counts(line, live.verdict, &live.differences),
        );
        let mut unplaced = unplaced(&live, was.and_then(|was| was.status), &responses.lines);
        unplaced.truncate(MOST_LINES);
        let live = RunRow { live_request: None, live_response: None, ..live };
        let captured = captured.map(|was| Operation { request: None, response: None, interim: None, ..was });
        let operation = ReplayedOperation { row, captured, live };
        Self { operation, request: requests, response: responses, unplaced }
    }

    /// The session it is of, as `0x` and 16 hex digits, with its generation if that is not the first.
    pub fn session(&self) -> Option<String> {
        self.operation.live.session_file.as_deref().map(session_name)
    }

    /// Lines of both pairs of messages, and differences beside them.
    pub fn lines(&self) -> usize {
        let lines = [self.request.lines.len(), self.response.lines.len(), self.unplaced.len()];
        lines.into_iter().fold(0, usize::saturating_add)
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
        let mut lines = side_by_side(captured.as_ref().map(Read::side), live.as_ref().map(Read::side));
        if let (Some(captured), Some(live)) = (&captured, &live) {
            let withheld = [captured.details.withheld(), live.details.withheld()];
            let [one, other] = &withheld;
            let told = |message, withheld| Told { message, withheld };
            tell_apart(&mut lines, told(captured.message, one), told(live.message, other));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::in_full::Cell;

    fn line(name: &str, offset: usize) -> Line {
        let cell = Some(Cell { value: String::new(), offset, length: 8 });
        Line { depth: 0, name: name.into(), captured: cell.clone(), live: cell, comparison: Comparison::Differs }
    }

    #[test]
    fn a_field_of_a_request_is_marked_by_the_patch_that_touches_it() {
        let patch = Patch { offset: 24, length: 8, captured_length: 8, what: "MessageId".into() };
        let of = |offset| patched(&line("x", offset), std::slice::from_ref(&patch));
        assert_eq!(of(24), Some(Meaning::Patched("MessageId".into())));
        assert_eq!((of(16), of(32)), (None, None));
    }
}
