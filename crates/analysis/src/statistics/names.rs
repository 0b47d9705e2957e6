//! Texts that many rows share, known by a number.

use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Most different texts, and most bytes of them.
const MOST: usize = 1 << 18;
const MOST_BYTES: usize = 64 << 20;

/// Numbers of texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    numbers: FxHashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
    bytes: usize,
}

impl Names {
    /// The number of `text`; `None` when it is new and there are too many.
    pub(super) fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        let bytes = self.bytes.saturating_add(text.len());
        if self.names.len() >= MOST || bytes > MOST_BYTES {
            return None;
        }
        let number = u32::try_from(self.names.len()).ok()?;
        let name: Arc<str> = text.into();
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        self.bytes = bytes;
        Some(number)
    }

    /// The text with this number.
    pub(super) fn name(&self, number: u32) -> Option<&Arc<str>> {
        self.names.get(usize::try_from(number).ok()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_text_keeps_its_number_when_there_are_too_many() {
        let mut names = Names::default();
        let first = names.number("a");
        (0..MOST).for_each(|other| {
            names.number(&other.to_string());
        });
        assert_eq!(names.number("another"), None);
        assert_eq!(names.number("a"), first);
        assert_eq!(names.name(first.unwrap()).map(|name| &**name), Some("a"));
    }

    #[test]
    fn long_texts_are_bounded_by_their_bytes() {
        let mut names = Names::default();
        let long = |number: usize| format!("{number:0>32768}");
        let taken = (0..4000).filter(|number| names.number(&long(*number)).is_some()).count();
        assert_eq!(taken, MOST_BYTES / 32768);
    }
}
