//! `session ID`: the operations of a session, written as they are read.

use super::line::{self, LineMaker, Lines};
use crate::arguments::{Format, SessionArguments};
use crate::command::Context;
use crate::command::trace::Trace;
use crate::failure::{Conclusion, Failure};
use crate::output::{self, Column, StreamedTable};
use analysis::filter::{Filter, Scope};
use analysis::row::{self, FieldError};
use dissect::Operation;
use replay::FileFilter;
use serde_json::Value;
use std::io::Write;
use store::metadata::Session;
use store::{Columns, SessionFile};

/// What of an operation is shown.
pub(crate) enum View {
    /// A line of a table.
    Lines(Lines),
    /// These columns.
    Fields(Vec<&'static str>),
}

impl View {
    /// What the arguments ask for; a field that is not known is refused.
    pub(crate) fn new(arguments: &SessionArguments) -> Result<Self, Failure> {
        match &arguments.fields {
            None if arguments.brief => Ok(Self::Lines(Lines::Brief)),
            None => Ok(Self::Lines(Lines::Full)),
            Some(names) => row::columns_named(names.iter().map(String::as_str)).map(Self::Fields).map_err(advise),
        }
    }

    /// The columns of JSON and CSV.
    fn columns(&self) -> Vec<&'static str> {
        match self {
            Self::Fields(columns) => columns.clone(),
            Self::Lines(_) => row::columns(),
        }
    }
}

fn advise(error: FieldError) -> Failure {
    let advice = match error {
        FieldError::Messages(_) => "read it from the session's Parquet file".to_owned(),
        FieldError::Unknown(_) | FieldError::None => format!("the fields are {}", row::columns().join(", ")),
    };
    Failure::new(error, advice)
}

/// Which operations are shown: those that both accept.
#[derive(Clone, Copy)]
pub(crate) struct Chosen<'a> {
    /// `--filter`.
    pub(crate) filter: Option<&'a Filter>,
    /// `--file-filter`.
    pub(crate) paths: Option<&'a FileFilter>,
}

impl Chosen<'_> {
    /// Why a session with operations shows none.
    fn nothing(self) -> &'static str {
        match (self.filter, self.paths) {
            (Some(_), Some(_)) => "no operation matches the filter and has such a path",
            (Some(_), None) => "no operation matches the filter",
            (None, Some(_)) => "no operation has such a path",
            (None, None) => "no operations",
        }
    }
}

/// Writes the chosen operations of `session`.
pub(crate) fn run(
    trace: &Trace,
    session: &Session,
    view: &View,
    chosen: Chosen<'_>,
    context: &mut Context<'_>,
) -> Result<Conclusion, Failure> {
    let file = open(trace, session)?;
    let start = trace.start_for(session);
    let selection = chosen.filter.map(|filter| file.select(&mut filter.selector(Scope::Operation))).transpose();
    let selection = selection.map_err(Failure::plain)?;
    let mut writer = Writer::new(context, view, session, start)?;
    for operation in file.operations_of(writer.needs(), selection.as_ref()) {
        let operation = operation.map_err(Failure::plain)?;
        context.interrupt.check()?;
        let accepted = |filter: &FileFilter| {
            let paths = [operation.path.as_deref(), operation.new_path.as_deref()];
            paths.into_iter().flatten().any(|path| filter.accepts(path))
        };
        if chosen.paths.is_none_or(accepted) {
            writer.operation(&operation, context.output.stream())?;
        }
    }
    let shown = writer.finish(context.output.stream())?;
    if shown > 0 && context.output.format() == Format::Table && matches!(view, View::Lines(_)) {
        context.output.note(&line::start_in_words(start))?;
    }
    if shown == 0 && context.output.format() == Format::Table {
        context.output.line(if session.operations > 0 { chosen.nothing() } else { "no operations" })?;
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
    Lines { lines: Box<LineMaker>, table: StreamedTable },
}

impl Writer {
    fn new(context: &mut Context<'_>, view: &View, session: &Session, start: i64) -> Result<Self, Failure> {
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
            (Format::Table, View::Lines(lines)) => Form::Lines {
                lines: Box::new(LineMaker::new(*lines, start)),
                table: StreamedTable::new(lines.columns(), width),
            },
        };
        if context.output.format() == Format::Table {
            context.output.page()?;
        }
        Ok(Self { form, written: 0 })
    }

    /// The columns of the session file that it needs.
    fn needs(&self) -> Columns {
        match &self.form {
            Form::Lines { .. } => Columns::Only(line::NEEDED),
            Form::Json { .. } | Form::Csv { .. } | Form::Table { .. } => Columns::Meaning,
        }
    }

    fn operation(&mut self, operation: &Operation, stream: &mut impl Write) -> std::io::Result<()> {
        match &mut self.form {
            Form::Json { columns, session_id } => {
                let cells = row::object(operation, columns);
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
            Form::Lines { lines, table } => {
                if let Some(line) = lines.push(operation) {
                    table.push(stream, line)?;
                }
            }
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
            Form::Table { table, .. } if self.written > 0 => table.finish(stream)?,
            Form::Lines { lines, mut table } if self.written > 0 => {
                if let Some(line) = lines.finish() {
                    table.push(stream, line)?;
                }
                table.finish(stream)?;
            }
            _ => {}
        }
        Ok(self.written)
    }
}
