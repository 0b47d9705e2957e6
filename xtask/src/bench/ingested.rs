//! Ingesting recordings, and what smbreplay then tells of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use super::folder::Folder;
use super::interrupt::Interrupt;
use super::smbreplay;

/// What a recording holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Requests.
    pub(super) requests: u64,
    /// Bytes read and written with them.
    pub(super) payload: u64,
}

/// Ingests a recording anew, since the program may read it otherwise than the last one did.
pub(super) fn ingest(name: &str, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Contents> {
    // An interrupted bench leaves what it did on servers that are gone.
    forget(&folder.runs(name))?;
    forget(&folder.setups(name))?;
    let mut command = folder.smbreplay(("", ""));
    command.args(["ingest", "--force", &format!("{name}.pcap")]);
    let ran = smbreplay::run(command, &[0], folder, interrupt)?;
    println!("ingested {name} in {:.1} s", ran.cost.wall);
    contents(name, folder)
}

/// What an ingested recording holds.
pub(super) fn contents(name: &str, folder: &Folder) -> anyhow::Result<Contents> {
    described_in(&folder.metadata(name))
}

/// What was ingested according to a `session_metadata.json`.
pub(super) fn described_in(path: &Path) -> anyhow::Result<Contents> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let metadata: Metadata =
        serde_json::from_slice(&text).with_context(|| format!("{} is not what it should be", path.display()))?;
    Ok(metadata.contents())
}

/// Removes a folder of what smbreplay noted of its work, which nobody looks at.
pub(super) fn forget(noted: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(noted) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", noted.display()))
        }
        _ => Ok(()),
    }
}

/// What is needed of `session_metadata.json`.
#[derive(Deserialize)]
struct Metadata {
    sessions: Vec<Session>,
}

/// A session, or what belongs to none.
#[derive(Deserialize)]
struct Session {
    /// Requests by command; connects and closes have none.
    commands: BTreeMap<String, u64>,
    bytes_read: u64,
    bytes_written: u64,
}

impl Metadata {
    fn contents(&self) -> Contents {
        self.sessions.iter().fold(Contents::default(), |sum, session| Contents {
            requests: session.commands.values().fold(sum.requests, |sum, count| sum.saturating_add(*count)),
            payload: sum.payload.saturating_add(session.bytes_read).saturating_add(session.bytes_written),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn requests_and_payload_are_summed_over_sessions() {
        let text = r#"{"schema_version": "1.1", "sessions": [
            {"commands": {"NEGOTIATE": 1}, "bytes_read": 0, "bytes_written": 0, "file": "a"},
            {"commands": {"READ": 2, "WRITE": 3}, "bytes_read": 70, "bytes_written": 30, "file": "b"}]}"#;
        let metadata: Metadata = serde_json::from_str(text).unwrap();
        assert_eq!(metadata.contents(), Contents { requests: 6, payload: 100 });
    }
}
