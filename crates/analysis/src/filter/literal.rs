//! Values as they are written, for each kind of field.

use super::error::{FilterError, FilterErrorKind, excerpt};
use super::expression::{Quote, Word};
use super::field::{Field, FieldKind};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Nanoseconds of a second.
const SECOND: i128 = 1_000_000_000;

/// The number that `word` is as a value of `field`; nanoseconds of a time, counted as the columns do.
///
/// # Errors
/// It is none; the field cannot be so large; `first_frame` is needed and not known.
pub(super) fn number(field: &Field, word: &Word, first_frame: Option<i64>) -> Result<i128, FilterError> {
    let wrong = || wrong_type(field, word);
    match field.kind {
        FieldKind::Number(bits) => named_or_number(field, word, bits),
        FieldKind::Flag => flag(word).ok_or_else(wrong),
        FieldKind::Seconds | FieldKind::Epoch => seconds(word).ok_or_else(wrong),
        FieldKind::SinceFirstFrame => {
            let first = first_frame.ok_or_else(|| FilterErrorKind::NoFirstFrame(field.name).at(word.range.clone()))?;
            Ok(seconds(word).ok_or_else(wrong)?.saturating_add(first.into()))
        }
        FieldKind::Time => time(&word.text).ok_or_else(wrong),
        FieldKind::Text | FieldKind::Guid | FieldKind::Hash => Err(wrong()),
    }
}

/// The sixteen bytes that `word` is, the first one highest: Wireshark orders them as they are on the wire.
pub(super) fn wide(field: &Field, word: &Word) -> Result<u128, FilterError> {
    let value = match field.kind {
        _ if word.quote != Quote::None => None,
        FieldKind::Guid => guid(&word.text),
        FieldKind::Hash => hash(&word.text),
        _ => None,
    };
    value.ok_or_else(|| wrong_type(field, word))
}

pub(super) fn wrong_type(field: &Field, word: &Word) -> FilterError {
    let (value, expected) = (word.shown(), field.kind.described());
    FilterErrorKind::WrongType { value, field: field.name, expected }.at(word.range.clone())
}

fn named_or_number(field: &Field, word: &Word, bits: u32) -> Result<i128, FilterError> {
    let most = u64::MAX.checked_shr(64_u32.saturating_sub(bits)).unwrap_or(0);
    let begins_as_number = word.text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
    if let Some(value) = field.names.value(&word.text) {
        return Ok(value.into());
    }
    match (integer(word), word.quote) {
        (Some(value), _) if value <= i128::from(most) => Ok(value),
        (Some(_), _) => {
            Err(FilterErrorKind::TooLarge { value: excerpt(&word.text), field: field.name, most }
                .at(word.range.clone()))
        }
        (None, Quote::None) if begins_as_number => Err(wrong_type(field, word)),
        (None, _) => {
            let nearest = field.names.nearest(&word.text);
            let name = excerpt(&word.text);
            Err(FilterErrorKind::UnknownName { name, field: field.name, nearest }.at(word.range.clone()))
        }
    }
}

/// A number: decimal, hex after `0x`, binary after `0b`, octal after `0`; a character in single quotes.
fn integer(word: &Word) -> Option<i128> {
    let text = match word.quote {
        Quote::None => word.text.as_str(),
        Quote::Single => return word.text.chars().next().map(|character| u32::from(character).into()),
        Quote::Double => return None,
    };
    let lower = text.to_ascii_lowercase();
    let (radix, digits) = match (lower.strip_prefix("0x"), lower.strip_prefix("0b"), lower.strip_prefix('0')) {
        (Some(digits), ..) => (16, digits),
        (_, Some(digits), _) => (2, digits),
        (.., Some(digits)) if !digits.is_empty() => (8, digits),
        _ => (10, lower.as_str()),
    };
    // The parser itself would take a sign.
    let value =
        digits.starts_with(|first: char| first.is_ascii_hexdigit()).then(|| i128::from_str_radix(digits, radix));
    value?.ok()
}

fn flag(word: &Word) -> Option<i128> {
    match word.text.to_ascii_lowercase().as_str() {
        "true" => Some(1),
        "false" => Some(0),
        _ => integer(word).map(|value| i128::from(value != 0)),
    }
}

/// Seconds with at most nine decimals, as nanoseconds.
fn seconds(word: &Word) -> Option<i128> {
    if word.quote != Quote::None {
        return None;
    }
    let (negative, text) = match word.text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, word.text.as_str()),
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(decimals) || decimals.len() > 9 {
        return None;
    }
    let nanoseconds: i128 = format!("{decimals:0<9}").parse().ok()?;
    let value = whole.parse::<i128>().ok()?.checked_mul(SECOND)?.checked_add(nanoseconds)?;
    if negative { value.checked_neg() } else { Some(value) }
}

