//! Checksum types (RFC 3961 8, RFC 4757 4, RFC 8009 6).

use super::EncryptionType;

/// The number of a checksum's kind on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChecksumType(pub i32);

impl ChecksumType {
    /// hmac-sha1-96-aes128.
    pub const HMAC_SHA1_96_AES128: Self = Self(15);
    /// hmac-sha1-96-aes256.
    pub const HMAC_SHA1_96_AES256: Self = Self(16);
    /// hmac-sha256-128-aes128.
    pub const HMAC_SHA256_128_AES128: Self = Self(19);
    /// hmac-sha384-192-aes256.
    pub const HMAC_SHA384_192_AES256: Self = Self(20);
    /// HMAC-MD5 of RC4-HMAC.
    pub const HMAC_MD5: Self = Self(-138);
    /// No checksum at all, but the flags and channel bindings of GSS-API (RFC 4121 4.1.1).
    pub const GSS: Self = Self(0x8003);
}

impl EncryptionType {
    /// The keyed checksum that goes with the type.
    pub fn checksum_type(self) -> ChecksumType {
        match self {
            Self::Aes128Sha1 => ChecksumType::HMAC_SHA1_96_AES128,
            Self::Aes256Sha1 => ChecksumType::HMAC_SHA1_96_AES256,
            Self::Aes128Sha256 => ChecksumType::HMAC_SHA256_128_AES128,
            Self::Aes256Sha384 => ChecksumType::HMAC_SHA384_192_AES256,
            Self::Rc4Hmac => ChecksumType::HMAC_MD5,
        }
    }
}
