//! Expressions that say which operations are of interest, in the syntax of Wireshark's display filters.
//!
//! `smb2.nt_status == STATUS_ACCESS_DENIED && smb2.filename contains "doc"`. To a filter an operation is what a frame is to
//! Wireshark: it has the fields of all its messages. A field can have several values, and a comparison asks whether one of
//! them passes, `!=` and `===` whether all do. `docs/filter.md` says it for users.
//!
//! A text is cut into tokens, ordered by the grammar, and given its meaning; then it is evaluated on batches of those
//! columns that it needs ([`Selector`]).

mod arrays;
mod check;
mod error;
mod expression;
mod field;
mod listing;
mod literal;
mod names;
mod predicate;
mod ranges;
mod rows;
mod selector;
mod syntax;
mod token;
mod values;
mod wireshark;

pub use error::{FilterError, FilterErrorKind};
pub use field::{Field, FieldKind, Messages, fields};
pub use listing::{KindName, ListedField, ListedKind, Listing, listing};
pub use rows::Rows;
pub use selector::Selector;
pub use values::BatchError;

use capture::Timestamp;
use predicate::Predicate;

/// A filter.
#[derive(Clone, Debug)]
pub struct Filter {
    /// `None`: everything.
    predicate: Option<Predicate>,
}

/// What a filter is asked of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Operations with all that is known of them.
    Operation,
    /// Their requests, with what Wireshark shows in these alone.
    Request,
    /// Their final responses likewise.
    Response,
    /// Their interim responses likewise.
    Interim,
}

impl Filter {
    /// Reads an expression; a blank one selects everything. Times from the first frame of the trace count from
    /// `first_frame`.
    ///
    /// # Errors
    /// [`FilterError`], with the bytes that are to blame.
    pub fn parse(text: &str, first_frame: Option<Timestamp>) -> Result<Self, FilterError> {
        let expression = syntax::parse(text)?;
        let predicate = expression.map(|expression| check::check(&expression, first_frame.map(|time| time.0)));
        Ok(Self { predicate: predicate.transpose()? })
    }

    /// The fields that are asked for, in the order of the expression.
    pub fn fields(&self) -> Vec<&'static Field> {
        let atoms = self.predicate.iter().flat_map(Predicate::atoms);
        atoms
            .flat_map(|atom| {
                let other = if let predicate::Test::Field { other, .. } = &atom.test { Some(*other) } else { None };
                std::iter::once(atom.field).chain(other)
            })
            .collect()
    }

    /// Evaluates the filter on session files.
    pub fn selector(&self, scope: Scope) -> Selector<'_> {
        Selector::new(self, scope)
    }
}

#[cfg(test)]
mod tests;
