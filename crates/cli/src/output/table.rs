//! Tables for people: columns stand under each other and no line is longer than the terminal.

use super::text::{cut, cut_beginning, printable, width};
use super::{Column, Grid};
use clap::builder::styling::Style;
use std::io::{self, Write};

/// Blanks between columns.
const GAP: usize = 2;
/// Width that a cell is cut to when nothing else can go.
const LEAST: usize = 6;
const HEADING: Style = Style::new().bold();
const NOTE: Style = Style::new().dimmed();

/// The whole grid, fitted to `limit` columns of the terminal.
pub(super) fn write(stream: &mut impl Write, grid: &Grid, limit: Option<usize>) -> io::Result<()> {
    let layout = Layout::fit(&grid.columns, &grid.rows, limit);
    layout.heading(stream, &grid.columns)?;
    grid.rows.iter().try_for_each(|row| layout.row(stream, &grid.columns, row))?;
    layout.note(stream, &grid.columns)
}

/// A table of unknown length: the first rows settle the widths, later ones are cut to them.
pub(crate) struct StreamedTable {
    columns: Vec<Column>,
    limit: Option<usize>,
    waiting: Vec<Vec<String>>,
    layout: Option<Layout>,
}

impl StreamedTable {
    /// Rows looked at before the first is printed.
    const SAMPLE: usize = 2000;

    /// A table of these columns within `limit` columns of the terminal.
    pub(crate) fn new(columns: Vec<Column>, limit: Option<usize>) -> Self {
        Self { columns, limit, waiting: Vec::new(), layout: None }
    }

    /// Adds a row with a cell for each column.
    pub(crate) fn push(&mut self, stream: &mut impl Write, row: Vec<String>) -> io::Result<()> {
        if let Some(layout) = &self.layout {
            return layout.row(stream, &self.columns, &row);
        }
        self.waiting.push(row);
        if self.waiting.len() >= Self::SAMPLE { self.settle(stream) } else { Ok(()) }
    }

    /// Prints what is left.
    pub(crate) fn finish(mut self, stream: &mut impl Write) -> io::Result<()> {
        self.settle(stream)?;
        match &self.layout {
            Some(layout) => layout.note(stream, &self.columns),
            None => Ok(()),
        }
    }

    fn settle(&mut self, stream: &mut impl Write) -> io::Result<()> {
        let rows = std::mem::take(&mut self.waiting);
        if self.layout.is_none() {
            let layout = Layout::fit(&self.columns, &rows, self.limit);
            layout.heading(stream, &self.columns)?;
            self.layout = Some(layout);
        }
        let Some(layout) = &self.layout else { return Ok(()) };
        rows.iter().try_for_each(|row| layout.row(stream, &self.columns, row))
    }
}

/// The width of each column, `None` for those left out.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    widths: Vec<Option<usize>>,
    /// Lines are cut to this.
    limit: Option<usize>,
}

