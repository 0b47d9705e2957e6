//! Rows that a filter selects, of those that are about certain paths.

use super::arrays::{bools, column, each_word};
use super::values::Memo;
use super::{Filter, Scope, Selector};
use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;
use store::{RowChoice, RowGroupBounds};

/// The columns that paths are in.
const PATHS: [&str; 2] = ["path", "new_path"];

/// Rows that a filter selects, and whose path, or new path of a rename, is accepted.
pub struct Rows<'a> {
    selector: Option<Selector<'a>>,
    accepts: Option<&'a dyn Fn(&str) -> bool>,
    memo: Memo,
}

impl<'a> Rows<'a> {
    /// The rows that both let through.
    pub fn new(filter: Option<&'a Filter>, accepts: Option<&'a dyn Fn(&str) -> bool>) -> Self {
        let selector = filter.map(|filter| filter.selector(Scope::Operation));
        Self { selector, accepts, memo: Memo::default() }
    }
}

impl RowChoice for Rows<'_> {
    fn columns(&self) -> Vec<&'static str> {
        let mut columns = self.selector.as_ref().map(RowChoice::columns).unwrap_or_default();
        if self.accepts.is_some() {
            columns.extend(PATHS);
        }
        if columns.is_empty() {
            columns.push("op");
        }
        columns
    }

    fn excludes(&self, bounds: &RowGroupBounds<'_>) -> bool {
        self.selector.as_ref().is_some_and(|selector| selector.excludes(bounds))
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        let selected = match &mut self.selector {
            Some(selector) => selector.choose(batch)?,
            None => BooleanBuffer::new_set(batch.num_rows()),
        };
        let Some(accepts) = self.accepts.filter(|_| selected.has_true()) else { return Ok(selected) };
        let of = |name| column(batch, name).map_err(|error| error.to_string());
        let [path, new_path] = PATHS;
        let has_path = each_word(path, of(path)?, &mut self.memo, accepts).map_err(|error| error.to_string())?;
        let renamed = bools(new_path, of(new_path)?, |name| name.is_some_and(accepts));
        Ok(&selected & &(&has_path | &renamed.map_err(|error| error.to_string())?))
    }
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("selector", &self.selector).finish_non_exhaustive()
    }
}
