//! The embedded lab server, against a client that shares no code with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use smbreplay_lab::instance::{self, End, InstanceError, Status};
use smbreplay_lab::{EmbeddedError, EmbeddedOptions, EmbeddedServer, Smbclient, SmbclientError};

#[test]
fn smbclient_reads_back_what_it_wrote() {
    let (share, local) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    fs::write(local.path().join("x"), "text").unwrap();
    let transcript = Smbclient::of_embedded(&server)
        .in_folder(local.path())
        .run(&["mkdir a", "put x a/x", "get a/x y", "rename a/x a/z", "ls a/*"])
        .unwrap();
    assert!(transcript.failures().is_empty(), "{}", transcript.output);
    assert_eq!(fs::read_to_string(local.path().join("y")).unwrap(), "text");
    assert_eq!(fs::read_to_string(share.path().join("a/z")).unwrap(), "text");
    server.stop();
}

#[test]
fn it_takes_signed_and_encrypted_sessions_of_every_dialect() {
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    for dialect in ["SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11"] {
        let client = Smbclient::of_embedded(&server).option(&format!("client max protocol={dialect}"));
        client.clone().argument("--client-protection=sign").run(&["ls"]).unwrap();
        if dialect.starts_with("SMB3") {
            client.argument("--client-protection=encrypt").run(&["ls"]).unwrap();
        }
    }
}

#[test]
fn a_wrong_password_is_refused_however_often() {
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let client = Smbclient::of_embedded(&server);
    for _ in 0..12 {
        let refused = client.clone().with_password("wrong").run(&["ls"]);
        assert!(
            matches!(&refused, Err(SmbclientError::Refused { output, .. }) if output.contains("LOGON_FAILURE")),
            "{refused:?}"
        );
    }
    client.run(&["ls"]).unwrap();
}

#[test]
fn a_stopped_server_frees_its_port_even_with_a_client_connected() {
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let address = server.address();
    let _idle = std::net::TcpStream::connect(address).unwrap();
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(10));
    TcpListener::bind(address).unwrap();
}

#[test]
fn a_port_in_use_and_a_missing_folder_are_named() {
    let share = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error =
        EmbeddedServer::start(EmbeddedOptions { port, ..EmbeddedOptions::for_folder(share.path()) }).unwrap_err();
    assert!(matches!(error, EmbeddedError::Listen { address, .. } if address.port() == port));
    let error = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path().join("none"))).unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
}

#[test]
fn an_instance_is_seen_and_stopped_through_its_state_file() {
    let (share, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = state.path().join("smbreplay").join("lab.json");
    assert_eq!(instance::status(&file).unwrap(), Status::Stopped);
    assert_eq!(instance::stop(&file).unwrap(), None);

    let (options, path) = (EmbeddedOptions::for_folder(share.path()), file.clone());
    let (started, wait_for_start) = std::sync::mpsc::channel();
    let server =
        thread::spawn(move || instance::run(options, &path, |instance| started.send(instance.clone()).unwrap()));
    let instance = wait_for_start.recv().unwrap();
    assert_eq!(instance::status(&file).unwrap(), Status::Running(instance.clone()));
    let again = instance::run(EmbeddedOptions::for_folder(share.path()), &file, |_| panic!("started twice"));
    assert!(matches!(again, Err(InstanceError::Running(running)) if running == instance));

    assert_eq!(instance::stop(&file).unwrap(), Some(instance));
    assert_eq!(server.join().unwrap().unwrap(), End::Stopped);
    assert_eq!(instance::status(&file).unwrap(), Status::Stopped);
}

#[test]
fn what_is_left_of_a_killed_instance_does_not_hinder_the_next() {
    let (share, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = state.path().join("lab.json");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let left =
        format!(r#"{{"pid":1,"address":"127.0.0.1:{port}","share":"testshare","folder":"/x","username":"testuser"}}"#);
    fs::write(&file, left).unwrap();
    assert!(matches!(instance::status(&file).unwrap(), Status::Dead(_)));
    let stopping = file.clone();
    let end = instance::run(EmbeddedOptions::for_folder(share.path()), &file, move |_| {
        thread::spawn(move || instance::stop(&stopping));
    });
    assert_eq!(end.unwrap(), End::Stopped);
}
