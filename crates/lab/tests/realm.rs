//! Private realms: their users log on to a Samba that is one of their services, and they end with their owner.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, clippy::print_stdout, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use smbreplay_lab::{
    Etype, Realm, RealmError, RealmOptions, Recorder, Samba, SambaOptions, Smbclient, SmbclientError, Tree,
};

/// Set in the environment of this test program when it is to be the owner that gets killed.
const OWNER: &str = "SMBREPLAY_TEST_OWNER_OF_REALM";
/// The name that the service has in its realm; smbclient refuses to use Kerberos for `localhost` and addresses.
const HOST: &str = "files.lab.test";

fn realm_with_samba(options: RealmOptions) -> (Realm, Samba) {
    let realm = Realm::start(options).unwrap();
    realm.add_user("testuser", "testpass").unwrap();
    let kerberos = Some(realm.add_file_service(HOST).unwrap());
    let samba = Samba::start(SambaOptions { kerberos, encryption_required: true, ..SambaOptions::default() }).unwrap();
    (realm, samba)
}

#[test]
fn an_encrypted_session_of_a_ticket_is_recorded() {
    let (realm, samba) = realm_with_samba(RealmOptions::default());
    let cache = realm.log_on("testuser", "testpass").unwrap();
    let local = tempfile::tempdir().unwrap();
    fs::write(local.path().join("letter.txt"), "Dear Sir or Madam").unwrap();

    let recorder = Recorder::start(samba.port(), &local.path().join("kerberos.pcap")).unwrap();
    let client = Smbclient::new(&samba).with_ticket(&realm, &cache, HOST).in_folder(local.path());
    let client = client.argument("--client-protection=encrypt");
    let transcript = client.run(&["put letter.txt letter.txt", "get letter.txt back.txt"]).unwrap();
    let recording = recorder.finish().unwrap();

    assert_eq!(transcript.failures(), [""; 0], "{}", samba.log());
    assert_eq!(fs::read_to_string(local.path().join("back.txt")).unwrap(), "Dear Sir or Madam");
    assert_eq!(recording.dropped, 0);
    let bytes = fs::read(&recording.path).unwrap();
    assert!(bytes.windows(4).any(|window| window == b"\xfdSMB"), "a message of the session is encrypted");
    assert!(!bytes.windows(8).any(|window| window == b"NTLMSSP\0"), "nobody logs on with NTLM");
}

#[test]
fn a_samba_takes_tickets_of_every_encryption_type() {
    for etype in Etype::ALL {
        let (realm, samba) = realm_with_samba(RealmOptions { etypes: vec![etype], ..RealmOptions::default() });
        let cache = realm.log_on("testuser", "testpass").unwrap();
        let transcript = Smbclient::new(&samba).with_ticket(&realm, &cache, HOST).run(&["mkdir made"]).unwrap();
        assert_eq!(transcript.failures(), [""; 0], "{etype:?}: {}", samba.log());
        assert_ne!(Tree::of(&samba.share_path()).unwrap(), Tree::default());
    }
}

#[test]
fn nobody_gets_a_ticket_with_a_wrong_password() {
    let realm = Realm::start(RealmOptions::default()).unwrap();
    realm.add_user("testuser", "testpass").unwrap();
    let refused = realm.log_on("testuser", "wrong");
    assert!(matches!(refused, Err(RealmError::Failed { program: "kinit", .. })), "{refused:?}");
}

#[test]
fn the_kdc_ends_with_its_realm_and_its_folder_goes() {
    let realm = Realm::start(RealmOptions::default()).unwrap();
    let (port, folder) = (realm.port(), realm.configuration().parent().unwrap().to_path_buf());
    assert!(folder.exists());
    drop(realm);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.exists());
}

#[test]
fn a_ticket_of_another_realm_opens_no_session() {
    let (_realm, samba) = realm_with_samba(RealmOptions::default());
    let other = Realm::start(RealmOptions::default()).unwrap();
    other.add_user("testuser", "testpass").unwrap();
    other.add_file_service(HOST).unwrap();
    let cache = other.log_on("testuser", "testpass").unwrap();
    let refused = Smbclient::new(&samba).with_ticket(&other, &cache, HOST).run(&["ls"]);
    assert!(matches!(refused, Err(SmbclientError::Refused { .. })), "{refused:?}");
}

#[test]
fn the_kdc_ends_when_its_owner_is_killed() {
    if std::env::var_os(OWNER).is_some() {
        let realm = Realm::start(RealmOptions::default()).unwrap();
        println!("\n{OWNER} {} {}", realm.port(), realm.configuration().parent().unwrap().display());
        thread::sleep(Duration::from_secs(120));
        panic!("the owner was not killed");
    }
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "the_kdc_ends_when_its_owner_is_killed"])
        .env(OWNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(owner.stdout.take().unwrap());
    let line = output.lines().map_while(Result::ok).find(|line| line.starts_with(OWNER)).unwrap();
    let mut fields = line.split(' ').skip(1);
    let port: u16 = fields.next().unwrap().parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());

    // SIGKILL on Unix.
    owner.kill().unwrap();
    owner.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(Instant::now() < deadline, "the KDC outlives its owner");
        thread::sleep(Duration::from_millis(20));
    }
    fs::remove_dir_all(fields.next().unwrap()).unwrap();
}
