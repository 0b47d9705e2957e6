//! How the server is run.

use crate::security::ApiKey;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How the server is run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 for any that is free.
    pub address: SocketAddr,
    /// What requests have to bring in `X-API-Key`; `None`: anybody who reaches the address may do everything.
    pub key: Option<ApiKey>,
    /// Web pages that may use it: `https://host[:port]` each, or `*` for all.
    pub origins: Vec<String>,
    /// Where jobs are remembered. One server at a time uses it.
    pub state_folder: PathBuf,
    /// What it takes at most.
    pub limits: Limits,
    /// The environment, which settings may come from.
    pub environment: Environment,
}

/// Finds the value of a variable.
type Find = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Variables by name.
#[derive(Clone)]
pub struct Environment(Arc<Find>);

impl Environment {
    /// What this function finds.
    pub fn new(find: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(find))
    }

    /// The value of a variable.
    pub(crate) fn find(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }

    /// Whether a file of this name is where programs are looked for.
    pub(crate) fn has_program(&self, name: &str) -> bool {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let folders = self.find("PATH").unwrap_or_default();
        std::env::split_paths(&folders).any(|folder| folder.is_absolute() && folder.join(&file).is_file())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

/// What the server takes at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an uploaded capture.
    pub upload: u64,
    /// Bytes of any other body.
    pub body: usize,
    /// Time for an answer that is no job and no stream.
    pub answer: Duration,
    /// Time without a byte after which a download is given up, and in which some KiB of an upload have to come.
    pub idle: Duration,
    /// Time for the head of a request; a connection without requests is closed after it.
    pub head: Duration,
    /// Time for a body that is no upload.
    pub body_time: Duration,
    /// Bytes of the head of a request: its address and headers.
    pub head_bytes: usize,
    /// Connections at once; further ones wait.
    pub connections: usize,
    /// Uploads at once; further ones are refused.
    pub uploads: usize,
    /// Jobs that run at once.
    pub running: usize,
    /// Jobs that wait for one of these.
    pub waiting: usize,
    /// Time that running jobs are given when the server is stopped.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload: 64 << 30,
            body: 1 << 20,
            answer: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            head: Duration::from_secs(30),
            body_time: Duration::from_secs(30),
            head_bytes: 32 << 10,
            connections: 512,
            uploads: 8,
            running: 2,
            waiting: 64,
            farewell: Duration::from_secs(30),
        }
    }
}
