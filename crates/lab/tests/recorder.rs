//! Recordings of loopback traffic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::process::Command;

use smbreplay_lab::{Program, Recorder, Samba, SambaOptions, Smbclient};

#[test]
fn a_session_is_recorded_from_connect_to_close() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("session.pcap");

    let recorder = Recorder::start(samba.port(), &out).unwrap();
    Smbclient::new(&samba).run(&["mkdir a"]).unwrap();
    let recording = recorder.finish().unwrap();

    assert_eq!(recording.dropped, 0);
    assert!(recording.packets > 20, "{recording:?}");
    assert_eq!(fs::read(&recording.path).unwrap().get(..4).unwrap(), [0xd4, 0xc3, 0xb2, 0xa1]);
    let listing = Command::new(Program::Tcpdump.find().unwrap()).args(["-n", "-r"]).arg(&out).output().unwrap();
    let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
    assert_eq!(listing.lines().count() as u64, recording.packets);
    assert_eq!(listing.matches("Flags [S]").count(), 1);
    assert!(listing.contains("Flags [F"), "{listing}");
}

#[test]
fn two_recordings_of_different_ports_do_not_mix() {
    let (one, other) = (Samba::start(SambaOptions::default()).unwrap(), Samba::start(SambaOptions::default()).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::start(one.port(), &folder.path().join("one.pcap")).unwrap();
    let silent = Recorder::start(other.port(), &folder.path().join("other.pcap")).unwrap();
    Smbclient::new(&one).run(&["ls"]).unwrap();
    assert!(recorder.finish().unwrap().packets > 0);
    assert_eq!(silent.finish().unwrap().packets, 0);
}
