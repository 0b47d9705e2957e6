//! Which answers issue the tokens that requests bring back: known by their bytes.

use crate::message::token::{self, Slot};
use crate::plan::request::Request;
use crate::trace::Trace;
use rustc_hash::{FxHashMap, FxHashSet};
use smb2::NtStatus;
use std::ops::Range;

/// A token in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedToken {
    /// Its offset in the message.
    pub offset: usize,
    /// The request whose answer issues it.
    pub issuer: usize,
    /// Where in that answer.
    pub slot: Slot,
}

/// By request: the tokens of its answer that later requests use.
pub type Issuers = FxHashMap<usize, Vec<Slot>>;

/// Fills `tokens` of all requests, which are in trace order.
pub(super) fn resolve(trace: &Trace, requests: &mut [Request]) -> Issuers {
    let wanted: FxHashSet<Vec<u8>> = requests
        .iter()
        .flat_map(|request| token::used(&request.bytes))
        .map(|token| token.value.to_vec())
        .filter(|value| value.iter().any(|byte| *byte != 0))
        .collect();
    if wanted.is_empty() {
        return Issuers::default();
    }
    // At the same place an answer comes before the request that may build on it.
    let mut walk: Vec<(u64, bool, usize)> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        walk.push((request.start_seq, true, index));
        let answer = request.captured.answer.filter(|(.., status)| *status == NtStatus::SUCCESS);
        walk.extend(answer.map(|(seq, ..)| (seq, false, index)));
    }
    walk.sort_unstable();
    let mut latest: FxHashMap<Vec<u8>, (usize, Slot)> = FxHashMap::default();
    let mut issuers = Issuers::default();
    for (_, is_request, index) in walk {
        let Some(request) = requests.get_mut(index) else { continue };
        if is_request {
            request.tokens = of_request(request, &latest);
            for token in &request.tokens {
                issuers.entry(token.issuer).or_default().push(token.slot.clone());
            }
        } else if let Some(response) = trace.rows.get(request.row).and_then(|row| row.operation.response.as_deref()) {
            let issued = token::issued(&request.bytes, response).into_iter();
            let known = issued.filter(|token| wanted.contains(token.value));
            latest.extend(known.map(|token| (token.value.to_vec(), (index, token.place))));
        }
    }
    issuers
}

fn of_request(request: &Request, latest: &FxHashMap<Vec<u8>, (usize, Slot)>) -> Vec<UsedToken> {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut found: Vec<UsedToken> = Vec::new();
    for token in token::used(&request.bytes) {
        let Some((issuer, slot)) = latest.get(token.value) else { continue };
        let range = token.place..token.place.saturating_add(token.value.len());
        if taken.iter().all(|taken| taken.end <= range.start || range.end <= taken.start) {
            taken.push(range);
            found.push(UsedToken { offset: token.place, issuer: *issuer, slot: slot.clone() });
        }
    }
    found
}
