//! Sets of values, as ranges of them: whatever a comparison accepts is one.

use std::cmp::Ordering;

/// Values of a type that begins with `LEAST` and ends with `MOST`.
pub(super) trait Bounded: Copy + Ord {
    const LEAST: Self;
    const MOST: Self;
    /// The next lower value; `None` below the least.
    fn before(self) -> Option<Self>;
    /// The next higher value; `None` above the most.
    fn after(self) -> Option<Self>;
}

macro_rules! bounded {
    ($($type:ty)*) => {$(
        impl Bounded for $type {
            const LEAST: Self = Self::MIN;
            const MOST: Self = Self::MAX;

            fn before(self) -> Option<Self> {
                self.checked_sub(1)
            }

            fn after(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    )*};
}

bounded! { i128 u128 }

/// A set of values: ranges with both ends, in order, that neither touch nor overlap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ranges<T>(Vec<(T, T)>);

impl<T: Bounded> Ranges<T> {
    /// The values in any of these ranges. One whose end is before its beginning has none.
    pub(super) fn new(ranges: impl IntoIterator<Item = (T, T)>) -> Self {
        let mut sorted: Vec<(T, T)> = ranges.into_iter().filter(|(low, high)| low <= high).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(T, T)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match merged.last_mut() {
                Some((_, last)) if last.after().is_none_or(|next| low <= next) => *last = high.max(*last),
                _ => merged.push((low, high)),
            }
        }
        Self(merged)
    }

    pub(super) fn only(value: T) -> Self {
        Self(vec![(value, value)])
    }

    pub(super) fn below(value: T) -> Self {
        Self::new(value.before().map(|before| (T::LEAST, before)))
    }

    pub(super) fn above(value: T) -> Self {
        Self::new(value.after().map(|after| (after, T::MOST)))
    }

    /// All other values.
    pub(super) fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len().saturating_add(1));
        let mut next = Some(T::LEAST);
        for (low, high) in &self.0 {
            gaps.extend(next.zip(low.before()));
            next = high.after();
        }
        gaps.extend(next.map(|next| (next, T::MOST)));
        Self::new(gaps)
    }

    pub(super) fn contains(&self, value: T) -> bool {
        match self.0.as_slice() {
            // Most sets are one range, and asked for each row.
            [(low, high)] => *low <= value && value <= *high,
            ranges => {
                let place = |(low, high): &(T, T)| match () {
                    () if *high < value => Ordering::Less,
                    () if *low > value => Ordering::Greater,
                    () => Ordering::Equal,
                };
                ranges.binary_search_by(place).is_ok()
            }
        }
    }

    /// Whether there is a value between these two, both included.
    pub(super) fn meets(&self, least: T, most: T) -> bool {
        self.0.iter().any(|(low, high)| *low <= most && least <= *high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_and_its_complement_share_no_value_and_leave_none_out() {
        let set: Ranges<i128> = Ranges::new([(5, 7), (1, 2), (6, 9), (10, 10), (4, 3)]);
        assert_eq!(set, Ranges(vec![(1, 2), (5, 10)]));
        let others = set.complement();
        for value in [i128::MIN, -1, 0, 1, 2, 3, 4, 5, 10, 11, i128::MAX] {
            assert_ne!(set.contains(value), others.contains(value), "{value}");
        }
        assert_eq!(others.complement(), set);
    }

    #[test]
    fn the_ends_of_the_type_have_nothing_beyond_them() {
        assert_eq!(Ranges::below(0_u128), Ranges(vec![]));
        assert_eq!(Ranges::above(u128::MAX), Ranges(vec![]));
        assert_eq!(Ranges::<u128>::new([]).complement(), Ranges(vec![(0, u128::MAX)]));
        let ends = Ranges::new([(u128::MAX, u128::MAX), (0, 0)]);
        assert_eq!(ends.complement(), Ranges(vec![(1, u128::MAX.saturating_sub(1))]));
    }

    #[test]
    fn a_set_meets_what_it_shares_a_value_with() {
        let set: Ranges<i128> = Ranges::new([(1, 2), (8, 9)]);
        assert!(set.meets(2, 5) && set.meets(0, 100) && set.meets(9, 9));
        assert!(!set.meets(3, 7) && !set.meets(10, 20));
    }
}
