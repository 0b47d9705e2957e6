//! What all session files have in common: their schema as Parquet has it, and their footer.

use super::origin::Origin;
use crate::parquet_writer::properties;
use crate::schema::{COLUMNS, schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor};
use std::sync::{Arc, LazyLock};

/// The schema of session files, and what their footer says beside it.
pub(super) struct SessionFormat {
    schema: SchemaDescPtr,
    properties: WriterPropertiesPtr,
}

static FORMAT: LazyLock<Result<SessionFormat, String>> = LazyLock::new(|| {
    let properties = properties(COLUMNS, Compression::LZ4_RAW);
    let writer = ArrowWriter::try_new(std::io::sink(), schema(), Some(properties))
        .and_then(ArrowWriter::into_serialized_writer)
        .map_err(|error| error.to_string());
    writer.map(|(writer, _)| SessionFormat {
        schema: Arc::new(SchemaDescriptor::new(writer.schema_descr().root_schema_ptr())),
        properties: Arc::clone(writer.properties()),
    })
});

impl SessionFormat {
    /// The one that there is.
    ///
    /// # Errors
    /// The Arrow schema has no Parquet schema.
    pub(super) fn get() -> Result<&'static Self, ParquetError> {
        FORMAT.as_ref().map_err(|reason| ParquetError::General(reason.clone()))
    }

    /// The leaves of the columns.
    pub(super) fn schema(&self) -> &SchemaDescPtr {
        &self.schema
    }

    /// The footer of a complete file with `row_groups`, up to the end of the file.
    pub(super) fn footer(
        &self,
        row_groups: Vec<RowGroupMetaData>,
        origin: Option<&Origin>,
    ) -> Result<Vec<u8>, ParquetError> {
        let Self { schema, properties } = self;
        let (version, by) = (properties.writer_version().as_num(), properties.created_by().to_owned());
        let mut key_values = properties.key_value_metadata().cloned().unwrap_or_default();
        key_values.extend(origin.into_iter().flat_map(Origin::key_values));
        Self::write(FileMetaData::new(version, 0, Some(by), Some(key_values), Arc::clone(schema), None), row_groups)
    }

    /// The same without what other programs want to know.
    pub(super) fn bare_footer(&self, row_groups: Vec<RowGroupMetaData>) -> Result<Vec<u8>, ParquetError> {
        let version = self.properties.writer_version().as_num();
        Self::write(FileMetaData::new(version, 0, None, None, Arc::clone(&self.schema), None), row_groups)
    }

    fn write(of_file: FileMetaData, row_groups: Vec<RowGroupMetaData>) -> Result<Vec<u8>, ParquetError> {
        let mut footer = Vec::new();
        // The number of rows and the order of columns are filled in by the writer.
        ParquetMetaDataWriter::new(&mut footer, &ParquetMetaData::new(of_file, row_groups)).finish()?;
        Ok(footer)
    }
}
