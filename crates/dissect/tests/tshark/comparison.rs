//! Rows and tshark's fields, side by side.

use crate::columns::{COLUMNS, Frames};
use capture::Trace;
use smbreplay_dissect::{Dissector, Operation, Secrets};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

/// A value of ours that is not tshark's.
pub(crate) struct Difference {
    pub(crate) frame: u64,
    pub(crate) column: &'static str,
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { frame, column, ours, theirs } = self;
        write!(f, "frame {frame} {column}: ours {ours:?}, tshark {theirs:?}")
    }
}

/// tshark's values of [`COLUMNS`], by frame.
pub(crate) type Expected = BTreeMap<u64, Vec<String>>;

/// The rows of a capture, decrypted with `secrets`.
pub(crate) fn operations(capture: &Path, secrets: Secrets) -> (Vec<Operation>, Dissector) {
    let mut dissector = Dissector::with_secrets(secrets);
    let mut rows = Vec::new();
    let mut trace = Trace::open(capture).unwrap();
    while let Some(event) = trace.next_event().unwrap() {
        dissector.handle(event);
        rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
    }
    dissector.finish();
    rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
    (rows, dissector)
}

/// Reads what tshark prints with `-T fields -E header=y`: the names of fields, then a line a frame.
pub(crate) fn expected(text: &str) -> Expected {
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let place = |name: &str| names.iter().position(|other| *other == name).unwrap();
    let places: Vec<_> = COLUMNS.iter().map(|column| place(column)).collect();
    let frame = place("frame.number");
    lines
        .map(|line| (line[frame].parse().unwrap(), places.iter().map(|place| line[*place].to_owned()).collect()))
        .collect()
}

/// Every frame that we or tshark see a message in.
pub(crate) fn frames(ours: &Frames<'_>, theirs: &Expected) -> BTreeSet<u64> {
    theirs.keys().copied().chain(ours.frames()).collect()
}

/// The values of ours that are not tshark's.
pub(crate) fn differences(ours: &Frames<'_>, theirs: &Expected) -> Vec<Difference> {
    let differs = |frame: u64, (index, column): (usize, &'static str)| {
        let (ours, theirs) =
            (ours.value(frame, column), theirs.get(&frame).map_or("", |values| values[index].as_str()));
        (ours != theirs).then(|| Difference { frame, column, ours, theirs: theirs.to_owned() })
    };
    let columns = || COLUMNS.into_iter().enumerate();
    let frames = frames(ours, theirs).into_iter();
    frames.flat_map(|frame| columns().filter_map(move |column| differs(frame, column))).collect()
}
