//! FSCTL_VALIDATE_NEGOTIATE_INFO (MS-SMB2 2.2.31.4, 2.2.32.6). Offsets count from the start of the buffer.

use crate::structure::structure;
use crate::{Guid, Malformed, wire};

structure! {
    /// VALIDATE_NEGOTIATE_INFO Request (MS-SMB2 2.2.31.4): what the client had sent in its NEGOTIATE request.
    pub struct ValidateNegotiateInfoRequest (RequestLayout) = "VALIDATE_NEGOTIATE_INFO Request", data {
        /// Capabilities of the client.
        capabilities: u32,
        /// Guid: the ClientGuid.
        guid: Guid,
        /// SecurityMode of the client.
        security_mode: u16,
        /// DialectCount: the number of entries in Dialects.
        dialect_count: u16,
    }
}

impl<'a> ValidateNegotiateInfoRequest<'a> {
    /// Dialects: the DialectRevision numbers offered, in the client's order.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn dialects(&self) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
        let length = usize::from(self.dialect_count()).saturating_mul(2);
        let list = wire::slice(self.message, Self::FIXED_END, length, "Dialects")?;
        Ok(list.as_chunks::<2>().0.iter().map(|dialect| u16::from_le_bytes(*dialect)))
    }
}

structure! {
    /// VALIDATE_NEGOTIATE_INFO Response (MS-SMB2 2.2.32.6): what the server had sent in its NEGOTIATE response.
    pub struct ValidateNegotiateInfoResponse (ResponseLayout) = "VALIDATE_NEGOTIATE_INFO Response", data {
        /// Capabilities of the server.
        capabilities: u32,
        /// Guid: the ServerGuid.
        guid: Guid,
        /// SecurityMode of the server.
        security_mode: u16,
        /// Dialect selected.
        dialect: u16,
    }
}
