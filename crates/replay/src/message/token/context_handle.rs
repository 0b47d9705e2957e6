//! Context handles of RPC interfaces: 20 bytes, attributes (a small number) and a GUID, that a server returns and a
//! client brings along in later requests on the pipe (C706 chapter 14, `ndr_context_handle`).

use super::{Slot, Token, pipe};

const LENGTH: usize = 20;
/// Samba's GUIDs may be a counter, a time and a process: no random bytes.
const FEWEST_BYTES_SET: usize = 4;

/// What may be a context handle in what a client writes to a pipe.
pub(super) fn used(message: &[u8]) -> impl Iterator<Item = Token<'_, usize>> {
    pipe::request(message)
        .into_iter()
        .flat_map(|(start, pdu)| handles(pdu).map(move |(at, value)| Token { place: start.saturating_add(at), value }))
}

/// What may be a context handle in what a client reads from a pipe.
pub(super) fn issued(message: &[u8]) -> impl Iterator<Item = Token<'_, Slot>> {
    let handles = pipe::response(message).into_iter().flat_map(handles);
    handles.map(|(at, value)| Token { place: Slot::ContextHandle(at), value })
}

fn handles(pdu: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    pipe::arguments(pdu, LENGTH).filter(|(_, value)| {
        value.split_at_checked(4).is_some_and(|(attributes, guid)| {
            attributes.ends_with(&[0; 3]) && guid.iter().filter(|byte| **byte != 0).count() >= FEWEST_BYTES_SET
        })
    })
}
