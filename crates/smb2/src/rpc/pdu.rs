//! The common header and what PDUs of calls say (C706 12.6.3.1, 12.6.4; MS-RPCE 2.2.2).

use super::presentation::{ContextResults, Contexts};
use crate::Malformed;
use crate::wire::{array, u8_at};
use std::fmt;

/// The integer representation of a PDU (C706 14.2.5): that of its sender, who says it in the header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl Order {
    pub(super) fn u16_at(self, bytes: &[u8], offset: usize, what: &'static str) -> Result<u16, Malformed> {
        let wire = array(bytes, offset, what)?;
        Ok(match self {
            Self::Little => u16::from_le_bytes(wire),
            Self::Big => u16::from_be_bytes(wire),
        })
    }

    pub(super) fn u32_at(self, bytes: &[u8], offset: usize, what: &'static str) -> Result<u32, Malformed> {
        let wire = array(bytes, offset, what)?;
        Ok(match self {
            Self::Little => u32::from_le_bytes(wire),
            Self::Big => u32::from_be_bytes(wire),
        })
    }
}

/// What a PDU is: PTYPE (C706 12.6.4, MS-RPCE 2.2.2.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PacketType(pub u8);

impl PacketType {
    /// A call, or a fragment of one.
    pub const REQUEST: Self = Self(0);
    /// Its answer.
    pub const RESPONSE: Self = Self(2);
    /// The answer to a call that failed.
    pub const FAULT: Self = Self(3);
    /// Presentation contexts are proposed: identifiers for interfaces.
    pub const BIND: Self = Self(11);
    /// What became of them.
    pub const BIND_ACK: Self = Self(12);
    /// The server refuses the association.
    pub const BIND_NAK: Self = Self(13);
    /// More presentation contexts are proposed.
    pub const ALTER_CONTEXT: Self = Self(14);
    /// What became of them.
    pub const ALTER_CONTEXT_RESP: Self = Self(15);
    /// The third leg of an authentication (MS-RPCE 2.2.2.5).
    pub const AUTH3: Self = Self(16);
    /// The server asks the client to end the association.
    pub const SHUTDOWN: Self = Self(17);
    /// The client cancels a call.
    pub const CO_CANCEL: Self = Self(18);
    /// The client gives up a call.
    pub const ORPHANED: Self = Self(19);

    /// The name in C706, `None` for types that do not exist on connections.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::REQUEST => "request",
            Self::RESPONSE => "response",
            Self::FAULT => "fault",
            Self::BIND => "bind",
            Self::BIND_ACK => "bind_ack",
            Self::BIND_NAK => "bind_nak",
            Self::ALTER_CONTEXT => "alter_context",
            Self::ALTER_CONTEXT_RESP => "alter_context_resp",
            Self::AUTH3 => "auth3",
            Self::SHUTDOWN => "shutdown",
            Self::CO_CANCEL => "co_cancel",
            Self::ORPHANED => "orphaned",
            _ => return None,
        })
    }
}

/// A protocol data unit whose common header is there. Its body may be cut: accessors tell.
#[derive(Clone, Copy)]
pub struct Pdu<'a> {
    bytes: &'a [u8],
    packet_type: PacketType,
    flags: u8,
    order: Order,
    frag_length: u16,
    auth_length: u16,
    call_id: u32,
}

impl<'a> Pdu<'a> {
    /// The bytes of the common header.
    pub const HEADER_LENGTH: usize = 16;
    /// PFC_FIRST_FRAG: the first fragment of a call or answer.
    pub const FIRST_FRAG: u8 = 0x01;
    /// PFC_LAST_FRAG: its last one.
    pub const LAST_FRAG: u8 = 0x02;

