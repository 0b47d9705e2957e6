//! Kerberos 5, as far as an SMB2 logon has to do with it: what a captured AP-REQ holds, and the keys that open it.
//!
//! This crate holds the encryption types of Active Directory and MIT Kerberos ([`encryption`]), the keytab file format
//! ([`keytab`]), the messages of RFC 4120 ([`message`]) with their framing by GSS-API ([`gss`]), and the service's
//! side of a logon ([`acceptor`]). For a live logon there are the client's side ([`client`]), credential caches
//! ([`credential_cache`]) and krb5.conf ([`configuration`]).
//!
//! ```
//! use smbreplay_kerberos::{EncryptionType, Keytab};
//!
//! let service = Keytab::parse(b"\x05\x02")?;
//! assert_eq!(service.keys(EncryptionType::Aes256Sha1, None).count(), 0);
//! # Ok::<(), smbreplay_kerberos::keytab::KeytabError>(())
//! ```
//!
//! # Invariants
//! - No I/O, no clock, no source of randomness: bytes, times and confounders come in, values or bytes go out.
//! - Input is hostile. No function panics, indexes or computes unchecked on bytes of a message or file, and what is
//!   held is no larger than what was read.
//! - Keys are never shown: `Debug` names the encryption type and no more.

#![forbid(unsafe_code)]

pub mod acceptor;
pub mod client;
pub mod configuration;
pub mod credential_cache;
mod der;
pub mod encryption;
pub mod gss;
pub mod keytab;
pub mod malformed;
pub mod message;

pub use acceptor::{AcceptError, Accepted, accept};
pub use configuration::Configuration;
pub use credential_cache::CredentialCache;
pub use encryption::{EncryptionKey, EncryptionType};
pub use keytab::Keytab;
pub use malformed::Malformed;
pub use message::{Principal, PrincipalName};
