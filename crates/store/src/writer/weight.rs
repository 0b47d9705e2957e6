//! What an operation weighs in memory.

use crate::parquet_writer::Weight;
use bytes::Bytes;
use dissect::Operation;

impl Weight for Operation {
    fn weight(&self) -> usize {
        let bytes = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, Bytes::len);
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let parts = [
            size_of::<Self>(),
            bytes(&self.request),
            bytes(&self.response),
            bytes(&self.interim),
            text(&self.pattern),
            text(&self.new_path),
            text(&self.detail),
            text(&self.malformed),
            // Shared with other rows in memory, but not once they are encoded or read back.
            self.path.as_ref().map_or(0, |path| path.len()),
            self.create_contexts.iter().map(|context| context.len().saturating_add(24)).sum(),
            self.request_holes.len().saturating_add(self.response_holes.len()).saturating_mul(8),
        ];
        parts.into_iter().fold(0, usize::saturating_add)
    }
}
