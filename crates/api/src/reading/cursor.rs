//! Where the next page of a list begins. Clients get it as a text that means nothing to them.

use crate::error::{ApiError, ErrorCode};
use std::time::UNIX_EPOCH;
use store::FileIdentity;
use xxhash_rust::xxh3::Xxh3;

/// A list that is read page by page: a file, and what is chosen of its rows. A cursor is good for its list only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    /// The file.
    pub(crate) file: &'a FileIdentity,
    /// What is chosen.
    pub(crate) chosen: &'a [&'a str],
}

/// The largest offset: what every client can count to.
const LAST: u64 = (1 << 53) - 1;

/// Where a page begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Begin {
    /// At the row of this number, among all of the file.
    Row(u64),
    /// Behind so many rows of those that are chosen.
    Behind(u64),
}

impl Begin {
    /// The number of the row that it is; `place` tells what number of the file one of those that are chosen has.
    pub(crate) fn row(self, place: impl FnOnce(u64) -> u64) -> u64 {
        match self {
            Self::Row(row) => row,
            Self::Behind(0) => 0,
            Self::Behind(rows) => place(rows),
        }
    }
}

impl Cursor<'_> {
    /// Where the page begins that is asked for; at the first row where nothing is.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidValue`]: no cursor of this list, too large an offset, or both.
    pub(crate) fn begin(&self, cursor: Option<&str>, offset: Option<u64>) -> Result<Begin, ApiError> {
        match (cursor.filter(|text| !text.is_empty()), offset) {
            (Some(_), Some(_)) => {
                let error = ApiError::new(ErrorCode::InvalidValue, "cursor and offset do not go together");
                Err(error.advise("a cursor goes on behind a page, an offset begins anywhere"))
            }
            (None, Some(offset)) if offset > LAST => {
                Err(ApiError::new(ErrorCode::InvalidValue, format!("offset is a number from 0 to {LAST}")))
            }
            (None, Some(offset)) => Ok(Begin::Behind(offset)),
            (cursor, None) => self.row(cursor).map(Begin::Row),
        }
    }

    /// The text that stands for the row of this number.
    pub(crate) fn text(&self, row: u64) -> String {
        format!("{row:016x}{:016x}", self.check(row))
    }

    /// The row that a text stands for; the first one without a text.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidValue`].
    pub(crate) fn row(&self, text: Option<&str>) -> Result<u64, ApiError> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(0) };
        let number = |digits: Option<&str>| u64::from_str_radix(digits?, 16).ok();
        let is_hex = text.len() == 32 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let row = number(text.get(..16).filter(|_| is_hex));
        row.filter(|row| number(text.get(16..)) == Some(self.check(*row))).ok_or_else(|| {
            ApiError::new(ErrorCode::InvalidValue, "cursor is not one of this list, or the list has changed since")
                .advise("begin without a cursor, and leave the other parameters as they are from page to page")
        })
    }

    /// What tells the cursors of a list from any other text. Somebody who makes one up sees nothing but rows of this list.
    fn check(&self, row: u64) -> u64 {
        let mut hash = Xxh3::new();
        let modified = self.file.modified.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        hash.update(self.file.path.as_os_str().as_encoded_bytes());
        for text in self.chosen {
            // Lengths, so that what is moved from one text to the next makes a difference.
            hash.update(&text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(&self.file.length.to_le_bytes());
        hash.update(&modified.to_le_bytes());
        hash.update(&row.to_le_bytes());
        hash.digest()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_list_only() {
        let file = FileIdentity { path: "a.parquet".into(), length: 7, modified: UNIX_EPOCH };
        let other = FileIdentity { length: 8, ..file.clone() };
        let list = Cursor { file: &file, chosen: &["op > 3", ""] };
        let text = list.text(0x1234);
        assert_eq!((list.row(Some(&text)).unwrap(), list.row(None).unwrap()), (0x1234, 0));
        for other in [
            Cursor { file: &other, chosen: &["op > 3", ""] },
            Cursor { file: &file, chosen: &["", "op > 3"] },
            Cursor { file: &file, chosen: &["op > 4", ""] },
        ] {
            assert_eq!(other.row(Some(&text)).unwrap_err().code, ErrorCode::InvalidValue);
        }
        let larger = text.replacen('4', "5", 1);
        for wrong in [larger.as_str(), "1", &"é".repeat(16), &text.to_uppercase(), &format!("{text}0")] {
            assert_eq!(list.row(Some(wrong)).unwrap_err().code, ErrorCode::InvalidValue, "{wrong}");
        }
    }
}
