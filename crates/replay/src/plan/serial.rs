//! Connections of which the capture has the client's side only: no answer tells what the client waited for, so each
//! request waits for the answer to the one before it.

use crate::plan::planned::Planned;
use crate::plan::request::Request;
use crate::trace::{CapturedRow, Trace};
use dissect::Kind;
use smb2::Command;
use smb2::message::LockRequest;
use smb2::message::lock::LockElement;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// SMB2_SHARE_TYPE_PIPE (MS-SMB2 2.2.10).
const PIPE: u8 = 0x02;

/// Fills `after` of the requests on such connections; requests are in trace order.
pub(super) fn mark(trace: &Trace, requests: &mut [Request]) {
    let heard: HashSet<u32> =
        trace.rows.iter().filter(|row| !row.stand_in()).filter_map(|row| heard_of_server(&row)).collect();
    let mut before: HashMap<u32, usize> = HashMap::new();
    for index in 0..requests.len() {
        let Some(request) = requests.get(index) else { continue };
        let (connection, chain) = (request.connection, request.chain_key());
        if heard.contains(&connection) || request.command() == Some(Command::CANCEL) {
            continue;
        }
        let may_take_long = trace.planned(request).is_none_or(|planned| may_take_long(&planned));
        let after = before.get(&connection).copied();
        if !may_take_long {
            before.insert(connection, index);
        }
        let in_one_chain =
            |before: usize| chain.is_some() && requests.get(before).is_some_and(|before| before.chain_key() == chain);
        let after = match after {
            // The members of a chain go out together, after what came before the first of them.
            Some(before) if in_one_chain(before) => requests.get(before).and_then(|before| before.rare().after),
            after => after,
        };
        if let Some(awaited) = after.and_then(|after| requests.get_mut(after)) {
            awaited.rare_mut().awaited.get_or_insert(Duration::ZERO);
        }
        if let (Some(request), true) = (requests.get_mut(index), after.is_some()) {
            request.rare_mut().after = after;
        }
    }
}

/// The connection, when the row shows that the server's side of it was captured.
fn heard_of_server(row: &CapturedRow<'_>) -> Option<u32> {
    let answered = row.response_seq().is_some() || row.interim_seq().is_some();
    (answered && row.kind() != Kind::Close).then_some(row.connection())
}

/// Whether a server may let the client wait for as long as it likes.
fn may_take_long(request: &Planned<'_>) -> bool {
    match request.command() {
        Some(Command::CHANGE_NOTIFY) => true,
        Some(Command::READ) => request.row.share_type() == Some(PIPE),
        Some(Command::LOCK) => LockRequest::parse(request.bytes())
            .and_then(|view| view.locks())
            .is_ok_and(|mut locks| locks.any(|lock| lock.flags & LockElement::FAIL_IMMEDIATELY == 0)),
        _ => false,
    }
}
