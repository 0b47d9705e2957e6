//! Recordings of one script of smbclient on private Sambas, and what a dissector makes of them.

use crate::protection::{Dialect, Protection};
use capture::{Event, Trace};
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use smbreplay_dissect::{Dissector, Operation, Secrets};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The only secret that a dissector is told.
pub(crate) const PASSWORD: &str = "testuser=testpass";

/// Commands of some breadth. What fails is meant to: a name that is not there, one that is, a folder that is not empty.
const SCRIPT: [&str; 22] = [
    "mkdir reports",
    "mkdir reports/2026",
    "mkdir reports",
    "put small.txt reports/small.txt",
    "put large.bin reports/2026/large.bin",
    "put small.txt reports/small.txt:note",
    "ls reports/*",
    "ls nowhere/*",
    "allinfo reports/small.txt",
    "get reports/2026/large.bin back.bin",
    "get reports/small.txt back.txt",
    "get reports/missing.txt never.txt",
    "setmode reports/small.txt +rh",
    "del reports/small.txt",
    "setmode reports/small.txt -rh",
    "rename reports/small.txt reports/renamed.txt",
    "rmdir reports",
    "utimes reports/renamed.txt 2020:01:01-00:00:00 2021:01:01-00:00:00 2022:01:01-00:00:00 -1",
    "notify_is_no_command",
    "du reports",
    "deltree reports",
    "ls",
];
/// Bytes of the large file: more than two messages of any dialect's usual size hold.
const LARGE: usize = 1_300_007;

/// A capture file that goes away with its owner.
pub(crate) struct Recorded {
    folder: TempDir,
}

/// What a capture amounts to.
pub(crate) struct Ingested {
    /// Its rows in request order.
    pub(crate) rows: Vec<Operation>,
    pub(crate) dissector: Dissector,
}

impl Recorded {
    /// Records whatever `play` does on a server with `options`.
    pub(crate) fn of(options: SambaOptions, play: impl FnOnce(&Samba, &Path)) -> Self {
        let samba = Samba::start(options).unwrap();
        let recorded = Self { folder: tempfile::tempdir().unwrap() };
        let recorder = Recorder::start(samba.port(), &recorded.path()).unwrap();
        play(&samba, recorded.folder.path());
        let recording = recorder.finish().unwrap();
        assert_eq!(recording.dropped, 0, "the recording has holes and proves nothing");
        recorded
    }

    /// Records the script, and a list of the shares, on a server with that protection.
    pub(crate) fn script(protection: Protection, dialect: Dialect) -> Self {
        Self::of(protection.server(dialect), |samba, folder| {
            fs::write(folder.join("small.txt"), "Dear Sir or Madam").unwrap();
            fs::write(folder.join("large.bin"), large()).unwrap();
            let client = Smbclient::new(samba).in_folder(folder);
            let client = protection.client(dialect).iter().fold(client, |client, setting| client.option(setting));
            let transcript = client.run(&SCRIPT).unwrap();
            assert_eq!(fs::read(folder.join("back.bin")).unwrap(), large(), "{}", transcript.output);
            assert!(client.list_shares().unwrap().output().unwrap().status.success());
        })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("recorded.pcap")
    }

    /// Its events, for tests that change them before they hand them on.
    pub(crate) fn events(&self) -> Vec<Event> {
        let mut trace = Trace::open(&self.path()).unwrap();
        std::iter::from_fn(|| trace.next_event().unwrap()).collect()
    }

    pub(crate) fn ingest(&self, secrets: Secrets) -> Ingested {
        Ingested::of(self.events(), secrets)
    }
}

impl Ingested {
    pub(crate) fn of(events: impl IntoIterator<Item = Event>, secrets: Secrets) -> Self {
        let mut dissector = Dissector::with_secrets(secrets);
        let mut rows = Vec::new();
        for event in events {
            dissector.handle(event);
            rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
        }
        dissector.finish();
        rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
        rows.sort_by_key(|row| row.op);
        Self { rows, dissector }
    }
}

/// Secrets that hold one password.
pub(crate) fn password(text: &str) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add_nt_password(text).unwrap();
    secrets
}

/// Bytes without a period that would hide a block in the wrong place, and without anything that looks like a time.
fn large() -> Vec<u8> {
    (0..LARGE).map(|at| (at % 251) as u8 ^ (at / 65_536) as u8).collect()
}
