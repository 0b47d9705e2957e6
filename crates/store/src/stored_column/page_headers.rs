//! Where the pages of a column lie: their headers are read, they are not.

use bytes::Bytes;
use parquet::column::page::PageReader as _;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length, SerializedPageReader};
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes read at once: headers are small.
const HEADER: usize = 256;

/// A page of values that are there or not.
pub(super) struct Page {
    /// Where it begins in the file, behind its header.
    pub(super) start: u64,
    /// Number of its values.
    pub(super) values: u64,
}

/// The pages of a column, one after the other.
pub(super) struct PageHeaders {
    pages: SerializedPageReader<Source>,
    /// Where the header that was read last ends.
    end: Arc<AtomicU64>,
}

impl PageHeaders {
    pub(super) fn new(file: Arc<File>, chunk: &ColumnChunkMetaData) -> Result<Self, ParquetError> {
        let end = Arc::new(AtomicU64::new(0));
        let source = Arc::new(Source { file, end: Arc::clone(&end) });
        let values = usize::try_from(chunk.num_values()).unwrap_or(0);
        Ok(Self { pages: SerializedPageReader::new(source, chunk, values, None)?, end })
    }

    /// The next page; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Page>, ParquetError> {
        let Some(page) = self.pages.peek_next_page()? else { return Ok(None) };
        let start = self.end.load(Ordering::Relaxed);
        self.pages.skip_next_page()?;
        let values = page.num_levels.and_then(|values| u64::try_from(values).ok());
        let values = values.filter(|_| page.num_rows.is_none() && !page.is_dict);
        let values = values.ok_or_else(|| ParquetError::General("a page of another kind".to_owned()))?;
        Ok(Some(Page { start, values }))
    }
}

/// The file, as the reader of headers sees it.
struct Source {
    file: Arc<File>,
    end: Arc<AtomicU64>,
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl ChunkReader for Source {
    type T = Counting;

    fn get_read(&self, start: u64) -> Result<Counting, ParquetError> {
        self.end.store(start, Ordering::Relaxed);
        let place = Place { file: Arc::clone(&self.file), next: start };
        Ok(Counting { inner: BufReader::with_capacity(HEADER, place), end: Arc::clone(&self.end) })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.file.get_bytes(start, length)
    }
}

/// Counts what is taken of a header.
struct Counting {
    inner: BufReader<Place>,
    end: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.end.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// A place in a file that others read at other places.
struct Place {
    file: Arc<File>,
    next: u64,
}

impl Read for Place {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.next))?;
        let count = file.read(buffer)?;
        self.next = self.next.saturating_add(count as u64);
        Ok(count)
    }
}
