//! A private Samba for one test: own folder, own port, own account, and it ends with its owner.
//!
//! `smbd -F` is started with a pipe as its standard input. It ends when that pipe is closed, which the kernel does when
//! the owner dies, whatever the cause; so no instance outlives a killed test. Several instances run side by side.
//!
//! Run as root, smbd serves the share as an unprivileged account (access checks would be void for root); run by an
//! ordinary user, as that user, and NT ACLs then lie in an extended attribute of the `user.` kind.

mod configuration;
mod kerberos;
mod rpc_services;

pub use kerberos::KerberosService;

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::account::Account;
use crate::port::ReservedPort;
use crate::program::{MissingProgram, Program, VFS_MODULES_PACKAGE, has_vfs_module};

/// How long smbd may take until it accepts connections; seconds, because a loaded machine is slow.
const START: Duration = Duration::from_secs(60);
/// How long smbd may take to end by itself after its pipe was closed.
const STOP: Duration = Duration::from_secs(10);
/// How often a condition is looked at while waiting for it.
const POLL: Duration = Duration::from_millis(10);

/// How a private Samba differs from the usual one.
#[derive(Clone, Debug)]
pub struct SambaOptions {
    /// The user who logs on; `testuser`.
    pub username: String,
    /// Other names, without spaces, by which that user logs on with the same password; none.
    pub other_names: Vec<String>,
    /// That user's password; `testpass`.
    pub password: String,
    /// The first share; `testshare`.
    pub share: String,
    /// A second share with a folder of its own; none.
    pub second_share: Option<String>,
    /// Whether every session must be encrypted (`server smb encrypt = required`); false.
    pub encryption_required: bool,
    /// Whether every session must be signed (`server signing = mandatory`); false.
    pub signing_mandatory: bool,
    /// The realm whose users may log on with Kerberos; none.
    pub kerberos: Option<KerberosService>,
    /// The TCP port on 127.0.0.1; none, which takes a free one from 20000 to 29999.
    pub port: Option<u16>,
    /// More lines for the `[global]` section, e.g. `server max protocol = SMB3_00`. They win over the usual ones.
    pub global: Vec<String>,
    /// More lines for the section of each share.
    pub shares: Vec<String>,
}

impl Default for SambaOptions {
    fn default() -> Self {
        Self {
            username: "testuser".into(),
            other_names: Vec::new(),
            password: "testpass".into(),
            share: "testshare".into(),
            second_share: None,
            encryption_required: false,
            signing_mandatory: false,
            kerberos: None,
            port: None,
            global: Vec::new(),
            shares: Vec::new(),
        }
    }
}

