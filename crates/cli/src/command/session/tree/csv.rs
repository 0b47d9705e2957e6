//! The tree as CSV with a row for each file, folder and named stream, written as it goes.

use crate::output::csv_record;
use replay::namespace::document::{document, stream};
use replay::namespace::{Namespace, Outline};
use serde::Serialize;
use serde_json::Value;
use std::io::{self, Write};

/// Columns, which are the keys of an entry but for its streams, behind the share.
const COLUMNS: [&str; 23] = [
    "path",
    "kind",
    "before",
    "size",
    "size_is_minimum",
    "frame",
    "why",
    "size_after",
    "deleted",
    "made",
    "appeared",
    "renamed_to",
    "renamed",
    "linked",
    "resized",
    "described",
    "read",
    "written",
    "opens",
    "listings",
    "attributes",
    "shown_bytes",
    "shown_bytes_after",
];

/// Writes it.
pub(super) fn rows(found: &Namespace, outline: &Outline<'_>, to: &mut impl Write) -> io::Result<()> {
    csv_record(to, std::iter::once("share").chain(COLUMNS))?;
    for (share, root) in outline.shares() {
        let share = found.share_path(share);
        for entry in outline.entries(root) {
            row(to, &share, &json(&document(found, &entry))?)?;
            for named in entry.named_streams() {
                let mut cells = json(&stream(named))?;
                let path = [&entry.path, &[u16::from(b':')][..], &named.name].concat();
                if let Some(object) = cells.as_object_mut() {
                    object.insert("path".to_owned(), String::from_utf16_lossy(&path).into());
                    object.insert("kind".to_owned(), "stream".into());
                }
                row(to, &share, &cells)?;
            }
        }
    }
    Ok(())
}

fn json(document: &impl Serialize) -> io::Result<Value> {
    serde_json::to_value(document).map_err(io::Error::from)
}

fn row(to: &mut impl Write, share: &str, cells: &Value) -> io::Result<()> {
    let text = |column: &&str| match cells.get(*column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let cells: Vec<String> = COLUMNS.iter().map(text).collect();
    csv_record(to, std::iter::once(share).chain(cells.iter().map(String::as_str)))
}
