//! Presentation contexts: which interface an association speaks under which identifier (C706 12.6.3.1, 12.6.4.3).

use super::pdu::Order;
use crate::wire::{array, u8_at};
use crate::{Guid, Malformed};

/// Where the list of contexts of a bind begins: its number of elements.
const CONTEXTS: usize = 24;
/// Where the secondary address of a bind_ack begins: its length.
const SECONDARY_ADDRESS: usize = 24;
/// The length of a syntax.
const SYNTAX: usize = 20;
/// The length of a context without its transfer syntaxes.
const CONTEXT: usize = 4 + SYNTAX;
/// The length of a result.
const RESULT: usize = 4 + SYNTAX;

/// p_syntax_id_t: an interface, or how its data are represented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Syntax {
    /// Its UUID, in the byte order of [`Guid`] whatever the sender's.
    pub uuid: Guid,
    /// Its major version.
    pub major: u16,
    /// Its minor version.
    pub minor: u16,
}

impl Syntax {
    fn parse(bytes: &[u8], offset: usize, order: Order) -> Result<Self, Malformed> {
        let mut uuid: [u8; 16] = array(bytes, offset, "UUID of a syntax")?;
        if order == Order::Big {
            let [a, b, c, d, e, f, g, h, rest @ ..] = uuid;
            let [i, j, k, l, m, n, o, p] = rest;
            uuid = [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p];
        }
        let version = order.u32_at(bytes, offset.saturating_add(16), "version of a syntax")?;
        let [major, minor] = [version as u16, (version >> 16) as u16];
        Ok(Self { uuid: Guid(uuid), major, minor })
    }
}

/// A context that a bind or alter_context proposes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    /// p_cont_id, which requests name it by.
    pub id: u16,
    /// The interface (abstract syntax).
    pub interface: Syntax,
}

/// The contexts proposed, one by one; ends with the first that is not all there.
#[derive(Clone, Debug)]
pub struct Contexts<'a> {
    bytes: &'a [u8],
    order: Order,
    next: usize,
    left: u8,
}

impl<'a> Contexts<'a> {
    pub(super) fn parse(bytes: &'a [u8], order: Order) -> Result<Self, Malformed> {
        let left = u8_at(bytes, CONTEXTS, "n_context_elem")?;
        Ok(Self { bytes, order, next: CONTEXTS + 4, left })
    }

    fn read(&mut self) -> Result<Context, Malformed> {
        let id = self.order.u16_at(self.bytes, self.next, "p_cont_id")?;
        let transfer_syntaxes = u8_at(self.bytes, self.next.saturating_add(2), "n_transfer_syn")?;
        let interface = Syntax::parse(self.bytes, self.next.saturating_add(4), self.order)?;
        let length = usize::from(transfer_syntaxes).saturating_mul(SYNTAX).saturating_add(CONTEXT);
        self.next = self.next.saturating_add(length);
        Ok(Context { id, interface })
    }
}

impl Iterator for Contexts<'_> {
    type Item = Context;

    fn next(&mut self) -> Option<Context> {
        self.left = self.left.checked_sub(1)?;
        let context = self.read().ok();
        if context.is_none() {
            self.left = 0;
        }
        context
    }
}

/// What became of a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContextResult {
    /// acceptance (0), user_rejection (1), provider_rejection (2), negotiate_ack (3, MS-RPCE 2.2.2.4).
    pub result: u16,
    /// Why it was rejected: reason not specified (0), abstract syntax not supported (1), proposed transfer syntaxes not
    /// supported (2), local limit exceeded (3).
    pub reason: u16,
}

/// The results, one by one; ends with the first that is not all there.
#[derive(Clone, Debug)]
pub struct ContextResults<'a> {
    bytes: &'a [u8],
    order: Order,
    next: usize,
    left: u8,
}

impl<'a> ContextResults<'a> {
    pub(super) fn parse(bytes: &'a [u8], order: Order) -> Result<Self, Malformed> {
        let length = order.u16_at(bytes, SECONDARY_ADDRESS, "length of the secondary address")?;
        let number = SECONDARY_ADDRESS.saturating_add(2).saturating_add(length.into()).next_multiple_of(4);
        let left = u8_at(bytes, number, "n_results")?;
        Ok(Self { bytes, order, next: number.saturating_add(4), left })
    }

