//! Negotiate contexts (MS-SMB2 2.2.3.1, 2.2.4.1), SMB 3.1.1.

use crate::structure::{Index, structure};
use crate::{Malformed, wire};
use std::ops::Range;

/// ContextType values (MS-SMB2 2.2.3.1).
pub mod context_type {
    /// SMB2_PREAUTH_INTEGRITY_CAPABILITIES.
    pub const PREAUTH_INTEGRITY_CAPABILITIES: u16 = 0x0001;
    /// SMB2_ENCRYPTION_CAPABILITIES.
    pub const ENCRYPTION_CAPABILITIES: u16 = 0x0002;
    /// SMB2_COMPRESSION_CAPABILITIES.
    pub const COMPRESSION_CAPABILITIES: u16 = 0x0003;
    /// SMB2_NETNAME_NEGOTIATE_CONTEXT_ID.
    pub const NETNAME_NEGOTIATE_CONTEXT_ID: u16 = 0x0005;
    /// SMB2_TRANSPORT_CAPABILITIES.
    pub const TRANSPORT_CAPABILITIES: u16 = 0x0006;
    /// SMB2_RDMA_TRANSFORM_CAPABILITIES.
    pub const RDMA_TRANSFORM_CAPABILITIES: u16 = 0x0007;
    /// SMB2_SIGNING_CAPABILITIES.
    pub const SIGNING_CAPABILITIES: u16 = 0x0008;
    /// SMB2_POSIX_EXTENSIONS_AVAILABLE, of the POSIX extensions of SMB 3.1.1.
    pub const POSIX_EXTENSIONS_AVAILABLE: u16 = 0x0100;
}

/// SMB2_NEGOTIATE_CONTEXT (MS-SMB2 2.2.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegotiateContext<'a> {
    /// ContextType; see [`context_type`].
    pub context_type: u16,
    /// Data, to be read with the view that belongs to the type. For SMB2_NETNAME_NEGOTIATE_CONTEXT_ID it is NetName, the
    /// server's name in UTF-16LE.
    pub data: &'a [u8],
    /// Where `data` lies in the message; add a view's constants to its start.
    pub data_range: Range<usize>,
}

/// Length of ContextType, DataLength and Reserved.
pub const FIXED_LENGTH: usize = 8;

/// The `count` negotiate contexts in `message` from `offset` on (both as the message states them).
pub(crate) fn contexts(message: &[u8], offset: u32, count: u16) -> NegotiateContexts<'_> {
    NegotiateContexts { message, next: offset.index(), left: count }
}

/// Iterator over the negotiate contexts of a message; an `Err` is its last item. Offsets in errors count from the start of the message.
#[derive(Debug, Clone)]
pub struct NegotiateContexts<'a> {
    message: &'a [u8],
    next: usize,
    left: u16,
}

impl<'a> NegotiateContexts<'a> {
    fn read(&self) -> Result<NegotiateContext<'a>, Malformed> {
        let context_type = wire::u16_at(self.message, self.next, "ContextType")?;
        let length = wire::u16_at(self.message, self.next.saturating_add(2), "DataLength")?.index();
        let start = self.next.saturating_add(FIXED_LENGTH);
        Ok(NegotiateContext {
            context_type,
            data: wire::slice(self.message, start, length, "Data of a negotiate context")?,
            data_range: wire::range(self.message, start, length, "Data of a negotiate context")?,
        })
    }
}

impl<'a> Iterator for NegotiateContexts<'a> {
    type Item = Result<NegotiateContext<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let context = self.read();
        match &context {
            // Padding is counted from the context before, so that a list at an odd place is still followed.
            Ok(context) => {
                let padded = context.data.len().next_multiple_of(8);
                self.next = self.next.saturating_add(FIXED_LENGTH).saturating_add(padded);
            }
            Err(_) => self.left = 0,
        }
        Some(context)
    }
}

/// A list of 16-bit identifiers, as most negotiate contexts end with.
fn ids<'a>(
    data: &'a [u8],
    offset: usize,
    count: u16,
    what: &'static str,
) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
    let list = wire::slice(data, offset, usize::from(count).saturating_mul(2), what)?;
    Ok(list.as_chunks::<2>().0.iter().map(|id| u16::from_le_bytes(*id)))
}

structure! {
    /// SMB2_PREAUTH_INTEGRITY_CAPABILITIES (MS-SMB2 2.2.3.1.1). Offsets count from the start of the data.
    pub struct PreauthIntegrityCapabilities (PreauthLayout) = "SMB2_PREAUTH_INTEGRITY_CAPABILITIES", data {
        /// HashAlgorithmCount: the number of entries in HashAlgorithms.
        hash_algorithm_count: u16,
        /// SaltLength in bytes.
        salt_length: u16,
    }
}

