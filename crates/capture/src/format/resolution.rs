//! Units of time stamps.

use crate::pdu::Timestamp;

const NANOSECONDS: u128 = 1_000_000_000;

/// How a pcapng interface counts time: options if_tsresol and if_tsoffset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Resolution {
    /// Units in a second; `None` for a unit so small that a second does not fit 128 bits.
    per_second: Option<u128>,
    /// Seconds to add.
    offset: i64,
}

impl Resolution {
    /// Microseconds since 1970, the default.
    pub(super) const MICROSECONDS: Self = Self { per_second: Some(1_000_000), offset: 0 };

    /// From if_tsresol: the highest bit chooses powers of two over powers of ten, the others are the negative exponent.
    pub(super) fn with_tsresol(self, tsresol: u8) -> Self {
        let base: u128 = if tsresol & 0x80 == 0 { 10 } else { 2 };
        Self { per_second: base.checked_pow(u32::from(tsresol & 0x7f)), ..self }
    }

    /// From if_tsoffset, in seconds.
    pub(super) fn with_tsoffset(self, offset: i64) -> Self {
        Self { offset, ..self }
    }

    /// The time of `units`, held to what 64 bits of nanoseconds can say.
    pub(super) fn time(self, units: u64) -> Timestamp {
        let nanoseconds = self
            .per_second
            .and_then(|per_second| u128::from(units).saturating_mul(NANOSECONDS).checked_div(per_second))
            .and_then(|nanoseconds| i128::try_from(nanoseconds).ok())
            .unwrap_or(0)
            .saturating_add(i128::from(self.offset).saturating_mul(1_000_000_000));
        Timestamp(i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_and_of_two_become_nanoseconds() {
        assert_eq!(Resolution::MICROSECONDS.time(1_500_000), Timestamp(1_500_000_000));
        assert_eq!(Resolution::MICROSECONDS.with_tsresol(9).time(7), Timestamp(7));
        assert_eq!(Resolution::MICROSECONDS.with_tsresol(0).time(3), Timestamp(3_000_000_000));
        assert_eq!(Resolution::MICROSECONDS.with_tsresol(0x80 | 10).time(1536), Timestamp(1_500_000_000));
        assert_eq!(Resolution::MICROSECONDS.with_tsresol(12).time(1_000_999), Timestamp(1000));
    }

    #[test]
    fn the_offset_is_added_in_seconds() {
        let resolution = Resolution::MICROSECONDS.with_tsoffset(-2);
        assert_eq!(resolution.time(5_000_001), Timestamp(3_000_001_000));
    }

    #[test]
    fn absurd_units_and_times_saturate() {
        assert_eq!(Resolution::MICROSECONDS.with_tsresol(0x7f).time(u64::MAX), Timestamp(0));
        assert_eq!(Resolution::MICROSECONDS.with_tsresol(0).time(u64::MAX), Timestamp(i64::MAX));
        assert_eq!(Resolution::MICROSECONDS.with_tsoffset(i64::MIN).time(0), Timestamp(i64::MIN));
    }
}
