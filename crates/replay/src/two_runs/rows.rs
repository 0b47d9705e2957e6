//! What became of each operation in a run, in little memory.

use super::{TwoRunsError, refuse_cancelled};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use store::runs::{Difference, Run, RunFile, RunRow, Verdict};

/// Which operation of the trace a row is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Place {
    session_file: Arc<str>,
    op: u32,
    clone: u32,
}

/// What became of an operation.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// NTSTATUS of the live answer.
    pub(super) live_status: Option<u32>,
    /// Fields that differ from the captured ones.
    pub(super) differences: Box<[Difference]>,
    /// Whether something else explains it.
    explained: bool,
}

/// What became of the operations of a run.
pub(super) struct Judgements {
    by_place: FxHashMap<Place, Judged>,
}

impl Place {
    /// The operation of a row; `None` for requests of the replay's own.
    pub(super) fn of(row: &RunRow) -> Option<Self> {
        Some(Self { session_file: row.session_file.clone()?, op: row.op?, clone: row.clone })
    }
}

impl Judged {
    pub(super) fn of(row: &RunRow) -> Self {
        Self {
            verdict: row.verdict,
            live_status: row.live_status,
            differences: row.differences.clone().into(),
            explained: row.is_explained(),
        }
    }

    /// Whether there is nothing in it to look at: it is as captured, or something else explains why it is not.
    pub(super) fn is_no_root(&self) -> bool {
        self.explained || matches!(self.verdict, Verdict::Match | Verdict::NotCompared)
    }

    /// Whether it has the same verdict, status and differences.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.verdict, self.live_status, &self.differences) == (other.verdict, other.live_status, &other.differences)
    }
}

impl Judgements {
    pub(super) fn of(run: &Run, cancelled: &AtomicBool) -> Result<Self, TwoRunsError> {
        let mut by_place = FxHashMap::default();
        for row in RunFile::open(run)?.rows_without_messages() {
            let row = row?;
            refuse_cancelled(cancelled)?;
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
