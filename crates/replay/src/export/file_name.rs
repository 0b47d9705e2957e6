//! Names of a capture as names in a local folder: whatever the capture holds, a name is one plain component, and nothing that
//! any platform takes for something else.

use std::fmt::Write;

/// Bytes that a name may have at most.
pub(super) const MOST_BYTES: usize = 255;
/// Bytes of a name from its last dot on that stay when it is cut.
const MOST_EXTENSION: usize = 16;
/// What separates something on some platform, or cannot be in a name there.
const RESERVED: &[char] = &['"', '*', '/', ':', '<', '>', '?', '\\', '|'];
/// What Windows takes for a device, also with an extension.
const DEVICES: [&str; 7] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
/// The same, with a digit behind.
const NUMBERED_DEVICES: [&str; 2] = ["COM", "LPT"];

/// A component of a captured path (UTF-16 code units) as a local name of at most 255 bytes: what cannot be in one is
/// written as `%xx`, as Wireshark does, the bytes of its UTF-8 form; half of a surrogate pair as if it had one.
///
/// A `%` that looks like the beginning of that is escaped itself: two components have one local name only when it is cut.
pub fn file_name(component: &[u16]) -> String {
    let decoded: Vec<_> = char::decode_utf16(component.iter().copied()).collect();
    let is_hex = |at: usize| matches!(decoded.get(at), Some(Ok(character)) if character.is_ascii_hexdigit());
    let mut name = String::new();
    for (at, unit) in decoded.iter().enumerate() {
        let is_last = at.saturating_add(1) == decoded.len();
        match unit {
            Ok('%') if is_hex(at.saturating_add(1)) && is_hex(at.saturating_add(2)) => escape(&mut name, '%'),
            Ok(character) if character.is_control() || RESERVED.contains(character) => escape(&mut name, *character),
            // Windows drops them.
            Ok(character) if is_last && matches!(character, '.' | ' ') => escape(&mut name, *character),
            Ok(character) => name.push(*character),
            Err(half) => {
                let half = half.unpaired_surrogate();
                escape_bytes(&mut name, &[0xe0 | half >> 12, 0x80 | half >> 6 & 0x3f, 0x80 | half & 0x3f]);
            }
        }
    }
    if is_device(&name) {
        let mut characters = name.chars();
        let mut escaped = String::new();
        characters.next().into_iter().for_each(|first| escape(&mut escaped, first));
        name = escaped + characters.as_str();
    }
    if name.is_empty() { "_".to_owned() } else { fitted(name) }
}

/// The local name with a number in front of its extension: `report (2).txt`.
pub(super) fn numbered(name: &str, number: u64) -> String {
    let (stem, extension) = apart(name);
    let mark = format!(" ({number}){extension}");
    format!("{}{mark}", beginning(stem, MOST_BYTES.saturating_sub(mark.len())))
}

/// The local name of a named stream: that of its file, and its own behind an escaped colon.
pub(super) fn stream_name(file: &str, stream: &[u16]) -> String {
    // Nothing but the name as a whole can be a device, or end with a dot.
    fitted(format!("{file}%3a{}", file_name(stream)))
}

/// The name, cut in its middle if it is too long, with a number that tells it from others that begin alike.
fn fitted(name: String) -> String {
    if name.len() <= MOST_BYTES {
        return name;
    }
    let (stem, extension) = apart(&name);
    let mark = format!("~{:016x}{extension}", hash(name.as_bytes()));
    format!("{}{mark}", beginning(stem, MOST_BYTES.saturating_sub(mark.len())))
}

/// Stem and extension; a long one is none.
fn apart(name: &str) -> (&str, &str) {
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name.len().saturating_sub(*dot) <= MOST_EXTENSION);
    dot.and_then(|dot| name.split_at_checked(dot)).unwrap_or((name, ""))
}

/// At most `most` bytes of the text.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_uppercase();
    let is_digit =
        |rest: &str| matches!(rest, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "0" | "¹" | "²" | "³");
    DEVICES.contains(&stem.as_str())
        || NUMBERED_DEVICES.iter().any(|device| stem.strip_prefix(device).is_some_and(is_digit))
}

