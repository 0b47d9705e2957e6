//! A compared value, and how it is shown beside its counterpart.

use smb2::utf16;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// Bytes of data shown from the first differing one on.
const SHOWN_BYTES: usize = 16;
/// Characters of a text shown at most.
const SHOWN_CHARACTERS: usize = 120;

/// What a field of an answer holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// This answer says nothing that could be compared.
    NotComparable,
    /// Stated to be not there.
    Absent,
    /// A count, size or offset.
    Number(u64),
    /// Flags or an access mask.
    Flags(u64),
    /// A code with its name.
    Code(u64, Option<&'static str>),
    /// Text that is the same on every server.
    Text(Cow<'a, str>),
    /// A path of the share, which the replay may have mapped.
    Path(Cow<'a, str>),
    /// Bytes, however many.
    Data(&'a [u8]),
    /// Things in no order.
    Set(BTreeSet<String>),
}

impl Value<'_> {
    /// Text on the wire, in UTF-16LE.
    pub(super) fn text(bytes: &[u8]) -> Value<'static> {
        Value::Text(utf16::to_string(bytes).into())
    }

    /// A path on the wire, in UTF-16LE.
    pub(super) fn path(bytes: &[u8]) -> Value<'static> {
        Value::Path(utf16::to_string(bytes).into())
    }

    /// Things in no order, each with its text.
    pub(super) fn set<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> Value<'static> {
        Value::Set(items.into_iter().map(|item| item.to_string()).collect())
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotComparable => f.write_str("not comparable"),
            Self::Absent => f.write_str("absent"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flags(bits) => write!(f, "{bits:#x}"),
            Self::Code(_, Some(name)) => f.write_str(name),
            Self::Code(code, None) => write!(f, "{code:#x}"),
            Self::Text(text) | Self::Path(text) if text.is_empty() => f.write_str("empty"),
            Self::Text(text) | Self::Path(text) => f.write_str(&shortened(text)),
            Self::Data(data) => write!(f, "{} bytes", data.len()),
            Self::Set(items) if items.is_empty() => f.write_str("nothing"),
            Self::Set(items) => {
                let joined: Vec<&str> = items.iter().map(String::as_str).collect();
                f.write_str(&shortened(&joined.join(", ")))
            }
        }
    }
}

/// The texts of two values that differ, captured first; of long ones only what differs. `None`: they are the same, or
/// there is nothing to compare.
pub(super) fn difference(captured: &Value<'_>, live: &Value<'_>) -> Option<(String, String)> {
    match (captured, live) {
        (Value::NotComparable, _) | (_, Value::NotComparable) => None,
        (Value::Code(one, _), Value::Code(other, _)) if one == other => None,
        (Value::Data(captured), Value::Data(live)) => data_difference(captured, live),
        (Value::Set(one), Value::Set(other)) if one != other => {
            let only = |from: &BTreeSet<String>, not_in: &BTreeSet<String>| {
                Value::Set(from.difference(not_in).cloned().collect()).to_string()
            };
            Some((only(one, other), only(other, one)))
        }
        _ if captured == live => None,
        _ => Some((captured.to_string(), live.to_string())),
    }
}

/// Data is compared as far as both have it: that one is longer is another field's to tell.
fn data_difference(captured: &[u8], live: &[u8]) -> Option<(String, String)> {
    let common = captured.len().min(live.len());
    if captured.get(..common) == live.get(..common) {
        return None;
    }
    let first = captured.iter().zip(live).position(|(one, other)| one != other)?;
    Some((data_from(captured, first), data_from(live, first)))
}

/// `65536 bytes, at 1024: 00 01 …`.
fn data_from(data: &[u8], first: usize) -> String {
    use fmt::Write as _;
    let mut text = format!("{} bytes, at {first}:", data.len());
    for byte in data.iter().skip(first).take(SHOWN_BYTES) {
        let _ = write!(text, " {byte:02x}");
    }
    if data.len() > first.saturating_add(SHOWN_BYTES) {
        text.push_str(" …");
    }
    text
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_shows_where_it_begins_to_differ() {
        let (captured, mut live) = (vec![7; 100], vec![7; 90]);
        assert_eq!(difference(&Value::Data(&captured), &Value::Data(&live)), None, "the common part is the same");
        live.extend([8; 10]);
        let (one, other) = difference(&Value::Data(&captured), &Value::Data(&live)).unwrap_or_default();
        assert_eq!(one, format!("100 bytes, at 90:{}", " 07".repeat(10)));
        assert_eq!(other, format!("100 bytes, at 90:{}", " 08".repeat(10)));
    }

    #[test]
    fn of_sets_only_what_differs_is_shown() {
        let found = difference(&Value::set(["a", "b", "c"]), &Value::set(["c", "b"]));
        assert_eq!(found, Some(("a".to_owned(), "nothing".to_owned())));
        assert_eq!(difference(&Value::set(["a", "b"]), &Value::set(["b", "a"])), None);
    }

    #[test]
    fn what_cannot_be_compared_never_differs() {
        assert_eq!(difference(&Value::NotComparable, &Value::Number(1)), None);
        assert_eq!(difference(&Value::Absent, &Value::Number(1)), Some(("absent".to_owned(), "1".to_owned())));
    }

    #[test]
    fn long_texts_are_shortened() {
        let long = Value::Text("ä".repeat(1000).into());
        assert_eq!(long.to_string().chars().count(), SHOWN_CHARACTERS + 1);
    }
}
