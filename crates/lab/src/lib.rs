//! Lab servers: something to replay at, and what tests need around it.
//!
//! - [`EmbeddedServer`]: an SMB server inside this process, for trying things out on any machine; [`instance`] runs one
//!   in the foreground behind `smbreplay lab start`.
//! - [`Samba`]: a private Samba in a temporary folder on its own port, the fidelity reference of the tests.
//! - [`Realm`]: a private Kerberos realm with its own KDC, whose services a Samba can be.
//! - [`Recorder`]: a recording of the loopback traffic of one port; [`Smbclient`] and [`Smbtorture`]: clients that make
//!   traffic; [`Tshark`]: what the dissector that tests compare with says of it; [`packets`]: what it is made of;
//!   [`Tree`]: what a share holds, to be compared with what it should hold.
//!
//! ```
//! use smbreplay_lab::{EmbeddedOptions, EmbeddedServer};
//!
//! let folder = tempfile::tempdir()?;
//! let server = EmbeddedServer::start(EmbeddedOptions::for_folder(folder.path()))?;
//! assert!(server.address().ip().is_loopback());
//! std::net::TcpStream::connect(server.address())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants:
//! - Everything listens on a loopback address unless the caller names another one.
//! - What is started here ends with its owner: on drop, and a Samba or a KDC even when its owner is killed. Processes are ended
//!   by their own id, never by name.
//! - Nothing outside the instance's own temporary folder is written (the share folder of an [`EmbeddedServer`] is the
//!   caller's).
//! - A program that is missing is an error that names the package which has it, never a silent skip.

#![forbid(unsafe_code)]

pub mod embedded;
pub mod instance;
pub mod packets;
pub mod program;
#[cfg(unix)]
pub mod realm;
#[cfg(unix)]
pub mod recorder;
#[cfg(unix)]
pub mod samba;
#[cfg(unix)]
pub mod smbclient;
#[cfg(unix)]
pub mod smbtorture;
pub mod tree;
pub mod tshark;

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod bounded_run;
#[cfg(unix)]
mod port;

pub use embedded::{EmbeddedError, EmbeddedOptions, EmbeddedServer};
pub use program::{MissingProgram, Program};
#[cfg(unix)]
pub use realm::{Etype, Realm, RealmError, RealmOptions};
#[cfg(unix)]
pub use recorder::{Recorder, RecorderError, Recording};
#[cfg(unix)]
pub use samba::{KerberosService, Samba, SambaError, SambaOptions};
#[cfg(unix)]
pub use smbclient::{Smbclient, SmbclientError, Transcript};
#[cfg(unix)]
pub use smbtorture::{Smbtorture, SmbtortureError, Suite};
pub use tree::{Entry, EntryKind, Tree, TreeError};
pub use tshark::{Tshark, TsharkError};
