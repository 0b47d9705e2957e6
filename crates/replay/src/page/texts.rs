//! Texts that rows name by number, each once.

use crate::excerpt::cut;
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Characters that are kept of a text.
const MOST_CHARACTERS: usize = 1024;
/// Bytes of all texts; what comes later is left out.
const MOST_BYTES: usize = 48 << 20;
/// Number of the text that stands for those that are left out.
const LEFT_OUT: u32 = 0;

/// Texts by number. Serialized they are an array, in the order of their numbers.
#[derive(Debug)]
pub(super) struct Texts {
    numbers: FxHashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    bytes: usize,
    left_out: u64,
}

impl Texts {
    /// None but the one for what is left out.
    pub(super) fn new() -> Self {
        let texts = vec![Arc::from("…")];
        Self { numbers: FxHashMap::default(), texts, bytes: 0, left_out: 0 }
    }

    /// The number of a text, cut to 1,024 characters.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        let cut = cut(text, MOST_CHARACTERS);
        if let Some(number) = self.numbers.get(&*cut) {
            return *number;
        }
        let Some(number) = u32::try_from(self.texts.len()).ok().filter(|_| self.bytes < MOST_BYTES) else {
            self.left_out = self.left_out.saturating_add(1);
            return LEFT_OUT;
        };
        self.bytes = self.bytes.saturating_add(cut.len());
        let text: Arc<str> = cut.into();
        self.numbers.insert(Arc::clone(&text), number);
        self.texts.push(text);
        number
    }

    /// How often a text was left out.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.texts.iter().map(|text| &**text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_number_and_long_ones_are_cut() {
        let mut texts = Texts::new();
        let (a, b) = (texts.number("a"), texts.number("b"));
        assert_eq!((texts.number("a"), a == b), (a, false));
        let long = "ä".repeat(2000);
        assert_eq!(texts.number(&long), texts.number(&long.chars().take(1500).collect::<String>()));
    }

    #[test]
    fn texts_beyond_the_bound_are_counted_and_not_kept() {
        let mut texts = Texts { bytes: MOST_BYTES, ..Texts::new() };
        assert_eq!((texts.number("late"), texts.left_out()), (LEFT_OUT, 1));
    }
}
