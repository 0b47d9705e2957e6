//! Evaluating a filter on batches of columns.

use super::expression::Quantifier;
use super::field::{Field, Messages, Source, When};
use super::predicate::{Atom, Predicate, Test};
use super::values::{BatchError, Memo, Passing, constant, holding, passing, passing_pairs};
use super::{Filter, Scope};
use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use store::{RowChoice, RowGroupBounds};

/// Chooses the rows of session files that a filter selects.
#[derive(Debug)]
pub struct Selector<'a> {
    filter: &'a Filter,
    scope: Scope,
    /// What is known of the dictionaries, for each atom and source of its field.
    memos: FxHashMap<(usize, usize), Memo>,
}

impl<'a> Selector<'a> {
    pub(super) fn new(filter: &'a Filter, scope: Scope) -> Self {
        Self { filter, scope, memos: FxHashMap::default() }
    }

    /// The rows of `batch`, which has at least the columns that [`RowChoice::columns`] names, that the filter selects.
    ///
    /// # Errors
    /// The batch is not one of a session file.
    pub fn rows(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, BatchError> {
        let filter = self.filter;
        let rows = match &filter.predicate {
            Some(predicate) => self.predicate(predicate, batch)?,
            None => constant(true, batch.num_rows()),
        };
        let Some(message) = self.scope.message() else { return Ok(rows) };
        let mut rows = &rows & &holding(batch, When::MESSAGE)?;
        for frame in message.frames() {
            rows = &rows & &super::arrays::present(super::arrays::column(batch, frame)?);
        }
        Ok(rows)
    }

    fn predicate(&mut self, predicate: &Predicate, batch: &RecordBatch) -> Result<BooleanBuffer, BatchError> {
        let rows = batch.num_rows();
        match predicate {
            Predicate::And(all) => all.iter().try_fold(constant(true, rows), |rows, part| {
                // Nothing more can be found where nothing is left.
                if rows.has_true() { Ok(&rows & &self.predicate(part, batch)?) } else { Ok(rows) }
            }),
            Predicate::Or(all) => all.iter().try_fold(constant(false, rows), |rows, part| {
                if rows.has_false() { Ok(&rows | &self.predicate(part, batch)?) } else { Ok(rows) }
            }),
            Predicate::Xor(all) => {
                all.iter().try_fold(constant(false, rows), |rows, part| Ok(&rows ^ &self.predicate(part, batch)?))
            }
            Predicate::Not(inside) => Ok(!&self.predicate(inside, batch)?),
            Predicate::Atom(atom) => self.atom(atom, batch),
        }
    }

    fn atom(&mut self, atom: &Atom, batch: &RecordBatch) -> Result<BooleanBuffer, BatchError> {
        let rows = batch.num_rows();
        let (mut some, mut any, mut all) = (constant(false, rows), constant(false, rows), constant(true, rows));
        let mut add = |values: Passing, holds: Option<BooleanBuffer>| {
            let present = match holds {
                Some(holds) => &values.present & &holds,
                None => values.present,
            };
            let passes = &values.passes & &present;
            some = &some | &present;
            any = &any | &passes;
            all = &all & &(&!&present | &passes);
        };
        for (index, source) in self.scope.sources(atom.field) {
            let holds = self.scope.holding(source, batch)?;
            if let Test::Field { order, other } = &atom.test {
                for (_, right) in self.scope.sources(other) {
                    let right_holds = self.scope.holding(right, batch)?;
                    let both = match (&holds, right_holds) {
                        (Some(one), Some(other)) => Some(one & &other),
                        (one, other) => one.clone().or(other),
                    };
                    let left = (source, atom.field.kind);
                    add(passing_pairs(batch, left, (right, other.kind), |one, other| order.holds(one, other))?, both);
                }
                continue;
            }
            let memo = self.memos.entry((atom.number, index)).or_default();
            add(passing(batch, source, atom, memo)?, holds);
        }
        Ok(match atom.quantifier {
            Quantifier::Any => any,
            Quantifier::All => &some & &all,
        })
    }

    /// Whether no row can be selected, as far as the bounds of columns tell.
    fn is_excluded(&self, predicate: &Predicate, bounds: &RowGroupBounds<'_>) -> bool {
        match predicate {
            Predicate::And(all) => all.iter().any(|part| self.is_excluded(part, bounds)),
            Predicate::Or(all) => all.iter().all(|part| self.is_excluded(part, bounds)),
            Predicate::Xor(_) | Predicate::Not(_) => false,
            Predicate::Atom(atom) => {
                self.scope.sources(atom.field).all(|(_, source)| atom.test.is_excluded(source, bounds))
            }
        }
    }
}

impl Test {
    /// Whether no value of `source` passes, as far as the bounds of its column tell.
    fn is_excluded(&self, source: &Source, bounds: &RowGroupBounds<'_>) -> bool {
        match (bounds.of(source.column), self) {
            (Some(None), _) => true,
            (Some(Some((least, most))), Self::Number { mask: -1, set })
                if source.form == super::field::Form::Number =>
            {
                !set.meets(least, most)
            }
            _ => false,
        }
    }
}

impl Scope {
    /// The message that is looked at by itself.
    fn message(self) -> Option<Messages> {
        match self {
            Self::Operation => None,
            Self::Request => Some(Messages::REQUEST),
            Self::Response => Some(Messages::RESPONSE),
            Self::Interim => Some(Messages::INTERIM),
        }
    }

    /// Where `field` has values, each with its place.
    fn sources(self, field: &'static Field) -> impl Iterator<Item = (usize, &'static Source)> {
        let message = self.message();
        let is_meant = move |source: &Source| message.is_none_or(|message| source.messages.meets(message));
        field.sources.iter().enumerate().filter(move |(_, source)| is_meant(source))
    }

    /// What has to be so for `source` to have a value of its field.
    fn conditions(self, source: &Source) -> impl Iterator<Item = When> {
        let shown: &'static [When] = if self == Self::Operation { &[] } else { source.shown };
        source.when.iter().chain(shown).copied()
    }

    fn holding(self, source: &Source, batch: &RecordBatch) -> Result<Option<BooleanBuffer>, BatchError> {
        let mut all: Option<BooleanBuffer> = None;
        for when in self.conditions(source) {
            let holds = holding(batch, when)?;
            all = Some(all.map_or(holds.clone(), |all| &all & &holds));
        }
        Ok(all)
    }
}

impl RowChoice for Selector<'_> {
    fn columns(&self) -> Vec<&'static str> {
        let mut columns = BTreeSet::new();
        for atom in self.filter.predicate.iter().flat_map(Predicate::atoms) {
            let other = match &atom.test {
                Test::Field { other, .. } => Some(*other),
                _ => None,
            };
            for field in std::iter::once(atom.field).chain(other) {
                for (_, source) in self.scope.sources(field) {
                    columns.insert(source.column);
                    columns.extend(self.scope.conditions(source).map(When::column));
                }
            }
        }
        if let Some(message) = self.scope.message() {
            columns.extend(message.frames());
            columns.insert(When::MESSAGE.column());
        }
        // Rows are counted by some column.
        if columns.is_empty() {
            columns.insert("op");
        }
        columns.into_iter().collect()
    }

    fn excludes(&self, bounds: &RowGroupBounds<'_>) -> bool {
        self.filter.predicate.as_ref().is_some_and(|predicate| self.is_excluded(predicate, bounds))
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        self.rows(batch).map_err(|error| error.to_string())
    }
}
