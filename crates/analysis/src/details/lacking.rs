//! Which bytes of a message the capture does not have.

use capture::Hole;
use std::ops::Range;

/// The ranges of a message that are not there, in order, none touching another: asking about a place does not take longer when
/// there are many.
pub(super) struct Lacking(Vec<Range<usize>>);

impl Lacking {
    pub(super) fn of(holes: &[Hole]) -> Self {
        let mut ranges: Vec<Range<usize>> = holes.iter().map(range).filter(|range| !range.is_empty()).collect();
        ranges.sort_unstable_by_key(|range| range.start);
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Self(merged)
    }

    /// Those that have bytes of `range`.
    pub(super) fn within(&self, range: &Range<usize>) -> &[Range<usize>] {
        let from = self.0.partition_point(|lacking| lacking.end <= range.start);
        let to = self.0.partition_point(|lacking| lacking.start < range.end);
        self.0.get(from..to).unwrap_or_default()
    }

    /// How many bytes of `range` are not there.
    pub(super) fn count(&self, range: &Range<usize>) -> usize {
        let common = |lacking: &Range<usize>| lacking.end.min(range.end).saturating_sub(lacking.start.max(range.start));
        self.within(range).iter().map(common).fold(0, usize::saturating_add)
    }
}

fn range(hole: &Hole) -> Range<usize> {
    let start = hole.offset as usize;
    start..start.saturating_add(hole.length as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_several_holes_are_lacking_once() {
        let hole = |offset, length| Hole { offset, length };
        let lacking = Lacking::of(&[hole(20, 5), hole(4, 4), hole(6, 4), hole(0, 0), hole(10, 1)]);
        assert_eq!(lacking.0, [4..11, 20..25]);
        assert_eq!([lacking.count(&(0..30)), lacking.count(&(5..21)), lacking.count(&(11..20))], [12, 7, 0]);
        assert_eq!(lacking.within(&(10..21)), [4..11, 20..25]);
        assert!(lacking.within(&(3..4)).is_empty());
    }
}
