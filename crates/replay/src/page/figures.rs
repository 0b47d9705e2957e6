//! Numbers and times as a page shows them.

/// A number with a comma between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (behind, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        text.push(digit);
        if behind > 0 && behind.is_multiple_of(3) {
            text.push(',');
        }
    }
    text
}

/// `1 cause`, `2 causes`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Milliseconds to three digits.
pub(super) fn milliseconds(time: f64) -> String {
    match time {
        time if time >= 100.0 => format!("{time:.0}"),
        time if time >= 10.0 => format!("{time:.1}"),
        time if time >= 1.0 => format!("{time:.2}"),
        time => format!("{time:.3}"),
    }
}

/// A share of a whole, rounded down so that 100.0% means all.
pub(super) fn share(part: u64, whole: u64) -> String {
    match u128::from(part).saturating_mul(1000).checked_div(u128::from(whole)) {
        Some(tenths) => format!("{}.{}%", tenths / 10, tenths % 10),
        None => "-".to_owned(),
    }
}

/// A time of nanoseconds since 1970, to the second.
pub(super) fn instant(nanoseconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_nanosecond(i128::from(nanoseconds)).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_easy_to_read() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([counted(1, "cause"), counted(0, "cause")], ["1 cause", "0 causes"]);
        assert_eq!([0.012_34, 1.234, 12.34, 1234.5].map(milliseconds), ["0.012", "1.23", "12.3", "1234"]);
        assert_eq!([share(999_999, 1_000_000), share(0, 0)], ["99.9%", "-"]);
        assert_eq!(instant(1_700_000_000_000_000_000).as_deref(), Some("2023-11-14 22:13:20 UTC"));
    }
}
