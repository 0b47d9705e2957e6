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
            attributes.ends_with(&[0; 3])
                && guid.iter().filter(|byte| **byte != 0).count() >= FEWEST_BYTES_SET
                && !begins_as_text(value)
                && !holds_text(guid)
        })
    })
}

/// Whether this is the beginning of a text: how long it may be, an offset of 0, how long it is (C706 14.3.4.2).
fn begins_as_text(value: &[u8]) -> bool {
    let number = |place: usize| value.get(place..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let (most, offset, length) = (number(0), number(4), number(8));
    offset == Some(0) && most.zip(length).is_some_and(|(most, length)| (1..=most).contains(&length))
}

/// Whether three printable ASCII characters in UTF-16LE follow each other.
fn holds_text(guid: &[u8]) -> bool {
    let (units, _) = guid.as_chunks::<2>();
    units.windows(3).any(|units| units.iter().all(|[low, high]| *high == 0 && (0x20..0x7f).contains(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arguments: &[u8]) -> Vec<usize> {
        handles(&[&[0; 24][..], arguments].concat()).map(|(at, _)| at).collect()
    }

    #[test]
    fn a_name_is_no_handle() {
        let name = b"\x06\0\0\0\0\0\0\0\x06\0\0\0j\0u\0s\0t\0i\0n\0";
        assert_eq!(found(name), [0; 0]);
    }

    #[test]
    fn handles_of_windows_samba_and_macos_are_found() {
        let random = [0xa4, 0xfc, 0x79, 0xd9, 0xfb, 0x23, 0xc6, 0x4f, 0xa6, 0xc6, 0x0f, 0xa6, 0xff, 0xd8, 0xd4, 0x35];
        let counted = [0, 0, 0, 0, 7, 0, 0, 0, 0x66, 0x13, 0, 0, 0, 0, 0x21, 0x43];
        for guid in [random, counted] {
            for attributes in [0, 1] {
                assert_eq!(found(&[&[attributes, 0, 0, 0][..], &guid].concat()), [24]);
            }
        }
    }
}
