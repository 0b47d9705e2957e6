//! SIDs of the server's domain (S-1-5-21-…, MS-DTYP 2.4.2.2) that it tells over a pipe and that come back in later
//! requests: LsarQueryInformationPolicy and SamrLookupDomainInSamServer, then SamrOpenDomain.

use super::{Slot, Token, pipe};

/// A SID with four subauthorities, the first of them 21.
const LENGTH: usize = 24;
const BEGINNING: [u8; 12] = [1, 4, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];

/// What is a SID of a domain in what a client writes to a pipe.
pub(super) fn used(message: &[u8]) -> impl Iterator<Item = Token<'_, usize>> {
    pipe::request(message)
        .into_iter()
        .flat_map(|(start, pdu)| sids(pdu).map(move |(at, value)| Token { place: start.saturating_add(at), value }))
}

/// What is a SID of a domain in what a client reads from a pipe.
pub(super) fn issued(message: &[u8]) -> impl Iterator<Item = Token<'_, Slot>> {
    let sids = pipe::response(message).into_iter().flat_map(sids);
    sids.map(|(at, value)| Token { place: Slot::DomainSid(at), value })
}

fn sids(pdu: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    pipe::arguments(pdu, LENGTH).filter(|(_, value)| value.starts_with(&BEGINNING))
}
