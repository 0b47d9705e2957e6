//! Two messages beside each other: a mark, a field, and its value on each side.

use super::text::{cut, folded, width};
use clap::builder::styling::Style;
use std::io::{self, Write};

/// Blanks between columns.
const GAP: usize = 2;
/// Columns of the terminal that a level of structures is indented by.
const INDENT: usize = 2;
/// Widest captured column when lines may be of any length: beyond it nobody finds the live one.
const WIDEST: usize = 72;
const HEADING: Style = Style::new().bold();

/// A field on both sides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pair {
    /// What its difference means, one column; empty without one.
    pub(crate) mark: &'static str,
    /// How mark, name and values look where they differ.
    pub(crate) style: Style,
    /// How deep it lies in structures.
    pub(crate) depth: usize,
    /// Its name.
    pub(crate) name: String,
    /// Its value as captured.
    pub(crate) captured: String,
    /// Its live value.
    pub(crate) live: String,
    /// Its values are shown whole, whatever lines that takes; else they may be cut.
    pub(crate) is_whole: bool,
}

impl Pair {
    /// Whether it has no values: the name of a structure, whose parts follow.
    fn is_title(&self) -> bool {
        self.captured.is_empty() && self.live.is_empty()
    }

    fn indent(&self) -> usize {
        self.depth.saturating_mul(INDENT)
    }
}

/// Writes them below each other on lines of at most `limit` columns. Texts have to be harmless on a terminal.
pub(crate) fn write(stream: &mut impl Write, pairs: &[Pair], limit: Option<usize>) -> io::Result<()> {
    let layout = Layout::fit(pairs, limit);
    let heading = Pair { name: "field".into(), captured: "captured".into(), live: "live".into(), ..Pair::default() };
    for line in layout.lines(&heading) {
        writeln!(stream, "{}", layout.line(&line, HEADING))?;
    }
    for pair in pairs {
        for line in layout.lines(pair) {
            writeln!(stream, "{}", layout.line(&line, pair.style))?;
        }
    }
    Ok(())
}

/// The widths of the columns behind the mark; the last one ends where the line does.
struct Layout {
    field: usize,
    captured: usize,
    live: usize,
    limit: usize,
}

/// What stands on a line: mark, field, captured and live value.
type Cells = [String; 4];

impl Layout {
    fn fit(pairs: &[Pair], limit: Option<usize>) -> Self {
        let widest = |of: fn(&Pair) -> usize, heading: &str| pairs.iter().map(of).chain([width(heading)]).max();
        let natural = |of, heading| widest(of, heading).unwrap_or_default();
        let of_name = |pair: &Pair| if pair.is_title() { 0 } else { pair.indent().saturating_add(width(&pair.name)) };
        let field = natural(of_name, "field");
        let captured = natural(|pair| width(&pair.captured), "captured");
        let live = natural(|pair| width(&pair.live), "live");
        let Some(limit) = limit else {
            return Self { field, captured: captured.min(WIDEST), live: usize::MAX, limit: usize::MAX };
        };
        let field = field.min(limit / 3).max(1);
        let gaps = GAP.saturating_mul(3).saturating_add(1);
        let room = limit.saturating_sub(gaps).saturating_sub(field);
        let half = room / 2;
        let (captured, live) = match (captured <= half, live <= half) {
            _ if captured.saturating_add(live) <= room => (captured, live),
            (true, _) => (captured, room.saturating_sub(captured)),
            (false, true) => (room.saturating_sub(live), live),
            (false, false) => (half, room.saturating_sub(half)),
        };
        Self { field, captured: captured.max(1), live: live.max(1), limit }
    }

