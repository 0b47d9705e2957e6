//! Programs of other projects that checks need: pinned, from crates.io, built into `target/tools`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::workspace::{cargo, root, step};

/// A program that `cargo install` builds.
pub(crate) struct Tool {
    /// The name of its crate and of its program.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// Its features; `None` are those that it has by default.
    pub(crate) features: Option<&'static str>,
}

/// What became of a tool.
pub(crate) enum Installed {
    /// Where it is.
    Program(PathBuf),
    /// Why it could not be had.
    Unavailable(String),
}

impl Tool {
    /// Builds the tool, if it is not there in this version.
    pub(crate) fn ensure(&self) -> Installed {
        let folder = root().join("target").join("tools");
        let program = folder.join("bin").join(self.name).with_extension(std::env::consts::EXE_EXTENSION);
        if self.is_version_of(&program) {
            return Installed::Program(program);
        }
        let mut install = cargo();
        // It runs for seconds: what takes time is to build it. As it is pinned, so are its dependencies.
        install.args([
            "install",
            "--quiet",
            "--locked",
            "--force",
            "--debug",
            "--version",
            &format!("={}", self.version),
        ]);
        if let Some(features) = self.features {
            install.args(["--no-default-features", "--features", features]);
        }
        install.arg("--root").arg(&folder).arg(self.name).env("CARGO_PROFILE_DEV_DEBUG", "0");
        match step(&mut install) {
            Ok(()) => Installed::Program(program),
            Err(error) => Installed::Unavailable(format!("{error}; what cargo says is above")),
        }
    }

    fn is_version_of(&self, program: &PathBuf) -> bool {
        let output = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        output.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout)
                .split_whitespace()
                .any(|word| word.trim_start_matches('v') == self.version)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_tool_is_there_in_its_version_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let program = scratch.path().join("tool");
        fs::write(&program, "#!/bin/sh\necho tool 1.2.3\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let in_version = |version| Tool { name: "tool", version, features: None };
        assert!(in_version("1.2.3").is_version_of(&program));
        assert!(!in_version("1.2.4").is_version_of(&program) && !in_version("1.2").is_version_of(&program));
        assert!(!in_version("1.2.3").is_version_of(&scratch.path().join("none")));
    }
}
