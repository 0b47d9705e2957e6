//! What is measured of an ingest.

use serde::{Deserialize, Serialize};

use crate::bench::cost::Cost;
use crate::bench::figures::ratio;
use crate::bench::ingests::Found;
use crate::bench::tshark::Dissected;

/// A recording read by smbreplay, and by others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Ingest {
    /// Size of the recording.
    pub(in crate::bench) bytes: u64,
    /// Size of what smbreplay made of it.
    pub(in crate::bench) output: u64,
    /// What smbreplay found in it.
    pub(in crate::bench) found: Found,
    /// What that cost.
    pub(in crate::bench) smbreplay: Cost,
    /// What `cp` costs.
    pub(in crate::bench) cp: Cost,
    /// What `cat` costs.
    pub(in crate::bench) cat: Cost,
    /// tshark's figures, when there are some.
    pub(in crate::bench) dissected: Option<Dissected>,
    /// Whether those are of an earlier run.
    pub(in crate::bench) kept: bool,
}

/// A recording ten times over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct TenTimes {
    /// Size of the recording itself.
    pub(in crate::bench) bytes: u64,
    /// What smbreplay found in it.
    pub(in crate::bench) found: Found,
    /// What the recording itself cost, read in the same way.
    pub(in crate::bench) once: Cost,
    /// What the ten copies cost.
    pub(in crate::bench) ten: Cost,
    /// Whether both came through a pipe from a program that made them meanwhile.
    pub(in crate::bench) through_pipe: bool,
}

impl Ingest {
    /// Millions of bytes of the recording a second.
    pub(in crate::bench) fn megabytes_per_second(&self, cost: &Cost) -> f64 {
        ratio(self.bytes as f64 / 1e6, cost.wall)
    }

    /// How many times as fast as another one smbreplay is.
    pub(in crate::bench) fn times_faster_than(&self, other: &Cost) -> f64 {
        ratio(other.wall, self.smbreplay.wall)
    }
}

impl TenTimes {
    /// Time of the ten as a multiple of that of the one.
    pub(in crate::bench) fn wall_ratio(&self) -> f64 {
        ratio(self.ten.wall, self.once.wall)
    }

    /// The same of memory.
    pub(in crate::bench) fn memory_ratio(&self) -> f64 {
        ratio(self.ten.peak_mebibytes(), self.once.peak_mebibytes())
    }
}