    /// As many lines as the longest of its texts needs.
    fn lines(&self, pair: &Pair) -> Vec<Cells> {
        let indent = pair.indent().min(self.field / 2);
        // What has no values may take their room.
        let room = if pair.is_title() { self.limit.saturating_sub(1).saturating_sub(GAP) } else { self.field };
        let names = folded(&pair.name, room.saturating_sub(indent).max(1));
        let value = |text: &str, limit| match pair.is_whole {
            true => folded(text, limit).iter().map(|line| line.trim_end().to_owned()).collect(),
            false => vec![cut(text, limit).into_owned()],
        };
        let (captured, live) = (value(&pair.captured, self.captured), value(&pair.live, self.live));
        let count = names.len().max(captured.len()).max(live.len());
        let at = |texts: &[String], line: usize| texts.get(line).cloned().unwrap_or_default();
        let line = |line: usize| {
            let mark = if line == 0 { pair.mark } else { "" };
            let name = format!("{:indent$}{}", "", at(&names, line));
            [mark.to_owned(), name, at(&captured, line), at(&live, line)]
        };
        (0..count).map(line).collect()
    }

    /// The texts with what fills their columns; nothing behind the last one.
    fn filled<'a>(&self, cells: &'a Cells) -> Vec<(&'a str, usize)> {
        let last = cells.iter().rposition(|cell| !cell.trim_end().is_empty());
        let columns = [1, self.field, self.captured, 0];
        let filled = cells.iter().zip(columns).enumerate().take(last.map_or(0, |last| last.saturating_add(1)));
        let filled = filled.map(|(index, (cell, column))| match last {
            Some(last) if index == last => (cell.trim_end(), 0),
            _ => (cell.as_str(), column.saturating_sub(width(cell)).saturating_add(GAP)),
        });
        filled.collect()
    }

    /// The line with its colours. One that has to be cut has none.
    fn line(&self, cells: &Cells, style: Style) -> String {
        let (mut plain, mut styled) = (String::new(), String::new());
        for (text, fill) in self.filled(cells) {
            let fill = " ".repeat(fill);
            plain.extend([text, &fill]);
            styled.extend([format!("{style}{text}{style:#}"), fill]);
        }
        if width(&plain) > self.limit { cut(&plain, self.limit).trim_end().to_owned() } else { styled }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn pair(mark: &'static str, depth: usize, name: &str, values: [&str; 2]) -> Pair {
        let [captured, live] = values.map(str::to_owned);
        Pair { mark, depth, name: name.into(), captured, live, is_whole: !mark.is_empty(), ..Pair::default() }
    }

    fn sample() -> Vec<Pair> {
        let wide = "年度報告 of the year that was, in folders within folders within folders";
        vec![
            pair("", 0, "A structure whose name is longer than that of any field of it, and has room", ["", ""]),
            pair("~", 1, "MessageId", ["7", "0x0000000000000007 (as it was sent)"]),
            pair("≠", 1, "FileName", [wide, "short"]),
            pair("", 40, "AFieldWithARatherLongNameInAStructure", [wide, wide]),
            pair("≠", 1, "OnlyThere", ["", wide]),
        ]
    }

    fn printed(pairs: &[Pair], limit: Option<usize>) -> String {
        let mut bytes = Vec::new();
        write(&mut anstream::StripStream::new(&mut bytes), pairs, limit).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_line_is_longer_than_the_terminal_nor_ends_in_a_blank() {
        for limit in 1..200 {
            for line in printed(&sample(), Some(limit)).lines() {
                assert!(width(line) <= limit && line.trim_end() == line, "{limit}: {line:?}");
            }
        }
    }

    #[test]
    fn values_that_differ_are_broken_and_others_are_cut() {
        let pairs = [
            pair("≠", 0, "A", ["one two three four five six seven eight", "1"]),
            pair("", 0, "B", ["one two three four five six seven eight", "1"]),
        ];
        assert_eq!(
            printed(&pairs, Some(40)),
            "   field  captured                  live\n\
             ≠  A      one two three four five   1\n\
             \u{20}         six seven eight\n\
             \u{20}  B      one two three four five…  1\n"
        );
    }

    #[test]
    fn without_a_limit_only_the_captured_column_is_broken() {
        let long = "x".repeat(100);
        let text = printed(&[pair("≠", 0, "A", [&long, &long])], None);
        let mut lines = text.lines().skip(1);
        assert!(lines.next().is_some_and(|first| first.ends_with(&long)), "{text}");
        assert_eq!(lines.map(str::trim).collect::<Vec<_>>(), ["x".repeat(28)]);
    }
}
