//! Kerberos as a mechanism of GSS-API (RFC 4121, RFC 4757 7).

mod checksum;
mod framing;
mod mic;

pub use checksum::{GssFlags, authenticator_checksum};
pub use framing::{ContextToken, KERBEROS, MS_KERBEROS, TokenId, frame};
pub use mic::{MicKey, Side};
