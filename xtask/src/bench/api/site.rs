//! The folders of a server of the bench's own: configuration, state, and the recordings as traces of one case.
//!
//! What is replayed is a trace of its own: an ingest replaces the session files that a replay of the same trace reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tempfile::TempDir;

use crate::bench::folder::Folder;
use crate::bench::ingested;
use crate::bench::ingests;
use crate::bench::interrupt::Interrupt;
use crate::bench::recording::Recording;
use crate::bench::scratch::Scratch;
use crate::bench::smbreplay;

/// The case that the traces are in.
pub(super) const CASE: &str = "3030303030";
/// The trace with the long session.
pub(super) const SESSION_TRACE: &str = "session.pcap";
/// The only session: what belongs to none stands last.
pub(super) const SESSION: &str = "1";
/// The trace that is ingested again and again.
pub(super) const INGESTED_TRACE: &str = "ingested.pcap";
/// The trace that is replayed.
pub(super) const REPLAYED_TRACE: &str = "replayed.pcap";

/// The folders, which go with their owner. The long session is ingested, the other traces are not.
pub(super) struct Site<'a> {
    home: TempDir,
    scratch: Scratch,
    folder: &'a Folder,
    /// Requests of the session.
    pub(super) requests: u64,
    /// Operations of the session, which are more: closes of connections, for example.
    pub(super) operations: u64,
}

impl<'a> Site<'a> {
    pub(super) fn lay_out(
        session: &Recording,
        metadata: &Recording,
        folder: &'a Folder,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Self> {
        let home = tempfile::Builder::new().prefix("api-").tempdir_in(folder.path()).context("no temporary folder")?;
        let case = home.path().join("cases").join(CASE);
        fs::create_dir_all(&case).with_context(|| format!("cannot make {}", case.display()))?;
        let mut bytes = 0_u64;
        let traces = [(session, SESSION_TRACE), (metadata, INGESTED_TRACE), (metadata, REPLAYED_TRACE)];
        for (recording, trace) in traces {
            let capture = folder.capture(&recording.name);
            bytes = bytes.saturating_add(ingests::warm(&capture)?);
            link(&capture, &case.join(trace))?;
        }
        // What is ingested; the rows that a replay puts aside; and runs, which have a part of the recording each.
        let scratch = Scratch::with_room(bytes.saturating_mul(3), folder.path(), "--requests or --beside")?;
        let mut site = Self { home, scratch, folder, requests: 0, operations: 0 };
        site.ingest(session, interrupt)?;
        Ok(site)
    }

    /// The program, with nothing of the user's.
    pub(super) fn smbreplay(&self) -> Command {
        let mut command = self.folder.smbreplay_in(self.home.path(), CASE);
        command
            .env("SESSION_OUTPUT_DIR", self.output())
            .env("XDG_STATE_HOME", self.home.path().join("state"))
            .env_remove("API_KEY")
            .env_remove("CORS_ORIGINS")
            .env_remove("PORT");
        command
    }

    /// Runs the program on the trace with the long session; what it prints as JSON.
    pub(super) fn ask(&self, arguments: &[&str], interrupt: &Interrupt) -> anyhow::Result<serde_json::Value> {
        let mut command = self.smbreplay();
        command.args(arguments).args(["--trace", SESSION_TRACE, "--format", "json"]);
        smbreplay::run(command, &[0], self.folder, interrupt)?.report()
    }

    /// A file in a folder that the server does not serve.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// What to call the place of what is ingested.
    pub(super) fn place(&self) -> &'static str {
        self.scratch.place()
    }

    fn output(&self) -> PathBuf {
        self.scratch.join(ingests::OUTPUT)
    }

    fn ingest(&mut self, session: &Recording, interrupt: &Interrupt) -> anyhow::Result<()> {
        let mut command = self.smbreplay();
        command.args(["ingest", "--force", "--format", "json", SESSION_TRACE]);
        let ran = smbreplay::run(command, &[0], self.folder, interrupt)?;
        let report: Report = ran.report()?;
        let (name, expected) = (&session.name, session.packets);
        ensure!(report.packets == expected, "smbreplay read {} of {expected} packets of {name}", report.packets);
        let listed: Listed = serde_json::from_value(self.ask(&["session", "--list"], interrupt)?)?;
        let of_session = listed.sessions.first().context("the recording has no session")?;
        ensure!(
            listed.sessions.iter().all(|other| other.operation_count <= of_session.operation_count),
            "{name} begins with a session that is not its longest"
        );
        self.operations = of_session.operation_count;
        let metadata = self.output().join(CASE).join(SESSION_TRACE).join("sessions/session_metadata.json");
        self.requests = ingested::described_in(&metadata)?.requests;
        println!("ingested {name} in {:.1} s", ran.cost.wall);
        Ok(())
    }
}

/// A second name of a recording, or a copy where the file system has none.
fn link(capture: &Path, name: &Path) -> anyhow::Result<()> {
    fs::hard_link(capture, name)
        .or_else(|_| fs::copy(capture, name).map(drop))
        .with_context(|| format!("cannot link {} to {}", capture.display(), name.display()))
}

/// What is needed of the JSON of `ingest`.
#[derive(Deserialize)]
struct Report {
    packets: u64,
}

/// What is needed of the JSON of `session --list`.
#[derive(Deserialize)]
struct Listed {
    sessions: Vec<ListedSession>,
}

#[derive(Deserialize)]
struct ListedSession {
    operation_count: u64,
}
