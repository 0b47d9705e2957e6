//! NTLM (MS-NLMP): the three messages, NTLMv2 responses, and the session key they yield.

pub mod av_pair;
pub mod client;
pub mod flags;
pub mod message;
pub mod nt_hash;
pub mod recompute;
pub mod signature;

pub use av_pair::{AvId, AvPairs};
pub use client::{Authenticated, Client, Entropy, NtlmError};
pub use flags::NegotiateFlags;
pub use message::{Authenticate, Challenge, Message, Negotiate, NtlmV2Response};
pub use nt_hash::NtHash;
pub use recompute::session_key_from_capture;

/// First bytes of every NTLM message.
pub const SIGNATURE: [u8; 8] = *b"NTLMSSP\0";
