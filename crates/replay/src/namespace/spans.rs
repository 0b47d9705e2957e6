//! Ranges of a file that do not overlap, each with what is known of it.

use std::collections::BTreeMap;
use std::ops::Range;

/// What is known of a range, where that depends on the place in it.
pub trait Part: Copy {
    /// What holds from `by` bytes further on.
    #[must_use]
    fn after(self, by: u64) -> Self;
    /// Whether `next` goes on where a range of `length` bytes with this ends, so that both are one.
    fn goes_on(self, length: u64, next: Self) -> bool;
}

impl Part for () {
    fn after(self, _by: u64) -> Self {}

    fn goes_on(self, _length: u64, _next: Self) -> bool {
        true
    }
}

/// The ranges, by their start.
#[derive(Clone, Debug)]
pub struct Spans<T> {
    /// End, and what is known.
    spans: BTreeMap<u64, (u64, T)>,
}

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Self { spans: BTreeMap::new() }
    }
}

impl<T: Part> Spans<T> {
    /// The ranges in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Range<u64>, T)> + '_ {
        self.spans.iter().map(|(start, (end, part))| (*start..*end, *part))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Bytes in all of them.
    pub fn bytes(&self) -> u64 {
        self.iter().map(|(range, _)| range.end.saturating_sub(range.start)).fold(0, u64::saturating_add)
    }

    /// Where the last one ends.
    pub fn end(&self) -> u64 {
        self.spans.values().next_back().map_or(0, |(end, _)| *end)
    }

    /// What of `range` none of them covers, in order.
    pub fn gaps(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let mut gaps = Vec::new();
        let mut at = range.start;
        for (span, _) in self.within(range.clone()) {
            if span.start > at {
                gaps.push(at..span.start);
            }
            at = span.end;
        }
        if at < range.end {
            gaps.push(at..range.end);
        }
        gaps
    }

    /// The parts of them that lie in `range`, in order.
    pub fn within(&self, range: Range<u64>) -> impl Iterator<Item = (Range<u64>, T)> + '_ {
        let before = self.spans.range(..range.start).next_back();
        let inside = self.spans.range(range.start..range.end.max(range.start));
        before.into_iter().chain(inside).filter_map(move |(start, (end, part))| {
            let cut = (*start).max(range.start)..(*end).min(range.end);
            (cut.start < cut.end).then(|| (cut.clone(), part.after(cut.start.saturating_sub(*start))))
        })
    }

    /// Puts `part` on all of `range`, whatever was there.
    pub fn put(&mut self, range: Range<u64>, part: T) {
        if range.is_empty() {
            return;
        }
        self.remove(range.clone());
        let (mut start, mut end, mut whole) = (range.start, range.end, part);
        if let Some((before, (before_end, known))) =
            self.spans.range(..start).next_back().map(|(at, span)| (*at, *span))
            && before_end == start
            && known.goes_on(before_end.saturating_sub(before), part)
        {
            self.spans.remove(&before);
            (start, whole) = (before, known);
        }
        if let Some((after_end, known)) = self.spans.get(&end).copied()
            && whole.goes_on(end.saturating_sub(start), known)
        {
            self.spans.remove(&end);
            end = after_end;
        }
        self.spans.insert(start, (end, whole));
    }

    /// Puts `part` on what of `range` nothing covers.
    pub fn put_missing(&mut self, range: Range<u64>, part: T) {
        for gap in self.gaps(range.clone()) {
            let by = gap.start.saturating_sub(range.start);
            self.put(gap, part.after(by));
        }
    }

    /// Takes `range` out.
    pub fn remove(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let touched: Vec<(u64, u64, T)> = self
            .spans
            .range(..range.end)
            .rev()
            .take_while(|(_, (end, _))| *end > range.start)
            .map(|(start, (end, part))| (*start, *end, *part))
            .collect();
        for (start, end, part) in touched {
            self.spans.remove(&start);
            if start < range.start {
                self.spans.insert(start, (range.start, part));
            }
            if end > range.end {
                self.spans.insert(range.end, (end, part.after(range.end.saturating_sub(start))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    /// A byte of a source: ranges of it can be cut and joined.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct From(u64);

    impl Part for From {
        fn after(self, by: u64) -> Self {
            Self(self.0 + by)
        }

        fn goes_on(self, length: u64, next: Self) -> bool {
            self.0 + length == next.0
        }
    }

    proptest! {
        #[test]
        fn spans_hold_what_a_byte_wise_map_holds(
            steps in prop::collection::vec((0..3_u8, 0..50_u64, 0..20_u64, 0..1000_u64), 0..40)
        ) {
            let mut spans = Spans::default();
            let mut bytes = [None; 100];
            for (what, start, length, from) in steps {
                let range = start..start + length;
                let slots = (range.clone()).map(|at| (at as usize, from + at - start));
                match what {
                    0 => spans.put(range, From(from)),
                    1 => spans.put_missing(range, From(from)),
                    _ => spans.remove(range),
                }
                for (slot, value) in slots {
                    bytes[slot] = match what {
                        0 => Some(value),
                        1 => bytes[slot].or(Some(value)),
                        _ => None,
                    };
                }
                let mut found = [None; 100];
                for (range, part) in spans.iter() {
                    prop_assert!(!range.is_empty());
                    for at in range.clone() {
                        prop_assert_eq!(found[at as usize], None, "they do not overlap");
                        found[at as usize] = Some(part.0 + at - range.start);
                    }
                }
                prop_assert_eq!(found, bytes);
                let gaps: u64 = spans.gaps(10..60).iter().map(|gap| gap.end - gap.start).sum();
                prop_assert_eq!(gaps, bytes[10..60].iter().filter(|byte| byte.is_none()).count() as u64);
                let within: u64 = spans.within(10..60).map(|(range, _)| range.end - range.start).sum();
                prop_assert_eq!(within + gaps, 50);
            }
        }
    }

    #[test]
    fn what_is_written_piece_by_piece_is_one_span() {
        let mut spans = Spans::default();
        for start in [0, 20, 10, 30] {
            spans.put(start..start + 10, ());
        }
        assert_eq!(spans.iter().collect::<Vec<_>>(), [(0..40, ())]);
        assert_eq!((spans.bytes(), spans.end()), (40, 40));
    }
}
