//! Rows of a run by their verdicts.

use super::Verdict;
use crate::reader::{RowChoice, RowGroupBounds};
use crate::schema::column::Encoding;
use crate::schema::encoding::Dict;
use arrow::array::{BooleanBufferBuilder, RecordBatch};
use arrow::buffer::BooleanBuffer;

const VERDICT: &str = "verdict";

/// The rows with one of these verdicts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfVerdicts(pub Vec<Verdict>);

impl RowChoice for OfVerdicts {
    fn columns(&self) -> Vec<&'static str> {
        vec![VERDICT]
    }

    fn excludes(&self, _: &RowGroupBounds<'_>) -> bool {
        self.0.is_empty()
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        let column = batch.column_by_name(VERDICT).ok_or_else(|| format!("has no column '{VERDICT}'"))?;
        let mut chosen = BooleanBufferBuilder::new(batch.num_rows());
        <Dict as Encoding<Verdict>>::read(column, |_, verdict| chosen.append(self.0.contains(&verdict)))
            .map_err(|error| format!("column '{VERDICT}' {error}"))?;
        Ok(chosen.finish())
    }
}
