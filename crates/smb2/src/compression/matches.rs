//! Finding what was there before.

/// The shortest match of all formats.
const SHORTEST: usize = 3;
/// Binary logarithm of the number of places that are remembered.
const PLACES: u32 = 14;

/// Finds bytes of some data that are repeated: for each hash of three bytes it remembers where they were last.
pub(super) struct Matches<'a> {
    data: &'a [u8],
    /// By hash: the place where the three bytes begin, plus one; 0 for none.
    last: Vec<u32>,
}

/// Bytes that were there before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    /// How far back they begin.
    pub distance: usize,
    /// How many they are: three or more.
    pub length: usize,
}

impl<'a> Matches<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, last: vec![0; 1 << PLACES] }
    }

    /// A match of at most `longest` bytes for those at `at`, which begins `farthest` bytes back or less. Places have to be
    /// asked about in ascending order.
    pub(super) fn at(&mut self, at: usize, farthest: usize, longest: usize) -> Option<Match> {
        let here = self.data.get(at..)?;
        let [a, b, c] = *here.first_chunk()?;
        let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9e37_79b1) >> (u32::BITS - PLACES);
        let place = self.last.get_mut(hash as usize)?;
        let before = std::mem::replace(place, u32::try_from(at.saturating_add(1)).unwrap_or(0));
        let from = usize::try_from(before).ok()?.checked_sub(1)?;
        let distance = at.checked_sub(from).filter(|distance| (1..=farthest).contains(distance))?;
        let here = here.get(..longest.min(here.len()))?;
        let length = common(here, self.data.get(from..)?);
        (length >= SHORTEST).then_some(Match { distance, length })
    }
}

/// How many bytes two slices begin with alike.
fn common(left: &[u8], right: &[u8]) -> usize {
    const WORD: usize = size_of::<u64>();
    let mut same = 0_usize;
    let (lefts, _) = left.as_chunks::<WORD>();
    let (rights, _) = right.as_chunks::<WORD>();
    for (left, right) in lefts.iter().zip(rights) {
        let different = u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
        if different != 0 {
            return same.saturating_add((different.trailing_zeros() / u8::BITS) as usize);
        }
        same = same.saturating_add(WORD);
    }
    let rest = left.iter().zip(right).skip(same);
    same.saturating_add(rest.take_while(|(left, right)| left == right).count())
}
