//! What is measured of questions about a session.

use serde::{Deserialize, Serialize};

use crate::bench::cost::Cost;

/// What each question costs one program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Costs {
    /// The first lines, until both ends of the pipe to `head` have ended.
    pub(in crate::bench) first: Cost,
    /// What a filter selects, written to a file.
    pub(in crate::bench) filter: Cost,
    /// Response times by command.
    pub(in crate::bench) statistics: Cost,
}

/// Questions about a session, answered by smbreplay and by tshark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Analysis {
    /// Requests of the recording.
    pub(in crate::bench) requests: u64,
    /// Operations that the filter selects.
    pub(in crate::bench) selected: u64,
    /// What the questions cost smbreplay.
    pub(in crate::bench) smbreplay: Costs,
    /// The same of tshark, when it was asked.
    pub(in crate::bench) tshark: Option<Costs>,
    /// Whether that was in an earlier run.
    pub(in crate::bench) kept: bool,
}

impl Costs {
    /// In this order.
    pub(in crate::bench) fn of_questions(&self) -> [Cost; 3] {
        [self.first, self.filter, self.statistics]
    }

    /// The highest load average.
    pub(in crate::bench) fn load(&self) -> f64 {
        self.of_questions().iter().fold(0.0, |load, cost| load.max(cost.load))
    }
}
