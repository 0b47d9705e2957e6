//! When each step is due.

use crate::options::Pace;
use crate::plan::lane::Lane;
use crate::plan::request::Request;
use crate::trace::Trace;
use capture::Timestamp;
use std::time::Duration;

/// Sets the due times of all steps, from `origin` on or, without one, from the first: captured distances, gaps longer than
/// `max_gap` shortened to it, divided by the pace's factor. With pace `asap` nothing is due.
pub(super) fn set_due_times(
    lanes: &mut [Lane],
    trace: &Trace,
    requests: &[Request],
    pace: Pace,
    max_gap: Option<Duration>,
    origin: Option<Timestamp>,
) {
    if pace == Pace::Asap {
        return;
    }
    let mut places: Vec<(u64, i64, usize, usize)> = Vec::new();
    for (lane_index, lane) in lanes.iter_mut().enumerate() {
        lane.dues = vec![0; lane.steps.len()];
        let placed: &Lane = lane;
        places.extend(placed.steps.iter().enumerate().map(|(step, found)| {
            let (seq, time) = placed.place(*found, trace, requests);
            (seq, time.0, lane_index, step)
        }));
    }
    places.sort_unstable();
    let mut due = Duration::ZERO;
    let first = places.first().map_or(0, |(_, time, ..)| *time);
    let mut before = origin.map_or(first, |origin| origin.0);
    for (_, time, lane, step) in places {
        // A clock that stepped back while capturing makes no gap.
        let gap = Duration::from_nanos(time.saturating_sub(before).try_into().unwrap_or(0));
        before = time;
        due = due.saturating_add(gap.min(max_gap.unwrap_or(Duration::MAX)));
        if let Some(step) = lanes.get_mut(lane).and_then(|lane| lane.dues.get_mut(step)) {
            *step = u64::try_from(pace.scaled(due).as_nanos()).unwrap_or(u64::MAX);
        }
    }
}
