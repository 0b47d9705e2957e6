//! The SMB2/SMB3 wire: what the bytes of a message mean, and how to change or protect them.
//!
//! This crate holds zero-copy views of the SMB2 header and of the request and response of every command
//! (MS-SMB2 section 2.2), the names of codes, the ranges of a message that a replay may have to patch, and the
//! transforms: signing, encryption, compression, key derivation, NTLMv2.
//!
//! ```
//! use smbreplay_smb2::{Command, Header, HeaderFlags};
//!
//! let mut message = b"\xfeSMB\x40\0".to_vec();
//! message.resize(64, 0);
//! message[12] = 5;
//! let header = Header::parse(&message)?;
//! assert_eq!(header.command, Command::CREATE);
//! assert_eq!(header.command.to_string(), "CREATE");
//! assert!(!header.flags.has(HeaderFlags::SIGNED));
//! # Ok::<(), smbreplay_smb2::Malformed>(())
//! ```
//!
//! # Invariants
//! - No I/O, no clock, no state beyond what a caller holds: bytes come in, values or bytes go out.
//! - Input is hostile. No function panics, indexes or computes unchecked on bytes of a message; what does not fit the
//!   specification is a [`Malformed`] with the place and the reason.
//! - A view borrows the message, header included, because SMB2 offsets count from the first byte of the header.
//! - All integers on the wire are little-endian, except the transport header.

#![forbid(unsafe_code)]

pub mod auth;
pub mod chain;
pub mod command;
pub mod compression;
pub mod context;
pub mod crypto;
pub mod fscc;
pub mod header;
pub mod id;
pub mod malformed;
pub mod message;
pub mod names;
pub mod rpc;
mod structure;
pub mod transform;
pub mod transport;
pub mod utf16;
pub mod wire;

pub use command::Command;
pub use header::{Header, HeaderFlags};
pub use id::{FileId, Guid};
pub use malformed::Malformed;
pub use names::ntstatus::NtStatus;