    fn read(&mut self) -> Result<ContextResult, Malformed> {
        let result = self.order.u16_at(self.bytes, self.next, "result of a context")?;
        let reason = self.order.u16_at(self.bytes, self.next.saturating_add(2), "reason of a context")?;
        self.next = self.next.saturating_add(RESULT);
        Ok(ContextResult { result, reason })
    }
}

impl Iterator for ContextResults<'_> {
    type Item = ContextResult;

    fn next(&mut self) -> Option<ContextResult> {
        self.left = self.left.checked_sub(1)?;
        let result = self.read().ok();
        if result.is_none() {
            self.left = 0;
        }
        result
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::rpc::Pdu;

    const SRVSVC_LITTLE: [u8; 20] =
        [0xc8, 0x4f, 0x32, 0x4b, 0x70, 0x16, 0xd3, 0x01, 0x12, 0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88, 3, 0, 0, 0];
    const SRVSVC_BIG: [u8; 20] =
        [0x4b, 0x32, 0x4f, 0xc8, 0x16, 0x70, 0x01, 0xd3, 0x12, 0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88, 0, 0, 0, 3];

    #[test]
    fn the_interfaces_of_a_bind_are_read_in_either_byte_order() {
        let first_of_two = [&[0, 0, 2, 0][..], &SRVSVC_LITTLE, &[0; 40], &[1, 0, 1, 0], &SRVSVC_LITTLE, &[0; 20]];
        let little = [&[5, 0, 11, 3, 0x10, 0, 0, 0, 140, 0, 0, 0, 1, 0, 0, 0][..], &[0; 8], &[2, 0, 0, 0]].concat();
        let bytes = [little, first_of_two.concat()].concat();
        let contexts: Vec<_> = Pdu::parse(&bytes).unwrap().contexts().unwrap().collect();
        let srvsvc = |id: u16| (id, "4b324fc8-1670-01d3-1278-5a47bf6ee188".to_owned(), 3, 0);
        let said = |context: &Context| {
            (context.id, context.interface.uuid.to_string(), context.interface.major, context.interface.minor)
        };
        assert_eq!(contexts.iter().map(said).collect::<Vec<_>>(), [srvsvc(0), srvsvc(1)]);
        let cut: Vec<_> = Pdu::parse(&bytes[..100]).unwrap().contexts().unwrap().collect();
        assert_eq!(cut.iter().map(said).collect::<Vec<_>>(), [srvsvc(0)], "the second is cut");

        let big = [&[5, 0, 11, 3, 0, 0, 0, 0, 0, 72, 0, 0, 0, 0, 0, 1][..], &[0; 8], &[1, 0, 0, 0]].concat();
        let bytes = [&big[..], &[0, 9, 1, 0], &SRVSVC_BIG, &[0; 20]].concat();
        let contexts: Vec<_> = Pdu::parse(&bytes).unwrap().contexts().unwrap().collect();
        assert_eq!(contexts.iter().map(said).collect::<Vec<_>>(), [srvsvc(9)]);
    }

    #[test]
    fn results_follow_the_padded_secondary_address() {
        let header = [5, 0, 12, 3, 0x10, 0, 0, 0, 100, 0, 0, 0, 1, 0, 0, 0];
        let address = b"\x0d\0\\PIPE\\srvsvc\0\0";
        let results = [&[2, 0, 0, 0][..], &[0, 0, 0, 0], &[0; 20], &[2, 0, 1, 0], &[0; 20]].concat();
        let bytes = [&header[..], &[0; 8], &address[..15], &[0; 1], &results].concat();
        let found: Vec<_> = Pdu::parse(&bytes).unwrap().context_results().unwrap().collect();
        assert_eq!(found, [ContextResult { result: 0, reason: 0 }, ContextResult { result: 2, reason: 1 }]);
    }
}
