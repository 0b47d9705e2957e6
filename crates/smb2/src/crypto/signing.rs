//! Signing of messages (MS-SMB2 3.1.4.1, 3.1.5.1).

use crate::header::offset::SIGNATURE;
use crate::{Command, Header, HeaderFlags, Malformed, header, wire};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{cmac, constant_time, hmac};
use std::fmt;
use std::sync::Arc;

/// How messages are signed (SMB2_SIGNING_CAPABILITIES, MS-SMB2 2.2.3.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// HMAC-SHA256 cut to 16 bytes: dialects 2.0.2 and 2.1.
    HmacSha256,
    /// AES-128-CMAC: dialects 3.0 and 3.0.2, and 3.1.1 when nothing else was negotiated.
    AesCmac,
    /// AES-128-GMAC: dialect 3.1.1 when negotiated.
    AesGmac,
}

impl SigningAlgorithm {
    /// The algorithm with this SigningAlgorithms id on the wire.
    pub fn from_wire(id: u16) -> Option<Self> {
        match id {
            0 => Some(Self::HmacSha256),
            1 => Some(Self::AesCmac),
            2 => Some(Self::AesGmac),
            _ => None,
        }
    }

    /// Its id on the wire.
    pub fn to_wire(self) -> u16 {
        match self {
            Self::HmacSha256 => 0,
            Self::AesCmac => 1,
            Self::AesGmac => 2,
        }
    }

    /// What a connection of `dialect` (DialectRevision on the wire) signs with; `negotiated` is the id in the NEGOTIATE
    /// response's SMB2_SIGNING_CAPABILITIES, if there was one. `None` for an id that no specification names.
    pub fn of_connection(dialect: u16, negotiated: Option<u16>) -> Option<Self> {
        match (dialect, negotiated) {
            (..0x0300, _) => Some(Self::HmacSha256),
            (0x0311, Some(id)) => Self::from_wire(id),
            _ => Some(Self::AesCmac),
        }
    }
}

/// A key that signs and verifies messages: the session's, or a channel's of a multichannel session.
///
/// Cheap to clone: the expanded key is shared.
#[derive(Clone)]
pub struct SigningKey {
    bytes: [u8; 16],
    expanded: Expanded,
}

#[derive(Clone)]
enum Expanded {
    HmacSha256(Arc<hmac::Key>),
    AesCmac(Arc<cmac::Key>),
    AesGmac(Arc<LessSafeKey>),
}

impl SigningKey {
    /// Prepares `key` for use with `algorithm`.
    #[expect(clippy::expect_used, reason = "the algorithms refuse keys of another length only, and 16 is theirs")]
    pub fn new(algorithm: SigningAlgorithm, key: [u8; 16]) -> Self {
        let expanded = match algorithm {
            SigningAlgorithm::HmacSha256 => Expanded::HmacSha256(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &key))),
            SigningAlgorithm::AesCmac => {
                Expanded::AesCmac(Arc::new(cmac::Key::new(cmac::AES_128, &key).expect("a key of 16 bytes")))
            }
            SigningAlgorithm::AesGmac => {
                let unbound = UnboundKey::new(&AES_128_GCM, &key).expect("a key of 16 bytes");
                Expanded::AesGmac(Arc::new(LessSafeKey::new(unbound)))
            }
        };
        Self { bytes: key, expanded }
    }

    /// The algorithm this key is for.
    pub fn algorithm(&self) -> SigningAlgorithm {
        match self.expanded {
            Expanded::HmacSha256(_) => SigningAlgorithm::HmacSha256,
            Expanded::AesCmac(_) => SigningAlgorithm::AesCmac,
            Expanded::AesGmac(_) => SigningAlgorithm::AesGmac,
        }
    }

    /// The key itself: a secret, for key files and comparison.
    pub fn expose(&self) -> &[u8; 16] {
        &self.bytes
    }

    /// Writes the Signature field of one message: header, body and, inside a chain, the padding after it.
    ///
    /// The flags are signed as they stand; setting SMB2_FLAGS_SIGNED beforehand is the caller's part.
    ///
    /// # Errors
    /// [`Malformed`] when `message` does not start with a whole SMB2 header; nothing is changed then.
    pub fn sign(&self, message: &mut [u8]) -> Result<(), Malformed> {
        let parsed = Header::parse(message)?;
        let _ = header::patch(message, SIGNATURE, &[0; 16]);
        let _ = header::patch(message, SIGNATURE, &self.expanded.mac(&parsed, message));
        Ok(())
    }

    /// The signature that one message (as for [`sign`](Self::sign)) should carry; what it carries does not matter.
    ///
    /// # Errors
    /// [`Malformed`] when `message` does not start with a whole SMB2 header.
    pub fn signature(&self, message: &[u8]) -> Result<[u8; 16], Malformed> {
        let mut copy = message.to_vec();
        self.sign(&mut copy)?;
        wire::array(&copy, SIGNATURE, "Signature")
    }

    /// Whether one message carries the right signature; false too when it has no whole header.
    pub fn verify(&self, message: &[u8]) -> bool {
        let carried = wire::array::<16>(message, SIGNATURE, "Signature");
        let right = self.signature(message);
        matches!((carried, right), (Ok(carried), Ok(right))
            if constant_time::verify_slices_are_equal(&carried, &right).is_ok())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.algorithm())
    }
}

impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm() == other.algorithm() && self.bytes == other.bytes
    }
}

impl Eq for SigningKey {}

impl Expanded {
    /// The first 16 bytes of the MAC over `message`, whose Signature field is zero and whose header is `header`.
    #[expect(clippy::expect_used, reason = "a MAC over bytes in memory has no way to fail")]
    fn mac(&self, header: &Header, message: &[u8]) -> [u8; 16] {
        match self {
            Self::HmacSha256(key) => first_16(hmac::sign(key, message).as_ref()),
            Self::AesCmac(key) => first_16(cmac::sign(key, message).expect("bytes in memory").as_ref()),
            Self::AesGmac(key) => {
                let nonce = Nonce::assume_unique_for_key(gmac_nonce(header));
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(message), &mut []);
                first_16(tag.expect("nothing to seal").as_ref())
            }
        }
    }
}

/// MessageId, then a bit for the server's role and a bit for CANCEL, which reuses the MessageId of another request.
fn gmac_nonce(header: &Header) -> [u8; 12] {
    let from_server = u128::from(header.flags.has(HeaderFlags::SERVER_TO_REDIR));
    let cancel = u128::from(header.command == Command::CANCEL && from_server == 0);
    let nonce = u128::from(header.message_id) | (from_server | cancel << 1) << 64;
    let [nonce @ .., _, _, _, _] = nonce.to_le_bytes();
    nonce
}

fn first_16(mac: &[u8]) -> [u8; 16] {
    mac.first_chunk().copied().unwrap_or_default()
}
