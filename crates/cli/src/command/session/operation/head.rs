//! The first lines of an operation: its row, as people read it.

use crate::command::session::line;
use crate::output::{self, duration};
use analysis::row;
use clap::builder::styling::Style;
use dissect::Operation;
use std::io::{self, Write};

const HEADING: Style = Style::new().bold();

/// Columns that have a line of their own, or are of no use to people.
const NOT_LISTED: [&str; 14] = [
    "op",
    "kind",
    "command",
    "status",
    "status_name",
    "request_frame",
    "response_frame",
    "request_time",
    "latency_ns",
    "share",
    "path",
    "new_path",
    "detail",
    "malformed",
];

/// Columns that hold bits, each with a meaning of its own.
const BITS: [&str; 9] = [
    "request_flags",
    "response_flags",
    "desired_access",
    "share_access",
    "create_options",
    "file_attributes",
    "lease_requested",
    "lease_granted",
    "ctl_code",
];

/// Writes them on lines of at most `width` columns.
pub(super) fn write(operation: &Operation, width: usize, stream: &mut impl Write) -> io::Result<()> {
    let frames = match (operation.request_frame, operation.response_frame) {
        (Some(request), Some(response)) if request != response => format!("frames {request}, {response}"),
        (Some(frame), _) | (None, Some(frame)) => format!("frame {frame}"),
        (None, None) => String::new(),
    };
    let time = operation.request_time.or(operation.response_time).map(|time| output::instant(time.0));
    let latency = operation.latency_ns.map(|ns| format!("latency {}", duration(ns)));
    let heading = format!("{} {} {}", operation.op, line::what(operation), line::status(operation).text);
    writeln!(stream, "{HEADING}{}{HEADING:#}", output::cut(heading.trim_end(), width))?;
    let mut lines = vec![("", [Some(frames), time, latency].into_iter().flatten().collect::<Vec<_>>().join("  "))];
    lines.push(("share", operation.share.as_deref().unwrap_or_default().to_owned()));
    lines.push(("path", line::place(operation)));
    lines.push(("detail", operation.detail.clone().unwrap_or_default()));
    lines.push(("malformed", operation.malformed.clone().unwrap_or_default()));
    for (name, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        let text = output::printable(&text);
        let line = if name.is_empty() { format!("  {text}") } else { format!("  {name}: {text}") };
        writeln!(stream, "{}", output::cut(&line, width))?;
    }
    let rest: Vec<String> = row::columns()
        .into_iter()
        .filter(|column| !NOT_LISTED.contains(column) && !column.ends_with("_seq") && *column != "request_acks")
        .map(|column| (column, bits(column, row::text(operation, column))))
        .filter(|(_, text)| !text.is_empty() && text != "false")
        .map(|(column, text)| format!("{column}={}", output::printable(&text).replace(' ', ",")))
        .collect();
    for line in output::wrapped("  ", &rest.join(" "), width) {
        writeln!(stream, "{line}")?;
    }
    Ok(())
}

/// Bits are read in hex.
fn bits(column: &str, text: String) -> String {
    match text.parse::<u64>() {
        Ok(number) if BITS.contains(&column) => format!("{number:#x}"),
        _ => text,
    }
}
