//! One logon with NTLM inside SPNEGO, leg by leg.

use std::fmt;

/// Who logs on. Empty user and password: an anonymous logon.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Domain, may be empty.
    pub domain: String,
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("domain", &self.domain).field("user", &self.user).finish_non_exhaustive()
    }
}

/// The randomness and the time that a logon needs; this crate has neither.
#[derive(Clone, Copy)]
pub struct Entropy {
    /// ClientChallenge: random.
    pub client_challenge: [u8; 8],
    /// ExportedSessionKey: random.
    pub exported_session_key: [u8; 16],
    /// Now, in 100 ns since 1601, for servers that send no MsvAvTimestamp.
    pub filetime: u64,
}

/// What to send next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// SPNEGO token for SESSION_SETUP's security buffer.
    pub token: Vec<u8>,
}

/// The client side of an NTLM logon.
pub struct NtlmLogon {}

/// (filled in soon)
#[derive(Debug, thiserror::Error)]
#[error("ntlm")]
pub struct NtlmError;

impl NtlmLogon {
    /// Starts a logon.
    pub fn new(_credentials: Credentials, _entropy: Entropy) -> Self {
        Self {}
    }
    /// Spoils the proof of the password, so that the server refuses the logon.
    pub fn with_wrong_proof(self) -> Self {
        self
    }
    /// The next token; `server_token` is the security buffer of the last SESSION_SETUP response (of the NEGOTIATE
    /// response, or `None`, in the first leg).
    pub fn step(&mut self, _server_token: Option<&[u8]>) -> Result<Step, NtlmError> {
        Err(NtlmError)
    }
    /// The session key, once AUTHENTICATE has been made (all zeros for anonymous logons).
    pub fn session_key(&self) -> Option<[u8; 16]> {
        None
    }
}
