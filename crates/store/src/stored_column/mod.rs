//! A column of messages that a Parquet file has as they are: each is read by itself, whole or only its beginning, and
//! what is not wanted of it is not touched.

mod levels;
mod page_headers;

use bytes::Bytes;
use levels::Levels;
use page_headers::PageHeaders;
use parquet::basic::{Compression, Encoding, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

/// Bytes read at once where less is wanted.
const WINDOW: usize = 8 << 10;
/// Bytes of a length in front of levels or of a value.
const LENGTH: usize = 4;

/// The messages of a row group, one after the other.
pub(crate) struct StoredColumn {
    file: Arc<File>,
    headers: PageHeaders,
    /// Which of the page's values are there.
    levels: Levels,
    /// Where the next value begins.
    next: u64,
    /// Where the column, or the file if that is shorter, ends.
    end: u64,
    /// What was last read of the file, and where it begins.
    window: (u64, Vec<u8>),
}

impl StoredColumn {
    /// Whether a column that this program wrote can be read this way.
    pub(crate) fn is(chunk: &ColumnChunkMetaData) -> bool {
        let column = chunk.column_descr();
        chunk.compression() == Compression::UNCOMPRESSED
            && chunk.column_type() == Type::BYTE_ARRAY
            && (column.max_def_level(), column.max_rep_level()) == (1, 0)
            && chunk.dictionary_page_offset().is_none()
            && chunk.encodings().all(|encoding| matches!(encoding, Encoding::PLAIN | Encoding::RLE))
    }

    /// Begins with the first row of the row group.
    pub(crate) fn open(file: Arc<File>, chunk: &ColumnChunkMetaData) -> Result<Self, ParquetError> {
        let (start, length) = chunk.byte_range();
        let end = start.saturating_add(length).min(file.metadata()?.len());
        let headers = PageHeaders::new(Arc::clone(&file), chunk)?;
        Ok(Self { file, headers, levels: Levels::default(), next: end, end, window: (0, Vec::new()) })
    }

    /// The message of the next row, if it has one, or as much of its beginning.
    pub(crate) fn next(&mut self, most: usize) -> Result<Option<Bytes>, ParquetError> {
        let is_there = loop {
            match self.levels.next()? {
                Some(is_there) => break is_there,
                None => self.begin_page()?,
            }
        };
        if !is_there {
            return Ok(None);
        }
        let length = self.length()?;
        let start = self.next;
        self.next = start.saturating_add(length);
        if self.next > self.end {
            return Err(too_short());
        }
        let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(most);
        Ok(Some(self.read(start, wanted)?.into()))
    }

    fn begin_page(&mut self) -> Result<(), ParquetError> {
        let page = self.headers.next()?.ok_or_else(too_short)?;
        self.next = page.start;
        let length = self.length()?;
        let levels = usize::try_from(length).unwrap_or(usize::MAX);
        let encoded = self.read(self.next, levels)?;
        self.next = self.next.saturating_add(length);
        self.levels = Levels::new(encoded, page.values);
        Ok(())
    }

    /// The length that stands at the next place, which it steps over.
    fn length(&mut self) -> Result<u64, ParquetError> {
        let bytes = self.read(self.next, LENGTH)?;
        self.next = self.next.saturating_add(LENGTH as u64);
        let bytes = bytes.first_chunk().ok_or_else(too_short)?;
        Ok(u32::from_le_bytes(*bytes).into())
    }

    /// So many bytes from `start` on.
    fn read(&mut self, start: u64, length: usize) -> Result<Vec<u8>, ParquetError> {
        let left = usize::try_from(self.end.saturating_sub(start)).unwrap_or(usize::MAX);
        if length > left {
            return Err(too_short());
        }
        if length >= WINDOW {
            return self.read_file(start, length);
        }
        if self.in_window(start, length).is_none() {
            self.window = (start, self.read_file(start, WINDOW.min(left))?);
        }
        self.in_window(start, length).map(<[u8]>::to_vec).ok_or_else(too_short)
    }

    fn in_window(&self, start: u64, length: usize) -> Option<&[u8]> {
        let (window, bytes) = &self.window;
        let from = usize::try_from(start.checked_sub(*window)?).ok()?;
        bytes.get(from..from.checked_add(length)?)
    }

    fn read_file(&self, start: u64, length: usize) -> Result<Vec<u8>, ParquetError> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(length);
        file.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() == length { Ok(bytes) } else { Err(too_short()) }
    }
}

fn too_short() -> ParquetError {
    ParquetError::EOF("a column of messages is too short".to_owned())
}

#[cfg(test)]
mod tests;
