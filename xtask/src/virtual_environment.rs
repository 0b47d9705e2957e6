//! Python packages that tests need: pinned, from PyPI, in virtual environments below cargo's target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::workspace::{in_ci, root, step};

/// A virtual environment, and what is in it.
pub(crate) struct VirtualEnvironment {
    /// Its folder below `target/python`.
    name: &'static str,
    /// The file with its packages and their versions, relative to the workspace's root.
    requirements: &'static str,
    /// What a test that needs it finds its interpreter by.
    pub(crate) variable: &'static str,
    /// What is not run without it, for people.
    pub(crate) purpose: &'static str,
}

/// What became of an environment.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// Its interpreter.
    Interpreter(PathBuf),
    /// Why its packages could not be had.
    Unavailable(String),
}

/// What runs the queries of the documentation.
pub(crate) const QUERIES: VirtualEnvironment = VirtualEnvironment {
    name: "queries",
    requirements: "crates/cli/tests/queries/requirements.txt",
    variable: "SMBREPLAY_QUERIES_PYTHON",
    purpose: "what the documentation has in Python and SQL, and the schemas of deploy/kubernetes",
};

/// What makes up requests for the HTTP API.
pub(crate) const SCHEMATHESIS: VirtualEnvironment = VirtualEnvironment {
    name: "schemathesis",
    requirements: "crates/cli/tests/serve_contract/requirements.txt",
    variable: "SMBREPLAY_SCHEMATHESIS_PYTHON",
    purpose: "what is made up for the HTTP API",
};

impl VirtualEnvironment {
    /// Makes the environment, if it is not there as it is wanted. Where `CI=true` it is an error that packages cannot be had.
    pub(crate) fn ensure(&self) -> anyhow::Result<Prepared> {
        let folder = root().join("target").join("python").join(self.name);
        let prepared = prepare(&folder, &root().join(self.requirements))?;
        match &prepared {
            Prepared::Unavailable(reason) if in_ci() => bail!("cannot run {}: {reason}", self.purpose),
            _ => Ok(prepared),
        }
    }
}

fn prepare(folder: &Path, requirements: &Path) -> anyhow::Result<Prepared> {
    let interpreter = folder.join("bin").join("python");
    let installed = folder.join("installed.txt");
    let wanted = wanted(requirements)?;
    if fs::read_to_string(&installed).is_ok_and(|found| found == wanted) && interpreter.exists() {
        return Ok(Prepared::Interpreter(interpreter));
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    step(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    if let Err(error) = step(&mut install(&interpreter, requirements)) {
        return Ok(Prepared::Unavailable(format!("{error}; what pip says is above")));
    }
    // Written last: an environment that was left half-made has none, and is made again.
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(Prepared::Interpreter(interpreter))
}

/// What an environment depends on: the packages, and the Python that it was made with.
fn wanted(requirements: &Path) -> anyhow::Result<String> {
    let packages =
        fs::read_to_string(requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let python =
        Command::new("python3").arg("--version").stdin(Stdio::null()).output().context("cannot run python3")?;
    Ok(format!("# {}\n{packages}", String::from_utf8_lossy(&python.stdout).trim()))
}

fn install(interpreter: &Path, requirements: &Path) -> Command {
    let mut pip = Command::new(interpreter);
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    // Nothing is compiled: that would need further packages. Without a network it ends soon.
    pip.args(["--only-binary", ":all:", "--retries", "2", "--timeout", "30", "--requirement"]).arg(requirements);
    pip
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    fn interpreter(prepared: Prepared) -> PathBuf {
        match prepared {
            Prepared::Interpreter(interpreter) => interpreter,
            Prepared::Unavailable(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn an_environment_is_made_once_and_again_when_its_packages_change() {
        let scratch = tempfile::tempdir().unwrap();
        let (folder, requirements) = (scratch.path().join("environment"), scratch.path().join("requirements.txt"));
        fs::write(&requirements, "# none\n").unwrap();
        let python = interpreter(prepare(&folder, &requirements).unwrap());
        let prefix = Command::new(&python).args(["-c", "import sys; print(sys.prefix)"]).output().unwrap();
        assert_eq!(Path::new(String::from_utf8(prefix.stdout).unwrap().trim()), folder);
        let trace_of_the_first = folder.join("first");
        fs::write(&trace_of_the_first, "").unwrap();
        interpreter(prepare(&folder, &requirements).unwrap());
        assert!(trace_of_the_first.exists());
        fs::write(&requirements, "# others\n").unwrap();
        interpreter(prepare(&folder, &requirements).unwrap());
        assert!(!trace_of_the_first.exists());
    }

    #[test]
    fn packages_that_cannot_be_had_are_told_and_tried_again() {
        let scratch = tempfile::tempdir().unwrap();
        let (folder, requirements) = (scratch.path().join("environment"), scratch.path().join("requirements.txt"));
        let nobody_listens = "--index-url http://127.0.0.1:9/\nsmbreplay-has-no-such-package==1.0\n";
        fs::write(&requirements, nobody_listens).unwrap();
        match prepare(&folder, &requirements).unwrap() {
            Prepared::Unavailable(reason) => assert!(reason.contains("pip install"), "{reason}"),
            Prepared::Interpreter(_) => panic!("there is no such package"),
        }
        assert!(!folder.join("installed.txt").exists());
    }

    #[test]
    fn every_package_has_its_version() {
        let requirements = fs::read_to_string(root().join(QUERIES.requirements)).unwrap();
        let packages: Vec<&str> = requirements.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(!packages.is_empty() && packages.iter().all(|line| line.contains("==")), "{packages:?}");
    }
}
