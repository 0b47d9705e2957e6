//! RPC over pipes: context handles that the live server issues go back to it.

use crate::scene::replay_all;
use dissect::Dissector;
use lab::{Program, Recorder, Samba, SambaOptions};
use smb2::message::{IoctlResponse, ReadResponse};
use smb2::rpc::{PacketType, Pdu};
use smbreplay_replay::Pace;
use std::path::Path;
use std::process::Command;

/// What the server of a pipe answered.
fn answer_of_pipe(message: &[u8]) -> Option<PacketType> {
    let data = match IoctlResponse::parse(message) {
        Ok(view) if message[12] == 11 => view.output().ok()?.to_vec(),
        _ => ReadResponse::parse(message).ok().filter(|_| message[12] == 8)?.data().ok()?.to_vec(),
    };
    Pdu::parse(&data).ok().map(|pdu| pdu.packet_type())
}

fn answers_in(recording: &Path) -> Vec<PacketType> {
    let mut dissector = Dissector::new();
    let mut trace = capture::Trace::open(recording).unwrap();
    while let Some(event) = trace.next_event().unwrap() {
        dissector.handle(event);
    }
    dissector.finish();
    let rows = std::iter::from_fn(|| dissector.poll());
    rows.filter_map(|row| answer_of_pipe(row.response.as_deref()?)).collect()
}

#[test]
fn policy_handles_of_the_live_server_are_given_back_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let recording = folder.path().join("rpc.pcap");
    let recorder = Recorder::start(samba.port(), &recording).unwrap();
    let asked = Command::new(Program::Rpcclient.find().unwrap())
        .args(["--configfile=/dev/null", "127.0.0.1", "-p", &samba.port().to_string()])
        .args(["-U", &format!("{}%{}", samba.username(), samba.password())])
        .args(["-c", "lsaquery; lookupnames root; enumdomusers; queryuser testuser; srvinfo; netshareenumall"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    assert!(said.contains("Domain Name") && said.contains("testshare"), "{said}{asked:?}");
    assert_eq!(recorder.finish().unwrap().dropped, 0);

    let outcome = replay_all(&recording, samba.port(), Pace::Asap);
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    assert!(outcome.witnessed.status_differences.is_empty(), "{}", outcome.witnessed);
    let handles = outcome.rows.iter().flat_map(|row| &row.patches).filter(|patch| patch.what == "rpc context handle");
    assert!(handles.count() > 4);
    let answers = outcome.rows.iter().filter_map(|row| answer_of_pipe(row.live_response.as_deref()?));
    let (live, captured): (Vec<_>, _) = (answers.collect(), answers_in(&recording));
    assert!(captured.len() > 10, "{captured:?}");
    assert_eq!(live, captured, "a handle that is not the server's is answered with a fault");
}
