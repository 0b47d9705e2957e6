//! What is wrong with an expression, and where.

use std::ops::Range;

/// Why a text is no filter.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct FilterError {
    /// The bytes of the expression that are to blame; empty, at its end, where something is missing.
    pub range: Range<usize>,
    /// What is wrong with them.
    pub kind: FilterErrorKind,
}

/// What is wrong with a part of an expression. Each message is one line; it says what would be allowed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FilterErrorKind {
    /// More bytes than an expression may have.
    #[error("the filter is longer than {most} bytes")]
    TooLong {
        /// The most that are allowed.
        most: usize,
    },
    /// Parentheses and negations in each other.
    #[error("more than {most} parentheses and negations inside each other")]
    TooDeep {
        /// The most that are allowed.
        most: usize,
    },
    /// A character that begins nothing.
    #[error("'{}' is not expected here; texts with such characters stand in double quotes", .0.escape_debug())]
    Character(char),
    /// A text or character without its closing quote.
    #[error("the closing {0} is missing")]
    Unclosed(char),
    /// An escape that is none.
    #[error(
        "'{0}' is no escape; write \\\\ for a backslash, or r\"…\" around a text whose backslashes stand for themselves"
    )]
    Escape(String),
    /// Escapes that make no text.
    #[error("these bytes are not UTF-8")]
    NotText,
    /// Another part than one that may stand here.
    #[error("{found} is not expected here, but {expected}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// No field has this name.
    #[error("no field is called '{name}'; the nearest are {}", nearest.join(", "))]
    UnknownField {
        /// The name.
        name: String,
        /// Names like it.
        nearest: Vec<&'static str>,
    },
    /// No value of the field has this name.
    #[error("'{name}' is no value of {field}; {}", match nearest.as_slice() {
        [] => "it takes numbers".to_owned(),
        names => format!("the nearest are {}", names.join(", ")),
    })]
    UnknownName {
        /// The name.
        name: String,
        /// The field.
        field: &'static str,
        /// Names like it.
        nearest: Vec<&'static str>,
    },
    /// Not what the field is compared with.
    #[error("{value} is no value of {field}, which is {expected}")]
    WrongType {
        /// What stands there.
        value: String,
        /// The field.
        field: &'static str,
        /// What it is, with an example.
        expected: &'static str,
    },
    /// A number that the field cannot have.
    #[error("{value} is too large for {field}; its largest value is {most}")]
    TooLarge {
        /// The number.
        value: String,
        /// The field.
        field: &'static str,
        /// The largest it can have.
        most: u64,
    },
    /// An operator or function that does not go with the field.
    #[error("{operator} does not go with {field}, which is {kind}")]
    Operator {
        /// The operator or function.
        operator: &'static str,
        /// The field.
        field: &'static str,
        /// What it is, with an example.
        kind: &'static str,
    },
    /// Two fields that cannot be compared with each other.
    #[error("{left} and {right} cannot be compared with each other: they are not of one kind")]
    FieldsOfTwoKinds {
        /// The field on the left.
        left: &'static str,
        /// That on the right.
        right: &'static str,
    },
    /// A bare field that no operation lacks.
    #[error("every operation has {0}; compare it with a value")]
    AlwaysThere(&'static str),
    /// A regular expression that is none, or too large.
    #[error("no regular expression: {0}")]
    Regex(String),
    /// A part of Wireshark's language that is not supported.
    #[error("{0} cannot be used in filters on operations")]
    NotSupported(&'static str),
    /// A time from the trace's first frame where that is not known.
    #[error("{0} counts from the first frame of the trace, whose time is not known")]
    NoFirstFrame(&'static str),
}

impl FilterError {
    /// What is to blame in `text`, the expression, in code units of UTF-16, which is what JavaScript counts.
    pub fn range_in_utf16(&self, text: &str) -> Range<usize> {
        let until = |end: usize| {
            let before = text.char_indices().take_while(|(index, _)| *index < end);
            before.map(|(_, character)| character.len_utf16()).fold(0, usize::saturating_add)
        };
        until(self.range.start)..until(self.range.end)
    }
}

/// A part of the expression as a message of one line shows it: cut, and without characters that break a line.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let shown = |character: char| {
        let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
        if breaks { character.escape_default().to_string() } else { character.to_string() }
    };
    text.chars().take(LONGEST).map(shown).collect()
}

impl FilterErrorKind {
    /// The error with its place.
    pub(super) fn at(self, range: Range<usize>) -> FilterError {
        FilterError { range, kind: self }
    }
}
