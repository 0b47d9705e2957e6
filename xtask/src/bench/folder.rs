//! Where the bench keeps what it makes: one folder under cargo's target folder, which stays from run to run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::isolated;

/// The case that recordings are a part of.
const CASE: &str = "2020202020";

/// The bench's folder, and the release build that it measures.
pub(super) struct Folder {
    path: PathBuf,
    program: PathBuf,
}

impl Folder {
    /// Makes what is missing of the folder.
    pub(super) fn lay_out() -> anyhow::Result<Self> {
        let xtask = env::current_exe().context("cannot find the folder of built programs")?;
        let target = xtask.parent().and_then(Path::parent).context("this program lies in no target folder")?;
        let program = target.join("release/smbreplay").with_extension(env::consts::EXE_EXTENSION);
        let folder = Self { path: target.join("bench"), program };
        let case = folder.case();
        fs::create_dir_all(&case).with_context(|| format!("cannot make {}", case.display()))?;
        Ok(folder)
    }

    /// Fails when there is no release build.
    pub(super) fn ensure_built(&self) -> anyhow::Result<()> {
        ensure!(self.program.is_file(), "{} was not built", self.program.display());
        Ok(())
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A recording.
    pub(super) fn capture(&self, name: &str) -> PathBuf {
        self.case().join(name).with_extension("pcap")
    }

    /// What tshark cost on a recording.
    pub(super) fn tshark(&self, name: &str) -> PathBuf {
        self.case().join(name).with_extension("tshark.json")
    }

    /// The runs of its replays.
    pub(super) fn runs(&self, name: &str) -> PathBuf {
        self.ingested(name).join("replays")
    }

    /// What setups of it have noted.
    pub(super) fn setups(&self, name: &str) -> PathBuf {
        self.ingested(name).join("setups")
    }

    /// The file that tells what was ingested of it.
    pub(super) fn metadata(&self, name: &str) -> PathBuf {
        self.ingested(name).join("sessions/session_metadata.json")
    }

    /// The runs that were measured, a line of JSON each.
    pub(super) fn history(&self) -> PathBuf {
        self.path.join("history.jsonl")
    }

    /// The release build of smbreplay, with an account on the lab server.
    pub(super) fn smbreplay(&self, logon: (&str, &str)) -> Command {
        isolated::smbreplay(&self.program, &self.path, CASE, logon)
    }

    /// The same with configuration and cases in another folder, in a case of it, and without an account.
    pub(super) fn smbreplay_in(&self, home: &Path, case: &str) -> Command {
        isolated::smbreplay(&self.program, home, case, ("", ""))
    }

    /// What was ingested of a recording.
    fn ingested(&self, name: &str) -> PathBuf {
        self.case().join(".tracer").join(name).with_extension("pcap")
    }

    fn case(&self) -> PathBuf {
        self.path.join("cases").join(CASE)
    }
}
