//! Expressions as they are written: what belongs together, not yet what it means.

use super::error::excerpt;
use std::ops::Range;

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Expression {
    Or(Vec<Self>),
    Xor(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Test(Test),
}

/// A test of one field.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Test {
    /// `any` or `all` before the field.
    pub(super) quantifier: Option<Quantifier>,
    pub(super) operand: Operand,
    pub(super) relation: Relation,
}

/// How many of a field's values have to pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Quantifier {
    Any,
    All,
}

/// What stands on the left of a test.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Operand {
    pub(super) field: Word,
    pub(super) function: Option<(Function, Range<usize>)>,
    /// What is compared is the value's bits under this mask.
    pub(super) mask: Option<Word>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Function {
    Upper,
    Lower,
    Len,
}

impl Function {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Upper => "upper()",
            Self::Lower => "lower()",
            Self::Len => "len()",
        }
    }
}

/// What is asked of a field.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Relation {
    Exists,
    Compare(Comparison, Word),
    In(Vec<(Word, Option<Word>)>),
    Contains(Word),
    Matches(Word),
}

/// A comparison: its order, and how many values have to pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Comparison {
    pub(super) order: Order,
    pub(super) quantifier: Quantifier,
    /// As it is written.
    pub(super) sign: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A name or value as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) quote: Quote,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Quote {
    None,
    Double,
    Single,
}

impl Word {
    /// As an error shows it.
    pub(super) fn shown(&self) -> String {
        let cut = excerpt(&self.text);
        match self.quote {
            Quote::Double => format!("the text \"{cut}\""),
            Quote::None | Quote::Single => format!("'{cut}'"),
        }
    }
}