impl<'a> PreauthIntegrityCapabilities<'a> {
    /// HashAlgorithms: SHA-512 (1).
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn hash_algorithms(&self) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
        ids(self.message, Self::FIXED_END, self.hash_algorithm_count(), "HashAlgorithms")
    }

    /// Where Salt lies in the data.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is not all there.
    pub fn salt_range(&self) -> Result<Range<usize>, Malformed> {
        let start = Self::FIXED_END.saturating_add(self.hash_algorithm_count().index().saturating_mul(2));
        wire::range(self.message, start, self.salt_length().index(), "Salt")
    }

    /// Salt.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is not all there.
    pub fn salt(&self) -> Result<&'a [u8], Malformed> {
        let range = self.salt_range()?;
        wire::slice(self.message, range.start, range.len(), "Salt")
    }
}

structure! {
    /// SMB2_ENCRYPTION_CAPABILITIES (MS-SMB2 2.2.3.1.2).
    pub struct EncryptionCapabilities (EncryptionLayout) = "SMB2_ENCRYPTION_CAPABILITIES", data {
        /// CipherCount: the number of entries in Ciphers.
        cipher_count: u16,
    }
}

impl<'a> EncryptionCapabilities<'a> {
    /// Ciphers: AES-128-CCM (1), AES-128-GCM (2), AES-256-CCM (3), AES-256-GCM (4).
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn ciphers(&self) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
        ids(self.message, Self::FIXED_END, self.cipher_count(), "Ciphers")
    }
}

structure! {
    /// SMB2_COMPRESSION_CAPABILITIES (MS-SMB2 2.2.3.1.3).
    pub struct CompressionCapabilities (CompressionLayout) = "SMB2_COMPRESSION_CAPABILITIES", data {
        /// CompressionAlgorithmCount: the number of entries in CompressionAlgorithms.
        compression_algorithm_count: u16,
        /// Padding.
        padding: u16,
        /// Flags: chained compression (1).
        flags: u32,
    }
}

impl<'a> CompressionCapabilities<'a> {
    /// CompressionAlgorithms: none (0), LZNT1 (1), LZ77 (2), LZ77+Huffman (3), Pattern_V1 (4), LZ4 (5).
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn compression_algorithms(&self) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
        ids(self.message, Self::FIXED_END, self.compression_algorithm_count(), "CompressionAlgorithms")
    }
}

structure! {
    /// SMB2_TRANSPORT_CAPABILITIES (MS-SMB2 2.2.3.1.5).
    pub struct TransportCapabilities (TransportLayout) = "SMB2_TRANSPORT_CAPABILITIES", data {
        /// Flags: SMB2_ACCEPT_TRANSPORT_LEVEL_SECURITY (1).
        flags: u32,
    }
}

structure! {
    /// SMB2_RDMA_TRANSFORM_CAPABILITIES (MS-SMB2 2.2.3.1.6).
    pub struct RdmaTransformCapabilities (RdmaLayout) = "SMB2_RDMA_TRANSFORM_CAPABILITIES", data {
        /// TransformCount: the number of entries in RDMATransformIds.
        transform_count: u16,
        /// Reserved1.
        reserved1: u16,
        /// Reserved2.
        reserved2: u32,
    }
}

impl<'a> RdmaTransformCapabilities<'a> {
    /// RDMATransformIds: none (0), encryption (1), signing (2).
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn rdma_transform_ids(&self) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
        ids(self.message, Self::FIXED_END, self.transform_count(), "RDMATransformIds")
    }
}

structure! {
    /// SMB2_SIGNING_CAPABILITIES (MS-SMB2 2.2.3.1.7).
    pub struct SigningCapabilities (SigningLayout) = "SMB2_SIGNING_CAPABILITIES", data {
        /// SigningAlgorithmCount: the number of entries in SigningAlgorithms.
        signing_algorithm_count: u16,
    }
}

impl<'a> SigningCapabilities<'a> {
    /// SigningAlgorithms: HMAC-SHA256 (0), AES-CMAC (1), AES-GMAC (2).
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when the list is not all there.
    pub fn signing_algorithms(&self) -> Result<impl ExactSizeIterator<Item = u16> + Clone + use<'a>, Malformed> {
        ids(self.message, Self::FIXED_END, self.signing_algorithm_count(), "SigningAlgorithms")
    }
}
