//! Names relative to a share, taken apart (MS-FSCC 2.1.5).

use crate::map::fold;

const SEPARATOR: u16 = b'\\' as u16;
const SLASH: u16 = b'/' as u16;
const COLON: u16 = b':' as u16;
const DOT: u16 = b'.' as u16;
/// What the names of snapshots begin with (MS-SMB2 2.2.13, `@GMT-YYYY.MM.DD-HH.MM.SS`).
const SNAPSHOT: [u16; 5] = [b'@' as u16, b'G' as u16, b'M' as u16, b'T' as u16, b'-' as u16];
/// Code units that a name may have at most in the file systems of Windows (MS-FSCC 2.1.5.2).
const MOST_UNITS: usize = 255;
/// What no component of a name may hold (MS-FSCC 2.1.5.2).
const RESERVED: &[u8] = b"\"*/:<>?|";

/// Why a name is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFollowed {
    /// It leads above the share.
    LeadsOut,
    /// It is that of a snapshot.
    Snapshot,
}

/// A name: folders, the last component, and the stream that it names.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Name {
    /// The components, none for the share's own folder.
    pub components: Vec<Vec<u16>>,
    /// Name of the data stream behind the last component, but for the unnamed one.
    pub stream: Option<Vec<u16>>,
}

impl Name {
    /// Takes `name` apart: UTF-16 code units, with `\` between its components.
    ///
    /// # Errors
    /// [`NotFollowed`].
    pub fn parse(name: &[u16]) -> Result<Self, NotFollowed> {
        let mut components: Vec<Vec<u16>> = Vec::new();
        for component in name.split(|unit| *unit == SEPARATOR || *unit == SLASH) {
            match component {
                [] | [DOT] => {}
                [DOT, DOT] => {
                    components.pop().ok_or(NotFollowed::LeadsOut)?;
                }
                _ if component.starts_with(&SNAPSHOT) => return Err(NotFollowed::Snapshot),
                _ => components.push(component.to_vec()),
            }
        }
        let mut stream = None;
        if let Some(last) = components.last_mut()
            && let Some(colon) = last.iter().position(|unit| *unit == COLON)
        {
            let named = last.split_off(colon);
            // `:name:type`; the unnamed stream and those of folders (`:$I30:$INDEX_ALLOCATION`) are the thing itself.
            let mut parts = named.split(|unit| *unit == COLON).skip(1);
            let (first, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let is_index = same_text(kind, "$INDEX_ALLOCATION");
            stream = (!first.is_empty() && !is_index).then(|| first.to_vec());
            if last.is_empty() {
                components.pop();
            }
        }
        Ok(Self { components, stream })
    }
}

/// A component or stream as servers compare it: in upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Box<[u16]>);

impl Key {
    /// That of `name`.
    pub fn of(name: &[u16]) -> Self {
        Self(name.iter().copied().map(fold).collect())
    }
}

/// Why a lab server may not hold a component as it is, if so.
pub fn unusual(component: &[u16]) -> Option<&'static str> {
    let is_reserved = |unit: &u16| u8::try_from(*unit).is_ok_and(|byte| byte < 0x20 || RESERVED.contains(&byte));
    if component.len() > MOST_UNITS {
        Some("a name of more than 255 characters")
    } else if component.iter().any(is_reserved) {
        Some("a reserved character")
    } else if matches!(component.last(), Some(last) if *last == DOT || *last == u16::from(b' ')) {
        Some("a dot or space at the end of a name")
    } else if char::decode_utf16(component.iter().copied()).any(|unit| unit.is_err()) {
        Some("half of a surrogate pair")
    } else {
        None
    }
}

fn same_text(units: &[u16], text: &str) -> bool {
    Key::of(units) == Key::of(&text.encode_utf16().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    fn parsed(text: &str) -> (Vec<String>, Option<String>) {
        let name = Name::parse(&units(text)).unwrap();
        let text = |units: &Vec<u16>| String::from_utf16(units).unwrap();
        (name.components.iter().map(text).collect(), name.stream.as_ref().map(text))
    }

    #[test]
    fn a_name_has_components_and_perhaps_a_stream() {
        assert_eq!(parsed("a\\b c\\d.txt"), (vec!["a".into(), "b c".into(), "d.txt".into()], None));
        assert_eq!(parsed("\\a\\.\\b\\..\\c\\"), (vec!["a".into(), "c".into()], None));
        assert_eq!(parsed("f:s:$DATA"), (vec!["f".into()], Some("s".into())));
        for whole in ["f::$DATA", "f:$I30:$INDEX_ALLOCATION", "f"] {
            assert_eq!(parsed(whole), (vec!["f".into()], None), "{whole}");
        }
        assert_eq!(parsed(":s"), (vec![], Some("s".into())));
    }

    #[test]
    fn what_leads_out_of_the_share_or_into_a_snapshot_is_not_followed() {
        assert_eq!(Name::parse(&units("a\\..\\..\\b")), Err(NotFollowed::LeadsOut));
        assert_eq!(Name::parse(&units("@GMT-2024.01.01-00.00.00\\a")), Err(NotFollowed::Snapshot));
    }

    #[test]
    fn names_that_not_every_file_system_holds_are_told() {
        for (name, told) in [("a.", true), ("a ", true), ("a?", true), ("a\u{1}", true), (".a b", false)] {
            assert_eq!(unusual(&units(name)).is_some(), told, "{name}");
        }
        assert!(unusual(&[b'a'.into(), 0xd800]).is_some());
        assert!(unusual(&vec![b'a'.into(); 256]).is_some() && unusual(&vec![b'a'.into(); 255]).is_none());
    }
}
