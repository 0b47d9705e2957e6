//! One embedded lab server for a user to try things on: run in the foreground by one process, seen and stopped by
//! others through a state file.
//!
//! The state file exists for as long as the server is to run. Who removes it asks the server to stop, so nobody has to
//! send a signal to a process id that may have passed to another process, and it works the same on every system.

use std::env;
use std::fs;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedServer};

/// How often the server looks whether its state file is still there.
const POLL: Duration = Duration::from_millis(100);
/// How long a connection may take that finds out whether the server is there.
const PROBE: Duration = Duration::from_secs(2);
/// How long the server may take to stop.
const STOP: Duration = Duration::from_secs(10);

/// A lab server as its state file describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// The process that runs it.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
    /// The name of its share.
    pub share: String,
    /// The folder behind the share.
    pub folder: PathBuf,
    /// The user who may log on.
    pub username: String,
}

/// Whether there is a lab server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It accepts connections.
    Running(Instance),
    /// The state file is there and nothing accepts connections: the process was killed.
    Dead(Instance),
    /// There is no state file.
    Stopped,
}

/// Why a server that [`run`] ran ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// [`stop`] was called, in this process or another.
    Stopped,
    /// Ctrl-C, or SIGTERM.
    Interrupted,
}

/// Why a lab server could not be run, seen or stopped.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// There is one already.
    #[error("a lab server is running already at {} (process {}); `smbreplay lab stop` stops it", .0.address, .0.pid)]
    Running(Instance),
    /// The server could not be started, or failed.
    #[error(transparent)]
    Server(#[from] EmbeddedError),
    /// The state file could not be used.
    #[error("cannot use the lab server's state file {}: {source}", path.display())]
    StateFile {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Ctrl-C could not be listened for.
    #[error("cannot wait for Ctrl-C: {0}")]
    Signals(io::Error),
    /// The server did not stop in time.
    #[error("the lab server at {} (process {}) did not stop within {} s", .0.address, .0.pid, STOP.as_secs())]
    DidNotStop(Instance),
}

/// The usual place of the state file: `$XDG_STATE_HOME/smbreplay/lab.json`, by default under `~/.local/state`;
/// `%LOCALAPPDATA%\smbreplay\lab.json` on Windows. `None` when the environment names no such folder.
#[must_use]
pub fn default_state_file() -> Option<PathBuf> {
    let folder = |variable: &str| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else {
        folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")))
    };
    state.map(|state| state.join("smbreplay").join("lab.json"))
}

/// Runs a lab server in the foreground until [`stop`] is called for its state file, or Ctrl-C or SIGTERM comes.
/// `started` is called once connections are accepted.
///
/// # Errors
/// [`InstanceError`]; [`InstanceError::Running`] when the state file names a server that is alive.
pub fn run(options: EmbeddedOptions, state_file: &Path, started: impl FnOnce(&Instance)) -> Result<End, InstanceError> {
    if let Status::Running(instance) = status(state_file)? {
        return Err(InstanceError::Running(instance));
    }
    let server = EmbeddedServer::start(options)?;
    let options = server.options();
    let instance = Instance {
        pid: std::process::id(),
        address: server.address(),
        share: options.share.clone(),
        folder: fs::canonicalize(&options.folder).unwrap_or_else(|_| options.folder.clone()),
        username: options.username.clone(),
    };
    write(&instance, state_file).map_err(|source| failed(state_file, source))?;
    started(&instance);
    let end = wait_for_end(&server, &instance, state_file);
    server.stop();
    if read(state_file).ok().flatten().as_ref() == Some(&instance) {
        fs::remove_file(state_file).map_err(|source| failed(state_file, source))?;
    }
    end
}

/// Whether the lab server of this state file runs.
///
/// # Errors
/// [`InstanceError::StateFile`].
pub fn status(state_file: &Path) -> Result<Status, InstanceError> {
    let instance = read(state_file).map_err(|source| failed(state_file, source))?;
    Ok(match instance {
        None => Status::Stopped,
        Some(instance) if accepts(&instance) => Status::Running(instance),
        Some(instance) => Status::Dead(instance),
    })
}

/// Stops the lab server of this state file and waits until it accepts no more connections. Returns what was stopped, or
/// cleared away when it was dead; `None` when there was none.
///
/// # Errors
/// [`InstanceError::StateFile`] and [`InstanceError::DidNotStop`].
pub fn stop(state_file: &Path) -> Result<Option<Instance>, InstanceError> {
    let before = status(state_file)?;
    let (Status::Running(instance) | Status::Dead(instance)) = before else { return Ok(None) };
    fs::remove_file(state_file).map_err(|source| failed(state_file, source))?;
    let start = Instant::now();
    while accepts(&instance) {
        if start.elapsed() > STOP {
            return Err(InstanceError::DidNotStop(instance));
        }
        thread::sleep(POLL);
    }
    Ok(Some(instance))
}

fn wait_for_end(server: &EmbeddedServer, instance: &Instance, state_file: &Path) -> Result<End, InstanceError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(InstanceError::Signals)?;
    runtime.block_on(async {
        let interrupted = interruption();
        tokio::pin!(interrupted);
        loop {
            tokio::select! {
                signal = &mut interrupted => {
                    return signal.map(|()| End::Interrupted).map_err(InstanceError::Signals);
                }
                () = tokio::time::sleep(POLL) => {}
            }
            if read(state_file).ok().flatten().as_ref() != Some(instance) {
                return Ok(End::Stopped);
            }
            if !server.is_serving() {
                let source = io::Error::other("the server ended by itself");
                return Err(EmbeddedError::Listen { address: instance.address, source }.into());
            }
        }
    })
}

#[cfg(unix)]
async fn interruption() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interruption() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn accepts(instance: &Instance) -> bool {
    TcpStream::connect_timeout(&instance.address, PROBE).is_ok()
}

fn failed(path: &Path, source: io::Error) -> InstanceError {
    InstanceError::StateFile { path: path.into(), source }
}

fn read(state_file: &Path) -> io::Result<Option<Instance>> {
    match fs::read(state_file) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the file whole or not at all; temporary files are readable by their owner alone.
fn write(instance: &Instance, state_file: &Path) -> io::Result<()> {
    let folder = state_file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&file, instance)?;
    file.persist(state_file)?;
    Ok(())
}
