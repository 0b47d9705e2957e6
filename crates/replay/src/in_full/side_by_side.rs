//! A captured and a live message, field by field beside each other.

use schemars::JsonSchema;
use serde::Serialize;

/// A part of a message.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Field {
    /// Its name in the specification.
    pub name: String,
    /// What it holds, as text.
    pub value: Option<String>,
    /// Where it begins, bytes from the start of the message.
    pub offset: usize,
    /// Bytes it takes.
    pub length: usize,
    /// The capture lacks it, all or in part.
    pub missing: bool,
    /// Its parts, in the order of the message.
    pub children: Vec<Field>,
}

/// One of the two messages.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Its bytes, from the SMB2 header on.
    pub message: &'a [u8],
    /// What they are.
    pub fields: &'a [Field],
}

/// Fields of one name on both sides, or on one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// How deep it lies in structures, 0 for the outermost.
    pub depth: usize,
    /// Its name.
    pub name: String,
    /// In the captured message.
    pub captured: Option<Cell>,
    /// In the live message.
    pub live: Option<Cell>,
    /// How the two compare.
    pub comparison: Comparison,
}

/// A field of one side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayedCell")]
pub struct Cell {
    /// What it holds; nothing for structures.
    pub value: String,
    /// Where it begins, bytes from the start of its message.
    pub offset: usize,
    /// Bytes it takes.
    pub length: usize,
}

/// How a field compares with its counterpart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// The bytes are the same; of a structure, those of all its parts.
    Same,
    /// They differ, or are on one side only.
    Differs,
    /// The capture lacks them.
    NotCaptured,
}

/// Puts the fields of two messages beside each other by name and order. Of a message that is not there, `None`, nothing
/// differs. Values may be cut: the bytes are what is compared.
pub fn side_by_side(captured: Option<Side<'_>>, live: Option<Side<'_>>) -> Vec<Line> {
    let mut lines = Vec::new();
    match (captured, live) {
        (Some(captured), Some(live)) => {
            pairs(
                captured.fields,
                live.fields,
                &Messages { captured: captured.message, live: live.message },
                0,
                &mut lines,
            );
        }
        (Some(one), None) => one_side(one.fields, Of::Captured, Comparison::Same, 0, &mut lines),
        (None, Some(one)) => one_side(one.fields, Of::Live, Comparison::Same, 0, &mut lines),
        (None, None) => {}
    }
    lines
}

impl Cell {
    fn of(field: &Field) -> Self {
        Self { value: field.value.clone().unwrap_or_default(), offset: field.offset, length: field.length }
    }
}

struct Messages<'a> {
    captured: &'a [u8],
    live: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Captured,
    Live,
}

fn pairs(
    captured: &[Field],
    live: &[Field],
    messages: &Messages<'_>,
    depth: usize,
    lines: &mut Vec<Line>,
) -> Comparison {
    let mut whole = Comparison::Same;
    let mut rest = live;
    for field in captured {
        let counterpart = rest.iter().position(|other| other.name == field.name);
        let Some((skipped, (other, behind))) =
            counterpart.and_then(|at| Some((rest.get(..at)?, rest.get(at..)?.split_first()?)))
        else {
            one_side(std::slice::from_ref(field), Of::Captured, Comparison::Differs, depth, lines);
            whole = Comparison::Differs;
            continue;
        };
        if !skipped.is_empty() {
            one_side(skipped, Of::Live, Comparison::Differs, depth, lines);
            whole = Comparison::Differs;
        }
        rest = behind;
        if pair(field, other, messages, depth, lines) == Comparison::Differs {
            whole = Comparison::Differs;
        }
    }
    if !rest.is_empty() {
        one_side(rest, Of::Live, Comparison::Differs, depth, lines);
        whole = Comparison::Differs;
    }
    whole
}

