//! The witness reads what tcpdump recorded of real clients and a real server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod fabricated;

use fabricated::Run;
use lab::{Recorder, Samba, SambaOptions, Smbclient, Smbtorture};
use smbreplay_witness::{Recording, Side, Snapshot};
use std::path::Path;

/// Records what `clients` do at a fresh Samba.
fn recorded(clients: impl FnOnce(&Samba, &Path)) -> (Recording, Samba) {
    let folder = tempfile::tempdir().unwrap();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let recorder = Recorder::start(samba.port(), &folder.path().join("recorded.pcap")).unwrap();
    clients(&samba, folder.path());
    let recorded = recorder.finish().unwrap();
    assert_eq!(recorded.dropped, 0);
    (Recording::read(&recorded.path, samba.port()).unwrap(), samba)
}

#[test]
fn an_office_session_is_read_whole_and_its_faithful_replay_is_accepted() {
    let (recording, samba) = recorded(|samba, folder| {
        std::fs::write(folder.join("bulk"), vec![0x5a; 3_000_000]).unwrap();
        let client = Smbclient::new(samba).in_folder(folder);
        client
            .run(&[
                "mkdir docs",
                "put bulk docs/bulk",
                "get docs/bulk back",
                "ls docs/*",
                "rename docs/bulk docs/moved",
            ])
            .unwrap();
    });
    assert_eq!(recording.faults, Vec::<String>::new());
    let connections: Vec<_> = recording.smb_connections().collect();
    assert!(!connections.is_empty());
    for connection in connections {
        assert!(connection.requests.iter().all(|request| request.is_smb2()));
        assert_eq!(connection.closed.map(|close| close.by), Some(Side::Client));
    }
    let written: usize = recording
        .connections
        .iter()
        .flat_map(|connection| &connection.requests)
        .filter(|request| request.name() == "WRITE")
        .map(|request| request.bytes.len() - 112)
        .sum();
    assert_eq!(written, 3_000_000);
    let share = Snapshot::of(&samba.share_path()).unwrap();
    let paths: Vec<_> = share.entries.keys().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(paths, ["docs", "docs/moved"]);

    let run = Run::of(&recording);
    let verdict = run.judged_against(&recording);
    assert!(verdict.holds(), "{verdict}");
    assert_eq!(verdict.status_differences, []);
    assert_eq!(verdict.statuses, recording.request_count());
}

#[test]
fn compounded_and_pending_traffic_of_smbtorture_is_read_whole_and_one_changed_byte_of_it_is_found() {
    let (recording, _samba) = recorded(|samba, _| {
        let suite = Smbtorture::new(samba).run(&["smb2.compound", "smb2.lock"]).unwrap();
        assert!(suite.finished, "{}", suite.output);
    });
    assert_eq!(recording.faults, Vec::<String>::new());
    let chained =
        recording.connections.iter().flat_map(|connection| &connection.requests).filter(|request| !request.last);
    assert!(chained.count() > 20);

    let mut run = Run::of(&recording);
    let verdict = run.judged_against(&recording);
    assert!(verdict.holds(), "{verdict}");
    assert!(verdict.captured > 200, "{verdict}");

    let (rank, pdu) = (0, run.traffic[0].requests.len() - 3);
    let last = run.traffic[rank].requests[pdu].len() - 1;
    run.traffic[rank].requests[pdu][last] ^= 1;
    let verdict = run.judged_against(&recording);
    assert!(!verdict.holds() && !verdict.unexplained.is_empty(), "{verdict}");
}
