//! Times as people read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Date and time of day to the microsecond, UTC.
pub(crate) fn instant(nanoseconds: i64) -> String {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).map_or_else(
        |_| nanoseconds.to_string(),
        |time| time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S%.6f").to_string(),
    )
}
