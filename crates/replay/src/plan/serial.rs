//! Connections of which the capture has the client's side only: no answer tells what the client waited for, so each
//! request waits for the answer to the one before it.

use crate::plan::request::Request;
use crate::trace::Trace;
use dissect::{Kind, Operation};
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
        trace.rows.iter().filter(|row| !row.stand_in).filter_map(|row| heard_of_server(&row.operation)).collect();
    let mut before: HashMap<u32, usize> = HashMap::new();
    for index in 0..requests.len() {
        let Some(request) = requests.get(index) else { continue };
        let (connection, chain) = (request.connection, request.chain_key());
        if heard.contains(&connection) || request.command() == Some(Command::CANCEL) {
            continue;
        }
        let operation = trace.rows.get(request.row).map(|row| &row.operation);
        let may_take_long = operation.is_none_or(|operation| may_take_long(request, operation));
        let after = before.get(&connection).copied();
        if !may_take_long {
            before.insert(connection, index);
        }
        let in_one_chain =
            |before: usize| chain.is_some() && requests.get(before).is_some_and(|before| before.chain_key() == chain);
        let after = match after {
            // The members of a chain go out together, after what came before the first of them.
            Some(before) if in_one_chain(before) => requests.get(before).and_then(|before| before.after),
            after => after,
        };
        if let Some(awaited) = after.and_then(|after| requests.get_mut(after)) {
            awaited.awaited.get_or_insert(Duration::ZERO);
        }
        if let Some(request) = requests.get_mut(index) {
            request.after = after;
        }
    }
}

/// The connection, when the row shows that the server's side of it was captured.
fn heard_of_server(operation: &Operation) -> Option<u32> {
    let answered = operation.response_seq.is_some() || operation.interim_seq.is_some();
    (answered && operation.kind != Kind::Close).then_some(operation.connection)
}

/// Whether a server may let the client wait for as long as it likes.
fn may_take_long(request: &Request, operation: &Operation) -> bool {
    match request.command() {
        Some(Command::CHANGE_NOTIFY) => true,
        Some(Command::READ) => operation.share_type == Some(PIPE),
        Some(Command::LOCK) => LockRequest::parse(&request.bytes)
            .and_then(|view| view.locks())
            .is_ok_and(|mut locks| locks.any(|lock| lock.flags & LockElement::FAIL_IMMEDIATELY == 0)),
        _ => false,
    }
}
