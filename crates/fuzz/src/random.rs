//! Numbers that a seed determines.

/// A generator of numbers (xorshift): good enough to choose what to change.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of `seed`.
    pub fn new(seed: u32) -> Self {
        Self((u64::from(seed) << 32) | 0x9e37_79b9)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next_u64() >> 16).unwrap_or_default().checked_rem(bound).unwrap_or_default()
    }

    /// One of `values`.
    pub fn of<T: Copy + Default>(&mut self, values: &[T]) -> T {
        values.get(self.below(values.len())).copied().unwrap_or_default()
    }
}
