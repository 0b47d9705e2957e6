//! Columns of text: each word stands once in the dictionary, and rows have its number.

use super::chunk::Page;
use super::hybrid::put_values;
use super::page::Kind;
use crate::packed::Damaged;
use parquet::basic::Encoding;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes of a dictionary at which what follows is stored as it is, as other writers of Parquet have it.
const LIMIT: usize = 1 << 20;

/// The words, and their numbers in the rows of a page.
#[derive(Default)]
struct Dictionary {
    words: Vec<u8>,
    count: u32,
    numbers: Vec<u32>,
}

impl Dictionary {
    /// Takes a new word in; returns its number.
    fn add(&mut self, word: &[u8]) -> u32 {
        put_text(word, &mut self.words);
        let number = self.count;
        self.count = number.saturating_add(1);
        number
    }

    fn end_page(&mut self, page: &mut Vec<u8>) {
        let width = u32::BITS.saturating_sub(self.count.saturating_sub(1).leading_zeros()).max(1);
        page.push(width as u8);
        put_values(&self.numbers, width, page);
        self.numbers.clear();
    }

    fn into_page(self) -> Page {
        Page { kind: Kind::Dictionary, values: self.count as usize, encoding: Encoding::PLAIN, body: self.words }
    }
}

/// A column of words that numbers stand for.
pub(super) struct Words {
    dictionary: Dictionary,
    word: fn(u32) -> Cow<'static, str>,
    known: FxHashMap<u32, u32>,
    /// The code that came last, and its number.
    last: Option<(u32, u32)>,
}

impl Words {
    /// Without rows.
    pub(super) fn new(word: fn(u32) -> Cow<'static, str>) -> Self {
        Self { dictionary: Dictionary::default(), word, known: FxHashMap::default(), last: None }
    }

    /// The next row has the word that `code` stands for.
    #[inline]
    pub(super) fn push(&mut self, code: u32) {
        let number = match self.last {
            Some((last, number)) if last == code => number,
            _ => {
                let Self { dictionary, word, known, last } = self;
                let number = *known.entry(code).or_insert_with(|| dictionary.add(word(code).as_bytes()));
                *last = Some((code, number));
                number
            }
        };
        self.dictionary.numbers.push(number);
    }

    /// Appends the values of the page; returns their encoding.
    pub(super) fn end_page(&mut self, page: &mut Vec<u8>) -> Encoding {
        self.dictionary.end_page(page);
        Encoding::RLE_DICTIONARY
    }

    /// The dictionary.
    pub(super) fn into_page(self) -> Page {
        self.dictionary.into_page()
    }
}

/// A column of texts.
#[derive(Default)]
pub(super) struct Texts<'a> {
    dictionary: Dictionary,
    /// Hashed with random numbers: the texts are those of a capture.
    known: HashMap<&'a [u8], u32, ahash::RandomState>,
    /// The text that came last, and its number.
    last: Option<(&'a [u8], u32)>,
    /// Texts as they are, once the dictionary is too large.
    plain: Option<Vec<u8>>,
}

impl<'a> Texts<'a> {
    /// The next row has `text`.
    #[inline]
    pub(super) fn push(&mut self, text: &'a [u8]) -> Result<(), Damaged> {
        if let Some(plain) = &mut self.plain {
            put_text(valid(text)?, plain);
            return Ok(());
        }
        let number = match self.last {
            Some((last, number)) if last == text => number,
            _ => {
                let number = match self.known.get(text) {
                    Some(number) => *number,
                    None => {
                        let number = self.dictionary.add(valid(text)?);
                        self.known.insert(text, number);
                        number
                    }
                };
                self.last = Some((text, number));
                number
            }
        };
        self.dictionary.numbers.push(number);
        Ok(())
    }

    /// Appends the values of the page; returns their encoding.
    pub(super) fn end_page(&mut self, page: &mut Vec<u8>) -> Encoding {
        if let Some(plain) = &mut self.plain {
            page.append(plain);
            return Encoding::PLAIN;
        }
        self.dictionary.end_page(page);
        if self.dictionary.words.len() > LIMIT {
            self.plain = Some(Vec::new());
            self.known = HashMap::default();
        }
        Encoding::RLE_DICTIONARY
    }

    /// The dictionary.
    pub(super) fn into_page(self) -> Page {
        self.dictionary.into_page()
    }
}

/// Appends a text as PLAIN has it.
pub(super) fn put_text(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(text);
}

/// Only a damaged row has other bytes.
pub(super) fn valid(text: &[u8]) -> Result<&[u8], Damaged> {
    std::str::from_utf8(text).map(|_| text).map_err(|_| Damaged)
}
