//! An operation in full, for programs.

use super::operation::{Dump, InFull, Marked, Meaning, Messages};
use super::side_by_side::Cell;
use crate::replayed::document::ReplayedRow;
use crate::report::{FieldDifference, Root};
use schemars::JsonSchema;
use serde::Serialize;

/// An operation of a run in full. Answers to logon challenges are left out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayedInFull")]
pub struct Document<'a> {
    /// Its place among all rows of the run, 0-based.
    row: u64,
    /// What became of it.
    operation: ReplayedRow,
    /// The requests.
    request: MessagesDocument<'a>,
    /// The final responses.
    response: MessagesDocument<'a>,
    /// Differences of the verdict that no line of the responses is marked for.
    unplaced: Vec<FieldDifference>,
}

/// A captured and a live message.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayedMessages")]
struct MessagesDocument<'a> {
    /// What they are: `SMB2 CREATE Request`; empty where there is none.
    name: &'a str,
    /// Their fields, each structure before its parts.
    lines: Vec<LineDocument<'a>>,
    /// Fields that are not among them, because there are too many.
    left_out: usize,
    /// The captured bytes.
    captured: Option<&'a Dump>,
    /// The live bytes.
    live: Option<&'a Dump>,
}

/// A field on both sides, or on one.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayedLine")]
struct LineDocument<'a> {
    /// How deep it lies in structures, 0 for the outermost.
    depth: usize,
    /// Its name in the specification.
    name: &'a str,
    /// What its difference means.
    meaning: MeaningDocument,
    /// What the replay wrote there, of a field that is `patched`.
    patch: Option<&'a str>,
    /// In the captured message.
    captured: Option<&'a Cell>,
    /// In the live message.
    live: Option<&'a Cell>,
}

/// What the difference of a field means.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ReplayedMeaning")]
enum MeaningDocument {
    /// There is none.
    Same,
    /// It is why the operation diverged.
    Counts,
    /// It is not compared, or lies in a structure that has one which counts.
    Differs,
    /// The replay wrote another value into the request.
    Patched,
    /// The capture lacks it.
    NotCaptured,
}

/// A group of root divergences, and its first operation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayCause")]
pub struct Cause<'a> {
    /// The group.
    pub root: &'a Root,
    /// Its first operation; null where there is too much of it, or it is about no captured operation.
    pub first: Option<Document<'a>>,
}

impl InFull {
    /// As programs read it.
    pub fn document(&self) -> Document<'_> {
        Document {
            row: self.operation.row,
            operation: ReplayedRow::of(&self.operation),
            request: MessagesDocument::of(&self.request),
            response: MessagesDocument::of(&self.response),
            unplaced: self.unplaced.iter().map(FieldDifference::from).collect(),
        }
    }
}

impl<'a> MessagesDocument<'a> {
    fn of(messages: &'a Messages) -> Self {
        Self {
            name: &messages.name,
            lines: messages.lines.iter().map(LineDocument::of).collect(),
            left_out: messages.left_out,
            captured: messages.captured.as_ref(),
            live: messages.live.as_ref(),
        }
    }
}

impl<'a> LineDocument<'a> {
    fn of(Marked { line, meaning }: &'a Marked) -> Self {
        let (meaning, patch) = match meaning {
            Meaning::Same => (MeaningDocument::Same, None),
            Meaning::Counts => (MeaningDocument::Counts, None),
            Meaning::Differs => (MeaningDocument::Differs, None),
            Meaning::Patched(what) => (MeaningDocument::Patched, Some(what.as_str())),
            Meaning::NotCaptured => (MeaningDocument::NotCaptured, None),
        };
        let (captured, live) = (line.captured.as_ref(), line.live.as_ref());
        Self { depth: line.depth, name: &line.name, meaning, patch, captured, live }
    }
}
