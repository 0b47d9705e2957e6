//! Preauthentication integrity of SMB 3.1.1: a hash chained over the handshake (MS-SMB2 3.2.5.2, 3.3.5.4).

use aws_lc_rs::digest;
use std::fmt;

/// Length of the hash in bytes: SHA-512, the only algorithm of MS-SMB2 2.2.3.1.1.
pub const LENGTH: usize = 64;

/// PreauthIntegrityHashValue: `H(n) = SHA-512(H(n-1) || message)`, starting from 64 zero bytes.
///
/// Each message counts as the whole SMB2 message, header included, without the transport header. A connection's hash
/// takes the NEGOTIATE request and response; each session starts from a clone of it and adds its own SESSION_SETUP
/// requests and responses, except the final successful response.
#[derive(Clone, PartialEq, Eq)]
pub struct PreauthHash([u8; LENGTH]);

impl PreauthHash {
    /// The value before any message: all zeros.
    pub fn new() -> Self {
        Self([0; LENGTH])
    }

    /// Continues the chain with one message of the handshake.
    pub fn update(&mut self, message: &[u8]) {
        let mut hash = digest::Context::new(&digest::SHA512);
        hash.update(&self.0);
        hash.update(message);
        self.0.copy_from_slice(hash.finish().as_ref());
    }

    /// The value so far: the context of the 3.1.1 key derivation.
    pub fn value(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

impl From<[u8; LENGTH]> for PreauthHash {
    /// Takes up a chain at a known value.
    fn from(value: [u8; LENGTH]) -> Self {
        Self(value)
    }
}

impl Default for PreauthHash {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PreauthHash {
    /// Shows the first bytes only: enough to tell two values apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "PreauthHash({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}
