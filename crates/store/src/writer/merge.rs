//! All rows of a session in the order of their numbers: runs on the disk merged with the rest in memory.

use super::WriteError;
use super::spill::{Run, RunRows, Spill};
use crate::packed::{Row, Rows};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::path::Path;

/// Most runs read at the same time; bounds memory and open files.
const FAN_IN: usize = 64;

/// Where the next row comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// A run that has not been begun, by its index.
    Waiting(usize),
    /// A run that is being read, by its index.
    Run(usize),
    /// The rows in memory.
    Memory,
}

/// Hands the rows of `runs` and `rows` to `take` in the order of their numbers.
pub(super) fn merge(
    spill: &mut Spill,
    runs: Vec<Run>,
    rows: Rows,
    take: &mut dyn FnMut(Row<'_>) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let mut runs = VecDeque::from(runs);
    while runs.len() > FAN_IN {
        let group: Vec<Run> = runs.drain(..FAN_IN).collect();
        let first = group.iter().map(|run| run.first).min().unwrap_or_default();
        let mut merged = spill.begin(first)?;
        let path = spill.flushed()?.to_owned();
        merge_few(&path, &group, Rows::default(), &mut |row| spill.append(&mut merged, row))?;
        runs.push_back(merged);
    }
    merge_few(spill.flushed()?, runs.make_contiguous(), rows, take)
}

/// Hands the rows of `runs`, so few that all can be read at the same time, and `rows` to `take`.
fn merge_few(
    path: &Path,
    runs: &[Run],
    mut rows: Rows,
    take: &mut dyn FnMut(Row<'_>) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    rows.sort();
    let mut read: Vec<Option<RunRows>> = runs.iter().map(|_| None).collect();
    let waiting = runs.iter().enumerate().map(|(index, run)| Reverse((run.first, Source::Waiting(index))));
    let mut order: BinaryHeap<Reverse<(u32, Source)>> = waiting.collect();
    let mut in_memory = 0_usize;
    order.extend(rows.get(in_memory).map(|row| Reverse((row.op, Source::Memory))));
    while let Some(Reverse((_, source))) = order.pop() {
        match source {
            Source::Waiting(index) => {
                let Some((run, place)) = runs.get(index).zip(read.get_mut(index)) else { continue };
                let mut begun = run.read(path)?;
                if begun.advance()? {
                    order.push(Reverse((begun.row().op, Source::Run(index))));
                    *place = Some(begun);
                }
            }
            Source::Run(index) => {
                let Some(place) = read.get_mut(index) else { continue };
                let Some(run) = place else { continue };
                take(run.row())?;
                if run.advance()? {
                    order.push(Reverse((run.row().op, source)));
                } else {
                    *place = None;
                }
            }
            Source::Memory => {
                let Some(row) = rows.get(in_memory) else { continue };
                take(row)?;
                in_memory = in_memory.saturating_add(1);
                order.extend(rows.get(in_memory).map(|row| Reverse((row.op, source))));
            }
        }
    }
    Ok(())
}
