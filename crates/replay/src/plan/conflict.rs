//! Requests on different connections that touch the same object, with no response between them: the server saw them in
//! some order, most likely the captured one, and the replay keeps it.

use crate::object::key;
use crate::plan::planned::span;
use crate::plan::request::Request;
use crate::trace::Trace;
use smb2::Guid;
use std::collections::HashMap;
use std::time::Duration;

/// Longest time a request is held back for an earlier one that the server has not answered.
const LONGEST_HOLD: Duration = Duration::from_millis(5);

/// What a request touches.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Touched {
    /// A share and a path, upper case, because servers compare without case.
    Path(String),
    /// A folder one of whose entries is touched.
    Parent(String),
    /// A lease, by its key.
    Lease(Guid),
}

/// Fills `conflicts` of all requests, which are in trace order.
pub(super) fn mark(trace: &Trace, requests: &mut [Request]) {
    let mut outstanding: HashMap<Touched, Vec<usize>> = HashMap::new();
    for index in 0..requests.len() {
        let Some(request) = requests.get(index) else { continue };
        let touched = touched(trace, request);
        let mut conflicts: Vec<(usize, Duration)> = Vec::new();
        for other in touched.iter().flat_map(collides_with) {
            let Some(earlier) = outstanding.get_mut(&other) else { continue };
            earlier
                .retain(|earlier| requests.get(*earlier).is_some_and(|earlier| unanswered(earlier, request.start_seq)));
            for &found in earlier.iter() {
                if let Some(before) = requests.get(found)
                    && before.connection != request.connection
                    && !conflicts.iter().any(|(known, _)| *known == found)
                {
                    let both = trace.planned(before).zip(trace.planned(request));
                    let gap = both.map_or(LONGEST_HOLD, |(before, this)| span(before.start_time(), this.start_time()));
                    conflicts.push((found, gap.min(LONGEST_HOLD)));
                }
            }
        }
        // Requests of one connection keep their order anyway: its latest stands for all.
        for touched in touched {
            let latest = outstanding.entry(touched).or_default();
            latest.retain(|earlier| {
                requests.get(*earlier).is_some_and(|earlier| earlier.connection != request.connection)
            });
            latest.push(index);
        }
        if let (Some(request), false) = (requests.get_mut(index), conflicts.is_empty()) {
            request.rare_mut().conflicts = conflicts;
        }
    }
}

fn unanswered(request: &Request, at: u64) -> bool {
    let answered = [request.rare().interim.map(|(seq, _)| seq), request.answer().map(|answer| answer.seq)];
    answered.into_iter().flatten().min().is_none_or(|seq| seq > at)
}

fn touched(trace: &Trace, request: &Request) -> Vec<Touched> {
    let Some(row) = trace.rows.get(request.row()) else { return Vec::new() };
    let mut touched = Vec::new();
    if let (Some(share), Some(path)) = (row.share(), row.path()) {
        let parent = path.rsplit_once('\\').map_or("", |(parent, _)| parent);
        touched.push(Touched::Parent(key(share, parent)));
        touched.push(Touched::Path(key(share, path)));
    }
    touched.extend(row.lease_key().map(Touched::Lease));
    touched
}

/// What an earlier request must have touched to collide: the same path, the folder the path is in, an entry of the
/// folder that the path is; but not another entry of the same folder.
fn collides_with(touched: &Touched) -> Vec<Touched> {
    match touched {
        Touched::Path(path) => vec![Touched::Path(path.clone()), Touched::Parent(path.clone())],
        Touched::Parent(path) => vec![Touched::Path(path.clone())],
        Touched::Lease(key) => vec![Touched::Lease(*key)],
    }
}