/// A point in time, nanoseconds since 1970: RFC 3339, the same with a blank or without a zone (UTC), a date alone, or as
/// Wireshark shows it (`Jan 31, 2024 23:59:59.5`).
fn time(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_nanosecond());
    }
    let (civil, zone) = match text.strip_suffix("UTC") {
        Some(rest) => (rest.trim_end(), true),
        None => (text, false),
    };
    let parsed = civil
        .parse::<DateTime>()
        .or_else(|_| DateTime::strptime("%b %d, %Y %H:%M:%S%.f", civil))
        .or_else(|_| DateTime::strptime("%b %d, %Y %H:%M", civil));
    // A text with a zone of its own is no civil time; `UTC` after one would be a second zone. What is in brackets would be left aside.
    if (zone && civil.contains(['Z', 'z'])) || text.contains('[') {
        return None;
    }
    let instant = parsed.ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(instant.timestamp().as_nanosecond())
}

/// A GUID (MS-DTYP 2.3.4.2): its first three fields are written as numbers, and have their lowest byte first on the wire.
fn guid(text: &str) -> Option<u128> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let digits = text.replace('-', "");
    let hex = lengths == [8, 4, 4, 4, 12] && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let written = if hex { u128::from_str_radix(&digits, 16).ok()?.to_be_bytes() } else { return None };
    let [a, b, c, d, e, f, g, h, rest @ ..] = written;
    let [i, j, k, l, m, n, o, p] = rest;
    Some(u128::from_be_bytes([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]))
}

fn hash(text: &str) -> Option<u128> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text).replace([':', '-'], "");
    let hex = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex { u128::from_str_radix(&digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::filter::field;

    fn word(text: &str, quote: Quote) -> Word {
        Word { text: text.to_owned(), quote, range: 0..text.len() }
    }

    fn value(field: &str, text: &str) -> Option<i128> {
        number(field::named(field).unwrap(), &word(text, Quote::None), Some(1_000)).ok()
    }

    #[test]
    fn numbers_are_decimal_hex_binary_or_octal() {
        for text in ["17", "0x11", "0X11", "0b10001", "021"] {
            assert_eq!(value("smb2.msg_id", text), Some(17), "{text}");
        }
        assert_eq!(value("smb2.msg_id", "0"), Some(0));
        for text in ["", "-", "0x", "1_0", "0x-1", "--1", "08", "1.5", "0xg"] {
            assert_eq!(value("smb2.msg_id", text), None, "{text}");
        }
    }

    #[test]
    fn a_number_fits_its_field() {
        assert_eq!(value("smb2.msg_id", "18446744073709551615"), Some(u64::MAX.into()));
        let error = number(field::named("smb2.cmd").unwrap(), &word("70000", Quote::None), None).unwrap_err();
        assert!(matches!(error.kind, FilterErrorKind::TooLarge { most: 0xffff, .. }), "{error}");
        assert_eq!(value("smb2.nt_status", "-1"), None);
    }

    #[test]
    fn seconds_become_nanoseconds() {
        assert_eq!(value("smb2.time", "0.25"), Some(250_000_000));
        assert_eq!(value("smb2.time", "3"), Some(3_000_000_000));
        assert_eq!(value("frame.time_relative", "0.000000001"), Some(1_001));
        assert_eq!(value("frame.time_epoch", "-1.5"), Some(-1_500_000_000));
        for text in ["1e-4", "100us", ".5", "1.", "0.1234567891"] {
            assert_eq!(value("smb2.time", text), None, "{text}");
        }
    }

    #[test]
    fn times_are_utc_unless_they_say_otherwise() {
        let day = 1_706_659_200_000_000_000;
        for (text, seconds) in [
            ("2024-01-31", 0),
            ("2024-01-31 23:59:59", 86_399),
            ("2024-01-31T23:59:59Z", 86_399),
            ("2024-01-31T23:59:59+01:00", 82_799),
            ("Jan 31, 2024 23:59:59", 86_399),
            ("Jan 31, 2024 23:59:59 UTC", 86_399),
        ] {
            assert_eq!(time(text), Some(day + seconds * SECOND), "{text}");
        }
        assert_eq!(time("Jan 31, 2024 00:00:00.5"), Some(day + SECOND / 2));
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn a_guid_has_the_bytes_of_the_wire() {
        assert_eq!(guid("00000000-0000-0000-0000-0000000000ff"), Some(255));
        assert_eq!(guid("b7e391df-0102-0304-e391-c80d00000000"), Some(0xdf91_e3b7_0201_0403_e391_c80d_0000_0000));
        assert_eq!(guid("b7e391df00000000e391c80d00000000"), None);
        assert_eq!(guid("b7e391df-0000-0000-e391-c80d0000000+"), None);
    }
}
