//! From the grammar of an expression to its meaning: names become fields, words become values of their kind.

use super::error::{FilterError, FilterErrorKind, excerpt};
use super::expression::{self, Expression, Function, Operand, Order, Quantifier, Quote, Relation, Word};
use super::field::{self, Field, FieldKind};
use super::literal::{number, wide, wrong_type};
use super::names::nearest;
use super::predicate::{Atom, Fold, Predicate, Test, TextTest};
use super::ranges::{Bounded, Ranges};
use regex::{Regex, RegexBuilder};

/// Largest compiled regular expression, bytes.
const REGEX_BYTES: usize = 1 << 20;

/// Gives `expression` its meaning. `first_frame` is the time of the trace's first frame, nanoseconds since 1970.
pub(super) fn check(expression: &Expression, first_frame: Option<i64>) -> Result<Predicate, FilterError> {
    Checker { first_frame, atoms: 0 }.expression(expression)
}

struct Checker {
    first_frame: Option<i64>,
    /// Number of atoms so far.
    atoms: usize,
}

/// What a value is compared with.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    Order(Order, &'a Word),
    Members(&'a [(Word, Option<Word>)]),
}

impl Checker {
    fn expression(&mut self, expression: &Expression) -> Result<Predicate, FilterError> {
        Ok(match expression {
            Expression::Or(all) => Predicate::Or(self.all(all)?),
            Expression::Xor(all) => Predicate::Xor(self.all(all)?),
            Expression::And(all) => Predicate::And(self.all(all)?),
            Expression::Not(inside) => Predicate::Not(Box::new(self.expression(inside)?)),
            Expression::Test(test) => Predicate::Atom(self.atom(test)?),
        })
    }

    fn all(&mut self, all: &[Expression]) -> Result<Vec<Predicate>, FilterError> {
        all.iter().map(|expression| self.expression(expression)).collect()
    }

    fn atom(&mut self, written: &expression::Test) -> Result<Atom, FilterError> {
        let operand = &written.operand;
        let field = field_of(&operand.field)?;
        let mut quantifier = Quantifier::Any;
        let test = match &written.relation {
            Relation::Exists => self.exists(field, operand)?,
            Relation::Compare(comparison, word) => {
                quantifier = comparison.quantifier;
                match other_field(field, word) {
                    Some(other) => of_fields(field, operand, comparison.order, other, word)?,
                    None => self.test(field, operand, Wanted::Order(comparison.order, word))?,
                }
            }
            Relation::In(members) => self.test(field, operand, Wanted::Members(members))?,
            Relation::Contains(word) => {
                Test::Text { fold: text(field, operand, "'contains'")?, test: TextTest::Contains(word.text.clone()) }
            }
            Relation::Matches(word) => {
                Test::Text { fold: text(field, operand, "'matches'")?, test: TextTest::Matches(regex(word)?) }
            }
        };
        let number = self.atoms;
        self.atoms = self.atoms.saturating_add(1);
        Ok(Atom { number, field, quantifier: written.quantifier.unwrap_or(quantifier), test })
    }

    fn exists(&self, field: &'static Field, operand: &Operand) -> Result<Test, FilterError> {
        if let Some((function, range)) = &operand.function {
            let found = format!("{} alone", function.name());
            let expected = "a comparison of it";
            return Err(FilterErrorKind::Unexpected { found, expected }.at(range.clone()));
        }
        match &operand.mask {
            Some(_) => Ok(Test::Number { mask: self.mask(field, operand)?, set: Ranges::only(0).complement() }),
            None if field.always => Err(FilterErrorKind::AlwaysThere(field.name).at(operand.field.range.clone())),
            None => Ok(Test::Exists),
        }
    }

    fn test(&self, field: &'static Field, operand: &Operand, wanted: Wanted<'_>) -> Result<Test, FilterError> {
        if matches!(&operand.function, Some((Function::Len, _))) {
            text(field, operand, Function::Len.name())?;
            let test = TextTest::Length(set(wanted, |word| length(field, word))?);
            return Ok(Test::Text { fold: Fold::Nothing, test });
        }
        if field.kind == FieldKind::Text || operand.function.is_some() {
            let fold = text(field, operand, operand.function.as_ref().map_or("", |(function, _)| function.name()))?;
            let test = match wanted {
                Wanted::Order(order, word) => TextTest::Compare(order, word.text.clone()),
                Wanted::Members(members) => {
                    let range = |(low, high): &(Word, Option<Word>)| {
                        (low.text.clone(), high.as_ref().unwrap_or(low).text.clone())
                    };
                    TextTest::In(members.iter().map(range).collect())
                }
            };
            return Ok(Test::Text { fold, test });
        }
        let mask = self.mask(field, operand)?;
        match field.kind {
            FieldKind::Guid | FieldKind::Hash => Ok(Test::Wide(set(wanted, |word| wide(field, word))?)),
            _ => Ok(Test::Number { mask, set: set(wanted, |word| number(field, word, self.first_frame))? }),
        }
    }

    /// The bits of the field that are compared.
    fn mask(&self, field: &'static Field, operand: &Operand) -> Result<i128, FilterError> {
        match (&operand.mask, field.kind) {
            (None, _) => Ok(-1),
            (Some(word), FieldKind::Number(_)) => number(field, word, self.first_frame),
            (Some(word), kind) => {
                let kind = kind.described();
                Err(FilterErrorKind::Operator { operator: "'&'", field: field.name, kind }.at(word.range.clone()))
            }
        }
    }
}

