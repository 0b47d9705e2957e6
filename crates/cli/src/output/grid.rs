//! Rows and columns, before it is known how they will be printed.

use clap::builder::styling::Style;

/// Named columns and rows of text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    /// A grid without rows.
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row with a cell for each column.
    pub(crate) fn push<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Takes out a column in which nothing stands.
    pub(crate) fn remove_column(&mut self, index: usize) {
        fn without<T>(list: Vec<T>, index: usize) -> Vec<T> {
            list.into_iter().enumerate().filter(|(at, _)| *at != index).map(|(_, value)| value).collect()
        }
        self.columns = without(std::mem::take(&mut self.columns), index);
        self.rows = std::mem::take(&mut self.rows).into_iter().map(|row| without(row, index)).collect();
    }
}

/// The text of a table's cell and how it looks on a terminal with colours.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
}

impl Cell {
    /// Text in this style.
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: Style::new() }
    }
}

/// A column and what may happen to it on a narrow terminal.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Name in the CSV header; the table's heading shows it with spaces.
    pub(crate) name: String,
    /// Numbers stand at the right.
    pub(crate) right: bool,
    /// Narrowest width the cells may be cut to while there are columns to leave out, `None`: never cut.
    pub(crate) least: Option<usize>,
    /// Cells are cut at their beginning: the end of a path says more.
    pub(crate) keep_end: bool,
    /// Cells that are too wide go on in further lines instead of being cut.
    pub(crate) wraps: bool,
    /// Columns are left out of a table that does not fit in ascending order of this; 0: never.
    pub(crate) dispensable: u8,
}

impl Column {
    /// Text that is never cut.
    pub(crate) fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), right: false, least: None, keep_end: false, wraps: false, dispensable: 0 }
    }

    /// A number.
    pub(crate) fn number(name: impl Into<String>) -> Self {
        Self { right: true, ..Self::text(name) }
    }

    /// Text that may be cut to this many columns of the terminal.
    pub(crate) fn cut_to(self, least: usize) -> Self {
        Self { least: Some(least), ..self }
    }

    /// Text that goes on in further lines where it is wider than its column, which may be this narrow.
    pub(crate) fn wrapped_to(self, least: usize) -> Self {
        Self { wraps: true, ..self.cut_to(least) }
    }

    /// A path, that may be cut to this many columns of the terminal at its beginning.
    pub(crate) fn path(name: impl Into<String>, least: usize) -> Self {
        Self { keep_end: true, ..Self::text(name).cut_to(least) }
    }

    /// May be left out; columns of the lowest rank go first.
    pub(crate) fn dispensable(self, rank: u8) -> Self {
        Self { dispensable: rank, ..self }
    }
}