fn pair(captured: &Field, live: &Field, messages: &Messages<'_>, depth: usize, lines: &mut Vec<Line>) -> Comparison {
    let at = lines.len();
    lines.push(Line {
        depth,
        name: captured.name.clone(),
        captured: Some(Cell::of(captured)),
        live: Some(Cell::of(live)),
        comparison: Comparison::Same,
    });
    let comparison = if captured.missing {
        Comparison::NotCaptured
    } else if captured.children.is_empty() && live.children.is_empty() {
        if bytes(captured, messages.captured) == bytes(live, messages.live) {
            Comparison::Same
        } else {
            Comparison::Differs
        }
    } else {
        pairs(&captured.children, &live.children, messages, depth.saturating_add(1), lines)
    };
    if let Some(line) = lines.get_mut(at) {
        line.comparison = comparison;
    }
    comparison
}

fn bytes<'a>(field: &Field, message: &'a [u8]) -> Option<&'a [u8]> {
    message.get(field.offset..field.offset.checked_add(field.length)?)
}

fn one_side(fields: &[Field], of: Of, comparison: Comparison, depth: usize, lines: &mut Vec<Line>) {
    for field in fields {
        let cell = Some(Cell::of(field));
        let (captured, live) = if of == Of::Captured { (cell, None) } else { (None, cell) };
        lines.push(Line { depth, name: field.name.clone(), captured, live, comparison });
        one_side(&field.children, of, comparison, depth.saturating_add(1), lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str, offset: usize, length: usize) -> Field {
        Field { name: name.into(), value: Some(value.into()), offset, length, ..Field::default() }
    }

    fn structure(name: &str, children: Vec<Field>) -> Field {
        Field { name: name.into(), children, ..Field::default() }
    }

    fn told(captured: (&[u8], Vec<Field>), live: (&[u8], Vec<Field>)) -> Vec<(usize, String, Comparison)> {
        let side = |message, fields| Some(Side { message, fields });
        let lines = side_by_side(side(captured.0, &captured.1), side(live.0, &live.1));
        lines.into_iter().map(|line| (line.depth, line.name, line.comparison)).collect()
    }

    #[test]
    fn a_structure_differs_with_the_field_that_differs() {
        let tree = |value| vec![structure("Body", vec![field("A", "1", 0, 1), field("B", value, 1, 1)])];
        assert_eq!(
            told((&[1, 2], tree("2")), (&[1, 3], tree("3"))),
            [
                (0, "Body".into(), Comparison::Differs),
                (1, "A".into(), Comparison::Same),
                (1, "B".into(), Comparison::Differs)
            ]
        );
    }

    #[test]
    fn bytes_tell_where_values_are_cut() {
        let tree = || vec![field("Data", "2 bytes", 0, 2)];
        assert_eq!(told((&[1, 2], tree()), (&[1, 3], tree())), [(0, "Data".into(), Comparison::Differs)]);
    }

    #[test]
    fn fields_of_one_side_stand_where_they_are_in_their_message() {
        let captured = vec![field("A", "1", 0, 1), field("C", "3", 1, 1), field("D", "4", 2, 1)];
        let live = vec![field("A", "1", 0, 1), field("B", "2", 1, 1), field("D", "4", 2, 1), field("E", "5", 3, 1)];
        let names: Vec<(String, Comparison)> =
            told((&[1, 3, 4], captured), (&[1, 2, 4, 5], live)).into_iter().map(|(_, name, how)| (name, how)).collect();
        use Comparison::{Differs, Same};
        let expected = [("A", Same), ("C", Differs), ("B", Differs), ("D", Same), ("E", Differs)];
        assert_eq!(names, expected.map(|(name, how)| (name.to_owned(), how)));
    }

    #[test]
    fn what_was_not_captured_does_not_differ() {
        let captured = vec![structure("Body", vec![Field { missing: true, ..field("Data", "", 0, 2) }])];
        let live = vec![structure("Body", vec![field("Data", "", 0, 2)])];
        assert_eq!(
            told((&[0, 0], captured), (&[1, 3], live)),
            [(0, "Body".into(), Comparison::Same), (1, "Data".into(), Comparison::NotCaptured)]
        );
    }

    #[test]
    fn nothing_differs_from_a_message_that_is_not_there() {
        let lines = side_by_side(Some(Side { message: &[1], fields: &[field("A", "1", 0, 1)] }), None);
        assert_eq!(lines.first().map(|line| (line.comparison, line.live.clone())), Some((Comparison::Same, None)));
    }
}