fn escape(name: &mut String, character: char) {
    let mut bytes = [0; 4];
    let bytes: Vec<u16> = character.encode_utf8(&mut bytes).bytes().map(u16::from).collect();
    escape_bytes(name, &bytes);
}

fn escape_bytes(name: &mut String, bytes: &[u16]) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(name, "%{byte:02x}");
    }
}

/// FNV-1a, 64 bits: the same in every version of the program.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    fn local(name: &str) -> String {
        file_name(&name.encode_utf16().collect::<Vec<_>>())
    }

    #[test]
    fn ordinary_names_stay() {
        for name in
            ["report.docx", "100 %.txt", "Überblick 年度.pdf", ".hidden", "~$a.tmp", "console.log", "com10", "a b"]
        {
            assert_eq!(local(name), name);
        }
    }

    #[test]
    fn what_is_no_plain_name_is_escaped() {
        let escaped = [
            ("..", ".%2e"),
            (".", "%2e"),
            ("", "_"),
            ("a/b\\c", "a%2fb%5cc"),
            ("C:", "C%3a"),
            ("a\0b\u{1b}[2J", "a%00b%1b[2J"),
            ("a\u{85}", "a%c2%85"),
            ("name. ", "name.%20"),
            ("CON", "%43ON"),
            ("nul.txt", "%6eul.txt"),
            ("com1 .log", "%63om1 .log"),
            ("a%3ab", "a%253ab"),
        ];
        for (name, expected) in escaped {
            assert_eq!(local(name), expected, "{name:?}");
        }
        assert_eq!(file_name(&[0xd800, u16::from(b'x')]), "%ed%a0%80x");
    }

    #[test]
    fn a_long_name_keeps_its_beginning_and_extension() {
        let (first, second) =
            (local(&format!("{}1.docx", "ä".repeat(200))), local(&format!("{}2.docx", "ä".repeat(200))));
        assert!(first.len() <= MOST_BYTES && first.starts_with("ää") && first.ends_with(".docx"), "{first}");
        assert_ne!(first, second);
        assert!(numbered(&first, 2).ends_with(" (2).docx") && numbered(&first, 2).len() <= MOST_BYTES);
        assert_eq!(numbered("a.tar", 2), "a (2).tar");
        assert_eq!(numbered(".hidden", 3), ".hidden (3)");
        assert_eq!(
            stream_name("a.txt", &"Zone.Identifier".encode_utf16().collect::<Vec<_>>()),
            "a.txt%3aZone.Identifier"
        );
    }

    /// The local name is a single component that leads nowhere else.
    fn is_plain(name: &str) -> bool {
        let mut components = Path::new(name).components();
        matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == name)
            && !name.chars().any(|character| character.is_control() || RESERVED.contains(&character))
            && !name.ends_with(['.', ' '])
            && name.len() <= MOST_BYTES
            && !is_device(name)
    }

    /// Code units with many of those that matter.
    fn units() -> impl Strategy<Value = Vec<u16>> {
        let special = "./\\:%.. \0\u{7f}CONconAUXnul1~*?\"<>|$".encode_utf16().collect::<Vec<_>>();
        prop::collection::vec(prop_oneof![prop::sample::select(special), any::<u16>()], 0..400)
    }

    proptest! {
        #[test]
        fn whatever_the_component_the_local_name_is_a_single_plain_one(name in units(), number in any::<u64>(), stream in units()) {
            let local = file_name(&name);
            prop_assert!(is_plain(&local), "{local:?}");
            prop_assert!(is_plain(&numbered(&local, number)), "{:?}", numbered(&local, number));
            prop_assert!(is_plain(&stream_name(&local, &stream)), "{:?}", stream_name(&local, &stream));
        }

        #[test]
        fn two_short_components_never_share_a_local_name(
            first in prop::collection::vec(any::<u16>(), 1..20), second in "[%0-9a-fA-F.:]{1,8}"
        ) {
            let second: Vec<u16> = second.encode_utf16().collect();
            prop_assert!(first == second || file_name(&first) != file_name(&second));
            let again: Vec<u16> = file_name(&second).encode_utf16().collect();
            prop_assert!(again == second || file_name(&again) != file_name(&second));
        }
    }
}
