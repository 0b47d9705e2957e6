//! JSON that can stand in a `<script>` element, whatever names it holds.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Writes a value as JSON in which no `<`, `>` or `&` occurs, nor U+2028 and U+2029: nothing in it ends the element or begins
/// a comment, and a reader of JSON gets the same value.
pub(super) fn write(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, ForScript)).map_err(io::Error::from)
}

/// Escapes in strings what HTML or a script could take for something else. Outside strings JSON has none of it.
struct ForScript;

impl Formatter for ForScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let is_special = |character: char| matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        let mut rest = fragment;
        while let Some((at, special)) = rest.char_indices().find(|(_, character)| is_special(*character)) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            write!(writer, "\\u{:04x}", u32::from(special))?;
            rest = from.get(special.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        write(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_hostile_name_neither_ends_the_element_nor_begins_a_comment() {
        let names = ["a</script><img src=x onerror=alert(1)>", "<!--<script", "]]>", "&lt;", "\u{2028}\u{2029}\"\\\0"];
        let json = written(&names);
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{json}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), names);
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(map: BTreeMap<String, Vec<String>>) {
            let json = written(&map);
            prop_assert!(!json.contains(['<', '>', '&']));
            prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), serde_json::to_value(&map).unwrap());
        }
    }
}
