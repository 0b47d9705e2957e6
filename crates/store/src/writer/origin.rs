//! Where the rows of a session file come from, as its footer says it: a file that was copied out of its folder still tells.

use parquet::file::metadata::KeyValue;

/// The trace and the session of a file.
#[derive(Debug)]
pub(super) struct Origin {
    /// What the folder of the trace's output is called: as the capture.
    pub(super) trace: String,
    /// The name of the file.
    pub(super) session_file: String,
}

impl Origin {
    /// The entries of the footer.
    pub(super) fn key_values(&self) -> [KeyValue; 2] {
        let entry = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        [entry("trace", &self.trace), entry("session_file", &self.session_file)]
    }
}
