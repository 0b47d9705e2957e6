//! Setting up a recorded tree on fresh private Sambas, with the release build, and taking it away again.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use lab::Samba;
use serde::{Deserialize, Serialize};

use super::clients;
use super::cost::Cost;
use super::folder::Folder;
use super::ingested;
use super::interrupt::Interrupt;
use super::smbreplay::{self, Ran};
use super::tree::Tree;

/// Done, and not done to its end: which of the two a report tells better than an exit status.
const STATUSES: [i32; 2] = [0, 1];

/// A tree that clients made, and smbreplay after them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SetUp {
    /// Files of the tree.
    pub(super) files: u64,
    /// What it cost the clients to make it.
    pub(super) clients: Cost,
    /// What `setup` cost.
    pub(super) setup: Cost,
    /// What `validate --check-fs` cost after it.
    pub(super) check: Cost,
    /// What `cleanup` cost after that.
    pub(super) cleanup: Cost,
}

/// Sets the tree of a recording up a few times, each on a Samba of its own; the medians beside what it cost the clients.
pub(super) fn measure(
    name: &str,
    tree: Tree,
    clients: Cost,
    runs: u32,
    folder: &Folder,
    interrupt: &Interrupt,
) -> anyhow::Result<SetUp> {
    let mut measured = Vec::new();
    for number in 1..=runs {
        let run = once(name, tree, clients, folder, interrupt)?;
        println!(
            "set up {name} ({number} of {runs}): {:.1} s, {:.1} s of CPU, {:.0} MiB, load average {:.1}; checked in \
             {:.1} s, removed in {:.1} s",
            run.setup.wall,
            run.setup.cpu,
            run.setup.peak_mebibytes(),
            run.setup.load,
            run.check.wall,
            run.cleanup.wall
        );
        measured.push(run);
    }
    let median = |of: fn(&SetUp) -> Cost| Cost::median(measured.iter().map(of)).context("nothing was set up");
    let (setup, check, cleanup) = (median(|run| run.setup)?, median(|run| run.check)?, median(|run| run.cleanup)?);
    Ok(SetUp { files: tree.files, clients, setup, check, cleanup })
}

