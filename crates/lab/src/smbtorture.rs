//! Suites of `smbtorture`, which sends what ordinary clients rarely send.

use std::io;
use std::process::Command;
use std::time::Duration;

use crate::bounded_run;
use crate::program::{MissingProgram, Program};
use crate::samba::Samba;

/// smbtorture against the first share of a private Samba.
#[derive(Debug)]
pub struct Smbtorture<'a> {
    samba: &'a Samba,
    limit: Duration,
}

/// What a run printed.
#[derive(Clone, Debug)]
pub struct Suite {
    /// What smbtorture printed, errors last.
    pub output: String,
    /// Whether it came to its end within the limit; whether the tests passed is in the lists.
    pub finished: bool,
    /// The tests that passed, in order.
    pub passed: Vec<String>,
    /// The tests that failed or had an error. Some always do: this server does not have every feature.
    pub failed: Vec<String>,
}

/// Why smbtorture could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SmbtortureError {
    /// smbtorture is not installed.
    #[error(transparent)]
    Missing(#[from] MissingProgram),
    /// It could not be started or waited for.
    #[error("cannot run smbtorture: {0}")]
    Run(#[from] io::Error),
    /// It ended without running a test: no such suite, or no connection.
    #[error("smbtorture ran no test: {output}")]
    NothingRun {
        /// What it said.
        output: String,
    },
}

impl<'a> Smbtorture<'a> {
    /// A run against `samba`, with a limit of three minutes.
    #[must_use]
    pub fn new(samba: &'a Samba) -> Self {
        Self { samba, limit: Duration::from_secs(180) }
    }

    /// How long a run may take before it is killed; its result is then unfinished.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs suites or single tests, e.g. `["smb2.lock"]` or `["smb2.oplock.batch1", "smb2.oplock.batch2"]`, one after
    /// the other.
    ///
    /// # Errors
    /// [`SmbtortureError`]; a test that fails is none.
    pub fn run(&self, suites: &[&str]) -> Result<Suite, SmbtortureError> {
        let folder = tempfile::Builder::new().prefix("smbreplay-smbtorture-").tempdir()?;
        let samba = self.samba;
        let mut command = Command::new(Program::Smbtorture.find()?);
        command
            .arg(format!("//127.0.0.1/{}", samba.share()))
            .args(["-p", &samba.port().to_string()])
            .args(["-U", &format!("{}%{}", samba.username(), samba.password())])
            .arg("--configfile=/dev/null")
            .arg(format!("--basedir={}", folder.path().display()))
            .args(suites)
            .current_dir(folder.path());
        let outcome = bounded_run::run(&mut command, self.limit)?;
        let output = outcome.stdout + &outcome.stderr;
        let named = |results: &[&str]| {
            let name = |line: &str| results.iter().find_map(|word| line.strip_prefix(word)).map(first_word);
            output.lines().filter_map(name).collect()
        };
        let (passed, failed): (Vec<_>, Vec<_>) = (named(&["success: "]), named(&["failure: ", "error: "]));
        let finished = outcome.status.is_some();
        if finished && !output.lines().any(|line| line.starts_with("test: ")) {
            return Err(SmbtortureError::NothingRun { output });
        }
        Ok(Suite { passed, failed, finished, output })
    }
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}
