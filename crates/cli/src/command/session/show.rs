//! `session ID`: the operations of a session, written as they are read.

use super::row;
use crate::arguments::{Format, SessionArguments};
use crate::command::Context;
use crate::command::trace::Trace;
use crate::failure::{Conclusion, Failure};
use crate::output::{self, Column, StreamedTable, duration};
use dissect::Operation;
use replay::FileFilter;
use serde_json::{Map, Value};
use std::io::Write;
use store::metadata::Session;
use store::{Columns, SessionFile, schema};

/// What of an operation is shown.
pub(crate) enum View {
    /// A line.
    Brief,
    /// Some lines with everything that is known.
    Full,
    /// These columns.
    Fields(Vec<&'static str>),
}

impl View {
    /// What the arguments ask for; a field that is not known is refused.
    pub(crate) fn new(arguments: &SessionArguments) -> Result<Self, Failure> {
        match &arguments.fields {
            None if arguments.brief => Ok(Self::Brief),
            None => Ok(Self::Full),
            Some(names) => {
                let mut columns = Vec::new();
                for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
                    columns.extend(columns_named(name)?);
                }
                let advice = format!("the fields are {}", all_columns().join(", "));
                if columns.is_empty() {
                    Err(Failure::new("no field is named", advice))
                } else {
                    Ok(Self::Fields(columns))
                }
            }
        }
    }

    /// The columns of JSON and CSV.
    fn columns(&self) -> Vec<&'static str> {
        match self {
            Self::Fields(columns) => columns.clone(),
            Self::Brief | Self::Full => all_columns(),
        }
    }
}

pub(super) fn all_columns() -> Vec<&'static str> {
    schema::COLUMNS.iter().filter(|column| !column.is_message()).map(|column| column.name).collect()
}

fn columns_named(name: &str) -> Result<Vec<&'static str>, Failure> {
    let columns: Vec<_> = schema::columns_named(name).collect();
    if columns.is_empty() {
        let advice = format!("the fields are {}", all_columns().join(", "));
        return Err(Failure::new(format!("unknown field '{name}'"), advice));
    }
    if columns.iter().all(|column| column.is_message()) {
        return Err(Failure::new(
            format!("field '{name}' holds whole messages and is not shown"),
            "read it from the session's Parquet file",
        ));
    }
    Ok(columns.into_iter().filter(|column| !column.is_message()).map(|column| column.name).collect())
}

/// Writes the operations of `session` that `filter` accepts.
pub(crate) fn run(
    trace: &Trace,
    session: &Session,
    view: &View,
    filter: Option<&FileFilter>,
    context: &mut Context<'_>,
) -> Result<Conclusion, Failure> {
    let file = open(trace, session)?;
    let mut writer = Writer::new(context, view, session)?;
    for operation in file.operations(Columns::Meaning) {
        let operation = operation.map_err(Failure::plain)?;
        context.interrupt.check()?;
        let accepted = |filter: &FileFilter| {
            let paths = [operation.path.as_deref(), operation.new_path.as_deref()];
            paths.into_iter().flatten().any(|path| filter.accepts(path))
        };
        if filter.is_none_or(accepted) {
            writer.operation(&operation, context.output.stream())?;
        }
    }
    let shown = writer.finish(context.output.stream())?;
    if shown == 0 && context.output.format() == Format::Table {
        let filtered = filter.is_some() && session.operations > 0;
        context.output.line(if filtered { "no operation has such a path" } else { "no operations" })?;
    }
    Ok(Conclusion::Done)
}

/// The file of a session.
pub(super) fn open(trace: &Trace, session: &Session) -> Result<SessionFile, Failure> {
    let path = trace.place.output.session_file(&session.file);
    SessionFile::open(&path).map_err(|error| match &error {
        store::ReadError::Io { .. } => Failure::new(error, "ingest the trace again with --force"),
        _ => Failure::plain(error),
    })
}

/// The form in which operations are written, and how many were.
struct Writer {
    form: Form,
    written: u64,
}

