//! KerberosTime: `YYYYMMDDhhmmssZ` (RFC 4120 5.2.3).

const DAY: i64 = 86400;
/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// Seconds since the beginning of 1970; `None` when it is no such time.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let (digits, zone) = text.split_at_checked(14)?;
    if zone != b"Z" {
        return None;
    }
    let number = |from: usize, to: usize, least: i64, most: i64| {
        let value = digits.get(from..to)?.iter().try_fold(0i64, |value, digit| {
            let digit = char::from(*digit).to_digit(10)?;
            value.checked_mul(10)?.checked_add(i64::from(digit))
        })?;
        (least..=most).contains(&value).then_some(value)
    };
    let days = days_since_1970(number(0, 4, 0, 9999)?, number(4, 6, 1, 12)?, number(6, 8, 1, 31)?);
    let (hours, minutes, seconds) = (number(8, 10, 0, 23)?, number(10, 12, 0, 59)?, number(12, 14, 0, 60)?);
    days.checked_mul(DAY)?
        .checked_add(hours.checked_mul(3600)?)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)
}

/// The text of a time, of which years below 0 and above 9999 have none: the nearest one that has is taken.
pub(super) fn format(seconds: i64) -> String {
    let seconds = seconds.clamp(-62_167_219_200, 253_402_300_799);
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Days from the beginning of 1970 to a date of the Gregorian calendar. Years are counted from March on, so that the
/// leap day is their last.
#[expect(clippy::arithmetic_side_effects, reason = "four digits of a year")]
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = (month + 9) % 12;
    let day = (153 * month + 2) / 5 + day - 1;
    era * ERA + year * 365 + year / 4 - year / 100 + day - 719_468
}

/// Year, month and day.
#[expect(clippy::arithmetic_side_effects, reason = "four digits of a year")]
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_the_round_trip() {
        assert_eq!(parse(b"19700101000000Z"), Some(0));
        assert_eq!(parse(b"20000229235959Z"), Some(951_868_799));
        for text in ["00000101000000Z", "19691231235959Z", "20380119031408Z", "20240301000000Z", "99991231235959Z"] {
            assert_eq!(parse(text.as_bytes()).map(format).as_deref(), Some(text));
        }
        assert_eq!(format(i64::MAX), "99991231235959Z");
        assert_eq!(format(i64::MIN), "00000101000000Z");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "20240101000000", "20241301000000Z", "20240100000000Z", "2024010100000+Z", "20240101000000.5Z"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
