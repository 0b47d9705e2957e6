//! Recordings of the clients' work, or of what it left, made once and kept with what the work cost the clients.

mod take;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::clients::Work;
use super::cost::Cost;
use super::disk;
use super::folder::Folder;
use super::interrupt::Interrupt;

/// A recording.
pub(super) struct Recording {
    /// The capture, without its folder and extension.
    pub(super) name: String,
    /// What the work cost the clients when it was not recorded, where that is what smbreplay is held against.
    clients: Option<Cost>,
    /// Packets in it.
    pub(super) packets: u64,
}

/// What lies beside a capture; only a capture that has it is complete.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Description {
    /// Size of the capture, bytes.
    bytes: u64,
    /// Packets in it; none was dropped.
    packets: u64,
    /// The clients' own figures, without the recorder beside them.
    clients: Option<Cost>,
    /// What was recorded cost this: the same work, or a look at what it left.
    recorded: Cost,
}

/// What of a recording is made although there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Nothing,
    /// The clients' figures.
    Clients,
    Everything,
}

/// The recording of this work: the one that is kept, or a new one.
pub(super) fn of(
    work: Work,
    name: &str,
    folder: &Folder,
    again: Again,
    interrupt: &Interrupt,
) -> anyhow::Result<Recording> {
    let name = format!("{name}-{}", work.size());
    let capture = folder.capture(&name);
    let beside = capture.with_extension("json");
    let description = match (read(&capture, &beside), again) {
        (Some(kept), Again::Nothing) => kept,
        (Some(kept), Again::Clients) => Description { clients: Some(take::measure(work, interrupt)?), ..kept },
        (None, _) | (_, Again::Everything) => {
            ensure_free(work, folder)?;
            let unfinished = Unfinished::beside(&capture);
            println!("recording {name}");
            let description = take::take(work, &unfinished.0, interrupt)?;
            // The description comes last, and goes first: it makes the capture complete.
            match fs::remove_file(&beside) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", beside.display()));
                }
                _ => {}
            }
            fs::rename(&unfinished.0, &capture).with_context(|| format!("cannot make {}", capture.display()))?;
            description
        }
    };
    let text = serde_json::to_string_pretty(&description)?;
    fs::write(&beside, text + "\n").with_context(|| format!("cannot write {}", beside.display()))?;
    Ok(Recording { name, clients: description.clients, packets: description.packets })
}

impl Recording {
    /// What the work cost the clients when it was not recorded.
    pub(super) fn clients(&self) -> anyhow::Result<Cost> {
        self.clients.with_context(|| format!("the clients of {} were not measured", self.name))
    }
}

/// Fails when the recording, what is ingested of it and one replay or setup would not fit.
fn ensure_free(work: Work, folder: &Folder) -> anyhow::Result<()> {
    let (kept, passing) = match work {
        // The capture, its session files and a run have about 650 bytes a request, and other clients may need more.
        Work::Metadata { requests } | Work::Session { requests } => (requests.saturating_mul(2_000), 100_000_000),
        // The capture, its session files and a run; the server's copies, and the file that is copied.
        Work::Bulk { bytes } => (bytes.saturating_mul(4), bytes),
        // The capture, its session file, what a setup notes and what a check prints; on the server a block each for a
        // file, its attributes and its name.
        Work::Tree(tree) => (tree.files.saturating_mul(2_000), tree.files.saturating_mul(12_000)),
    };
    disk::ensure_free(folder.path(), kept, "a recording and what is made of it", work.option())?;
    disk::ensure_free(&std::env::temp_dir(), passing, "a private Samba", work.option())
}

/// The description of a complete capture.
fn read(capture: &Path, beside: &Path) -> Option<Description> {
    let description: Description = serde_json::from_slice(&fs::read(beside).ok()?).ok()?;
    let size = fs::metadata(capture).ok()?.len();
    (size == description.bytes).then_some(description)
}

/// A capture under way, which is removed unless it gets its name.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(capture: &Path) -> Self {
        Self(capture.with_extension("unfinished"))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is gone when it got its name.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_capture_of_another_size_than_described_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (capture, beside) = (folder.path().join("a.pcap"), folder.path().join("a.json"));
        let clients = Cost { programs: 8, wall: 1.5, cpu: 2.25, peak_anonymous: 4096, load: 2.5 };
        let description = Description { bytes: 5, packets: 1, clients: Some(clients), recorded: clients };
        fs::write(&beside, serde_json::to_string(&description).unwrap()).unwrap();

        assert_eq!(read(&capture, &beside), None);
        fs::write(&capture, "hello").unwrap();
        assert_eq!(read(&capture, &beside), Some(description));
        fs::write(&capture, "hell").unwrap();
        assert_eq!(read(&capture, &beside), None);
    }

    #[test]
    fn a_capture_under_way_leaves_nothing_when_it_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::beside(&folder.path().join("a.pcap"));
        fs::write(&unfinished.0, "half").unwrap();
        drop(unfinished);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