/// Everything that each step claims is looked up: what was not made was not made fast.
fn once(name: &str, tree: Tree, clients: Cost, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<SetUp> {
    let samba = clients::server()?;
    let run = |arguments: &[&str]| -> anyhow::Result<Ran> {
        let command = smbreplay_on(&samba, name, arguments, folder);
        smbreplay::run(command, &STATUSES, folder, interrupt)
    };
    let setup = run(&["setup", "1"])?;
    setup.report::<SetupReport>()?.ensure_made(tree)?;
    tree.ensure_is_in(&samba.share_path())?;

    let check = run(&["validate", "1", "--check-fs"])?;
    check.report::<Validation>()?.ensure_found(tree)?;

    let cleanup = run(&["cleanup"])?;
    cleanup.report::<CleanupReport>()?.ensure_removed(tree)?;
    ensure_empty(&samba.share_path())?;
    ingested::forget(&folder.setups(name))?;
    Ok(SetUp { files: tree.files, clients, setup: setup.cost, check: check.cost, cleanup: cleanup.cost })
}

fn smbreplay_on(samba: &Samba, name: &str, arguments: &[&str], folder: &Folder) -> Command {
    let mut command = folder.smbreplay((samba.username(), samba.password()));
    command.args(arguments).args(["--trace", &format!("{name}.pcap"), "--format", "json"]);
    command.args(["--server-ip", "127.0.0.1", "--port", &samba.port().to_string(), "--tree-name", samba.share()]);
    command
}

fn ensure_empty(share: &Path) -> anyhow::Result<()> {
    let mut entries = fs::read_dir(share).with_context(|| format!("cannot read {}", share.display()))?;
    ensure!(entries.next().is_none(), "the share is not empty after the cleanup");
    Ok(())
}

/// What is needed of the report of a setup.
#[derive(Deserialize)]
struct SetupReport {
    success: bool,
    directories_created: u64,
    files_created: u64,
    errors: Vec<Trouble>,
}

/// What is needed of a validation.
#[derive(Deserialize)]
struct Validation {
    ready: bool,
    checks: Checks,
    errors: Vec<String>,
}

#[derive(Deserialize)]
struct Checks {
    file_system: FileSystemCheck,
}

#[derive(Deserialize)]
struct FileSystemCheck {
    total_paths: u64,
    accessible_paths: u64,
    existing_files: Vec<String>,
}

/// What is needed of the report of a cleanup.
#[derive(Deserialize)]
struct CleanupReport {
    success: bool,
    removed: u64,
    kept: Vec<Trouble>,
}

/// Something that could not be done.
#[derive(Deserialize)]
struct Trouble {
    path: String,
    what: String,
}

impl SetupReport {
    fn ensure_made(&self, tree: Tree) -> anyhow::Result<()> {
        let made = (self.directories_created, self.files_created);
        ensure!(
            self.success && made == (tree.folders(), tree.files),
            "`smbreplay setup` made {} folders and {} files instead of {} and {}: {}",
            made.0,
            made.1,
            tree.folders(),
            tree.files,
            first(&self.errors)
        );
        Ok(())
    }
}

impl Validation {
    fn ensure_found(&self, tree: Tree) -> anyhow::Result<()> {
        let check = &self.checks.file_system;
        let files = check.existing_files.len() as u64;
        let paths = tree.files.saturating_add(tree.folders());
        ensure!(
            self.ready && files == tree.files && [check.total_paths, check.accessible_paths] == [paths, paths],
            "`smbreplay validate` found {} of {} paths and {files} files instead of {paths} and {}: {}",
            check.accessible_paths,
            check.total_paths,
            tree.files,
            self.errors.first().map(String::as_str).unwrap_or_default()
        );
        Ok(())
    }
}

impl CleanupReport {
    fn ensure_removed(&self, tree: Tree) -> anyhow::Result<()> {
        let paths = tree.files.saturating_add(tree.folders());
        ensure!(
            self.success && self.removed == paths,
            "`smbreplay cleanup` removed {} of {paths} paths: {}",
            self.removed,
            first(&self.kept)
        );
        Ok(())
    }
}

fn first(troubles: &[Trouble]) -> String {
    troubles.first().map(|trouble| format!("{}: {}", trouble.path, trouble.what)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    const TREE: Tree = Tree { files: 8 };

    #[test]
    fn a_setup_that_claims_success_with_a_file_less_is_none() {
        let told = |files_created| {
            let report = SetupReport { success: true, directories_created: 8, files_created, errors: Vec::new() };
            report.ensure_made(TREE).is_ok()
        };
        assert_eq!([told(8), told(7)], [true, false]);
    }

    #[test]
    fn a_check_has_to_have_found_every_path() {
        let found = |ready: bool, accessible_paths: u64| {
            let text = format!(
                r#"{{"ready": {ready}, "errors": ["disk full"], "checks": {{"operations": null, "file_system":
                {{"total_paths": 16, "accessible_paths": {accessible_paths}, "existing_files": {files:?}}}}}}}"#,
                files = ["a"; 8]
            );
            serde_json::from_str::<Validation>(&text).unwrap().ensure_found(TREE).map_err(|error| error.to_string())
        };
        assert_eq!(found(true, 16), Ok(()));
        assert!(found(true, 15).is_err());
        assert!(found(false, 16).unwrap_err().ends_with("disk full"));
    }

    #[test]
    fn a_cleanup_tells_the_first_thing_it_kept() {
        let kept = vec![Trouble { path: "a".into(), what: "in use".into() }];
        let error = CleanupReport { success: false, removed: 15, kept }.ensure_removed(TREE).unwrap_err();
        assert_eq!(error.to_string(), "`smbreplay cleanup` removed 15 of 16 paths: a: in use");
    }
}
