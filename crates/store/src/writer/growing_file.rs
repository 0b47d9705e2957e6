//! A Parquet file in the making that takes little memory: [`parquet::file::writer::SerializedFileWriter`] keeps about 80 KB for
//! each row group of an open file, which is more than the rows of all sessions when there are thousands of row groups.

use super::row_group::RowGroup;
use crate::parquet_writer::properties;
use crate::schema::{COLUMNS, schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetMetaDataWriter,
    RowGroupMetaData,
};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor};
use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, LazyLock};

/// What a Parquet file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";
/// Bytes behind the metadata of a file: their length and the magic.
const END: usize = 8;

/// The file; its row groups are there, its footer is not.
pub(super) struct GrowingFile {
    out: TrackedWrite<File>,
    format: &'static Format,
    /// The footer that the file would have with one of its row groups alone, for each of them.
    footers: Vec<Box<[u8]>>,
}

/// What all session files have in common.
struct Format {
    schema: SchemaDescPtr,
    properties: WriterPropertiesPtr,
}

static FORMAT: LazyLock<Result<Format, String>> = LazyLock::new(|| {
    let properties = properties(COLUMNS, Compression::LZ4_RAW);
    let writer = ArrowWriter::try_new(std::io::sink(), schema(), Some(properties))
        .and_then(ArrowWriter::into_serialized_writer)
        .map_err(|error| error.to_string());
    writer.map(|(writer, _)| Format {
        schema: Arc::new(SchemaDescriptor::new(writer.schema_descr().root_schema_ptr())),
        properties: Arc::clone(writer.properties()),
    })
});

impl GrowingFile {
    /// Begins it.
    pub(super) fn begin(file: File) -> Result<Self, ParquetError> {
        let format = FORMAT.as_ref().map_err(|reason| ParquetError::General(reason.clone()))?;
        let mut out = TrackedWrite::new(file);
        out.write_all(MAGIC)?;
        Ok(Self { out, format, footers: Vec::new() })
    }

    /// Appends a row group; one without rows is none.
    pub(super) fn append(&mut self, row_group: RowGroup) -> Result<(), ParquetError> {
        if row_group.is_empty() {
            return Ok(());
        }
        let number = i32::try_from(self.footers.len()).map_err(|error| ParquetError::External(error.into()))?;
        let Format { schema, properties } = self.format;
        let (schema, properties) = (Arc::clone(schema), Arc::clone(properties));
        let mut writer = SerializedRowGroupWriter::new(schema, properties, &mut self.out, number, None);
        row_group.append_to(&mut writer)?;
        let described = writer.close()?;
        let mut footer = self.format.footer(None, vec![RowGroupMetaData::clone(&described)])?;
        footer.truncate(footer.len().saturating_sub(END));
        self.footers.push(footer.into_boxed_slice());
        Ok(())
    }

    /// Completes it. It is not forced to the disk.
    pub(super) fn finish(mut self) -> Result<(), ParquetError> {
        let mut row_groups = Vec::with_capacity(self.footers.len());
        // One schema for all, instead of one for each.
        let options = ParquetMetaDataOptions::new().with_schema(Arc::clone(&self.format.schema));
        for footer in std::mem::take(&mut self.footers) {
            let alone = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))?;
            row_groups.extend_from_slice(alone.row_groups());
        }
        let key_values = self.format.properties.key_value_metadata().cloned();
        let footer = self.format.footer(key_values, row_groups)?;
        self.out.write_all(&footer)?;
        Ok(self.out.flush()?)
    }
}

impl Format {
    /// The footer of a file with `row_groups`, up to the end of the file.
    fn footer(
        &self,
        key_values: Option<Vec<KeyValue>>,
        row_groups: Vec<RowGroupMetaData>,
    ) -> Result<Vec<u8>, ParquetError> {
        let Self { schema, properties } = self;
        let (version, by) = (properties.writer_version().as_num(), properties.created_by().to_owned());
        // The number of rows and the order of columns are filled in by the writer.
        let of_file = FileMetaData::new(version, 0, Some(by), key_values, Arc::clone(schema), None);
        let mut footer = Vec::new();
        ParquetMetaDataWriter::new(&mut footer, &ParquetMetaData::new(of_file, row_groups)).finish()?;
        Ok(footer)
    }
}
