//! Recordings of smbtorture suites on fresh Sambas.

use lab::{Recorder, Samba, SambaOptions, Smbtorture};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Names a folder in which recordings are kept, so that a suite is recorded once and replayed often.
const KEPT: &str = "SMBREPLAY_RECORDINGS";

/// A capture of a suite.
pub(super) struct Recorded {
    pub(super) path: PathBuf,
    /// Port of the recorded server.
    pub(super) port: u16,
    /// SID of the recorded server as a domain of accounts.
    pub(super) sid: String,
    _folder: Option<TempDir>,
}

/// The recording of `tests`, made now unless an earlier one was kept under this name.
pub(super) fn recorded(name: &str, tests: &[&str], limit: Duration) -> Recorded {
    let Some(kept) = std::env::var_os(KEPT).map(PathBuf::from) else {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("suite.pcap");
        let (port, sid) = record(&path, tests, limit);
        return Recorded { path, port, sid, _folder: Some(folder) };
    };
    let (path, noted) = (kept.join(format!("{name}.pcap")), kept.join(format!("{name}.server")));
    if !noted.exists() {
        let (port, sid) = record(&path, tests, limit);
        std::fs::write(&noted, format!("{port} {sid}")).unwrap();
    }
    let server = std::fs::read_to_string(&noted).unwrap();
    let (port, sid) = server.split_once(' ').unwrap();
    Recorded { path, port: port.parse().unwrap(), sid: sid.to_owned(), _folder: None }
}

/// Runs `tests` on a fresh Samba under tcpdump; port and SID of the server.
fn record(path: &Path, tests: &[&str], limit: Duration) -> (u16, String) {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let recorder = Recorder::start(samba.port(), path).unwrap();
    let suite = Smbtorture::new(&samba).limit(limit).run(tests).unwrap();
    assert!(suite.finished, "{}", suite.output);
    let recorded = recorder.finish().unwrap();
    assert_eq!(recorded.dropped, 0, "the recording has drops and proves nothing");
    (samba.port(), samba.domain_sid().unwrap())
}
