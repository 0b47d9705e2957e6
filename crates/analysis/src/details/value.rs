//! Values as text.

use std::fmt::Write as _;

/// Bytes shown of data.
const SHOWN: usize = 32;
/// FILETIME of 1970, 100 ns.
const UNIX_EPOCH: i64 = 116_444_736_000_000_000;

/// Bytes in hex; of more than 32 the first ones, and how many there are.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    if bytes.len() > SHOWN {
        let _ = write!(text, "{} bytes: ", bytes.len());
    }
    for (index, byte) in bytes.iter().take(SHOWN).enumerate() {
        let _ = write!(text, "{}{byte:02x}", if index == 0 { "" } else { " " });
    }
    if bytes.len() > SHOWN {
        text.push_str(" …");
    }
    text
}

/// In place of bytes that are not shown.
pub(super) fn withheld(length: usize) -> String {
    format!("{length} bytes, not shown")
}

/// A FILETIME as RFC 3339 in UTC with seven digits of fraction, or the special meanings of MS-FSCC 2.4.7 and MS-DTYP 2.3.3.
pub(super) fn time(filetime: u64) -> Option<String> {
    match filetime as i64 {
        0 => Some("not set".to_owned()),
        -1 => Some("do not change, nor by later operations".to_owned()),
        -2 => Some("change by later operations again".to_owned()),
        i64::MAX => Some("never".to_owned()),
        ticks => {
            let nanoseconds = i128::from(ticks.checked_sub(UNIX_EPOCH)?).saturating_mul(100);
            jiff::Timestamp::from_nanosecond(nanoseconds).ok().map(|time| format!("{time:.7}"))
        }
    }
}

/// The names of the bits that are set, the rest in hex; nothing when none is.
pub(super) fn flags(bits: u64, names: &[(u64, &str)]) -> Option<String> {
    let mut rest = bits;
    let mut set: Vec<String> = Vec::new();
    for (mask, name) in names.iter().filter(|(mask, _)| bits & mask == *mask) {
        set.push((*name).to_owned());
        rest &= !mask;
    }
    if rest != 0 {
        set.push(format!("{rest:#x}"));
    }
    (!set.is_empty()).then(|| set.join("|"))
}

/// Bytes as 8-bit characters, what does not print as escapes.
pub(super) fn ascii(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_and_special_ones_are_told() {
        assert_eq!(time(131_396_000_000_000_001).as_deref(), Some("2017-05-18T16:53:20.0000001Z"));
        assert_eq!(time(0).as_deref(), Some("not set"));
        assert_eq!(time(u64::MAX).as_deref(), Some("do not change, nor by later operations"));
        assert_eq!(time(u64::MAX / 2 - 1), None, "beyond what a calendar has");
    }

    #[test]
    fn long_data_is_its_length_and_its_first_bytes() {
        assert_eq!(hex(&[1, 0xab]), "01 ab");
        assert_eq!(hex(&[7; 33]), format!("33 bytes: {}07 …", "07 ".repeat(31)));
    }

    #[test]
    fn bits_without_a_name_follow_in_hex() {
        assert_eq!(flags(0x13, &[(1, "A"), (2, "B")]).as_deref(), Some("A|B|0x10"));
        assert_eq!(flags(0, &[(1, "A")]), None);
    }
}
