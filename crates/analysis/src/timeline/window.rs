//! The time that is looked at, cut into equal spans.

/// Buckets of a timeline.
pub const MOST_BUCKETS: u32 = 2000;

/// A time that is cut into equal buckets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// What places count from, nanoseconds since 1970.
    origin: i64,
    /// Its first nanosecond, since the origin.
    from: u64,
    /// The nanosecond behind it, since the origin.
    to: u64,
    /// Nanoseconds of a bucket.
    width: u64,
}

/// Why a time cannot be looked at. Each message is one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WindowError {
    /// Another number of buckets.
    #[error("buckets is a number from 1 to {MOST_BUCKETS}")]
    Buckets,
    /// It ends where it begins, or before.
    #[error("to has to be greater than from")]
    Empty,
    /// It is later than any time.
    #[error("from and to are at most {}", i64::MAX)]
    TooLate,
}

impl Window {
    /// What lies from `from` to before `to` (nanoseconds since `first`), in at most `buckets` buckets; by default the time from
    /// `first` to `last` (nanoseconds since 1970).
    ///
    /// # Errors
    /// [`WindowError`].
    pub fn new(first: i64, last: i64, from: Option<u64>, to: Option<u64>, buckets: u32) -> Result<Self, WindowError> {
        if !(1..=MOST_BUCKETS).contains(&buckets) {
            return Err(WindowError::Buckets);
        }
        let most = i64::MAX.unsigned_abs();
        if from.max(to) > Some(most) {
            return Err(WindowError::TooLate);
        }
        let from = from.unwrap_or(0);
        // Behind the last row, one that is asked for from there on is empty and lasts a nanosecond.
        let end = u64::try_from(last.saturating_sub(first)).unwrap_or(0).saturating_add(1);
        let to = to.unwrap_or(end.max(from.saturating_add(1)));
        let length = to.checked_sub(from).filter(|length| *length > 0).ok_or(WindowError::Empty)?;
        Ok(Self { origin: first, from, to, width: length.div_ceil(buckets.into()) })
    }

    /// Its first nanosecond, since the first row.
    pub fn from_ns(&self) -> u64 {
        self.from
    }

    /// The nanosecond behind it, since the first row.
    pub fn to_ns(&self) -> u64 {
        self.to
    }

    /// Nanoseconds of a bucket.
    pub fn width_ns(&self) -> u64 {
        self.width
    }

    /// How many buckets there are.
    pub(super) fn buckets(&self) -> usize {
        usize::try_from(self.to.saturating_sub(self.from).div_ceil(self.width.max(1))).unwrap_or(0)
    }

    /// Where a bucket begins, since the first row.
    pub(super) fn at_ns(&self, bucket: usize) -> u64 {
        let bucket = u64::try_from(bucket).unwrap_or(u64::MAX);
        self.from.saturating_add(self.width.saturating_mul(bucket))
    }

    /// Where a bucket begins, nanoseconds since 1970.
    pub(super) fn begins(&self, bucket: usize) -> i64 {
        self.origin.saturating_add_unsigned(self.at_ns(bucket))
    }

    /// The bucket that a time is in, nanoseconds since 1970.
    pub(super) fn bucket(&self, time: i64) -> Option<usize> {
        let since = u64::try_from(time.checked_sub(self.origin)?).ok()?;
        let within = since.checked_sub(self.from).filter(|_| since < self.to)?;
        usize::try_from(within.checked_div(self.width)?).ok()
    }

    /// Whether a time lies behind it.
    pub(super) fn is_over(&self, time: i64) -> bool {
        time >= self.origin.saturating_add_unsigned(self.to)
    }
}
