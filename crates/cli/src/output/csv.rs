//! Comma-separated values (RFC 4180), lines ended by LF.

use super::Grid;
use std::io::{self, Write};

/// A header of column names and the rows.
pub(super) fn write(stream: &mut impl Write, grid: &Grid) -> io::Result<()> {
    record(stream, grid.columns.iter().map(|column| column.name.as_str()))?;
    grid.rows.iter().try_for_each(|row| record(stream, row.iter().map(String::as_str)))
}

/// One record.
pub(super) fn record<'a>(stream: &mut impl Write, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            stream.write_all(b",")?;
        }
        if cell.contains([',', '"', '\n', '\r']) {
            write!(stream, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            stream.write_all(cell.as_bytes())?;
        }
    }
    stream.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn commas_quotes_and_line_ends_are_quoted() {
        let mut bytes = Vec::new();
        record(&mut bytes, ["plain", "a,b", "say \"hi\"", "two\nlines", ""]).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\n");
    }
}
