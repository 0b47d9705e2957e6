//! Connections that begin with an SMB1 negotiate, as those of Windows do.

use crate::scene::replay_all;
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use smbreplay_replay::Pace;

#[test]
fn after_an_smb1_negotiate_the_session_signs_with_the_right_key() {
    let folder = tempfile::tempdir().unwrap();
    let samba = Samba::start(SambaOptions { signing_mandatory: true, ..SambaOptions::default() }).unwrap();
    let recording = folder.path().join("multi_protocol.pcap");
    let recorder = Recorder::start(samba.port(), &recording).unwrap();
    let client = Smbclient::new(&samba).option("client min protocol=NT1").option("client max protocol=SMB3_11");
    let transcript = client.run(&["mkdir folder", "ls", "rmdir folder"]).unwrap();
    assert_eq!(transcript.failures(), [""; 0]);
    assert_eq!(recorder.finish().unwrap().dropped, 0);
    let smb1 = std::fs::read(&recording).unwrap().windows(5).filter(|bytes| *bytes == b"\xffSMBr").count();
    assert_eq!(smb1, 1, "the recorded client did not begin with SMB1");

    let outcome = replay_all(&recording, samba.port(), Pace::Asap);
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    assert_eq!(outcome.report.warnings, [""; 0]);
    assert_eq!((outcome.report.status_diverged, outcome.report.skipped), (0, 0), "{:#?}", outcome.report.roots);
}