fn set<T: Bounded>(
    wanted: Wanted<'_>,
    value: impl Fn(&Word) -> Result<T, FilterError>,
) -> Result<Ranges<T>, FilterError> {
    match wanted {
        Wanted::Order(order, word) => Ok(ordered(order, value(word)?)),
        Wanted::Members(members) => {
            let range = |(low, high): &(Word, Option<Word>)| Ok((value(low)?, value(high.as_ref().unwrap_or(low))?));
            Ok(Ranges::new(members.iter().map(range).collect::<Result<Vec<_>, _>>()?))
        }
    }
}

/// The values that stand so to `value`.
fn ordered<T: Bounded>(order: Order, value: T) -> Ranges<T> {
    match order {
        Order::Equal => Ranges::only(value),
        Order::Unequal => Ranges::only(value).complement(),
        Order::Less => Ranges::below(value),
        Order::LessOrEqual => Ranges::above(value).complement(),
        Order::Greater => Ranges::above(value),
        Order::GreaterOrEqual => Ranges::below(value).complement(),
    }
}

fn field_of(word: &Word) -> Result<&'static Field, FilterError> {
    field::named(&word.text).ok_or_else(|| {
        let name = excerpt(&word.text);
        let nearest = nearest(&word.text, field::fields().iter().map(|field| field.name));
        FilterErrorKind::UnknownField { name, nearest }.at(word.range.clone())
    })
}

/// The field that a word on the right of a comparison names, unless it names a value.
fn other_field(field: &Field, word: &Word) -> Option<&'static Field> {
    let is_name = word.quote == Quote::None && field.names.value(&word.text).is_none();
    let named = if is_name { field::named(&word.text) } else { None };
    // Some texts are names of columns too: `kind == encrypted`.
    named.filter(|other| !matches!(field.kind, FieldKind::Text) || matches!(other.kind, FieldKind::Text))
}

fn of_fields(
    field: &'static Field,
    operand: &Operand,
    order: Order,
    other: &'static Field,
    word: &Word,
) -> Result<Test, FilterError> {
    use FieldKind::{Epoch, Flag, Guid, Hash, Number, Seconds, SinceFirstFrame, Text, Time};
    let at = |kind: FilterErrorKind| kind.at(word.range.clone());
    if operand.function.is_some() || operand.mask.is_some() {
        return Err(at(FilterErrorKind::NotSupported("functions and masks of a field beside another field")));
    }
    match (field.kind, other.kind) {
        (Number(_), Number(_)) | (Flag, Flag) | (Seconds, Seconds) => Ok(Test::Field { order, other }),
        (Time | Epoch | SinceFirstFrame, Time | Epoch | SinceFirstFrame) => Ok(Test::Field { order, other }),
        (Text, Text) | (Guid, Guid) | (Hash, Hash) => {
            Err(at(FilterErrorKind::NotSupported("comparisons of two fields that are not numbers or times")))
        }
        _ => Err(at(FilterErrorKind::FieldsOfTwoKinds { left: field.name, right: other.name })),
    }
}

/// What is done to a text before `operator` looks at it; refuses fields that are no text.
fn text(field: &Field, operand: &Operand, operator: &'static str) -> Result<Fold, FilterError> {
    let refused = |operator, range: &std::ops::Range<usize>| {
        let kind = field.kind.described();
        Err(FilterErrorKind::Operator { operator, field: field.name, kind }.at(range.clone()))
    };
    match (&operand.function, &operand.mask, field.kind) {
        (Some((function, range)), _, kind) if kind != FieldKind::Text => refused(function.name(), range),
        (None, _, kind) if kind != FieldKind::Text => refused(operator, &operand.field.range),
        (_, Some(mask), _) => refused("'&'", &mask.range),
        (Some((Function::Upper, _)), ..) => Ok(Fold::Upper),
        (Some((Function::Lower, _)), ..) => Ok(Fold::Lower),
        (Some((Function::Len, range)), ..) if operator != Function::Len.name() => refused(operator, range),
        (Some((Function::Len, _)) | None, ..) => Ok(Fold::Nothing),
    }
}

/// What `len()` is compared with.
fn length(field: &'static Field, word: &Word) -> Result<i128, FilterError> {
    let digits =
        word.quote == Quote::None && !word.text.is_empty() && word.text.bytes().all(|byte| byte.is_ascii_digit());
    let value = if digits { word.text.parse().ok() } else { None };
    value.ok_or_else(|| match wrong_type(field, word) {
        FilterError { kind: FilterErrorKind::WrongType { value, .. }, range } => {
            FilterErrorKind::WrongType { value, field: "len()", expected: "a number of bytes" }.at(range)
        }
        other => other,
    })
}

fn regex(word: &Word) -> Result<Regex, FilterError> {
    let at = |kind: FilterErrorKind| kind.at(word.range.clone());
    if word.quote != Quote::Double {
        let expected = "a text in double quotes, as of every regular expression";
        return Err(at(FilterErrorKind::Unexpected { found: word.shown(), expected }));
    }
    let mut builder = RegexBuilder::new(&word.text);
    builder.case_insensitive(true).size_limit(REGEX_BYTES).dfa_size_limit(REGEX_BYTES);
    builder.build().map_err(|error| {
        let text = error.to_string();
        let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it makes no sense");
        at(FilterErrorKind::Regex(last.trim_start_matches("error: ").to_owned()))
    })
}
