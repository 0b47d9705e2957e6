//! Data is told by its first bytes, long text by its beginning: where that is the same on both sides, the first bytes that
//! differ are told too.

use super::side_by_side::{Cell, Comparison, Line};
use std::fmt::Write as _;
use std::ops::Range;

/// Bytes that are told.
const TOLD: usize = 8;

/// A message, and the places of it that are not to be shown.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) message: &'a [u8],
    pub(super) withheld: &'a [Range<usize>],
}

/// Adds the first bytes that differ to values that differ and look the same.
pub(super) fn tell_apart(lines: &mut [Line], captured: Told<'_>, live: Told<'_>) {
    let mut next_depth = 0;
    // From the end: a line whose next one lies deeper is a structure, and its parts tell.
    for line in lines.iter_mut().rev() {
        let has_parts = std::mem::replace(&mut next_depth, line.depth) > line.depth;
        let (Some(one), Some(other)) = (&mut line.captured, &mut line.live) else { continue };
        if line.comparison != Comparison::Differs || has_parts || one.value != other.value {
            continue;
        }
        let (Some(its), Some(theirs)) = (captured.bytes(one), live.bytes(other)) else { continue };
        let at = its.iter().zip(theirs).take_while(|(one, other)| one == other).count();
        tell(one, at, its);
        tell(other, at, theirs);
    }
}

impl<'a> Told<'a> {
    /// The bytes of a field that may be shown.
    fn bytes(self, cell: &Cell) -> Option<&'a [u8]> {
        let place = cell.offset..cell.offset.checked_add(cell.length)?;
        let overlaps = |other: &Range<usize>| other.start < place.end && place.start < other.end;
        if self.withheld.iter().any(overlaps) { None } else { self.message.get(place) }
    }
}

fn tell(cell: &mut Cell, at: usize, bytes: &[u8]) {
    let rest = bytes.get(at..).unwrap_or_default();
    let comma = if cell.value.is_empty() { "" } else { ", " };
    // Writing to a String cannot fail.
    let _ = match rest.is_empty() {
        true => write!(cell.value, "{comma}ends at byte {at}"),
        false => write!(cell.value, "{comma}at byte {at}:"),
    };
    for byte in rest.iter().take(TOLD) {
        let _ = write!(cell.value, " {byte:02x}");
    }
    if rest.len() > TOLD {
        cell.value.push_str(" …");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn line(values: [&str; 2], lengths: [usize; 2], depth: usize) -> Line {
        let cell = |value: &str, length| Some(Cell { value: value.into(), offset: 0, length });
        let ([captured, live], [one, other]) = (values, lengths);
        let (captured, live) = (cell(captured, one), cell(live, other));
        Line { depth, name: "Data".into(), captured, live, comparison: Comparison::Differs }
    }

    fn told(mut lines: Vec<Line>, withheld: &[Range<usize>]) -> Vec<[String; 2]> {
        let (one, other) = (Told { message: b"abcd", withheld }, Told { message: b"abxyzzzzzzzzz", withheld });
        tell_apart(&mut lines, one, other);
        lines.into_iter().map(|line| [line.captured.unwrap().value, line.live.unwrap().value]).collect()
    }

    #[test]
    fn values_that_look_the_same_are_told_apart_by_the_bytes_that_differ() {
        assert_eq!(
            told(vec![line(["61", "61"], [4, 13], 0)], &[]),
            [["61, at byte 2: 63 64", "61, at byte 2: 78 79 7a 7a 7a 7a 7a 7a …"]]
        );
        assert_eq!(told(vec![line(["", ""], [2, 3], 0)], &[]), [["ends at byte 2", "at byte 2: 78"]]);
        assert_eq!(told(vec![line(["1", "2"], [4, 4], 0)], &[]), [["1", "2"]]);
    }

    #[test]
    fn a_structure_is_told_apart_by_its_parts_and_what_is_withheld_not_at_all() {
        let lines = vec![line(["", ""], [4, 4], 0), line(["1", "2"], [4, 4], 1)];
        assert_eq!(told(lines, &[]), [["", ""], ["1", "2"]]);
        let (one, withheld) = (line(["n", "n"], [4, 4], 0), 3..20);
        assert_eq!(told(vec![one], &[withheld]), [["n", "n"]]);
    }
}
