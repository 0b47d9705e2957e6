//! NEGOTIATE (MS-SMB2 2.2.3, 2.2.4).

use crate::context::negotiate::{NegotiateContexts, contexts};
use crate::structure::structure;
use crate::{Guid, Malformed, wire};
use std::ops::Range;

/// DialectRevision of SMB 3.1.1, the first dialect with negotiate contexts.
const SMB_3_1_1: u16 = 0x0311;

structure! {
    /// SMB2 NEGOTIATE Request (MS-SMB2 2.2.3).
    pub struct NegotiateRequest (RequestLayout) = "SMB2 NEGOTIATE Request", message(36) {
        /// DialectCount: the number of entries in Dialects.
        dialect_count: u16 = DIALECT_COUNT_FIELD,
        /// SecurityMode: signing enabled (1) or required (2).
        security_mode: u16 = SECURITY_MODE_FIELD,
        /// Reserved.
        reserved: u16,
        /// Capabilities: SMB2_GLOBAL_CAP flags.
        capabilities: u32 = CAPABILITIES_FIELD,
        /// ClientGuid.
        client_guid: Guid = CLIENT_GUID_FIELD,
        /// NegotiateContextOffset from the header; the low half of ClientStartTime unless SMB 3.1.1 is offered.
        negotiate_context_offset: u32 = NEGOTIATE_CONTEXT_OFFSET_FIELD,
        /// NegotiateContextCount; part of ClientStartTime unless SMB 3.1.1 is offered.
        negotiate_context_count: u16 = NEGOTIATE_CONTEXT_COUNT_FIELD,
        /// Reserved2; part of ClientStartTime unless SMB 3.1.1 is offered.
        reserved2: u16,
    }
}

impl<'a> NegotiateRequest<'a> {
    /// Where Dialects begins: right behind the fixed part.
    pub const DIALECTS_OFFSET: usize = Self::FIXED_END;

    /// Where Dialects lies: DialectCount 16-bit integers.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn dialects_range(&self) -> Result<Range<usize>, Malformed> {
        let length = usize::from(self.dialect_count()).saturating_mul(2);
        wire::range(self.message, Self::DIALECTS_OFFSET, length, "Dialects")
    }

    /// Dialects: the DialectRevision numbers offered, in the client's order.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn dialects(&self) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
        let list = wire::slice(self.message, Self::DIALECTS_OFFSET, self.dialects_range()?.len(), "Dialects")?;
        Ok(list.as_chunks::<2>().0.iter().map(|dialect| u16::from_le_bytes(*dialect)))
    }

    /// NegotiateContextList, empty unless SMB 3.1.1 is among the dialects.
    pub fn contexts(&self) -> NegotiateContexts<'a> {
        let has_contexts = self.dialects().is_ok_and(|mut dialects| dialects.any(|dialect| dialect == SMB_3_1_1));
        let count = if has_contexts { self.negotiate_context_count() } else { 0 };
        contexts(self.message, self.negotiate_context_offset(), count)
    }
}

structure! {
    /// SMB2 NEGOTIATE Response (MS-SMB2 2.2.4).
    pub struct NegotiateResponse (ResponseLayout) = "SMB2 NEGOTIATE Response", message(65) {
        /// SecurityMode: signing enabled (1) or required (2).
        security_mode: u16,
        /// DialectRevision selected; 0x02FF answers an SMB1 negotiation and asks for an SMB2 one.
        dialect_revision: u16,
        /// NegotiateContextCount; Reserved unless the dialect is 3.1.1.
        negotiate_context_count: u16,
        /// ServerGuid.
        server_guid: Guid,
        /// Capabilities: SMB2_GLOBAL_CAP flags.
        capabilities: u32,
        /// MaxTransactSize in bytes.
        max_transact_size: u32,
        /// MaxReadSize in bytes.
        max_read_size: u32,
        /// MaxWriteSize in bytes.
        max_write_size: u32,
        /// SystemTime, FILETIME.
        system_time: u64,
        /// ServerStartTime, FILETIME.
        server_start_time: u64,
        /// SecurityBufferOffset from the header.
        security_buffer_offset: u16,
        /// SecurityBufferLength in bytes.
        security_buffer_length: u16,
        /// NegotiateContextOffset from the header; Reserved2 unless the dialect is 3.1.1.
        negotiate_context_offset: u32,
    }
    variable {
        /// The security buffer: a GSS token, often an SPNEGO NegTokenInit2, or nothing.
        security_buffer in security_buffer_range = security_buffer_offset, security_buffer_length;
    }
}

impl<'a> NegotiateResponse<'a> {
    /// NegotiateContextList, empty unless the dialect is 3.1.1.
    pub fn contexts(&self) -> NegotiateContexts<'a> {
        let count = if self.dialect_revision() == SMB_3_1_1 { self.negotiate_context_count() } else { 0 };
        contexts(self.message, self.negotiate_context_offset(), count)
    }
}