/// Why a private Samba could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SambaError {
    /// A program or module of Samba is not installed.
    #[error(transparent)]
    Missing(#[from] MissingProgram),
    /// An option would break out of its line in smb.conf.
    #[error("the option {name} must be one line without a control character or bracket: {value:?}")]
    Option {
        /// Which option.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// A file or folder of the instance could not be made.
    #[error("cannot make {}: {source}", path.display())]
    Folder {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no account to serve the share as.
    #[error("/etc/passwd has no entry for this user, or, for root, no account such as daemon or nobody")]
    Account,
    /// The port, or every port, is in use.
    #[error("no port for smbd: {0}")]
    Port(io::Error),
    /// A program could not be run.
    #[error("cannot run {program}: {source}")]
    Run {
        /// Which one.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The user's password could not be set.
    #[error("pdbedit could not make the account ({status}): {output}")]
    Password {
        /// How pdbedit ended.
        status: ExitStatus,
        /// What it said.
        output: String,
    },
    /// `net getlocalsid` told no SID.
    #[error("net told no SID of this instance: {output}")]
    Sid {
        /// What it said.
        output: String,
    },
    /// smbd ended instead of serving.
    #[error("smbd ended while starting ({status}); its log: {log}")]
    Ended {
        /// How smbd ended.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// smbd did not accept a connection in time.
    #[error("smbd did not accept connections on port {port} within {} s; its log: {log}", START.as_secs())]
    Silent {
        /// The port it should have served.
        port: u16,
        /// The end of its log.
        log: String,
    },
}

/// A running private Samba on 127.0.0.1. Dropping it stops it and removes its folder.
#[derive(Debug)]
pub struct Samba {
    options: SambaOptions,
    folder: TempDir,
    port: ReservedPort,
    smbd: Child,
    /// Kept open for as long as smbd is to run.
    lifeline: Option<ChildStdin>,
}

impl Samba {
    /// Starts an instance with an empty share (and an empty second one) and waits until it accepts connections.
    ///
    /// # Errors
    /// [`SambaError`]; nothing is left behind then.
    pub fn start(options: SambaOptions) -> Result<Self, SambaError> {
        let smbd = Program::Smbd.find()?;
        if !has_vfs_module("streams_xattr") {
            return Err(MissingProgram { name: "Samba's module streams_xattr", package: VFS_MODULES_PACKAGE }.into());
        }
        configuration::check(&options)?;
        let account = account_to_serve_as()?;
        let port = match options.port {
            Some(port) => ReservedPort::reserve_this(port),
            None => ReservedPort::reserve(),
        };
        let port = port.map_err(SambaError::Port)?;
        let folder = tempfile::Builder::new()
            .prefix("smbreplay-samba-")
            .tempdir()
            .map_err(|source| SambaError::Folder { path: std::env::temp_dir(), source })?;
        lay_out(folder.path(), &options, &account, port.number())?;
        set_password(folder.path(), &options, &account)?;

        let mut command = Command::new(smbd);
        command.envs(options.kerberos.as_ref().map(KerberosService::environment));
        let mut smbd = command
            .arg("-F")
            .arg("-s")
            .arg(folder.path().join(configuration::FILE))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| SambaError::Run { program: "smbd", source })?;
        let lifeline = smbd.stdin.take();
        let mut samba = Self { options, folder, port, smbd, lifeline };
        samba.wait_until_it_accepts()?;
        Ok(samba)
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The folder behind the first share.
    #[must_use]
    pub fn share_path(&self) -> PathBuf {
        self.folder.path().join(configuration::SHARE)
    }

    /// The folder behind the second share, if there is one.
    #[must_use]
    pub fn second_share_path(&self) -> Option<PathBuf> {
        self.options.second_share.as_ref().map(|_| self.folder.path().join(configuration::SECOND_SHARE))
    }

    /// The name of the first share.
    #[must_use]
    pub fn share(&self) -> &str {
        &self.options.share
    }

    /// The user who may log on.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.options.username
    }

    /// That user's password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.options.password
    }

    /// The SID of this instance as a domain of accounts, drawn when it was made: `S-1-5-21-…`.
    ///
    /// # Errors
    /// [`SambaError::Run`] when it cannot be asked, [`SambaError::Sid`] when it does not tell.
    pub fn domain_sid(&self) -> Result<String, SambaError> {
        let run = |source| SambaError::Run { program: "net", source };
        let configuration = self.folder.path().join(configuration::FILE);
        let mut net = Command::new(Program::Net.find()?);
        let output = net.arg("-s").arg(configuration).arg("getlocalsid").output().map_err(run)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let sid = said.split_whitespace().find(|word| word.starts_with("S-1-5-21-"));
        sid.map(str::to_owned).ok_or_else(|| SambaError::Sid { output: said.trim().to_owned() })
    }

    /// The id of the smbd process that accepts connections.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.smbd.id()
    }

    /// What smbd has logged until now; empty when it has not begun its log.
    #[must_use]
    pub fn log(&self) -> String {
        let bytes = fs::read(self.folder.path().join(configuration::LOG)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn wait_until_it_accepts(&mut self) -> Result<(), SambaError> {
        let deadline = Instant::now().checked_add(START);
        loop {
            if let Ok(Some(status)) = self.smbd.try_wait() {
                return Err(SambaError::Ended { status, log: self.end_of_log() });
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port())).is_ok() {
                return Ok(());
            }
            if deadline.is_none_or(|deadline| Instant::now() > deadline) {
                return Err(SambaError::Silent { port: self.port(), log: self.end_of_log() });
            }
            thread::sleep(POLL);
        }
    }

    fn end_of_log(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(20)).copied().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let group = self.smbd.id();
        if !wait_for(STOP, || matches!(self.smbd.try_wait(), Ok(Some(_)) | Err(_))) {
            tracing::warn!(pid = group, "smbd did not end by itself, killing it");
            let _ = self.smbd.kill();
            let _ = self.smbd.wait();
        }
        let configuration = self.folder.path().join(configuration::FILE);
        rpc_services::end(&configuration);
        // The processes that serve connections end after it, and would write into the folder while it is removed.
        wait_for(STOP, || !process_group_lives(group) && rpc_services::running(&configuration).is_empty());
    }
}

fn runs_as_root() -> bool {
    Account::of_this_process().is_some_and(|me| me.is_root())
}

/// This process's own account, since another one takes the rights of root; an unprivileged one for root.
fn account_to_serve_as() -> Result<Account, SambaError> {
    let account = if runs_as_root() { Account::unprivileged() } else { Account::of_this_process() };
    account.ok_or(SambaError::Account)
}

fn lay_out(folder: &Path, options: &SambaOptions, account: &Account, port: u16) -> Result<(), SambaError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| SambaError::Folder { path, source }
    };
    // The account that serves the share must be able to reach it.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(failed(folder))?;
    for name in configuration::FOLDERS {
        let path = folder.join(name);
        fs::create_dir(&path).map_err(failed(&path))?;
    }
    for (_, name) in configuration::shares(options) {
        let path = folder.join(name);
        fs::create_dir(&path).map_err(failed(&path))?;
        if runs_as_root() {
            account.own(&path).map_err(failed(&path))?;
        }
    }
    let map = folder.join(configuration::USERNAME_MAP);
    let names = [std::slice::from_ref(&options.username), &options.other_names].concat();
    let of_kerberos = names.iter().filter(|_| options.kerberos.is_some()).map(|name| kerberos::mapped_name(name));
    let names: Vec<String> = names.iter().cloned().chain(of_kerberos).collect();
    fs::write(&map, format!("!{} = {}\n", account.name(), names.join(" "))).map_err(failed(&map))?;
    let smb_conf = folder.join(configuration::FILE);
    let unprivileged = (!runs_as_root()).then(|| account.name());
    fs::write(&smb_conf, configuration::smb_conf(folder, options, unprivileged, port)).map_err(failed(&smb_conf))
}

