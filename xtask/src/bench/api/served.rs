//! The release build's server.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Deserializer;

use super::http::{Client, Connections};
use super::site::Site;
use crate::bench::interrupt::Interrupt;

/// How long it may take to end: what runs is given half a minute.
const FAREWELL: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// A server that listens. Dropping it kills it.
pub(super) struct Served<'a> {
    child: Child,
    /// Held open: who writes into a closed pipe fails.
    _output: ChildStdout,
    log: PathBuf,
    url: String,
    client: Client,
    _site: &'a Site<'a>,
}

/// What it prints first.
#[derive(Deserialize)]
struct Told {
    url: String,
}

impl<'a> Served<'a> {
    /// Starts it on a free port of 127.0.0.1.
    pub(super) fn start(site: &'a Site<'a>, interrupt: &Interrupt) -> anyhow::Result<Self> {
        let log = site.file("server.log");
        let errors = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = site.smbreplay();
        command.args(["serve", "--port", "0", "--format", "json"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn()?;
        let mut output = child.stdout.take().context("the server has no standard output")?;
        let told = Deserializer::from_reader(&mut output).into_iter::<Told>().next();
        let Some(Ok(Told { url })) = told else {
            let _ = child.kill();
            let status = child.wait()?;
            interrupt.check()?;
            anyhow::bail!("the server did not start ({status}): {}", last_words(&log));
        };
        let client = Client::new(&url, Connections::Kept);
        Ok(Self { child, _output: output, log, url, client, _site: site })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Somebody who asks it now and then.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and waits until it has; anything but a good end is an error.
    pub(super) fn stop(mut self, interrupt: &Interrupt) -> anyhow::Result<()> {
        let still_runs = self.child.try_wait()?.is_none();
        ensure!(still_runs, "the server ended before it was asked to: {}", last_words(&self.log));
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().context("cannot run kill")?;
        ensure!(asked.success(), "the server could not be asked to end ({asked})");
        let deadline = Instant::now().checked_add(FAREWELL);
        while deadline.is_some_and(|deadline| Instant::now() < deadline) {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the server ended badly ({status}): {}", last_words(&self.log));
                return Ok(());
            }
            interrupt.check()?;
            thread::sleep(POLL);
        }
        anyhow::bail!("the server did not end within {} s: {}", FAREWELL.as_secs(), last_words(&self.log))
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn last_words(log: &std::path::Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(5)).copied().collect::<Vec<_>>().join("; ")
}
