//! Results on standard output, everything else on standard error.

mod csv;
mod findings;
mod grid;
mod pager;
mod pointer;
mod progress;
mod provisioning;
mod side_by_side;
mod table;
mod text;
mod time;
mod verdicts;

pub(crate) use analysis::units::{duration, size};
pub(crate) use findings::Finding;
pub(crate) use grid::{Cell, Column, Grid};
pub(crate) use pager::is_running as is_paging;
pub(crate) use pointer::pointer;
pub(crate) use progress::Progress;
pub(crate) use provisioning::setup_in_words;
pub(crate) use side_by_side::Pair;
pub(crate) use table::StreamedTable;
pub(crate) use text::{broken, counted, cut, printable, with_visible_ends, wrapped};
pub(crate) use time::instant;

use crate::arguments::{Format, Global};
use crate::failure::Failure;
use anstream::AutoStream;
use clap::builder::styling::Style;
use pager::Pager;
use serde::Serialize;
use std::io::{self, BufWriter, IsTerminal, Write};

/// Where a command's result goes, and in which form.
pub(crate) struct Output {
    format: Format,
    width: Option<usize>,
    quiet: bool,
    may_page: bool,
    stream: BufWriter<AutoStream<Box<dyn Write>>>,
    pager: Option<Pager>,
}

impl Output {
    /// Standard output in the form and colours the user asked for.
    pub(crate) fn new(global: &Global) -> Self {
        Self {
            format: global.format,
            width: terminal_width(),
            quiet: global.quiet,
            may_page: !global.no_pager && global.format == Format::Table && io::stdout().is_terminal(),
            stream: buffered(Box::new(io::stdout().lock())),
            pager: None,
        }
    }

    /// Sends what follows through a pager, if it goes to a terminal for people.
    pub(crate) fn page(&mut self) -> Result<(), Failure> {
        if self.may_page && self.pager.is_none() {
            self.stream.flush()?;
            if let Some((pager, input)) = Pager::start(crate::command::environment) {
                (self.pager, self.stream) = (Some(pager), buffered(input));
            }
        }
        Ok(())
    }

    /// The form asked for.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Columns of the terminal; `None` when lines may be of any length.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Whether the user wants neither warnings nor progress.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// The raw stream, for what is written as it is found.
    pub(crate) fn stream(&mut self) -> &mut impl Write {
        &mut self.stream
    }

    /// A JSON document: the only thing a command prints with `--format json`.
    pub(crate) fn json(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.stream, document).map_err(io::Error::from)?;
        writeln!(self.stream)?;
        Ok(())
    }

    /// A grid as a table that fits the terminal, or as CSV.
    pub(crate) fn grid(&mut self, grid: &Grid) -> Result<(), Failure> {
        match self.format {
            Format::Csv => csv::write(&mut self.stream, grid)?,
            Format::Table | Format::Json => table::write(&mut self.stream, grid, self.width)?,
        }
        Ok(())
    }

    /// Two messages beside each other, on lines that fit the terminal.
    pub(crate) fn side_by_side(&mut self, pairs: &[Pair]) -> Result<(), Failure> {
        side_by_side::write(&mut self.stream, pairs, self.width)?;
        Ok(())
    }

    /// A line for people.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.stream, "{text}")?;
        Ok(())
    }

    /// What the table below is about, with an empty line above.
    pub(crate) fn heading(&mut self, text: &str) -> Result<(), Failure> {
        let underlined = Style::new().underline();
        writeln!(self.stream)?;
        self.folded(underlined, text)
    }

    /// Text in a style, broken so that no line is longer than the terminal.
    pub(crate) fn folded(&mut self, style: Style, text: &str) -> Result<(), Failure> {
        for line in text::folded(&printable(text), self.width.unwrap_or(usize::MAX)) {
            writeln!(self.stream, "{style}{}{style:#}", line.trim_end())?;
        }
        Ok(())
    }

    /// Short texts beside each other, each with its style, on as few lines as fit.
    pub(crate) fn items(&mut self, items: &[(Style, String)]) -> Result<(), Failure> {
        const GAP: usize = 3;
        let (limit, mut used) = (self.width.unwrap_or(usize::MAX), 0_usize);
        for (style, text) in items {
            let needed = used.saturating_add(GAP).saturating_add(text::width(text));
            used = match used {
                0 => text::width(text),
                _ if needed <= limit => {
                    write!(self.stream, "{:GAP$}", "")?;
                    needed
                }
                _ => {
                    writeln!(self.stream)?;
                    text::width(text)
                }
            };
            write!(self.stream, "{style}{}{style:#}", cut(text, limit))?;
        }
        writeln!(self.stream)?;
        Ok(())
    }

    /// A remark below a table, only on a terminal: what reads a file or a pipe finds nothing but the table.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), Failure> {
        if let Some(width) = self.width {
            let dimmed = Style::new().dimmed();
            writeln!(self.stream, "{dimmed}({}){dimmed:#}", cut(text, width.saturating_sub(2)))?;
        }
        Ok(())
    }

    /// Words for people, broken at blanks so that no line is longer than the terminal; later lines are indented.
    /// In a file or a pipe it stays one line.
    pub(crate) fn paragraph(&mut self, heading: &str, words: &str) -> Result<(), Failure> {
        for line in text::wrapped(heading, &printable(words), self.width.unwrap_or(usize::MAX)) {
            writeln!(self.stream, "{line}")?;
        }
        Ok(())
    }

    /// Hands everything to the system; a reader that has gone away is no failure. Waits until a pager has ended.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        let flushed = self.stream.flush();
        if let Some(pager) = self.pager.take() {
            self.stream = buffered(Box::new(io::stdout().lock()));
            pager.wait()?;
        }
        Ok(flushed?)
    }
}

/// A stream with colours, if standard output is to have them.
fn buffered(raw: Box<dyn Write>) -> BufWriter<AutoStream<Box<dyn Write>>> {
    let colours = AutoStream::choice(&io::stdout());
    BufWriter::with_capacity(1 << 16, AutoStream::new(raw, colours))
}

/// Writes one record of a CSV stream.
pub(crate) fn csv_record<'a>(stream: &mut impl Write, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
    csv::record(stream, cells)
}

/// `COLUMNS` when set, else the terminal's width, else no limit (a file or a pipe).
pub(crate) fn terminal_width() -> Option<usize> {
    let set = std::env::var("COLUMNS").ok().and_then(|text| text.parse::<usize>().ok()).filter(|width| *width > 0);
    set.or_else(|| {
        io::stdout()
            .is_terminal()
            .then(terminal_size::terminal_size)
            .flatten()
            .map(|(terminal_size::Width(width), _)| usize::from(width))
            .filter(|width| *width > 0)
    })
}
