//! Logging on: NTLM (MS-NLMP) inside SPNEGO (RFC 4178, MS-SPNG), as carried by SESSION_SETUP's security buffers.

mod der;
pub mod logon;
pub mod ntlm;
pub mod spnego;

pub use logon::{Credentials, NtlmLogon, Step};
pub use ntlm::{Entropy, NtlmError};
