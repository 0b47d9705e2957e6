//! The embedded lab server: SMB 2.0.2 to 3.1.1 in this process, on the crate `smb-server`, with no privileges and
//! nothing to install. Good for trying things, never the reference for what a real server answers.
//!
//! It has NTLMv2 logons, signing, encryption, leases on files, durable handles (with such a lease), change
//! notifications, byte-range locks and share modes. What it does not have, and how a replay sees that:
//! - no oplocks: a CREATE that asked for one is granted none, so no break ever comes;
//! - no directory leases;
//! - no alternate data streams: names with `:` are refused with `STATUS_OBJECT_NAME_INVALID`;
//! - no extended attributes, security descriptors (ACLs) or quotas: these information types are not supported;
//! - no server-side copy: `FSCTL_SRV_REQUEST_RESUME_KEY` and `FSCTL_SRV_COPYCHUNK(_WRITE)` fail, and with them what
//!   depends on the copied file;
//! - no reparse points, sparse or zero-data requests, and no snapshots (`@GMT` names,
//!   `FSCTL_SRV_ENUMERATE_SNAPSHOTS`);
//! - no DFS: referral requests fail;
//! - no named pipe but `srvsvc`;
//! - no multichannel, compression, Kerberos, persistent or resilient handles, and no answer to a replayed CREATE from
//!   the open it repeats;
//! - no SMB1 multi-protocol negotiation beyond its refusal or upgrade, and direct TCP only;
//! - no short names: `FileAlternateNameInformation` fails with `STATUS_OBJECT_NAME_NOT_FOUND`;
//! - no hidden, system or archive attribute: setting the first two fails with `STATUS_NOT_SUPPORTED`; read-only is a
//!   matter of the host's permissions, which do not bind root;
//! - names are those of the host's file system: case-sensitive where that is;
//! - credits are granted as requested, 512 at most: a capture whose requests cost more credits than they ask for (a
//!   server may grant those besides) runs out of them, and what cannot be sent then is `skipped: no credits`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use smb_server::{Access, BuildError, LocalFsBackend, Share, ShutdownHandle, SmbServer};

/// How long connections may take to end when the server is stopped.
const STOP: Duration = Duration::from_secs(3);
/// READ, WRITE and transactions of up to 8 MiB, as current servers grant.
const MAX_TRANSFER: u32 = 8 << 20;

/// What the embedded server serves, where and to whom.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The address to listen on; 127.0.0.1.
    pub address: IpAddr,
    /// The TCP port; 0, which takes any free one.
    pub port: u16,
    /// The name of the share; `testshare`.
    pub share: String,
    /// The folder behind the share, which must exist.
    pub folder: PathBuf,
    /// The user who may read and write; `testuser`.
    pub username: String,
    /// That user's password; `PASSWORD`.
    pub password: String,
}

impl EmbeddedOptions {
    /// The usual options for a share in `folder`; they agree with the defaults of smbreplay's own configuration.
    #[must_use]
    pub fn for_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            share: "testshare".into(),
            folder: folder.into(),
            username: "testuser".into(),
            password: "PASSWORD".into(),
        }
    }
}

/// Why the embedded server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The share's folder cannot be used.
    #[error("cannot serve the folder {}: {source}", folder.display())]
    Folder {
        /// Which one.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A name is not one a server can have.
    #[error("the embedded server cannot be set up: {0}")]
    Options(#[from] BuildError),
    /// The address or port is not free, or not of this machine.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was to be listened on.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The operating system gave no thread.
    #[error("cannot start the server's threads: {0}")]
    Threads(io::Error),
}

/// A running embedded server. Dropping it stops it; the folder stays as it is.
#[derive(Debug)]
pub struct EmbeddedServer {
    options: EmbeddedOptions,
    address: SocketAddr,
    shutdown: Shutdown,
    thread: Option<JoinHandle<()>>,
}

impl EmbeddedServer {
    /// Starts serving; connections are accepted when this returns.
    ///
    /// # Errors
    /// [`EmbeddedError`].
    pub fn start(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let server = build(&options)?;
        let shutdown = Shutdown(server.shutdown_handle());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("lab-server")
            .enable_all()
            .build()
            .map_err(EmbeddedError::Threads)?;
        let (bound, wait_for_bound) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("lab-server".into())
            .spawn(move || {
                runtime.block_on(async {
                    let address = server.bind().await;
                    let serve = address.is_ok();
                    if bound.send(address).is_ok()
                        && serve
                        && let Err(error) = server.serve().await
                    {
                        tracing::error!(%error, "the embedded server ended");
                    }
                });
                runtime.shutdown_timeout(STOP);
            })
            .map_err(EmbeddedError::Threads)?;
        let ended = || io::Error::other("the server's thread ended");
        let address = wait_for_bound.recv().map_err(|_| ended()).and_then(|bound| bound).map_err(|source| {
            EmbeddedError::Listen { address: SocketAddr::new(options.address, options.port), source }
        })?;
        Ok(Self { options, address, shutdown, thread: Some(thread) })
    }

    /// The TCP port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address and port it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was started with.
    #[must_use]
    pub fn options(&self) -> &EmbeddedOptions {
        &self.options
    }

    /// Whether it still serves; it does until it is stopped, unless its listener failed.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Stops it: connections are closed once their current request is answered.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        self.shutdown.0.shutdown();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Shutdown(ShutdownHandle);

impl std::fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shutdown")
    }
}

fn build(options: &EmbeddedOptions) -> Result<SmbServer, EmbeddedError> {
    let backend = LocalFsBackend::new(&options.folder)
        .map_err(|source| EmbeddedError::Folder { folder: options.folder.clone(), source })?;
    let share = Share::new(&options.share, backend).user(&options.username, Access::ReadWrite);
    let server = SmbServer::builder()
        .listen(SocketAddr::new(options.address, options.port))
        .netbios_name("SMBREPLAYLAB")
        .user(&options.username, &options.password)
        .share(share)
        .max_read_size(MAX_TRANSFER)
        .max_write_size(MAX_TRANSFER)
        // Captures hold failed logons, and a lab that locks out the tester's only user helps nobody.
        .logon_throttle(0, Duration::from_secs(1))
        .build()?;
    Ok(server)
}
