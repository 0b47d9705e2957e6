//! Rows as Arrow IPC streams and Parquet files.

use crate::error::ApiError;
use crate::trace::unreadable;
use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::io::{self, Write};
use store::ReadError;

/// Bytes of a row group that are held until it is written.
const ROW_GROUP: usize = 8 << 20;

/// Columns of a session file on their way to a client.
#[derive(Debug)]
pub(crate) struct Columnar(SchemaRef);

impl Columnar {
    /// Those with these names, in this order.
    ///
    /// # Errors
    /// A name that is none of a column.
    pub(crate) fn new(names: &[&str]) -> Result<Self, ApiError> {
        let all = store::schema::schema();
        let places = names.iter().map(|name| all.index_of(name)).collect::<Result<Vec<_>, _>>();
        let schema = places.and_then(|places| all.project(&places)).map_err(ApiError::internal)?;
        Ok(Self(schema.into()))
    }

    /// Writes an Arrow IPC stream.
    ///
    /// # Errors
    /// That of a batch, or of writing.
    pub(crate) fn arrow(
        &self,
        out: &mut dyn Write,
        batches: impl Iterator<Item = Result<RecordBatch, ReadError>>,
    ) -> Result<(), ApiError> {
        let mut writer = StreamWriter::try_new(out, &self.0).map_err(not_written)?;
        for batch in batches {
            writer.write(&self.fit(&batch.map_err(unreadable)?)?).map_err(not_written)?;
        }
        writer.finish().map_err(not_written)
    }

    /// Writes a Parquet file; its end tells where everything is, so that nothing is written twice.
    ///
    /// # Errors
    /// That of a batch, or of writing.
    pub(crate) fn parquet(
        &self,
        out: &mut (dyn Write + Send),
        batches: impl Iterator<Item = Result<RecordBatch, ReadError>>,
    ) -> Result<(), ApiError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("smbreplay serve ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let mut writer = ArrowWriter::try_new(out, self.0.clone(), Some(properties)).map_err(not_encoded)?;
        for batch in batches {
            writer.write(&self.fit(&batch.map_err(unreadable)?)?).map_err(not_encoded)?;
            if writer.in_progress_size() > ROW_GROUP {
                writer.flush().map_err(not_encoded)?;
            }
        }
        writer.close().map(drop).map_err(not_encoded)
    }

    /// The columns of a batch in their order. What files of earlier versions lack is null.
    fn fit(&self, batch: &RecordBatch) -> Result<RecordBatch, ApiError> {
        let array = |name: &str, kind| -> ArrayRef {
            batch.column_by_name(name).cloned().unwrap_or_else(|| new_null_array(kind, batch.num_rows()))
        };
        let arrays = self.0.fields().iter().map(|field| array(field.name(), field.data_type())).collect();
        RecordBatch::try_new(self.0.clone(), arrays).map_err(ApiError::internal)
    }
}

fn not_written(error: ArrowError) -> ApiError {
    match error {
        ArrowError::IoError(_, error) => error.into(),
        other => ApiError::internal(other),
    }
}

fn not_encoded(error: ParquetError) -> ApiError {
    match error {
        ParquetError::External(inside) => match inside.downcast::<io::Error>() {
            Ok(error) => (*error).into(),
            Err(other) => ApiError::internal(other),
        },
        other => ApiError::internal(other),
    }
}
