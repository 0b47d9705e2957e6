//! All rows in the order of their places: runs on the disk merged with the rest in memory.

use super::spill::{Run, RunRows, SpillFolder};
use super::{Place, WriteError, place};
use dissect::Operation;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Most runs read at the same time; bounds memory and open files.
const FAN_IN: usize = 64;

/// Sorted rows from the disk or from memory.
enum Source {
    Run(Box<RunRows>),
    Memory(std::vec::IntoIter<Operation>),
}

/// The rows of several sources in the order of their places.
pub(super) struct Merge {
    /// Sources with their next row.
    heads: Vec<(Option<Operation>, Source)>,
    /// Place of each head, with the index of its source.
    order: BinaryHeap<Reverse<(Place, usize)>>,
    /// An error met while looking ahead.
    failed: Option<WriteError>,
}

impl Merge {
    /// Merges `runs`, which become few enough to be read together by merging them among themselves first, with `rows`.
    pub(super) fn new(spill: &SpillFolder, runs: Vec<Run>, mut rows: Vec<Operation>) -> Result<Self, WriteError> {
        let mut runs = VecDeque::from(runs);
        while runs.len() > FAN_IN {
            let group: Vec<Run> = runs.drain(..FAN_IN).collect();
            let sources = group.iter().map(|run| Ok(Source::Run(Box::new(run.read()?))));
            let merged = spill.write(Self::of(sources.collect::<Result<_, WriteError>>()?)?)?;
            runs.push_back(merged);
            group.into_iter().try_for_each(Run::remove)?;
        }
        // Places are unique; a stable sort would take half as much memory again.
        rows.sort_unstable_by_key(place);
        let sources = runs.iter().map(|run| Ok(Source::Run(Box::new(run.read()?))));
        let sources = sources.chain(std::iter::once(Ok(Source::Memory(rows.into_iter()))));
        Self::of(sources.collect::<Result<_, WriteError>>()?)
    }

    fn of(sources: Vec<Source>) -> Result<Self, WriteError> {
        let mut heads = Vec::with_capacity(sources.len());
        let mut order = BinaryHeap::with_capacity(sources.len());
        for (index, mut source) in sources.into_iter().enumerate() {
            let head = source.next().transpose()?;
            order.extend(head.as_ref().map(|row| Reverse((place(row), index))));
            heads.push((head, source));
        }
        Ok(Self { heads, order, failed: None })
    }
}

impl Iterator for Merge {
    type Item = Result<Operation, WriteError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            self.order.clear();
            return Some(Err(error));
        }
        let Reverse((_, index)) = self.order.pop()?;
        let (head, source) = self.heads.get_mut(index)?;
        let row = head.take()?;
        match source.next().transpose() {
            Ok(next) => {
                self.order.extend(next.as_ref().map(|row| Reverse((place(row), index))));
                *head = next;
            }
            Err(error) => self.failed = Some(error),
        }
        Some(Ok(row))
    }
}

impl Iterator for Source {
    type Item = Result<Operation, WriteError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Run(rows) => rows.next(),
            Self::Memory(rows) => rows.next().map(Ok),
        }
    }
}
