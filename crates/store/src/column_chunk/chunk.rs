//! The pages of a leaf of the schema, and what the footer says of them.

use super::page::{Kind, PageHeader};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::TrackedWrite;
use parquet::schema::types::ColumnDescPtr;
use std::io::Write;

/// A column of a row group, encoded.
pub(crate) struct ColumnChunk {
    pages: Pages,
    encodings: Vec<Encoding>,
    statistics: Option<Statistics>,
}

impl ColumnChunk {
    /// Of pages in these encodings.
    pub(super) fn new(pages: Pages, encodings: Vec<Encoding>, statistics: Option<Statistics>) -> Self {
        Self { pages, encodings, statistics }
    }

    /// Appends it to a file; returns what the footer says of it.
    pub(crate) fn append_to<W: Write + Send>(
        self,
        out: &mut TrackedWrite<W>,
    ) -> Result<ColumnChunkMetaData, ParquetError> {
        let Self { pages, encodings, statistics } = self;
        let start = place(out.bytes_written())?;
        pages.parts.iter().try_for_each(|part| out.write_all(part))?;
        let dictionary = pages.dictionary.map(place).transpose()?;
        let description = ColumnChunkMetaData::builder(pages.leaf)
            .set_compression(pages.compression)
            .set_encodings(encodings)
            .set_num_values(place(pages.values)?)
            .set_total_compressed_size(place(pages.stored)?)
            .set_total_uncompressed_size(place(pages.length)?)
            .set_data_page_offset(start.saturating_add(dictionary.unwrap_or(0)))
            .set_dictionary_page_offset(dictionary.map(|_| start));
        match statistics {
            Some(statistics) => description.set_statistics(statistics).build(),
            None => description.build(),
        }
    }
}

/// A number of bytes or values, as the footer has it.
fn place(number: usize) -> Result<i64, ParquetError> {
    i64::try_from(number).map_err(|error| ParquetError::External(error.into()))
}

/// The pages of a leaf, one after the other.
pub(super) struct Pages {
    leaf: ColumnDescPtr,
    compression: Compression,
    parts: Vec<Bytes>,
    /// Bytes of the page of the dictionary, which comes first, with its header.
    dictionary: Option<usize>,
    values: usize,
    /// Bytes that they take.
    stored: usize,
    /// Bytes that they would take uncompressed.
    length: usize,
}

/// A page of which nothing is compressed yet.
pub(super) struct Page {
    pub(super) kind: Kind,
    /// Number of values, missing ones among them.
    pub(super) values: usize,
    pub(super) encoding: Encoding,
    pub(super) body: Vec<u8>,
}

impl Pages {
    /// None yet.
    pub(super) fn new(leaf: ColumnDescPtr, compression: Compression) -> Self {
        Self { leaf, compression, parts: Vec::new(), dictionary: None, values: 0, stored: 0, length: 0 }
    }

    /// These pages of `leaf`, not compressed.
    pub(super) fn as_they_are(leaf: ColumnDescPtr, pages: Vec<Page>) -> Self {
        let mut these = Self::new(leaf, Compression::UNCOMPRESSED);
        for Page { kind, values, encoding, body } in pages {
            let length = body.len();
            these.push(PageHeader { kind, values, encoding, length, stored: length }, [body.into()]);
        }
        these
    }

    /// These pages of `leaf`, compressed if that makes them smaller.
    pub(super) fn smaller(leaf: ColumnDescPtr, pages: Vec<Page>) -> Self {
        let length: usize = pages.iter().map(|page| page.body.len()).fold(0, usize::saturating_add);
        let compressed: Vec<Vec<u8>> = pages.iter().map(|page| lz4_flex::block::compress(&page.body)).collect();
        let is_smaller = compressed.iter().map(Vec::len).fold(0, usize::saturating_add) < length;
        let compression = if is_smaller { Compression::LZ4_RAW } else { Compression::UNCOMPRESSED };
        let mut these = Self::new(leaf, compression);
        for (Page { kind, values, encoding, body }, compressed) in pages.into_iter().zip(compressed) {
            let length = body.len();
            let stored = if is_smaller { compressed } else { body };
            these.push(PageHeader { kind, values, encoding, length, stored: stored.len() }, [stored.into()]);
        }
        these
    }

    /// Appends a page, with the compression of all.
    pub(super) fn push_body(&mut self, kind: Kind, values: usize, encoding: Encoding, body: &[u8]) {
        let stored: Bytes = match self.compression {
            Compression::LZ4_RAW => lz4_flex::block::compress(body).into(),
            _ => Bytes::copy_from_slice(body),
        };
        self.push(PageHeader { kind, values, encoding, length: body.len(), stored: stored.len() }, [stored]);
    }

    /// Appends a page that lies in several pieces of memory.
    pub(super) fn push(&mut self, header: PageHeader, body: impl IntoIterator<Item = Bytes>) {
        let head = header.to_bytes();
        let stored = head.len().saturating_add(header.stored);
        match header.kind {
            Kind::Dictionary => self.dictionary = Some(stored),
            Kind::Data => self.values = self.values.saturating_add(header.values),
        }
        self.stored = self.stored.saturating_add(stored);
        self.length = self.length.saturating_add(head.len()).saturating_add(header.length);
        self.parts.push(head.into());
        self.parts.extend(body);
    }
}