impl Layout {
    /// Natural widths; when these do not fit, cuttable columns shrink, the widest first; when that is not enough,
    /// dispensable columns go; in the end the rest shrinks as far as it can.
    fn fit(columns: &[Column], rows: &[Vec<String>], limit: Option<usize>) -> Self {
        let natural: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| width(&printable(cell)));
                cells.chain([width(&heading(column))]).max().unwrap_or(0)
            })
            .collect();
        let mut layout = Self { widths: natural.iter().copied().map(Some).collect(), limit };
        let Some(limit) = limit else { return layout };
        let mut ranks: Vec<u8> = columns.iter().map(|column| column.dispensable).filter(|rank| *rank > 0).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let mut ranks = ranks.into_iter();
        loop {
            layout.shrink(limit, columns.iter().map(|column| column.least));
            if layout.total() <= limit {
                return layout;
            }
            let Some(rank) = ranks.next() else {
                layout.shrink(limit, columns.iter().map(|column| column.least.map(|least| least.min(LEAST))));
                return layout;
            };
            let kept = layout.widths.iter().map(Option::is_some).collect::<Vec<_>>();
            layout.widths = columns
                .iter()
                .zip(&natural)
                .zip(kept)
                .map(|((column, natural), kept)| (kept && column.dispensable != rank).then_some(*natural))
                .collect();
        }
    }

    /// Narrows the widest of the columns that are above their `least` width, again and again.
    fn shrink(&mut self, limit: usize, least: impl Iterator<Item = Option<usize>> + Clone) {
        while self.total() > limit {
            let widest = self
                .widths
                .iter_mut()
                .zip(least.clone())
                .filter_map(|(width, least)| width.as_mut().zip(least))
                .filter(|(width, least)| **width > *least)
                .max_by_key(|(width, _)| **width);
            let Some((width, _)) = widest else { return };
            *width = width.saturating_sub(1);
        }
    }

    fn total(&self) -> usize {
        let shown = self.widths.iter().flatten();
        shown.clone().sum::<usize>().saturating_add(shown.count().saturating_sub(1).saturating_mul(GAP))
    }

    fn heading(&self, stream: &mut impl Write, columns: &[Column]) -> io::Result<()> {
        let cells: Vec<String> = columns.iter().map(heading).collect();
        let line = self.line(columns, &cells);
        writeln!(stream, "{HEADING}{line}{HEADING:#}")
    }

    fn row(&self, stream: &mut impl Write, columns: &[Column], row: &[String]) -> io::Result<()> {
        writeln!(stream, "{}", self.line(columns, row))
    }

    fn note(&self, stream: &mut impl Write, columns: &[Column]) -> io::Result<()> {
        let hidden: Vec<String> = columns
            .iter()
            .zip(&self.widths)
            .filter(|(_, width)| width.is_none())
            .map(|(column, _)| heading(column))
            .collect();
        if hidden.is_empty() {
            return Ok(());
        }
        let text = format!("(narrow terminal, not shown: {})", hidden.join(", "));
        writeln!(stream, "{NOTE}{}{NOTE:#}", cut(&text, self.limit.unwrap_or(usize::MAX)))
    }

    fn line(&self, columns: &[Column], row: &[String]) -> String {
        let mut line = String::new();
        for ((column, wide), cell) in columns.iter().zip(&self.widths).zip(row) {
            let Some(wide) = *wide else { continue };
            let cell = printable(cell);
            // A later row of a streamed table may be wider than the sample: without a limit it keeps its text.
            let cell = match (self.limit, column.keep_end) {
                (None, _) => cell,
                (Some(_), true) => cut_beginning(&cell, wide),
                (Some(_), false) => cut(&cell, wide),
            };
            let fill = " ".repeat(wide.saturating_sub(width(&cell)));
            if !line.is_empty() {
                line.push_str("  ");
            }
            match column.right {
                true => line.extend([fill.as_str(), &cell]),
                false => line.extend([&cell, fill.as_str()]),
            }
        }
        let trimmed = line.trim_end().len();
        line.truncate(trimmed);
        match self.limit {
            Some(limit) => cut(&line, limit).into_owned(),
            None => line,
        }
    }
}

fn heading(column: &Column) -> String {
    column.name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn sample() -> Grid {
        let mut grid = Grid::new([
            Column::number("no"),
            Column::text("path").cut_to(8),
            Column::text("client").dispensable(1),
            Column::text("user").cut_to(4).dispensable(2),
        ]);
        grid.push(["1".into(), "folder\\a rather long name.docx".into(), "192.168.0.1".into(), "bob".into()]);
        grid.push(["10".into(), "年度報告年度報告年度報告.txt".into(), "192.168.0.20".into(), "alice".into()]);
        grid
    }

    fn printed(grid: &Grid, limit: Option<usize>) -> String {
        let mut bytes = Vec::new();
        let mut plain = anstream::StripStream::new(&mut bytes);
        write(&mut plain, grid, limit).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn without_a_limit_nothing_is_cut() {
        assert_eq!(
            printed(&sample(), None),
            "no  path                            client        user\n\
             \u{20}1  folder\\a rather long name.docx  192.168.0.1   bob\n\
             10  年度報告年度報告年度報告.txt    192.168.0.20  alice\n"
        );
    }

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        for limit in 1..120 {
            for line in printed(&sample(), Some(limit)).lines() {
                assert!(width(line) <= limit, "{limit}: {line}");
            }
        }
    }

    #[test]
    fn long_text_is_cut_before_columns_are_left_out() {
        let wide = printed(&sample(), Some(40));
        assert!(wide.contains('…') && wide.contains("192.168.0.20") && wide.contains("alice"), "{wide}");
        let narrow = printed(&sample(), Some(24));
        assert!(!narrow.contains("192.168"), "{narrow}");
        assert!(narrow.contains("alice") && narrow.contains("(narrow terminal"), "{narrow}");
    }

    #[test]
    fn a_streamed_table_prints_what_the_whole_one_prints() {
        let grid = sample();
        let mut bytes = Vec::new();
        let mut plain = anstream::StripStream::new(&mut bytes);
        let mut table = StreamedTable::new(grid.columns.clone(), Some(50));
        for row in &grid.rows {
            table.push(&mut plain, row.clone()).unwrap();
        }
        table.finish(&mut plain).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), printed(&grid, Some(50)));
    }
}
