//! A JSON document with a list whose rows are written as they come.

use crate::error::ApiError;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{self, Write};

/// Writes the members of `head`, and behind them `list` with `rows`.
///
/// # Errors
/// That of a row, or of writing.
pub(crate) fn listing<T: Serialize>(
    out: &mut dyn Write,
    head: &Map<String, Value>,
    list: &str,
    rows: impl Iterator<Item = Result<T, ApiError>>,
) -> Result<(), ApiError> {
    out.write_all(b"{")?;
    for (name, value) in head {
        json(out, name)?;
        out.write_all(b":")?;
        json(out, value)?;
        out.write_all(b",")?;
    }
    json(out, list)?;
    out.write_all(b":[")?;
    for (index, row) in rows.enumerate() {
        if index > 0 {
            out.write_all(b",\n")?;
        }
        json(out, &row?)?;
    }
    Ok(out.write_all(b"]}")?)
}

/// Writes a document.
///
/// # Errors
/// That of writing.
pub(crate) fn json(out: &mut dyn Write, document: &(impl Serialize + ?Sized)) -> Result<(), ApiError> {
    serde_json::to_writer(out, document).map_err(|error| io::Error::from(error).into())
}
