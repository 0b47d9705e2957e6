//! The time as Kerberos writes it: KerberosTime, and microseconds beside it (RFC 4120 5.2.3, 5.2.4).

/// Seconds by which clocks may differ (RFC 4120 1.6, 8.2: five minutes are usual).
const TOLERANCE: u64 = 300;

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Since the beginning of 1970.
    pub seconds: i64,
    /// Below a million.
    pub microseconds: u32,
}

impl Moment {
    /// A time in microseconds since the beginning of 1970.
    pub fn from_microseconds(microseconds: u64) -> Self {
        Self {
            seconds: i64::try_from(microseconds / 1_000_000).unwrap_or(i64::MAX),
            microseconds: u32::try_from(microseconds % 1_000_000).unwrap_or_default(),
        }
    }

    /// How far `other` seconds are ahead of this time, when that is more than clocks may differ.
    pub(super) fn skew(self, other: i64) -> Option<i64> {
        let ahead = other.saturating_sub(self.seconds);
        (ahead.unsigned_abs() > TOLERANCE).then_some(ahead)
    }
}