fn set_password(folder: &Path, options: &SambaOptions, account: &Account) -> Result<(), SambaError> {
    let run = |source| SambaError::Run { program: "pdbedit", source };
    let mut pdbedit = Command::new(Program::Pdbedit.find()?)
        .arg("-s")
        .arg(folder.join(configuration::FILE))
        .args(["-t", "-a", "-u", account.name()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(run)?;
    if let Some(mut stdin) = pdbedit.stdin.take() {
        // A pdbedit that ended early says more by its exit status than by the broken pipe.
        let _ = writeln!(stdin, "{0}\n{0}", options.password);
    }
    let output = pdbedit.wait_with_output().map_err(run)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    Err(SambaError::Password { status: output.status, output: String::from_utf8_lossy(&said).trim().to_owned() })
}

fn wait_for(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let Some(deadline) = Instant::now().checked_add(limit) else { return condition() };
    loop {
        if condition() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(POLL);
    }
}

/// Whether a process of the group `group` is alive, from `/proc` (proc(5), `/proc/pid/stat`); false where there is none.
fn process_group_lives(group: u32) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return false };
    processes.flatten().any(|process| {
        let Ok(stat) = fs::read_to_string(process.path().join("stat")) else { return false };
        // The command in parentheses may hold spaces: what follows its last parenthesis is state, parent, group.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let (state, group_of_process) = (fields.next(), fields.nth(1));
        state != Some("Z") && group_of_process.and_then(|text| text.parse().ok()) == Some(group)
    })
}
