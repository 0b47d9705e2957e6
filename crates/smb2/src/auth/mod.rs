//! Logging on: NTLM (MS-NLMP) inside SPNEGO (RFC 4178, MS-SPNG), as carried by SESSION_SETUP's security buffers.

pub mod logon;

pub use logon::{Credentials, Entropy, NtlmLogon, Step};
