//! Private Samba instances: they serve, stay apart, and end with their owner.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "tests"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use smbreplay_lab::{EntryKind, Samba, SambaOptions, Smbclient, SmbclientError, Smbtorture, SmbtortureError, Tree};

/// Set in the environment of this test program when it is to be the owner that gets killed.
const OWNER: &str = "SMBREPLAY_TEST_OWNER_OF_SAMBA";

#[test]
fn smbclient_reads_back_what_it_wrote() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let local = tempfile::tempdir().unwrap();
    fs::write(local.path().join("letter.txt"), "Dear Sir or Madam").unwrap();

    let client = Smbclient::new(&samba).in_folder(local.path());
    let transcript = client.run(&["mkdir a", "put letter.txt a/b.txt", "get a/b.txt back.txt", "ls a/*"]).unwrap();

    assert_eq!(transcript.failures(), [""; 0], "{}", samba.log());
    assert_eq!(fs::read_to_string(local.path().join("back.txt")).unwrap(), "Dear Sir or Madam");
    let tree = Tree::of(&samba.share_path()).unwrap();
    let paths: Vec<&str> = tree.entries().map(|entry| entry.path).collect();
    assert_eq!(paths, ["a", "a/b.txt"]);
    assert!(matches!(tree.entries().last().unwrap().kind, EntryKind::File { size: 17, .. }));
}

#[test]
fn a_wrong_password_is_refused() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let refused = Smbclient::new(&samba).with_password("wrong").run(&["ls"]);
    assert!(
        matches!(&refused, Err(SmbclientError::Refused { output, .. }) if output.contains("LOGON_FAILURE")),
        "{refused:?}"
    );
}

#[test]
fn services_that_were_started_on_demand_end_with_their_instance() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    Smbclient::new(&samba).list_shares().unwrap();
    let configuration = samba.share_path().parent().unwrap().join("smb.conf").display().to_string();
    let serving = || {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
        lines.filter(|line| String::from_utf8_lossy(line).contains(&configuration)).count()
    };
    assert!(serving() > 1, "smbd and the services of its pipes");
    drop(samba);
    assert_eq!(serving(), 0);
}

#[test]
fn another_name_of_the_user_logs_on_and_a_script_comes_by_standard_input() {
    let samba =
        Samba::start(SambaOptions { other_names: vec!["seconduser".into()], ..SambaOptions::default() }).unwrap();
    let client = Smbclient::at(samba.port(), samba.share(), "seconduser", samba.password());
    let script = tempfile::NamedTempFile::new().unwrap();
    fs::write(script.path(), "mkdir by-another-name\nmkdir twice\n").unwrap();

    let mut command = client.command_for_standard_input().unwrap();
    let ended = command.stdin(fs::File::open(script.path()).unwrap()).output().unwrap();

    assert!(ended.status.success(), "{ended:?}");
    let tree = Tree::of(&samba.share_path()).unwrap();
    let paths: Vec<&str> = tree.entries().map(|entry| entry.path).collect();
    assert_eq!(paths, ["by-another-name", "twice"]);
}

#[test]
fn instances_side_by_side_do_not_share_files() {
    let first = Samba::start(SambaOptions::default()).unwrap();
    let second = Samba::start(SambaOptions::default()).unwrap();
    assert_ne!(first.port(), second.port());
    Smbclient::new(&first).run(&["mkdir only-in-the-first"]).unwrap();
    assert_eq!(Tree::of(&second.share_path()).unwrap(), Tree::default());
    assert_ne!(Tree::of(&first.share_path()).unwrap(), Tree::default());
}

#[test]
fn the_second_share_has_a_folder_of_its_own() {
    let samba =
        Samba::start(SambaOptions { second_share: Some("other share$".into()), ..SambaOptions::default() }).unwrap();
    Smbclient::new(&samba).on_share("other share$").run(&["mkdir there"]).unwrap();
    assert!(samba.second_share_path().unwrap().join("there").is_dir());
    assert!(!samba.share_path().join("there").exists());
}

#[test]
fn a_server_that_requires_encryption_refuses_clients_without_it() {
    let samba = Samba::start(SambaOptions { encryption_required: true, ..SambaOptions::default() }).unwrap();
    let unable = Smbclient::new(&samba).option("client max protocol=SMB2_10").run(&["ls"]);
    assert!(matches!(unable, Err(SmbclientError::Refused { .. })), "{unable:?}");
    assert!(Smbclient::new(&samba).run(&["ls"]).unwrap().failures().is_empty());
}

#[test]
fn an_option_that_samba_refuses_is_reported_with_its_log() {
    let error =
        Samba::start(SambaOptions { global: vec!["smb ports = none".into()], ..SambaOptions::default() }).unwrap_err();
    assert!(error.to_string().contains("ended while starting"), "{error}");
}

#[test]
fn alternate_streams_extended_attributes_and_acls_work() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let local = tempfile::tempdir().unwrap();
    fs::write(local.path().join("x"), "stream").unwrap();
    let transcript = Smbclient::new(&samba)
        .in_folder(local.path())
        .run(&["put x file", "put x file:stream", "allinfo file", "setmode file +h", "showacls", "ls file"])
        .unwrap();
    assert!(transcript.output.contains("[:stream:$DATA], 6 bytes"), "{}", transcript.output);
    assert!(transcript.output.contains("type: ACCESS ALLOWED"), "{}", transcript.output);
}

#[test]
fn smbtorture_runs_a_named_suite() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let suite = Smbtorture::new(&samba).run(&["smb2.tcon", "smb2.mkdir"]).unwrap();
    assert!(suite.finished, "{}", suite.output);
    let unknown = Smbtorture::new(&samba).run(&["smb2.no-such-suite"]);
    assert!(matches!(unknown, Err(SmbtortureError::NothingRun { .. })), "{unknown:?}");
    assert_eq!((suite.passed.len(), suite.failed.len()), (2, 0), "{}", suite.output);
}

#[test]
fn dropping_an_instance_ends_it_and_removes_its_folder() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let (pid, folder) = (samba.pid(), samba.share_path().parent().unwrap().to_path_buf());
    assert!(is_alive(pid) && folder.exists());
    drop(samba);
    assert!(!is_alive(pid));
    assert!(!folder.exists());
}

#[test]
fn samba_ends_when_its_owner_is_killed() {
    if std::env::var_os(OWNER).is_some() {
        let samba = Samba::start(SambaOptions::default()).unwrap();
        println!("\n{OWNER} {} {}", samba.pid(), samba.share_path().parent().unwrap().display());
        thread::sleep(Duration::from_secs(120));
        panic!("the owner was not killed");
    }
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "samba_ends_when_its_owner_is_killed"])
        .env(OWNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(owner.stdout.take().unwrap());
    let line = output.lines().map_while(Result::ok).find(|line| line.starts_with(OWNER)).unwrap();
    let mut fields = line.split(' ').skip(1);
    let pid: u32 = fields.next().unwrap().parse().unwrap();
    assert!(is_alive(pid));

    // SIGKILL on Unix.
    owner.kill().unwrap();
    owner.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(20);
    while is_alive(pid) {
        assert!(Instant::now() < deadline, "smbd {pid} outlives its owner");
        thread::sleep(Duration::from_millis(20));
    }
    fs::remove_dir_all(fields.next().unwrap()).unwrap();
}

/// Whether the process runs; one that waits to be reaped does not.
fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}
