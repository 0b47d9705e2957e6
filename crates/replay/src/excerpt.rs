//! The beginning of a text that is too long to be kept.

use std::borrow::Cow;

/// The first `most` characters of a text, with `…` where there are more.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(cut("äää", 2), "ää…");
        assert_eq!(cut("ää", 2), "ää");
    }
}
