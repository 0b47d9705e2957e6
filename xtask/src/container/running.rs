//! An image that runs, as `docker run` would run it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{ExitStatus, Output};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::image::Image;
use crate::debian_root::{Bind, Capabilities, Enclosure, Running};

/// How long it may take until it is healthy.
const START: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);

/// What is said beside the image on the command line of `docker run`.
pub(super) struct Options<'a> {
    /// `--cap-add`, `--cap-drop`.
    pub(super) capabilities: Capabilities,
    /// Not `--read-only`.
    pub(super) writable: bool,
    /// `--volume`.
    pub(super) volumes: &'a [Bind],
    /// `--env`.
    pub(super) environment: &'a [(&'a str, &'a str)],
    /// Arguments behind the image, in the place of its own.
    pub(super) arguments: Option<&'a [&'a str]>,
}

/// A container, which ends with this.
pub(super) struct Container {
    running: Running,
    health: Vec<String>,
    stop_signal: String,
}

impl Container {
    /// Starts it, and waits until it is healthy. What it prints goes into `log`.
    pub(super) fn start(image: &Image, options: &Options<'_>, log: &Path) -> anyhow::Result<Self> {
        let settings = &image.settings;
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut enclosure = Enclosure::of(image.root.path());
        enclosure.capabilities = options.capabilities;
        enclosure.writable = options.writable;
        enclosure.binds = options.volumes.to_vec();
        enclosure.user = settings.user;
        enclosure.folder = settings.folder.clone().unwrap_or_else(|| "/".to_owned());
        enclosure.environment.extend(settings.environment.iter().cloned());
        enclosure.environment.extend(options.environment.iter().map(own));
        let arguments = match options.arguments {
            Some(arguments) => arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            None => settings.command.clone(),
        };
        let program = [settings.entrypoint.clone(), arguments].concat();
        println!("\n==> in the image: {}", program.join(" "));
        let running = enclosure.start(&program, log)?;
        let health = settings.health.clone();
        ensure!(!health.is_empty(), "the image has no HEALTHCHECK");
        let stop_signal = settings.stop_signal.clone().unwrap_or_else(|| "TERM".to_owned());
        let mut container = Self { running, health, stop_signal };
        container.wait_until_healthy()?;
        Ok(container)
    }

    /// What it has printed until now.
    pub(super) fn printed(&self) -> String {
        self.running.printed()
    }

    /// Carries its health check out.
    pub(super) fn health(&self) -> anyhow::Result<Output> {
        self.running.beside(&self.health)?.output().context("cannot run nsenter")
    }

    /// Stops it as `docker stop` does.
    pub(super) fn stop(self) -> anyhow::Result<ExitStatus> {
        self.running.end_by(&self.stop_signal)
    }

    fn wait_until_healthy(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        loop {
            let output = self.health()?;
            if output.status.success() {
                return Ok(());
            }
            let said = || String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
            ensure!(self.running.runs(), "it ended instead of being healthy; it printed:\n{}", self.printed());
            ensure!(started.elapsed() < START, "it is not healthy: {}\nit printed:\n{}", said(), self.printed());
            thread::sleep(POLL);
        }
    }
}

/// A port of this machine that was free a moment ago.
pub(super) fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?;
    Ok(listener.local_addr().context("no port is free")?.port())
}
