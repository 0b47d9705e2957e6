//! What smbclients do on a private Samba, and what it costs them.

mod scripts;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use lab::{Samba, SambaOptions, Smbclient};
use tempfile::TempDir;

use super::cost::Cost;
use super::interrupt::Interrupt;
use super::metered::{self, Used};
use super::tree::Tree;

/// The second name that the server's user logs on by: half of the clients do.
const SECOND_NAME: &str = "seconduser";
/// No work takes longer on a machine that can measure anything.
const LIMIT: Duration = Duration::from_secs(3_600);

/// What the clients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Eight clients at once make, list, look at, rename and delete tiny files, each in a folder of its own: about so
    /// many requests in all.
    Metadata {
        /// Requests.
        requests: u64,
    },
    /// One client does the same in one long session.
    Session {
        /// Requests.
        requests: u64,
    },
    /// One client copies files to the share and back: about so many bytes in all.
    Bulk {
        /// Bytes, there and back.
        bytes: u64,
    },
    /// Eight clients at once make a tree of files, each its own folders.
    Tree(Tree),
}

/// An empty private Samba, the same for clients and replays.
pub(super) fn server() -> anyhow::Result<Samba> {
    Ok(Samba::start(SambaOptions { other_names: vec![SECOND_NAME.into()], ..SambaOptions::default() })?)
}

impl Work {
    /// The size that was asked for, in requests, bytes or files.
    pub(super) fn size(self) -> u64 {
        match self {
            Self::Metadata { requests } | Self::Session { requests } => requests,
            Self::Bulk { bytes } => bytes,
            Self::Tree(tree) => tree.files,
        }
    }

    /// The option that asks for less of it.
    pub(super) fn option(self) -> &'static str {
        match self {
            Self::Metadata { .. } | Self::Session { .. } => "--requests",
            Self::Bulk { .. } => "--bulk-bytes",
            Self::Tree(_) => "--files",
        }
    }

    /// Does the work; a command that fails is an error, since it would not be the work that was asked for.
    pub(super) fn perform(self, samba: &Samba, interrupt: &Interrupt) -> anyhow::Result<Cost> {
        let folder = local_folder()?;
        let scripts = match self {
            Self::Metadata { requests } => scripts::metadata(folder.path(), requests, scripts::CLIENTS)?,
            Self::Session { requests } => scripts::metadata(folder.path(), requests, 1)?,
            Self::Bulk { bytes } => scripts::bulk(folder.path(), bytes)?,
            Self::Tree(tree) => scripts::tree(folder.path(), tree)?,
        };
        run(&scripts, folder.path(), samba, interrupt)
    }
}

/// How many folders the client of a long session makes: `day-0` and so on.
pub(super) fn rounds_of_session(requests: u64) -> u64 {
    scripts::rounds(requests, 1)
}

/// One client lists all folders of the share, at every depth; a folder that it cannot list is an error.
pub(super) fn list_everything(samba: &Samba, interrupt: &Interrupt) -> anyhow::Result<Cost> {
    let folder = local_folder()?;
    run(&[scripts::LISTING.into()], folder.path(), samba, interrupt)
}

/// The folder of what clients put, and of what they print.
fn local_folder() -> anyhow::Result<TempDir> {
    tempfile::Builder::new().prefix("smbreplay-bench-").tempdir().context("no temporary folder")
}

/// A client for each script, all at once.
fn run(scripts: &[String], folder: &Path, samba: &Samba, interrupt: &Interrupt) -> anyhow::Result<Cost> {
    let names = [samba.username(), SECOND_NAME];
    let clients = scripts.iter().zip(names.into_iter().cycle()).enumerate().map(|(number, (script, name))| {
        let client = Smbclient::at(samba.port(), samba.share(), name, samba.password()).in_folder(folder);
        smbclient(&client, folder, number, script)
    });
    let commands = clients.collect::<anyhow::Result<Vec<_>>>()?;
    let (used, wall) = metered::run(commands, LIMIT, interrupt)?;
    for (number, used) in used.iter().enumerate() {
        check(&output(folder, number), used)?;
    }
    Ok(Cost::of(&used, wall))
}

/// smbclient with its script on standard input, since it is longer than an argument may be, and all it prints in a file.
fn smbclient(client: &Smbclient, folder: &Path, number: usize, script: &str) -> anyhow::Result<Command> {
    let path = folder.join(format!("script-{number}"));
    fs::write(&path, script).with_context(|| format!("cannot write {}", path.display()))?;
    let input = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let output = output(folder, number);
    let output = File::create(&output).with_context(|| format!("cannot write {}", output.display()))?;
    let mut command = client.command_for_standard_input()?;
    command.stdin(input).stderr(Stdio::from(output.try_clone()?)).stdout(output);
    Ok(command)
}

fn output(folder: &Path, number: usize) -> std::path::PathBuf {
    folder.join(format!("output-{number}"))
}

fn check(output: &Path, used: &Used) -> anyhow::Result<()> {
    let text = fs::read(output).with_context(|| format!("cannot read {}", output.display()))?;
    let text = String::from_utf8_lossy(&text);
    let failed: Vec<&str> = text.lines().filter(|line| line.contains("NT_STATUS_")).take(5).collect();
    ensure!(failed.is_empty(), "smbclient could not do its work: {}", failed.join("; "));
    ensure!(used.status.success(), "smbclient failed ({}): {}", used.status, text.lines().last().unwrap_or_default());
    Ok(())
}
