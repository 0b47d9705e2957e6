//! A live SMB2 connection: raw messages out, raw messages in.
//!
//! The protocol core ([`Connection`]) signs, compresses and encrypts what it is given, opens and verifies what comes back, keeps
//! the window of MessageIds, the preauthentication hashes and the keys. It does not decide what is sent: the messages,
//! their ids, flags and credits are the caller's. [`sockets`] carries the bytes of many over TCP on one thread. [`driver`]
//! does so for a single one in a tokio runtime: on it, and on requests built in [`request`], [`probe`] finds out whether
//! a server, a user and a share are fit for a replay (step by step: [`probe::examination`]), and [`crew`] carries out work of
//! many requests on several connections at once. [`logon`] is how an account logs on; [`kerberos`] has the tickets for that.
//!
//! # Invariants
//! - The core is sans-I/O: bytes come in as arguments, bytes and messages go out. Only [`driver`], [`sockets`] and
//!   [`kerberos`] touch sockets, only they, [`probe`] and [`crew`] the clock, and only [`probe`] and [`kerberos`] draw random
//!   bytes.
//! - The server is hostile: whatever it sends, nothing panics and memory stays within a PDU (16 MiB) a connection, and
//!   what it expands to, which is no more.
//! - Keys and passwords never appear in `Debug` output, errors or logs.

#![forbid(unsafe_code)]

mod compression;
pub mod connection;
pub mod crew;
pub mod driver;
pub mod framing;
pub mod kerberos;
pub mod logon;
pub mod negotiated;
pub mod probe;
pub mod request;
mod sealed;
pub mod security;
pub mod sockets;
pub mod window;

pub use compression::Compressed;
pub use connection::{Connection, ReceiveError, Received, Signature};
pub use negotiated::Negotiated;
pub use sealed::{SealError, Sealed};
pub use window::Window;