    /// Reads the common header at the start of `bytes`.
    ///
    /// # Errors
    /// [`Malformed`] when it is not all there, or is none: another version than 5.0 and 5.1, a PTYPE that connections
    /// do not have, or a length shorter than the header.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let wrong = |what, offset, found: u8, expected| {
            Err(Malformed::BadValue { what, offset, value: found.into(), expected })
        };
        let [version, minor, packet_type, flags] = array(bytes, 0, "DCE/RPC header")?;
        if version != 5 {
            return wrong("rpc_vers", 0, version, "5");
        }
        if minor > 1 {
            return wrong("rpc_vers_minor", 1, minor, "0 or 1");
        }
        let packet_type = PacketType(packet_type);
        if packet_type.name().is_none() {
            return wrong("PTYPE", 2, packet_type.0, "a type that connections have");
        }
        let order = match u8_at(bytes, 4, "packed_drep")? >> 4 {
            0 => Order::Big,
            1 => Order::Little,
            other => return wrong("packed_drep", 4, other, "big or little endian"),
        };
        let frag_length = order.u16_at(bytes, 8, "frag_length")?;
        if usize::from(frag_length) < Self::HEADER_LENGTH {
            let value = frag_length.into();
            return Err(Malformed::BadValue { what: "frag_length", offset: 8, value, expected: "at least the header" });
        }
        let auth_length = order.u16_at(bytes, 10, "auth_length")?;
        let call_id = order.u32_at(bytes, 12, "call_id")?;
        let end = usize::from(frag_length).min(bytes.len());
        let bytes = bytes.get(..end).unwrap_or_default();
        Ok(Self { bytes, packet_type, flags, order, frag_length, auth_length, call_id })
    }

    /// PTYPE.
    pub fn packet_type(&self) -> PacketType {
        self.packet_type
    }

    /// pfc_flags.
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// The sender's order of bytes.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The length of this fragment in bytes, header and authentication included.
    pub fn frag_length(&self) -> u16 {
        self.frag_length
    }

    /// The length of the authentication token at the end of the fragment.
    pub fn auth_length(&self) -> u16 {
        self.auth_length
    }

    /// Which call this belongs to.
    pub fn call_id(&self) -> u32 {
        self.call_id
    }

    /// The presentation context of a request, response or fault: an identifier that bind gave to an interface.
    ///
    /// # Errors
    /// [`Malformed::TooShort`].
    pub fn context_id(&self) -> Result<u16, Malformed> {
        self.order.u16_at(self.bytes, 20, "p_cont_id")
    }

    /// The operation that a request calls.
    ///
    /// # Errors
    /// [`Malformed::TooShort`].
    pub fn opnum(&self) -> Result<u16, Malformed> {
        self.order.u16_at(self.bytes, 22, "opnum")
    }

    /// The status of a fault (C706 appendix E, MS-RPCE 2.2.2.9).
    ///
    /// # Errors
    /// [`Malformed::TooShort`].
    pub fn fault_status(&self) -> Result<u32, Malformed> {
        self.order.u32_at(self.bytes, 24, "status of the fault")
    }

    /// The contexts that a bind or alter_context proposes.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when not even their number is there.
    pub fn contexts(&self) -> Result<Contexts<'a>, Malformed> {
        Contexts::parse(self.bytes, self.order)
    }

    /// What a bind_ack or alter_context_resp says of the contexts proposed, in their order.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when not even their number is there.
    pub fn context_results(&self) -> Result<ContextResults<'a>, Malformed> {
        ContextResults::parse(self.bytes, self.order)
    }
}

impl fmt::Debug for Pdu<'_> {
    /// The header alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pdu")
            .field("packet_type", &self.packet_type)
            .field("flags", &self.flags)
            .field("order", &self.order)
            .field("frag_length", &self.frag_length)
            .field("call_id", &self.call_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    /// A request for opnum 15 in context 1, call 7, with four bytes of stub.
    fn request(drep: u8) -> Vec<u8> {
        let ordered = |mut bytes: Vec<u8>| {
            if drep == 0 {
                bytes.reverse();
            }
            bytes
        };
        let u16_of = |value: u16| ordered(value.to_le_bytes().to_vec());
        let u32_of = |value: u32| ordered(value.to_le_bytes().to_vec());
        [
            &[5, 0, 0, 3, drep, 0, 0, 0][..],
            &u16_of(28),
            &u16_of(0),
            &u32_of(7),
            &u32_of(4),
            &u16_of(1),
            &u16_of(15),
            &[0; 4],
        ]
        .concat()
    }

    #[test]
    fn a_request_is_read_in_either_byte_order() {
        for (drep, order) in [(0x10, Order::Little), (0x00, Order::Big)] {
            let bytes = request(drep);
            let pdu = Pdu::parse(&bytes).unwrap();
            assert_eq!((pdu.packet_type(), pdu.order(), pdu.frag_length()), (PacketType::REQUEST, order, 28));
            assert_eq!((pdu.call_id(), pdu.context_id().unwrap(), pdu.opnum().unwrap()), (7, 1, 15));
            assert_eq!(pdu.flags(), Pdu::FIRST_FRAG | Pdu::LAST_FRAG);
        }
    }

    #[test]
    fn a_cut_request_has_a_header_and_no_opnum() {
        let bytes = request(0x10);
        let pdu = Pdu::parse(&bytes[..23]).unwrap();
        assert_eq!(pdu.context_id().unwrap(), 1);
        assert!(pdu.opnum().is_err());
        assert!(Pdu::parse(&bytes[..15]).is_err());
    }

    #[test]
    fn what_is_no_rpc_is_refused() {
        for (at, value) in [(0, 4), (1, 2), (2, 20), (2, 1), (4, 0x20), (8, 15)] {
            let mut bytes = request(0x10);
            bytes[at] = value;
            assert!(Pdu::parse(&bytes).is_err(), "byte {at} as {value}");
        }
    }
}
