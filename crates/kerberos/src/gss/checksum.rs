//! What stands in place of the authenticator's checksum (RFC 4121 4.1.1).

use crate::encryption::ChecksumType;
use crate::message::Checksum;

/// Flags of a security context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct GssFlags(pub u32);

impl GssFlags {
    /// The acceptor has to prove itself.
    pub const MUTUAL: Self = Self(2);
    /// Replayed messages are found.
    pub const REPLAY: Self = Self(4);
    /// Messages out of sequence are found.
    pub const SEQUENCE: Self = Self(8);
    /// Messages can be encrypted.
    pub const CONFIDENTIALITY: Self = Self(16);
    /// Messages can be signed.
    pub const INTEGRITY: Self = Self(32);

    /// These and those of `other`.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The checksum of a logon without channel bindings or delegation.
pub fn authenticator_checksum(GssFlags(flags): GssFlags) -> Checksum {
    let mut value = 16u32.to_le_bytes().to_vec();
    value.extend([0; 16]);
    value.extend(flags.to_le_bytes());
    Checksum { kind: ChecksumType::GSS, value }
}
