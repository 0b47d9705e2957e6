//! Which answers issue the tokens that requests bring back: known by their bytes.

use crate::message::token::{self, Slot};
use crate::plan::planned::Planned;
use crate::plan::request::Request;
use crate::plan::walk::{Message, Walk};
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
        .filter_map(|request| trace.planned(request))
        .flat_map(|request| used(&request))
        .map(|token| token.value.to_vec())
        .filter(|value| value.iter().any(|byte| *byte != 0))
        .collect();
    if wanted.is_empty() {
        return Issuers::default();
    }
    let mut latest: FxHashMap<Vec<u8>, (usize, Slot)> = FxHashMap::default();
    let mut issuers = Issuers::default();
    let mut walk = Walk::default();
    while let Some((message, index)) = walk.next(requests) {
        let Some(request) = requests.get_mut(index) else { continue };
        let succeeded = request.captured_status() == Some(NtStatus::SUCCESS);
        if matches!(message, Message::Request | Message::StandIn) {
            let used = trace.planned(request).map(|planned| of_request(&planned, &latest)).unwrap_or_default();
            for token in &used {
                issuers.entry(token.issuer).or_default().push(token.slot.clone());
            }
            if !used.is_empty() {
                request.rare_mut().tokens = used;
            }
        }
        if matches!(message, Message::Answer | Message::StandIn)
            && succeeded
            && let Some(planned) = trace.planned(request)
            && let Some(response) = planned.row.response()
        {
            let issued = token::issued(planned.bytes(), response).into_iter();
            let known = issued.filter(|token| wanted.contains(token.value));
            latest.extend(known.map(|token| (token.value.to_vec(), (index, token.place))));
        }
    }
    issuers
}

/// What may be tokens in it.
fn used<'a>(request: &Planned<'a>) -> Vec<token::Token<'a, usize>> {
    request.command().map(|command| token::used(command, request.bytes())).unwrap_or_default()
}

fn of_request(request: &Planned<'_>, latest: &FxHashMap<Vec<u8>, (usize, Slot)>) -> Vec<UsedToken> {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut found: Vec<UsedToken> = Vec::new();
    for token in used(request) {
        let Some((issuer, slot)) = latest.get(token.value) else { continue };
        let range = token.place..token.place.saturating_add(token.value.len());
        if taken.iter().all(|taken| taken.end <= range.start || range.end <= taken.start) {
            taken.push(range);
            found.push(UsedToken { offset: token.place, issuer: *issuer, slot: slot.clone() });
        }
    }
    found
}
