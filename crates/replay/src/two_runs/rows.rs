//! What became of each operation in a run, in little memory.

use super::TwoRunsError;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use store::runs::{Difference, Run, RunFile, RunRow, Verdict};

/// Which operation of the trace a row is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Place {
    session_file: Arc<str>,
    op: u32,
}

/// What became of an operation.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// NTSTATUS of the live answer.
    pub(super) live_status: Option<u32>,
    /// Fields that differ from the captured ones.
    pub(super) differences: Box<[Difference]>,
    /// Whether an earlier operation explains it.
    explained: bool,
}

/// What became of the operations of a run.
pub(super) struct Judgements {
    by_place: FxHashMap<Place, Judged>,
}

impl Place {
    /// The operation of a row; `None` for requests of the replay's own and for all clones but the first.
    pub(super) fn of(row: &RunRow) -> Option<Self> {
        if row.clone != 0 || row.marks.iter().any(|mark| mark == "extra") {
            return None;
        }
        Some(Self { session_file: row.session_file.clone()?, op: row.op? })
    }
}

impl Judged {
    pub(super) fn of(row: &RunRow) -> Self {
        Self {
            verdict: row.verdict,
            live_status: row.live_status,
            differences: row.differences.clone().into(),
            explained: row.cause_op.is_some(),
        }
    }

    pub(super) fn is_explained(&self) -> bool {
        self.explained
    }
}

impl Judgements {
    pub(super) fn of(run: &Run) -> Result<Self, TwoRunsError> {
        let mut by_place = FxHashMap::default();
        for row in RunFile::open(run)?.rows_without_messages() {
            let row = row?;
            if let Some(place) = Place::of(&row) {
                by_place.insert(place, Judged::of(&row));
            }
        }
        Ok(Self { by_place })
    }

    pub(super) fn get(&self, place: &Place) -> Option<&Judged> {
        self.by_place.get(place)
    }

    pub(super) fn len(&self) -> u64 {
        u64::try_from(self.by_place.len()).unwrap_or(u64::MAX)
    }
}
