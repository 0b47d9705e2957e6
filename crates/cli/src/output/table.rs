//! Tables for people: columns stand under each other and no line is longer than the terminal.

use super::text::{cut, cut_beginning, folded, printable, width};
use super::{Cell, Column, Grid};
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
    let rows: Vec<Vec<Cell>> = grid.rows.iter().map(|row| row.iter().map(Cell::from).collect()).collect();
    let layout = Layout::fit(&grid.columns, &rows, limit);
    layout.heading(stream, &grid.columns)?;
    rows.iter().try_for_each(|row| layout.row(stream, &grid.columns, row))?;
    layout.note(stream, &grid.columns)
}

/// A table of unknown length: the first rows settle the widths, later ones are cut to them.
pub(crate) struct StreamedTable {
    columns: Vec<Column>,
    limit: Option<usize>,
    waiting: Vec<Vec<Cell>>,
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
    pub(crate) fn push<C: Into<Cell>>(&mut self, stream: &mut impl Write, row: Vec<C>) -> io::Result<()> {
        let row: Vec<Cell> = row.into_iter().map(C::into).collect();
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
    fn fit(columns: &[Column], rows: &[Vec<Cell>], limit: Option<usize>) -> Self {
        let natural: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| width(&printable(&cell.text)));
                cells.chain([width(&heading(column)), 1]).max().unwrap_or(1)
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
        let cells: Vec<Cell> = columns.iter().map(|column| heading(column).into()).collect();
        writeln!(stream, "{HEADING}{}{HEADING:#}", self.line(columns, &cells))
    }

    /// The row, on as many lines as its longest wrapped cell needs.
    fn row(&self, stream: &mut impl Write, columns: &[Column], row: &[Cell]) -> io::Result<()> {
        if self.limit.is_none() || !columns.iter().any(|column| column.wraps) {
            return writeln!(stream, "{}", self.line(columns, row));
        }
        let lines = |((column, wide), cell): ((&Column, &Option<usize>), &Cell)| match wide {
            Some(wide) if column.wraps => folded(&printable(&cell.text), *wide),
            _ => vec![cell.text.clone()],
        };
        let cells: Vec<Vec<String>> = columns.iter().zip(&self.widths).zip(row).map(lines).collect();
        for number in 0..cells.iter().map(Vec::len).max().unwrap_or(1) {
            let text =
                |lines: &Vec<String>| lines.get(number).map(|line| line.trim_end()).unwrap_or_default().to_owned();
            let line: Vec<Cell> =
                cells.iter().zip(row).map(|(lines, cell)| Cell::styled(text(lines), cell.style)).collect();
            writeln!(stream, "{}", self.line(columns, &line))?;
        }
        Ok(())
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

    /// The cells under their headings. Where even the least widths are too many, the line is cut and has no colours.
    fn line(&self, columns: &[Column], row: &[Cell]) -> String {
        let (mut plain, mut styled) = (String::new(), String::new());
        for ((column, wide), Cell { text, style }) in columns.iter().zip(&self.widths).zip(row) {
            let Some(wide) = *wide else { continue };
            let text = printable(text);
            // A later row of a streamed table may be wider than the sample: without a limit it keeps its text.
            let text = match (self.limit, column.keep_end) {
                (None, _) => text,
                (Some(_), true) => cut_beginning(&text, wide),
                (Some(_), false) => cut(&text, wide),
            };
            let fill = " ".repeat(wide.saturating_sub(width(&text)));
            let gap = if plain.is_empty() { "" } else { "  " };
            let (before, after) = if column.right { (fill.as_str(), "") } else { ("", fill.as_str()) };
            plain.extend([gap, before, &text, after]);
            styled.extend([gap, before, &format!("{style}{text}{style:#}"), after]);
        }
        match self.limit {
            Some(limit) if width(plain.trim_end()) > limit => cut(&plain, limit).into_owned(),
            _ => styled.trim_end().to_owned(),
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
    fn text_that_wraps_goes_on_below_and_is_not_cut() {
        let mut grid =
            Grid::new([Column::text("a").wrapped_to(8), Column::number("n"), Column::text("b").wrapped_to(6)]);
        grid.push(["one two three".into(), "7".into(), "four five".into()]);
        assert_eq!(
            printed(&grid, Some(19)),
            "a         n  b\n\
             one two   7  four\n\
             three        five\n"
        );
        assert_eq!(printed(&grid, None), "a              n  b\none two three  7  four five\n");
        for limit in 1..40 {
            assert!(printed(&grid, Some(limit)).lines().all(|line| width(line) <= limit), "{limit}");
        }
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
