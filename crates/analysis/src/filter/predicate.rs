//! What an expression means: tests of typed values.

use super::expression::{Order, Quantifier};
use super::field::Field;
use super::ranges::Ranges;
use regex::Regex;

/// What has to be so in a row.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    Or(Vec<Self>),
    Xor(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Atom(Atom),
}

/// A test of one field. It fails where the field has no value.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    /// Its place among the atoms of the expression.
    pub(super) number: usize,
    pub(super) field: &'static Field,
    /// How many of the field's values have to pass.
    pub(super) quantifier: Quantifier,
    pub(super) test: Test,
}

/// What a value has to be like.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// It is there.
    Exists,
    /// A number whose bits under the mask are in the set.
    Number {
        mask: i128,
        set: Ranges<i128>,
    },
    /// Sixteen bytes.
    Wide(Ranges<u128>),
    Text {
        fold: Fold,
        test: TextTest,
    },
    /// A number that compares so with one of another field in the same row.
    Field {
        order: Order,
        other: &'static Field,
    },
}

/// What is done to a text before it is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fold {
    Nothing,
    Upper,
    Lower,
}

#[derive(Clone, Debug)]
pub(super) enum TextTest {
    Compare(Order, String),
    /// One of these ranges, both ends included.
    In(Vec<(String, String)>),
    Contains(String),
    Matches(Regex),
    /// Its length in UTF-8 bytes.
    Length(Ranges<i128>),
}

impl Test {
    /// Whether a text passes.
    pub(super) fn accepts_text(&self, text: &str) -> bool {
        match self {
            Self::Exists => true,
            Self::Text { fold: Fold::Nothing, test } => test.accepts(text),
            Self::Text { fold: Fold::Upper, test } => test.accepts(&text.to_uppercase()),
            Self::Text { fold: Fold::Lower, test } => test.accepts(&text.to_lowercase()),
            Self::Number { .. } | Self::Wide(_) | Self::Field { .. } => false,
        }
    }

    /// Whether a number passes.
    pub(super) fn accepts_number(&self, value: i128) -> bool {
        match self {
            Self::Exists => true,
            Self::Number { mask, set } => set.contains(value & mask),
            Self::Wide(_) | Self::Text { .. } | Self::Field { .. } => false,
        }
    }

    /// Whether sixteen bytes pass.
    pub(super) fn accepts_wide(&self, value: u128) -> bool {
        match self {
            Self::Exists => true,
            Self::Wide(set) => set.contains(value),
            Self::Number { .. } | Self::Text { .. } | Self::Field { .. } => false,
        }
    }
}

impl TextTest {
    fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Compare(order, other) => order.holds(text, other.as_str()),
            Self::In(ranges) => ranges.iter().any(|(low, high)| low.as_str() <= text && text <= high.as_str()),
            Self::Contains(part) => text.contains(part.as_str()),
            Self::Matches(regex) => regex.is_match(text),
            Self::Length(set) => i128::try_from(text.len()).is_ok_and(|length| set.contains(length)),
        }
    }
}

impl Order {
    /// Whether `left` and `right` stand in this order.
    pub(super) fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Unequal => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

impl Predicate {
    /// All atoms.
    pub(super) fn atoms(&self) -> Vec<&Atom> {
        match self {
            Self::Or(all) | Self::Xor(all) | Self::And(all) => all.iter().flat_map(Self::atoms).collect(),
            Self::Not(inside) => inside.atoms(),
            Self::Atom(atom) => vec![atom],
        }
    }
}