enum Form {
    Json { columns: Vec<&'static str>, session_id: String },
    Csv { columns: Vec<&'static str> },
    Table { columns: Vec<&'static str>, table: StreamedTable },
    Brief { table: StreamedTable },
    Full { width: usize },
}

impl Writer {
    fn new(context: &mut Context<'_>, view: &View, session: &Session) -> Result<Self, Failure> {
        let width = context.output.width();
        let columns = view.columns();
        let form = match (context.output.format(), view) {
            (Format::Json, _) => Form::Json { columns, session_id: session.session_id.to_string() },
            (Format::Csv, _) => {
                output::csv_record(context.output.stream(), columns.iter().copied())?;
                Form::Csv { columns }
            }
            (Format::Table, View::Fields(_)) => {
                let headings = columns.iter().map(|name| Column::text(*name).cut_to(6)).collect();
                Form::Table { columns, table: StreamedTable::new(headings, width) }
            }
            (Format::Table, View::Brief) => Form::Brief { table: StreamedTable::new(brief_columns(), width) },
            (Format::Table, View::Full) => Form::Full { width: width.unwrap_or(100) },
        };
        Ok(Self { form, written: 0 })
    }

    fn operation(&mut self, operation: &Operation, stream: &mut impl Write) -> std::io::Result<()> {
        match &mut self.form {
            Form::Json { columns, session_id } => {
                let cells: Map<String, Value> =
                    columns.iter().map(|column| ((*column).to_owned(), row::json(operation, column))).collect();
                match self.written {
                    0 => writeln!(stream, "{{\"session_id\":{},\"operations\":[", Value::from(session_id.as_str()))?,
                    _ => stream.write_all(b",\n")?,
                }
                serde_json::to_writer(&mut *stream, &cells)?;
            }
            Form::Csv { columns } => {
                let cells: Vec<String> = columns.iter().map(|column| row::text(operation, column)).collect();
                output::csv_record(stream, cells.iter().map(String::as_str))?;
            }
            Form::Table { columns, table } => {
                table.push(stream, columns.iter().map(|column| row::text(operation, column)).collect())?;
            }
            Form::Brief { table } => table.push(stream, brief(operation))?,
            Form::Full { width } => full(operation, *width, stream)?,
        }
        self.written = self.written.saturating_add(1);
        Ok(())
    }

    fn finish(self, stream: &mut impl Write) -> std::io::Result<u64> {
        match self.form {
            Form::Json { session_id, .. } => {
                if self.written == 0 {
                    write!(stream, "{{\"session_id\":{},\"operations\":[", Value::from(session_id))?;
                }
                writeln!(stream, "\n],\"total\":{}}}", self.written)?;
            }
            Form::Table { table, .. } | Form::Brief { table } if self.written > 0 => table.finish(stream)?,
            _ => {}
        }
        Ok(self.written)
    }
}

fn brief_columns() -> Vec<Column> {
    vec![
        Column::number("op"),
        Column::number("frame").dispensable(4),
        Column::text("time").dispensable(2),
        Column::number("latency").dispensable(1),
        Column::text("command"),
        Column::text("status").cut_to(14),
        Column::path("path", 24),
        Column::text("detail").cut_to(14).dispensable(3),
    ]
}

fn brief(operation: &Operation) -> Vec<String> {
    let time = operation.request_time.or(operation.response_time);
    // Date and microseconds: the time of day is what tells lines apart.
    let time = time.map(|time| output::instant(time.0).split_off(11));
    vec![
        operation.op.to_string(),
        operation.request_frame.or(operation.response_frame).map(|frame| frame.to_string()).unwrap_or_default(),
        time.unwrap_or_default(),
        operation.latency_ns.map(duration).unwrap_or_default(),
        what(operation),
        status(operation).trim_start_matches("STATUS_").to_owned(),
        place(operation),
        operation
            .malformed
            .as_ref()
            .map(|reason| format!("malformed: {reason}"))
            .or(operation.detail.clone())
            .unwrap_or_default(),
    ]
}

/// The command; of an event, its kind.
fn what(operation: &Operation) -> String {
    use dissect::Kind;
    match (operation.command, operation.kind) {
        (Some(command), Kind::Notification) => format!("{command} notification"),
        (Some(command), _) => command.to_string(),
        (None, kind) => kind.name().to_owned(),
    }
}

fn status(operation: &Operation) -> String {
    use dissect::Kind;
    match (operation.status, operation.kind, operation.closed) {
        (Some(status), ..) => schema::status_name(status),
        (None, _, Some(closed)) => closed.name().to_owned(),
        (None, Kind::Request, _) => "no response".to_owned(),
        _ => String::new(),
    }
}

/// Path, and where a rename leads.
fn place(operation: &Operation) -> String {
    let path = operation.path.as_deref().or(operation.pattern.as_deref()).unwrap_or_default();
    match &operation.new_path {
        Some(new) => format!("{path} -> {new}"),
        None => path.to_owned(),
    }
}

/// Shown in the first lines of an operation, or of no use to people.
const NOT_IN_FULL: [&str; 14] = [
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

/// Bits are read in hex.
fn bits(column: &str, text: String) -> String {
    match text.parse::<u64>() {
        Ok(number) if BITS.contains(&column) => format!("{number:#x}"),
        _ => text,
    }
}

pub(super) fn full(operation: &Operation, width: usize, stream: &mut impl Write) -> std::io::Result<()> {
    let bold = clap::builder::styling::Style::new().bold();
    let frames = match (operation.request_frame, operation.response_frame) {
        (Some(request), Some(response)) if request != response => format!("frames {request}, {response}"),
        (Some(frame), _) | (None, Some(frame)) => format!("frame {frame}"),
        (None, None) => String::new(),
    };
    let time = operation.request_time.or(operation.response_time).map(|time| output::instant(time.0));
    let latency = operation.latency_ns.map(|ns| format!("latency {}", duration(ns)));
    let head = format!("{} {} {}", operation.op, what(operation), status(operation));
    writeln!(stream, "{bold}{}{bold:#}", output::cut(head.trim_end(), width))?;
    let mut lines = vec![("", [Some(frames), time, latency].into_iter().flatten().collect::<Vec<_>>().join("  "))];
    lines.push(("share", operation.share.as_deref().unwrap_or_default().to_owned()));
    lines.push(("path", place(operation)));
    lines.push(("detail", operation.detail.clone().unwrap_or_default()));
    lines.push(("malformed", operation.malformed.clone().unwrap_or_default()));
    for (name, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        let text = output::printable(&text);
        let line = if name.is_empty() { format!("  {text}") } else { format!("  {name}: {text}") };
        writeln!(stream, "{}", output::cut(&line, width))?;
    }
    let rest: Vec<String> = all_columns()
        .into_iter()
        .filter(|column| !NOT_IN_FULL.contains(column) && !column.ends_with("_seq") && *column != "request_acks")
        .map(|column| (column, bits(column, row::text(operation, column))))
        .filter(|(_, text)| !text.is_empty() && text != "false")
        .map(|(column, text)| format!("{column}={}", output::printable(&text).replace(' ', ",")))
        .collect();
    for line in output::wrapped("  ", &rest.join(" "), width) {
        writeln!(stream, "{line}")?;
    }
    Ok(())
}
