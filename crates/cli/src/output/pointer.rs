//! A place in what the user wrote, with marks below it.

use super::text::{cut, printable, width};
use std::ops::Range;

/// Columns of a line; of a longer expression the part around the place is shown.
const COLUMNS: usize = 100;
/// Columns of it before the place.
const BEFORE: usize = 60;

/// The line of `expression`, and one of marks below the bytes `range`: a `^` where they begin.
pub(crate) fn pointer(expression: &str, range: &Range<usize>) -> [String; 2] {
    let start = expression.floor_char_boundary(range.start);
    let end = expression.ceil_char_boundary(range.end.max(start));
    let (before, rest) = expression.split_at(start);
    let before = printable(before);
    let place = printable(rest.get(..end.saturating_sub(start)).unwrap_or_default());
    let shown: String = match before.char_indices().rev().take_while(|(index, _)| fits(&before, *index)).last() {
        Some((0, _)) | None => before.into_owned(),
        Some((index, _)) => format!("…{}", before.get(index..).unwrap_or_default()),
    };
    let room = COLUMNS.saturating_sub(width(&shown));
    let marks = width(&place).clamp(1, room.max(1)).saturating_sub(1);
    let line = format!("{shown}{}", printable(rest));
    [cut(&line, COLUMNS).into_owned(), format!("{}^{}", " ".repeat(width(&shown)), "~".repeat(marks))]
}

/// Whether what stands from `index` on is not too much before the place.
fn fits(before: &str, index: usize) -> bool {
    before.get(index..).is_some_and(|tail| width(tail) <= BEFORE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_stand_below_the_place() {
        assert_eq!(pointer("a == bcd", &(5..8)), ["a == bcd", "     ^~~"]);
        assert_eq!(pointer("a ==", &(4..4)), ["a ==", "    ^"]);
        assert_eq!(pointer("\"年\" b", &(6..7)), ["\"年\" b", "     ^"]);
    }

    #[test]
    fn of_a_long_expression_the_part_around_the_place_is_shown() {
        let text = format!("{}x{}", "a ".repeat(500), "b ".repeat(500));
        let [line, marks] = pointer(&text, &(1000..1001));
        assert_eq!((width(&line), line.chars().position(|one| one == 'x')), (COLUMNS, marks.find('^')));
        let [line, marks] = pointer(&text, &(1000..2000));
        assert!(width(&marks) <= width(&line), "{marks}");
    }

    #[test]
    fn what_could_steer_the_terminal_is_harmless_and_a_wrong_range_shows_something() {
        assert_eq!(pointer("a\u{1b}b", &(2..3)), ["a\\u{1b}b", "       ^"]);
        assert_eq!(pointer("é", &(1..9)), ["é", "^"]);
    }
}
